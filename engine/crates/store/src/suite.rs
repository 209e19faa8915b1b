//! The behaviour suite: what every implementation of the seam must do.
//!
//! For tests only. An implementation's tests hand a [`Site`] to [`check`], and to [`check_history`] with random bytes.

mod durability;
mod edits;
mod families;
mod history;
mod ingest;
mod scans;
mod snapshots;
mod threads;
mod workload;

use std::sync::Arc;

use crate::{
    Batch, Cursor, Direction, Durability, Entry, FamilyId, FamilyKind, KeyRange, Limits, Reader, Store,
};

pub use history::check_history;
pub use workload::{FAMILIES as WORKLOAD_FAMILIES, Workload};

/// A place for one store, empty at first.
pub trait Site: Send {
    /// Opens the store within [`limits`], with what it kept since it was last open here. All earlier handles are gone.
    fn open(&mut self) -> Arc<dyn Store>;

    /// Ends the use of the store as hard as this place can: by power loss, or else by the end of the process.
    fn crash(&mut self, store: Arc<dyn Store>) {
        drop(store);
    }
}

/// One behaviour and the code that shows it.
#[derive(Clone, Copy)]
pub struct Row {
    /// What must be so.
    pub name: &'static str,
    /// Panics if it is not.
    pub run: fn(&mut dyn Site),
}

/// All rows, by subject.
pub const TABLES: &[&[Row]] = &[
    scans::ROWS,
    edits::ROWS,
    snapshots::ROWS,
    families::ROWS,
    ingest::ROWS,
    threads::ROWS,
    durability::ROWS,
];

/// Runs every row on a site of its own, and panics naming those that failed.
pub fn check<S: Site>(site: impl Fn() -> S) {
    let mut failed = Vec::new();
    for row in TABLES.iter().copied().flatten() {
        let mut site = site();
        // A panic names its thread, hence the row.
        let thread = std::thread::Builder::new().name(row.name.to_owned());
        let passed = std::thread::scope(|scope| {
            thread.spawn_scoped(scope, || (row.run)(&mut site)).is_ok_and(|running| running.join().is_ok())
        });
        if !passed {
            failed.push(row.name);
        }
    }
    assert!(failed.is_empty(), "these do not hold: {failed:#?}");
}

/// The limits within which a [`Site`] opens its stores: small enough to be hit.
pub fn limits() -> Limits {
    Limits {
        key_bytes_max: 1 << 10,
        value_bytes_max: 4 << 20,
        batch_bytes_max: 6 << 20,
        families_max: 24,
        get_keys_max: 300,
    }
}

const A: FamilyId = FamilyId(1);
const B: FamilyId = FamilyId(2);
const C: FamilyId = FamilyId(3);

/// An entry as tests compare it.
type Owned = (Vec<u8>, Vec<u8>);

/// Opens the store and makes families A (point look-ups), B (scans) and C (large values).
fn opened(site: &mut dyn Site) -> Arc<dyn Store> {
    let store = site.open();
    let families = [(A, FamilyKind::PointLookups), (B, FamilyKind::Scans), (C, FamilyKind::LargeValues)];
    store.create_families(&families).expect("families are made");
    store
}

/// Writes what `fill` puts into a batch.
fn write(store: &dyn Store, fill: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::new();
    fill(&mut batch);
    store.write(&batch, Durability::Buffered).expect("the batch is written");
}

/// Writes each key of a family with itself as value.
fn write_keys(store: &dyn Store, family: FamilyId, keys: &[&[u8]]) {
    write(store, |batch| keys.iter().for_each(|key| batch.put(family, key, key)));
}

fn get(reader: &dyn Reader, family: FamilyId, key: &[u8]) -> Option<Vec<u8>> {
    reader.get(family, key).expect("the key is looked up").map(|value| value.to_vec())
}

fn next(cursor: &mut dyn Cursor) -> Option<Owned> {
    cursor.next().expect("the cursor moves").map(|(key, value): Entry<'_>| (key.to_vec(), value.to_vec()))
}

fn entries(reader: &dyn Reader, family: FamilyId, range: &KeyRange, direction: Direction) -> Vec<Owned> {
    let mut cursor = reader.scan(family, range, direction).expect("the scan begins");
    std::iter::from_fn(|| next(&mut *cursor)).collect()
}

fn keys(reader: &dyn Reader, family: FamilyId) -> Vec<Vec<u8>> {
    entries(reader, family, &KeyRange::all(), Direction::Forward).into_iter().map(|(key, _)| key).collect()
}

/// Runs `then` on a store whose content is in memory, and on one whose content is in files.
fn in_memory_and_in_files(site: &mut dyn Site, fill: impl Fn(&dyn Store), then: impl Fn(&dyn Store)) {
    let store = opened(site);
    fill(&*store);
    then(&*store);
    store.flush().expect("the store is flushed");
    then(&*store);
    for family in [A, B, C] {
        store.compact(family, &KeyRange::all()).expect("the family is compacted");
    }
    then(&*store);
}
