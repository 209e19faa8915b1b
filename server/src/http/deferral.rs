//! Requests that are carried out later, where a client prefers that: `Prefer: respond-async`. They are jobs; what the status of one answers
//! when it is over is a Bundle with one entry, the answer to the request (docs/ASYNC.md).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::header::{
    CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use fornax::deferred::{Due, Effect, Request};
use fornax::{Issue, Tenant};
use fornax_model::write::ObjectWriter;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use super::admission::Room;
use super::body::Payload;
use super::bundles;
use super::conditions::{self, IF_NONE_EXIST, X_PROVENANCE};
use super::interaction::{self, Call};
use super::jobs;
use super::limits::Limits;
use super::negotiation::{Preference, Timing};
use super::origin::BaseUrls;
use super::outcome;
use super::refusal::Refusal;
use super::reply::{Reply, ReplyBody};
use super::site::Site;
use super::source::X_REQUEST_SOURCE;
use super::target::{Target, Verb};

/// Headers that say what is to be done; what only says how to answer is asked when the answer is.
const KEPT_HEADERS: [HeaderName; 8] = [
    CONTENT_TYPE,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_EXIST,
    IF_NONE_MATCH,
    X_PROVENANCE,
    X_REQUEST_SOURCE,
    HeaderName::from_static("prefer"),
];
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What is kept of a request beside its body, as a line of JSON before it.
#[derive(Serialize, Deserialize)]
struct Kept {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    request_id: String,
    /// Parameters of form that links carry on.
    carried: String,
    base: String,
    bases: Vec<String>,
}

/// Those that wait and those under way.
#[derive(Debug)]
pub(crate) struct Deferrals {
    /// Told of each one that comes.
    arrived: Notify,
    stopped: Notify,
    running: Arc<Semaphore>,
    running_max: u32,
    /// Counts the looks, so that each begins with another tenant.
    looks: AtomicUsize,
}

/// How often is looked for what nobody told of.
const LOOK: Duration = Duration::from_secs(1);

impl Deferrals {
    pub(crate) fn new(limits: &Limits) -> Self {
        let running = Arc::new(Semaphore::new(limits.deferred_running_max as usize));
        let (arrived, stopped) = (Notify::new(), Notify::new());
        Self {
            arrived,
            stopped,
            running,
            running_max: limits.deferred_running_max,
            looks: AtomicUsize::new(0),
        }
    }

    /// From here on none is taken up.
    pub(crate) fn stop(&self) {
        self.stopped.notify_one();
    }
}

/// Whether a call is to be carried out later. What is about jobs is not, nor what is not answered by a resource, nor the content of a
/// Binary in its own form: a preference need not be followed.
pub(crate) fn is_wanted(call: &Call) -> bool {
    let is_own_form = match call.verb {
        Verb::Create | Verb::Update => call.place.is_binary(),
        Verb::Read | Verb::Vread => call.wants_content,
        _ => false,
    };
    let may_be = may_be(call.verb) && !is_own_form;
    may_be && call.preference.timing == Timing::Later && call.method != Method::HEAD
}

/// Whether calls of that kind may be carried out later.
pub(crate) fn may_be(verb: Verb) -> bool {
    match verb {
        Verb::Bundle | Verb::Create | Verb::Update | Verb::Patch | Verb::Delete => true,
        Verb::Read | Verb::Vread => true,
        Verb::Search | Verb::SearchByForm | Verb::History | Verb::DeleteHistory => true,
        Verb::Operation(operation, _) => operation.may_be_deferred(),
        Verb::Capabilities | Verb::Describe | Verb::Job | Verb::Jobs | Verb::CancelJob => false,
    }
}

fn effect(verb: Verb) -> Effect {
    match verb {
        Verb::Bundle | Verb::Create | Verb::Update | Verb::Patch | Verb::Delete => Effect::Writes,
        Verb::DeleteHistory => Effect::Writes,
        Verb::Operation(operation, _) if operation.writes() => Effect::Writes,
        _ => Effect::Reads,
    }
}

