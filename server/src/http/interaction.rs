//! From a request to the engine's call, and from its outcome to a reply: reads, searches, histories.

use axum::http::{HeaderMap, Method, StatusCode};
use fornax::{
    AsOf, Cancellation, Handling, HistoryRequest, HistoryScope, Issue, Principal, Read, SearchRequest,
    Tenant, TenantId, Version,
};
use jiff::Timestamp;

use super::binary;
use super::body::Payload;
use super::bundles;
use super::capability_statement;
use super::conditions;
use super::jobs;
use super::negotiation::{self, Preference};
use super::operations::{Inputs, Subject};
use super::origin::BaseUrls;
use super::query_string::{self, encoded};
use super::refusal::Refusal;
use super::reply::Reply;
use super::site::Site;
use super::target::{Place, Takes, Verb};
use super::writes::{self, Named};

/// A request, as far as the engine is concerned; the body goes beside it.
pub(crate) struct Call {
    pub tenant: TenantId,
    pub verb: Verb,
    pub place: Place,
    /// The query string as received, without `?`.
    pub query: String,
    pub method: Method,
    pub headers: HeaderMap,
    pub preference: Preference,
    pub base_urls: BaseUrls,
    /// A Binary is asked for in its own form.
    pub wants_content: bool,
    /// Parameters of form that links carry on: `_format=json`, or nothing.
    pub carried: String,
    /// Ends its searches.
    pub cancellation: Cancellation,
}

impl Call {
    /// On whose behalf it is made: there is no authentication yet.
    pub(crate) fn principal(&self) -> Principal {
        Principal::named("anonymous")
    }

    /// What the operation is called on.
    ///
    /// # Errors
    /// 404: no operation is called.
    pub(crate) fn subject(&self) -> Result<&Subject, Refusal> {
        match &self.place {
            Place::Operation(_, subject) => Ok(subject),
            _ => Err(missing()),
        }
    }

    /// What the operation is given.
    ///
    /// # Errors
    /// 400, 415: see [`Inputs::of`].
    pub(crate) fn inputs(&self, body: Vec<u8>) -> Result<Inputs, Refusal> {
        match &self.place {
            Place::Operation(operation, _) => Inputs::of(operation, self, body),
            _ => Err(missing()),
        }
    }

    /// Whether it changes nothing, so that an answer that can't be shown is as good as none.
    pub(crate) fn is_told_only(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD) || self.verb.takes() == Takes::Form
    }
}

/// Carries a call out. Blocks for as long as the engine takes.
pub(crate) fn perform(site: &Site, call: &Call, payload: Payload) -> Result<Reply, Refusal> {
    let tenant = &site.engine.tenant(&call.tenant)?.until(&call.cancellation);
    let body = match payload {
        Payload::Content(_) if call.verb == Verb::Update && call.place.id().is_none() => {
            return Err(Refusal::not_supported(
                "a conditional update takes a resource, not content in its own form",
            ));
        }
        Payload::Content(upload) => return writes::content(tenant, call, upload),
        Payload::Bytes(body) => body,
        Payload::Nothing => Vec::new(),
    };
    match (call.verb, &call.place) {
        (Verb::Create | Verb::Update, place)
            if place.is_binary()
                && negotiation::sends_plain_json(&call.headers)
                && binary::is_content(&body) =>
        {
            let mut upload =
                tenant.begin_binary(&binary::head(&call.headers, place.id(), &call.base_urls)?)?;
            upload.append(&body)?;
            writes::content(tenant, call, upload)
        }
        (Verb::Capabilities, _) => {
            let deletes = site.limits.deleted_at_once_max;
            let (types, integrity) = (tenant.capabilities()?, tenant.referential_integrity());
            let statement = capability_statement::render(&types, &call.base_urls.own, deletes, integrity);
            Ok(Reply::json(StatusCode::OK, statement))
        }
        (Verb::Read, Place::Instance(resource_type, id)) => {
            let read = match as_of(call)? {
                None => tenant.read(resource_type, id, &call.principal())?,
                Some(as_of) => tenant.read_as_of(resource_type, id, as_of, &call.principal())?,
            };
            one(tenant, call, read)
        }
        (Verb::Vread, Place::Version(resource_type, id, version)) => {
            if as_of(call)?.is_some() {
                return Err(Refusal::invalid("a version is the same at all times: it takes no _asof"));
            }
            let version = conditions::version_of(version).ok_or_else(missing)?;
            let read = tenant.vread(resource_type, id, version, &call.principal())?;
            one(tenant, call, read)
        }
        (Verb::Search, _) => search(tenant, call, Vec::new()),
        (Verb::SearchByForm, _) => search(tenant, call, body),
        (Verb::History, place) => history(tenant, call, place),
        (Verb::Operation(operation, _), _) => operation.answer(tenant, call, body),
        (Verb::Jobs, _) => jobs::list(tenant),
        (Verb::Job, Place::Job(number)) => jobs::status(tenant, call, *number),
        (Verb::CancelJob, Place::Job(number)) => jobs::cancel(tenant, call, *number),
        (Verb::Bundle, _) => writes::bundle(tenant, call, body),
        (Verb::Create, Place::Type(resource_type)) => writes::create(tenant, call, resource_type, body),
        (Verb::Update, place) => writes::update(tenant, call, Named::of(call, place)?, body),
        (Verb::Patch, place) => writes::patch(tenant, call, Named::of(call, place)?, body),
        (Verb::Delete, place) => {
            let at_most = site.limits.deleted_at_once_max;
            writes::delete(tenant, call, Named::of(call, place)?, at_most)
        }
        _ => Err(Refusal::not_allowed(&call.place.allow())),
    }
}

