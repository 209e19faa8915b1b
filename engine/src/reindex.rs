//! Building the index anew beside the one that is searched, and then searching the new one.
//!
//! The new index catches up with the log, step by step and then, between two groups of commits, to its end. What was searched until
//! then stays until its last search is over. Nothing of it needs to be undone when it is cut off: the new index's own manifest says
//! how far it got, and before the end nothing refers to it but the job's record.

use std::sync::Arc;

use fornax_postings::{ManifestTag, MergeWorth, Postings};
use fornax_store::{Batch, Durability};
use serde::{Deserialize, Serialize};

use crate::catch_up::{self, CatchUp};
use crate::core::{Core, index_failed};
use crate::error::Result;
use crate::families::Family;
use crate::index::{Index, tag_key};
use crate::parameters::Row;
use crate::records;
use crate::types::ResourceType;
use crate::vault::failed;
use crate::view::View;

/// Who asks for the next one, where search parameters came meanwhile.
const FOLLOWING: &str = "search-parameter";

/// How far a reindex got, beside what the new index says itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ReindexRecord {
    /// It has not begun.
    Asked,
    /// The index of this generation is being built.
    Begun {
        generation: u32,
        /// The search parameters that its documents are made by.
        rows: Vec<Row>,
        /// Versions that were gone when it began. What goes later may leave half of a change behind.
        gone: u64,
    },
}

/// An index being built.
pub(crate) struct Build(Index);

/// What a step came to, in commits.
pub(crate) enum Step {
    /// There is more to do.
    On { done: u64, total: u64 },
    /// There is more to do, and something to wait for.
    Later { done: u64, total: u64 },
    /// The new index is searched.
    Over { total: u64 },
}

/// Does some of the work.
pub(crate) fn step(
    core: &Core,
    record: &mut ReindexRecord,
    build: &mut Option<Build>,
    number: u64,
) -> Result<Step> {
    // What a build has seen must not go while it looks.
    let _nothing_goes = core.retention.sweeping.lock();
    begin(core, record, build)?;
    let ReindexRecord::Begun { generation, rows, .. } = &*record else {
        return Err(records::bug("a reindex that did not begin"));
    };
    let total = core.published();
    if core.parameters.registry().generation == *generation {
        // It was cut off after its end.
        return Ok(Step::Over { total });
    }
    let Build(index) = match build {
        Some(build) => build,
        None => build.insert(open(core, *generation, rows)?),
    };
    let view = View::now(core)?;
    let mut mention = |of: ResourceType, id: &str| catch_up::mention_between_groups(core, of, id);
    let is_level = CatchUp { core, view: &view, index, mention: &mut mention }.some()?;
    drop(view);
    index.flush(core)?;
    index.merge(core, MergeWorth::Third)?;
    let done = index.postings.applied().min(total);
    if !is_level {
        return Ok(Step::On { done, total });
    }
    if !finish(core, index, rows, number)? {
        return Ok(Step::Later { done, total });
    }
    *build = None;
    Ok(Step::Over { total: core.published() })
}

/// Chooses what is built, if that was not done; and again, if versions have gone since.
fn begin(core: &Core, record: &mut ReindexRecord, build: &mut Option<Build>) -> Result<()> {
    let gone = core.retention.forgotten(None);
    match record {
        ReindexRecord::Begun { gone: then, .. } if *then == gone => return Ok(()),
        ReindexRecord::Begun { .. } => {
            *build = None;
            take_back(core, record)?;
        }
        ReindexRecord::Asked => {}
    }
    core.sequencer.between_groups(core, |_| {
        core.check_open()?;
        let mut registry = core.parameters.registry();
        registry.begun += 1;
        let (generation, rows) = (registry.begun, registry.wanted.clone());
        core.parameters.replace(core, registry, Batch::new())?;
        *record = ReindexRecord::Begun { generation, rows, gone };
        Ok(())
    })
}

/// Opens what was built so far, or begins with nothing.
fn open(core: &Core, generation: u32, rows: &[Row]) -> Result<Build> {
    let options = core.index_place.options(&core.vault, generation)?;
    let tag: Option<ManifestTag> = match core.vault.get(&*core.store, Family::State, &tag_key(generation))? {
        Some(bytes) => Some(records::decode(&bytes)?),
        None => None,
    };
    let opened = tag.and_then(|tag| match Postings::open(options.clone(), &tag) {
        Ok(postings) => Some(postings),
        Err(error) => {
            tracing::warn!(%error, "an index that was half built is begun again");
            None
        }
    });
    let postings = match opened {
        Some(postings) => postings,
        None => Postings::create(options).map_err(index_failed)?,
    };
    let parameters = rows.iter().filter_map(|row| row.to_parameter(core.definitions)).collect();
    Ok(Build(Index::new(core.released.with_parameters(parameters), Arc::new(postings), generation)))
}

/// Catches up to the end and searches the new index from here on. Not while a large transaction is on its way, which has made its
/// documents already.
fn finish(core: &Core, index: &Index, rows: &[Row], number: u64) -> Result<bool> {
    core.sequencer.between_groups(core, |state| {
        core.check_open()?;
        if state.staged.is_some() {
            return Ok(false);
        }
        let view = View::now(core)?;
        let mut mention = |of: ResourceType, id: &str| catch_up::mention(core, state, of, id);
        let mut catch_up = CatchUp { core, view: &view, index, mention: &mut mention };
        while !catch_up.some()? {}
        let before = core.index();
        let mut registry = core.parameters.registry();
        registry.complete(rows);
        registry.generation = index.generation;
        let mut batch = Batch::new();
        let family = core.vault.placement.family(Family::State);
        batch.delete(family, &tag_key(before.generation));
        // What came while it was built.
        let is_followed = registry.waiting().next().is_some() && !core.jobs.has_another_reindex(number);
        let following =
            is_followed.then(|| core.jobs.begin_reindex(core, &mut batch, FOLLOWING)).transpose()?;
        let parameters = registry.parameters(core.definitions);
        core.parameters.replace(core, registry, batch)?;
        let indexer = core.released.with_parameters(parameters);
        core.replace_index(Index::new(indexer, Arc::clone(&index.postings), index.generation));
        if let Some(job) = following {
            core.jobs.take_in(job);
        }
        Ok(true)
    })
}

/// Removes what was built, unless it is searched.
pub(crate) fn take_back(core: &Core, record: &ReindexRecord) -> Result<()> {
    let ReindexRecord::Begun { generation, .. } = record else { return Ok(()) };
    if core.parameters.registry().generation == *generation {
        return Ok(());
    }
    let mut batch = Batch::new();
    batch.delete(core.vault.placement.family(Family::State), &tag_key(*generation));
    core.store.write(&batch, Durability::Synced).map_err(failed)?;
    core.index_place.remove(*generation)
}

#[cfg(test)]
mod tests;
