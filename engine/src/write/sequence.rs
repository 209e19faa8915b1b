//! One group of commits: conditions checked again, numbers given, records sealed, one batch, one sync; then indexed and published.

use std::collections::HashSet;
use std::sync::Arc;

use fornax_postings::{Changes, IndexDocument, SupersededVersion};
use fornax_store::Durability;

use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{Head, IdRecord, Rid, Seq, bug};
use crate::resource::{Body, Operation, Version, VersionId};
use crate::types::ResourceType;
use crate::vault::failed;
use crate::view::timestamp;
use crate::write::draft::{CommitTime, Decision, Draft, Unchanged, Verdict, check_expected, identities};
use crate::write::group::{Outcome, Written};
use crate::write::links::DraftLinks;
use crate::write::prepare::{PreparedWrite, Versioning, Work};
use crate::write::staged::Staged;

/// What the sequencer knows between groups: the head as the store has it, and what is staged.
pub(crate) struct SequenceState {
    pub head: Head,
    pub staged: Option<Staged>,
}

impl SequenceState {
    pub(crate) fn new(head: Head) -> Self {
        Self { head, staged: None }
    }

    /// Versions ever written, of one type or of all, if the tenant still stands at that commit.
    pub(crate) fn versions_at(&self, seq: Seq, type_number: Option<u16>) -> Option<u64> {
        let types =
            self.head.types.iter().filter(|(number, _)| type_number.is_none_or(|wanted| wanted == **number));
        (self.head.seq == seq).then(|| types.map(|(_, head)| head.versions).sum())
    }
}

/// Writes a group. The outcomes are in the order of the works.
pub(crate) fn write_group(core: &Core, state: &mut SequenceState, works: Vec<Work>) -> Vec<Result<Outcome>> {
    if let Err(error) = core.check_open() {
        return works.iter().map(|_| Err(error.repeated())).collect();
    }
    let mut group = Group::new(core, state);
    let mut outcomes = Vec::with_capacity(works.len());
    for work in works {
        outcomes.push(if group.is_broken { Ok(Outcome::Stale) } else { group.add(work) });
    }
    if group.is_broken {
        fail_all(&mut outcomes, &bug("a commit of the same group failed half way"));
        return outcomes;
    }
    if group.draft.head.seq == state.head.seq {
        return outcomes;
    }
    match group.finish() {
        Ok((head, written, links)) => {
            state.head = head;
            if let Some(staged) = &mut state.staged {
                staged.overtake(&written);
                staged.note(&links);
            }
        }
        Err(error) => {
            // What is too large is refused before anything is written.
            if error.kind() != ErrorKind::Limit {
                close_after(core, &error);
            }
            fail_all(&mut outcomes, &error);
        }
    }
    outcomes
}

/// Closes the tenant: whether a batch that failed is in the log is known only after opening again.
pub(crate) fn close_after(core: &Core, error: &Error) {
    core.close();
    tracing::error!(error = %error, cause = ?std::error::Error::source(error), "a commit failed; the tenant is closed");
}

fn fail_all(outcomes: &mut [Result<Outcome>], error: &Error) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
        *outcome = Err(error.repeated());
    }
}

/// A group being put together.
struct Group<'a> {
    draft: Draft<'a>,
    changes: Changes,
    last_ms: i64,
    /// The first commit that is not ours to take: a staged transaction has it.
    end: Option<Seq>,
    /// A commit was added in part only: nothing of the group may be written.
    is_broken: bool,
}

impl<'a> Group<'a> {
    fn new(core: &'a Core, state: &'a SequenceState) -> Self {
        let head = state.head.clone();
        let changes = Changes { seq: head.seq, ..Changes::default() };
        let last_ms = head.last_updated_ms.max(core.clock.now_ms());
        let end = state.staged.as_ref().map(|staged| staged.seq);
        let draft = Draft::new(core, head, state.staged.as_ref());
        Self { draft, changes, last_ms, end, is_broken: false }
    }