/// Carries a call out that takes no waiting; `None`: [`perform`] can tell. Only reads are tried: what they find in memory is small.
pub(crate) fn perform_at_once(site: &Site, call: &Call) -> Result<Option<Reply>, Refusal> {
    let (Verb::Read, Place::Instance(resource_type, id)) = (call.verb, &call.place) else { return Ok(None) };
    if call.wants_content || as_of(call)?.is_some() {
        return Ok(None);
    }
    let Some(tenant) = site.engine.tenant_at_once(&call.tenant) else { return Ok(None) };
    let read = tenant.read_at_once(resource_type, id, &call.principal())?;
    read.map(|read| one(&tenant, call, read)).transpose()
}

/// The moment that a read's query names.
fn as_of(call: &Call) -> Result<Option<AsOf>, Refusal> {
    let named = query_string::value(&call.query, "_asof").filter(|text| !text.is_empty());
    Ok(named.map(|text| text.parse()).transpose()?)
}

/// A read of one resource or version.
fn one(tenant: &Tenant, call: &Call, read: Read) -> Result<Reply, Refusal> {
    match read {
        Read::Current(version) if conditions::is_known(&call.headers, &version) => {
            Ok(Reply::empty(StatusCode::NOT_MODIFIED).about(&version))
        }
        Read::Current(version) if call.wants_content => {
            Ok(binary::reply(&version, (&call.method, &call.headers))?
                .unwrap_or_else(|| resource(StatusCode::OK, &version)))
        }
        Read::Current(version) => Ok(resource(StatusCode::OK, &tenant.narrowed(version, &call.query)?)),
        Read::Deleted(version) => {
            let issue = Issue::error("deleted", "the resource was deleted");
            let mut refusal = Refusal::new(StatusCode::GONE, issue);
            refusal.headers = conditions::headers_of(&version).collect();
            Err(refusal)
        }
        Read::Missing => Err(missing()),
    }
}

pub(crate) fn missing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, Issue::error("not-found", "there is no such resource or version"))
}

/// A reply that is a resource.
pub(crate) fn resource(status: StatusCode, version: &Version) -> Reply {
    Reply::json(status, version.to_json()).about(version)
}

