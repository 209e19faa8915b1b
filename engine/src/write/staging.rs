//! Large transactions, staged: written in chunks under a commit number that nobody sees, then committed by one small batch. Other
//! writers wait for a chunk at most.

mod bulk;
mod links;

use std::sync::Arc;

use fornax_index::UndatedDocument;
use fornax_postings::{Changes, SupersededVersion};
use fornax_store::Durability;
use parking_lot::MutexGuard;

use crate::Principal;
use crate::change::ReturnBodies;
use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Result};
use crate::families::Family;
use crate::integrity::ReferentialIntegrity;
use crate::keys;
use crate::records::{self, IdRecord, Rid, Seq};
use crate::resource::Body;
use crate::types::ResourceType;
use crate::vault::failed;
use crate::write::condition::Condition;
use crate::write::draft::{CommitTime, Decision, Draft, Unchanged, Verdict, check_expected, identities};
use crate::write::group::Written;
use crate::write::prepare::PreparedWrite;
use crate::write::sequence::{SequenceState, close_after};
use crate::write::staged::{self, Staged};
use crate::write::staging::links::StagedLinks;

/// Commit numbers left to other writers meanwhile, for each entry and at least. They count as distance in the index's marks,
/// of which there are four thousand million.
const COMMITS_PER_ENTRY: u64 = 2;
const COMMITS_MIN: u64 = 1 << 14;

/// A transaction being staged. Dropped without a commit, it leaves nothing behind.
pub(crate) struct Staging<'a> {
    core: &'a Core,
    /// One at a time.
    _alone: MutexGuard<'a, ()>,
    seq: Seq,
    /// The index that the documents are for.
    index_generation: u32,
    chunks: u32,
    writes: Vec<StagedWrite>,
    documents: Vec<UndatedDocument>,
    links: StagedLinks,
    is_over: bool,
}

/// One write of the transaction, staged.
struct StagedWrite {
    resource_type: ResourceType,
    id: Arc<str>,
    digest: [u8; 16],
    outcome: StagedOutcome,
    body: Body,
    /// Of a resource that is there, by this write and before it: changed by the commit.
    identities: Vec<[u8; 16]>,
    identities_before: Vec<[u8; 16]>,
    /// What it refers to, in ascending order, where rows say so.
    targets: Vec<Rid>,
}

/// What a staged write came to.
enum StagedOutcome {
    /// A deletion of what was not there.
    Idle,
    /// The current version said it already.
    Unchanged(Unchanged),
    Decided(Decision),
}

impl StagedWrite {
    /// What is decided of it, if it makes a version.
    fn decision(&self) -> Option<Decision> {
        match self.outcome {
            StagedOutcome::Decided(decision) => Some(decision),
            StagedOutcome::Idle | StagedOutcome::Unchanged(_) => None,
        }
    }

    /// One that the commit will not make: it has been overtaken.
    fn bare(write: &PreparedWrite, outcome: StagedOutcome) -> Self {
        Self {
            resource_type: write.resource_type,
            id: Arc::clone(&write.id),
            digest: write.digest,
            outcome,
            body: Body::default(),
            identities: Vec::new(),
            identities_before: Vec::new(),
            targets: Vec::new(),
        }
    }

    fn of(draft: &Draft<'_>, write: &PreparedWrite, outcome: StagedOutcome, body: Body) -> Result<Self> {
        let decision = match outcome {
            StagedOutcome::Decided(decision) => Some(decision),
            StagedOutcome::Idle | StagedOutcome::Unchanged(_) => None,
        };
        let is_deferred = decision.is_some_and(|decision| decision.before.is_some());
        let superseded = decision.as_ref().and_then(Decision::superseded).zip(decision);
        let identities_before = match superseded {
            Some((seq, decision)) => draft.identities_of(decision.rid, seq)?,
            None => Vec::new(),
        };
        Ok(Self {
            resource_type: write.resource_type,
            id: Arc::clone(&write.id),
            digest: write.digest,
            outcome,
            body,
            identities: if is_deferred { identities(write).to_vec() } else { Vec::new() },
            identities_before,
            targets: Vec::new(),
        })
    }
}

impl<'a> Staging<'a> {
    /// Begins a transaction of so many entries, when the one before it is over.
    pub(crate) fn begin(core: &'a Core, entries: usize) -> Self {
        let alone = core.sequencer.staging.lock();
        let room = COMMITS_MIN.max(COMMITS_PER_ENTRY * entries as u64);
        let began = core.sequencer.between_groups(core, |state| {
            state.staged = Some(Staged::new(state.head.seq + room));
            (state.head.seq, core.index().generation)
        });
        let (began, index_generation) = began;
        Self {
            core,
            _alone: alone,
            seq: began + room,
            index_generation,
            chunks: 0,
            writes: Vec::with_capacity(entries),
            documents: Vec::with_capacity(entries),
            links: StagedLinks::default(),
            is_over: false,
        }
    }

