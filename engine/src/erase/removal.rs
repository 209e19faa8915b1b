//! Removing versions before history is forgotten: from the index, the records and the log.
//!
//! The index hides them first, durably, so that no search finds what the store has no more; then they go in batches that each leave
//! index, records and log agreed. What is to go is written down before anything is hidden: an opening finishes what was cut off.

use fornax_store::{Batch, Durability};
use serde::{Deserialize, Serialize};

use crate::cancellation::Cancellation;
use crate::core::{Core, index_failed};
use crate::error::Result;
use crate::families::Family;
use crate::keys;
use crate::log_edits::LogEdits;
use crate::records::{self, IdRecord, LogEntry, OperationCode, Rid, Seq};
use crate::tenant_id::Principal;
use crate::vault::{failed, state};
use crate::view::View;
use crate::write::audit::{self, Action};
use crate::write::{SequenceState, close_after};

/// Versions that are written down and hidden at a time, or those of one resource more.
const VERSIONS_WRITTEN_DOWN: usize = 20_000;
/// Versions that one batch removes, or those of one resource more.
const VERSIONS_AT_ONCE: usize = 2_000;
/// Log entries that one batch holds in memory, some 40 MB, or those of one commit more.
const ENTRIES_AT_ONCE: usize = 500_000;

/// What goes of one resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Removal {
    pub rid: Rid,
    /// The commits of the versions that go, and of the next newer version of each, the oldest first.
    pub versions: Vec<(Seq, Option<Seq>)>,
    pub extent: Extent,
}

/// How much of a resource goes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Extent {
    /// Some versions that were replaced: the log goes on to tell that there were such.
    Versions,
    /// All there is, as long as the deletion that this commit made is the last of it. The id, a digest, stays where others refer to it.
    Whole { id_digest: [u8; 16], deleted_by: Seq },
}

/// What is to go, and for whom.
#[derive(Serialize, Deserialize)]
pub(super) struct RemovalsRecord {
    principal: String,
    removals: Vec<Removal>,
}

/// Removes versions. Answers how many went: resources that somebody has written again meanwhile stay. No large transaction is on its way
/// meanwhile, which would rest on what stands now; and no sweep of history, which the caller sees to.
pub(super) fn remove(core: &Core, removals: Vec<Removal>, principal: &Principal) -> Result<u64> {
    let _none_staged = core.sequencer.staging.lock();
    // What failed half way before is not forgotten for this.
    finish(core)?;
    let mut waiting = removals.into_iter().peekable();
    let mut removed = 0;
    while waiting.peek().is_some() {
        let (mut some, mut versions) = (Vec::new(), 0);
        while versions < VERSIONS_WRITTEN_DOWN
            && let Some(removal) = waiting.next()
        {
            versions += removal.versions.len();
            some.push(removal);
        }
        removed += carry_out(core, write_down(core, some, principal)?)?;
    }
    Ok(removed)
}

/// Puts down what is to go, durably.
pub(super) fn write_down(
    core: &Core,
    removals: Vec<Removal>,
    principal: &Principal,
) -> Result<RemovalsRecord> {
    let record = RemovalsRecord { principal: principal.name().to_owned(), removals };
    let mut batch = Batch::new();
    core.vault.put(&mut batch, Family::State, state::REMOVALS, &records::encode(&record)?)?;
    core.store.write(&batch, Durability::Synced).map_err(failed)?;
    Ok(record)
}

/// Finishes what was cut off.
pub(super) fn finish(core: &Core) -> Result<()> {
    match core.vault.get(&*core.store, Family::State, state::REMOVALS)? {
        Some(bytes) => {
            carry_out(core, records::decode(&bytes)?)?;
            core.jobs.forget_answers(core, &Cancellation::new())
        }
        None => Ok(()),
    }
}

