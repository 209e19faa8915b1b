//! What is asked of a machine.

use serde::Serialize;

use crate::PerKind;

/// What is asked of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Workload {
    /// Patients, of all tenants together.
    pub patients: u64,
    /// Resources a patient has, in its current versions.
    pub resources_each: f64,
    /// Tenants, among which patients are spread evenly.
    pub tenants: u64,
    /// Versions kept of a resource, on average; 1 where nothing is ever updated.
    pub versions_kept: f64,
    /// Requests a second by kind. An export is the download of all resources of one tenant.
    pub rates_s: PerKind<f64>,
}

impl Workload {
    /// Current resources of all tenants.
    pub fn resources(&self) -> f64 {
        self.patients as f64 * self.resources_each
    }

    /// Current resources of one tenant.
    pub fn resources_a_tenant(&self) -> f64 {
        self.resources() / self.tenants.max(1) as f64
    }

    /// Versions of all tenants: what lies on disk.
    pub fn versions(&self) -> f64 {
        self.resources() * self.versions_kept.max(1.0)
    }

    /// Requests a second by kind, of exports their pages.
    pub fn requests_s(&self, page_resources: f64) -> PerKind<f64> {
        let pages = (self.resources_a_tenant() / page_resources.max(1.0)).ceil();
        PerKind { export: self.rates_s.export * pages, ..self.rates_s }
    }

    /// The same with all rates so many times as high.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self { rates_s: PerKind::from_fn(|kind| self.rates_s.of(kind) * factor), ..*self }
    }
}
