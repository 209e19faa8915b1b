//! Criteria of conditional interactions and references: what they match, and whether that still holds.

use fornax_index::Identity;
use fornax_query::{Context, Handling, Limits, Pairs, Query, TokenValue, Values};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::identity::IdentityKey;
use crate::records::{Rid, Seq};
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
}

/// What criteria match.
pub(crate) enum Found {
    None,
    One(Version),
    Several,
}

/// The query string of criteria that some write as a search: `?identifier=x`, `Patient?identifier=x`.
fn query_string(resource_type: ResourceType, criteria: &str) -> &str {
    let query = criteria.strip_prefix(resource_type.name).unwrap_or(criteria);
    query.strip_prefix('?').unwrap_or(criteria)
}

/// Finds what `criteria` (a query string) match. `identifier=system|value` and `url=` of canonical resources are point gets in the
/// store; all else is a search.
pub(crate) fn find(
    core: &Core,
    view: &View<'_>,
    resource_type: ResourceType,
    criteria: &str,
) -> Result<(Condition, Found)> {
    let limits = Limits::default();
    let context =
        Context { definitions: core.definitions, bases: &[], handling: Handling::Guard, limits: &limits };
    let query = Pairs::of_query(query_string(resource_type, criteria), &limits)
        .and_then(|pairs| Query::parse(resource_type.id, &pairs, &context))
        .map_err(|error| search_run::refused(&error))?;
    if query.filters.is_empty() {
        let issue =
            Issue::error("required", "the criteria of a conditional interaction name no search parameter");
        return Err(Error::new(ErrorKind::Precondition, issue));
    }
    match identity(core, resource_type, &query) {
        Some(digest) => find_identity(view, IdentityKey { type_number: resource_type.number, digest }),
        None => find_by_search(core, view, resource_type, &query),
    }
}

/// The digest of the one identity that the criteria ask for, if that is all they ask.
fn identity(core: &Core, resource_type: ResourceType, query: &Query) -> Option<[u8; 16]> {
    let [filter] = &query.filters[..] else { return None };
    let identity = match (&filter.values, core.definitions.parameter_of(filter.parameter).code) {
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

fn find_identity(view: &View<'_>, identity: IdentityKey) -> Result<(Condition, Found)> {
    // What is not there yet does not count: should it be there by then, the condition does not hold.
    let (rids, found) = view.bearers(&identity, 2)?.into_iter().unzip();
    Ok((Condition::Identity { identity, rids }, Found::of(found)))
}

fn find_by_search(
    core: &Core,
    view: &View<'_>,
    resource_type: ResourceType,
    query: &Query,
) -> Result<(Condition, Found)> {
    let found = search_run::first_two(core, view, query)?;
    Ok((Condition::Untouched { type_number: resource_type.number, since: view.seq }, Found::of(found)))
}

impl Found {
    fn of(mut versions: Vec<Version>) -> Self {
        match (versions.pop(), versions.len()) {
            (None, _) => Self::None,
            (Some(one), 0) => Self::One(one),
            _ => Self::Several,
        }
    }
}
