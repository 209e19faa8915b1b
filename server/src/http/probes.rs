//! What operators ask: is it alive, can it serve, how is it doing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use fornax::{Issue, Principal, TenantId};
use tokio::sync::OwnedMutexGuard;

use super::limits::Limits;
use super::negotiation::Form;
use super::refusal::Refusal;
use super::reply::Reply;
use super::site::Site;

/// The process lives.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Requests are served: the store answers a read.
pub(crate) async fn readiness(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    if let Err(refusal) = site.origin.asked(&headers) {
        return refused(&refusal);
    }
    if site.stops() {
        return refused(&not_ready("the server is stopping"));
    }
    let turn = Arc::clone(&site.readiness).lock_owned().await;
    let answered = one_at_a_time(turn, site, |site| {
        let tenant = site.engine.tenant(&TenantId::default_tenant())?;
        // Whether there is such a resource makes no difference.
        tenant.read("Basic", "readiness", &Principal::named("readiness")).map(drop)
    });
    match answered.await {
        Some(Ok(())) => "ready\n".into_response(),
        Some(Err(error)) => {
            tracing::error!(cause = ?std::error::Error::source(&error), "the engine does not answer");
            refused(&not_ready("the engine does not answer"))
        }
        None => refused(&not_ready("the engine does not answer")),
    }
}

/// Figures in Prometheus' text format.
pub(crate) async fn metrics(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    if let Err(refusal) = site.origin.asked(&headers) {
        return refused(&refusal);
    }
    let turn = Arc::clone(&site.figures).lock_owned().await;
    let text = one_at_a_time(turn, site, |site| {
        let statistics = site.engine.statistics_of_open()?;
        Ok::<_, fornax::Error>(site.metrics.render(&statistics, site.admission.load()))
    });
    match text.await {
        Some(Ok(text)) => {
            ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
        }
        Some(Err(error)) => {
            tracing::error!(cause = ?std::error::Error::source(&error), "there are no figures");
            refused(&not_ready("the figures are not to be had"))
        }
        None => refused(&not_ready("the figures are not to be had")),
    }
}

/// Does something that blocks. Probes of a kind go one by one, so that many of them take no threads from requests.
async fn one_at_a_time<T: Send + 'static>(
    turn: OwnedMutexGuard<()>,
    site: Arc<Site>,
    work: impl FnOnce(&Site) -> T + Send + 'static,
) -> Option<T> {
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work(&site)
    });
    done.await.ok()
}

/// A probe is asked by GET.
pub(crate) async fn not_allowed() -> Response {
    refused(&Refusal::not_allowed("GET, HEAD"))
}

fn not_ready(diagnostics: &str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Issue::error("transient", diagnostics))
}

fn refused(refusal: &Refusal) -> Response {
    Reply::from(refusal).told_in_form(Form::PLAIN, &Limits::default()).into_response(None)
}