    /// Adds a commit, or leaves everything as it was and says why not.
    fn add(&mut self, work: Work) -> Result<Outcome> {
        for condition in &work.conditions {
            if !self.draft.holds(condition)? {
                return Ok(Outcome::Stale);
            }
        }
        let Work { principal, writes, versioning, .. } = work;
        let mut verdicts = Vec::with_capacity(writes.len());
        for write in &writes {
            let before: Option<IdRecord> = self.draft.id(&write.digest)?;
            check_expected(self.draft.core, write, before)?;
            verdicts.push(match self.draft.judge(write)? {
                Verdict::Stale => return Ok(Outcome::Stale),
                Verdict::Unchanged(_) if versioning == Versioning::Always => Verdict::Write,
                verdict => verdict,
            });
        }
        self.draft.check_integrity(&writes, &verdicts)?;
        if !verdicts.iter().any(|verdict| matches!(verdict, Verdict::Write)) {
            let written =
                writes.iter().zip(verdicts).map(|(write, verdict)| Written::by_none(write, verdict));
            return written.collect::<Result<_>>().map(Outcome::Committed);
        }
        let seq = self.draft.head.seq + 1;
        if Some(seq) == self.end {
            let text = "a large transaction is being committed; try again";
            return Err(Error::new(ErrorKind::Busy, Issue::error("lock-error", text)));
        }
        self.is_broken = true;
        self.draft.head.seq = seq;
        let mut entries = Vec::with_capacity(writes.len());
        let mut documents: Vec<IndexDocument> = Vec::with_capacity(writes.len());
        let mut written = Vec::with_capacity(writes.len());
        for (write, verdict) in writes.iter().zip(verdicts) {
            if !matches!(verdict, Verdict::Write) {
                written.push(Written::by_none(write, verdict)?);
                continue;
            }
            let decision = self.draft.decide(write)?;
            let body = self.write(seq, write, &decision, &mut documents)?;
            entries.push(decision.log_entry());
            written.push(Written::of((write.resource_type, &write.id), &decision, self.last_ms, body)?);
        }
        self.draft.log((seq, self.last_ms), &principal, entries)?;
        documents.sort_unstable_by_key(|document| document.rid);
        self.changes.documents.extend(documents);
        self.changes.seq = seq;
        self.is_broken = false;
        Ok(Outcome::Committed(written))
    }

    fn write(
        &mut self,
        seq: Seq,
        write: &PreparedWrite,
        decision: &Decision,
        documents: &mut Vec<IndexDocument>,
    ) -> Result<Body> {
        let rid = decision.rid;
        let draft = &mut self.draft;
        draft.put_id(write.digest, IdRecord { rid, newest: Some(decision.newest(seq)) })?;
        // What a staged transaction made under this number, it has written ahead: this write takes its place.
        let bearing = decision.superseded().or_else(|| draft.staged_maker(rid));
        let before = bearing.map(|seq| draft.identities_of(rid, seq)).transpose()?;
        let before = before.as_deref().unwrap_or(&[]);
        draft.change_identities(write.resource_type.number, rid, before, identities(write))?;
        draft.relink(rid, write)?;
        let (body, document) = draft.put_version(seq, decision, write, CommitTime::At(self.last_ms))?;
        documents.extend(document.map(|document| document.dated(self.last_ms * 1000)));
        if let Some(written) = decision.superseded() {
            self.changes.superseded.push(SupersededVersion { rid, written, by: seq });
        }
        draft.count(seq, decision);
        Ok(body)
    }

    /// One write with one sync; then the index; then everybody may see it. Answers the new head, and what was written.
    fn finish(mut self) -> Result<(Head, HashSet<Rid>, DraftLinks)> {
        self.draft.head.last_updated_ms = self.last_ms;
        self.draft.put_head()?;
        let Draft { core, head, batch, written, links, .. } = self.draft;
        core.store.write(&batch, Durability::Synced).map_err(failed)?;
        let applied = core.index().postings.apply(self.changes).map_err(index_failed);
        applied.inspect_err(|error| close_after(core, error))?;
        core.publish(head.seq);
        core.parameters.note(core, written.iter().copied());
        Ok((head, written, links))
    }
}

impl Written {
    /// The outcome of a write that made no version.
    pub(super) fn by_none(write: &PreparedWrite, verdict: Verdict) -> Result<Self> {
        match verdict {
            Verdict::Unchanged(same) => Self::unchanged((write.resource_type, &write.id), same, write.body()),
            Verdict::Idle | Verdict::Write | Verdict::Stale => Ok(Self::Deleted(None)),
        }
    }

    /// The outcome of a write that the current version said already.
    pub(super) fn unchanged(
        (resource_type, id): (ResourceType, &Arc<str>),
        same: Unchanged,
        body: Body,
    ) -> Result<Self> {
        Ok(Self::Unchanged(Version {
            resource_type: resource_type.name,
            id: Arc::clone(id),
            version: VersionId(same.newest.version),
            last_updated: timestamp(same.at_ms)?,
            operation: if same.newest.version == 1 { Operation::Create } else { Operation::Update },
            body,
        }))
    }

    /// The outcome of a write that was committed at this time.
    pub(super) fn of(
        (resource_type, id): (ResourceType, &Arc<str>),
        decision: &Decision,
        at_ms: i64,
        body: Body,
    ) -> Result<Self> {
        let stored = Version {
            resource_type: resource_type.name,
            id: Arc::clone(id),
            version: VersionId(decision.version),
            last_updated: timestamp(at_ms)?,
            operation: decision.operation.try_into()?,
            body,
        };
        Ok(match stored.operation {
            Operation::Delete => Self::Deleted(Some(stored)),
            Operation::Update if decision.superseded().is_some() => Self::Updated(stored),
            Operation::Create | Operation::Update => Self::Created(stored),
        })
    }
}
