//! The open database that a store and its snapshots share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use fornax_store::{
    Batch, Durability, Edit, FamilyId, FamilyKind, KeyRange, Limits, StoreError, check_files,
    families_to_create,
};
use parking_lot::Mutex;
use rocksdb::{
    BottommostLevelCompaction, ColumnFamilyDescriptor, CompactOptions, DB, FlushOptions, Options, WriteBatch,
    WriteOptions,
};

use crate::RocksOptions;
use crate::acknowledged::Acknowledged;
use crate::error::{io_error, store_error};
use crate::families::{self, Database, HandleMap};
use crate::found_logs::FoundLogs;
use crate::ingest::{self, Incoming};
use crate::tuning::{BLOB_AGE_CUTOFF, Shared};

/// What RocksDB needs beside an entry's bytes, at most.
const ENTRY_OVERHEAD_BYTES: usize = 16;

/// An open database.
pub struct OpenStore {
    pub database: Database,
    pub limits: Limits,
    pub shared: Shared,
    acknowledged: Acknowledged,
    incoming: Incoming,
    synced: WriteOptions,
    buffered: WriteOptions,
    /// Serialises the making and dropping of families.
    families: Mutex<()>,
    closed: AtomicBool,
}

impl OpenStore {
    /// Opens the database, recovers it, and checks that nothing acknowledged is missing.
    pub fn open(options: &RocksOptions) -> Result<Self, StoreError> {
        let path = &options.path;
        let folder = path.join("db");
        make_folder(&folder).map_err(|error| io_error(&folder.display().to_string(), &error))?;
        let existing = existing_families(&folder)?;
        let missing = families_to_create(&existing, &options.families, &options.limits)?;
        let all = [existing, missing].concat();

        let shared = Shared::new(options);
        let acknowledged = Acknowledged::open(&path.join("acknowledged"))?;
        let logs = FoundLogs::keep(&folder, path.join("found-logs"))?;
        let descriptors = all
            .iter()
            .map(|&(id, kind)| ColumnFamilyDescriptor::new(families::name(id, kind), shared.family(kind)));
        let db =
            DB::open_cf_descriptors(&shared.database(options), &folder, descriptors).map_err(store_error);
        let db = match db {
            Ok(db) => db,
            Err(error) => {
                if !matches!(error, StoreError::Corrupted(_)) {
                    logs.release()?;
                }
                return Err(error);
            }
        };
        check_recovered(&db, &acknowledged, &logs)?;
        logs.release()?;

        let mut synced = WriteOptions::new();
        synced.set_sync(true);
        Ok(Self {
            database: Database::with_families(db, &all)?,
            limits: options.limits.clone(),
            shared,
            acknowledged,
            incoming: Incoming::open(path.join("incoming"))?,
            synced,
            buffered: WriteOptions::new(),
            families: Mutex::new(()),
            closed: AtomicBool::new(false),
        })
    }

    /// Where RocksDB's files lie.
    pub fn folder(&self) -> &Path {
        self.database.borrow_owner().path()
    }

    /// Refuses to go on after a failure that leaves open what is on disk.
    pub fn check_open(&self) -> Result<(), StoreError> {
        if self.closed.load(Ordering::Acquire) { Err(StoreError::Closed) } else { Ok(()) }
    }

    /// The outcome of a call that changes or syncs; a failed one closes the store.
    fn closing(&self, outcome: Result<(), rocksdb::Error>) -> Result<(), StoreError> {
        outcome.map_err(store_error).inspect_err(|_| self.close())
    }

