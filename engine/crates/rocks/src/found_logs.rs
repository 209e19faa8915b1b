//! The write-ahead logs as they were before recovery, which deletes them.
//!
//! They are kept as further names of the same files, so that keeping them costs next to nothing, until recovery is known to have
//! brought back all that was acknowledged. Otherwise they stay for whoever has to save what can be saved.

use std::ffi::OsStr;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use fornax_store::StoreError;

use crate::error::io_error;

/// A folder with the logs.
pub struct FoundLogs {
    folder: PathBuf,
}

impl FoundLogs {
    /// Keeps all logs in `database`. Those already kept by an opening that failed are left as they are.
    pub fn keep(database: &Path, folder: PathBuf) -> Result<Self, StoreError> {
        let failed = |error: Error| io_error(&folder.display().to_string(), &error);
        let entries = match fs::read_dir(database) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self { folder }),
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let (true, Some(name)) = (path.extension() == Some(OsStr::new("log")), path.file_name()) else {
                continue;
            };
            fs::create_dir_all(&folder).map_err(failed)?;
            let kept = folder.join(name);
            if !kept.try_exists().map_err(failed)? {
                // Some file systems know no second name for a file.
                fs::hard_link(&path, &kept)
                    .or_else(|_| fs::copy(&path, &kept).map(|_| ()))
                    .map_err(failed)?;
            }
        }
        Ok(Self { folder })
    }

    /// Where the logs are kept.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets the logs go.
    pub fn release(&self) -> Result<(), StoreError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(io_error(&self.folder.display().to_string(), &error))
            }
            _ => Ok(()),
        }
    }
}