    /// Stages a chunk; false: something that it was prepared on has changed, and the transaction must be given up.
    pub(crate) fn add(&mut self, writes: Vec<PreparedWrite>, bodies: ReturnBodies) -> Result<bool> {
        self.core.make_room()?;
        self.core.sequencer.between_groups(self.core, |state| {
            self.core.check_open()?;
            self.add_between_groups(state, writes, bodies)
        })
    }

    fn add_between_groups(
        &mut self,
        state: &mut SequenceState,
        writes: Vec<PreparedWrite>,
        bodies: ReturnBodies,
    ) -> Result<bool> {
        let mut draft = Draft::new(self.core, state.head.clone(), state.staged.as_ref());
        let first = self.writes.len();
        self.links.expect(self.core, &writes);
        for write in writes {
            check_expected(self.core, &write, draft.id(&write.digest)?)?;
            let (outcome, put) = match draft.judge(&write)? {
                Verdict::Stale => return Ok(false),
                Verdict::Idle => (StagedOutcome::Idle, Body::default()),
                Verdict::Unchanged(same) => (StagedOutcome::Unchanged(same), write.body()),
                Verdict::Write => {
                    let decision = draft.decide(&write)?;
                    let (put, document) = self.put(&mut draft, &write, &decision)?;
                    self.documents.extend(document);
                    (StagedOutcome::Decided(decision), put)
                }
            };
            let body = if bodies == ReturnBodies::Yes { put } else { Body::default() };
            let targets = self.links.note(&mut draft, &write)?;
            let staged = StagedWrite::of(&draft, &write, outcome, body)?;
            self.writes.push(StagedWrite { targets, ..staged });
        }
        let decisions = || self.writes[first..].iter().filter_map(StagedWrite::decision);
        let rids = decisions().map(|decision| decision.rid).collect();
        staged::put_chunk(&mut draft, self.chunks, self.seq, rids)?;
        // The numbers that it gave are given from now on, whatever becomes of the transaction.
        draft.put_head()?;
        let Draft { head, batch, .. } = draft;
        self.core.store.write(&batch, Durability::Buffered).map_err(failed).inspect_err(|error| {
            // What is too large is refused before anything is written.
            if error.kind() != ErrorKind::Limit {
                close_after(self.core, error);
            }
        })?;
        state.head = head;
        if let Some(staged) = &mut state.staged {
            staged.add(decisions());
        }
        self.chunks += 1;
        Ok(true)
    }

    fn put(
        &self,
        draft: &mut Draft<'_>,
        write: &PreparedWrite,
        decision: &Decision,
    ) -> Result<(Body, Option<UndatedDocument>)> {
        if decision.before.is_none() {
            let record = IdRecord { rid: decision.rid, newest: Some(decision.newest(self.seq)) };
            draft.put_id(write.digest, record)?;
            draft.change_identities(write.resource_type.number, decision.rid, &[], identities(write))?;
        }
        draft.put_version(self.seq, decision, write, CommitTime::Apart)
    }

    /// Commits what was staged: durable, searchable and visible when it returns; the outcomes are in the order of the writes.
    /// `None`: something that it was prepared on has changed, and nothing was committed.
    ///
    /// # Errors
    /// `Unprocessable`, `Conflict`: it would leave a reference without its target.
    pub(crate) fn commit(
        mut self,
        conditions: &[Condition],
        principal: &Principal,
    ) -> Result<Option<Vec<Written>>> {
        self.check_integrity()?;
        let sequencer = &self.core.sequencer;
        let committed = sequencer.between_groups(self.core, |state| {
            self.core.check_open()?;
            self.commit_between_groups(state, conditions, principal)
        })?;
        let Some(at_ms) = committed else { return Ok(None) };
        self.is_over = true;
        let written = std::mem::take(&mut self.writes).into_iter().map(|write| {
            let of = (write.resource_type, &write.id);
            match write.outcome {
                StagedOutcome::Idle => Ok(Written::Deleted(None)),
                StagedOutcome::Unchanged(same) => Written::unchanged(of, same, write.body),
                StagedOutcome::Decided(decision) => Written::of(of, &decision, at_ms, write.body),
            }
        });
        written.collect::<Result<Vec<_>>>().map(Some)
    }

