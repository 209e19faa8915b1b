//! Bundles that answer: search results, histories, and what became of the entries of a batch or transaction.
//!
//! Each is written into one buffer; stored bodies go in as they are.

use axum::http::StatusCode;
use fornax::{
    BundleKind, BundleResponse, Committed, ContainedMatch, EntryResponse, HistoryPage, Issue, Operation,
    SearchPage, SearchStep, Version,
};
use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::negotiation::Return;
use super::outcome;
use super::query_string::{encoded, joined};
use super::refusal::status;

/// A page of a search, and the token by which it was asked for, if it is not the first. `base` is the tenant's own base URL; `carried` is
/// what links carry on: `_format=json`, or nothing.
pub(crate) fn searchset(page: (&SearchPage, Option<&str>), base: &str, carried: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 << 10);
    write_searchset(&mut ObjectWriter::new(&mut out), page, base, carried);
    out
}

fn write_searchset(
    bundle: &mut ObjectWriter<'_>,
    (page, token): (&SearchPage, Option<&str>),
    base: &str,
    carried: &str,
) {
    let path = match page.path.as_str() {
        "" => base.to_owned(),
        path => format!(
            "{base}/{}",
            path.split('/').map(|part| encoded(part).to_string()).collect::<Vec<_>>().join("/")
        ),
    };
    let own = url(&path, &[&page.applied, carried]);
    begin(bundle, "searchset", page.total);
    let at = |token: &str| page_url(&path, token, carried);
    let (previous, next) = (page.previous.as_deref().map(at), page.next.as_deref().map(at));
    let last = next.is_none().then(|| token.map_or_else(|| own.clone(), at));
    let of_self = Some(own.clone());
    let links =
        [("self", of_self), ("first", Some(own)), ("previous", previous), ("next", next), ("last", last)];
    write_links(bundle, links);
    let mut entries = Entries { array: bundle.array("entry"), base, scratch: Vec::new() };
    for (place, version) in page.matches.iter().enumerate() {
        let score = page.scores.as_ref().and_then(|scores| scores.get(place));
        entries.found(version, "match", score.copied());
    }
    for inner in &page.contained {
        entries.contained(inner);
    }
    for version in &page.includes {
        entries.found(version, "include", None);
    }
    let explanation = page.steps.iter().map(|step| Issue::information(explained(step)));
    let issues: Vec<Issue> = page.warnings.iter().cloned().chain(explanation).collect();
    if !issues.is_empty() {
        let mut entry = entries.array.object();
        outcome::write(&mut entry.object("resource"), &issues);
        entry.object("search").string("mode", "outcome");
    }
}

/// A step of a search in a line: `patient.family: at most 1203 documents; looked at 88 in 41 us`.
fn explained(step: &SearchStep) -> String {
    let mut line = format!("{}:", step.what);
    if let Some(documents) = step.documents_at_most {
        line += &format!(" at most {documents} documents;");
    }
    if let Some(found) = step.found {
        line += &format!(" {found} found;");
    }
    line + &format!(" looked at {} in {} us", step.looked_at, step.elapsed.as_micros())
}

/// A page of a history. `path` is the URL of the history, `own` that of this page.
pub(crate) fn history(page: &HistoryPage, base: &str, (path, carried): (&str, &str), own: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 << 10);
    let mut bundle = ObjectWriter::new(&mut out);
    begin(&mut bundle, "history", Some(page.total));
    let next = page.next.as_deref().map(|token| page_url(path, token, carried));
    write_links(&mut bundle, [("self", Some(own.to_owned())), ("next", next)]);
    let mut entries = Entries { array: bundle.array("entry"), base, scratch: Vec::new() };
    for version in &page.versions {
        entries.lived(version);
    }
    drop(entries);
    drop(bundle);
    out
}

/// What became of a batch or a transaction, entry by entry in the order of the request.
pub(crate) fn response(response: &BundleResponse, base: &str, wanted: Option<Return>) -> Vec<u8> {
    let kind = match response.kind {
        BundleKind::Batch => "batch-response",
        BundleKind::Transaction => "transaction-response",
    };
    let mut out = Vec::with_capacity(256 * (1 + response.entries.len()));
    let mut bundle = ObjectWriter::new(&mut out);
    begin(&mut bundle, kind, None);
    let mut entries = Entries { array: bundle.array("entry"), base, scratch: Vec::new() };
    for entry in &response.entries {
        entries.done(entry, wanted);
    }
    drop(entries);
    drop(bundle);
    out
}

fn begin(bundle: &mut ObjectWriter<'_>, kind: &str, total: Option<u64>) {
    bundle.string("resourceType", "Bundle");
    bundle.string("type", kind);
    if let Some(total) = total {
        bundle.raw("total", total.to_string().as_bytes());
    }
}

/// Links by their relations; those without a URL are left out.
fn write_links<const N: usize>(bundle: &mut ObjectWriter<'_>, links: [(&str, Option<String>); N]) {
    let mut array = bundle.array("link");
    for (relation, url) in links {
        let Some(url) = url else { continue };
        let mut link = array.object();
        link.string("relation", relation);
        link.string("url", &url);
    }
}

/// The URL of the page that a token names.
pub(crate) fn page_url(path: &str, token: &str, carried: &str) -> String {
    url(path, &[&format!("_page={}", encoded(token)), carried])
}

