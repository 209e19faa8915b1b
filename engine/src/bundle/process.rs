//! Processing a Bundle: a batch entry by entry, a transaction as one commit.

use std::collections::{HashMap, HashSet};

use fornax_model::{Document, Limits as ModelLimits};

use crate::bundle::entries::{Entries, Entry, Method};
use crate::bundle::references::BundleReferences;
use crate::change::{BundleKind, BundleResponse, Committed, EntryResponse};
use crate::commit::{contended, sequence};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::{Read, Version, VersionId};
use crate::search::{Handling, SearchRequest};
use crate::tenant_id::Principal;
use crate::types::ResourceType;
use crate::view::View;
use crate::write::{
    BodySource, Content, Found, IdRule, PreparedWrite, Work, check_id, find, parse_failed, put_node,
    several_match,
};

/// How often a transaction, or an entry of a batch, is prepared before the caller is told that others are in the way.
pub(super) const TRIES: usize = 4;

/// Processes a Bundle.
pub(crate) fn process(
    core: &Core,
    body: Vec<u8>,
    own_bases: &[String],
    principal: &Principal,
) -> Result<BundleResponse> {
    let limits = ModelLimits {
        document_bytes_max: core.limits.bundle_bytes_max,
        depth_max: core.limits.depth_max as usize,
        ..ModelLimits::default()
    };
    let document = Document::parse(body, &limits).map_err(|error| parse_failed(&error))?;
    let Entries { kind, entries } = Entries::read(document.root(), core.limits.bundle_entries_max)?;
    let request = BundleRequest { core, entries, own_bases, principal };
    let entries = match kind {
        BundleKind::Batch => request.batch(),
        BundleKind::Transaction => request.transaction()?,
    };
    Ok(BundleResponse { kind, entries })
}

/// A Bundle under way.
pub(super) struct BundleRequest<'a> {
    pub core: &'a Core,
    pub entries: Vec<Entry<'a>>,
    pub own_bases: &'a [String],
    pub principal: &'a Principal,
}

/// What an entry's write was decided to be, before it is prepared.
pub(super) enum Target {
    Write {
        resource_type: ResourceType,
        id: String,
        rule: IdRule,
    },
    Delete {
        resource_type: ResourceType,
        id: String,
    },
    /// A conditional create whose criteria match: nothing is written.
    Existing(Box<Version>),
    Read,
}

