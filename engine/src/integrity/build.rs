//! The change to `block`: rows are put down for all that is there, while others write; then for what they wrote; and what is left of
//! that between two groups of commits, with which the mode takes effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use fornax_store::{Batch, Direction, Durability, KeyRange};

use super::{ReferentialIntegrity, put, remove_rows};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::keys;
use crate::links::{Link, stored_links};
use crate::records::{Rid, Seq};
use crate::resource::{Operation, Version};
use crate::vault::failed;
use crate::view::View;
use crate::write::{Relinking, close_after, parse_stored};

/// Resources whose rows are put down while others wait.
const RESOURCES_AT_ONCE: usize = 250;
/// Commits of others that are followed at a time, and few enough to be followed while they wait.
const COMMITS_AT_ONCE: usize = 1_000;
const COMMITS_LEFT_MAX: usize = 20;

/// A resource, and what it refers to now.
struct Linked {
    rid: Rid,
    links: Vec<Link>,
}

/// Builds the rows, and has the mode take effect.
pub(super) fn block(core: &Core) -> Result<()> {
    let _nothing_goes = core.retention.sweeping.lock();
    if core.integrity.mode() == ReferentialIntegrity::Block {
        return Ok(());
    }
    let built = Build { core, suspects: BTreeSet::new() }.run();
    if built.is_err() && core.check_open().is_ok() {
        write(core, |batch| {
            remove_rows(&core.vault, batch);
            Ok(())
        })?;
    }
    built
}

fn write(core: &Core, fill: impl FnOnce(&mut Batch) -> Result<()>) -> Result<()> {
    let mut batch = Batch::new();
    fill(&mut batch)?;
    core.store.write(&batch, Durability::Synced).map_err(failed)
}

struct Build<'a> {
    core: &'a Core,
    /// Targets that were not there when somebody looked, or were deleted since.
    suspects: BTreeSet<Rid>,
}

