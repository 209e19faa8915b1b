//! The engine: one directory, its keys, its store, its tenants.

use std::collections::{BTreeSet, HashSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use fornax_crypto::{
    CryptoError, Entropy, KeyFolder, KeySource, Limits as KeyLimits, SystemEntropy, TenantKeys, TenantUuid,
};
use fornax_index::Indexer;
use fornax_postings::{CacheBudget, Caches, PageCache};
use fornax_rocks::{RocksOptions, RocksStore};
use fornax_store::{Batch, Durability, Store};

use crate::background::Background;
use crate::capabilities::TypeCapabilities;
use crate::clock::{Clock, SystemClock};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::{Family, Placement};
use crate::index;
use crate::integrity;
use crate::jobs::{self, Runner};
use crate::long_queries::LongQueries;
use crate::open_tenant::{Shared, open_tenant};
use crate::options::{Options, TenantOptions};
use crate::records::{self, Catalog, CatalogEntry};
use crate::statistics::{self, Statistics};
use crate::tenant::Tenant;
use crate::tenant_id::TenantId;
use crate::tenants::Tenants;
use crate::time_zone;
use crate::vault::{Vault, failed, refused, state};

/// A directory, opened. Cheap to clone; the last clone to go closes it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    options: Options,
    keys: KeyFolder,
    master: Arc<dyn KeySource>,
    shared: Shared,
    /// The directory's own records.
    vault: Vault,
    tenants: Tenants,
    background: Background,
    runner: Runner,
}

/// A third of the index's memory is for decrypted pages.
pub(crate) fn index_pages_bytes(options: &Options) -> u64 {
    options.index_cache_bytes / 3
}

/// The rest is for what was made of pages, most of it for columns.
pub(crate) fn index_cache_budget(options: &Options) -> CacheBudget {
    let twelfth = options.index_cache_bytes / 12;
    CacheBudget { columns_bytes: 6 * twelfth, terms_bytes: twelfth, bits_bytes: twelfth }
}

/// The directory's own records are a tenant's without a name, number 0 and this UUID.
const DIRECTORY: TenantUuid = TenantUuid([0; 16]);

impl Engine {
    /// Whether what it writes is encrypted: false only where it was built to measure what that costs (`FORNAX_NULL_CIPHER`). Such a build
    /// opens no directory of another one, and no other build opens its directories.
    pub fn encrypts() -> bool {
        fornax_crypto::IS_ENCRYPTED
    }

    /// Opens a directory. An empty one is set up: keys in `keys/`, and the tenant `default`.
    ///
    /// # Errors
    /// `Conflict`: another process has it open. `Precondition`: it has data and no keys. `Invalid`: there is no such time zone.
    /// `Corrupted`, `Io`.
    pub fn open(options: Options) -> Result<Self> {
        Self::open_with(options, Arc::new(SystemClock))
    }

    /// Opens a directory under another clock.
    pub(crate) fn open_with(options: Options, clock: Arc<dyn Clock>) -> Result<Self> {
        // Before anything is made.
        time_zone::named(&options.default_tenant.time_zone)?;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
        let (keys, master) = open_keys(&options.directory, &*entropy)?;
        let master: Arc<dyn KeySource> = master;
        let placement = Placement::of(0).ok_or_else(|| records::bug("the directory's placement"))?;
        let store = open_store(&options, placement)?;
        let directory_keys = key_set(&keys, placement, &*store, (&*master, &*entropy))?;
        let vault = Vault::open(&directory_keys, placement, Arc::clone(&store))?;
        let catalog = match vault.get(&*store, Family::State, state::CATALOG)? {
            Some(bytes) => records::decode(&bytes)?,
            None => Catalog { next_number: 1, tenants: Vec::new() },
        };
        let shared = Shared {
            store,
            indexer: Arc::new(Indexer::new(fornax_definitions::r4())),
            pages: Arc::new(PageCache::with_bytes(index_pages_bytes(&options))),
            caches: Arc::new(Caches::with_budget(index_cache_budget(&options))),
            clock,
            long_queries: Arc::new(LongQueries::new()),
        };
        let background = Background::start()?;
        let runner = Runner::start(background.watched(), options.limits.running_jobs_max)?;
        let inner = Inner {
            options,
            keys,
            master,
            shared,
            vault,
            tenants: Tenants::new(catalog),
            background,
            runner,
        };
        inner.sweep()?;
        let engine = Self { inner: Arc::new(inner) };
        if !engine.has_tenant(&TenantId::default_tenant()) {
            engine.create_tenant_with(&TenantId::default_tenant(), &engine.inner.options.default_tenant)?;
        }
        engine.tenant(&TenantId::default_tenant())?;
        engine.resume_jobs()?;
        Ok(engine)
    }

