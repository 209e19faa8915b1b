//! What an embedder chooses about a store.

use std::path::PathBuf;

use fornax_store::{FamilyId, FamilyKind, Limits};

/// Where a store lies and what it may use. With the defaults it takes at most some 200 MiB of memory.
#[derive(Clone, Debug)]
pub struct RocksOptions {
    /// The store's directory; made if it is missing.
    pub path: PathBuf,
    /// Families that exist from the opening on; those missing are made, which is cheaper here than later.
    pub families: Vec<(FamilyId, FamilyKind)>,
    /// Bytes of blocks of files kept in memory, indexes and filters included. Default 64 MiB.
    pub cache_bytes: usize,
    /// Bytes of written entries kept in memory before they go to files, over all families. Default 64 MiB.
    pub write_buffer_bytes: usize,
    /// Bytes of write-ahead log after which entries go to files: bounds the time of recovery. Default 64 MiB.
    pub log_bytes: u64,
    /// Threads that write and merge files. Default 2.
    pub background_jobs: i32,
    /// Files kept open. Default 512, for some 32 GiB of data without opening files anew. The process's own limit must
    /// allow more.
    pub open_files_max: i32,
    /// Bounds on what one call may ask for.
    pub limits: Limits,
}

impl RocksOptions {
    /// The defaults for a store in this directory.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            families: Vec::new(),
            cache_bytes: 64 << 20,
            write_buffer_bytes: 64 << 20,
            log_bytes: 64 << 20,
            background_jobs: 2,
            open_files_max: 512,
            limits: Limits::default(),
        }
    }
}
