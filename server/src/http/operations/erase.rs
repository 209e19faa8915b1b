//! `$erase` and `$purge-history`: what goes for good.

use axum::http::StatusCode;
use fornax::{EraseScope, Tenant, VersionId};
use fornax_model::write::ObjectWriter;

use super::super::conditions;
use super::super::interaction::{Call, missing};
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::super::target::Place;
use super::Subject;

/// `POST [base]/[type]/[id]/$erase`: the resource, or a patient with its compartment, as if it had never been.
pub(super) fn erase(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let Subject::Instance(resource_type, id) = call.subject()? else { return Err(missing()) };
    let inputs = call.inputs(body)?;
    let scope = if inputs.flag("compartment")? { EraseScope::Compartment } else { EraseScope::Resource };
    let compacts = inputs.flag("compact")?;
    let erased = tenant.erase(resource_type, id, scope, &call.principal())?;
    if compacts {
        tenant.compact()?;
    }
    let mut out = Vec::new();
    let mut parameters = ObjectWriter::new(&mut out);
    parameters.string("resourceType", "Parameters");
    let mut list = parameters.array("parameter");
    for (name, number) in [("resources", erased.resources), ("versions", erased.versions)] {
        let mut parameter = list.object();
        parameter.string("name", name);
        parameter.raw("valueDecimal", number.to_string().as_bytes());
    }
    for reference in &erased.kept {
        let mut parameter = list.object();
        parameter.string("name", "kept");
        parameter.object("valueReference").string("reference", reference);
    }
    drop(list);
    drop(parameters);
    Ok(Reply::json(StatusCode::OK, out))
}

/// `POST [base]/[type]/[id]/$purge-history`: all versions but the newest.
pub(super) fn purge_history(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    call.inputs(body)?;
    let Subject::Instance(resource_type, id) = call.subject()? else { return Err(missing()) };
    purged(tenant, call, (resource_type, id), None)
}

/// `DELETE [base]/[type]/[id]/_history`, and of one version.
pub(crate) fn delete_history(tenant: &Tenant, call: &Call) -> Result<Reply, Refusal> {
    match &call.place {
        Place::InstanceHistory(resource_type, id) => purged(tenant, call, (resource_type, id), None),
        Place::Version(resource_type, id, version) => {
            let version = conditions::version_of(version).ok_or_else(missing)?;
            purged(tenant, call, (resource_type, id), Some(version))
        }
        _ => Err(Refusal::not_allowed(&call.place.allow())),
    }
}

fn purged(
    tenant: &Tenant,
    call: &Call,
    (resource_type, id): (&str, &str),
    version: Option<VersionId>,
) -> Result<Reply, Refusal> {
    tenant.purge_history(resource_type, id, version, &call.principal())?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
