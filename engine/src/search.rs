//! Searches and histories: what is asked, and a page of the answer.

use std::sync::Arc;

use crate::as_of::AsOf;
use crate::error::Issue;
use crate::resource::Version;

/// How unknown parameters are taken: `Prefer: handling=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Handling {
    /// Passed over, with a warning in the result.
    #[default]
    Lenient,
    /// An error.
    Strict,
}

/// A search.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// What is searched, as a URL has it between the base and the `?`: a type; nothing, for all types; or of a compartment
    /// `Patient/id/Observation` for a type, `Patient/id/*` for all that are in it.
    pub path: String,
    /// The query string as received (encoded, without `?`).
    pub query: String,
    /// The body of a POST to `_search` (`application/x-www-form-urlencoded`); empty for a GET.
    pub form: Vec<u8>,
    /// How unknown parameters are taken.
    pub handling: Handling,
    /// Base URLs under which an absolute reference is a local one.
    pub own_bases: Vec<String>,
    /// As of when all of it is answered, which `_asof=` of the query string may say instead; `None`: now.
    pub as_of: Option<AsOf>,
}

impl SearchRequest {
    /// A search by a query string, as a GET has it: unknown parameters are passed over, no base is the tenant's own.
    pub fn of(path: impl Into<String>, query: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            query: query.into(),
            form: Vec::new(),
            handling: Handling::Lenient,
            own_bases: Vec::new(),
            as_of: None,
        }
    }
}

/// One page of matches, fewer than asked for where their bodies are large. `_elements` and `_summary` are already applied to the bodies.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// What was searched: see [`SearchRequest::path`].
    pub path: String,
    /// In order.
    pub matches: Vec<Version>,
    /// How well each match fits the words asked for, from 0 up to but without 1; absent where the search asks for none.
    pub scores: Option<Vec<f64>>,
    /// Contained resources that match, where the search asks for these themselves; they come after the other matches.
    pub contained: Vec<ContainedMatch>,
    /// What `_include` and `_revinclude` brought, each once.
    pub includes: Vec<Version>,
    /// The number of the last commit that is seen: [`AsOf::Commit`] asks for the same repository again.
    pub commit: u64,
    /// All matches, when they were counted.
    pub total: Option<u64>,
    /// What was applied, as a query string: the self link's.
    pub applied: String,
    /// The sealed token of the next page, to be given to [`crate::Tenant::search_page`]; `None`: this one is the last.
    pub next: Option<String>,
    /// The sealed token of the page before; `None`: this one is the first, or was reached through the [`next`](Self::next) of more
    /// pages than are remembered.
    pub previous: Option<String>,
    /// What was passed over or cut.
    pub warnings: Vec<Issue>,
    /// How the page came about, where `_explain=true` asks for it.
    pub steps: Vec<SearchStep>,
}

/// A resource inside of another. It has no version of its own.
#[derive(Clone, Debug)]
pub struct ContainedMatch {
    /// The type of the resource that contains it.
    pub container_type: &'static str,
    /// The logical id of that resource.
    pub container_id: Arc<str>,
    /// Its own type.
    pub resource_type: &'static str,
    /// Its id within the container, without `#`; absent where it has none.
    pub id: Option<String>,
    /// The contained resource as it stands in the container; what is left out of matches is left out of it.
    pub json: Arc<String>,
}

/// One step of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchStep {
    /// The parameter, as it was written; `types` and `compartment` for what the path says; `page` and `included` for what follows.
    pub what: String,
    /// Index documents that can match at most, as the dictionaries say it, superseded ones among them; of parameters.
    pub documents_at_most: Option<u64>,
    /// Matches, all of them where they were counted, or included resources; of `page` and `included`.
    pub found: Option<u64>,
    /// Index documents and terms looked at: for a parameter those of its chains.
    pub looked_at: u64,
    /// How long it took.
    pub elapsed: std::time::Duration,
}

/// Which history is asked for.
#[derive(Clone, Debug)]
pub enum HistoryScope {
    /// Of one resource: type and id.
    Instance(String, String),
    /// Of all resources of a type.
    Type(String),
    /// Of all resources.
    System,
}

/// How much of a history.
#[derive(Clone, Debug, Default)]
pub struct HistoryRequest {
    /// Versions on a page; `None`: the default.
    pub count: Option<u32>,
    /// Only versions since then.
    pub since: Option<jiff::Timestamp>,
    /// Only versions that were current at some time of this date or time, which is a FHIR dateTime: `2026-01`.
    pub at: Option<String>,
    /// Only of resources, or versions, that are items of the List of this id.
    pub list: Option<String>,
    /// As of when all of it is answered; `None`: now.
    pub as_of: Option<AsOf>,
}

/// One page of a history, newest first.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// Deletes included. Fewer than asked for where their bodies are large.
    pub versions: Vec<Version>,
    /// All versions in scope.
    pub total: u64,
    /// How many versions a page may have: what was asked for, within the limit.
    pub count: u32,
    /// The sealed token of the next page.
    pub next: Option<String>,
}
