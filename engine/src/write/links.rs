//! Referential integrity within a draft: whether references lead somewhere, who refers to what is deleted, and the rows that say so.
//! What the draft itself changed is looked up in it before the store.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use fornax_store::{Batch, Direction};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::integrity::{ReferentialIntegrity, tally};
use crate::keys;
use crate::links::{ISSUES_MAX, Link, dangling};
use crate::records::{self, BODY_BYTES_MAX, Head, Rid, bug};
use crate::vault::failed;
use crate::write::body::{PreparedBody, parse_stored};
use crate::write::draft::{Draft, Verdict};
use crate::write::prepare::{Content, PreparedWrite};

/// Of those that refer to what is to be deleted, so many are counted.
const REFERRERS_MAX: usize = 1_000;

/// What a draft changes of who refers to whom.
#[derive(Default)]
pub(super) struct DraftLinks {
    /// What resources refer to from here on.
    forward: HashMap<Rid, Vec<Rid>>,
    /// By target: who refers to it from here on, and who no longer does.
    reverse: HashMap<Rid, HashMap<Rid, bool>>,
    /// What was deleted.
    pub deleted: HashSet<Rid>,
}

impl DraftLinks {
    /// What somebody refers to that did not before.
    pub(super) fn newly_referred(&self) -> impl Iterator<Item = Rid> {
        let gains = |(target, sources): (&Rid, &HashMap<Rid, bool>)| {
            sources.values().any(|refers| *refers).then_some(*target)
        };
        self.reverse.iter().filter_map(gains)
    }
}

/// The links of a write; found again where it was prepared while nobody asked for them.
pub(crate) fn links_of<'w>(core: &Core, write: &'w PreparedWrite) -> Result<Cow<'w, [Link]>> {
    let Content::Put(prepared) = &write.content else { return Ok(Cow::Borrowed(&[])) };
    match &prepared.links {
        Some(links) => Ok(Cow::Borrowed(links)),
        None => {
            let body = unpacked(core, prepared)?;
            crate::links::links(core, write.resource_type, body.root()).map(Cow::Owned)
        }
    }
}

fn unpacked(core: &Core, prepared: &PreparedBody) -> Result<fornax_model::Document> {
    let mut bytes = Vec::new();
    let decompressed = core.compression.decompress(&prepared.compressed, BODY_BYTES_MAX, &mut bytes);
    decompressed.map_err(|error| bug("a body does not decompress").caused_by(error))?;
    let text = String::from_utf8(bytes).map_err(|error| bug("a body is not UTF-8").caused_by(error))?;
    parse_stored(&std::sync::Arc::new(text))
}

