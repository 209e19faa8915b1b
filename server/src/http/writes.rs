//! Creates, updates, deletes and Bundles.

use axum::http::StatusCode;
use fornax::{BinaryUpload, BundleOptions, Change, Committed, ReturnBodies, Tenant, Version};

use super::bundles;
use super::conditions;
use super::interaction::{Call, resource};
use super::negotiation::Return;
use super::outcome;
use super::refusal::Refusal;
use super::reply::Reply;

/// `POST [base]/[type]`
pub(crate) fn create(
    tenant: &Tenant,
    call: &Call,
    resource_type: &str,
    body: Vec<u8>,
) -> Result<Reply, Refusal> {
    conditions::no_other_condition(&call.headers)?;
    let change = match conditions::if_none_exist(&call.headers)? {
        Some(criteria) => Change::create_if_none_exist(resource_type, body, criteria),
        None => Change::create(resource_type, body),
    };
    let change = change.own_bases(call.base_urls.all.clone());
    Ok(committed(call, &tenant.commit(&change, &call.principal())?))
}

/// `PUT [base]/[type]/[id]`
pub(crate) fn update(
    tenant: &Tenant,
    call: &Call,
    resource_type: &str,
    id: &str,
    body: Vec<u8>,
) -> Result<Reply, Refusal> {
    conditions::no_other_condition(&call.headers)?;
    let change = Change::update(resource_type, id, body).own_bases(call.base_urls.all.clone());
    conditional(tenant, call, change)
}

/// `DELETE [base]/[type]/[id]`
pub(crate) fn delete(tenant: &Tenant, call: &Call, resource_type: &str, id: &str) -> Result<Reply, Refusal> {
    conditions::no_other_condition(&call.headers)?;
    conditional(tenant, call, Change::delete(resource_type, id))
}

/// `POST [base]/Binary`, `PUT [base]/Binary/[id]` with content in its own form.
pub(crate) fn content(tenant: &Tenant, call: &Call, upload: BinaryUpload) -> Result<Reply, Refusal> {
    conditions::no_other_condition(&call.headers)?;
    if conditions::if_none_exist(&call.headers)?.is_some() {
        return Err(Refusal::not_supported("If-None-Exist takes a resource, not content in its own form"));
    }
    conditional(tenant, call, upload.finish().own_bases(call.base_urls.all.clone()))
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
    };
    let response = tenant.process_bundle(body, &options, &call.principal())?;
    Ok(Reply::json(StatusCode::OK, bundles::response(&response, &call.base_urls.own, wanted)))
}

fn committed(call: &Call, committed: &Committed) -> Reply {
    match committed {
        Committed::Created(version) => located(call, StatusCode::CREATED, version),
        Committed::Updated(version) => written(call, StatusCode::OK, version),
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
