//! One request from its first byte to its answer.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use fornax::Issue;
use tokio::time::timeout;

use super::body::{self, Received};
use super::interaction::{self, Call};
use super::metrics::{Sample, Series};
use super::negotiation::{self, Form, Preference};
use super::refusal::Refusal;
use super::reply::Reply;
use super::request_id::X_REQUEST_ID;
use super::site::Site;
use super::target::{Place, Takes, Target, Verb};

/// What is known of a request for the log and the metrics: no id, no query.
#[derive(Debug, Default)]
struct Facts {
    tenant: String,
    route: &'static str,
    request_bytes: usize,
}

/// Answers a request. Whatever goes wrong becomes an OperationOutcome here.
pub(crate) async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let id = site.request_ids.of(&parts.headers);
    let mut facts = Facts { route: "none", ..Facts::default() };
    let form = Form::wanted(&parts.headers, parts.uri.query().unwrap_or(""));
    let reply = match form {
        Ok(form) => match handle(&site, (&parts, body), form, &mut facts).await {
            Ok(reply) => reply,
            Err(refusal) => refused(&site, &refusal, form, &id),
        },
        Err(refusal) => refused(&site, &refusal, Form::PLAIN, &id),
    };
    let (status, response_bytes) = (reply.status, reply.body.len());
    let duration = started.elapsed();
    let method = method_name(&parts.method);
    let Facts { tenant, route, request_bytes } = facts;
    tracing::info!(
        request_id = id.to_str().unwrap_or(""),
        method,
        route,
        tenant,
        status = status.as_u16(),
        ms = duration.as_secs_f64() * 1e3,
        request_bytes,
        response_bytes,
        "request"
    );
    let series = Series { tenant, method, route, status: status.as_u16() };
    site.metrics.count(series, Sample { duration, request_bytes, response_bytes });
    let mut response = reply.into_response();
    response.headers_mut().insert(X_REQUEST_ID, id);
    response
}

/// Everything up to the reply, in the form that the client asked for.
async fn handle(
    site: &Arc<Site>,
    (parts, body): (&Parts, Body),
    form: Form,
    facts: &mut Facts,
) -> Result<Reply, Refusal> {
    let url_bytes = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if url_bytes > site.limits.url_bytes_max {
        let issue = Issue::error("too-long", "the URL is too long; a search may be sent by POST to _search");
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, issue));
    }
    let target = Target::parse(parts.uri.path()).ok_or_else(nothing_here)?;
    facts.route = target.place.route();
    check_type(site, &target.place)?;
    let verb = target.place.verb(&parts.method);
    let verb = verb.ok_or_else(|| Refusal::not_allowed(&target.place.allow()))?;
    let bases = site.origin.bases(&parts.headers, &target.tenant)?;
    if !site.engine.has_tenant(&target.tenant) {
        return Err(no_tenant());
    }
    facts.tenant = target.tenant.to_string();
    let received = receive(site, parts, body, verb).await?;
    facts.request_bytes = received.as_ref().map_or(0, Received::bytes);
    let turn = site.admission.turn().await?;
    let call = Call {
        tenant: target.tenant,
        verb,
        place: target.place,
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers: parts.headers.clone(),
        preference: Preference::of(&parts.headers),
        bases,
    };
    let here = Arc::clone(site);
    let work = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let (body, _room) = match received {
            Some(received) => received.unpacked(&here.limits).map(|(body, room)| (body, Some(room)))?,
            None => (Vec::new(), None),
        };
        interaction::perform(&here, &call, body).map(|reply| reply.in_form(form, &here.limits))
    });
    match timeout(site.limits.work, work).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            let issue = Issue::error("exception", "a mistake in the server; the log says where");
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, issue))
        }
        Err(_) => {
            let text = "the answer takes too long; whether the request is carried out is not known";
            Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Issue::error("timeout", text)))
        }
    }
}

/// The body of an interaction that takes one.
async fn receive(site: &Site, parts: &Parts, body: Body, verb: Verb) -> Result<Option<Received>, Refusal> {
    let takes = verb.takes();
    if takes == Takes::Nothing {
        return Ok(None);
    }
    negotiation::check_content_type(&parts.headers, takes)?;
    let encoding = negotiation::content_encoding(&parts.headers)?;
    body::receive(body, &parts.headers, encoding, &site.admission, &site.limits).await.map(Some)
}

fn check_type(site: &Site, place: &Place) -> Result<(), Refusal> {
    match place.resource_type() {
        Some(name) if !site.has_type(name) => {
            let issue = Issue::error("not-supported", "there is no such resource type in FHIR R4");
            Err(Refusal::new(StatusCode::NOT_FOUND, issue))
        }
        _ => Ok(()),
    }
}

fn no_tenant() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, Issue::error("not-found", "there is no such tenant"))
}

fn nothing_here() -> Refusal {
    let text = "nothing is here: FHIR is under /fhir and /t/{tenant}/fhir";
    Refusal::new(StatusCode::NOT_FOUND, Issue::error("not-found", text))
}

/// The reply of a refusal; the log learns what the client must not.
fn refused(site: &Site, refusal: &Refusal, form: Form, id: &axum::http::HeaderValue) -> Reply {
    if let Some(cause) = &refusal.cause {
        let id = id.to_str().unwrap_or("");
        tracing::error!(request_id = id, kind = ?cause.kind(), cause = ?std::error::Error::source(cause), "a request failed");
    }
    Reply::from(refusal).in_form(form, &site.limits)
}

/// A method for logs and metrics: others than these are not told apart, since clients may invent any number.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
