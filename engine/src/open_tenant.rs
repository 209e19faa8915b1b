//! Opening a tenant: a new epoch, its head, its index brought up to its log.

use std::path::PathBuf;
use std::sync::Arc;

use fornax_crypto::{ChainPoint, TenantKeys};
use fornax_definitions::Definitions;
use fornax_index::Indexer;
use fornax_model::{Document, Limits as ModelLimits};
use fornax_postings::{
    Caches, Changes, DiskFiles, Limits as IndexLimits, ManifestTag, Options as IndexOptions, PageCache,
    Postings, SupersededVersion,
};
use fornax_store::{Batch, Durability, Store};

use crate::clock::Clock;
use crate::core::{Core, Parts, index_failed};
use crate::engine::io_failed;
use crate::error::Result;
use crate::families::{Family, Placement};
use crate::forget::Retention;
use crate::options::Options;
use crate::records::{
    self, BODY_BYTES_MAX, CatalogEntry, Head, HistoryKept, OperationCode, Rid, Seq, TypeNames, bug, corrupted,
};
use crate::resource::Version;
use crate::tenant_id::TenantId;
use crate::types::{ResourceType, Types};
use crate::vault::{Vault, failed, state};
use crate::view::View;
use crate::write::{self, SequenceState, Sequencer, staged};

/// What all tenants of an engine share.
pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    pub indexer: Arc<Indexer>,
    pub pages: Arc<PageCache>,
    pub caches: Arc<Caches>,
    pub clock: Arc<dyn Clock>,
}

/// Commits that catching up looks at at a time.
const COMMITS_AT_ONCE: usize = 1_000;
/// Documents that catching up gives to the index at a time.
const CATCH_UP_DOCUMENTS: usize = 10_000;

pub(crate) fn index_folder(options: &Options, tenant_number: u32) -> PathBuf {
    options.directory.join("index").join(format!("{tenant_number:08x}"))
}

/// Opens a tenant.
pub(crate) fn open_tenant(
    id: &TenantId,
    entry: &CatalogEntry,
    keys: &TenantKeys,
    shared: &Shared,
    options: &Options,
) -> Result<Core> {
    let definitions = fornax_definitions::r4();
    let placement = Placement::of(entry.number).ok_or_else(|| bug("a tenant's placement"))?;
    let vault = Vault::open(keys, placement, Arc::clone(&shared.store))?;
    let types = open_types(&vault, &*shared.store, definitions)?;
    let head: Head = match vault.get(&*shared.store, Family::State, state::HEAD)? {
        Some(bytes) => records::decode(&bytes)?,
        None => Head {
            seq: 0,
            last_updated_ms: 0,
            types: Default::default(),
            audit: ChainPoint::start(vault.tenant),
        },
    };
    let kept = match vault.get(&*shared.store, Family::State, state::HISTORY_KEPT)? {
        Some(bytes) => records::decode(&bytes)?,
        None => HistoryKept::default(),
    };
    let postings = open_index(&vault, shared, options, entry.number, head.seq)?;
    let published = head.seq;
    let core = Core::of(Parts {
        id: id.clone(),
        store: Arc::clone(&shared.store),
        vault,
        definitions,
        indexer: Arc::clone(&shared.indexer),
        types,
        postings,
        sequencer: Sequencer::new(SequenceState::new(head)),
        retention: Retention::new(kept),
        limits: options.limits.clone(),
        clock: Arc::clone(&shared.clock),
        published,
    });
    staged::recover(&core)?;
    catch_up(&core)?;
    Ok(core)
}

fn open_types(vault: &Vault, store: &dyn Store, definitions: &'static Definitions) -> Result<Types> {
    let mut names: TypeNames = match vault.get(store, Family::State, state::TYPES)? {
        Some(bytes) => records::decode(&bytes)?,
        None => TypeNames::default(),
    };
    let known = names.0.len();
    let types = Types::of(&mut names, definitions)?;
    if names.0.len() > known {
        let mut batch = Batch::new();
        vault.put(&mut batch, Family::State, state::TYPES, &records::encode(&names)?)?;
        store.write(&batch, Durability::Synced).map_err(failed)?;
    }
    Ok(types)
}

