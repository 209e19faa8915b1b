use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::FaultyDisk;
use crate::suite::{self, Site, WORKLOAD_FAMILIES, Workload};
use crate::{Direction, Durability, KeyRange, Reader, Store, StoreError};

struct Faulty(FaultyDisk);

impl Site for Faulty {
    fn open(&mut self) -> Arc<dyn Store> {
        Arc::new(self.0.open().expect("the store opens"))
    }

    fn crash(&mut self, store: Arc<dyn Store>) {
        self.0.crash().expect("the power goes");
        assert_eq!(store.sync(), Err(StoreError::Closed));
    }
}

fn disk(seed: u64) -> FaultyDisk {
    FaultyDisk::new(suite::limits(), seed)
}

#[test]
fn passes_the_suite() {
    for seed in 0..8 {
        suite::check(|| Faulty(disk(seed)));
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(128) })]

    #[test]
    fn agrees_with_a_plain_map(history in vec(any::<u8>(), 0..300)) {
        suite::check_history(&mut Faulty(disk(1)), &history);
    }
}

#[test]
fn one_store_is_open_at_a_time() {
    let disk = disk(0);
    let first = disk.open().unwrap();
    assert!(matches!(disk.open(), Err(StoreError::Locked(_))));
    drop(first);
    assert!(disk.open().is_ok());
}

#[test]
fn a_crash_loses_different_parts_of_what_was_not_synced() {
    let mut kept = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let disk = disk(seed);
        let mut workload = Workload::new(0);
        let store = disk.open().unwrap();
        workload.recover(&store, 0, 0).unwrap();
        (0..4).for_each(|_| assert!(workload.step(&store, Durability::Buffered).is_ok()));
        disk.crash().unwrap();
        drop(store);
        kept.insert(Workload::new(0).recover(&disk.open().unwrap(), 0, 4).unwrap());
    }
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

/// Lets the n-th input or output of a history fail, for every n, and returns how many there were.
fn check_failures(seed: u64, power: Power) -> u64 {
    for nth in 1.. {
        let disk = disk(seed ^ (nth << 32));
        disk.fail_at(nth);
        let (acknowledged, attempted) = history(&disk);
        let failed = disk.heal();
        if power == Power::Lost {
            disk.crash().unwrap();
        }
        let mut workload = Workload::new(0);
        let last = workload.recover(&disk.open().unwrap(), acknowledged, attempted);
        assert!(last.is_ok(), "seed {seed}, failure {nth}: {last:?}");
        if !failed {
            assert_eq!((acknowledged, attempted), (30, 30));
            return nth - 1;
        }
    }
    0
}

#[derive(Clone, Copy, PartialEq)]
enum Power {
    Kept,
    Lost,
}

/// Writes and reads until something fails; how many batches were acknowledged, and how many attempted.
fn history(disk: &FaultyDisk) -> (u64, u64) {
    let mut acknowledged = 0;
    let store = disk.open().unwrap();
    let mut workload = Workload::new(0);
    if store.create_families(&WORKLOAD_FAMILIES).is_err() {
        assert_eq!(store.sync(), Err(StoreError::Closed));
        return (0, 0);
    }
    for number in 1..=30 {
        let durability = if number % 3 == 0 { Durability::Synced } else { Durability::Buffered };
        match workload.step(&store, durability) {
            Ok(_) if durability == Durability::Synced => acknowledged = number,
            Ok(_) => (),
            Err(StoreError::Io(_)) => {
                assert_eq!(store.get(WORKLOAD_FAMILIES[0].0, b"k").map(|_| ()), Err(StoreError::Closed));
                assert_eq!(workload.step(&store, durability), Err(StoreError::Closed));
                return (acknowledged, number);
            }
            Err(other) => panic!("{other}"),
        }
    }
    (acknowledged, 30)
}

#[test]
fn any_failure_leaves_all_that_was_acknowledged() {
    for seed in 0..4 {
        for power in [Power::Kept, Power::Lost] {
            // One for the families, one for each batch, one more for each sync.
            assert_eq!(check_failures(seed, power), 1 + 30 + 10);
        }
    }
}

#[test]
fn a_failed_read_closes_nothing() {
    let disk = disk(0);
    let store = disk.open().unwrap();
    store.create_families(&WORKLOAD_FAMILIES).unwrap();
    let family = WORKLOAD_FAMILIES[0].0;
    let snapshot = store.snapshot().unwrap();
    type Read<'a> = &'a dyn Fn() -> Result<(), StoreError>;
    let rows: [(&str, Read<'_>); 5] = [
        ("get", &|| store.get(family, b"k").map(|_| ())),
        ("get_many", &|| store.get_many(family, &[b"k"]).map(|_| ())),
        ("scan", &|| store.scan(family, &KeyRange::all(), Direction::Forward).map(|_| ())),
        ("a snapshot's get", &|| snapshot.get(family, b"k").map(|_| ())),
        ("a snapshot's scan", &|| snapshot.scan(family, &KeyRange::all(), Direction::Reverse).map(|_| ())),
    ];
    for (what, read) in rows {
        disk.fail_at(1);
        assert!(matches!(read(), Err(StoreError::Io(_))), "{what}");
        assert_eq!(read(), Ok(()), "{what}, once more");
    }
    let mut cursor = store.scan(family, &KeyRange::all(), Direction::Forward).unwrap();
    disk.fail_at(1);
    assert!(matches!(cursor.next(), Err(StoreError::Io(_))));
    store.sync().unwrap();
}