impl BundleRequest<'_> {
    fn transaction(&self) -> Result<Vec<EntryResponse>> {
        for _ in 0..TRIES {
            if let Some(responses) = self.try_transaction()? {
                return Ok(responses);
            }
        }
        Err(contended())
    }

    /// `None`: what it was prepared on has changed.
    fn try_transaction(&self) -> Result<Option<Vec<EntryResponse>>> {
        let view = View::now(self.core)?;
        let mut conditions = Vec::new();
        let targets = self
            .entries
            .iter()
            .map(|entry| self.target(entry, &view, &mut conditions))
            .collect::<Result<Vec<_>>>()?;
        self.check_overlaps(&targets)?;
        let references =
            BundleReferences::new(self.core, &view, self.own_bases, self.full_urls(&targets)?, true);
        let mut responses: Vec<Option<EntryResponse>> = self.entries.iter().map(|_| None).collect();
        let mut writes = Vec::new();
        for (entry, target) in self.entries.iter().zip(targets) {
            match target {
                Target::Read => {}
                Target::Existing(version) => {
                    responses[entry.index] = Some(EntryResponse::Committed(Committed::Existing(*version)));
                }
                target => writes.push((entry, self.prepare(entry, target, &references)?)),
            }
        }
        conditions.extend(references.finish()?);
        // Deletes first, then creates, then updates; within them as in the request.
        writes.sort_by_key(|(entry, _)| entry.method);
        let places: Vec<usize> = writes.iter().map(|(entry, _)| entry.index).collect();
        if !writes.is_empty() {
            let writes = writes.into_iter().map(|(_, write)| write).collect();
            let work = Work { principal: self.principal.clone(), writes, conditions };
            let Some(written) = sequence(self.core, work)? else { return Ok(None) };
            for (place, written) in places.into_iter().zip(written) {
                responses[place] = Some(EntryResponse::Committed(written.into()));
            }
        }
        let answer = |(entry, response): (&Entry<'_>, Option<EntryResponse>)| match response {
            Some(response) => Ok(response),
            None => self.read(entry),
        };
        self.entries.iter().zip(responses).map(answer).collect::<Result<Vec<_>>>().map(Some)
    }

    /// Decides what an entry writes to.
    pub(super) fn target(
        &self,
        entry: &Entry<'_>,
        view: &View<'_>,
        conditions: &mut Vec<crate::write::Condition>,
    ) -> Result<Target> {
        let core = self.core;
        let relative =
            self.own_bases.iter().find_map(|base| entry.url.strip_prefix(base.as_str())?.strip_prefix('/'));
        let url = relative.unwrap_or(&entry.url);
        let (path, criteria) =
            url.split_once('?').map_or((url, None), |(path, criteria)| (path, Some(criteria)));
        let (name, id) = path.split_once('/').map_or((path, None), |(name, id)| (name, Some(id)));
        if entry.method == Method::Get {
            return Ok(Target::Read);
        }
        let resource_type = core
            .types
            .named(name)
            .map_err(|_| entry.invalid("not-supported", "the url names no resource type", "request.url"))?;
        if criteria.is_some() {
            return Err(entry.invalid(
                "not-supported",
                "conditional updates and deletes are not supported",
                "request.url",
            ));
        }
        match (entry.method, id) {
            (Method::Post, None) => {
                if let Some(criteria) = &entry.if_none_exist {
                    let (condition, found) = find(core, view, resource_type, criteria)?;
                    match found {
                        Found::None => conditions.push(condition),
                        Found::One(version) => return Ok(Target::Existing(Box::new(version))),
                        Found::Several => return Err(several_match()),
                    }
                }
                Ok(Target::Write { resource_type, id: core.new_id()?, rule: IdRule::Ours })
            }
            (Method::Put, Some(id)) => {
                check_id(id)?;
                Ok(Target::Write { resource_type, id: id.to_owned(), rule: IdRule::MustBe })
            }
            (Method::Delete, Some(id)) => Ok(Target::Delete { resource_type, id: id.to_owned() }),
            _ => Err(entry.invalid("value", "the url does not fit the method", "request.url")),
        }
    }

    /// No resource may be written twice in a transaction.
    fn check_overlaps(&self, targets: &[Target]) -> Result<()> {
        let mut seen = HashSet::new();
        for (entry, target) in self.entries.iter().zip(targets) {
            if let Target::Write { resource_type, id, .. } | Target::Delete { resource_type, id } = target
                && !seen.insert((resource_type.number, id.as_str()))
            {
                return Err(entry.invalid(
                    "duplicate",
                    "another entry writes the same resource",
                    "request.url",
                ));
            }
        }
        Ok(())
    }

    /// What each `fullUrl` is called after the transaction.
    fn full_urls(&self, targets: &[Target]) -> Result<HashMap<String, String>> {
        let mut urls = HashMap::new();
        for (entry, target) in self.entries.iter().zip(targets) {
            let Some(full_url) = &entry.full_url else { continue };
            let stored = match target {
                Target::Write { resource_type, id, .. } => format!("{}/{id}", resource_type.name),
                Target::Existing(version) => format!("{}/{}", version.resource_type, version.id),
                Target::Delete { .. } | Target::Read => continue,
            };
            // `http://server/Patient/1` is also meant by `Patient/1` within the Bundle.
            if let Some(relative) = relative_of(full_url) {
                urls.insert(relative.to_owned(), stored.clone());
            }
            if urls.insert(full_url.clone(), stored).is_some() {
                return Err(entry.invalid("duplicate", "another entry has the same fullUrl", "fullUrl"));
            }
        }
        Ok(urls)
    }

    pub(super) fn prepare(
        &self,
        entry: &Entry<'_>,
        target: Target,
        references: &BundleReferences<'_>,
    ) -> Result<PreparedWrite> {
        let mut write = match target {
            Target::Delete { resource_type, id } => {
                PreparedWrite::new(self.core, resource_type, &id, Content::Delete)
            }
            Target::Write { resource_type, id, rule } => {
                let node =
                    entry.resource.ok_or_else(|| entry.invalid("required", "no resource", "resource"))?;
                let source = BodySource { node, resource_type, id: &id };
                put_node(self.core, resource_type, &source, rule, references)
                    .map_err(|error| within(entry, &error))?
            }
            Target::Existing(_) | Target::Read => {
                return Err(crate::records::bug("an entry that writes nothing"));
            }
        };
        write.if_match = entry.if_match;
        Ok(write)
    }

    /// A GET: a read, a vread or a search.
    pub(super) fn read(&self, entry: &Entry<'_>) -> Result<EntryResponse> {
        let (path, query) = entry.url.split_once('?').unwrap_or((&entry.url, ""));
        let view = View::now(self.core)?;
        let read = match path.split('/').collect::<Vec<_>>()[..] {
            [resource_type] => {
                let request = SearchRequest {
                    resource_type: resource_type.to_owned(),
                    query: query.to_owned(),
                    form: Vec::new(),
                    handling: Handling::Lenient,
                    own_bases: self.own_bases.to_vec(),
                };
                return crate::search_run::first(self.core, &request)
                    .map(|page| EntryResponse::Search(Box::new(page)));
            }
            [resource_type, id] => view.read(self.core.types.named(resource_type)?.name, id)?,
            [resource_type, id, "_history", version] => {
                let version =
                    version.parse().map_err(|_| entry.invalid("value", "no such version", "request.url"))?;
                crate::tenant::vread(self.core, resource_type, id, VersionId(version))?
            }
            _ => return Err(entry.invalid("value", "the url is not one that can be read", "request.url")),
        };
        match read {
            Read::Current(version) => Ok(EntryResponse::Read(version)),
            Read::Deleted(_) => {
                Err(Error::new(ErrorKind::Gone, Issue::error("deleted", "the resource was deleted")))
            }
            Read::Missing => {
                Err(Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no such resource")))
            }
        }
    }
}

/// The same failure, with its places within the Bundle.
fn within(entry: &Entry<'_>, error: &Error) -> Error {
    let place = format!("Bundle.entry[{}].resource", entry.index);
    let issues = error.issues().iter().cloned().map(|issue| {
        let inner = issue
            .expression
            .as_deref()
            .and_then(|path| path.split_once('.'))
            .map(|(_, rest)| format!(".{rest}"));
        issue.at(format!("{place}{}", inner.as_deref().unwrap_or("")))
    });
    Error::with_issues(error.kind(), issues.collect())
}

/// `Patient/1` of `http://server/base/Patient/1`.
fn relative_of(full_url: &str) -> Option<&str> {
    let path = full_url.strip_prefix("http://").or_else(|| full_url.strip_prefix("https://"))?;
    let id = path.rfind('/')?;
    let resource_type = path[..id].rfind('/')?;
    Some(&path[resource_type + 1..])
}
