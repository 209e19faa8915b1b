//! Memory: what the process takes once its caches are full.

use serde::Serialize;

use crate::{Calibration, Workload};

/// Memory by part, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MemoryForecast {
    /// The process with an empty directory.
    pub process: f64,
    /// Caches and buffers, filled up to their budgets.
    pub budgets: f64,
    /// What grows with the data: heads of open files.
    pub open_files: f64,
    /// Further tenants.
    pub tenants: f64,
    /// Requests under way, as the calibration saw them at their peak.
    pub requests: f64,
}

impl MemoryForecast {
    pub(crate) fn of(calibration: &Calibration, workload: &Workload) -> Self {
        let memory = &calibration.memory;
        let used: u64 = memory.parts.iter().map(|part| part.bytes).sum();
        let unbound: u64 =
            memory.parts.iter().filter(|part| part.bytes_max.is_none()).map(|part| part.bytes).sum();
        let beyond = workload.versions() / calibration.largest().max(1.0);
        Self {
            process: memory.open_bytes as f64,
            budgets: memory.parts.iter().filter_map(|part| part.bytes_max).sum::<u64>() as f64,
            open_files: unbound as f64 * beyond.max(1.0),
            tenants: workload.tenants.saturating_sub(1) as f64 * memory.tenant_bytes as f64,
            requests: memory.peak_bytes.saturating_sub(memory.open_bytes).saturating_sub(used) as f64,
        }
    }

    /// All of it.
    pub fn all(&self) -> f64 {
        self.named().iter().map(|(_, bytes)| bytes).sum()
    }

    /// Each part with its name.
    pub fn named(&self) -> [(&'static str, f64); 5] {
        [
            ("process, empty", self.process),
            ("caches and buffers, full", self.budgets),
            ("open files", self.open_files),
            ("further tenants", self.tenants),
            ("requests under way", self.requests),
        ]
    }
}
