//! RocksDB's options for this use: values arrive sealed, one process, little memory, short recovery.

use fornax_store::FamilyKind;
use rocksdb::{
    BlockBasedOptions, Cache, DBCompressionType, DBRecoveryMode, DataBlockIndexType, InfoLogger, LogLevel,
    Options, WriteBufferManager,
};

use crate::RocksOptions;

/// Values from this size on lie in blob files.
const BLOB_BYTES_MIN: u64 = 64 << 10;

/// Of the files of large values, the share, from the oldest on, whose live values an ordinary compaction moves.
pub const BLOB_AGE_CUTOFF: &str = "0.25";

/// The part of memory in which a family's entries are laid out: each family that is written to takes at least one.
const ARENA_BLOCK_BYTES: usize = 128 << 10;

/// Keys for each place of a block's hash index, and from one that can be gone to directly to the next.
const HASH_RATIO: f64 = 0.75;
const RESTART_INTERVAL: i32 = 8;

/// Asks the cache to estimate the size of blocks itself.
const BLOCK_BYTES_ESTIMATED: usize = 0;

/// What all families of a store share.
pub struct Shared {
    cache: Cache,
    write_buffers: WriteBufferManager,
    write_buffer_bytes: usize,
}

impl Shared {
    /// Caches and buffers of the chosen sizes.
    pub fn new(options: &RocksOptions) -> Self {
        Self {
            cache: Cache::new_hyper_clock_cache(options.cache_bytes, BLOCK_BYTES_ESTIMATED),
            write_buffers: WriteBufferManager::new_write_buffer_manager(options.write_buffer_bytes, false),
            write_buffer_bytes: options.write_buffer_bytes,
        }
    }

    /// Bytes of blocks in memory now.
    pub fn cache_bytes(&self) -> u64 {
        self.cache.get_usage() as u64
    }

    /// Bytes of entries that are not yet in files.
    pub fn write_buffer_bytes(&self) -> u64 {
        self.write_buffers.get_usage() as u64
    }

    /// Options of the database as a whole.
    pub fn database(&self, options: &RocksOptions) -> Options {
        let mut db = self.family(FamilyKind::Scans);
        db.create_if_missing(true);
        db.create_missing_column_families(true);
        db.set_write_buffer_manager(&self.write_buffers);

        // The log: recovery takes what can be read up to the first bad record, as after a torn write; the witness in
        // `acknowledged` then tells whether that was all. Logs that are missing or too short as a whole are an error.
        db.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
        db.set_track_and_verify_wals_in_manifest(true);
        db.set_max_total_wal_size(options.log_bytes);
        db.set_manual_wal_flush(false);
        db.set_paranoid_checks(true);

        db.set_max_background_jobs(options.background_jobs);
        db.set_max_open_files(options.open_files_max);
        db.set_skip_stats_update_on_db_open(true);
        db.set_avoid_unnecessary_blocking_io(true);
        db.set_bytes_per_sync(1 << 20);
        db.set_compaction_readahead_size(1 << 20);
        db.set_max_manifest_file_size(8 << 20);

        db.set_stats_dump_period_sec(0);
        db.set_stats_persist_period_sec(0);
        db.set_info_logger(InfoLogger::new_callback_logger(LogLevel::Warn, report));
        db
    }

    /// Options of a family. Nothing is compressed: values are sealed, and keys are hashes and numbers.
    pub fn family(&self, kind: FamilyKind) -> Options {
        let mut family = Options::default();
        family.set_compression_type(DBCompressionType::None);
        family.set_level_compaction_dynamic_level_bytes(true);
        family.set_write_buffer_size(self.write_buffer_bytes / 2);
        family.set_max_write_buffer_number(4);
        family.set_arena_block_size(ARENA_BLOCK_BYTES);
        family.set_target_file_size_base(64 << 20);
        if kind == FamilyKind::LargeValues {
            family.set_enable_blob_files(true);
            family.set_min_blob_size(BLOB_BYTES_MIN);
            family.set_blob_compression_type(DBCompressionType::None);
            family.set_enable_blob_gc(true);
        }
        family.set_block_based_table_factory(&self.table(kind));
        family
    }

    fn table(&self, kind: FamilyKind) -> BlockBasedOptions {
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(&self.cache);
        table.set_cache_index_and_filter_blocks(true);
        table.set_cache_index_and_filter_blocks_with_high_priority(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        table.set_format_version(6);
        match kind {
            FamilyKind::PointLookups => table.set_block_size(4 << 10),
            FamilyKind::LargeValues => table.set_block_size(8 << 10),
            FamilyKind::Scans => table.set_block_size(16 << 10),
        }
        if kind != FamilyKind::Scans {
            // Ten bits a key in the newest files, seven in all others, for one false answer in a hundred.
            table.set_hybrid_ribbon_filter(10.0, 1);
            table.set_optimize_filters_for_memory(true);
            // A get goes to its place within a block by a hash: two bytes a key, for a quarter of what a get costs.
            table.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
            table.set_data_block_hash_ratio(HASH_RATIO);
            table.set_block_restart_interval(RESTART_INTERVAL);
        }
        table
    }
}

/// Hands RocksDB's warnings to the process's log. They name files, never keys.
fn report(level: LogLevel, text: &str) {
    match level {
        LogLevel::Warn => tracing::warn!(target: "rocksdb", "{text}"),
        LogLevel::Error | LogLevel::Fatal => tracing::error!(target: "rocksdb", "{text}"),
        LogLevel::Debug | LogLevel::Info | LogLevel::Header => (),
    }
}
