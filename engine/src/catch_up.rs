//! Giving an index what the log has and it has not.

use fornax_postings::{Changes, IndexDocument, SupersededVersion};

use crate::core::{Core, index_failed};
use crate::error::Result;
use crate::index::Index;
use crate::records::{OperationCode, Rid, Seq, bug};
use crate::resource::{Operation, Version};
use crate::types::ResourceType;
use crate::view::View;
use crate::write::{self, SequenceState, extract, parse_stored};

/// Commits looked at at a time.
const COMMITS_AT_ONCE: usize = 1_000;
/// Documents that are given to the index at a time, before it brings them to disk.
pub(crate) const DOCUMENTS_AT_ONCE: usize = 10_000;

/// Gives a number to a resource that no commit mentioned: other search parameters may find more references in a body than those
/// it was written under.
pub(crate) type Mention<'a> = &'a mut dyn FnMut(ResourceType, &str) -> Result<Rid>;

/// An index that catches up with a view.
pub(crate) struct CatchUp<'a> {
    pub core: &'a Core,
    pub view: &'a View<'a>,
    pub index: &'a Index,
    pub mention: Mention<'a>,
}

impl CatchUp<'_> {
    /// Gives it the next commits that it has not seen, up to some thousand documents; says whether it has them all now.
    pub(crate) fn some(&mut self) -> Result<bool> {
        let postings = &self.index.postings;
        let applied = postings.applied();
        let mut changes = Changes { seq: applied, ..Changes::default() };
        loop {
            let commits = self.view.commits_from(changes.seq + 1, COMMITS_AT_ONCE)?;
            if commits.is_empty() {
                // Commit numbers may be passed over, so the last one is not always the one that was published.
                changes.seq = self.view.seq.max(applied);
                postings.apply(changes).map_err(index_failed)?;
                return Ok(true);
            }
            for seq in commits {
                self.add_commit(seq, &mut changes)?;
                if changes.documents.len() >= DOCUMENTS_AT_ONCE {
                    postings.apply(changes).map_err(index_failed)?;
                    return Ok(false);
                }
            }
        }
    }

    fn add_commit(&mut self, seq: Seq, changes: &mut Changes) -> Result<()> {
        let log = self.view.log(seq)?;
        for entry in &log.entries {
            if entry.operation.has_body() {
                let version = self.view.version(entry.rid, seq)?;
                changes.documents.push(self.document(entry.rid, seq, &version)?);
            }
            let written = match entry.operation {
                OperationCode::Purged => self.superseded_by_purged(entry.rid, seq)?,
                _ => entry.superseded,
            };
            let superseded = written.map(|written| SupersededVersion { rid: entry.rid, written, by: seq });
            changes.superseded.extend(superseded);
        }
        changes.seq = seq;
        Ok(())
    }

    /// The version that is left of those before a purged one, which once superseded it.
    fn superseded_by_purged(&self, rid: Rid, seq: Seq) -> Result<Option<Seq>> {
        let Some(before) = self.view.commits_of(rid, seq - 1, 1)?.pop() else { return Ok(None) };
        // Of several purged in a row the first one did.
        if self.view.purged(rid, seq - 1, 1)?.pop() > Some(before) {
            return Ok(None);
        }
        let is_found = self.view.version(rid, before)?.operation != Operation::Delete;
        Ok(is_found.then_some(before))
    }

    /// The index document of a stored version.
    fn document(&mut self, rid: Rid, seq: Seq, version: &Version) -> Result<IndexDocument> {
        let body = parse_stored(&version.body.text)?;
        let types = &self.core.types;
        let values = extract(&self.index.indexer, types.named(version.resource_type)?, body.root())?;
        let mut targets = Vec::with_capacity(values.references().len());
        for reference in values.references() {
            let target = types.defined(reference.resource);
            let target = target.ok_or_else(|| bug("a reference to no resource type"))?;
            targets.push(match self.view.id(target.name, &reference.id)? {
                Some(record) => record.rid,
                None => (self.mention)(target, &reference.id)?,
            });
        }
        Ok(values.to_document(rid, seq, &targets).dated(version.last_updated.as_millisecond() * 1000))
    }
}

/// Gives a number between two groups of commits.
pub(crate) fn mention_between_groups(core: &Core, resource_type: ResourceType, id: &str) -> Result<Rid> {
    core.sequencer.between_groups(core, |state| mention(core, state, resource_type, id))
}

/// Gives a number, between two groups.
pub(crate) fn mention(
    core: &Core,
    state: &mut SequenceState,
    resource_type: ResourceType,
    id: &str,
) -> Result<Rid> {
    let (rid, head) = write::mention(core, state.head.clone(), resource_type, id)?;
    state.head = head;
    Ok(rid)
}
