//! The store: the seam's calls on an open database.

use std::ffi::CStr;
use std::path::Path;
use std::sync::Arc;

use fornax_store::{
    AtOnce, Batch, Cursor, Direction, Durability, FamilyId, FamilyKind, FamilyStatistics, KeyRange, Reader,
    Snapshot, Statistics, Store, StoreError, Value,
};
use rocksdb::properties::{ESTIMATE_NUM_KEYS, ESTIMATE_TABLE_READERS_MEM, TOTAL_SST_FILES_SIZE};
use rocksdb::{Range, ReadOptions, ReadTier};

use crate::RocksOptions;
use crate::error::{io_error, store_error};
use crate::open_store::OpenStore;
use crate::read::{self, RocksCursor, RocksSnapshot};

/// The crate has no name for it.
const TOTAL_BLOB_FILE_SIZE: &CStr = c"rocksdb.total-blob-file-size";

/// A store in a directory; clones are handles to the same one. The directory is free again when all handles, snapshots
/// and cursors are gone.
#[derive(Clone)]
pub struct RocksStore {
    open: Arc<OpenStore>,
    reads: Arc<ReadOptions>,
    /// From memory alone.
    reads_at_once: Arc<ReadOptions>,
}

impl RocksStore {
    /// Opens a store, or makes it.
    ///
    /// Fails with `Locked` if it is open elsewhere, and with `Corrupted` if anything that was acknowledged as synced is
    /// missing or unreadable. Takes the longer the more was written since the last flush, up to `log_bytes`.
    pub fn open(options: &RocksOptions) -> Result<Self, StoreError> {
        let mut reads_at_once = ReadOptions::default();
        reads_at_once.set_read_tier(ReadTier::BlockCache);
        Ok(Self {
            open: Arc::new(OpenStore::open(options)?),
            reads: Arc::new(ReadOptions::default()),
            reads_at_once: Arc::new(reads_at_once),
        })
    }
}

impl Reader for RocksStore {
    fn get(&self, family: FamilyId, key: &[u8]) -> Result<Option<Value<'_>>, StoreError> {
        read::get(&self.open, family, key, &self.reads)
    }

    fn get_many(&self, family: FamilyId, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>, StoreError> {
        read::get_many(&self.open, family, keys, &self.reads)
    }

    fn scan(
        &self,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StoreError> {
        Ok(Box::new(RocksCursor::open(&self.open, family, range, direction, ReadOptions::default())?))
    }
}

impl Store for RocksStore {
    fn create_families(&self, families: &[(FamilyId, FamilyKind)]) -> Result<(), StoreError> {
        self.open.create_families(families)
    }

    fn drop_families(&self, families: &[FamilyId]) -> Result<(), StoreError> {
        self.open.drop_families(families)
    }

    fn families(&self) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError> {
        self.open.check_open()?;
        Ok(self.open.database.families())
    }

    fn write(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        self.open.write(batch, durability)
    }

    fn ingest(&self, family: FamilyId, files: &[Batch]) -> Result<(), StoreError> {
        self.open.ingest(family, files)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.open.sync()
    }

    fn get_at_once(&self, family: FamilyId, key: &[u8]) -> Result<AtOnce<Value<'_>>, StoreError> {
        read::get_at_once(&self.open, family, key, &self.reads_at_once)
    }

    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.open.check_open()?;
        Ok(Arc::new(RocksSnapshot::take(self.open.clone())))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.open.flush()
    }

    fn compact(&self, family: FamilyId, range: &KeyRange) -> Result<(), StoreError> {
        self.open.compact(family, range)
    }

    fn statistics(&self) -> Result<Statistics, StoreError> {
        self.open.check_open()?;
        let mut statistics = Statistics {
            disk_bytes: file_bytes(self.open.folder())?,
            cache_bytes: self.open.shared.cache_bytes(),
            write_buffer_bytes: self.open.shared.write_buffer_bytes(),
            ..Statistics::default()
        };
        for (family, _) in self.open.database.families() {
            let [keys_estimate, tables, blobs, memory] =
                self.open.database.with_handle(family, |db, handle| {
                    let read = |property: &CStr| {
                        let value = db.property_int_value_cf(handle, property).map_err(store_error)?;
                        value.ok_or_else(|| StoreError::Bug("unknown property".to_owned()))
                    };
                    let [keys, tables] = [read(ESTIMATE_NUM_KEYS)?, read(TOTAL_SST_FILES_SIZE)?];
                    Ok([keys, tables, read(TOTAL_BLOB_FILE_SIZE)?, read(ESTIMATE_TABLE_READERS_MEM)?])
                })?;
            statistics.open_file_bytes += memory;
            statistics.families.push(FamilyStatistics { family, keys_estimate, file_bytes: tables + blobs });
        }
        Ok(statistics)
    }

    fn range_bytes(&self, family: FamilyId, ranges: &[KeyRange]) -> Result<Vec<u64>, StoreError> {
        self.open.check_open()?;
        self.open.database.with_handle(family, |db, handle| {
            let behind_all = self.open.behind_all_keys();
            let mut asked = Vec::with_capacity(ranges.len());
            for range in ranges {
                asked.push(Range::new(range.start(), range.end().unwrap_or(&behind_all)));
            }
            Ok(db.get_approximate_sizes_cf(handle, &asked))
        })
    }
}

fn file_bytes(folder: &Path) -> Result<u64, StoreError> {
    let failed = |error: std::io::Error| io_error(&folder.display().to_string(), &error);
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        match entry.and_then(|entry| entry.metadata()) {
            Ok(metadata) => bytes += metadata.len(),
            // Removed since the folder was read.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (),
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