/// Carries out what was written down, or what is left of it.
fn carry_out(core: &Core, record: RemovalsRecord) -> Result<u64> {
    let principal = Principal::named(&record.principal);
    // A mark that is not on disk yet would come again from the log, and find no document.
    core.flush_fresh()?;
    let of = |removal: &Removal| -> Vec<(Rid, Seq)> {
        removal.versions.iter().map(|(seq, _)| (removal.rid, *seq)).collect()
    };
    let hidden: Vec<(Rid, Seq)> = record.removals.iter().flat_map(of).collect();
    core.index().postings.hide(&hidden).map_err(index_failed)?;
    core.flush_fresh()?;
    let mut waiting = record.removals.into_iter().peekable();
    let mut removed = 0;
    while waiting.peek().is_some() {
        removed += core.sequencer.between_groups(core, |state| {
            let view = View::now(core)?;
            let mut piece = Piece::of(core, &view)?;
            while !piece.is_full()
                && let Some(removal) = waiting.next()
            {
                piece.add(removal)?;
            }
            piece.write(state, &principal)
        })?;
    }
    let mut batch = Batch::new();
    batch.delete(core.vault.placement.family(Family::State), state::REMOVALS);
    core.store.write(&batch, Durability::Synced).map_err(failed)?;
    Ok(removed)
}

/// One batch.
struct Piece<'a> {
    core: &'a Core,
    view: &'a View<'a>,
    log: LogEdits<'a>,
    batch: Batch,
    gone: Vec<LogEntry>,
    is_whole: bool,
}

impl<'a> Piece<'a> {
    fn of(core: &'a Core, view: &'a View<'a>) -> Result<Self> {
        core.check_open()?;
        let log = LogEdits::of(view);
        Ok(Self { core, view, log, batch: Batch::new(), gone: Vec::new(), is_whole: false })
    }

    fn is_full(&self) -> bool {
        self.gone.len() >= VERSIONS_AT_ONCE || self.log.entries() >= ENTRIES_AT_ONCE
    }

    fn add(&mut self, removal: Removal) -> Result<()> {
        let Removal { rid, versions, extent } = removal;
        if let Extent::Whole { id_digest, deleted_by } = extent {
            let newest = self.view.commits_of(rid, self.view.seq, 1)?.pop();
            if newest != Some(deleted_by) {
                return Ok(());
            }
            let record = records::encode(&IdRecord { rid, newest: None })?;
            self.core.vault.put(&mut self.batch, Family::Ids, &id_digest, &record)?;
            for seq in self.view.purged(rid, Seq::MAX, usize::MAX)? {
                self.log.forget_purged(rid, seq);
            }
            self.is_whole = true;
        }
        let family = self.core.vault.placement.family(Family::Versions);
        for (seq, next) in versions {
            let entries = self.log.at(seq)?;
            let Some(entry) = entries.get_mut(&rid).filter(|entry| entry.operation != OperationCode::Purged)
            else {
                continue;
            };
            self.gone.push(*entry);
            match extent {
                Extent::Versions => {
                    (entry.operation, entry.superseded) = (OperationCode::Purged, None);
                    self.log.purge(rid, seq);
                }
                Extent::Whole { .. } => {
                    entries.remove(&rid);
                }
            }
            self.batch.delete(family, keys::version(rid, seq).as_bytes());
            if let Some(next) = next
                && let Some(entry) = self.log.at(next)?.get_mut(&rid)
            {
                entry.superseded = None;
            }
        }
        Ok(())
    }

    fn write(self, state: &mut SequenceState, principal: &Principal) -> Result<u64> {
        let Self { core, log, mut batch, gone, is_whole, .. } = self;
        if gone.is_empty() {
            return Ok(0);
        }
        let mut kept = core.retention.kept();
        for entry in &gone {
            *kept.forgotten.entry(keys::type_number(entry.rid)).or_insert(0) += 1;
        }
        log.write(&core.vault, &mut batch)?;
        let mut head = state.head.clone();
        let row = audit::Row { seq: head.seq, at_ms: core.clock.now_ms(), entries: &gone };
        let action = if is_whole { Action::Erase } else { Action::PurgeHistory };
        head.audit = audit::add(&mut batch, &core.vault, &head.audit, (principal, action), &row)?;
        core.vault.put(&mut batch, Family::State, state::HEAD, &records::encode(&head)?)?;
        core.vault.put(&mut batch, Family::State, state::HISTORY_KEPT, &records::encode(&kept)?)?;
        let written = core.store.write(&batch, Durability::Synced).map_err(failed);
        written.inspect_err(|error| close_after(core, error))?;
        state.head = head;
        core.retention.replace(kept);
        Ok(gone.len() as u64)
    }
}
