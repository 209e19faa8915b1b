//! One request from its first byte to its answer.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::EXPECT;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use fornax::{BinaryHead, BinaryUpload, Cancellation, Issue, TenantId};
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::admission::{Room, Turn};
use super::binary;
use super::body::{self, Payload, Received};
use super::deferral;
use super::interaction::{self, Call};
use super::limits::Limits;
use super::metrics::{Sample, Series};
use super::negotiation::{self, Encoding, Form, Preference};
use super::operations;
use super::proxies::Peer;
use super::query_string;
use super::refusal::Refusal;
use super::reply::Reply;
use super::request_id::X_REQUEST_ID;
use super::site::Site;
use super::target::{Place, Takes, Target, Verb};
use super::xml;

/// One request's account: told to the log and the metrics when it is over, also when the client went away before. Holds no
/// id and no query.
struct Account {
    site: Arc<Site>,
    started: Instant,
    id: HeaderValue,
    method: &'static str,
    tenant: String,
    route: &'static str,
    /// That of a client who went away, until there is an answer.
    status: u16,
    request_bytes: usize,
    response_bytes: usize,
}

/// The client closed the connection: not a status that is ever sent.
const CLIENT_WENT_AWAY: u16 = 499;

impl Account {
    fn open(site: &Arc<Site>, parts: &Parts) -> Self {
        Self {
            started: Instant::now(),
            id: site.request_ids.of(&parts.headers),
            site: Arc::clone(site),
            method: method_name(&parts.method),
            tenant: String::new(),
            route: "none",
            status: CLIENT_WENT_AWAY,
            request_bytes: 0,
            response_bytes: 0,
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let duration = self.started.elapsed();
        let Self { method, route, status, request_bytes, response_bytes, .. } = *self;
        tracing::info!(
            request_id = self.id.to_str().unwrap_or(""),
            method,
            route,
            tenant = self.tenant,
            status,
            ms = duration.as_secs_f64() * 1e3,
            request_bytes,
            response_bytes,
            "request"
        );
        let series = Series { tenant: std::mem::take(&mut self.tenant), method, route, status };
        self.site.metrics.count(series, Sample { duration, request_bytes, response_bytes });
    }
}

/// Answers a request. Whatever goes wrong becomes an OperationOutcome here.
pub(crate) async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut account = Account::open(&site, &parts);
    let mut form = Form::PLAIN;
    let (reply, room) = match handle(&mut account, &parts, body, &mut form).await {
        Ok(answered) => answered,
        Err(refusal) => {
            if let Some(cause) = &refusal.cause {
                let (request_id, kind) = (account.id.to_str().unwrap_or(""), cause.kind());
                let cause = std::error::Error::source(cause);
                tracing::error!(request_id, ?kind, ?cause, "a request failed");
            }
            (Reply::from(&refusal).told_in_form(form, &site.limits), None)
        }
    };
    account.status = reply.status.as_u16();
    account.response_bytes = reply.body.bytes();
    let mut response = reply.into_response(room);
    response.headers_mut().insert(X_REQUEST_ID, account.id.clone());
    response
}

/// A reply, and the room that it takes while it is sent.
type Answered = (Reply, Option<Room>);