fn search(tenant: &Tenant, call: &Call, form: Vec<u8>) -> Result<Reply, Refusal> {
    let path = call.place.searched().ok_or_else(|| Refusal::not_allowed(&call.place.allow()))?;
    let principal = call.principal();
    let token = query_string::value(&call.query, "_page");
    let page = match &token {
        Some(token) => tenant.search_page(&path, token, &principal)?,
        None => {
            let request = SearchRequest {
                form,
                handling: call.preference.handling,
                own_bases: call.base_urls.all.clone(),
                ..SearchRequest::of(path, call.query.clone())
            };
            tenant.search(&request, &principal)?
        }
    };
    Ok(Reply::json(
        StatusCode::OK,
        bundles::searchset((&page, token.as_deref()), &call.base_urls.own, &call.carried),
    ))
}

fn history(tenant: &Tenant, call: &Call, place: &Place) -> Result<Reply, Refusal> {
    let (scope, path) = match place {
        Place::InstanceHistory(name, id) => {
            (HistoryScope::Instance(name.clone(), id.clone()), format!("{name}/{}/_history", encoded(id)))
        }
        Place::TypeHistory(name) => (HistoryScope::Type(name.clone()), format!("{name}/_history")),
        _ => (HistoryScope::System, "_history".to_owned()),
    };
    let principal = call.principal();
    let path = format!("{}/{path}", call.base_urls.own);
    let (page, own) = match query_string::value(&call.query, "_page") {
        Some(token) => (
            tenant.history_page(&scope, &token, &principal)?,
            bundles::page_url(&path, &token, &call.carried),
        ),
        None => {
            let request = history_request(&call.query, call.preference.handling)?;
            let page = tenant.history(&scope, &request, &principal)?;
            let own = own_history(&path, &request, (page.count, &call.carried));
            (page, own)
        }
    };
    Ok(Reply::json(
        StatusCode::OK,
        bundles::history(&page, &call.base_urls.own, (&path, &call.carried), &own),
    ))
}

/// What a history's query asks for. A parameter that would narrow the result is never passed over.
fn history_request(query: &str, handling: Handling) -> Result<HistoryRequest, Refusal> {
    let mut request = HistoryRequest::default();
    for (name, value) in query_string::pairs(query).filter(|(_, value)| !value.is_empty()) {
        match &*name {
            "_count" => {
                let count = value.parse::<u32>().ok().filter(|&count| count > 0);
                request.count = Some(count.ok_or_else(|| Refusal::invalid("_count takes a number from 1"))?);
            }
            "_since" => {
                let since = value.parse::<Timestamp>();
                let text = "_since takes an instant, such as 2026-01-31T00:00:00Z";
                request.since = Some(since.map_err(|_| Refusal::invalid(text))?);
            }
            "_format" | "_pretty" => {}
            "_asof" | "_at" | "_list" => {
                return Err(Refusal::not_supported("_asof, _at and _list are not supported for histories"));
            }
            _ if handling == Handling::Strict => {
                return Err(Refusal::not_supported("a history takes _count and _since only"));
            }
            _ => {}
        }
    }
    Ok(request)
}

/// The self link of a history: what was applied, as it was applied.
fn own_history(path: &str, request: &HistoryRequest, (count, carried): (u32, &str)) -> String {
    let count = request.count.map_or_else(String::new, |_| format!("_count={count}"));
    let since =
        request.since.map_or_else(String::new, |since| format!("_since={}", encoded(&since.to_string())));
    bundles::url(path, &[&count, &since, carried])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, handling: Handling, expected: Result<&str, u16>) {
        let own = history_request(query, handling).map(|request| own_history("x", &request, (5, "")));
        assert_eq!(own.as_deref().map_err(|refusal| refusal.status.as_u16()), expected, "{query}");
    }

    #[test]
    fn what_a_history_applies_is_in_its_self_link() {
        check("", Handling::Lenient, Ok("x"));
        check("_count=9&_since=&more=x", Handling::Lenient, Ok("x?_count=5"));
        check(
            "_since=2026-01-31T00:00:00Z&_format=json",
            Handling::Strict,
            Ok("x?_since=2026-01-31T00%3A00%3A00Z"),
        );
        check("more=x", Handling::Strict, Err(400));
        check("_count=0", Handling::Lenient, Err(400));
        check("_count=many", Handling::Lenient, Err(400));
        check("_since=yesterday", Handling::Lenient, Err(400));
        check("_at=2026", Handling::Lenient, Err(400));
    }
}
