//! Reads of the current state, of snapshots, and their cursors.

use std::sync::Arc;

use fornax_store::{AtOnce, Cursor, Direction, Entry, FamilyId, KeyRange, Reader, StoreError, Value};
use rocksdb::{DBRawIterator, ErrorKind, ReadOptions};
use self_cell::self_cell;

use crate::error::store_error;
use crate::open_store::OpenStore;

/// A snapshot of RocksDB, and options that point to it, which must go before it.
pub struct Pinned<'open> {
    options: ReadOptions,
    snapshot: rocksdb::Snapshot<'open>,
}

self_cell!(
    /// A snapshot that keeps its database open.
    pub struct RocksSnapshot {
        owner: Arc<OpenStore>,
        #[covariant]
        dependent: Pinned,
    }
);

impl RocksSnapshot {
    /// The state now.
    pub fn take(open: Arc<OpenStore>) -> Self {
        Self::new(open, |open| {
            let snapshot = open.database.borrow_owner().snapshot();
            let mut options = ReadOptions::default();
            options.set_snapshot(&snapshot);
            Pinned { options, snapshot }
        })
    }
}

impl Reader for RocksSnapshot {
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError> {
        get(self.borrow_owner(), family, key, &self.borrow_dependent().options)
    }

    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError> {
        get_many(self.borrow_owner(), family, keys, &self.borrow_dependent().options)
    }

    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError> {
        let mut options = ReadOptions::default();
        // The cursor borrows this snapshot, so the options can't outlive it.
        options.set_snapshot(&self.borrow_dependent().snapshot);
        Ok(Box::new(RocksCursor::open(self.borrow_owner(), family, range, direction, options)?))
    }
}

/// The value of a key as `options` see it.
pub fn get<'c>(
    open: &'c OpenStore,
    family: FamilyId,
    key: &[u8],
    options: &ReadOptions,
) -> Result<Option<Value<'c>>, StoreError> {
    open.check_open()?;
    open.database.with_handle(family, |db, handle| {
        Ok(db.get_pinned_cf_opt(handle, key, options).map_err(store_error)?.map(Value::pinned))
    })
}

/// The value of a key as `options` see it, which let no disk be read.
pub fn get_at_once<'c>(
    open: &'c OpenStore,
    family: FamilyId,
    key: &[u8],
    options: &ReadOptions,
) -> Result<AtOnce<Value<'c>>, StoreError> {
    open.check_open()?;
    open.database.with_handle(family, |db, handle| match db.get_pinned_cf_opt(handle, key, options) {
        Ok(value) => Ok(AtOnce::Known(value.map(Value::pinned))),
        Err(error) if error.kind() == ErrorKind::Incomplete => Ok(AtOnce::Unknown),
        Err(error) => Err(store_error(error)),
    })
}

/// The values of keys as `options` see them, all of one state.
pub fn get_many<'c>(
    open: &'c OpenStore,
    family: FamilyId,
    keys: &[&[u8]],
    options: &ReadOptions,
) -> Result<Vec<Option<Value<'c>>>, StoreError> {
    open.check_open()?;
    open.limits.check_get(keys.len())?;
    let sorted = keys.is_sorted();
    open.database.with_handle(family, |db, handle| {
        let found = db.batched_multi_get_cf_opt(handle, keys.iter().copied(), sorted, options);
        found.into_iter().map(|value| Ok(value.map_err(store_error)?.map(Value::pinned))).collect()
    })
}

/// A scan.
pub struct RocksCursor<'c> {
    open: &'c OpenStore,
    raw: DBRawIterator<'c>,
    direction: Direction,
    place: Place,
}

/// Where RocksDB's iterator stands.
#[derive(PartialEq)]
enum Place {
    /// Nowhere yet.
    Begin,
    /// On the entry that comes next.
    Before,
    /// On the entry that was given out last.
    On,
    /// Beyond the last entry, or failed.
    End,
    /// In a range that is empty.
    Nowhere,
}

impl<'c> RocksCursor<'c> {
    /// A scan of the state that `options` see, or of the state now.
    pub fn open(
        open: &'c OpenStore,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
        mut options: ReadOptions,
    ) -> Result<Self, StoreError> {
        open.check_open()?;
        options.set_iterate_lower_bound(range.start());
        if let Some(end) = range.end() {
            options.set_iterate_upper_bound(end);
        }
        let raw =
            open.database.with_handle(family, |db, handle| Ok(db.raw_iterator_cf_opt(handle, options)))?;
        let place = if range.is_empty() { Place::Nowhere } else { Place::Begin };
        Ok(Self { open, raw, direction, place })
    }
}

impl Cursor for RocksCursor<'_> {
    fn next(&mut self) -> Result<Option<Entry<'_>>, StoreError> {
        self.open.check_open()?;
        match (&self.place, self.direction) {
            (Place::End | Place::Nowhere, _) => return Ok(None),
            (Place::Before, _) => (),
            (Place::Begin, Direction::Forward) => self.raw.seek_to_first(),
            (Place::Begin, Direction::Reverse) => self.raw.seek_to_last(),
            (Place::On, Direction::Forward) => self.raw.next(),
            (Place::On, Direction::Reverse) => self.raw.prev(),
        }
        self.place = if self.raw.valid() { Place::On } else { Place::End };
        if self.place == Place::End {
            self.raw.status().map_err(store_error)?;
        }
        Ok(self.raw.item())
    }

    fn seek(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.open.check_open()?;
        if self.place == Place::Nowhere {
            return Ok(());
        }
        match self.direction {
            Direction::Forward => self.raw.seek(key),
            Direction::Reverse => self.raw.seek_for_prev(key),
        }
        self.place = Place::Before;
        Ok(())
    }
}