/// A path with a query of these parts; some may be empty.
pub(crate) fn url(path: &str, parts: &[&str]) -> String {
    let query = joined(parts);
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The URL of a version.
pub(crate) fn version_url(base: &str, version: &Version) -> String {
    format!("{base}/{}/{}/_history/{}", version.resource_type, version.id, version.version.0)
}

/// `201 Created`, as `Bundle.entry.response.status` has it.
pub(crate) fn status_text(status: StatusCode) -> String {
    format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or(""))
}

/// The entries of a Bundle.
struct Entries<'a> {
    array: ArrayWriter<'a>,
    base: &'a str,
    /// Where a body is put together; kept from entry to entry.
    scratch: Vec<u8>,
}

impl Entries<'_> {
    /// A search result.
    fn found(&mut self, version: &Version, mode: &str, score: Option<f64>) {
        let mut entry = self.array.object();
        write_resource(&mut entry, version, self.base, &mut self.scratch);
        let mut search = entry.object("search");
        search.string("mode", mode);
        if let Some(score) = score {
            search.raw("score", format!("{score:.6}").as_bytes());
        }
    }

    /// A search result inside of another resource.
    fn contained(&mut self, inner: &ContainedMatch) {
        let mut entry = self.array.object();
        // Without an id of its own it has no address.
        if let Some(id) = &inner.id {
            let container = format!("{}/{}/{}", self.base, inner.container_type, inner.container_id);
            entry.string("fullUrl", &format!("{container}#{id}"));
        }
        entry.raw("resource", inner.json.as_bytes());
        entry.object("search").string("mode", "match");
    }

    /// A version in a history.
    fn lived(&mut self, version: &Version) {
        let mut entry = self.array.object();
        let instance = format!("{}/{}", version.resource_type, version.id);
        let (method, url, status) = match version.operation {
            Operation::Create => ("POST", version.resource_type, StatusCode::CREATED),
            Operation::Update if version.version.0 == 1 => ("PUT", &*instance, StatusCode::CREATED),
            Operation::Update => ("PUT", &*instance, StatusCode::OK),
            Operation::Delete => ("DELETE", &*instance, StatusCode::NO_CONTENT),
        };
        write_resource(&mut entry, version, self.base, &mut self.scratch);
        let mut request = entry.object("request");
        request.string("method", method);
        request.string("url", url);
        drop(request);
        let mut response = entry.object("response");
        response.string("status", &status_text(status));
        write_version(&mut response, version);
    }

    /// What became of an entry of a batch or transaction.
    fn done(&mut self, entry: &EntryResponse, wanted: Option<Return>) {
        match entry {
            EntryResponse::Committed(committed) => self.committed(committed, wanted),
            EntryResponse::Read(version) => {
                let mut entry = self.array.object();
                write_resource(&mut entry, version, self.base, &mut self.scratch);
                let mut response = entry.object("response");
                response.string("status", &status_text(StatusCode::OK));
                write_version(&mut response, version);
            }
            EntryResponse::Headers { version, is_known } => {
                let mut entry = self.array.object();
                let mut response = entry.object("response");
                let status = if *is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
                response.string("status", &status_text(status));
                write_version(&mut response, version);
            }
            EntryResponse::Search(page) => {
                let mut entry = self.array.object();
                write_searchset(&mut entry.object("resource"), (page, None), self.base, "");
                entry.object("response").string("status", &status_text(StatusCode::OK));
            }
            EntryResponse::Failed { kind, issues } => {
                let mut entry = self.array.object();
                let mut response = entry.object("response");
                response.string("status", &status_text(status(*kind, issues)));
                outcome::write(&mut response.object("outcome"), issues);
            }
        }
    }

    fn committed(&mut self, committed: &Committed, wanted: Option<Return>) {
        let (version, status) = match committed {
            Committed::Created(version) => (Some(version), StatusCode::CREATED),
            Committed::Updated(version) | Committed::Existing(version) | Committed::Unchanged(version) => {
                (Some(version), StatusCode::OK)
            }
            Committed::DeletedAll(_) => (None, StatusCode::NO_CONTENT),
            Committed::Deleted(version) => (version.as_ref(), StatusCode::NO_CONTENT),
        };
        let mut entry = self.array.object();
        if let (Some(version), Some(Return::Representation)) = (version, wanted) {
            write_resource(&mut entry, version, self.base, &mut self.scratch);
        }
        let mut response = entry.object("response");
        response.string("status", &status_text(status));
        if let Some(version) = version {
            if version.operation != Operation::Delete {
                response.string("location", &version_url(self.base, version));
            }
            write_version(&mut response, version);
        }
        if wanted == Some(Return::OperationOutcome) {
            response.raw("outcome", &outcome::all_well(status.canonical_reason().unwrap_or("done")));
        }
    }
}

/// Writes `fullUrl` and `resource`; the latter not for a delete, which has none.
fn write_resource(entry: &mut ObjectWriter<'_>, version: &Version, base: &str, scratch: &mut Vec<u8>) {
    entry.string("fullUrl", &format!("{base}/{}/{}", version.resource_type, version.id));
    scratch.clear();
    version.write_json(scratch);
    if !scratch.is_empty() {
        entry.raw("resource", scratch);
    }
}

fn write_version(response: &mut ObjectWriter<'_>, version: &Version) {
    response.string("etag", &version.entity_tag());
    response.string("lastModified", &format!("{:.3}", version.last_updated));
}