    /// Notes that all changes up to `seq` are synced, before they are acknowledged as such.
    fn acknowledge(&self, seq: u64) -> Result<(), StoreError> {
        self.acknowledged.advance(seq).inspect_err(|_| self.close())
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub fn write(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        self.check_open()?;
        self.limits.check_batch(batch)?;
        let db = self.database.borrow_owner();
        self.database.with_dependent(|_, handles| {
            // Held over the write: a batch that names a dropped family makes RocksDB refuse all writes from then on.
            let handles = handles.read();
            let encoded = self.encode(batch, &handles)?;
            match durability {
                Durability::Buffered => self.closing(db.write_opt(encoded, &self.buffered)),
                Durability::Synced => {
                    // Each edit takes a number, and those of this batch are above all that are taken now.
                    let seq = db.latest_sequence_number() + batch.len() as u64;
                    self.closing(db.write_opt(encoded, &self.synced))?;
                    self.acknowledge(seq)
                }
            }
        })
    }

    /// What sorts behind all keys that the limits allow.
    pub fn behind_all_keys(&self) -> Vec<u8> {
        vec![0xff; self.limits.key_bytes_max + 1]
    }

    fn encode(&self, batch: &Batch, handles: &HandleMap<'_>) -> Result<WriteBatch, StoreError> {
        let bytes = batch.byte_len() + batch.len() * ENTRY_OVERHEAD_BYTES;
        let mut encoded = WriteBatch::with_capacity_bytes(bytes);
        for edit in batch.edits() {
            let (_, handle) = handles.get(&edit.family()).ok_or(StoreError::UnknownFamily(edit.family()))?;
            match edit {
                Edit::Put { key, value, .. } => encoded.put_cf(handle, key, value),
                Edit::Delete { key, .. } => encoded.delete_cf(handle, key),
                Edit::DeleteRange { start, end: Some(end), .. } => {
                    encoded.delete_range_cf(handle, start, end);
                }
                Edit::DeleteRange { start, end: None, .. } => {
                    encoded.delete_range_cf(handle, start, &self.behind_all_keys()[..]);
                }
            }
        }
        Ok(encoded)
    }

    pub fn ingest(&self, family: FamilyId, files: &[Batch]) -> Result<(), StoreError> {
        self.check_open()?;
        check_files(family, files, &self.limits)?;
        let kind = self.database.families().into_iter().find(|(id, _)| *id == family);
        let (_, kind) = kind.ok_or(StoreError::UnknownFamily(family))?;
        let options = self.shared.family(kind);
        let files = files.iter().filter(|file| !file.is_empty());
        let paths = files.map(|file| self.incoming.write(file, &options)).collect::<Result<Vec<_>, _>>()?;
        if paths.is_empty() {
            return Ok(());
        }
        let db = self.database.borrow_owner();
        self.database.with_dependent(|_, handles| {
            // Held meanwhile, as by `write`.
            let handles = handles.read();
            let (_, handle) = handles.get(&family).ok_or(StoreError::UnknownFamily(family))?;
            self.closing(db.ingest_external_file_cf_opts(handle, &ingest::options(), paths))
        })
    }

    pub fn sync(&self) -> Result<(), StoreError> {
        self.check_open()?;
        let db = self.database.borrow_owner();
        let seq = db.latest_sequence_number();
        self.closing(db.flush_wal(true))?;
        self.acknowledge(seq)
    }

    pub fn create_families(&self, wanted: &[(FamilyId, FamilyKind)]) -> Result<(), StoreError> {
        self.check_open()?;
        let _alone = self.families.lock();
        for (id, kind) in families_to_create(&self.database.families(), wanted, &self.limits)? {
            let created =
                self.database.borrow_owner().create_cf(families::name(id, kind), &self.shared.family(kind));
            self.closing(created)?;
            self.database.add(id, kind)?;
        }
        Ok(())
    }

    pub fn drop_families(&self, unwanted: &[FamilyId]) -> Result<(), StoreError> {
        self.check_open()?;
        let _alone = self.families.lock();
        for &id in unwanted {
            if let Some(kind) = self.database.remove(id) {
                self.closing(self.database.borrow_owner().drop_cf(&families::name(id, kind)))?;
            }
        }
        Ok(())
    }

    pub fn flush(&self) -> Result<(), StoreError> {
        self.check_open()?;
        let db = self.database.borrow_owner();
        self.database.with_dependent(|_, handles| {
            let handles: Vec<_> = handles.read().values().map(|(_, handle)| handle.clone()).collect();
            let handles: Vec<_> = handles.iter().collect();
            self.closing(db.flush_cfs_opt(&handles, &FlushOptions::default()))
        })
    }

    pub fn compact(&self, family: FamilyId, range: &KeyRange) -> Result<(), StoreError> {
        self.check_open()?;
        self.database.with_handle(family, |db, handle| {
            // Else only the oldest quarter of the files of large values gives the space of removed ones back.
            let cutoff = |share| db.set_options_cf(handle, &[("blob_garbage_collection_age_cutoff", share)]);
            cutoff("1.0").map_err(store_error)?;
            // Nor would the lowest level be looked at, where nothing above it overlaps; and with it the large values that it names.
            let mut options = CompactOptions::default();
            options.set_bottommost_level_compaction(BottommostLevelCompaction::ForceOptimized);
            db.compact_range_cf_opt(handle, Some(range.start()), range.end(), &options);
            cutoff(BLOB_AGE_CUTOFF).map_err(store_error)
        })
    }
}

/// Makes a folder and those above it that are missing, durably: RocksDB syncs what is in its folder, and not the folder's
/// own name.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut missing: Vec<&Path> = Vec::new();
    for above in folder.ancestors().filter(|above| !above.as_os_str().is_empty()) {
        if above.try_exists()? {
            break;
        }
        missing.push(above);
    }
    std::fs::create_dir_all(folder)?;
    for made in missing {
        let above = made.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(above)?.sync_all()?;
    }
    Ok(())
}

fn existing_families(folder: &PathBuf) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError> {
    // RocksDB writes this file last when it makes a database.
    match folder.join("CURRENT").try_exists() {
        Ok(true) => families::parse_names(&DB::list_cf(&Options::default(), folder).map_err(store_error)?),
        Ok(false) => Ok(Vec::new()),
        Err(error) => Err(io_error(&folder.display().to_string(), &error)),
    }
}

fn check_recovered(db: &DB, acknowledged: &Acknowledged, logs: &FoundLogs) -> Result<(), StoreError> {
    let (recovered, acknowledged) = (db.latest_sequence_number(), acknowledged.seq());
    if recovered >= acknowledged {
        return Ok(());
    }
    Err(StoreError::Corrupted(format!(
        "the log ends at change {recovered}, but changes up to {acknowledged} were acknowledged; the logs are kept in {}",
        logs.folder().display()
    )))
}
