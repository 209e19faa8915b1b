//! Which URL goes where: what is not a probe is FHIR.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::cors;
use super::exchange;
use super::probes;
use super::site::Site;

/// All that the server answers.
pub(crate) fn router(site: Arc<Site>) -> Router {
    let pages = (!site.page_origins.is_empty()).then(|| cors::layer(&site.page_origins));
    let router = Router::new()
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::readiness))
        .route("/metrics", get(probes::metrics))
        .method_not_allowed_fallback(probes::not_allowed)
        .fallback(exchange::answer)
        .with_state(site);
    match pages {
        None => router,
        Some(layer) => router.layer(layer),
    }
}
