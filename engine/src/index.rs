//! What a tenant is searched by: its index, and the search parameters by which its documents are made. Both are replaced as one,
//! between two groups of commits.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use fornax_definitions::Definitions;
use fornax_index::Indexer;
use fornax_postings::{
    Caches, DiskFiles, Limits, ManifestTag, MergeWorth, Options, PageCache, Postings, TagKeeper,
};
use fornax_store::{Batch, Durability};

use crate::capabilities::{self, TypeCapabilities};
use crate::core::{Core, index_failed};
use crate::engine::io_failed;
use crate::error::Result;
use crate::families::Family;
use crate::records;
use crate::vault::{Vault, state};

/// The folder of all indexes, within an engine's directory.
pub(crate) const FOLDER: &str = "index";

/// Where the indexes of a tenant lie, and what they share with those of others.
pub(crate) struct IndexPlace {
    /// Of all tenants' indexes.
    pub directory: PathBuf,
    pub tenant_number: u32,
    pub pages: Arc<PageCache>,
    pub caches: Arc<Caches>,
    /// What documents are made by, added search parameters aside.
    pub context: Vec<u8>,
}

impl IndexPlace {
    fn folder_name(&self, generation: u32) -> String {
        match generation {
            0 => format!("{:08x}", self.tenant_number),
            generation => format!("{:08x}-{generation:x}", self.tenant_number),
        }
    }

    /// What an index is opened with.
    pub(crate) fn options(&self, vault: &Vault, generation: u32) -> Result<Options> {
        let folder = self.directory.join(self.folder_name(generation));
        Ok(Options {
            files: Arc::new(DiskFiles::at(&folder).map_err(io_failed)?),
            key: Arc::clone(&vault.index_key),
            entropy: Arc::clone(&vault.entropy),
            pages: Arc::clone(&self.pages),
            caches: Arc::clone(&self.caches),
            context: self.context.clone(),
            limits: Limits { fresh_documents_max: usize::MAX, ..Limits::default() },
        })
    }

    /// Removes the folder of one index.
    pub(crate) fn remove(&self, generation: u32) -> Result<()> {
        let gone = self.folder_name(generation);
        remove_folders(&self.directory, self.tenant_number, |name| name == gone)
    }

    /// Removes the folders of all indexes but these.
    pub(crate) fn remove_others(&self, kept: &[u32]) -> Result<()> {
        let kept: Vec<String> = kept.iter().map(|generation| self.folder_name(*generation)).collect();
        remove_folders(&self.directory, self.tenant_number, |name| !kept.iter().any(|kept| kept == name))
    }
}

/// Removes a tenant's index folders of these names.
pub(crate) fn remove_folders(
    directory: &Path,
    tenant_number: u32,
    is_removed: impl Fn(&str) -> bool,
) -> Result<()> {
    let own = format!("{tenant_number:08x}");
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(io_failed)?,
    };
    for entry in entries {
        let name = entry.map_err(io_failed)?.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_own = name.split('-').next() == Some(&own);
        if is_own && is_removed(name) {
            std::fs::remove_dir_all(directory.join(name)).map_err(io_failed)?;
        }
    }
    Ok(())
}

/// See the module.
pub(crate) struct Index {
    pub indexer: Arc<Indexer>,
    pub postings: Arc<Postings>,
    /// Which index of the tenant it is, counted from 0: each has a folder and a manifest tag of its own.
    pub generation: u32,
    /// Found when they are first asked for: some milliseconds.
    capabilities: OnceLock<Arc<[TypeCapabilities]>>,
}

impl Index {
    pub(crate) fn new(indexer: Indexer, postings: Arc<Postings>, generation: u32) -> Self {
        Self { indexer: Arc::new(indexer), postings, generation, capabilities: OnceLock::new() }
    }

    /// What it is searched by, for a CapabilityStatement.
    pub(crate) fn capabilities(&self) -> Arc<[TypeCapabilities]> {
        Arc::clone(self.capabilities.get_or_init(|| capabilities::all(self.definitions()).into()))
    }

    /// The release's definitions, and the tenant's search parameters.
    pub(crate) fn definitions(&self) -> &Definitions {
        self.indexer.definitions()
    }

    /// Brings fresh documents to disk; says whether there were any.
    pub(crate) fn flush(&self, core: &Core) -> Result<bool> {
        self.postings.flush(core.retention.floor(), &self.tag_keeper(core)).map_err(index_failed)
    }

    /// Merges what is worth it, as long as the tenant is open.
    pub(crate) fn merge(&self, core: &Core, worth: MergeWorth) -> Result<()> {
        let merge = || self.postings.merge(core.retention.floor(), worth, &self.tag_keeper(core));
        while core.check_open().is_ok() && merge().map_err(index_failed)? {}
        Ok(())
    }

    fn tag_keeper<'a>(&self, core: &'a Core) -> StateTag<'a> {
        StateTag { core, key: tag_key(self.generation) }
    }
}

/// The key of an index's manifest tag: that of the first one as it was when there were no others.
pub(crate) fn tag_key(generation: u32) -> Vec<u8> {
    let mut key = state::INDEX.to_vec();
    if generation > 0 {
        key.extend(generation.to_be_bytes());
    }
    key
}

/// Keeps an index's manifest tag among the tenant's records.
struct StateTag<'a> {
    core: &'a Core,
    key: Vec<u8>,
}

impl TagKeeper for StateTag<'_> {
    fn keep(&self, tag: &ManifestTag) -> std::io::Result<()> {
        let mut batch = Batch::new();
        let bytes = records::encode(tag).map_err(std::io::Error::other)?;
        let vault = &self.core.vault;
        vault.put(&mut batch, Family::State, &self.key, &bytes).map_err(std::io::Error::other)?;
        self.core.store.write(&batch, Durability::Synced).map_err(std::io::Error::other)
    }
}
