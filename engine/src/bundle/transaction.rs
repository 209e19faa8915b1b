//! A transaction: all entries become one commit, or none does. A large one is staged.

use std::collections::HashSet;
use std::rc::Rc;

use super::earlier::Earlier;
use super::entries::{Entry, Method};
use super::process::{BundleRequest, TRIES, Target};
use super::references::{Becomes, BundleReferences, CriteriaRule, FullUrls, OwnWrite};
use crate::change::{Committed, EntryResponse, Text};
use crate::commit::{contended, sequence};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::bug;
use crate::view::View;
use crate::write::{PreparedWrite, Staging, Work, Written, with_provenance};

/// Entries from which on a transaction is staged: others would wait too long for it as a whole.
const STAGED_ENTRIES_MIN: usize = 2_000;
/// Entries that are prepared, and held others up for, at a time.
const CHUNK_ENTRIES: usize = 250;

/// A transaction's entries with what they write to, in the order in which they are written.
struct Plan<'r, 'a> {
    writes: Vec<(&'r Entry<'a>, Target)>,
    /// Entries that find what another one creates, and that one's place.
    twins: Vec<(usize, usize)>,
    /// By the entries' places in the request; `None`: still to come.
    responses: Vec<Option<EntryResponse>>,
}

impl<'a> BundleRequest<'a> {
    pub(super) fn transaction(&self) -> Result<Vec<EntryResponse>> {
        let entries = self.entries.iter().map(|entry| entry.as_ref().map_err(Error::repeated));
        let entries = entries.collect::<Result<Vec<_>>>()?;
        for _ in 0..TRIES {
            if let Some(responses) = self.try_transaction(&entries)? {
                return Ok(responses);
            }
        }
        Err(contended())
    }

