//! Which URL goes where: what is not a probe is FHIR.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::get;

use super::cors;
use super::exchange;
use super::probes;
use super::site::Site;

/// All that the server answers; in browsers, to pages of these origins beside its own.
pub(crate) fn router(site: Arc<Site>, origins: &[HeaderValue]) -> Router {
    let router = Router::new()
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::readiness))
        .route("/metrics", get(probes::metrics))
        .method_not_allowed_fallback(probes::not_allowed)
        .fallback(exchange::answer)
        .with_state(site);
    if origins.is_empty() { router } else { router.layer(cors::layer(origins)) }
}