    /// Opens the tenants that have jobs to go on with.
    fn resume_jobs(&self) -> Result<()> {
        let Inner { shared, tenants, .. } = &*self.inner;
        for entry in tenants.catalog().tenants {
            let placement =
                Placement::of(entry.number).ok_or_else(|| records::bug("a tenant's placement"))?;
            let reader = shared.store.snapshot().map_err(failed)?;
            if !jobs::are_waiting(&*reader, placement.family(Family::State))? {
                continue;
            }
            let Ok(id) = entry.name.parse::<TenantId>() else { continue };
            if let Err(error) = self.tenant(&id) {
                tracing::error!(tenant = %id, cause = ?std::error::Error::source(&error), "a tenant that has jobs does not open");
            }
        }
        Ok(())
    }

    /// A tenant, opened at its first use.
    ///
    /// # Errors
    /// `NotFound`: there is none of that name.
    pub fn tenant(&self, id: &TenantId) -> Result<Tenant> {
        let inner = &*self.inner;
        let place = inner.tenants.place(id).ok_or_else(unknown_tenant)?;
        let opened = place.open_with(|entry| inner.open_tenant(id, entry))?;
        Ok(Tenant::of(opened.ok_or_else(unknown_tenant)?))
    }

    /// A tenant that is open already, for callers that must not block. `None`: [`Engine::tenant`] can tell.
    pub fn tenant_at_once(&self, id: &TenantId) -> Option<Tenant> {
        self.inner.tenants.place(id)?.opened().map(Tenant::of)
    }

    /// Whether there is a tenant of that name. Does not open it.
    pub fn has_tenant(&self, id: &TenantId) -> bool {
        self.inner.tenants.place(id).is_some()
    }

    /// Makes a tenant, with keys of its own.
    ///
    /// # Errors
    /// `Conflict`: there is one of that name. `Limit`: there are too many.
    pub fn create_tenant(&self, id: &TenantId) -> Result<()> {
        self.create_tenant_with(id, &TenantOptions::default())
    }

    /// The same, not with the defaults.
    ///
    /// # Errors
    /// Also `Invalid`: there is no such time zone.
    pub fn create_tenant_with(&self, id: &TenantId, options: &TenantOptions) -> Result<()> {
        let inner = &*self.inner;
        let zone = time_zone::named(&options.time_zone)?;
        let _alone = inner.tenants.administration.lock();
        if self.has_tenant(id) {
            return Err(Error::new(
                ErrorKind::Conflict,
                Issue::error("duplicate", "there is a tenant of that name"),
            ));
        }
        let mut catalog = inner.tenants.catalog();
        if catalog.tenants.len() >= inner.options.limits.tenants_max {
            return Err(Error::new(
                ErrorKind::Limit,
                Issue::error("too-costly", "the directory has too many tenants"),
            ));
        }
        let entropy = &*inner.vault.entropy;
        let mut uuid = [0; 16];
        entropy.fill(&mut uuid).map_err(refused)?;
        let keys = TenantKeys::generate(TenantUuid(uuid), &*inner.master, entropy, KeyLimits::default())
            .map_err(refused)?;
        let bytes = keys.to_bytes(entropy).map_err(refused)?;
        inner.keys.put_key_set(TenantUuid(uuid), &bytes).map_err(refused)?;
        let number = catalog.next_number;
        let placement = Placement::of(number).ok_or_else(|| records::bug("tenant numbers are used up"))?;
        inner.shared.store.create_families(&placement.all()).map_err(failed)?;
        let vault = Vault::open(&keys, placement, Arc::clone(&inner.shared.store))?;
        time_zone::keep(&vault, &*inner.shared.store, &zone)?;
        integrity::keep(&vault, &*inner.shared.store, options.referential_integrity)?;
        catalog.next_number += 1;
        catalog.tenants.push(CatalogEntry { name: id.as_str().to_owned(), uuid, number });
        inner.keep(&catalog)?;
        inner.tenants.replace(catalog);
        Ok(())
    }