    /// `None`: what it was prepared on has changed.
    fn try_transaction(&self, entries: &[&Entry<'a>]) -> Result<Option<Vec<EntryResponse>>> {
        if entries.len() >= STAGED_ENTRIES_MIN && self.options.provenance.is_some() {
            let text =
                format!("X-Provenance goes with a transaction of fewer than {STAGED_ENTRIES_MIN} entries");
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", text)));
        }
        // Begun before anything is looked at: what is seen after waiting for another one is fresh.
        let staging = (entries.len() >= STAGED_ENTRIES_MIN).then(|| Staging::begin(self.core, entries.len()));
        let view = View::now(self.core)?;
        let mut conditions = Vec::new();
        let own_bases = &self.options.own_bases;
        // Deletes come first, also where criteria say what they delete.
        let deletes = entries.iter().map(|entry| match entry.method {
            Method::Delete => self.target(entry, &view, &mut conditions, None).map(Some),
            _ => Ok(None),
        });
        let deletes = deletes.collect::<Result<Vec<_>>>()?;
        let mut earlier = Earlier::of(self.core, own_bases, entries, deletes.iter().flatten());
        let mut targets = deletes;
        for place in in_order(entries) {
            if targets[place].is_some() {
                continue;
            }
            let target = self.target(entries[place], &view, &mut conditions, earlier.as_ref())?;
            earlier.as_mut().map_or(Ok(()), |earlier| earlier.add(entries[place], &target))?;
            targets[place] = Some(target);
        }
        let targets: Vec<Target> = targets.into_iter().flatten().collect();
        check_overlaps(entries, &targets)?;
        let references = BundleReferences::new(
            self.core,
            &view,
            own_bases,
            full_urls(entries, &targets)?,
            CriteriaRule::Resolved(own_writes(entries, &targets)),
        );
        let Plan { writes, twins, mut responses } = plan(entries, targets);
        let places: Vec<usize> = writes.iter().map(|(entry, _)| entry.index).collect();
        let written = match staging {
            _ if writes.is_empty() => {
                references.finish()?;
                Some(Vec::new())
            }
            Some(staging) => self.write_staged(staging, writes, references, conditions)?,
            None => self.write_at_once(writes, references, conditions)?,
        };
        let Some(written) = written else { return Ok(None) };
        for (place, written) in places.into_iter().zip(written) {
            responses[place] = Some(EntryResponse::Committed(written.into()));
        }
        for (place, first) in twins {
            responses[place] = responses[first].as_ref().and_then(as_existing);
        }
        // Reads come last, and see what was written. It is committed by now: a read that fails fails alone.
        let answer = |(entry, response): (&&Entry<'_>, Option<EntryResponse>)| {
            response.unwrap_or_else(|| self.read(entry))
        };
        Ok(Some(entries.iter().zip(responses).map(answer).collect()))
    }

    fn write_at_once(
        &self,
        writes: Vec<(&Entry<'_>, Target)>,
        references: BundleReferences<'_>,
        mut conditions: Vec<crate::write::Condition>,
    ) -> Result<Option<Vec<Written>>> {
        let writes = self.prepare_all(writes, &references)?;
        conditions.extend(references.finish()?);
        let mut work = Work::new(self.principal, writes, conditions);
        if let Some(provenance) = &self.options.provenance {
            let provenance = Text::of(provenance.clone());
            work = with_provenance(self.core, work, &provenance, &self.options.own_bases)?;
        }
        let told = work.told();
        let mut written = sequence(self.core, work)?;
        if let Some(written) = &mut written {
            written.truncate(told);
        }
        Ok(written)
    }

    fn write_staged(
        &self,
        mut staging: Staging<'_>,
        writes: Vec<(&Entry<'_>, Target)>,
        references: BundleReferences<'_>,
        mut conditions: Vec<crate::write::Condition>,
    ) -> Result<Option<Vec<Written>>> {
        // Whatever does not resolve is told before anything is written.
        for resource in writes.iter().filter_map(|(entry, _)| entry.resource) {
            references.resolve(resource)?;
        }
        references.check()?;
        let mut writes = writes.into_iter();
        loop {
            let chunk: Vec<_> = writes.by_ref().take(CHUNK_ENTRIES).collect();
            if chunk.is_empty() {
                break;
            }
            if !staging.add(self.prepare_all(chunk, &references)?, self.options.bodies)? {
                return Ok(None);
            }
        }
        conditions.extend(references.finish()?);
        staging.commit(&conditions, self.principal)
    }

    fn prepare_all(
        &self,
        writes: Vec<(&Entry<'_>, Target)>,
        references: &BundleReferences<'_>,
    ) -> Result<Vec<PreparedWrite>> {
        writes.into_iter().map(|(entry, target)| self.prepare(entry, target, references)).collect()
    }
}

/// The places of entries in the order of a transaction's steps.
fn in_order(entries: &[&Entry<'_>]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..entries.len()).collect();
    places.sort_by_key(|&place| entries[place].method);
    places
}

/// Deletes first, then creates, then updates; within them as in the request. What is there already needs no write.
fn plan<'r, 'a>(entries: &[&'r Entry<'a>], targets: Vec<Target>) -> Plan<'r, 'a> {
    let mut responses: Vec<Option<EntryResponse>> = entries.iter().map(|_| None).collect();
    let (mut writes, mut twins) = (Vec::with_capacity(targets.len()), Vec::new());
    for (&entry, target) in entries.iter().zip(targets) {
        match target {
            Target::Read => {}
            Target::Nothing => {
                responses[entry.index] = Some(EntryResponse::Committed(Committed::Deleted(None)));
            }
            Target::Twin(first) => twins.push((entry.index, first)),
            Target::Existing(version) => {
                responses[entry.index] = Some(EntryResponse::Committed(Committed::Existing(*version)));
            }
            target => writes.push((entry, target)),
        }
    }
    writes.sort_by_key(|(entry, _)| entry.method);
    Plan { writes, twins, responses }
}

/// The answer to a conditional create that finds what another entry made.
fn as_existing(made: &EntryResponse) -> Option<EntryResponse> {
    match made {
        EntryResponse::Committed(Committed::Created(version)) => {
            Some(EntryResponse::Committed(Committed::Existing(version.clone())))
        }
        _ => None,
    }
}

/// No resource may be written twice in a transaction.
fn check_overlaps(entries: &[&Entry<'_>], targets: &[Target]) -> Result<()> {
    let mut seen = HashSet::new();
    for (entry, target) in entries.iter().zip(targets) {
        if let Target::Write { resource_type, id, .. }
        | Target::Patch { resource_type, id, .. }
        | Target::Delete { resource_type, id } = target
            && !seen.insert((resource_type.number, id.as_str()))
        {
            return Err(entry.conflict("another entry writes the same resource", "request.url"));
        }
    }
    Ok(())
}

/// What the transaction makes of each resource that it touches.
fn own_writes<'a>(entries: &[&Entry<'a>], targets: &[Target]) -> Vec<OwnWrite<'a>> {
    let written = entries.iter().zip(targets).filter_map(|(entry, target)| match target {
        Target::Write { resource_type, id, .. } => {
            Some((*resource_type, id, entry.resource.map_or(Becomes::Deleted, Becomes::Written)))
        }
        Target::Delete { resource_type, id } => Some((*resource_type, id, Becomes::Deleted)),
        Target::Patch { resource_type, id, patched } => {
            Some((*resource_type, id, Becomes::Patched(Rc::clone(patched))))
        }
        Target::Existing(_) | Target::Twin(_) | Target::Nothing | Target::Read => None,
    });
    let own =
        |(resource_type, id, becomes): (_, &String, _)| OwnWrite { resource_type, id: id.clone(), becomes };
    written.map(own).collect()
}

/// What each `fullUrl` is called after the transaction.
fn full_urls(entries: &[&Entry<'_>], targets: &[Target]) -> Result<FullUrls> {
    let mut urls = FullUrls::default();
    for (entry, target) in entries.iter().zip(targets) {
        let Some(full_url) = &entry.full_url else { continue };
        let stored = match target {
            Target::Write { resource_type, id, .. } | Target::Patch { resource_type, id, .. } => {
                format!("{}/{id}", resource_type.name)
            }
            Target::Existing(version) => format!("{}/{}", version.resource_type, version.id),
            Target::Twin(first) => match &targets[*first] {
                Target::Write { resource_type, id, .. } => format!("{}/{id}", resource_type.name),
                _ => return Err(bug("an entry that finds what nobody makes")),
            },
            Target::Delete { .. } | Target::Nothing | Target::Read => continue,
        };
        // `http://server/Patient/1` is also meant by `Patient/1` within the Bundle.
        if let Some(relative) = relative_of(full_url)
            && urls.stored.insert(relative.to_owned(), stored.clone()).is_some_and(|other| other != stored)
        {
            urls.ambiguous.insert(relative.to_owned());
        }
        if urls.stored.insert(full_url.clone(), stored).is_some() {
            return Err(entry.conflict("another entry has the same fullUrl", "fullUrl"));
        }
    }
    Ok(urls)
}

/// `Patient/1` of `http://server/base/Patient/1`.
fn relative_of(full_url: &str) -> Option<&str> {
    let path = full_url.strip_prefix("http://").or_else(|| full_url.strip_prefix("https://"))?;
    let id = path.rfind('/')?;
    let resource_type = path[..id].rfind('/')?;
    Some(&path[resource_type + 1..])
}
