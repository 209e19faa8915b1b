//! The store in memory, for tests and for embedding without a disk: nothing outlives the last handle.
//!
//! Every key keeps its versions by the sequence number of the write that made them. A snapshot is a sequence number that
//! is pinned: what no pinned number can see goes when the key is written next.

mod cursor;
mod versions;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::family::families_to_create;
use crate::ingest::check_files;
use crate::{
    AtOnce, Batch, Cursor, Direction, Durability, Edit, FamilyId, FamilyKind, FamilyStatistics, KeyRange,
    Limits, Reader, Snapshot, Statistics, Store, StoreError, Value,
};
use cursor::MemoryCursor;
use versions::{Pins, Versions};

/// A store in memory; clones are handles to the same one.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    limits: Limits,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    /// The number of the last write.
    seq: u64,
    families: BTreeMap<FamilyId, Family>,
    pins: Pins,
}

type Key = Box<[u8]>;

#[derive(Clone)]
struct Family {
    kind: FamilyKind,
    keys: BTreeMap<Key, Versions>,
}

/// A pinned sequence number.
struct MemorySnapshot {
    shared: Arc<Shared>,
    seq: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        Self { shared: Arc::new(Shared { limits, state: RwLock::default() }) }
    }

    /// A store of its own with the same content.
    pub(crate) fn duplicate(&self) -> Self {
        let state = self.shared.state.read();
        let state = State { seq: state.seq, families: state.families.clone(), pins: Pins::new() };
        Self { shared: Arc::new(Shared { limits: self.shared.limits.clone(), state: RwLock::new(state) }) }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Whether a write of this batch would be refused.
    pub(crate) fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        self.shared.limits.check_batch(batch)?;
        self.shared.state.read().check(batch)
    }

    fn pin(&self) -> MemorySnapshot {
        let mut state = self.shared.state.write();
        let seq = state.seq;
        *state.pins.entry(seq).or_default() += 1;
        MemorySnapshot { shared: self.shared.clone(), seq }
    }
}

impl Shared {
    fn get(&self, family: FamilyId, key: &[u8], seq: u64) -> Result<Option<Value<'static>>, StoreError> {
        let state = self.state.read();
        Ok(state.family(family)?.keys.get(key).and_then(|versions| versions.at(seq)).map(Value::shared))
    }

    /// All keys are read from one state, even when `seq` is beyond all writes.
    fn get_many(
        &self,
        family: FamilyId,
        keys: &[&[u8]],
        seq: u64,
    ) -> Result<Vec<Option<Value<'static>>>, StoreError> {
        self.limits.check_get(keys.len())?;
        let state = self.state.read();
        let family = state.family(family)?;
        let get =
            |key: &&[u8]| family.keys.get(*key).and_then(|versions| versions.at(seq)).map(Value::shared);
        Ok(keys.iter().map(get).collect())
    }
}

impl State {
    fn family(&self, id: FamilyId) -> Result<&Family, StoreError> {
        self.families.get(&id).ok_or(StoreError::UnknownFamily(id))
    }

    fn kinds(&self) -> Vec<(FamilyId, FamilyKind)> {
        self.families.iter().map(|(&id, family)| (id, family.kind)).collect()
    }

    fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        batch.edits().try_for_each(|edit| self.family(edit.family()).map(|_| ()))
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.check(batch)?;
        self.seq += 1;
        for edit in batch.edits() {
            let family =
                self.families.get_mut(&edit.family()).ok_or(StoreError::UnknownFamily(edit.family()))?;
            family.apply(edit, self.seq, &self.pins);
        }
        Ok(())
    }
}

impl Family {
    fn apply(&mut self, edit: Edit<'_>, seq: u64, pins: &Pins) {
        match edit {
            Edit::Put { key, value, .. } => match self.keys.get_mut(key) {
                Some(versions) => versions.push(seq, Some(value.into()), pins),
                None => {
                    self.keys.insert(key.into(), Versions::new(seq, value.into()));
                }
            },
            Edit::Delete { key, .. } => {
                if let Some(versions) = self.keys.get_mut(key) {
                    versions.push(seq, None, pins);
                    if versions.is_forgotten() {
                        self.keys.remove(key);
                    }
                }
            }
            Edit::DeleteRange { start, end, .. } => {
                let end: Bound<Key> = end.map_or(Bound::Unbounded, |end| Bound::Excluded(end.into()));
                let forgotten = |_: &Key, versions: &mut Versions| {
                    versions.push(seq, None, pins);
                    versions.is_forgotten()
                };
                self.keys.extract_if((Bound::Included(start.into()), end), forgotten).for_each(drop);
            }
        }
    }
}

