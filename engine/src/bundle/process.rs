//! Processing a Bundle: a batch entry by entry, a transaction as one commit.

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use fornax_model::{Document, Limits as ModelLimits, Node};
use fornax_postings::Budget;

use crate::as_of;
use crate::bundle::earlier::Earlier;
use crate::bundle::entries::{Entries, Entry, Method, entity_tag};
use crate::bundle::references::{BundleReferences, OnlyNew, Patched, reference_texts};
use crate::cancellation::Cancellation;
use crate::change::{
    BundleKind, BundleOptions, BundleResponse, EntryResponse, Expected, Patch, PatchKind, ReturnBodies,
};
use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::{Body, Read, Version, VersionId};
use crate::search::SearchRequest;
use crate::search_run;
use crate::tenant_id::Principal;
use crate::types::ResourceType;
use crate::view::View;
use crate::write::{
    BodySource, Content, Criteria, Found, IdRule, Matching, Outlives, PreparedWrite, check_id, check_version,
    current, nothing_to_match, one_of, parse_failed, parse_stored, patched, put_node, relative_to,
    resource_limits, several_match,
};

/// How often a transaction, or an entry of a batch, is prepared before the caller is told that others are in the way.
pub(super) const TRIES: usize = 4;

/// Processes a Bundle.
pub(crate) fn process(
    core: &Core,
    body: Vec<u8>,
    options: &BundleOptions,
    principal: &Principal,
    cancellation: &Cancellation,
) -> Result<BundleResponse> {
    let limits = ModelLimits {
        document_bytes_max: core.limits.bundle_bytes_max,
        depth_max: core.limits.depth_max as usize,
        ..ModelLimits::default()
    };
    let document = Document::parse(body, &limits).map_err(|error| parse_failed(&error))?;
    let Entries { kind, entries } = Entries::read(document.root(), core.limits.bundle_entries_max)?;
    if kind == BundleKind::Batch && options.provenance.is_some() {
        let text = "a Provenance comes with one write or a transaction: in a batch it is an entry";
        return Err(Error::new(ErrorKind::NotSupported, Issue::error("not-supported", text)));
    }
    let (response_bytes, budget) = (AtomicUsize::new(0), OnceLock::new());
    let request = BundleRequest { core, entries, options, principal, response_bytes, cancellation, budget };
    let mut entries = match kind {
        BundleKind::Batch => request.batch(),
        BundleKind::Transaction => request.transaction()?,
    };
    if options.bodies == ReturnBodies::No {
        entries.iter_mut().for_each(EntryResponse::drop_body);
    }
    Ok(BundleResponse { kind, entries })
}

/// A Bundle under way.
pub(super) struct BundleRequest<'a> {
    pub core: &'a Core,
    /// Those of a batch may be malformed one by one.
    pub entries: Vec<Result<Entry<'a>>>,
    pub options: &'a BundleOptions,
    pub principal: &'a Principal,
    /// Bytes of bodies read so far.
    response_bytes: AtomicUsize,
    /// Ends its searches.
    cancellation: &'a Cancellation,
    /// What its searches may do together, from the first one on: they come when all is written.
    budget: OnceLock<Arc<Budget>>,
}

/// What an entry's write was decided to be, before it is prepared.
pub(super) enum Target {
    Write {
        resource_type: ResourceType,
        id: String,
        rule: IdRule,
        expected: Expected,
    },
    Patch {
        resource_type: ResourceType,
        id: String,
        patched: Rc<Patched>,
    },
    Delete {
        resource_type: ResourceType,
        id: String,
    },
    /// A conditional create whose criteria match: nothing is written.
    Existing(Box<Version>),
    /// A conditional create whose criteria match what an entry before it creates: that one's place.
    Twin(usize),
    /// A conditional delete whose criteria match nothing.
    Nothing,
    Read,
}