    /// Removes a tenant: its keys first, so that nothing of it can be read any more, then its data.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the default tenant, which every directory has.
    pub fn drop_tenant(&self, id: &TenantId) -> Result<()> {
        let inner = &*self.inner;
        if *id == TenantId::default_tenant() {
            return Err(Error::new(
                ErrorKind::Conflict,
                Issue::error("conflict", "the default tenant stays"),
            ));
        }
        let _alone = inner.tenants.administration.lock();
        let mut catalog = inner.tenants.catalog();
        let index = catalog.tenants.iter().position(|entry| entry.name == id.as_str());
        let entry = catalog.tenants.remove(index.ok_or_else(unknown_tenant)?);
        match inner.keys.destroy_key_set(TenantUuid(entry.uuid)) {
            // A removal that was cut off here goes on here.
            Ok(()) | Err(CryptoError::Missing { .. }) => {}
            Err(error) => return Err(refused(error)),
        }
        inner.keep(&catalog)?;
        // From here on nobody gets hold of it, and those who hold it are refused.
        if let Some(core) = inner.tenants.place(id).and_then(|place| place.retire()) {
            core.close();
        }
        inner.tenants.replace(catalog);
        inner.remove_data(entry.number)
    }

    /// The names of all tenants, in order.
    pub fn tenants(&self) -> Vec<TenantId> {
        self.inner.tenants.names()
    }

    /// Sizes, for operators. A tenant that can't be opened is left out; the log says why.
    pub fn statistics(&self) -> Result<Statistics> {
        let open = |id: &TenantId| match self.tenant(id) {
            Ok(tenant) => Some(Arc::clone(tenant.core())),
            Err(error) => {
                tracing::error!(tenant = %id, cause = ?std::error::Error::source(&error), "a tenant does not open");
                None
            }
        };
        let cores: Vec<_> = self.tenants().iter().filter_map(open).collect();
        statistics::of(&self.inner.shared, &self.inner.options, &cores)
    }

    /// The same of tenants that are open: opens none, and waits for none that is being opened.
    pub fn statistics_of_open(&self) -> Result<Statistics> {
        statistics::of(&self.inner.shared, &self.inner.options, &self.inner.tenants.open())
    }

    /// What is supported, by resource type.
    pub fn capabilities(&self) -> Vec<TypeCapabilities> {
        crate::capabilities::all(fornax_definitions::r4())
    }

    /// Refuses further calls, brings what is in memory to disk and stops the background. The directory is free for another opening
    /// when all clones and tenants are gone too.
    pub fn close(&self) -> Result<()> {
        let inner = &*self.inner;
        let open = inner.tenants.retire_all();
        for core in &open {
            core.close();
        }
        inner.runner.stop();
        inner.background.stop();
        // Without merging: whoever closes wants to be done.
        let flushed = open.iter().map(|core| core.flush_fresh());
        let flushed = flushed.collect::<Vec<_>>().into_iter().collect::<Result<()>>();
        inner.shared.store.flush().map_err(failed).and(flushed)
    }
}

impl Inner {
    fn open_tenant(&self, id: &TenantId, entry: &CatalogEntry) -> Result<Arc<Core>> {
        let uuid = TenantUuid(entry.uuid);
        let keys = self.keys.key_set(uuid).map_err(refused)?;
        let keys = TenantKeys::open(&keys, uuid, &*self.master, KeyLimits::default()).map_err(refused)?;
        let core = Arc::new(open_tenant(id, entry, &keys, &self.shared, &self.options)?);
        self.background.watch(&core);
        Ok(core)
    }

    /// Removes what making or dropping a tenant left behind when it was cut off: data of tenants that are not in the catalog.
    fn sweep(&self) -> Result<()> {
        let known: HashSet<u32> = self.tenants.catalog().tenants.iter().map(|entry| entry.number).collect();
        let families = self.shared.store.families().map_err(failed)?;
        let found: BTreeSet<u32> =
            families.iter().map(|(family, _)| Placement::tenant_number(*family)).collect();
        for number in found.into_iter().filter(|number| *number != 0 && !known.contains(number)) {
            self.remove_data(number)?;
        }
        Ok(())
    }