impl Draft<'_> {
    /// Refuses writes of one commit that would leave a reference without its target.
    ///
    /// # Errors
    /// `Unprocessable`: references of what is written. `Conflict`: others refer to what is deleted.
    pub(super) fn check_integrity(&mut self, writes: &[PreparedWrite], verdicts: &[Verdict]) -> Result<()> {
        let mode = self.core.integrity.mode();
        if mode == ReferentialIntegrity::Off {
            return Ok(());
        }
        let is_put = |write: &PreparedWrite| matches!(write.content, Content::Put(_));
        let own: HashMap<[u8; 16], bool> = writes.iter().map(|write| (write.digest, is_put(write))).collect();
        let mut issues = Vec::new();
        for write in writes {
            for link in &*links_of(self.core, write)? {
                let there = match own.get(&link.digest) {
                    Some(stays) => *stays,
                    None => self.is_there(&link.digest)?,
                };
                if !there && issues.len() < ISSUES_MAX {
                    issues.push(link.dangles());
                }
            }
        }
        if !issues.is_empty() {
            return Err(dangling(issues));
        }
        if mode != ReferentialIntegrity::Block {
            return Ok(());
        }
        let (mut deleted, mut written) = (Vec::new(), HashSet::new());
        for (write, _) in writes.iter().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Write))
        {
            let Some(record) = self.id(&write.digest)? else { continue };
            // Of these it is known by now that they refer to nothing that is deleted.
            written.insert(record.rid);
            if !is_put(write) {
                deleted.push(record.rid);
            }
        }
        self.check_unreferred(&deleted, &written)
    }

    /// Whether there is such a resource.
    pub(super) fn is_there(&mut self, digest: &[u8; 16]) -> Result<bool> {
        Ok(self.id(digest)?.is_some_and(|record| record.is_there()))
    }

    /// Refuses to delete what others refer to than these.
    pub(super) fn check_unreferred(&self, deleted: &[Rid], leaving: &HashSet<Rid>) -> Result<()> {
        let mut by_type: BTreeMap<u16, u64> = BTreeMap::new();
        let mut count = 0;
        for target in deleted {
            for source in self.referrers(*target, REFERRERS_MAX - count, leaving)? {
                *by_type.entry(keys::type_number(source)).or_default() += 1;
                count += 1;
            }
            if count == REFERRERS_MAX {
                break;
            }
        }
        if count == 0 {
            return Ok(());
        }
        let or_more = if count == REFERRERS_MAX { ", or more" } else { "" };
        let text = format!("other resources refer to it: {}{or_more}", tally(self.core, &by_type)?);
        Err(Error::new(ErrorKind::Conflict, Issue::error("business-rule", text)))
    }

    /// Who refers to a resource, but for those that are leaving; no more than so many.
    fn referrers(&self, target: Rid, at_most: usize, leaving: &HashSet<Rid>) -> Result<Vec<Rid>> {
        let changed = self.links.reverse.get(&target);
        let family = self.core.vault.placement.family(Family::Identity);
        let mut cursor =
            self.core.store.scan(family, &keys::links_to(target), Direction::Forward).map_err(failed)?;
        let mut sources: Vec<Rid> =
            changed.into_iter().flatten().filter(|(_, refers)| **refers).map(|(rid, _)| *rid).collect();
        sources.retain(|source| !leaving.contains(source));
        sources.truncate(at_most);
        while sources.len() < at_most
            && let Some((key, sealed)) = cursor.next().map_err(failed)?
        {
            // The value is empty; that it opens says that the key was put here.
            self.core.vault.open_record(Family::Identity, key, sealed)?;
            let source = keys::read_link_source(key)?;
            let is_changed = changed.is_some_and(|changed| changed.contains_key(&source));
            if !is_changed && !leaving.contains(&source) {
                sources.push(source);
            }
        }
        Ok(sources)
    }

    /// The numbers of what links name, each once.
    pub(super) fn link_targets(&mut self, links: &[Link]) -> Result<Vec<Rid>> {
        let mut targets = Vec::with_capacity(links.len());
        for link in links {
            targets.push(self.number_of(link.resource_type, link.digest)?);
        }
        targets.sort_unstable();
        targets.dedup();
        Ok(targets)
    }

    /// Notes what a write comes to: who refers to whom from here on.
    pub(super) fn relink(&mut self, rid: Rid, write: &PreparedWrite) -> Result<()> {
        if !self.core.integrity.is_on() {
            return Ok(());
        }
        if matches!(write.content, Content::Delete) {
            self.links.deleted.insert(rid);
        }
        if self.core.integrity.mode() != ReferentialIntegrity::Block {
            return Ok(());
        }
        let links = links_of(self.core, write)?;
        let targets = self.link_targets(&links)?;
        self.change_links(rid, targets)
    }

    /// Has a resource refer to these, in ascending order, and no more to what it referred to.
    pub(super) fn change_links(&mut self, rid: Rid, now: Vec<Rid>) -> Result<()> {
        let before = self.links_from(rid)?;
        if before == now {
            return Ok(());
        }
        let core = self.core;
        let family = core.vault.placement.family(Family::Identity);
        for target in before.iter().filter(|target| now.binary_search(target).is_err()) {
            self.batch.delete(family, keys::link(*target, rid).as_bytes());
            self.links.reverse.entry(*target).or_default().insert(rid, false);
        }
        for target in now.iter().filter(|target| before.binary_search(target).is_err()) {
            core.vault.put(&mut self.batch, Family::Identity, keys::link(*target, rid).as_bytes(), &[])?;
            self.links.reverse.entry(*target).or_default().insert(rid, true);
        }
        let key = keys::links_from(rid);
        if now.is_empty() {
            self.batch.delete(family, key.as_bytes());
        } else {
            core.vault.put(&mut self.batch, Family::Identity, key.as_bytes(), &records::encode(&now)?)?;
        }
        self.links.forward.insert(rid, now);
        Ok(())
    }

    /// What a resource refers to, in ascending order.
    fn links_from(&self, rid: Rid) -> Result<Vec<Rid>> {
        if let Some(targets) = self.links.forward.get(&rid) {
            return Ok(targets.clone());
        }
        let core = self.core;
        let bytes = core.vault.get(&*core.store, Family::Identity, keys::links_from(rid).as_bytes())?;
        bytes.map_or(Ok(Vec::new()), |bytes| records::decode(&bytes))
    }
}

/// Rows put down for what is there already.
pub(crate) struct Relinking<'a>(Draft<'a>);

impl<'a> Relinking<'a> {
    pub(crate) fn new(core: &'a Core, head: &Head) -> Self {
        Self(Draft::new(core, head.clone(), None))
    }

    /// Has a resource refer to what its links name. Answers the targets that are not there.
    pub(crate) fn relink(&mut self, rid: Rid, links: &[Link]) -> Result<Vec<Rid>> {
        let mut absent = Vec::new();
        for link in links {
            if !self.0.is_there(&link.digest)? {
                absent.push(self.0.number_of(link.resource_type, link.digest)?);
            }
        }
        let targets = self.0.link_targets(links)?;
        self.0.change_links(rid, targets)?;
        Ok(absent)
    }

    /// The head, which knows of the numbers that were given, and the batch.
    pub(crate) fn finish(mut self) -> Result<(Head, Batch)> {
        self.0.put_head()?;
        let Draft { head, batch, .. } = self.0;
        Ok((head, batch))
    }
}

/// The numbers of what a stored body refers to are in ascending order, each once; `None`: some was never mentioned.
pub(crate) fn stored_targets(
    links: &[Link],
    mut number_of: impl FnMut(&[u8; 16]) -> Result<Option<Rid>>,
) -> Result<Option<Vec<Rid>>> {
    let mut targets = Vec::with_capacity(links.len());
    for link in links {
        let Some(rid) = number_of(&link.digest)? else { return Ok(None) };
        targets.push(rid);
    }
    targets.sort_unstable();
    targets.dedup();
    Ok(Some(targets))
}
