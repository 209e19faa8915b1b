//! Which URL goes where: what is not a probe is FHIR.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::exchange;
use super::probes;
use super::site::Site;

/// All that the server answers.
pub(crate) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::readiness))
        .route("/metrics", get(probes::metrics))
        .method_not_allowed_fallback(probes::not_allowed)
        .fallback(exchange::answer)
        .with_state(site)
}
