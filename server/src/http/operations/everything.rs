//! `$everything`.

use axum::http::StatusCode;
use fornax::{Handling, Read, SearchRequest, Tenant};

use super::super::bundles;
use super::super::interaction::{Call, missing};
use super::super::query_string::{self, encoded};
use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::{Inputs, Subject};

/// `[base]/Patient/[id]/$everything`: the resource, all that is in its compartment, and what these refer to; but no other patient that
/// one of these names beside this one, as groups and appointments do.
pub(super) fn answer(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let Subject::Instance(resource_type, id) = call.subject()? else { return Err(missing()) };
    let principal = call.principal();
    if !matches!(tenant.read(resource_type, id, &principal)?, Read::Current(_)) {
        return Err(missing());
    }
    let asked = Everything::of(&call.inputs(body)?)?;
    let path = format!("{resource_type}/{id}/*");
    let token = query_string::value(&call.query, "_page");
    let mut page = match &token {
        Some(token) => tenant.search_page(&path, token, &principal)?,
        None => {
            let request = SearchRequest {
                handling: Handling::Strict,
                own_bases: call.base_urls.all.clone(),
                ..SearchRequest::of(path, asked.search())
            };
            tenant.search(&request, &principal)?
        }
    };
    page.includes.retain(|version| {
        let is_other =
            version.resource_type == "Patient" && resource_type == "Patient" && *version.id != **id;
        !is_other && (asked.types.is_empty() || asked.types.iter().any(|name| name == version.resource_type))
    });
    // Links lead here again, and carry on which types are wanted.
    page.path = format!("{resource_type}/{id}/$everything");
    page.applied = asked.narrowed();
    let carried = query_string::joined(&[&asked.types_parameter(), &call.carried]);
    let body = bundles::searchset((&page, token.as_deref()), &call.base_urls.own, &carried);
    Ok(Reply::json(StatusCode::OK, body))
}

/// What the parameters of `$everything` ask for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Everything {
    /// None: all.
    types: Vec<String>,
    since: Option<String>,
    count: Option<String>,
}

impl Everything {
    /// Reads what is asked. What would narrow the result is never passed over.
    fn of(inputs: &Inputs) -> Result<Self, Refusal> {
        if inputs.text("start").or_else(|| inputs.text("end")).is_some() {
            return Err(Refusal::not_supported("start and end are not supported: _since is"));
        }
        let types = inputs.texts("_type").flat_map(|names| names.split(',')).map(ToOwned::to_owned);
        Ok(Self {
            types: types.collect(),
            since: inputs.text("_since").map(ToOwned::to_owned),
            count: inputs.text("_count").map(ToOwned::to_owned),
        })
    }

    /// The search that it is.
    fn search(&self) -> String {
        let since =
            self.since.as_ref().map_or_else(String::new, |at| format!("_lastUpdated=ge{}", encoded(at)));
        query_string::joined(&["_include=*", &since, &self.types_parameter(), &self.count_parameter()])
    }

    /// Its own parameters beside the types, for the self link.
    fn narrowed(&self) -> String {
        let since = self.since.as_ref().map_or_else(String::new, |at| format!("_since={}", encoded(at)));
        query_string::joined(&[&since, &self.count_parameter()])
    }

    fn types_parameter(&self) -> String {
        if self.types.is_empty() {
            String::new()
        } else {
            format!("_type={}", encoded(&self.types.join(",")))
        }
    }

    fn count_parameter(&self) -> String {
        self.count.as_ref().map_or_else(String::new, |count| format!("_count={}", encoded(count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inputs: &[(&str, &str)], expected: Result<&str, u16>) {
        let search = Everything::of(&Inputs::of_texts(inputs)).map(|asked| asked.search());
        assert_eq!(search.as_deref().map_err(|refusal| refusal.status.as_u16()), expected, "{inputs:?}");
    }

    #[test]
    fn what_everything_asks_for_is_a_search() {
        check(&[], Ok("_include=*"));
        check(
            &[("_count", "5"), ("_type", "Observation,Condition")],
            Ok("_include=*&_type=Observation%2CCondition&_count=5"),
        );
        check(
            &[("_since", "2020-01-01T00:00:00+01:00")],
            Ok("_include=*&_lastUpdated=ge2020-01-01T00%3A00%3A00%2B01%3A00"),
        );
        check(&[("start", "2020-01-01")], Err(400));
    }
}
