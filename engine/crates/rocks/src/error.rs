//! RocksDB's errors in the seam's terms.

use fornax_store::StoreError;
use rocksdb::{Error, ErrorKind};

/// What an error of RocksDB means to the caller.
pub fn store_error(error: Error) -> StoreError {
    let kind = error.kind();
    let text = error.into_string();
    match kind {
        ErrorKind::Corruption => StoreError::Corrupted(text),
        ErrorKind::IOError if text.contains("No space left") => StoreError::Full(text),
        // From another process, and from this one.
        ErrorKind::IOError if text.contains("While lock file") || text.contains("lock hold by") => {
            StoreError::Locked(text)
        }
        ErrorKind::InvalidArgument | ErrorKind::NotSupported => StoreError::Bug(text),
        _ => StoreError::Io(text),
    }
}

/// What a failed call of the operating system means to the caller.
pub fn io_error(what: &str, error: &std::io::Error) -> StoreError {
    let text = format!("{what}: {error}");
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full(text),
        _ => StoreError::Io(text),
    }
}
