//! Tantivy's view of one segment: sealed files named by number and component, and a `meta.json` that never reaches the disk.
//!
//! Tantivy's own list of managed files is dropped and its `meta.json` is kept in the manifest, so a segment is six files and
//! no more, and one file write fewer to sync.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fornax_crypto::{DataKey, Entropy};
use parking_lot::Mutex;
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

use crate::files::Files;
use crate::page_cache::PageCache;
use crate::sealed_file::{FileSeal, SealedFile, SealedWriter};

/// What every sealed file of an index needs.
#[derive(Clone)]
pub(crate) struct Vault {
    pub files: Arc<dyn Files>,
    pub key: Arc<DataKey>,
    pub entropy: Arc<dyn Entropy>,
    pub pages: Arc<PageCache>,
}

impl Vault {
    pub(crate) fn create(&self, name: &str) -> io::Result<SealedWriter> {
        SealedWriter::create(&*self.files, name, &self.key, &*self.entropy)
    }

    pub(crate) fn open(&self, seal: &FileSeal) -> io::Result<SealedFile> {
        SealedFile::open(&*self.files, seal, &self.key, &self.pages)
    }
}

/// The files of one segment on disk.
#[derive(Clone)]
pub(crate) struct SegmentDirectory {
    vault: Vault,
    number: u64,
    written: Arc<Mutex<Written>>,
}

#[derive(Default)]
struct Written {
    meta: Vec<u8>,
    seals: Vec<FileSeal>,
}

const META: &str = "meta.json";

impl SegmentDirectory {
    /// An empty segment, to be written.
    pub(crate) fn create(vault: Vault, number: u64) -> Self {
        Self { vault, number, written: Arc::default() }
    }

    /// A segment that the manifest describes.
    pub(crate) fn existing(vault: Vault, number: u64, meta: Vec<u8>, seals: Vec<FileSeal>) -> Self {
        Self { vault, number, written: Arc::new(Mutex::new(Written { meta, seals })) }
    }

    /// Tantivy's `meta.json` and the seals of all files written so far.
    pub(crate) fn contents(&self) -> (Vec<u8>, Vec<FileSeal>) {
        let written = self.written.lock();
        (written.meta.clone(), written.seals.clone())
    }

    /// `0000000000000012.idx`: the segment's number and Tantivy's component, without Tantivy's own random name.
    fn name(&self, path: &Path) -> Option<String> {
        let component = path.extension()?.to_str()?;
        Some(format!("{:016x}.{component}", self.number))
    }

    fn seal(&self, path: &Path) -> Option<FileSeal> {
        let name = self.name(path)?;
        self.written.lock().seals.iter().find(|seal| seal.name == name).cloned()
    }
}

impl fmt::Debug for SegmentDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SegmentDirectory({:016x})", self.number)
    }
}

struct ComponentWriter {
    writer: Option<SealedWriter>,
    written: Arc<Mutex<Written>>,
}

impl Write for ComponentWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let writer = self.writer.as_mut().ok_or_else(|| io::Error::other("written after its end"))?;
        writer.write_all(bytes)?;
        Ok(bytes.len())
    }

    /// Nothing: a part of a page must never be sealed, its nonce would come again.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for ComponentWriter {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        let writer = self.writer.take().ok_or_else(|| io::Error::other("terminated twice"))?;
        let seal = writer.finish()?;
        self.written.lock().seals.push(seal);
        Ok(())
    }
}

fn read_error(error: io::Error, path: &Path) -> OpenReadError {
    if error.kind() == io::ErrorKind::NotFound {
        OpenReadError::FileDoesNotExist(path.to_owned())
    } else {
        OpenReadError::IoError { io_error: Arc::new(error), filepath: path.to_owned() }
    }
}

impl Directory for SegmentDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let seal = self.seal(path).ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(Arc::new(self.vault.open(&seal).map_err(|error| read_error(error, path))?))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let name = self.name(path).ok_or_else(|| DeleteError::FileDoesNotExist(path.to_owned()))?;
        self.written.lock().seals.retain(|seal| seal.name != name);
        self.vault
            .files
            .remove(&name)
            .map_err(|error| DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        if path == Path::new(META) {
            return Ok(!self.written.lock().meta.is_empty());
        }
        Ok(self.seal(path).is_some())
    }

    /// The buffer is empty, as Tantivy's managed directory demands: it takes the inner writer out.
    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let create = |name: String| self.vault.create(&name);
        let writer = self
            .name(path)
            .ok_or_else(|| io::Error::other("a file without a component"))
            .and_then(create)
            .map_err(|error| OpenWriteError::IoError {
                io_error: Arc::new(error),
                filepath: path.to_owned(),
            })?;
        let writer = ComponentWriter { writer: Some(writer), written: Arc::clone(&self.written) };
        Ok(BufWriter::new(Box::new(writer)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let meta = self.written.lock().meta.clone();
        if path == Path::new(META) && !meta.is_empty() {
            return Ok(meta);
        }
        Err(OpenReadError::FileDoesNotExist(path.to_owned()))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path == Path::new(META) {
            self.written.lock().meta = data.to_vec();
        }
        Ok(())
    }

    /// The folder is synced once, before the manifest that names the segment.
    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// A segment is written by one thread and never again; nothing is there to lock.
    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(PathBuf::new())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
