//! Referential integrity of a staged transaction. What it refers to is looked up as it is staged; what others delete or refer to
//! meanwhile is noted by the sequencer, so that the commit need look at nothing else again.

use std::collections::{HashMap, HashSet};

use super::{StagedWrite, Staging};
use crate::core::Core;
use crate::error::Result;
use crate::integrity::ReferentialIntegrity;
use crate::links::{ISSUES_MAX, Link, dangling};
use crate::records::{IdRecord, OperationCode, Rid};
use crate::write::draft::Draft;
use crate::write::links::links_of;
use crate::write::prepare::{Content, PreparedWrite};
use crate::write::staged::Staged;

/// Deletions looked at while others wait.
const DELETIONS_AT_ONCE: usize = 250;

/// What a staged transaction refers to.
#[derive(Default)]
pub(super) struct StagedLinks {
    /// What it writes, by digest, and whether that is there afterwards.
    own: HashMap<[u8; 16], bool>,
    /// Links to what was not there: it may write that later, or somebody else.
    open: Vec<Link>,
    /// Resources of others that must still be there when it commits.
    relied: HashSet<Rid>,
}

impl StagedLinks {
    /// What will be written.
    pub(super) fn expect(&mut self, core: &Core, writes: &[PreparedWrite]) {
        if core.integrity.is_on() {
            let is_put = |write: &PreparedWrite| matches!(write.content, Content::Put(_));
            self.own.extend(writes.iter().map(|write| (write.digest, is_put(write))));
        }
    }

    /// Notes what a write refers to. Answers the numbers that its rows will have.
    pub(super) fn note(&mut self, draft: &mut Draft<'_>, write: &PreparedWrite) -> Result<Vec<Rid>> {
        let mode = draft.core.integrity.mode();
        if mode == ReferentialIntegrity::Off {
            return Ok(Vec::new());
        }
        let links = links_of(draft.core, write)?;
        for link in &*links {
            match self.own.get(&link.digest) {
                Some(true) => {}
                None if draft.is_there(&link.digest)? => {
                    self.relied.insert(draft.number_of(link.resource_type, link.digest)?);
                }
                Some(false) | None => self.open.push(link.clone()),
            }
        }
        if mode == ReferentialIntegrity::Block { draft.link_targets(&links) } else { Ok(Vec::new()) }
    }

    /// Whether all that it relies on is as it was, whatever others did meanwhile.
    pub(super) fn stand<'w>(&self, staged: &Staged, writes: impl Iterator<Item = &'w StagedWrite>) -> bool {
        self.relied.is_disjoint(&staged.deleted)
            && deleted(writes).all(|target| !staged.newly_referred.contains(&target))
    }
}

fn deleted<'w>(writes: impl Iterator<Item = &'w StagedWrite>) -> impl Iterator<Item = Rid> {
    let decisions = writes.filter_map(StagedWrite::decision);
    decisions.filter(|decision| decision.operation == OperationCode::Delete).map(|decision| decision.rid)
}

impl Staging<'_> {
    /// Refuses what would leave a reference without its target, as things stand.
    ///
    /// # Errors
    /// `Unprocessable`: references of what is written. `Conflict`: others refer to what is deleted.
    pub(super) fn check_integrity(&mut self) -> Result<()> {
        let open = std::mem::take(&mut self.links.open);
        for some in open.chunks(DELETIONS_AT_ONCE) {
            self.check_open_links(some)?;
        }
        if self.core.integrity.mode() != ReferentialIntegrity::Block {
            return Ok(());
        }
        let written: HashSet<Rid> =
            self.writes.iter().filter_map(StagedWrite::decision).map(|decision| decision.rid).collect();
        let deleted: Vec<Rid> = deleted(self.writes.iter()).collect();
        for some in deleted.chunks(DELETIONS_AT_ONCE) {
            self.core.sequencer.between_groups(self.core, |state| {
                let draft = Draft::new(self.core, state.head.clone(), state.staged.as_ref());
                draft.check_unreferred(some, &written)
            })?;
        }
        Ok(())
    }

    fn check_open_links(&mut self, open: &[Link]) -> Result<()> {
        let Self { core, links, .. } = self;
        core.sequencer.between_groups(core, |state| {
            let mut draft = Draft::new(core, state.head.clone(), state.staged.as_ref());
            let mut issues = Vec::new();
            for link in open {
                let record = draft.id(&link.digest)?.filter(IdRecord::is_there);
                match (links.own.get(&link.digest), record) {
                    (Some(true), _) => {}
                    (None, Some(record)) => {
                        links.relied.insert(record.rid);
                    }
                    _ if issues.len() < ISSUES_MAX => issues.push(link.dangles()),
                    _ => {}
                }
            }
            if issues.is_empty() { Ok(()) } else { Err(dangling(issues)) }
        })
    }
}
