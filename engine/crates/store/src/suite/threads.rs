//! Many threads on one store.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{A, B, C, Row, Site, get, keys, opened, write};
use crate::{Batch, Durability, KeyRange};

pub const ROWS: &[Row] = &[
    Row { name: "writers at once lose nothing", run: writers },
    Row { name: "readers never see half a batch", run: readers },
    Row { name: "families come and go beside writers", run: families_beside_writers },
];

const THREADS: u8 = 8;
const BATCHES: u16 = 60;

fn writers(site: &mut dyn Site) {
    let store = opened(site);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                for number in 0..BATCHES {
                    let [high, low] = number.to_be_bytes();
                    let mut batch = Batch::new();
                    [A, B, C].iter().for_each(|&family| batch.put(family, &[thread, high, low], &[low]));
                    let durability = if number % 16 == 0 { Durability::Synced } else { Durability::Buffered };
                    store.write(&batch, durability).expect("the batch is written");
                }
            });
        }
    });
    store.sync().expect("the store is synced");
    drop(store);
    let store = site.open();
    for family in [A, B, C] {
        assert_eq!(keys(&*store, family).len(), usize::from(THREADS) * usize::from(BATCHES));
    }
}

fn readers(site: &mut dyn Site) {
    let store = opened(site);
    let done = AtomicBool::new(false);
    let put_all = |round: u16| {
        write(&*store, |batch| {
            [A, B, C].iter().for_each(|&family| batch.put(family, b"k", &round.to_be_bytes()));
        });
    };
    put_all(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = None;
                while !done.load(Ordering::Acquire) {
                    let snapshot = store.snapshot().expect("a snapshot is taken");
                    let seen = [A, B, C].map(|family| get(&*snapshot, family, b"k"));
                    assert!(seen[0].is_some() && seen[0] == seen[1] && seen[1] == seen[2], "{seen:?}");
                    assert!(last <= seen[0], "time went backwards from {last:?} to {:?}", seen[0]);
                    last.clone_from(&seen[0]);
                }
            });
        }
        (1..2_000).for_each(put_all);
        done.store(true, Ordering::Release);
    });
}

fn families_beside_writers(site: &mut dyn Site) {
    let store = opened(site);
    let other = (crate::FamilyId(50), crate::FamilyKind::Scans);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut refused = 0;
            while !done.load(Ordering::Acquire) {
                let mut batch = Batch::new();
                batch.put(A, b"k", b"v");
                batch.put(other.0, b"k", b"v");
                refused += u32::from(store.write(&batch, Durability::Buffered).is_err());
                batch.clear();
                batch.put(B, b"k", b"v");
                // Only the unknown family may refuse: the store must stay open.
                store.write(&batch, Durability::Buffered).expect("the batch is written");
            }
            refused
        });
        for _ in 0..5 {
            store.create_families(&[other]).expect("a family is made");
            assert_eq!(super::entries(&*store, B, &KeyRange::from(b"l"), crate::Direction::Forward), []);
            store.drop_families(&[other.0]).expect("a family is dropped");
        }
        done.store(true, Ordering::Release);
        writer.join().expect("the writer ends")
    });
    assert_eq!(store.families().map(|families| families.len()), Ok(3));
}
