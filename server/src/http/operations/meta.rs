//! `$meta`, `$meta-add`, `$meta-delete`: profiles, security labels and tags.

use axum::http::StatusCode;
use fornax::{Change, Committed, Patch, PatchKind, Tenant, Version};
use fornax_model::write::ObjectWriter;
use fornax_model::{Document, Limits};

use super::super::conditions;
use super::super::interaction::{Call, current, missing};
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::super::writes;
use super::Subject;

/// `[base]/[type]/[id]/$meta`, and of a version: what a read has as `meta`.
pub(super) fn read(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    call.inputs(body)?;
    let principal = call.principal();
    let read = match call.subject()? {
        Subject::Version(resource_type, id, version) => {
            let version = conditions::version_of(version).ok_or_else(missing)?;
            tenant.vread(resource_type, id, version, &principal)?
        }
        Subject::Instance(resource_type, id) => tenant.read(resource_type, id, &principal)?,
        Subject::System | Subject::Type(_) => return Err(missing()),
    };
    told(&current(read)?)
}

/// `POST [base]/[type]/[id]/$meta-add`: makes a version, where it changes something.
pub(super) fn add(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    change(tenant, call, PatchKind::MetaAdd, body)
}

/// `POST [base]/[type]/[id]/$meta-delete`: the same.
pub(super) fn delete(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    change(tenant, call, PatchKind::MetaDelete, body)
}

fn change(tenant: &Tenant, call: &Call, kind: PatchKind, body: Vec<u8>) -> Result<Reply, Refusal> {
    let Subject::Instance(resource_type, id) = call.subject()? else { return Err(missing()) };
    let inputs = call.inputs(body)?;
    let meta = inputs.json("meta").ok_or_else(|| Refusal::invalid("meta must be a Meta: valueMeta"))?;
    let change = Change::patch(resource_type.as_str(), id.as_str(), Patch::new(kind, meta.to_vec()));
    let change = writes::about(call, change)?;
    let change = match conditions::if_match(&call.headers)? {
        Some(version) => change.if_match(version),
        None => change,
    };
    match tenant.commit(&change, &call.principal())? {
        Committed::Created(version)
        | Committed::Updated(version)
        | Committed::Existing(version)
        | Committed::Unchanged(version) => told(&version),
        Committed::Deleted(_) | Committed::DeletedAll(_) => Err(missing()),
    }
}

/// Parameters with a version's `meta`.
fn told(version: &Version) -> Result<Reply, Refusal> {
    let resource = Document::parse(version.to_json(), &Limits::default());
    let resource = resource.map_err(|_| Refusal::mistake())?;
    let mut out = Vec::new();
    let mut parameters = ObjectWriter::new(&mut out);
    parameters.string("resourceType", "Parameters");
    let mut list = parameters.array("parameter");
    let mut parameter = list.object();
    parameter.string("name", "return");
    if let Some(meta) = resource.root().get("meta") {
        parameter.raw("valueMeta", meta.raw());
    }
    drop(parameter);
    drop(list);
    drop(parameters);
    Ok(Reply::json(StatusCode::OK, out).about(version))
}
