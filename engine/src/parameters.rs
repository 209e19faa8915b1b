//! SearchParameter resources take effect: read after every commit that touches one, indexed by a job, then searched by.
//!
//! Until all resources are indexed by a new definition, a search that asks for it is refused, or goes by the definition before.
//! Definitions of types of which nothing was ever written are searched by at once.

mod definition;
mod registry;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fornax_definitions::{Definitions, TypeId};
use fornax_model::Node;
use fornax_store::{Batch, Durability, Store};
use parking_lot::Mutex;

pub(crate) use self::definition::{ParameterDefinition, Reason};
pub(crate) use self::registry::{Registry, Row};

use self::registry::Survey;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::index::Index;
use crate::keys;
use crate::records::{self, Rid, Seq};
use crate::search_run;
use crate::types::ResourceType;
use crate::vault::{Vault, failed, state};
use crate::view::View;
use crate::write::{SequenceState, close_after, parse_stored};

/// The type whose resources define search parameters.
pub(crate) const SEARCH_PARAMETER: &str = "SearchParameter";
/// Who asks for jobs that a written SearchParameter needs.
const WRITTEN: &str = "search-parameter";
/// Resources read at a time.
const READ_AT_ONCE: usize = 256;

/// The search parameters of one tenant.
pub(crate) struct Parameters {
    /// What the store has. Changed between groups of commits only.
    registry: Mutex<Registry>,
    /// What is not searched by, and why.
    refused: Mutex<Vec<(String, Reason)>>,
    /// Resources were written that have not been read.
    is_stale: AtomicBool,
    /// Held while they are read.
    reading: Mutex<()>,
}

/// A tenant's search parameter, beside those of the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterStatus {
    /// Its canonical URL.
    pub url: String,
    /// `in-force`: searches go by it. `waiting`: they will when all resources are indexed by it. Else why they do not.
    pub status: String,
}

impl Parameters {
    pub(crate) fn new(registry: Registry) -> Self {
        Self {
            registry: Mutex::new(registry),
            refused: Mutex::default(),
            is_stale: AtomicBool::new(false),
            reading: Mutex::new(()),
        }
    }

    /// As the store has it.
    pub(crate) fn read(vault: &Vault, store: &dyn Store, definitions: &Definitions) -> Result<Registry> {
        let registry: Registry = match vault.get(store, Family::State, state::PARAMETERS)? {
            Some(bytes) => records::decode(&bytes)?,
            None => Registry::default(),
        };
        Ok(registry.of(definitions))
    }

    /// Notes that resources were written: published, and among them perhaps some that define search parameters.
    pub(crate) fn note(&self, core: &Core, mut written: impl Iterator<Item = Rid>) {
        let number = core.types.named(SEARCH_PARAMETER).map(|of| of.number);
        if number.is_ok_and(|number| written.any(|rid| keys::type_number(rid) == number)) {
            self.touched();
        }
    }

    fn touched(&self) {
        self.is_stale.store(true, Ordering::Release);
    }

    pub(crate) fn registry(&self) -> Registry {
        self.registry.lock().clone()
    }

    /// Of each, whether it is searched by.
    pub(crate) fn statuses(&self) -> Vec<ParameterStatus> {
        let registry = self.registry.lock();
        let status = |row: &Row| {
            let status = if registry.is_in_force(row.number) { "in-force" } else { "waiting" };
            ParameterStatus { url: row.definition.url.clone(), status: status.to_owned() }
        };
        let mut statuses: Vec<_> = registry.wanted.iter().map(status).collect();
        let refused = self.refused.lock();
        let refused = refused.iter().map(|(url, reason)| (url.clone(), reason.to_string()));
        statuses.extend(refused.map(|(url, status)| ParameterStatus { url, status }));
        statuses.sort_unstable_by(|one, next| one.url.cmp(&next.url));
        statuses
    }

    /// Puts a registry down together with what else the batch holds, and takes it for the store's.
    pub(crate) fn replace(&self, core: &Core, registry: Registry, mut batch: Batch) -> Result<()> {
        let bytes = records::encode(&registry)?;
        core.vault.put(&mut batch, Family::State, state::PARAMETERS, &bytes)?;
        let written = core.store.write(&batch, Durability::Synced).map_err(failed);
        written.inspect_err(|error| close_after(core, error))?;
        *self.registry.lock() = registry;
        Ok(())
    }
}