impl BundleRequest<'_> {
    /// An entry's URL from the base on; many clients begin it with a slash.
    pub(super) fn relative<'e>(&self, entry: &'e Entry<'_>) -> &'e str {
        let url = relative_to(&self.options.own_bases, &entry.url).unwrap_or(&entry.url);
        url.strip_prefix('/').unwrap_or(url)
    }

    /// Decides what an entry writes to. `earlier` are the writes of the same transaction that come before.
    pub(super) fn target(
        &self,
        entry: &Entry<'_>,
        view: &View<'_>,
        conditions: &mut Vec<crate::write::Condition>,
        earlier: Option<&Earlier<'_>>,
    ) -> Result<Target> {
        let core = self.core;
        let url = self.relative(entry);
        let (path, criteria) =
            url.split_once('?').map_or((url, None), |(path, criteria)| (path, Some(criteria)));
        let (name, id) = path.split_once('/').map_or((path, None), |(name, id)| (name, Some(id)));
        if entry.method.is_read() {
            return Ok(Target::Read);
        }
        let resource_type = core
            .types
            .named(name)
            .map_err(|_| entry.invalid("not-supported", "the url names no resource type", "request.url"))?;
        let own_bases = &self.options.own_bases[..];
        match (entry.method, id, criteria) {
            (Method::Post, None, None) => self.created(resource_type, entry, view, conditions, earlier),
            (Method::Put, Some(id), None) => {
                check_id(id)?;
                let expected = entry.expected;
                Ok(Target::Write { resource_type, id: id.to_owned(), rule: IdRule::MustBe, expected })
            }
            (Method::Put, None, Some(criteria)) => {
                let matching = Matching { core, resource_type, criteria, own_bases };
                let criteria = matching.parsed()?;
                let (condition, found) = matched(entry, &criteria, (core, view), earlier)?;
                conditions.push(condition);
                let target = matching.updated(view, found, body_of(entry)?)?;
                conditions.extend(target.condition);
                let (id, expected) = (target.id, entry.expected);
                Ok(Target::Write { resource_type, id, rule: IdRule::Ours, expected })
            }
            (Method::Patch, id, criteria) => {
                let version = match (id, criteria) {
                    (Some(id), None) => current(view, resource_type, id)?,
                    (None, Some(criteria)) => {
                        let criteria = Matching { core, resource_type, criteria, own_bases }.parsed()?;
                        let (condition, found) = matched(entry, &criteria, (core, view), earlier)?;
                        conditions.push(condition);
                        one_of(found)?
                    }
                    _ => return Err(unfit(entry)),
                };
                check_version(entry.expected, &version)?;
                let digest = core.vault.id_digest(resource_type.name, &version.id);
                conditions.push(crate::write::Condition::Current { digest, version: version.version.0 });
                let patched = Rc::new(self.patched(entry, &version).map_err(|error| within(entry, &error))?);
                Ok(Target::Patch { resource_type, id: version.id.to_string(), patched })
            }
            (Method::Delete, Some(id), None) => Ok(Target::Delete { resource_type, id: id.to_owned() }),
            (Method::Delete, None, Some(criteria)) => {
                let (mut found, condition) =
                    Matching { core, resource_type, criteria, own_bases }.all(view, 1)?;
                conditions.push(condition);
                match (found.pop(), entry.expected) {
                    (Some(version), _) => Ok(Target::Delete { resource_type, id: version.id.to_string() }),
                    (None, Expected::Version(_)) => Err(nothing_to_match()),
                    (None, _) => Ok(Target::Nothing),
                }
            }
            _ => Err(unfit(entry)),
        }
    }

    /// What a POST makes, or finds.
    fn created(
        &self,
        resource_type: ResourceType,
        entry: &Entry<'_>,
        view: &View<'_>,
        conditions: &mut Vec<crate::write::Condition>,
        earlier: Option<&Earlier<'_>>,
    ) -> Result<Target> {
        let core = self.core;
        if let Some(criteria) = &entry.if_none_exist {
            let own_bases = &self.options.own_bases;
            let criteria = Criteria::parse(core, resource_type, criteria, own_bases)?;
            let nothing = HashSet::new();
            let touched = earlier.map_or(&nothing, |earlier| earlier.touched(resource_type));
            let (condition, mut found) = criteria.first_two(core, view, touched)?;
            let made = earlier.map(|earlier| earlier.matching(&criteria)).transpose()?;
            let made = made.as_deref().unwrap_or(&[]);
            conditions.push(condition);
            match (found.pop(), made) {
                (None, []) => {}
                (Some(version), []) if found.is_empty() => return self.existing(version),
                (None, [index]) => return Ok(Target::Twin(*index)),
                _ => return Err(several_match()),
            }
        }
        let id = core.new_id()?;
        Ok(Target::Write { resource_type, id, rule: IdRule::Ours, expected: Expected::Anything })
    }

    pub(super) fn prepare(
        &self,
        entry: &Entry<'_>,
        target: Target,
        references: &BundleReferences<'_>,
    ) -> Result<PreparedWrite> {
        match target {
            Target::Delete { resource_type, id } => {
                let mut write = PreparedWrite::new(self.core, resource_type, &id, Content::Delete);
                write.expected = entry.expected;
                Ok(write)
            }
            Target::Write { resource_type, id, rule, expected } => {
                let (node, id) = (body_of(entry)?, &*id);
                let is_new = entry.method == Method::Post;
                let outlives = if is_new { Outlives::Nothing } else { Outlives::Labels };
                let source = BodySource { node, whole: None, resource_type, id, outlives };
                let mut write = put_node(self.core, resource_type, &source, rule, references)
                    .map_err(|error| within(entry, &error))?;
                write.stands_in(&entry.resource_place());
                write.expected = expected;
                Ok(write)
            }
            Target::Patch { resource_type, id, patched } => {
                let Patched { document, before } = &*patched;
                let node = document.root();
                let (whole, id, outlives) = (Some(document), &*id, Outlives::Nothing);
                let source = BodySource { node, whole, resource_type, id, outlives };
                let references = &OnlyNew::beside(before, references);
                let write = put_node(self.core, resource_type, &source, IdRule::MustBe, references);
                let mut write = write.map_err(|error| within(entry, &error))?;
                write.stands_in(&entry.resource_place());
                write.expected = entry.expected;
                Ok(write)
            }
            Target::Existing(_) | Target::Twin(_) | Target::Nothing | Target::Read => {
                Err(crate::records::bug("an entry that writes nothing"))
            }
        }
    }

    /// What the patch of an entry makes of a version.
    fn patched(&self, entry: &Entry<'_>, version: &Version) -> Result<Patched> {
        let patch = patch_of(body_of(entry)?)?;
        let bytes = patched(self.core, version, &patch)?;
        let document = Document::parse(bytes, &resource_limits(self.core));
        let document = document.map_err(|error| parse_failed(&error))?;
        let before = reference_texts(parse_stored(&version.body.text)?.root());
        Ok(Patched { document, before })
    }

    /// A conditional create that found its resource.
    fn existing(&self, mut version: Version) -> Result<Target> {
        match self.options.bodies {
            ReturnBodies::No => version.body = Body::default(),
            ReturnBodies::Yes => {
                self.check_room()?;
                self.response_bytes.fetch_add(version.body.text.len(), Ordering::Relaxed);
            }
        }
        Ok(Target::Existing(Box::new(version)))
    }

    /// A GET: a read, a vread or a search. One that fails is a response like others.
    pub(super) fn read(&self, entry: &Entry<'_>) -> EntryResponse {
        let read = self.check_room().and_then(|()| self.try_read(entry));
        if let Ok(read) = &read {
            self.response_bytes.fetch_add(read.body_bytes(), Ordering::Relaxed);
        }
        read.unwrap_or_else(|error| EntryResponse::failed(&error))
    }

    /// What is left for searches.
    fn budget(&self) -> Result<Arc<Budget>> {
        let budget = self.budget.get_or_init(|| search_run::budget(self.core, self.cancellation));
        // Small searches ask too seldom by themselves.
        budget.check().map_err(index_failed)?;
        Ok(Arc::clone(budget))
    }

    fn check_room(&self) -> Result<()> {
        if self.response_bytes.load(Ordering::Relaxed) < self.core.limits.bundle_response_bytes_max {
            return Ok(());
        }
        let text = "the answer to the Bundle would be too large: read this by itself";
        Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", text)))
    }

    fn try_read(&self, entry: &Entry<'_>) -> Result<EntryResponse> {
        let url = self.relative(entry);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let is_type = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
        let read = match path.split('/').collect::<Vec<_>>()[..] {
            [name] | [_, _, name] if name == "*" || name.is_empty() || is_type(name) => {
                if entry.method == Method::Head {
                    let text = "HEAD of a search says nothing: ask for its count";
                    return Err(entry.invalid("not-supported", text, "request.method"));
                }
                let request = SearchRequest {
                    handling: self.options.handling,
                    own_bases: self.options.own_bases.clone(),
                    ..SearchRequest::of(path, query)
                };
                return search_run::first(self.core, &request, self.budget()?)
                    .map(|page| EntryResponse::Search(Box::new(page)));
            }
            [resource_type, id] => {
                let view = as_of::view(self.core, as_of::of_query(query)?)?;
                view.read(self.core.types.named(resource_type)?.name, id)?
            }
            [_, _, "_history", _] if as_of::of_query(query)?.is_some() => {
                return Err(entry.invalid("value", "a version is the same at all times", "request.url"));
            }
            [resource_type, id, "_history", version] => {
                let version =
                    version.parse().map_err(|_| entry.invalid("value", "no such version", "request.url"))?;
                crate::tenant::vread(self.core, resource_type, id, VersionId(version))?
            }
            _ => return Err(entry.invalid("value", "the url is not one that can be read", "request.url")),
        };
        match read {
            Read::Current(mut version) => {
                let is_known = entry.known.as_deref().is_some_and(|tags| names(tags, version.version));
                if is_known || entry.method == Method::Head {
                    version.body = Body::default();
                    return Ok(EntryResponse::Headers { version, is_known });
                }
                Ok(EntryResponse::Read(version))
            }
            Read::Deleted(_) => {
                Err(Error::new(ErrorKind::Gone, Issue::error("deleted", "the resource was deleted")))
            }
            Read::Missing => {
                Err(Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no such resource")))
            }
        }
    }
}

