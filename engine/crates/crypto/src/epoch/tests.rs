use std::collections::BTreeSet;
use std::thread;

use super::*;
use crate::{SeededEntropy, TenantUuid};

const PLACE: Place<'static> = Place { tenant: TenantUuid([1; 16]), family: 2, key: b"a key", version: 3 };

fn key(seed: u64) -> Arc<DataKey> {
    Arc::new(DataKey::generate(&SeededEntropy::new(seed)).unwrap())
}

fn ring(epochs: &[Epoch]) -> EpochRing {
    EpochRing::new(vec![(1, key(1))], epochs, Limits::default()).unwrap()
}

/// An epoch, as each opening of a store begins one.
fn begin(ring: &EpochRing, seed: u64) -> (Epoch, EpochRing, EpochSealer) {
    let begun = ring.begin(&SeededEntropy::new(seed)).unwrap();
    let epoch = *begun.epoch();
    let (ring, sealer) = begun.kept();
    (epoch, ring, sealer)
}

fn seal(sealer: &EpochSealer, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    sealer.seal(&PLACE, plain, &mut out).unwrap();
    out
}

fn open(ring: &EpochRing, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    ring.open(place, sealed, &mut out).map(|()| out)
}

#[test]
fn records_of_every_epoch_open_after_each_reopening() {
    let (mut epochs, mut records) = (Vec::new(), Vec::new());
    for seed in 10..15 {
        let (epoch, ring, sealer) = begin(&ring(&epochs), seed);
        epochs.push(epoch);
        records.push((seed.to_string().into_bytes(), seal(&sealer, seed.to_string().as_bytes())));
        for (plain, sealed) in &records {
            assert_eq!(sealed.len(), plain.len() + SEAL_BYTES);
            assert_eq!(&open(&ring, &PLACE, sealed).unwrap(), plain);
        }
    }
    epochs.reverse();
    assert!(records.iter().all(|(_, sealed)| open(&ring(&epochs), &PLACE, sealed).is_ok()), "in any order");
    assert_eq!(epochs.iter().map(|epoch| epoch.number).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
}

/// Two timelines out of one list of epochs (a crash before the list was kept, a restore, a clone) use the same numbers and counters,
/// and yet never the same key.
#[test]
fn timelines_share_no_key() {
    let (_, ring_a, a) = begin(&ring(&[]), 1);
    let (_, ring_b, b) = begin(&ring(&[]), 2);
    let (in_a, in_b) = (seal(&a, b"the same text"), seal(&b, b"the same text"));
    assert_eq!(in_a[..9], in_b[..9], "the same epoch and counter");
    assert_ne!(in_a[9..], in_b[9..]);
    assert!(matches!(open(&ring_b, &PLACE, &in_a), Err(CryptoError::DoesNotOpen)));
    assert!(matches!(open(&ring_a, &PLACE, &in_b), Err(CryptoError::DoesNotOpen)));
}

#[test]
fn threads_never_share_a_counter() {
    const RECORDS: usize = 2000;
    let (_, _, sealer) = begin(&ring(&[]), 1);
    let heads = thread::scope(|scope| {
        let seal_many = || (0..RECORDS).map(|_| seal(&sealer, b"x")[..9].to_vec()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(seal_many)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<BTreeSet<_>>()
    });
    assert_eq!(heads.len(), 4 * RECORDS);
}

#[test]
fn a_spent_epoch_seals_no_more_and_a_new_one_does() {
    let limits = Limits { records_per_epoch_max: 3, ..Limits::default() };
    let ring = EpochRing::new(vec![(1, key(1))], &[], limits).unwrap();
    let (_, ring, sealer) = begin(&ring, 1);
    let mut out = Vec::new();
    for record in 0..6 {
        let before = out.len();
        let sealed = sealer.seal(&PLACE, b"x", &mut out);
        assert_eq!(sealed.is_ok(), record < 3, "record {record}");
        assert!(sealed.is_ok() || matches!(sealed, Err(CryptoError::EpochSpent)) && out.len() == before);
    }
    let (_, ring, next) = begin(&ring, 2);
    assert_eq!(open(&ring, &PLACE, &seal(&next, b"y")).unwrap(), b"y");
}

#[test]
fn a_counter_has_forty_bits() {
    let limits = Limits { records_per_epoch_max: u64::MAX, ..Limits::default() };
    let ring = EpochRing::new(vec![(1, key(1))], &[], limits).unwrap();
    let (_, ring, sealer) = begin(&ring, 1);
    sealer.next.store((1 << 40) - 1, Ordering::Relaxed);
    assert_eq!(open(&ring, &PLACE, &seal(&sealer, b"the last")).unwrap(), b"the last");
    assert!(matches!(sealer.seal(&PLACE, b"one more", &mut Vec::new()), Err(CryptoError::EpochSpent)));
}

#[test]
fn a_record_opens_at_its_place_only() {
    let (_, ring, sealer) = begin(&ring(&[]), 1);
    let sealed = seal(&sealer, b"plain");
    assert_eq!(open(&ring, &PLACE, &sealed).unwrap(), b"plain");
    let rows = [
        ("another tenant", Place { tenant: TenantUuid([9; 16]), ..PLACE }),
        ("another family", Place { family: 1, ..PLACE }),
        ("another key", Place { key: b"b key", ..PLACE }),
        ("a shorter key", Place { key: b"a ke", ..PLACE }),
        ("another version", Place { version: 4, ..PLACE }),
    ];
    for (what, place) in rows {
        assert!(matches!(open(&ring, &place, &sealed), Err(CryptoError::DoesNotOpen)), "{what}");
    }
}

#[test]
fn every_flipped_byte_and_every_cut_is_found() {
    let (_, ring, sealer) = begin(&ring(&[]), 1);
    let sealed = seal(&sealer, b"plain");
    for at in 0..sealed.len() {
        let mut flipped = sealed.clone();
        flipped[at] ^= 0x80;
        match open(&ring, &PLACE, &flipped) {
            Err(CryptoError::UnknownEpoch(_)) if at < EPOCH_BYTES => {}
            Err(CryptoError::DoesNotOpen) if at >= EPOCH_BYTES => {}
            other => panic!("byte {at}: {other:?}"),
        }
        assert!(matches!(open(&ring, &PLACE, &sealed[..at]), Err(CryptoError::DoesNotOpen)), "cut at {at}");
    }
}

#[test]
fn new_epochs_take_the_newest_key_and_old_ones_keep_theirs() {
    let (old, _, sealer) = begin(&ring(&[]), 1);
    let sealed = seal(&sealer, b"old");
    let both = EpochRing::new(vec![(2, key(2)), (1, key(1))], &[old], Limits::default()).unwrap();
    let (new, both, sealer) = begin(&both, 2);
    assert_eq!((old.key_version, new.key_version), (1, 2));
    assert_eq!(open(&both, &PLACE, &sealed).unwrap(), b"old");
    assert_eq!(open(&both, &PLACE, &seal(&sealer, b"new")).unwrap(), b"new");
    let without = EpochRing::new(vec![(1, key(1))], &[old, new], Limits::default());
    assert!(matches!(without, Err(CryptoError::NoDataKey { version: 2, .. })));
}

#[test]
fn lists_that_make_no_ring() {
    let epoch = |number| Epoch { number, key_version: 1, salt: [0; 32] };
    let limits = Limits { epochs_max: 2, ..Limits::default() };
    let check = |epochs: &[Epoch]| EpochRing::new(vec![(1, key(1))], epochs, limits);
    assert!(matches!(check(&[epoch(1), epoch(1)]), Err(CryptoError::Malformed(_))));
    assert!(matches!(check(&[epoch(1), epoch(2), epoch(3)]), Err(CryptoError::Limit(_))));
    let full = check(&[epoch(1), epoch(2)]).unwrap();
    assert!(matches!(full.begin(&SeededEntropy::new(1)), Err(CryptoError::Limit(_))));
    let last = check(&[epoch(u32::MAX)]).unwrap();
    assert!(matches!(last.begin(&SeededEntropy::new(1)), Err(CryptoError::Limit(_))));
}