/// Refuses an active SearchParameter that is wrong in itself.
pub(crate) fn check(core: &Core, resource: Node<'_>) -> Result<()> {
    let Ok(definition) = ParameterDefinition::read(resource) else { return Ok(()) };
    let wrong = |text: String, at: &str| {
        let issue = Issue::error("invalid", text).at(format!("{SEARCH_PARAMETER}.{at}"));
        Err(Error::new(ErrorKind::Unprocessable, issue))
    };
    let is_unknown = |name: &String| core.definitions.type_named(name).is_none();
    for (element, names) in [("base", &definition.base), ("target", &definition.targets)] {
        if let Some(at) = names.iter().position(is_unknown) {
            return wrong("there is no such resource type".to_owned(), &format!("{element}[{at}]"));
        }
    }
    match definition.compiles(&core.released) {
        None | Some(Ok(())) => Ok(()),
        Some(Err((of, error))) => {
            let name = core.definitions.type_of(of).name;
            wrong(format!("the expression does not compile on {name}: {error}"), "expression")
        }
    }
}

/// Reads what was written, if anything was, and goes by it from here on.
pub(crate) fn refresh(core: &Core) -> Result<()> {
    if core.parameters.is_stale.load(Ordering::Acquire) {
        refresh_always(core)?;
    }
    Ok(())
}

/// Goes by what was written before, where there may be any.
pub(crate) fn refresh_at_opening(core: &Core) -> Result<()> {
    let number = core.types.named(SEARCH_PARAMETER)?.number;
    let is_written = core.sequencer.between_groups(core, |state| state.head.types.contains_key(&number));
    if is_written { refresh_always(core) } else { Ok(()) }
}

/// Reads all SearchParameter resources, and goes by them from here on.
pub(crate) fn refresh_always(core: &Core) -> Result<()> {
    let _alone = core.parameters.reading.lock();
    core.parameters.is_stale.store(false, Ordering::Release);
    let gone_by = read_all(core).and_then(|read| {
        let survey = Survey::of(read, &core.released, core.limits.search_parameters_max);
        core.sequencer.between_groups(core, |state| go_by(core, state, survey))
    });
    gone_by.inspect_err(|_| core.parameters.touched())
}

/// All current SearchParameter resources, the last written first.
fn read_all(core: &Core) -> Result<Vec<(String, std::result::Result<ParameterDefinition, Reason>)>> {
    let view = View::now(core)?;
    let resource_type = core.types.named(SEARCH_PARAMETER)?;
    let mut places: Vec<(Rid, Seq)> = Vec::new();
    search_run::each_hit(core, &view, resource_type, READ_AT_ONCE, |place| places.push(place))?;
    places.sort_unstable_by_key(|&(rid, seq)| std::cmp::Reverse((seq, rid)));
    let mut read = Vec::with_capacity(places.len());
    for some in places.chunks(READ_AT_ONCE) {
        for version in view.versions(some)? {
            let document = parse_stored(&version.body.text)?;
            let url = document.root().get("url").and_then(Node::as_str);
            let url = url
                .map_or_else(|| format!("{SEARCH_PARAMETER}/{}", version.id), std::borrow::Cow::into_owned);
            read.push((url, ParameterDefinition::read(document.root())));
        }
    }
    Ok(read)
}

/// Between groups: takes in what the resources say. What needs documents made anew becomes a job.
fn go_by(core: &Core, state: &SequenceState, survey: Survey) -> Result<()> {
    core.check_open()?;
    let before = core.parameters.registry();
    let mut registry = before.clone();
    *core.parameters.refused.lock() = registry.want(survey, core.definitions);
    // An index that is being built does not have them: what comes now waits for the next one.
    let is_building = core.jobs.has_reindex();
    if !is_building {
        let at_once = registry.waiting().filter(|row| is_of_nothing(core, state, row)).cloned().collect();
        registry.complete_also(at_once);
    }
    if registry == before {
        return Ok(());
    }
    // What waited before has its job, or was given up.
    let is_new = |row: &Row| !before.wanted.iter().any(|known| known.number == row.number);
    let mut batch = Batch::new();
    let job = if !is_building && registry.waiting().any(is_new) {
        Some(core.jobs.begin_reindex(core, &mut batch, WRITTEN)?)
    } else {
        None
    };
    let parameters = registry.parameters(core.definitions);
    core.parameters.replace(core, registry, batch)?;
    let index = core.index();
    let indexer = core.released.with_parameters(parameters);
    core.replace_index(Index::new(indexer, Arc::clone(&index.postings), index.generation));
    if let Some(job) = job {
        core.jobs.take_in(job);
    }
    Ok(())
}

/// Whether nothing was ever written of the types that a definition is for, nor is being written.
fn is_of_nothing(core: &Core, state: &SequenceState, row: &Row) -> bool {
    let bases: Vec<TypeId> =
        row.definition.base.iter().filter_map(|name| Some(core.definitions.type_named(name)?.id)).collect();
    let is_for = |of: &ResourceType| bases.iter().any(|&base| core.definitions.is_a(of.id, base));
    let is_written =
        |of: ResourceType| state.head.types.get(&of.number).is_some_and(|head| head.versions > 0);
    state.staged.is_none() && !core.types.all().filter(is_for).any(is_written)
}
