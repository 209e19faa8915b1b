//! `$versions`.

use axum::http::StatusCode;
use fornax::Tenant;
use fornax_model::write::ObjectWriter;

use super::super::interaction::Call;
use super::super::refusal::Refusal;
use super::super::reply::Reply;

/// `[base]/$versions`: the one version of FHIR that is spoken.
pub(super) fn answer(_tenant: &Tenant, _call: &Call, _body: Vec<u8>) -> Result<Reply, Refusal> {
    let mut out = Vec::new();
    let mut parameters = ObjectWriter::new(&mut out);
    parameters.string("resourceType", "Parameters");
    let mut list = parameters.array("parameter");
    for name in ["version", "default"] {
        let mut parameter = list.object();
        parameter.string("name", name);
        parameter.string("valueCode", "4.0");
    }
    drop(list);
    drop(parameters);
    Ok(Reply::json(StatusCode::OK, out))
}
