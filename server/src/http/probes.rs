//! What operators ask: is it alive, can it serve, how is it doing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use fornax::{Issue, Principal, TenantId};

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
pub(crate) async fn readiness(State(site): State<Arc<Site>>) -> Response {
    if site.stops() {
        return refused(&not_ready("the server is stopping"));
    }
    let answered = tokio::task::spawn_blocking(move || read_something(&site)).await;
    match answered {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(cause = &error as &dyn std::error::Error, "the engine does not answer");
            refused(&not_ready("the engine does not answer"))
        }
        Err(_) => refused(&not_ready("the engine does not answer")),
    }
}

/// Whether there is such a resource makes no difference.
fn read_something(site: &Site) -> fornax::Result<()> {
    let tenant = site.engine.tenant(&TenantId::default_tenant())?;
    tenant.read("Basic", "readiness", &Principal::named("readiness")).map(drop)
}

/// Figures in Prometheus' text format.
pub(crate) async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let text = tokio::task::spawn_blocking(move || {
        let statistics = site.engine.statistics()?;
        Ok::<_, fornax::Error>(site.metrics.render(&statistics, site.admission.load()))
    });
    match text.await {
        Ok(Ok(text)) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Ok(Err(error)) => refused(&Refusal::from(error)),
        Err(_) => refused(&not_ready("the figures are not to be had")),
    }
}

/// A probe is asked by GET.
pub(crate) async fn not_allowed() -> Response {
    refused(&Refusal::not_allowed("GET, HEAD"))
}

fn not_ready(diagnostics: &str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Issue::error("transient", diagnostics))
}

fn refused(refusal: &Refusal) -> Response {
    Reply::from(refusal).in_form(Form::PLAIN, &Limits::default()).into_response()
}
