//! The seam itself: what a store does, whatever it is made of.

use std::sync::Arc;

use crate::{Batch, FamilyId, FamilyKind, KeyRange, StoreError, Value};

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest key up.
    Forward,
    /// From the largest key down.
    Reverse,
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Power loss, and so do all writes before it.
    Synced,
    /// The end of the process, but not yet power loss: then it survives only together with all writes before it.
    Buffered,
}

/// A key and its value, in the cursor's memory.
pub type Entry<'a> = (&'a [u8], &'a [u8]);

/// One consistent state of all families.
pub trait Reader: Send + Sync {
    /// The value of a key.
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError>;

    /// The values of many keys, in the order of `keys`. Cheaper than as many `get`s, most of all if `keys` is sorted.
    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError>;

    /// The entries in `range`, ordered by key, on the state at the time of this call.
    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError>;
}

/// What can be told of a key without waiting for a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOnce<T> {
    /// The key's value, or that it has none.
    Known(Option<T>),
    /// The disk would have to be read.
    Unknown,
}

/// A position in a scan. It holds resources of the store: close it soon, seek again later.
pub trait Cursor: Send {
    /// Moves to the next entry in the scan's direction. After the last one, and after an error, there is none.
    fn next(&mut self) -> Result<Option<Entry<'_>>, StoreError>;

    /// Moves, forwards or backwards, so that the next entry is the first one at or beyond `key` in the scan's direction.
    /// A key outside the range is taken for the end of the range that lies nearer.
    fn seek(&mut self, key: &[u8]) -> Result<(), StoreError>;
}

/// The state of a store at one moment. It holds back the reuse of space: drop it soon.
pub type Snapshot = Arc<dyn Reader>;

/// Sizes of a store, for operators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Bytes of all files.
    pub disk_bytes: u64,
    /// Bytes of blocks kept in memory.
    pub cache_bytes: u64,
    /// Bytes of entries that are in memory and not yet in files.
    pub write_buffer_bytes: u64,
    /// Bytes of memory that open files take.
    pub open_file_bytes: u64,
    /// Ordered by family.
    pub families: Vec<FamilyStatistics>,
}

impl Statistics {
    /// Bytes of memory that grow with the data and its use.
    pub fn memory_bytes(&self) -> u64 {
        self.cache_bytes + self.write_buffer_bytes + self.open_file_bytes
    }
}

/// Sizes of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilyStatistics {
    /// The family.
    pub family: FamilyId,
    /// Keys, roughly.
    pub keys_estimate: u64,
    /// Bytes of its files.
    pub file_bytes: u64,
}

/// Ordered maps that keep what they acknowledge.
///
/// When a change or a sync fails below the store, that call says why, and every later call on the store and its snapshots
/// answers [`StoreError::Closed`]: whether the failed write is there is known only after opening again. A failed read
/// and a refused argument close nothing.
pub trait Store: Reader {
    /// Makes families, durably. One that exists with the same kind is left as it is. Making many at once costs
    /// little more than making one.
    fn create_families(&self, families: &[(FamilyId, FamilyKind)]) -> Result<(), StoreError>;

    /// Removes families with all that is in them, durably. One that does not exist is ignored. From then on snapshots
    /// do not know them either; a cursor that is open may go on.
    fn drop_families(&self, families: &[FamilyId]) -> Result<(), StoreError>;

    /// All families, by number.
    fn families(&self) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError>;

    /// Applies a batch: visible to reads at once, and as a whole. An unknown family or a value over its limit refuses
    /// the whole batch.
    fn write(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError>;

    /// Puts entries of one family into files of their own, past log and memory: each batch one file, its puts ascending by key, the
    /// files' ranges apart. All are there and survive power loss when it returns, or none is; writes acknowledged before as buffered
    /// may still be lost. Other edits than puts are refused.
    fn ingest(&self, family: FamilyId, files: &[Batch]) -> Result<(), StoreError>;

    /// Makes all acknowledged writes survive power loss.
    fn sync(&self) -> Result<(), StoreError>;

    /// The value of a key now, if no disk has to be read for it.
    fn get_at_once(&self, family: FamilyId, key: &[u8]) -> Result<AtOnce<Value<'_>>, StoreError>;

    /// The state now, kept readable.
    fn snapshot(&self) -> Result<Snapshot, StoreError>;

    /// Moves what is still in memory to files, so that the next opening has little to recover.
    fn flush(&self) -> Result<(), StoreError>;

    /// Reorganises a range of a family, so that what was removed gives its space back. Slow.
    fn compact(&self, family: FamilyId, range: &KeyRange) -> Result<(), StoreError>;

    /// The sizes now.
    fn statistics(&self) -> Result<Statistics, StoreError>;

    /// For each range of a family the bytes that it has in files, roughly; without large values and what is still in memory.
    fn range_bytes(&self, family: FamilyId, ranges: &[KeyRange]) -> Result<Vec<u64>, StoreError>;
}