impl Reader for MemoryStore {
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError> {
        self.shared.get(family, key, u64::MAX)
    }

    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError> {
        self.shared.get_many(family, keys, u64::MAX)
    }

    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError> {
        Ok(Box::new(MemoryCursor::open(self.pin(), family, range, direction)?))
    }
}

impl Store for MemoryStore {
    fn create_families(&self, families: &[(FamilyId, FamilyKind)]) -> Result<(), StoreError> {
        let mut state = self.shared.state.write();
        for (id, kind) in families_to_create(&state.kinds(), families, &self.shared.limits)? {
            state.families.insert(id, Family { kind, keys: BTreeMap::new() });
        }
        Ok(())
    }

    fn drop_families(&self, families: &[FamilyId]) -> Result<(), StoreError> {
        let mut state = self.shared.state.write();
        for id in families {
            state.families.remove(id);
        }
        Ok(())
    }

    fn families(&self) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError> {
        Ok(self.shared.state.read().kinds())
    }

    fn write(&self, batch: &Batch, _: Durability) -> Result<(), StoreError> {
        self.shared.limits.check_batch(batch)?;
        self.shared.state.write().apply(batch)
    }

    fn ingest(&self, family: FamilyId, files: &[Batch]) -> Result<(), StoreError> {
        check_files(family, files, &self.shared.limits)?;
        let mut state = self.shared.state.write();
        state.family(family)?;
        files.iter().try_for_each(|file| state.apply(file))
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn get_at_once(&self, family: FamilyId, key: &[u8]) -> Result<AtOnce<Value<'_>>, StoreError> {
        self.get(family, key).map(AtOnce::Known)
    }

    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Arc::new(self.pin()))
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn compact(&self, family: FamilyId, _: &KeyRange) -> Result<(), StoreError> {
        self.shared.state.read().family(family).map(|_| ())
    }

    fn statistics(&self) -> Result<Statistics, StoreError> {
        let state = self.shared.state.read();
        let of = |family: &Family| -> u64 {
            let bytes = |(key, versions): (&Key, &Versions)| key.len() as u64 + versions.byte_len();
            family.keys.iter().map(bytes).sum()
        };
        let statistics = |(&id, family): (&FamilyId, &Family)| FamilyStatistics {
            family: id,
            keys_estimate: family.keys.len() as u64,
            file_bytes: 0,
        };
        Ok(Statistics {
            write_buffer_bytes: state.families.values().map(of).sum(),
            families: state.families.iter().map(statistics).collect(),
            ..Statistics::default()
        })
    }

    fn range_bytes(&self, family: FamilyId, ranges: &[KeyRange]) -> Result<Vec<u64>, StoreError> {
        self.shared.state.read().family(family).map(|_| vec![0; ranges.len()])
    }
}

impl Reader for MemorySnapshot {
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError> {
        self.shared.get(family, key, self.seq)
    }

    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError> {
        self.shared.get_many(family, keys, self.seq)
    }

    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError> {
        Ok(Box::new(MemoryCursor::open(self.clone(), family, range, direction)?))
    }
}

impl Clone for MemorySnapshot {
    fn clone(&self) -> Self {
        *self.shared.state.write().pins.entry(self.seq).or_default() += 1;
        Self { shared: self.shared.clone(), seq: self.seq }
    }
}

impl Drop for MemorySnapshot {
    fn drop(&mut self) {
        let mut state = self.shared.state.write();
        if let Some(count) = state.pins.get_mut(&self.seq) {
            *count -= 1;
            if *count == 0 {
                state.pins.remove(&self.seq);
            }
        }
    }
}

#[cfg(test)]
mod tests;
