//! `$lastn`.

use axum::http::StatusCode;
use fornax::{SearchRequest, Tenant};

use super::super::bundles;
use super::super::interaction::Call;
use super::super::query_string::encoded;
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::Inputs;

/// `[base]/Observation/$lastn`: the last Observations of each code, of a search by any search parameters.
pub(super) fn answer(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let (query, max) = search(&Inputs::any_of(call, body)?)?;
    let request = SearchRequest {
        handling: call.preference.handling,
        own_bases: call.base_urls.all.clone(),
        ..SearchRequest::of("Observation", query)
    };
    let page = tenant.last_observations(&request, max, &call.principal())?;
    let body = bundles::searchset((&page, None), &call.base_urls.own, &call.carried);
    Ok(Reply::json(StatusCode::OK, body))
}

/// The search, and how many of each code are wanted.
fn search(inputs: &Inputs) -> Result<(String, u32), Refusal> {
    let is_positive = |max: &u32| *max > 0;
    let max = match inputs.texts("max").collect::<Vec<_>>()[..] {
        [] => 1,
        [text] => {
            let max = text.parse().ok().filter(is_positive);
            max.ok_or_else(|| Refusal::invalid("max is a whole number from 1"))?
        }
        _ => return Err(Refusal::invalid("max is there more than once")),
    };
    let others = inputs.all_texts().filter(|(name, _)| *name != "max");
    let pairs = others.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    Ok((pairs.collect::<Vec<_>>().join("&"), max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inputs: &[(&str, &str)], expected: Result<(&str, u32), u16>) {
        let search = search(&Inputs::of_texts(inputs));
        let search = search.as_ref().map(|(query, max)| (query.as_str(), *max));
        assert_eq!(search.map_err(|refusal| refusal.status.as_u16()), expected, "{inputs:?}");
    }

    #[test]
    fn all_but_how_many_is_a_search() {
        check(&[], Ok(("", 1)));
        check(
            &[("max", "3"), ("code:text", "a b"), ("patient", "Patient/a")],
            Ok(("code%3Atext=a%20b&patient=Patient%2Fa", 3)),
        );
        check(&[("max", "0")], Err(400));
        check(&[("max", "many")], Err(400));
        check(&[("max", "1"), ("max", "2")], Err(400));
    }
}
