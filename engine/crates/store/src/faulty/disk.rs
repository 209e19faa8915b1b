//! The simulated disk, and one opening of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, MutexGuard};

use super::{FaultyStore, Seeded};
use crate::family::families_to_create;
use crate::ingest::check_files;
use crate::{Batch, Durability, FamilyId, FamilyKind, Limits, MemoryStore, Store, StoreError};

/// A simulated disk; clones are handles to the same one.
#[derive(Clone)]
pub struct FaultyDisk {
    disk: Arc<Mutex<Disk>>,
}

struct Disk {
    synced: MemoryStore,
    /// What was written since the last sync, in order.
    unsynced: Vec<Batch>,
    /// Whether the store that is open now has failed; absent when none is open.
    open: Option<Arc<AtomicBool>>,
    ios: u64,
    fails_at: Option<u64>,
    fired: bool,
    random: Seeded,
}

impl FaultyDisk {
    /// An empty disk. What it does by chance follows from `seed`.
    pub fn new(limits: Limits, seed: u64) -> Self {
        let disk = Disk {
            synced: MemoryStore::new(limits),
            unsynced: Vec::new(),
            open: None,
            ios: 0,
            fails_at: None,
            fired: false,
            random: Seeded::new(seed),
        };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// Opens the store, with everything that was written unless a crash lost it. One store can be open at a time.
    pub fn open(&self) -> Result<FaultyStore, StoreError> {
        let mut disk = self.disk.lock();
        if disk.open.is_some() {
            return Err(StoreError::Locked("the simulated disk".to_owned()));
        }
        let live = disk.synced.duplicate();
        for batch in &disk.unsynced {
            live.write(batch, Durability::Buffered)?;
        }
        let failed = Arc::new(AtomicBool::new(false));
        disk.open = Some(failed.clone());
        Ok(FaultyStore { session: Arc::new(Session { disk: self.disk.clone(), live, failed }) })
    }

    /// Takes the power away: the open store is closed, and of the batches that were not synced only the first few
    /// remain, or none, or all.
    pub fn crash(&self) -> Result<(), StoreError> {
        let mut disk = self.disk.lock();
        if let Some(failed) = disk.open.take() {
            failed.store(true, Ordering::SeqCst);
        }
        let unsynced = disk.unsynced.len() as u64;
        let kept = disk.random.below(unsynced + 1);
        for (_, batch) in (0..kept).zip(&disk.unsynced) {
            disk.synced.write(batch, Durability::Synced)?;
        }
        disk.unsynced.clear();
        Ok(())
    }

    /// Lets the `nth` input or output from now fail, counted from one.
    pub fn fail_at(&self, nth: u64) {
        let mut disk = self.disk.lock();
        disk.fails_at = Some(disk.ios + nth);
        disk.fired = false;
    }

    /// Takes back the failure that was asked for, and says whether it has happened already.
    pub fn heal(&self) -> bool {
        let mut disk = self.disk.lock();
        disk.fails_at = None;
        disk.fired
    }
}

impl Disk {
    fn io(&mut self) -> Result<(), StoreError> {
        self.ios += 1;
        if self.fails_at == Some(self.ios) {
            self.fired = true;
            return Err(StoreError::Io(format!("simulated, number {}", self.ios)));
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.io()?;
        self.unsynced.drain(..).try_for_each(|batch| self.synced.write(&batch, Durability::Synced))
    }
}

/// One opening of a disk. The state that readers see is its own; the disk's follows at each sync.
pub struct Session {
    disk: Arc<Mutex<Disk>>,
    live: MemoryStore,
    failed: Arc<AtomicBool>,
}

impl Session {
    /// What readers see.
    pub fn live(&self) -> &MemoryStore {
        &self.live
    }

    /// Does the input of one read.
    pub fn read(&self) -> Result<(), StoreError> {
        self.lock()?.io()
    }

    pub fn write(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        let mut disk = self.lock()?;
        self.live.check(batch)?;
        disk.unsynced.push(batch.clone());
        self.closing(disk.io())?;
        if durability == Durability::Synced {
            self.closing(disk.sync())?;
        }
        self.live.write(batch, durability)
    }

    /// What is ingested is synced at once, before what was written and not synced.
    pub fn ingest(&self, family: FamilyId, files: &[Batch]) -> Result<(), StoreError> {
        let mut disk = self.lock()?;
        check_files(family, files, self.live.limits())?;
        self.live.range_bytes(family, &[])?;
        let done = disk.io();
        if done.is_ok() || disk.random.below(2) == 0 {
            disk.synced.ingest(family, files)?;
        }
        self.closing(done)?;
        self.live.ingest(family, files)
    }

    pub fn sync(&self) -> Result<(), StoreError> {
        let mut disk = self.lock()?;
        self.closing(disk.sync())
    }

    pub fn create_families(&self, families: &[(FamilyId, FamilyKind)]) -> Result<(), StoreError> {
        let mut disk = self.lock()?;
        families_to_create(&self.live.families()?, families, self.live.limits())?;
        let done = disk.io();
        if done.is_ok() || disk.random.below(2) == 0 {
            disk.synced.create_families(families)?;
        }
        self.closing(done)?;
        self.live.create_families(families)
    }

    pub fn drop_families(&self, families: &[FamilyId]) -> Result<(), StoreError> {
        let mut disk = self.lock()?;
        let done = disk.io();
        if done.is_ok() || disk.random.below(2) == 0 {
            disk.synced.drop_families(families)?;
            for batch in &mut disk.unsynced {
                batch.forget(families);
            }
        }
        self.closing(done)?;
        self.live.drop_families(families)
    }

    fn lock(&self) -> Result<MutexGuard<'_, Disk>, StoreError> {
        let disk = self.disk.lock();
        if self.failed.load(Ordering::SeqCst) { Err(StoreError::Closed) } else { Ok(disk) }
    }

    fn closing(&self, done: Result<(), StoreError>) -> Result<(), StoreError> {
        if done.is_err() {
            self.failed.store(true, Ordering::SeqCst);
        }
        done
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut disk = self.disk.lock();
        if disk.open.as_ref().is_some_and(|open| Arc::ptr_eq(open, &self.failed)) {
            disk.open = None;
        }
    }
}