/// Everything up to the reply. `form` is what the client asked for, as soon as that is known.
async fn handle(
    account: &mut Account,
    parts: &Parts,
    body: Body,
    form: &mut Form,
) -> Result<Answered, Refusal> {
    let site = Arc::clone(&account.site);
    let asked = match ask(account, parts, form) {
        Ok(asked) => asked,
        Err(refusal) => {
            // A client that waits to be told to go on is told this instead.
            if !parts.headers.contains_key(EXPECT) {
                body::pass_over(body, &site.limits).await;
            }
            return Err(refusal);
        }
    };
    let received = match asked.takes {
        Taken::Nothing => None,
        Taken::Body(encoding) => {
            let into = (encoding, None);
            Some(body::receive(body, &parts.headers, into, &site.admission, &site.limits).await?)
        }
        Taken::Content(encoding, head) => {
            let into = (encoding, Some(begin_binary(&site, &asked.call.tenant, head).await?));
            Some(body::receive(body, &parts.headers, into, &site.admission, &site.limits).await?)
        }
    };
    account.request_bytes = received.as_ref().map_or(0, Received::bytes);
    let is_deferred = deferral::is_wanted(&asked.call);
    if received.is_none()
        && !is_deferred
        && let Some(reply) = interaction::perform_at_once(&site, &asked.call)?
        && reply.is_soon_in(*form, &site.limits)
    {
        return Ok((reply.in_form(*form, &site.limits)?, None));
    }
    let turn = site.admission.turn().await?;
    let search = match asked.call.verb {
        verb if verb.searches() => Some(site.admission.search().await?),
        _ => None,
    };
    let (here, wanted, headers) = (Arc::clone(&site), *form, parts.headers.clone());
    let _given_up = GivenUp(asked.call.cancellation.clone());
    let work = tokio::task::spawn_blocking(move || {
        let (payload, room) = match received {
            Some(received) => {
                let (payload, mut room) = received.unpacked(&here.limits)?;
                (xml::taken(payload, &asked.call, &mut room)?, Some(room))
            }
            None => (Payload::Nothing, None),
        };
        let mut call = asked.call;
        let form = match &payload {
            Payload::Bytes(body) if call.verb.takes() == Takes::Form => {
                // A form may say it as well as the query.
                let both = query_string::joined(&[&call.query, &String::from_utf8_lossy(body)]);
                call.carried = Form::carried(&both);
                Form::wanted(&headers, &both)?
            }
            _ => wanted,
        };
        let reply = match payload {
            Payload::Content(_) => interaction::perform(&here, &call, payload)?,
            _ if !is_deferred => interaction::perform(&here, &call, payload)?,
            payload => deferral::defer(&here, &call, payload, room)?,
        };
        Ok::<_, Refusal>((formed(&here, &call, reply, form)?, turn))
    });
    match finished(work, search, &site.limits).await {
        Ok(Ok(outcome)) => {
            // Held until there is room, so that no more answers wait for it than requests may run.
            let (reply, _turn) = outcome?;
            let room = match reply.body.held_bytes() {
                // What is small is bounded by the number of connections.
                bytes if bytes <= site.limits.answer_bytes_free => None,
                bytes => Some(site.admission.room(bytes).await?),
            };
            Ok((reply, room))
        }
        Ok(Err(_)) => Err(Refusal::mistake()),
        Err(_) => {
            let text = "the answer takes too long; whether the request is carried out is not known";
            Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, Issue::error("timeout", text)))
        }
    }
}

/// Brings an answer into the form that was asked for, on a thread that may block. Room for making XML of much is waited for, but not
/// after a write: what came with it has left as much.
fn formed(site: &Site, call: &Call, reply: Reply, form: Form) -> Result<Reply, Refusal> {
    if !call.is_told_only() {
        return Ok(reply.done_in_form(form, &site.limits));
    }
    let bytes = xml::bytes_while_written(&reply, form, &site.limits);
    let _room = bytes.map(|bytes| Handle::current().block_on(site.admission.room(bytes))).transpose()?;
    reply.in_form(form, &site.limits)
}

/// Waits for the engine. A search that takes long gives its place among the searches back, so that it keeps no short one waiting.
async fn finished<T>(
    mut work: JoinHandle<T>,
    search: Option<Turn>,
    limits: &Limits,
) -> Result<Result<T, JoinError>, Elapsed> {
    if let Some(search) = search {
        if let Ok(outcome) = timeout(limits.searching, &mut work).await {
            return Ok(outcome);
        }
        drop(search);
    }
    timeout(limits.work, work).await
}

/// Ends the searches of a request that nobody waits for any more: its client has gone, or it took too long.
struct GivenUp(Cancellation);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A request whose head is in order.
struct Asked {
    call: Call,
    takes: Taken,
}

/// The body that is taken, and how it is packed.
enum Taken {
    Nothing,
    Body(Encoding),
    /// The content of a Binary.
    Content(Encoding, BinaryHead),
}