/// Opens the index that the kept tag names. One that does not open, or is ahead of the store, is begun anew: the log gives it all.
fn open_index(
    vault: &Vault,
    shared: &Shared,
    options: &Options,
    tenant_number: u32,
    seq: Seq,
) -> Result<Postings> {
    let folder = index_folder(options, tenant_number);
    let index = IndexOptions {
        files: Arc::new(DiskFiles::at(&folder).map_err(io_failed)?),
        key: Arc::clone(&vault.index_key),
        entropy: Arc::clone(&vault.entropy),
        pages: Arc::clone(&shared.pages),
        caches: Arc::clone(&shared.caches),
        context: shared.indexer.layout().to_vec(),
        limits: IndexLimits { fresh_documents_max: usize::MAX, ..IndexLimits::default() },
    };
    let tag: Option<ManifestTag> = match vault.get(&*shared.store, Family::State, state::INDEX)? {
        Some(bytes) => Some(records::decode(&bytes)?),
        None => None,
    };
    if let Some(tag) = tag {
        match Postings::open(index.clone(), &tag) {
            Ok(postings) if postings.applied() <= seq => return Ok(postings),
            Ok(_) => tracing::warn!("the index is ahead of its store and is built again"),
            Err(error) if error.wants_rebuild() => tracing::warn!(%error, "the index is built again"),
            Err(error) => return Err(index_failed(error)),
        }
    }
    Postings::create(index).map_err(index_failed)
}

/// Gives the index every commit that it has not seen.
fn catch_up(core: &Core) -> Result<()> {
    let view = View::now(core)?;
    let mut changes = Changes { seq: core.postings.applied(), ..Changes::default() };
    let mut next = core.postings.applied() + 1;
    loop {
        let commits = view.commits_from(next, COMMITS_AT_ONCE)?;
        let Some(&last) = commits.last() else { break };
        for seq in commits {
            add_commit(core, &view, seq, &mut changes)?;
            if changes.documents.len() >= CATCH_UP_DOCUMENTS {
                core.postings.apply(std::mem::take(&mut changes)).map_err(index_failed)?;
                changes.seq = seq;
                core.flush_index()?;
            }
        }
        next = last + 1;
    }
    // Commit numbers may be passed over, so the last one is not always the one that was published.
    changes.seq = view.seq;
    core.postings.apply(changes).map_err(index_failed)
}

fn add_commit(core: &Core, view: &View<'_>, seq: Seq, changes: &mut Changes) -> Result<()> {
    let log = view.log(seq)?;
    for entry in &log.entries {
        if entry.operation != OperationCode::Delete {
            let version = view.version(entry.rid, seq)?;
            changes.documents.push(document(core, view, entry.rid, seq, &version)?);
        }
        changes.superseded.extend(entry.superseded.map(|written| SupersededVersion {
            rid: entry.rid,
            written,
            by: seq,
        }));
    }
    changes.seq = seq;
    Ok(())
}

/// The index document of a stored version.
fn document(
    core: &Core,
    view: &View<'_>,
    rid: Rid,
    seq: Seq,
    version: &Version,
) -> Result<fornax_postings::IndexDocument> {
    let limits = ModelLimits { document_bytes_max: BODY_BYTES_MAX, ..ModelLimits::default() };
    let body = Document::parse_shared(Arc::clone(&version.body.text), &limits)
        .map_err(|error| corrupted("a stored body is not JSON").caused_by(error))?;
    let resource_type = core.types.named(version.resource_type)?;
    let values = core
        .indexer
        .extract(resource_type.id, body.root())
        .map_err(|error| bug("search values can't be found").caused_by(error))?;
    let mut targets = Vec::with_capacity(values.references().len());
    for reference in values.references() {
        let target =
            core.types.defined(reference.resource).ok_or_else(|| bug("a reference to no resource type"))?;
        targets.push(match view.id(target.name, &reference.id)? {
            Some(record) => record.rid,
            None => mention(core, target, &reference.id)?,
        });
    }
    Ok(values.to_document(rid, seq, &targets).dated(version.last_updated.as_millisecond() * 1000))
}

/// Gives a number to what no commit mentioned: other definitions may find more references in a body than those it was
/// written under.
fn mention(core: &Core, resource_type: ResourceType, id: &str) -> Result<Rid> {
    core.sequencer.between_groups(core, |state| {
        let (rid, head) = write::mention(core, state.head.clone(), resource_type, id)?;
        state.head = head;
        Ok(rid)
    })
}
