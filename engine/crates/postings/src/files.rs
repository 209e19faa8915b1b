//! The files below the sealed directory: one flat folder of files that are written once.
//!
//! A seam because power loss and torn writes are simulated under it ([`crate::faulty`]).

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A flat folder of write-once files.
pub trait Files: Debug + Send + Sync + 'static {
    /// Creates a file for appending. Fails with `AlreadyExists` rather than touching an old one.
    fn create(&self, name: &str) -> io::Result<Box<dyn AppendFile>>;
    /// Opens a finished file; it stays readable after [`Files::remove`].
    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// The names of all files, in no order.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Makes created and removed names durable.
    fn sync_folder(&self) -> io::Result<()>;
}

/// A file being written, front to back.
pub trait AppendFile: Send + Sync {
    /// Appends all of `bytes`.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything appended so far durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A finished file.
pub trait ReadFile: Debug + Send + Sync {
    /// The length in bytes.
    fn bytes(&self) -> u64;
    /// Fills `buffer` from `offset`, or fails with `UnexpectedEof`.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

/// [`Files`] in a folder of the file system.
#[derive(Debug)]
pub struct DiskFiles {
    folder: PathBuf,
}

impl DiskFiles {
    /// Uses `folder`, which is made (with its parents) when it is not there.
    pub fn at(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }
}

impl Files for DiskFiles {
    fn create(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.folder.join(name))?;
        Ok(Box::new(DiskFile { file, bytes: 0 }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>> {
        let file = File::open(self.folder.join(name))?;
        let bytes = file.metadata()?.len();
        Ok(Arc::new(DiskFile { file, bytes }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.folder.join(name))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

#[derive(Debug)]
struct DiskFile {
    file: File,
    bytes: u64,
}

impl AppendFile for DiskFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl ReadFile for DiskFile {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}