/// Begins an upload. A tenant may have to be opened for it, which blocks.
async fn begin_binary(
    site: &Arc<Site>,
    tenant: &TenantId,
    head: BinaryHead,
) -> Result<BinaryUpload, Refusal> {
    let _turn = site.admission.turn().await?;
    let (here, tenant) = (Arc::clone(site), tenant.clone());
    let begun = tokio::task::spawn_blocking(move || here.engine.tenant(&tenant)?.begin_binary(&head)).await;
    match begun {
        Ok(begun) => Ok(begun?),
        Err(_) => Err(Refusal::mistake()),
    }
}

/// What the head of a request asks.
fn ask(account: &mut Account, parts: &Parts, form: &mut Form) -> Result<Asked, Refusal> {
    let site = &*account.site;
    let query = parts.uri.query().unwrap_or("");
    let target = Target::parse(parts.uri.path());
    let is_binary = target.as_ref().is_some_and(|target| target.place.is_binary());
    let verb = target.as_ref().and_then(|target| target.place.verb(&parts.method));
    let wants_content = is_binary
        && matches!(verb, Some(Verb::Read | Verb::Vread))
        && negotiation::takes_content(&parts.headers, query);
    if !wants_content {
        *form = Form::wanted(&parts.headers, query)?;
    }
    check_head(parts, &site.limits)?;
    let target = target.ok_or_else(nothing_here)?;
    account.route = target.place.route();
    check_type(site, &target.place)?;
    if let Place::NoOperation(name, subject) = &target.place {
        return Err(operations::refused(name, subject));
    }
    let verb = verb.ok_or_else(|| Refusal::not_allowed(&target.place.allow()))?;
    let base_urls = site.origin.bases(peer(parts)?, &parts.headers, &target.tenant)?;
    if !site.engine.has_tenant(&target.tenant) {
        return Err(no_tenant());
    }
    account.tenant = target.tenant.to_string();
    let headers = &parts.headers;
    let is_written = matches!(verb, Verb::Create | Verb::Update);
    let takes = match verb.takes() {
        Takes::Json if is_written && is_binary && negotiation::sends_content(headers) => Takes::Content,
        takes => takes,
    };
    negotiation::check_content_type(headers, takes)?;
    let takes = match takes {
        Takes::Nothing => Taken::Nothing,
        Takes::Json | Takes::Parameters | Takes::Form | Takes::Patch | Takes::Graphql => {
            Taken::Body(negotiation::content_encoding(headers)?)
        }
        Takes::Content => {
            let head = binary::head(headers, target.place.id(), &base_urls)?;
            Taken::Content(negotiation::content_encoding(headers)?, head)
        }
    };
    let call = Call {
        tenant: target.tenant,
        verb,
        place: target.place,
        path: parts.uri.path().to_owned(),
        query: query.to_owned(),
        method: parts.method.clone(),
        headers: parts.headers.clone(),
        preference: Preference::of(&parts.headers),
        request_id: account.id.to_str().unwrap_or("").to_owned(),
        base_urls,
        wants_content,
        carried: Form::carried(query),
        cancellation: Cancellation::new(),
    };
    Ok(Asked { call, takes })
}

/// Refuses a URL or headers that are too long.
fn check_head(parts: &Parts, limits: &Limits) -> Result<(), Refusal> {
    let url_bytes = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if url_bytes > limits.url_bytes_max {
        let issue = Issue::error("too-long", "the URL is too long; a search may be sent by POST to _search");
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, issue));
    }
    // With a colon, a space and the end of the line.
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    if parts.headers.iter().map(line).sum::<usize>() > limits.headers_bytes_max {
        let text = format!("the headers are longer than {} bytes", limits.headers_bytes_max);
        let issue = Issue::error("too-long", text);
        return Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, issue));
    }
    Ok(())
}

/// Who sent the request: a client, or the nearest proxy.
fn peer(parts: &Parts) -> Result<Peer, Refusal> {
    parts.extensions.get::<Peer>().copied().ok_or_else(Refusal::mistake)
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
