//! Staging in bulk: versions go to files of the store past its log, outside the sequencer's lock. Before them goes the record that takes
//! them back, after them what leads to them: whatever ends the process between, opening finds what to remove.

use std::borrow::Cow;

use fornax_index::SearchValues;
use fornax_store::{Batch, Durability};

use super::{StagedOutcome, StagedWrite, Staging};
use crate::core::Core;
use crate::error::Result;
use crate::keys;
use crate::records::{IdRecord, Rid};
use crate::resource::Body;
use crate::vault::failed;
use crate::write::draft::{CommitTime, Decision, Draft, Verdict, identities, read_again, seal_version};
use crate::write::prepare::{Content, PreparedWrite};
use crate::write::sequence::{SequenceState, close_after};
use crate::write::staged;

/// Writes that other writers wait for at a time.
const WRITES_AT_ONCE: usize = 1_000;

/// A write, and the numbers of its resource and of what that refers to.
struct Reserved<'w> {
    write: &'w PreparedWrite,
    values: Cow<'w, SearchValues>,
    decision: Decision,
    /// By its search values.
    targets: Vec<Rid>,
    /// All that it refers to, where rows say so.
    linked: Vec<Rid>,
}

impl Staging<'_> {
    /// Stages many writes, each of another resource. Bodies are not returned.
    pub(crate) fn add_bulk(&mut self, writes: &[PreparedWrite]) -> Result<()> {
        self.core.make_room()?;
        self.links.expect(self.core, writes);
        let mut reserved = Vec::with_capacity(writes.len());
        for some in writes.chunks(WRITES_AT_ONCE) {
            self.between_groups(|staging, state| staging.reserve(state, some, &mut reserved))?;
        }
        // In the order of their keys.
        reserved.sort_unstable_by_key(|one| one.decision.rid);
        if reserved.is_empty() {
            return Ok(());
        }
        self.put_chunks_alone(&reserved)?;
        self.ingest(&reserved)?;
        for some in reserved.chunks(WRITES_AT_ONCE) {
            self.between_groups(|staging, state| staging.lead_to(state, some))?;
        }
        Ok(())
    }

    /// Runs something between groups of other writers, while the tenant is open.
    fn between_groups<T>(
        &mut self,
        run: impl FnOnce(&mut Self, &mut SequenceState) -> Result<T>,
    ) -> Result<T> {
        let core = self.core;
        core.sequencer.between_groups(core, |state| {
            core.check_open()?;
            run(self, state)
        })
    }

    /// Numbers that are given stay given, whatever becomes of the transaction.
    fn reserve<'w>(
        &mut self,
        state: &mut SequenceState,
        writes: &'w [PreparedWrite],
        reserved: &mut Vec<Reserved<'w>>,
    ) -> Result<()> {
        let mut draft = Draft::new(self.core, state.head.clone(), state.staged.as_ref());
        for write in writes {
            let Content::Put(prepared) = &write.content else { continue };
            // Search parameters may have come or gone since the body was prepared.
            let again = read_again(self.core, write.resource_type, prepared)?;
            let values = again.map_or(Cow::Borrowed(&prepared.values), Cow::Owned);
            let linked = self.links.note(&mut draft, write)?;
            if let Verdict::Unchanged(same) = draft.judge(write)? {
                let outcome = StagedOutcome::Unchanged(same);
                self.writes.push(StagedWrite::of(&draft, write, outcome, Body::default())?);
                continue;
            }
            let (decision, targets) = draft.reserve(write, &values)?;
            reserved.push(Reserved { write, values, decision, targets, linked });
        }
        draft.put_head()?;
        let Draft { head, batch, .. } = draft;
        write(self.core, &batch, Durability::Buffered)?;
        state.head = head;
        Ok(())
    }

    /// Durably, before there is anything to take back; in pieces, so that nobody waits long where they are.
    fn put_chunks_alone(&mut self, reserved: &[Reserved<'_>]) -> Result<()> {
        self.between_groups(|staging, state| {
            let mut draft = Draft::new(staging.core, state.head.clone(), None);
            for some in reserved.chunks(WRITES_AT_ONCE) {
                let rids = some.iter().map(|one| one.decision.rid).collect();
                staged::put_chunk(&mut draft, staging.chunks, staging.seq, rids)?;
                staging.chunks += 1;
            }
            write(staging.core, &draft.batch, Durability::Synced)
        })
    }

    /// Puts the versions down, a file for each type: what is new of a type lies behind all that it had.
    fn ingest(&mut self, reserved: &[Reserved<'_>]) -> Result<()> {
        let mut files = Vec::new();
        for of_type in reserved.chunk_by(|a, b| type_of(a) == type_of(b)) {
            let mut file = Batch::new();
            for Reserved { write, values, decision, targets, .. } in of_type {
                seal_version(self.core, &mut file, self.seq, (decision, write, CommitTime::Apart))?;
                self.documents.push(values.to_document(decision.rid, self.seq, targets));
            }
            files.push(file);
        }
        let family = self.core.vault.placement.family(crate::families::Family::Versions);
        self.core.store.ingest(family, &files).map_err(failed)
    }

    /// Lets ids and identities lead to resources that were not there. What others have written meanwhile is left alone: the commit
    /// will find that it can't be made.
    fn lead_to(&mut self, state: &mut SequenceState, reserved: &[Reserved<'_>]) -> Result<()> {
        let mut draft = Draft::new(self.core, state.head.clone(), state.staged.as_ref());
        let mut standing = Vec::with_capacity(reserved.len());
        for Reserved { write, decision, linked, .. } in reserved {
            let decision = *decision;
            let record = draft.id(&write.digest)?;
            let stands = record.is_some_and(|record| record.newest == decision.before);
            if stands && decision.before.is_none() {
                let record = IdRecord { rid: decision.rid, newest: Some(decision.newest(self.seq)) };
                draft.put_id(write.digest, record)?;
                let number = write.resource_type.number;
                draft.change_identities(number, decision.rid, &[], identities(write))?;
            }
            let outcome = StagedOutcome::Decided(decision);
            self.writes.push(if stands {
                standing.push(decision);
                let staged = StagedWrite::of(&draft, write, outcome, Body::default())?;
                StagedWrite { targets: linked.clone(), ..staged }
            } else {
                // What it replaced may be gone, and the commit will not look.
                StagedWrite::bare(write, outcome)
            });
        }
        let Draft { batch, .. } = draft;
        write(self.core, &batch, Durability::Buffered)?;
        if let Some(staged) = &mut state.staged {
            staged.add(standing.into_iter());
        }
        Ok(())
    }
}

fn type_of(one: &Reserved<'_>) -> u16 {
    keys::type_number(one.decision.rid)
}

/// Writes a batch; what is too large is refused before anything is written, and any other failure closes the tenant.
fn write(core: &Core, batch: &Batch, durability: Durability) -> Result<()> {
    core.store.write(batch, durability).map_err(failed).inspect_err(|error| {
        if error.kind() != crate::ErrorKind::Limit {
            close_after(core, error);
        }
    })
}

#[cfg(test)]
mod tests;
