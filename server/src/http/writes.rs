//! Creates, updates, deletes and Bundles.

use axum::http::StatusCode;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use fornax::{
    BinaryUpload, BundleOptions, Change, Committed, Patch, PatchKind, ReturnBodies, Tenant, Version,
};

use super::bundles;
use super::conditions::{self, IF_NONE_EXIST};
use super::interaction::{Call, resource};
use super::negotiation::{self, Return};
use super::outcome;
use super::query_string;
use super::refusal::Refusal;
use super::reply::Reply;
use super::target::Place;

/// `POST [base]/[type]`, with criteria in `If-None-Exist` or in the query.
pub(crate) fn create(
    tenant: &Tenant,
    call: &Call,
    resource_type: &str,
    body: Vec<u8>,
) -> Result<Reply, Refusal> {
    conditions::none_of(&call.headers, &[IF_MATCH, IF_NONE_MATCH])?;
    let in_header = conditions::if_none_exist(&call.headers)?;
    // Some clients put the criteria where a conditional update has them. Passed over, they would let what is there be made twice.
    let in_query =
        Some(query_string::without(&call.query, &ABOUT_THE_ANSWER)).filter(|query| !query.is_empty());
    if in_header.is_some() && in_query.is_some() {
        return Err(Refusal::invalid("the criteria stand in If-None-Exist or in the query, not in both"));
    }
    let change = match in_header.or(in_query) {
        Some(criteria) => Change::create_if_none_exist(resource_type, body, criteria),
        None => Change::create(resource_type, body),
    };
    let change = about(call, change)?;
    Ok(committed(call, &tenant.commit(&change, &call.principal())?))
}

/// The change with what the request tells of it: the base URLs, and a Provenance.
pub(crate) fn about(call: &Call, change: Change) -> Result<Change, Refusal> {
    let change = change.own_bases(call.base_urls.all.clone());
    Ok(match conditions::provenance(&call.headers)? {
        Some(provenance) => change.provenance(provenance),
        None => change,
    })
}

/// Parameters that are no criteria.
const ABOUT_THE_ANSWER: [&str; 2] = ["_format", "_pretty"];

/// Which resource a write is about.
pub(crate) enum Named<'a> {
    /// Type and id.
    Instance(&'a str, &'a str),
    /// Type and criteria: a query string.
    Matching(&'a str, String),
}

impl<'a> Named<'a> {
    /// What place and query of a call name. What only says how to answer is no criteria.
    pub(crate) fn of(call: &'a Call, place: &'a Place) -> Result<Self, Refusal> {
        match place {
            Place::Instance(resource_type, id) => Ok(Self::Instance(resource_type, id)),
            Place::Type(resource_type) => {
                Ok(Self::Matching(resource_type, query_string::without(&call.query, &ABOUT_THE_ANSWER)))
            }
            _ => Err(Refusal::not_allowed(&place.allow())),
        }
    }
}

/// `PUT [base]/[type]/[id]`, `PUT [base]/[type]?[criteria]`
pub(crate) fn update(
    tenant: &Tenant,
    call: &Call,
    named: Named<'_>,
    body: Vec<u8>,
) -> Result<Reply, Refusal> {
    let change = match named {
        Named::Instance(resource_type, id) => Change::update(resource_type, id, body),
        Named::Matching(resource_type, criteria) => Change::update_matching(resource_type, criteria, body),
    };
    let change = about(call, change)?;
    conditions::none_of(&call.headers, &[IF_NONE_EXIST])?;
    if conditions::if_none_match_any(&call.headers)? {
        if conditions::if_match(&call.headers)?.is_some() {
            return Err(Refusal::invalid("If-Match and If-None-Match can't both hold"));
        }
        return Ok(committed(call, &tenant.commit(&change.if_none_match(), &call.principal())?));
    }
    conditional(tenant, call, change)
}

/// `PATCH [base]/[type]/[id]`, `PATCH [base]/[type]?[criteria]`
pub(crate) fn patch(tenant: &Tenant, call: &Call, named: Named<'_>, body: Vec<u8>) -> Result<Reply, Refusal> {
    conditions::none_of(&call.headers, &[IF_NONE_MATCH, IF_NONE_EXIST])?;
    let kind = negotiation::patch_kind(&call.headers).unwrap_or(PatchKind::FhirPath);
    let patch = Patch::new(kind, body);
    let change = match named {
        Named::Instance(resource_type, id) => Change::patch(resource_type, id, patch),
        Named::Matching(resource_type, criteria) => Change::patch_matching(resource_type, criteria, patch),
    };
    conditional(tenant, call, about(call, change)?)
}