/// What the criteria of an update or patch match, as things stand after the steps before it.
///
/// # Errors
/// `Conflict`: the one that they match is another entry's.
fn matched(
    entry: &Entry<'_>,
    criteria: &Criteria,
    (core, view): (&Core, &View<'_>),
    earlier: Option<&Earlier<'_>>,
) -> Result<(crate::write::Condition, Found)> {
    let Some(earlier) = earlier else { return criteria.find(core, view) };
    let (condition, found) = criteria.first_two(core, view, earlier.touched(criteria.resource_type()))?;
    let found = match (Found::of(found), &earlier.matching(criteria)?[..]) {
        (found, []) => found,
        (Found::None, [_]) => {
            return Err(entry.conflict("another entry writes what the criteria match", "request.url"));
        }
        _ => Found::Several,
    };
    Ok((condition, found))
}

/// The resource that an entry writes; reading the entry has seen that there is one.
fn body_of<'a>(entry: &Entry<'a>) -> Result<Node<'a>> {
    entry.resource.ok_or_else(|| entry.invalid("required", "no resource", "resource"))
}

fn unfit(entry: &Entry<'_>) -> Error {
    entry.invalid("value", "the url does not fit the method", "request.url")
}

/// The patch that an entry bears: Parameters, or a Binary that holds one and says which kind it is.
fn patch_of(resource: Node<'_>) -> Result<Patch> {
    let text = |name: &str| resource.get(name).and_then(Node::as_str);
    if text("resourceType").as_deref() != Some("Binary") {
        return Ok(Patch::new(PatchKind::FhirPath, resource.raw().to_vec()));
    }
    let kind = match text("contentType").as_deref() {
        Some("application/json-patch+json") => PatchKind::Json,
        Some("application/merge-patch+json") => PatchKind::Merge,
        Some("application/xml-patch+xml") => PatchKind::Xml,
        _ => {
            let text = "a patch is of the type application/json-patch+json, application/merge-patch+json or application/xml-patch+xml";
            let issue = Issue::error("not-supported", text).at("Binary.contentType");
            return Err(Error::new(ErrorKind::NotSupported, issue));
        }
    };
    let data = text("data").unwrap_or(Cow::Borrowed(""));
    let packed: String = data.split_ascii_whitespace().collect();
    let bytes = BASE64_STANDARD.decode(packed).map_err(|error| {
        Error::new(ErrorKind::Invalid, Issue::error("value", "not base64").at("Binary.data")).caused_by(error)
    })?;
    Ok(Patch::new(kind, bytes))
}

/// Whether entity tags name a version.
fn names(tags: &str, version: VersionId) -> bool {
    tags.split(',').any(|tag| tag.trim() == "*" || entity_tag(tag) == Some(version))
}

/// The same failure, with its places within the Bundle.
fn within(entry: &Entry<'_>, error: &Error) -> Error {
    let place = entry.resource_place();
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
