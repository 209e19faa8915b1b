//! Forgetting history: versions that were replaced up to some commit, the floor, go for good.
//!
//! The floor is raised first, durably and with an audit row, so that no snapshot before it is given out any more. Then commits
//! up to it are swept in their order: each removes the version that it replaced, and that version's entry in the log. What is
//! left of the log names exactly the versions that are left. A sweep that was cut off goes on with the next one.

use std::sync::Arc;

use arc_swap::ArcSwap;
use fornax_postings::MergeWorth;
use fornax_store::{Batch, Durability, KeyRange};
use parking_lot::Mutex;

use crate::as_of::last_commit_until;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::keys;
use crate::log_edits::LogEdits;
use crate::records::{self, HistoryKept, LogEntry, Rid, Seq};
use crate::reindex;
use crate::tenant_id::Principal;
use crate::vault::{failed, state};
use crate::view::View;
use crate::write::audit::{self, Action};
use crate::write::close_after;

/// Commits looked up at a time.
const COMMITS_AT_ONCE: usize = 1_000;
/// Versions removed by one batch, or a few more.
const REMOVED_AT_ONCE: usize = 2_000;
/// Log entries that one batch holds in memory, some 40 MB, or those of one commit more. Several times the largest transaction, whose
/// log entry may lose a change to each of many commits.
const ENTRIES_AT_ONCE: usize = 500_000;

/// How far back a tenant's history reaches.
pub(crate) struct Retention {
    kept: ArcSwap<HistoryKept>,
    /// Held while versions go, and by whoever needs that none does.
    pub sweeping: Mutex<()>,
}

impl Retention {
    pub(crate) fn new(kept: HistoryKept) -> Self {
        Self { kept: ArcSwap::from_pointee(kept), sweeping: Mutex::new(()) }
    }

    /// The oldest commit that a snapshot may be of.
    pub(crate) fn floor(&self) -> Seq {
        self.kept.load().floor
    }

    /// What is kept, for whoever lets versions go; the other half of [`Retention::replace`].
    pub(crate) fn kept(&self) -> HistoryKept {
        HistoryKept::clone(&self.kept.load())
    }

    /// Goes by this from here on, which was written.
    pub(crate) fn replace(&self, kept: HistoryKept) {
        self.kept.store(Arc::new(kept));
    }

    /// Versions that were forgotten, of one type or of all.
    pub(crate) fn forgotten(&self, type_number: Option<u16>) -> u64 {
        let kept = self.kept.load();
        match type_number {
            Some(number) => kept.forgotten.get(&number).copied().unwrap_or(0),
            None => kept.forgotten.values().sum(),
        }
    }
}

/// Forgets the versions that were replaced up to a time, in milliseconds since 1970; answers how many.
pub(crate) fn forget(core: &Core, before_ms: i64, principal: &Principal) -> Result<u64> {
    let _alone = core.retention.sweeping.lock();
    let forgotten_before = core.retention.forgotten(None);
    let floor = last_commit_until(&View::now(core)?, before_ms)?;
    // The log gives the index no commit up to the floor again, so it must have them all; also before a sweep that was cut off
    // goes on, since the index may have been built again meanwhile.
    core.flush_fresh()?;
    if floor > core.retention.floor() {
        raise_floor(core, floor, principal)?;
    }
    while !sweep_some(core)? {
        core.check_open()?;
    }
    Ok(core.retention.forgotten(None) - forgotten_before)
}

/// Gives the space of what is gone back, in the store and in the index.
pub(crate) fn compact(core: &Core) -> Result<()> {
    remove_stale_build(core)?;
    core.store.flush().map_err(failed)?;
    for (family, _) in core.vault.placement.all() {
        core.store.compact(family, &KeyRange::all()).map_err(failed)?;
    }
    core.flush_fresh()?;
    core.merge_index(MergeWorth::Anything)?;
    core.check_open()
}

/// Removes an index that is half built and has what is gone since; its job begins again when its turn comes.
fn remove_stale_build(core: &Core) -> Result<()> {
    let _no_step = core.retention.sweeping.lock();
    let stale = core.jobs.stale_build(core.retention.forgotten(None));
    stale.map_or(Ok(()), |build| reindex::take_back(core, &build))
}

/// Refuses what only a snapshot before the floor could answer.
pub(crate) fn check_kept(core: &Core, seq: Seq) -> Result<()> {
    if seq < core.retention.floor() {
        let issue = Issue::error("expired", "the history kept does not reach back so far");
        return Err(Error::new(ErrorKind::Gone, issue));
    }
    Ok(())
}

