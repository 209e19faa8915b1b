//! Opening a tenant: a new epoch, its head, its index brought up to its log.

use std::sync::Arc;

use fornax_crypto::{ChainPoint, TenantKeys};
use fornax_definitions::Definitions;
use fornax_index::Indexer;
use fornax_postings::{Caches, ManifestTag, PageCache, Postings};
use fornax_store::{Batch, Durability, Store};

use crate::catch_up::{self, CatchUp};
use crate::clock::Clock;
use crate::core::{Core, Parts, index_failed};
use crate::erase;
use crate::error::Result;
use crate::families::{Family, Placement};
use crate::forget::Retention;
use crate::index::{self, Index, IndexPlace, tag_key};
use crate::integrity::{self, Integrity};
use crate::jobs::{self, Jobs};
use crate::long_queries::LongQueries;
use crate::options::Options;
use crate::parameters::{self, Parameters};
use crate::records::{self, CatalogEntry, Head, HistoryKept, Seq, TypeNames, bug};
use crate::tenant_id::TenantId;
use crate::time_zone;
use crate::types::{ResourceType, Types};
use crate::vault::{Vault, failed, state};
use crate::view::View;
use crate::write::{SequenceState, Sequencer, staged};

/// What all tenants of an engine share.
pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    /// Reads by the release's search parameters alone, and in UTC.
    pub indexer: Arc<Indexer>,
    pub pages: Arc<PageCache>,
    pub caches: Arc<Caches>,
    pub clock: Arc<dyn Clock>,
    pub long_queries: Arc<LongQueries>,
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
    let zone = time_zone::read(&vault, &*shared.store)?;
    // The zone of most: they share what is compiled, and that they read in it.
    let released =
        if zone.is_utc() { Arc::clone(&shared.indexer) } else { Arc::new(shared.indexer.in_zone(zone)) };
    let integrity = integrity::read(&vault, &*shared.store)?;
    let registry = Parameters::read(&vault, &*shared.store, definitions)?;
    let (jobs, next_job) = jobs::read(&vault, &*shared.store)?;
    let index_place = IndexPlace {
        directory: options.directory.join(index::FOLDER),
        tenant_number: entry.number,
        pages: Arc::clone(&shared.pages),
        caches: Arc::clone(&shared.caches),
        context: released.layout(),
    };
    let generation = registry.generation;
    let postings = open_index(&vault, shared, &index_place, (generation, head.seq))?;
    let indexer = released.with_parameters(registry.parameters(definitions));
    let index = Index::new(indexer, Arc::new(postings), generation);
    let published = head.seq;
    let core = Core::of(Parts {
        id: id.clone(),
        store: Arc::clone(&shared.store),
        vault,
        definitions,
        types,
        parameters: Parameters::new(registry),
        jobs: Jobs::new(jobs, next_job),
        index_place,
        released,
        index,
        sequencer: Sequencer::new(SequenceState::new(head)),
        retention: Retention::new(kept),
        integrity: Integrity::new(integrity),
        limits: options.limits.clone(),
        versions_unchanged: options.versions_unchanged,
        if_match_required: options.if_match_required,
        clock: Arc::clone(&shared.clock),
        long_queries: Arc::clone(&shared.long_queries),
        published,
    });
    staged::recover(&core)?;
    catch_up_whole(&core)?;
    erase::finish(&core)?;
    // What was left when a reindex ended or was called off.
    let kept: Vec<u32> = core.jobs.half_built().into_iter().chain([generation]).collect();
    core.index_place.remove_others(&kept)?;
    parameters::refresh_at_opening(&core)?;
    core.jobs.settle_interrupted(&core)?;
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
    place: &IndexPlace,
    (generation, seq): (u32, Seq),
) -> Result<Postings> {
    let index = place.options(vault, generation)?;
    let tag: Option<ManifestTag> = match vault.get(&*shared.store, Family::State, &tag_key(generation))? {
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
fn catch_up_whole(core: &Core) -> Result<()> {
    let (view, index) = (View::now(core)?, core.index());
    let mut mention = |of: ResourceType, id: &str| catch_up::mention_between_groups(core, of, id);
    let mut catch_up = CatchUp { core, view: &view, index: &index, mention: &mut mention };
    while !catch_up.some()? {
        core.flush_index()?;
    }
    Ok(())
}