/// `DELETE [base]/[type]/[id]`, `DELETE [base]/[type]?[criteria]`, which deletes so many at most.
pub(crate) fn delete(
    tenant: &Tenant,
    call: &Call,
    named: Named<'_>,
    at_most: usize,
) -> Result<Reply, Refusal> {
    conditions::none_of(&call.headers, &[IF_NONE_MATCH, IF_NONE_EXIST])?;
    let change = match named {
        Named::Instance(resource_type, id) => Change::delete(resource_type, id),
        Named::Matching(resource_type, criteria) if at_most > 1 => {
            if conditions::if_match(&call.headers)?.is_some() {
                return Err(Refusal::invalid("If-Match is for one resource"));
            }
            Change::delete_all_matching(resource_type, criteria, at_most)
        }
        Named::Matching(resource_type, criteria) => Change::delete_matching(resource_type, criteria),
    };
    conditional(tenant, call, about(call, change)?)
}

/// `POST [base]/Binary`, `PUT [base]/Binary/[id]` with content in its own form.
pub(crate) fn content(tenant: &Tenant, call: &Call, upload: BinaryUpload) -> Result<Reply, Refusal> {
    conditions::none_of(&call.headers, &[IF_NONE_MATCH, IF_NONE_EXIST])?;
    conditional(tenant, call, about(call, upload.finish())?)
}

fn conditional(tenant: &Tenant, call: &Call, change: Change) -> Result<Reply, Refusal> {
    let change = match conditions::if_match(&call.headers)? {
        Some(version) => change.if_match(version),
        None => change,
    };
    Ok(committed(call, &tenant.commit(&change, &call.principal())?))
}

/// `POST [base]`: a batch or a transaction.
pub(crate) fn bundle(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let wanted = call.preference.wanted;
    let options = BundleOptions {
        own_bases: call.base_urls.all.clone(),
        bodies: if wanted == Some(Return::Representation) { ReturnBodies::Yes } else { ReturnBodies::No },
        handling: call.preference.handling,
        provenance: conditions::provenance(&call.headers)?,
    };
    let response = tenant.process_bundle(body, &options, &call.principal())?;
    Ok(Reply::json(StatusCode::OK, bundles::response(&response, &call.base_urls.own, wanted)))
}

/// What a write came to, as `Prefer: return=` asks for it.
pub(crate) fn committed(call: &Call, committed: &Committed) -> Reply {
    match committed {
        Committed::Created(version) => located(call, StatusCode::CREATED, version),
        Committed::Updated(version) | Committed::Unchanged(version) => written(call, StatusCode::OK, version),
        Committed::DeletedAll(count) => match call.preference.wanted {
            Some(Return::OperationOutcome) => {
                Reply::json(StatusCode::OK, outcome::all_well(&format!("{count} resources deleted")))
            }
            _ => Reply::empty(StatusCode::NO_CONTENT),
        },
        Committed::Existing(version) => located(call, StatusCode::OK, version),
        Committed::Deleted(version) => {
            let reply = if call.preference.wanted == Some(Return::OperationOutcome) {
                Reply::json(StatusCode::OK, outcome::all_well("deleted"))
            } else {
                Reply::empty(StatusCode::NO_CONTENT)
            };
            match version {
                Some(version) => reply.about(version),
                None => reply,
            }
        }
    }
}

fn located(call: &Call, status: StatusCode, version: &Version) -> Reply {
    written(call, status, version).located(&bundles::version_url(&call.base_urls.own, version))
}

/// A written version, as `Prefer: return=` asks for it; the whole resource if nothing was said.
fn written(call: &Call, status: StatusCode, version: &Version) -> Reply {
    match call.preference.wanted.unwrap_or(Return::Representation) {
        Return::Representation => resource(status, version),
        Return::Minimal => Reply::empty(status).about(version),
        Return::OperationOutcome => {
            let done = outcome::all_well(status.canonical_reason().unwrap_or("done"));
            Reply::json(status, done).about(version)
        }
    }
}