    fn remove_data(&self, tenant_number: u32) -> Result<()> {
        let placement = Placement::of(tenant_number).ok_or_else(|| records::bug("a tenant's placement"))?;
        index::remove_folders(&self.options.directory.join(index::FOLDER), tenant_number, |_| true)?;
        // Last, since the families are what a removal that was cut off is found by.
        let families = placement.all().map(|(family, _)| family);
        self.shared.store.drop_families(&families).map_err(failed)
    }

    fn keep(&self, catalog: &Catalog) -> Result<()> {
        let mut batch = Batch::new();
        self.vault.put(&mut batch, Family::State, state::CATALOG, &records::encode(catalog)?)?;
        self.shared.store.write(&batch, Durability::Synced).map_err(failed)
    }
}

/// The keys of a directory. They are made only where there is nothing that they could be missing for.
fn open_keys(directory: &Path, entropy: &dyn Entropy) -> Result<(KeyFolder, Arc<fornax_crypto::MasterKeys>)> {
    // Others on the machine have no business here, whatever the mask says.
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io_failed)?;
    let path = directory.join("keys");
    let keys = match KeyFolder::open(&path, KeyLimits::default()) {
        Err(CryptoError::Missing { .. }) if is_new(directory)? => {
            KeyFolder::create(&path, KeyLimits::default()).map_err(refused)?
        }
        Err(CryptoError::Missing { .. }) => return Err(keys_missing()),
        opened => opened.map_err(refused)?,
    };
    let master = match keys.master() {
        // Also where setting up was cut off before.
        Err(CryptoError::Missing { .. }) if is_new(directory)? => {
            keys.create_master(entropy).map_err(refused)?
        }
        Err(CryptoError::Missing { .. }) => return Err(keys_missing()),
        opened => opened.map_err(refused)?,
    };
    Ok((keys, Arc::new(master)))
}

/// Whether a directory holds nothing but keys, if that, and what a new file system brings along.
fn is_new(directory: &Path) -> Result<bool> {
    for entry in std::fs::read_dir(directory).map_err(io_failed)? {
        let name = entry.map_err(io_failed)?.file_name();
        if name != "keys" && name != "lost+found" {
            return Ok(false);
        }
    }
    Ok(true)
}

fn keys_missing() -> Error {
    let issue = Issue::error("security", "the directory has data and no keys: restore its keys folder");
    Error::new(ErrorKind::Precondition, issue)
}

/// The key set of the directory's own records; made before the first of them.
fn key_set(
    keys: &KeyFolder,
    placement: Placement,
    store: &dyn Store,
    (master, entropy): (&dyn KeySource, &dyn Entropy),
) -> Result<TenantKeys> {
    let is_used = || Ok(store.get(placement.family(Family::State), state::EPOCHS).map_err(failed)?.is_some());
    match keys.key_set(DIRECTORY) {
        Ok(bytes) => TenantKeys::open(&bytes, DIRECTORY, master, KeyLimits::default()).map_err(refused),
        Err(CryptoError::Missing { .. }) if is_used()? => Err(keys_missing()),
        Err(CryptoError::Missing { .. }) => {
            let made =
                TenantKeys::generate(DIRECTORY, master, entropy, KeyLimits::default()).map_err(refused)?;
            let bytes = made.to_bytes(entropy).map_err(refused)?;
            keys.put_key_set(DIRECTORY, &bytes).map_err(refused)?;
            Ok(made)
        }
        Err(error) => Err(refused(error)),
    }
}

fn open_store(options: &Options, placement: Placement) -> Result<Arc<dyn Store>> {
    let rocks = RocksOptions {
        families: placement.all().to_vec(),
        cache_bytes: options.cache_bytes,
        write_buffer_bytes: options.write_buffer_bytes,
        ..RocksOptions::at(options.directory.join("store"))
    };
    Ok(Arc::new(RocksStore::open(&rocks).map_err(failed)?))
}

fn unknown_tenant() -> Error {
    Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no such tenant"))
}

pub(crate) fn io_failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, Issue::error("exception", "the directory can't be read or written"))
        .caused_by(error)
}