/// Keeps a call for later. Its body is JSON by now, whatever it came as; `room` is what it takes.
///
/// # Errors
/// 503: too many wait already, or there is no room. 400: a header is not ASCII.
pub(crate) fn defer(
    site: &Site,
    call: &Call,
    payload: Payload,
    mut room: Option<Room>,
) -> Result<Reply, Refusal> {
    let body = match payload {
        Payload::Bytes(body) => body,
        Payload::Nothing | Payload::Content(_) => Vec::new(),
    };
    if let Some(room) = &mut room {
        // It is copied.
        room.grow_to(2 * body.len())?;
    }
    let kept = Kept {
        method: call.method.to_string(),
        path: call.path.clone(),
        query: call.query.clone(),
        headers: kept_headers(&call.headers)?,
        request_id: call.request_id.clone(),
        carried: call.carried.clone(),
        base: call.base_urls.own.clone(),
        bases: call.base_urls.all.clone(),
    };
    let mut bytes = serde_json::to_vec(&kept).map_err(|_| Refusal::mistake())?;
    bytes.push(b'\n');
    bytes.extend_from_slice(&body);
    let tenant = site.engine.tenant(&call.tenant)?;
    let job = tenant.defer(&Request { effect: effect(call.verb), bytes }, &call.principal())?;
    site.deferrals.arrived.notify_one();
    let mut reply = jobs::accepted(call, &job);
    reply.headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static("respond-async"));
    Ok(reply)
}

/// What stands on these headers; one that is not text is refused, since passed over it would make another request of it.
fn kept_headers(headers: &HeaderMap) -> Result<Vec<(String, String)>, Refusal> {
    let mut kept = Vec::new();
    for name in KEPT_HEADERS {
        for value in headers.get_all(&name) {
            let Ok(text) = value.to_str() else {
                return Err(Refusal::invalid(format!("the header {name} is not ASCII")));
            };
            kept.push((name.to_string(), text.to_owned()));
        }
    }
    Ok(kept)
}

