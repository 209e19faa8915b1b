//! A store on a simulated disk that loses power and fails on command.
//!
//! The disk keeps what is synced, and the batches written since, in order. Power loss keeps the first few of these, as
//! a log torn at a random place would. A failing write or sync leaves open whether its batch is among them.

mod disk;
mod seeded;

use std::sync::Arc;

use crate::{
    AtOnce, Batch, Cursor, Direction, Durability, Entry, FamilyId, FamilyKind, KeyRange, Reader, Snapshot,
    Statistics, Store, StoreError, Value,
};
pub use disk::FaultyDisk;
use disk::Session;
pub(crate) use seeded::Seeded;

/// A store on a [`FaultyDisk`]. Every call does one input or output; a synced write and every step of a cursor do one
/// more.
pub struct FaultyStore {
    session: Arc<Session>,
}

struct FaultySnapshot {
    session: Arc<Session>,
    inner: Snapshot,
}

struct FaultyCursor<'a> {
    session: &'a Session,
    inner: Box<dyn Cursor + 'a>,
}

impl Reader for FaultyStore {
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError> {
        self.session.read()?;
        self.session.live().get(family, key)
    }

    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError> {
        self.session.read()?;
        self.session.live().get_many(family, keys)
    }

    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError> {
        self.session.read()?;
        let inner = self.session.live().scan(family, range, direction)?;
        Ok(Box::new(FaultyCursor { session: &self.session, inner }))
    }
}

impl Store for FaultyStore {
    fn create_families(&self, families: &[(FamilyId, FamilyKind)]) -> Result<(), StoreError> {
        self.session.create_families(families)
    }

    fn drop_families(&self, families: &[FamilyId]) -> Result<(), StoreError> {
        self.session.drop_families(families)
    }

    fn families(&self) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError> {
        self.session.read()?;
        self.session.live().families()
    }

    fn write(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        self.session.write(batch, durability)
    }

    fn ingest(&self, family: FamilyId, files: &[Batch]) -> Result<(), StoreError> {
        self.session.ingest(family, files)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.session.sync()
    }

    fn get_at_once(&self, family: FamilyId, key: &[u8]) -> Result<AtOnce<Value<'_>>, StoreError> {
        self.session.read()?;
        self.session.live().get_at_once(family, key)
    }

    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.session.read()?;
        Ok(Arc::new(FaultySnapshot { session: self.session.clone(), inner: self.session.live().snapshot()? }))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.session.sync()
    }

    fn compact(&self, family: FamilyId, range: &KeyRange) -> Result<(), StoreError> {
        self.session.read()?;
        self.session.live().compact(family, range)
    }

    fn statistics(&self) -> Result<Statistics, StoreError> {
        self.session.read()?;
        self.session.live().statistics()
    }

    fn range_bytes(&self, family: FamilyId, ranges: &[KeyRange]) -> Result<Vec<u64>, StoreError> {
        self.session.read()?;
        self.session.live().range_bytes(family, ranges)
    }
}

impl Reader for FaultySnapshot {
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError> {
        self.session.read()?;
        self.inner.get(family, key)
    }

    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError> {
        self.session.read()?;
        self.inner.get_many(family, keys)
    }

    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError> {
        self.session.read()?;
        let inner = self.inner.scan(family, range, direction)?;
        Ok(Box::new(FaultyCursor { session: &self.session, inner }))
    }
}

impl Cursor for FaultyCursor<'_> {
    fn next(&mut self) -> Result<Option<Entry<'_>>, StoreError> {
        self.session.read()?;
        self.inner.next()
    }

    fn seek(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.session.read()?;
        self.inner.seek(key)
    }
}

#[cfg(test)]
mod tests;
