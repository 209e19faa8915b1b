//! `$document`.

use axum::http::{Method, StatusCode};
use fornax::{Change, Committed, Tenant};

use super::super::bundles::version_url;
use super::super::interaction::{Call, missing, resource};
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::super::writes;

/// `[base]/Composition/[id]/$document`: the document that the Composition is the head of. R4 has it whole or not at all: what it refers to and
/// is not here is an error, at the place of the reference. Where it is stored, `Location` says so, also in the answer to a GET, as R4 has it.
pub(super) fn answer(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let id = call.subject()?.id().ok_or_else(missing)?;
    let inputs = call.inputs(body)?;
    if inputs.text("graph").is_some() {
        return Err(Refusal::not_supported(
            "graph is not supported: a document has what its Composition refers to",
        ));
    }
    let is_stored = inputs.flag("persist")?;
    if is_stored && call.method == Method::HEAD {
        return Err(Refusal::invalid("persist is for GET and POST: a HEAD stores nothing"));
    }
    let principal = call.principal();
    let document = tenant.document(id, &call.base_urls.own, &principal)?;
    if !is_stored {
        return Ok(Reply::json(StatusCode::OK, document));
    }
    let change = Change::create("Bundle", document).own_bases(call.base_urls.all.clone());
    match tenant.commit(&change, &principal)? {
        Committed::Created(version) => {
            Ok(resource(StatusCode::OK, &version).located(&version_url(&call.base_urls.own, &version)))
        }
        other => Ok(writes::committed(call, &other)),
    }
}