/// The call that was kept, and its body.
fn recalled(due: &Due) -> Option<(Call, Vec<u8>)> {
    let end = due.bytes.iter().position(|byte| *byte == b'\n')?;
    let kept: Kept = serde_json::from_slice(&due.bytes[..end]).ok()?;
    let target = Target::parse(&kept.path)?;
    let method: Method = kept.method.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in kept.headers {
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    let call = Call {
        tenant: target.tenant,
        verb: target.place.verb(&method)?,
        place: target.place,
        path: kept.path,
        query: kept.query,
        method,
        preference: Preference::of(&headers),
        headers,
        request_id: kept.request_id,
        base_urls: BaseUrls { own: kept.base, all: kept.bases },
        wants_content: false,
        carried: kept.carried,
        cancellation: due.cancellation.clone(),
    };
    Some((call, due.bytes[end + 1..].to_vec()))
}

/// Carries out what waits, as it comes, until the server stops. What is under way then is waited for, for a time.
pub(crate) async fn tend(site: Arc<Site>) {
    let Deferrals { arrived, stopped, running, running_max, .. } = &site.deferrals;
    loop {
        let place = tokio::select! {
            biased;
            () = stopped.notified() => break,
            place = Arc::clone(running).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        // Not given up half way: what is taken up counts as under way.
        match next(&site).await {
            Some((tenant, due)) => {
                let site = Arc::clone(&site);
                tokio::spawn(async move {
                    carry_out(&site, tenant, due).await;
                    drop(place);
                });
            }
            // Also what was paused goes on some time.
            None => tokio::select! {
                () = stopped.notified() => break,
                _ = timeout(LOOK, arrived.notified()) => {}
            },
        }
    }
    if timeout(site.limits.stop, running.acquire_many(*running_max)).await.is_err() {
        tracing::warn!("deferred requests were still under way when the server stopped");
    }
}

/// The next one of any tenant that is open: those that have some are opened with the directory.
async fn next(site: &Arc<Site>) -> Option<(Tenant, Due)> {
    let here = Arc::clone(site);
    let due_of = |tenant: Tenant| match tenant.due_request() {
        Ok(due) => Some((tenant, due?)),
        Err(error) => {
            let cause = std::error::Error::source(&error);
            tracing::error!(tenant = %tenant.id(), ?cause, "a deferred request can't be taken up");
            None
        }
    };
    let found = tokio::task::spawn_blocking(move || {
        let mut ids = here.engine.tenants();
        let first = here.deferrals.looks.fetch_add(1, Ordering::Relaxed) % ids.len().max(1);
        ids.rotate_left(first);
        ids.iter().find_map(|id| due_of(here.engine.tenant_at_once(id)?))
    });
    found.await.ok()?
}

/// Carries one out and puts its answer down.
async fn carry_out(site: &Arc<Site>, tenant: Tenant, due: Due) {
    let number = due.number;
    let here = Arc::clone(site);
    let work = tokio::task::spawn_blocking(move || answered(&here, &due));
    // Of a panic the hook has told where.
    let answer = work.await.unwrap_or_else(|_| bundle(&Reply::from(&Refusal::mistake())));
    let id = tenant.id().clone();
    let kept = tokio::task::spawn_blocking(move || tenant.answer_request(number, &answer)).await;
    if let Ok(Err(error)) = kept {
        let cause = std::error::Error::source(&error);
        tracing::error!(job = number, tenant = %id, ?cause, "an answer could not be kept");
    }
}

/// The Bundle that holds the answer to a request.
fn answered(site: &Site, due: &Due) -> Vec<u8> {
    let Some((call, body)) = recalled(due) else { return bundle(&Reply::from(&Refusal::mistake())) };
    let started = Instant::now();
    let payload = if body.is_empty() { Payload::Nothing } else { Payload::Bytes(body) };
    let reply = match interaction::perform(site, &call, payload) {
        Ok(reply) => reply,
        Err(refusal) => {
            if let Some(cause) = &refusal.cause {
                let (kind, cause) = (cause.kind(), std::error::Error::source(cause));
                tracing::error!(job = due.number, ?kind, ?cause, "a deferred request failed");
            }
            Reply::from(&refusal)
        }
    };
    tracing::info!(
        job = due.number,
        method = call.method.as_str(),
        route = call.place.route(),
        tenant = %call.tenant,
        status = reply.status.as_u16(),
        ms = started.elapsed().as_secs_f64() * 1e3,
        "deferred request"
    );
    bundle(&bounded(reply, effect(call.verb), site.limits.deferred_answer_bytes_max))
}

/// An answer that is not too large to be kept: what is done stays so, and loses its body.
fn bounded(reply: Reply, effect: Effect, bytes_max: usize) -> Reply {
    if reply.body.bytes() <= bytes_max {
        return reply;
    }
    let text = format!("the answer is larger than {bytes_max} bytes");
    if effect == Effect::Writes && reply.status.is_success() {
        let issue = Issue::warning("too-costly", format!("it is done, but {text}"));
        return Reply { body: ReplyBody::Json(outcome::operation_outcome(&[issue])), ..reply };
    }
    Reply::from(&Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, Issue::error("too-costly", text)))
}

/// A Bundle of one entry: an answer. What a client made a mistake in, or the server, is its outcome, all else its resource.
fn bundle(reply: &Reply) -> Vec<u8> {
    let json: &[u8] = match &reply.body {
        ReplyBody::Json(json) => json,
        // It is asked for as a resource.
        ReplyBody::Content(_) => b"",
    };
    let is_failed = reply.status.is_client_error() || reply.status.is_server_error();
    let mut out = Vec::with_capacity(json.len() + 512);
    let mut bundle = ObjectWriter::new(&mut out);
    bundle.string("resourceType", "Bundle");
    bundle.string("type", "batch-response");
    let mut list = bundle.array("entry");
    let mut entry = list.object();
    if !is_failed && !json.is_empty() {
        entry.raw("resource", json);
    }
    let mut response = entry.object("response");
    response.string("status", &bundles::status_text(reply.status));
    let header = |name: &HeaderName| reply.headers.get(name).and_then(|value| value.to_str().ok());
    for (name, member) in [(LOCATION, "location"), (ETAG, "etag")] {
        if let Some(text) = header(&name) {
            response.string(member, text);
        }
    }
    if let Some(time) = header(&LAST_MODIFIED).and_then(conditions::time_of_http_date) {
        response.string("lastModified", &time.to_string());
    }
    if is_failed && !json.is_empty() {
        response.raw("outcome", json);
    }
    drop(response);
    drop(entry);
    drop(list);
    drop(bundle);
    out
}

#[cfg(test)]
mod tests;
