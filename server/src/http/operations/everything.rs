//! `$everything`.

use axum::http::StatusCode;
use fornax::{Handling, SearchRequest, Tenant};

use super::super::bundles;
use super::super::interaction::{Call, current, missing};
use super::super::query_string::{self, encoded};
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::{Inputs, Subject};

/// `[base]/Patient/[id]/$everything`, and so of an encounter or a group: all that is in its compartment, or in those of its members, and what
/// this refers to. Not for all patients at once: that is what an export is for.
pub(super) fn answer(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let Subject::Instance(resource_type, id) = call.subject()? else { return Err(missing()) };
    let principal = call.principal();
    let path = format!("{resource_type}/{id}/$everything");
    let token = query_string::value(&call.query, "_page");
    let page = match &token {
        Some(token) => tenant.search_page(&path, token, &principal)?,
        None => {
            let inputs = call.inputs(body)?;
            current(tenant.read(resource_type, id, &principal)?)?;
            let request = SearchRequest {
                handling: Handling::Strict,
                own_bases: call.base_urls.all.clone(),
                ..SearchRequest::of(path, search(&inputs))
            };
            tenant.search(&request, &principal)?
        }
    };
    let body = bundles::searchset((&page, token.as_deref()), &call.base_urls.own, &call.carried);
    Ok(Reply::json(StatusCode::OK, body))
}

/// What the engine is asked. `_type` may be there several times.
fn search(inputs: &Inputs) -> String {
    let given = |name| inputs.text(name).map(|text| format!("{name}={}", encoded(text)));
    let types: Vec<&str> = inputs.texts("_type").collect();
    let types = (!types.is_empty()).then(|| format!("_type={}", encoded(&types.join(","))));
    let all = ["start", "end", "_since", "_count"].into_iter().filter_map(given).chain(types);
    all.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inputs: &[(&str, &str)], expected: &str) {
        assert_eq!(search(&Inputs::of_texts(inputs)), expected, "{inputs:?}");
    }

    #[test]
    fn what_everything_asks_for_is_a_search() {
        check(&[], "");
        check(
            &[("_type", "Observation,Condition"), ("_count", "5"), ("_type", "Patient")],
            "_count=5&_type=Observation%2CCondition%2CPatient",
        );
        check(
            &[("_since", "2020-01-01T00:00:00+01:00"), ("end", "2021"), ("start", "2020-01"), ("more", "x")],
            "start=2020-01&end=2021&_since=2020-01-01T00%3A00%3A00%2B01%3A00",
        );
    }
}
