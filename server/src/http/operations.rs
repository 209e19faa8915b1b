//! Operations on resources: `$everything`, `$validate`.

use axum::http::StatusCode;
use fornax::{Handling, Read, SearchRequest, Tenant};
use fornax_model::write::ObjectWriter;

use super::bundles;
use super::interaction::{Call, missing};
use super::outcome;
use super::query_string::{self, encoded};
use super::refusal::Refusal;
use super::reply::Reply;
use super::target::Place;

/// Types that have `$everything`.
const EVERYTHING_OF: [&str; 2] = ["Patient", "Encounter"];

/// Names of a type's operations, and FHIR's definitions of them.
pub(crate) fn of_type(resource_type: &str) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let everything = EVERYTHING_OF.contains(&resource_type);
    let everything = everything.then(|| ("everything", format!("{resource_type}-everything")));
    let of_all = [("graphql", "Resource-graphql".to_owned()), ("validate", "Resource-validate".to_owned())];
    everything.into_iter().chain(of_all)
}

/// `GET [base]/$versions`: the one version of FHIR that is spoken.
pub(crate) fn versions() -> Reply {
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
    Reply::json(StatusCode::OK, out)
}

/// `GET [base]/Patient/[id]/$everything`: the resource, all that is in its compartment, and what these refer to; but no other patient that
/// one of these names beside this one, as groups and appointments do.
pub(crate) fn everything(tenant: &Tenant, call: &Call) -> Result<Reply, Refusal> {
    let Place::Everything(resource_type, id) = &call.place else { return Err(missing()) };
    if !EVERYTHING_OF.contains(&resource_type.as_str()) {
        let text = format!("$everything is of {}", EVERYTHING_OF.join(" and "));
        return Err(Refusal::not_supported(text));
    }
    let principal = call.principal();
    if !matches!(tenant.read(resource_type, id, &principal)?, Read::Current(_)) {
        return Err(missing());
    }
    let asked = Everything::of(&call.query, call.preference.handling)?;
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
    /// Reads a query. What would narrow the result is never passed over.
    fn of(query: &str, handling: Handling) -> Result<Self, Refusal> {
        let mut asked = Self::default();
        for (name, value) in query_string::pairs(query).filter(|(_, value)| !value.is_empty()) {
            match &*name {
                "_since" => asked.since = Some(value.into_owned()),
                "_count" => asked.count = Some(value.into_owned()),
                "_type" => asked.types.extend(value.split(',').map(ToOwned::to_owned)),
                "_format" | "_pretty" | "_page" => {}
                "start" | "end" => {
                    return Err(Refusal::not_supported("start and end are not supported: _since is"));
                }
                _ if handling == Handling::Strict => {
                    return Err(Refusal::not_supported("$everything takes _since, _type and _count"));
                }
                _ => {}
            }
        }
        Ok(asked)
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

/// `POST [base]/[type]/$validate`, `POST [base]/[type]/[id]/$validate`, and `GET` of a stored resource: what is wrong with it.
pub(crate) fn validate(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let Place::Validate(resource_type, id) = &call.place else { return Err(missing()) };
    if query_string::value(&call.query, "profile").is_some_and(|profile| !profile.is_empty()) {
        return Err(Refusal::not_supported(
            "resources are validated by their shape: profiles are not supported yet",
        ));
    }
    let body = match (id, body) {
        (Some(id), body) if body.is_empty() => match tenant.read(resource_type, id, &call.principal())? {
            Read::Current(version) => version.to_json(),
            Read::Deleted(_) | Read::Missing => return Err(missing()),
        },
        (_, body) => body,
    };
    let issues = tenant.validate(Some(resource_type), id.as_deref(), body)?;
    Ok(Reply::json(
        StatusCode::OK,
        if issues.is_empty() { outcome::all_well("valid") } else { outcome::operation_outcome(&issues) },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, handling: Handling, expected: Result<&str, u16>) {
        let search = Everything::of(query, handling).map(|asked| asked.search());
        assert_eq!(search.as_deref().map_err(|refusal| refusal.status.as_u16()), expected, "{query}");
    }

    #[test]
    fn what_everything_asks_for_is_a_search() {
        check("", Handling::Lenient, Ok("_include=*"));
        check(
            "_count=5&_type=Observation,Condition&_format=json&more=1",
            Handling::Lenient,
            Ok("_include=*&_type=Observation%2CCondition&_count=5"),
        );
        check(
            "_since=2020-01-01T00:00:00%2B01:00",
            Handling::Strict,
            Ok("_include=*&_lastUpdated=ge2020-01-01T00%3A00%3A00%2B01%3A00"),
        );
        check("start=2020-01-01", Handling::Lenient, Err(400));
        check("more=1", Handling::Strict, Err(400));
    }
}
