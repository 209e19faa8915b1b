//! `$validate`.

use axum::http::StatusCode;
use fornax::{Read, Tenant};

use super::super::interaction::{Call, missing};
use super::super::outcome;
use super::super::query_string;
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::Subject;

/// `GET [base]/[type]/[id]/$validate`: what is wrong with a stored resource.
pub(super) fn answer_stored(tenant: &Tenant, call: &Call, _body: Vec<u8>) -> Result<Reply, Refusal> {
    let Subject::Instance(resource_type, id) = call.subject()? else {
        return Err(Refusal::not_allowed("POST"));
    };
    match tenant.read(resource_type, id, &call.principal())? {
        Read::Current(version) => answer(tenant, call, version.to_json()),
        Read::Deleted(_) | Read::Missing => Err(missing()),
    }
}

/// `POST [base]/[type]/$validate`, `POST [base]/[type]/[id]/$validate`: what is wrong with a resource, or with the one that is stored where
/// none is sent.
pub(super) fn answer(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let subject = call.subject()?;
    if body.is_empty() && subject.id().is_some() {
        return answer_stored(tenant, call, body);
    }
    if query_string::value(&call.query, "profile").is_some_and(|profile| !profile.is_empty()) {
        return Err(Refusal::not_supported(
            "resources are validated by their shape: profiles are not supported yet",
        ));
    }
    let issues = tenant.validate(subject.resource_type(), subject.id(), body)?;
    Ok(Reply::json(
        StatusCode::OK,
        if issues.is_empty() { outcome::all_well("valid") } else { outcome::operation_outcome(&issues) },
    ))
}
