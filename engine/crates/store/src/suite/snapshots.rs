//! Snapshots stay what they were.

use super::{A, B, C, Row, Site, entries, get, keys, opened, write, write_keys};
use crate::{Direction, KeyRange};

pub const ROWS: &[Row] = &[
    Row { name: "a snapshot sees no later write", run: isolation },
    Row { name: "a snapshot survives flush and compaction", run: compaction },
    Row { name: "snapshots of different moments differ", run: several },
    Row { name: "a snapshot is one state of all families", run: across_families },
    Row { name: "a snapshot outlives the handle it came from", run: outlives },
];

fn isolation(site: &mut dyn Site) {
    let store = opened(site);
    write_keys(&*store, B, &[b"a", b"b", b"c"]);
    let snapshot = store.snapshot().expect("a snapshot is taken");
    write(&*store, |batch| {
        batch.put(B, b"a", b"new");
        batch.put(B, b"d", b"new");
        batch.delete(B, b"b");
        batch.delete_range(B, &KeyRange::prefix(b"c"));
    });
    let old =
        [(b"a".to_vec(), b"a".to_vec()), (b"b".to_vec(), b"b".to_vec()), (b"c".to_vec(), b"c".to_vec())];
    assert_eq!(entries(&*snapshot, B, &KeyRange::all(), Direction::Forward), old);
    assert_eq!(get(&*snapshot, B, b"b").as_deref(), Some(&b"b"[..]));
    assert_eq!(get(&*snapshot, B, b"d"), None);
    assert_eq!(keys(&*store, B), [b"a".to_vec(), b"d".to_vec()]);
    assert_eq!(get(&*store, B, b"a").as_deref(), Some(&b"new"[..]));
}

fn compaction(site: &mut dyn Site) {
    let store = opened(site);
    let large = vec![7; 100 << 10];
    write(&*store, |batch| batch.put(C, b"k", &large));
    let snapshot = store.snapshot().expect("a snapshot is taken");
    for round in 0..3_u8 {
        write(&*store, |batch| batch.put(C, b"k", &[round]));
        store.flush().expect("the store is flushed");
        store.compact(C, &KeyRange::all()).expect("the family is compacted");
        assert!(get(&*snapshot, C, b"k") == Some(large.clone()), "after round {round}");
        assert_eq!(get(&*store, C, b"k"), Some(vec![round]));
    }
    write(&*store, |batch| batch.delete_range(C, &KeyRange::all()));
    store.flush().expect("the store is flushed");
    store.compact(C, &KeyRange::all()).expect("the family is compacted");
    assert!(get(&*snapshot, C, b"k") == Some(large));
    assert_eq!(get(&*store, C, b"k"), None);
}

fn several(site: &mut dyn Site) {
    let store = opened(site);
    let snapshots: Vec<_> = (0..20_u8)
        .map(|round| {
            let taken = store.snapshot().expect("a snapshot is taken");
            write(
                &*store,
                |batch| if round % 5 == 4 { batch.delete(A, b"k") } else { batch.put(A, b"k", &[round]) },
            );
            taken
        })
        .collect();
    // The oldest is dropped first, then every other one: what the rest see must not go with them.
    for step in [1, 2] {
        for (round, snapshot) in (0_u8..).zip(&snapshots).skip(step - 1).step_by(step) {
            let expected = round.checked_sub(1).filter(|before| before % 5 != 4).map(|before| vec![before]);
            assert_eq!(get(&**snapshot, A, b"k"), expected, "snapshot {round}");
        }
    }
    let mut left = snapshots;
    for round in (0..20_u8).filter(|round| round % 2 == 0) {
        left.remove(usize::from(round / 2));
        write(&*store, |batch| batch.put(A, b"k", b"later"));
    }
    for (at, snapshot) in (0_u8..).zip(&left) {
        let round = 2 * at + 1;
        let expected = Some(vec![round - 1]).filter(|_| (round - 1) % 5 != 4);
        assert_eq!(get(&**snapshot, A, b"k"), expected, "snapshot {round}, when others are gone");
    }
}

fn across_families(site: &mut dyn Site) {
    let store = opened(site);
    for round in 0..50_u8 {
        write(&*store, |batch| [A, B, C].iter().for_each(|&family| batch.put(family, b"k", &[round])));
        let snapshot = store.snapshot().expect("a snapshot is taken");
        write(&*store, |batch| [A, B, C].iter().for_each(|&family| batch.put(family, b"k", b"later")));
        for family in [A, B, C] {
            assert_eq!(get(&*snapshot, family, b"k"), Some(vec![round]));
        }
    }
}

fn outlives(site: &mut dyn Site) {
    let store = opened(site);
    write_keys(&*store, A, &[b"k"]);
    let snapshot = store.snapshot().expect("a snapshot is taken");
    drop(store);
    assert_eq!(get(&*snapshot, A, b"k").as_deref(), Some(&b"k"[..]));
}
