//! Entries put into files of their own, which the database then takes as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use fornax_store::{Batch, Edit, StoreError};
use rocksdb::{IngestExternalFileOptions, Options, SstFileWriter};

use crate::error::{io_error, store_error};

/// Where such files are written. What is found there at opening belongs to nobody.
pub struct Incoming {
    folder: PathBuf,
    next: AtomicU64,
}

impl Incoming {
    /// Empties the folder, if it is there.
    pub fn open(folder: PathBuf) -> Result<Self, StoreError> {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(&folder, &error)),
            _ => Ok(Self { folder, next: AtomicU64::new(0) }),
        }
    }

    /// Writes the puts of a batch to a new file, with the options of their family.
    pub fn write(&self, batch: &Batch, options: &Options) -> Result<PathBuf, StoreError> {
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, &error))?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.sst"));
        let mut writer = SstFileWriter::create(options);
        writer.open(&path).map_err(store_error)?;
        for edit in batch.edits() {
            let Edit::Put { key, value, .. } = edit else { continue };
            writer.put(key, value).map_err(store_error)?;
        }
        writer.finish().map_err(store_error)?;
        Ok(path)
    }
}

/// How files are taken: by their names, without copying them.
pub fn options() -> IngestExternalFileOptions {
    let mut options = IngestExternalFileOptions::default();
    options.set_move_files(true);
    options
}

fn failed(folder: &Path, error: &std::io::Error) -> StoreError {
    io_error(&folder.display().to_string(), error)
}
