//! What all requests share.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderValue;
use fornax::Engine;
use tokio::sync::Mutex;

use super::admission::Admission;
use super::deferral::Deferrals;
use super::descriptions::Descriptions;
use super::limits::Limits;
use super::metrics::Metrics;
use super::origin::Origin;
use super::request_id::RequestIds;

/// One engine and how it is served.
pub(crate) struct Site {
    pub engine: Engine,
    pub origin: Origin,
    pub limits: Limits,
    pub admission: Admission,
    pub deferrals: Deferrals,
    pub metrics: Metrics,
    pub request_ids: RequestIds,
    pub descriptions: Descriptions,
    /// Origins whose pages may ask from a browser, beside the server's own.
    pub page_origins: Vec<HeaderValue>,
    /// Held by the question whether the server is ready, while it is being answered; and by that for the figures.
    pub readiness: Arc<Mutex<()>>,
    pub figures: Arc<Mutex<()>>,
    types: HashSet<&'static str>,
    stops: AtomicBool,
}

impl Site {
    pub(crate) fn new(engine: Engine, origin: Origin, limits: Limits) -> Self {
        Self {
            origin,
            admission: Admission::new(&limits),
            deferrals: Deferrals::new(&limits),
            metrics: Metrics::new(),
            request_ids: RequestIds::new(),
            descriptions: Descriptions::default(),
            page_origins: Vec::new(),
            readiness: Arc::default(),
            figures: Arc::default(),
            types: engine.capabilities().iter().map(|one| one.name).collect(),
            stops: AtomicBool::new(false),
            limits,
            engine,
        }
    }

    /// The same, asked by pages of these origins, too.
    #[must_use]
    pub(crate) fn asked_from(self, page_origins: Vec<HeaderValue>) -> Self {
        Self { page_origins, ..self }
    }

    /// Whether FHIR has a resource type of this name.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    /// From here on the server says that it is not ready.
    pub(crate) fn stop(&self) {
        self.stops.store(true, Ordering::Relaxed);
        self.deferrals.stop();
    }

    pub(crate) fn stops(&self) -> bool {
        self.stops.load(Ordering::Relaxed)
    }
}
