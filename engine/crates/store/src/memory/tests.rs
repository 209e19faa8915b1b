use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::MemoryStore;
use crate::suite::{self, Site};
use crate::{Batch, Durability, FamilyId, FamilyKind, Store};

/// Keeps a handle, without which nothing would be left to open again.
struct Memory(MemoryStore);

impl Site for Memory {
    fn open(&mut self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
}

fn site() -> Memory {
    Memory(MemoryStore::new(suite::limits()))
}

#[test]
fn passes_the_suite() {
    suite::check(site);
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(256) })]

    #[test]
    fn agrees_with_a_plain_map(history in vec(any::<u8>(), 0..300)) {
        suite::check_history(&mut site(), &history);
    }
}

#[test]
fn versions_that_nobody_can_see_are_dropped() {
    const A: FamilyId = FamilyId(1);
    let store = MemoryStore::default();
    store.create_families(&[(A, FamilyKind::Scans)]).unwrap();
    let mut batch = Batch::new();
    batch.put(A, b"k", &[0; 100]);
    let write = |batch: &Batch| store.write(batch, Durability::Buffered).unwrap();
    let bytes = || store.statistics().unwrap().memory_bytes();
    (0..10).for_each(|_| write(&batch));
    assert_eq!(bytes(), 101);
    let snapshot = store.snapshot().unwrap();
    (0..10).for_each(|_| write(&batch));
    assert_eq!(bytes(), 201);
    batch.clear();
    batch.delete(A, b"k");
    write(&batch);
    assert_eq!(bytes(), 101);
    assert!(snapshot.get(A, b"k").unwrap().is_some());
    drop(snapshot);
    write(&batch);
    assert_eq!((bytes(), store.statistics().unwrap().families[0].keys_estimate), (0, 0));
}
