//! Criteria of conditional interactions and references: what they match, and what must still hold for it.
//!
//! `identifier=system|value` and `url=` of canonical resources are point gets in the store; all else is a search.

use std::collections::HashSet;
use std::sync::Arc;

use fornax_index::{Identity, MatchContext, SearchValues};
use fornax_query::{Context, Handling, Limits, Pairs, Query, Scope, Summary, TokenValue, Values};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::identity::IdentityKey;
use crate::index::Index;
use crate::records::{Rid, Seq, bug};
use crate::resource::Version;
use crate::search_run;
use crate::types::ResourceType;
use crate::view::View;

/// What preparation found, for the sequencer to check again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// An identity stands for these resources: a point get.
    Identity { identity: IdentityKey, rids: Vec<Rid> },
    /// No commit after `since` touched the type.
    Untouched { type_number: u16, since: Seq },
    /// This version is the current one of what an id names.
    Current { digest: [u8; 16], version: u64 },
    /// This version, which may be a deletion, is the newest of what an id names; 0: nothing was ever written.
    Newest { digest: [u8; 16], version: u64 },
    /// There is nothing under an id.
    Absent { digest: [u8; 16] },
}

/// What criteria match.
pub(crate) enum Found {
    None,
    One(Version),
    Several,
}

/// The criteria of a conditional interaction or reference, read.
pub(crate) struct Criteria {
    resource_type: ResourceType,
    query: Query,
    /// What they were read by.
    index: Arc<Index>,
    /// The identity that they ask for, if that is all they ask: a point get in the store.
    identity: Option<IdentityKey>,
}

/// The query string of criteria that some write as a search: `?identifier=x`, `Patient?identifier=x`.
fn query_string(resource_type: ResourceType, criteria: &str) -> &str {
    let query = criteria.strip_prefix(resource_type.name).unwrap_or(criteria);
    query.strip_prefix('?').unwrap_or(criteria)
}

impl Criteria {
    /// Reads a query string. References under the own base URLs are local ones.
    pub(crate) fn parse(
        core: &Core,
        resource_type: ResourceType,
        text: &str,
        own_bases: &[String],
    ) -> Result<Self> {
        let (limits, index) = (Limits::default(), core.index());
        let context = Context {
            definitions: index.definitions(),
            bases: own_bases,
            handling: Handling::Guard,
            limits: &limits,
        };
        let mut query = Pairs::of_query(query_string(resource_type, text), &limits)
            .and_then(|pairs| Query::parse(&Scope::of(resource_type.id), &pairs, &context))
            .map_err(|error| search_run::refused(&error))?;
        // What only shapes a page must not decide whether there is a match.
        query.summary = Summary::False;
        query.max_results = None;
        query.sort.clear();
        query.includes.clear();
        if query.filters.is_empty() {
            let text = "the criteria of a conditional interaction name no search parameter";
            return Err(Error::new(ErrorKind::Precondition, Issue::error("required", text)));
        }
        let identity = identity(core, &index, (resource_type, &query))
            .map(|digest| IdentityKey { type_number: resource_type.number, digest });
        Ok(Self { resource_type, query, index, identity })
    }

    /// The identity that they ask for, if that is all they ask.
    pub(crate) fn identity(&self) -> Option<&IdentityKey> {
        self.identity.as_ref()
    }

    /// The resource type that they are about.
    pub(crate) fn resource_type(&self) -> ResourceType {
        self.resource_type
    }

    /// The first two that they match, but for ids that are passed over, and what must still hold for it.
    pub(crate) fn first_two(
        &self,
        core: &Core,
        view: &View<'_>,
        passed_over: &HashSet<String>,
    ) -> Result<(Condition, Vec<Version>)> {
        self.first(2, (core, view), passed_over)
    }

    /// The first so many.
    pub(crate) fn first(
        &self,
        count: usize,
        (core, view): (&Core, &View<'_>),
        passed_over: &HashSet<String>,
    ) -> Result<(Condition, Vec<Version>)> {
        let Some(identity) = &self.identity else {
            if !Arc::ptr_eq(&self.index.indexer, &view.index.indexer) {
                return Err(other_parameters());
            }
            let found = search_run::first_matches(count, (core, view), &self.query, passed_over)?;
            let since = view.seq;
            return Ok((Condition::Untouched { type_number: self.resource_type.number, since }, found));
        };
        // What is not there yet does not count: should it be there by then, the condition does not hold.
        let bearers = view.bearers(identity, count + passed_over.len())?;
        let (rids, mut found): (_, Vec<Version>) = bearers.into_iter().unzip();
        found.retain(|version| !passed_over.contains(&*version.id));
        found.truncate(count);
        Ok((Condition::Identity { identity: *identity, rids }, found))
    }

    /// What they match: none, one or several.
    pub(crate) fn find(&self, core: &Core, view: &View<'_>) -> Result<(Condition, Found)> {
        let (condition, found) = self.first_two(core, view, &HashSet::new())?;
        Ok((condition, Found::of(found)))
    }

    /// Whether a resource that is about to be written matches.
    pub(crate) fn are_met_by(&self, core: &Core, values: &SearchValues) -> Result<bool> {
        let now_us = core.clock.now_ms() * 1000;
        let context = MatchContext { last_updated_us: now_us, now_us };
        if !self.index.indexer.is_of(values) {
            return Err(other_parameters());
        }
        let met = self.index.indexer.matches(&self.query, values, &context);
        met.map_err(|error| bug("criteria were read that ask for other resources").caused_by(error))
    }
}

/// What criteria were read by has changed since.
fn other_parameters() -> Error {
    let text = "search parameters are just being replaced; try again";
    Error::new(ErrorKind::Busy, Issue::error("transient", text))
}

/// The digest of the one identity that the criteria ask for, if that is all they ask.
fn identity(core: &Core, index: &Index, (resource_type, query): (ResourceType, &Query)) -> Option<[u8; 16]> {
    let [filter] = &query.filters[..] else { return None };
    let fornax_query::Condition::Has { parameter, values } = &filter.condition else { return None };
    if !index.definitions().is_of_release(*parameter) {
        return None;
    }
    let identity = match (values, &*index.definitions().parameter_of(*parameter).code) {
        (Values::Token(values), "identifier") => match &values[..] {
            [TokenValue::Coding { system, code }] => {
                Identity::Identifier { system: Some(system), value: code }
            }
            [TokenValue::CodeWithoutSystem(code)] => Identity::Identifier { system: None, value: code },
            _ => return None,
        },
        (Values::Uri(values), "url") => match &values[..] {
            [url] => Identity::CanonicalUrl(url),
            _ => return None,
        },
        _ => return None,
    };
    Some(core.vault.identity_digest(resource_type.name, identity))
}

impl Found {
    pub(crate) fn of(mut versions: Vec<Version>) -> Self {
        match (versions.pop(), versions.len()) {
            (None, _) => Self::None,
            (Some(one), 0) => Self::One(one),
            _ => Self::Several,
        }
    }
}