fn raise_floor(core: &Core, floor: Seq, principal: &Principal) -> Result<()> {
    let kept = HistoryKept { floor, ..core.retention.kept() };
    core.sequencer.between_groups(core, |state| {
        // A commit that failed since has closed the tenant, and the head here may be behind the store's.
        core.check_open()?;
        let mut head = state.head.clone();
        let mut batch = Batch::new();
        let row = audit::Row { seq: head.seq, at_ms: core.clock.now_ms(), entries: &[] };
        let action = Action::ForgetHistory { floor };
        head.audit = audit::add(&mut batch, &core.vault, &head.audit, (principal, action), &row)?;
        core.vault.put(&mut batch, Family::State, state::HEAD, &records::encode(&head)?)?;
        core.vault.put(&mut batch, Family::State, state::HISTORY_KEPT, &records::encode(&kept)?)?;
        let written = core.store.write(&batch, Durability::Synced).map_err(failed);
        written.inspect_err(|error| close_after(core, error))?;
        state.head = head;
        Ok::<_, Error>(())
    })?;
    core.retention.replace(kept);
    Ok(())
}

/// Sweeps as many commits as fit one batch; true when none is left.
fn sweep_some(core: &Core) -> Result<bool> {
    let mut kept = core.retention.kept();
    if kept.swept >= kept.floor {
        return Ok(true);
    }
    let view = View::now(core)?;
    let mut sweep = Sweep { core, view: &view, log: LogEdits::of(&view), removed: Vec::new() };
    let commits = view.commits_from(kept.swept + 1, COMMITS_AT_ONCE)?;
    let is_last = commits.len() < COMMITS_AT_ONCE || commits.last().is_some_and(|last| *last > kept.floor);
    let mut commits = commits.into_iter().filter(|seq| *seq <= kept.floor).peekable();
    while let Some(seq) = commits.next_if(|_| !sweep.is_full()) {
        sweep.commit(seq)?;
        kept.swept = seq;
    }
    if is_last && commits.peek().is_none() {
        kept.swept = kept.floor;
    }
    sweep.write(kept)?;
    Ok(false)
}

/// One batch of a sweep.
struct Sweep<'a> {
    core: &'a Core,
    view: &'a View<'a>,
    log: LogEdits<'a>,
    removed: Vec<(Rid, Seq)>,
}

impl Sweep<'_> {
    fn is_full(&self) -> bool {
        self.removed.len() >= REMOVED_AT_ONCE || self.log.entries() >= ENTRIES_AT_ONCE
    }

    /// Removes what a commit replaced, and what tells that something was purged before it.
    fn commit(&mut self, seq: Seq) -> Result<()> {
        let log = self.view.log(seq)?;
        for entry in log.entries.iter().filter(|entry| entry.version > 1) {
            let replaced = match entry.superseded {
                Some(replaced) => Some(replaced),
                // A deletion, if it was not forgotten before.
                None => self.view.commits_of(entry.rid, seq - 1, 1)?.pop(),
            };
            let Some(replaced) = replaced else { continue };
            if self.log.at(replaced)?.remove(&entry.rid).is_some() {
                self.removed.push((entry.rid, replaced));
            }
            if let Some(entry) = self.log.at(seq)?.get_mut(&entry.rid) {
                entry.superseded = None;
            }
        }
        // What tells that versions were purged goes as they would, had they been there: when the next one has come.
        let is_behind = |entry: &&LogEntry| entry.version > 1 && entry.superseded.is_none();
        for entry in log.entries.iter().filter(is_behind) {
            for purged in self.view.purged(entry.rid, seq - 1, usize::MAX)? {
                self.log.at(purged)?.remove(&entry.rid);
                self.log.forget_purged(entry.rid, purged);
            }
        }
        Ok(())
    }

    fn write(self, mut kept: HistoryKept) -> Result<()> {
        let vault = &self.core.vault;
        let versions = vault.placement.family(Family::Versions);
        let mut batch = Batch::new();
        for (rid, seq) in self.removed {
            batch.delete(versions, keys::version(rid, seq).as_bytes());
            *kept.forgotten.entry(keys::type_number(rid)).or_insert(0) += 1;
        }
        self.log.write(vault, &mut batch)?;
        vault.put(&mut batch, Family::State, state::HISTORY_KEPT, &records::encode(&kept)?)?;
        self.core.store.write(&batch, Durability::Synced).map_err(failed)?;
        self.core.retention.replace(kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
