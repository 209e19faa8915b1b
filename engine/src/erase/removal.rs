//! Removing versions before history is forgotten: from the index, the records and the log, in batches that each leave all three agreed.
//!
//! The index hides them first, durably: no search finds what the store has no more, whenever a crash comes.

use fornax_store::{Batch, Durability};

use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::keys;
use crate::log_edits::LogEdits;
use crate::records::{self, IdRecord, LogEntry, OperationCode, Rid, Seq};
use crate::tenant_id::Principal;
use crate::vault::{failed, state};
use crate::view::View;
use crate::write::audit::{self, Action};
use crate::write::{SequenceState, close_after};

/// Versions that one batch removes, or those of one resource more.
const VERSIONS_AT_ONCE: usize = 2_000;
/// Log entries that one batch holds in memory, some 40 MB, or those of one commit more.
const ENTRIES_AT_ONCE: usize = 500_000;

/// What goes of one resource.
pub(super) struct Removal {
    pub rid: Rid,
    /// The commits of the versions that go, and of the next newer version of each, the oldest first.
    pub versions: Vec<(Seq, Option<Seq>)>,
    pub extent: Extent,
}

/// How much of a resource goes.
#[derive(Clone, Copy)]
pub(super) enum Extent {
    /// Some versions that were replaced: the log goes on to tell that there were such.
    Versions,
    /// All there is, as long as the deletion that this commit made is the last of it. The id, a digest, stays where others refer to it.
    Whole { id_digest: [u8; 16], deleted_by: Seq },
}

/// Removes versions. Answers how many went: resources that somebody has written again meanwhile stay.
pub(super) fn remove(core: &Core, removals: Vec<Removal>, principal: &Principal) -> Result<u64> {
    // A mark that is not on disk yet would come again from the log, and find no document.
    core.flush_fresh()?;
    let of = |removal: &Removal| -> Vec<(Rid, Seq)> {
        removal.versions.iter().map(|(seq, _)| (removal.rid, *seq)).collect()
    };
    let hidden: Vec<(Rid, Seq)> = removals.iter().flat_map(of).collect();
    core.index().postings.hide(&hidden).map_err(index_failed)?;
    core.flush_fresh()?;
    let mut waiting = removals.into_iter().peekable();
    let mut removed = 0;
    while waiting.peek().is_some() {
        removed += core.sequencer.between_groups(core, |state| {
            let view = View::now(core)?;
            let mut piece = Piece::of(core, &view, state)?;
            while !piece.is_full()
                && let Some(removal) = waiting.next()
            {
                piece.add(removal)?;
            }
            piece.write(state, principal)
        })?;
    }
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
    /// # Errors
    /// `Busy`: a large transaction is on its way, which rests on what stands now.
    fn of(core: &'a Core, view: &'a View<'a>, state: &SequenceState) -> Result<Self> {
        core.check_open()?;
        if state.staged.is_some() {
            let text = "a large transaction is being committed; try again";
            return Err(Error::new(ErrorKind::Busy, Issue::error("lock-error", text)));
        }
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