impl Build<'_> {
    fn run(mut self) -> Result<()> {
        // What a change that was cut off may have left.
        write(self.core, |batch| {
            remove_rows(&self.core.vault, batch);
            Ok(())
        })?;
        let view = View::now(self.core)?;
        self.all(&view)?;
        let mut seen = view.seq;
        loop {
            let view = View::now(self.core)?;
            let commits = view.commits_from(seen + 1, COMMITS_AT_ONCE)?;
            if commits.len() <= COMMITS_LEFT_MAX {
                break;
            }
            self.follow(&view, &commits)?;
            seen = commits.last().copied().unwrap_or(seen);
        }
        // Else others would wait for it.
        self.refuse_dangling(&View::now(self.core)?)?;
        // What comes later is looked at again under the lock, and these need it no more: a commit that deletes one names it.
        self.suspects.clear();
        self.take_effect(seen)
    }

    /// Everything that is there.
    fn all(&mut self, view: &View<'_>) -> Result<()> {
        let family = self.core.vault.placement.family(Family::Versions);
        let snapshot = self.core.store.snapshot().map_err(failed)?;
        let mut cursor = snapshot.scan(family, &KeyRange::all(), Direction::Forward).map_err(failed)?;
        let (mut last, mut linked) = (None, Vec::new());
        while let Some((key, sealed)) = cursor.next().map_err(failed)? {
            let (rid, seq) = keys::read_version(key)?;
            // Later commits, and what is staged; then older versions.
            if seq > view.seq || last == Some(rid) {
                continue;
            }
            last = Some(rid);
            linked.push(self.linked(rid, &view.open_version(key, sealed)?)?);
            if linked.len() == RESOURCES_AT_ONCE {
                self.put_down(&linked)?;
                linked.clear();
            }
        }
        self.put_down(&linked)
    }

    /// What these commits changed.
    fn follow(&mut self, view: &View<'_>, commits: &[Seq]) -> Result<()> {
        let changed = self.changed(view, commits)?;
        changed.chunks(RESOURCES_AT_ONCE).try_for_each(|some| self.put_down(some))
    }

    fn changed(&mut self, view: &View<'_>, commits: &[Seq]) -> Result<Vec<Linked>> {
        let mut rids = BTreeSet::new();
        for &seq in commits {
            rids.extend(view.log(seq)?.entries.iter().map(|entry| entry.rid));
        }
        let mut linked = Vec::with_capacity(rids.len());
        for rid in rids {
            if let Some(version) = view.newest(rid)? {
                linked.push(self.linked(rid, &version)?);
            }
        }
        Ok(linked)
    }

    fn linked(&mut self, rid: Rid, version: &Version) -> Result<Linked> {
        if version.operation == Operation::Delete {
            self.suspects.insert(rid);
            return Ok(Linked { rid, links: Vec::new() });
        }
        let body = parse_stored(&version.body.text)?;
        let resource_type = self.core.types.numbered(keys::type_number(rid))?;
        Ok(Linked { rid, links: stored_links(self.core, resource_type, body.root()) })
    }

    fn put_down(&mut self, linked: &[Linked]) -> Result<()> {
        let core = self.core;
        core.sequencer.between_groups(core, |state| {
            core.check_open()?;
            let mut relinking = Relinking::new(core, &state.head);
            for one in linked {
                self.suspects.extend(relinking.relink(one.rid, &one.links)?);
            }
            let (head, batch) = relinking.finish()?;
            let written = core.store.write(&batch, Durability::Buffered).map_err(failed);
            written.inspect_err(|error| close_after(core, error))?;
            state.head = head;
            Ok(())
        })
    }

    /// The rest, and the record, by one batch.
    fn take_effect(&mut self, seen: Seq) -> Result<()> {
        let core = self.core;
        // What is being staged was prepared under the mode before.
        let _nothing_is_staged = core.sequencer.staging.lock();
        // Whatever was committed while that was waited for.
        let view = View::now(core)?;
        let commits = view.commits_from(seen + 1, usize::MAX)?;
        self.follow(&view, &commits)?;
        let seen = commits.last().copied().unwrap_or(seen);
        core.sequencer.between_groups(core, |state| {
            core.check_open()?;
            let view = View::now(core)?;
            let commits = view.commits_from(seen + 1, usize::MAX)?;
            let linked = self.changed(&view, &commits)?;
            let mut relinking = Relinking::new(core, &state.head);
            for one in &linked {
                self.suspects.extend(relinking.relink(one.rid, &one.links)?);
            }
            let (head, mut batch) = relinking.finish()?;
            // So that what was just put down is looked at as well; the record makes it count.
            core.store
                .write(&batch, Durability::Buffered)
                .map_err(failed)
                .inspect_err(|error| close_after(core, error))?;
            state.head = head;
            self.refuse_dangling(&View::now(core)?)?;
            batch.clear();
            put(&core.vault, &mut batch, ReferentialIntegrity::Block)?;
            let written = core.store.write(&batch, Durability::Synced).map_err(failed);
            written.inspect_err(|error| close_after(core, error))?;
            core.integrity.0.store(ReferentialIntegrity::Block as u8, Ordering::Release);
            Ok(())
        })
    }

    /// Of the targets that were not there at some time, those that still are not, and are referred to.
    fn refuse_dangling(&self, view: &View<'_>) -> Result<()> {
        let mut sources: BTreeMap<u16, u64> = BTreeMap::new();
        for &target in &self.suspects {
            let there = view.newest(target)?.is_some_and(|version| version.operation != Operation::Delete);
            if !there {
                for source in view.sources_of(target)? {
                    *sources.entry(keys::type_number(source)).or_default() += 1;
                }
            }
        }
        if sources.is_empty() {
            return Ok(());
        }
        let text = format!("there are references that lead nowhere: of {}", tally(self.core, &sources)?);
        Err(Error::new(ErrorKind::Precondition, Issue::error("not-found", text)))
    }
}

/// `3 Observation, 1 Encounter`.
pub(crate) fn tally(core: &Core, by_type: &BTreeMap<u16, u64>) -> Result<String> {
    let one = |(number, count): (&u16, &u64)| Ok(format!("{count} {}", core.types.numbered(*number)?.name));
    Ok(by_type.iter().map(one).collect::<Result<Vec<_>>>()?.join(", "))
}
