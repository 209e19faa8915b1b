//! A simulated disk under the index: it forgets what was not synced, tears what was under way, and fails when told to.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::files::{AppendFile, Files, ReadFile};

/// A folder in memory that behaves like a disk at its worst.
#[derive(Clone, Debug, Default)]
pub struct FaultyFiles {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Debug, Default)]
struct Disk {
    /// What programs see.
    names: BTreeMap<String, Arc<Mutex<Content>>>,
    /// What [`Files::sync_folder`] has made durable.
    durable_names: BTreeMap<String, Arc<Mutex<Content>>>,
    operations: u64,
    fail_at: Option<u64>,
}

#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    durable: usize,
}

impl Content {
    fn lose_power(&mut self, random: &mut impl FnMut(usize) -> usize) {
        let kept = self.durable + random(self.bytes.len() - self.durable + 1);
        let torn = random(kept - self.durable + 1);
        self.bytes.truncate(kept);
        self.bytes[kept - torn..].fill(0xA5);
        self.durable = kept;
    }
}

impl FaultyFiles {
    /// Makes the `n`th operation from now (from 1) fail; `None`: none.
    pub fn fail_at(&self, n: Option<u64>) {
        let mut disk = self.disk.lock();
        disk.fail_at = n.map(|n| disk.operations + n);
    }

    /// Whether the failure that was asked for has come.
    pub fn has_failed(&self) -> bool {
        let disk = self.disk.lock();
        disk.fail_at.is_some_and(|at| disk.operations >= at)
    }

    /// Operations so far.
    pub fn operations(&self) -> u64 {
        self.disk.lock().operations
    }

    /// Power loss. Of each file a part of what was not synced stays, its end possibly overwritten with garbage; of each name that
    /// was not synced, it is open whether it stays. `random` gives numbers below its argument.
    pub fn lose_power(&self, mut random: impl FnMut(usize) -> usize) {
        let mut disk = self.disk.lock();
        let mut all = disk.durable_names.clone();
        all.extend(disk.names.clone());
        let mut after = BTreeMap::new();
        for (name, content) in all {
            let settled = disk.durable_names.contains_key(&name) && disk.names.contains_key(&name);
            if !settled && random(2) == 0 {
                continue;
            }
            content.lock().lose_power(&mut random);
            after.insert(name, content);
        }
        disk.names = after.clone();
        disk.durable_names = after;
        disk.fail_at = None;
    }

    /// Every file's bytes, to look for what must not be there, or to put back an older state.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        self.disk
            .lock()
            .names
            .iter()
            .map(|(name, content)| (name.clone(), content.lock().bytes.clone()))
            .collect()
    }

    /// Replaces a file's bytes, as an attacker or a broken disk would.
    pub fn tamper(&self, name: &str, bytes: Vec<u8>) {
        let content = Content { durable: bytes.len(), bytes };
        let content = Arc::new(Mutex::new(content));
        let mut disk = self.disk.lock();
        disk.names.insert(name.to_owned(), Arc::clone(&content));
        disk.durable_names.insert(name.to_owned(), content);
    }
}

impl Disk {
    fn operate(&mut self) -> io::Result<()> {
        self.operations += 1;
        if self.fail_at == Some(self.operations) {
            return Err(io::Error::other("injected failure"));
        }
        Ok(())
    }
}

impl Files for FaultyFiles {
    fn create(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let mut disk = self.disk.lock();
        disk.operate()?;
        if disk.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Arc::<Mutex<Content>>::default();
        disk.names.insert(name.to_owned(), Arc::clone(&content));
        Ok(Box::new(FaultyFile { files: self.clone(), content }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>> {
        let mut disk = self.disk.lock();
        disk.operate()?;
        let content = disk.names.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(FaultyFile { files: self.clone(), content }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.operate()?;
        disk.names.remove(name).map(|_| ()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut disk = self.disk.lock();
        disk.operate()?;
        Ok(disk.names.keys().cloned().collect())
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.operate()?;
        disk.durable_names = disk.names.clone();
        Ok(())
    }
}

#[derive(Debug)]
struct FaultyFile {
    files: FaultyFiles,
    content: Arc<Mutex<Content>>,
}

impl AppendFile for FaultyFile {
    /// A failed append leaves the first half behind.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let outcome = self.files.disk.lock().operate();
        let written = if outcome.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        self.content.lock().bytes.extend_from_slice(written);
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        self.files.disk.lock().operate()?;
        let mut content = self.content.lock();
        content.durable = content.bytes.len();
        Ok(())
    }
}

impl ReadFile for FaultyFile {
    fn bytes(&self) -> u64 {
        self.content.lock().bytes.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.files.disk.lock().operate()?;
        let content = self.content.lock();
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = content.bytes.get(start..start + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}