    fn commit_between_groups(
        &mut self,
        state: &mut SequenceState,
        conditions: &[Condition],
        principal: &Principal,
    ) -> Result<Option<i64>> {
        let core = self.core;
        if core.index().generation != self.index_generation {
            // Its documents are not made by the search parameters that are in force now.
            return Ok(None);
        }
        let mut draft = Draft::new(core, state.head.clone(), state.staged.as_ref());
        for condition in conditions {
            if !draft.holds(condition)? {
                return Ok(None);
            }
        }
        let stands = state.staged.as_ref().is_some_and(|staged| self.links.stand(staged, self.writes.iter()));
        if !stands {
            return Ok(None);
        }
        for write in &self.writes {
            let is_as_staged = match &write.outcome {
                StagedOutcome::Decided(decision) => {
                    state.staged.as_ref().is_some_and(|staged| staged.stands(decision.rid))
                }
                StagedOutcome::Idle => draft.id(&write.digest)?.is_none_or(|record| !record.is_there()),
                StagedOutcome::Unchanged(same) => {
                    draft.id(&write.digest)?.is_some_and(|record| record.newest == Some(same.newest))
                }
            };
            if !is_as_staged {
                return Ok(None);
            }
        }
        let at_ms = state.head.last_updated_ms.max(core.clock.now_ms());
        let decisions = || self.writes.iter().filter_map(|write| Some((write, write.decision()?)));
        let entries: Vec<_> = decisions().map(|(_, decision)| decision.log_entry()).collect();
        if entries.is_empty() {
            // Nothing changes, so there is no commit.
            staged::forget_chunks(&mut draft, self.chunks);
            let forgotten = core.store.write(&draft.batch, Durability::Buffered).map_err(failed);
            forgotten.inspect_err(|error| close_after(core, error))?;
            state.staged = None;
            return Ok(Some(at_ms));
        }
        let mut changes = Changes { seq: self.seq, ..Changes::default() };
        let has_rows = core.integrity.mode() == ReferentialIntegrity::Block;
        for (write, decision) in decisions() {
            if has_rows {
                draft.change_links(decision.rid, write.targets.clone())?;
            }
            if decision.before.is_some() {
                replace(&mut draft, self.seq, write, &decision)?;
            }
            let by = self.seq;
            let superseded = decision.superseded();
            changes.superseded.extend(superseded.map(|written| SupersededVersion {
                rid: decision.rid,
                written,
                by,
            }));
            draft.count(self.seq, &decision);
        }
        draft.head.seq = self.seq;
        draft.head.last_updated_ms = at_ms;
        draft.log((self.seq, at_ms), principal, entries)?;
        let time = records::encode(&at_ms)?;
        core.vault.put(&mut draft.batch, Family::Log, keys::commit_time(self.seq).as_bytes(), &time)?;
        staged::forget_chunks(&mut draft, self.chunks);
        draft.put_head()?;
        let documents = std::mem::take(&mut self.documents).into_iter();
        changes.documents = documents.map(|document| document.dated(at_ms * 1000)).collect();
        changes.documents.sort_unstable_by_key(|document| document.rid);
        let Draft { head, batch, written: rids, .. } = draft;
        let written = core.store.write(&batch, Durability::Synced).map_err(failed);
        written
            .and_then(|()| core.index().postings.apply(changes).map_err(index_failed))
            .inspect_err(|error: &Error| close_after(core, error))?;
        core.publish(head.seq);
        core.parameters.note(core, rids.into_iter());
        state.head = head;
        state.staged = None;
        Ok(Some(at_ms))
    }

    fn take_back(&self) -> Result<()> {
        let sequencer = &self.core.sequencer;
        for number in 0..self.chunks {
            sequencer.between_groups(self.core, |state| staged::take_back(self.core, state, number))?;
        }
        Ok(())
    }
}

/// Puts down what the commit alone may: the id and the identities of a resource that is there.
fn replace(draft: &mut Draft<'_>, seq: Seq, write: &StagedWrite, decision: &Decision) -> Result<()> {
    let rid = decision.rid;
    draft.put_id(write.digest, IdRecord { rid, newest: Some(decision.newest(seq)) })?;
    draft.change_identities(write.resource_type.number, rid, &write.identities_before, &write.identities)
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // After a failed write the next opening takes it back.
        if !self.is_over
            && self.core.check_open().is_ok()
            && let Err(error) = self.take_back()
        {
            close_after(self.core, &error);
        }
        self.core.sequencer.between_groups(self.core, |state| state.staged = None);
    }
}

#[cfg(test)]
mod tests;
