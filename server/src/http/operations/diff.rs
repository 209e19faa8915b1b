//! `$diff`.

use axum::http::StatusCode;
use fornax::{Read, Tenant, Version, VersionId};

use super::super::conditions;
use super::super::interaction::{Call, current, missing};
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::Subject;

/// `[base]/[type]/[id]/$diff`: what the current version changes of one before it.
pub(super) fn answer_versions(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let Subject::Instance(resource_type, id) = call.subject()? else { return Err(missing()) };
    let inputs = call.inputs(body)?;
    let principal = call.principal();
    let newer = current(tenant.read(resource_type, id, &principal)?)?;
    let wanted = match inputs.text("fromVersion") {
        Some(text) => conditions::version_of(text)
            .ok_or_else(|| Refusal::invalid("fromVersion is a version's number"))?,
        None if newer.version.0 > 1 => VersionId(newer.version.0 - 1),
        None => return Err(Refusal::invalid("there is no version before the current one")),
    };
    let older = match tenant.vread(resource_type, id, wanted, &principal)? {
        Read::Deleted(_) => {
            return Err(Refusal::invalid("that version marks a deletion: name another one by fromVersion"));
        }
        read => current(read)?,
    };
    Ok(Reply::json(StatusCode::OK, tenant.diff(&older, &newer)?))
}

/// `[base]/$diff?from=…&to=…`: what makes one resource, or version, of another.
pub(super) fn answer_resources(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let inputs = call.inputs(body)?;
    let of = |name| named(tenant, call, (name, inputs.text(name)));
    let (older, newer) = (of("from")?, of("to")?);
    if older.resource_type != newer.resource_type {
        return Err(Refusal::invalid("from and to must name resources of one type"));
    }
    Ok(Reply::json(StatusCode::OK, tenant.diff(&older, &newer)?))
}

/// What a parameter names: `Type/id` or `Type/id/_history/version`, perhaps under a base URL of the tenant's own.
fn named(tenant: &Tenant, call: &Call, (name, reference): (&str, Option<&str>)) -> Result<Version, Refusal> {
    let invalid = || Refusal::invalid(format!("{name} is Type/id or Type/id/_history/version"));
    let reference = reference.ok_or_else(invalid)?;
    let below = |base: &String| reference.strip_prefix(base.as_str())?.strip_prefix('/');
    let relative = call.base_urls.all.iter().find_map(below).unwrap_or(reference);
    let principal = call.principal();
    let read = match relative.split('/').collect::<Vec<_>>()[..] {
        [resource_type, id] => tenant.read(resource_type, id, &principal)?,
        [resource_type, id, "_history", version] => {
            let version = conditions::version_of(version).ok_or_else(invalid)?;
            tenant.vread(resource_type, id, version, &principal)?
        }
        _ => return Err(invalid()),
    };
    current(read).map_err(|mut refusal| {
        refusal.issues.iter_mut().for_each(|issue| issue.expression = Some(name.to_owned()));
        refusal
    })
}
