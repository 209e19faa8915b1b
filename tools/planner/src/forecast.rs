//! What a workload meets with on a machine.

use serde::Serialize;

use crate::queue::Syncs;
use crate::{DiskForecast, Growth, IoForecast, MemoryForecast, PerKind};

/// What a workload meets with on a machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// Cores of the machine.
    pub cores: u32,
    /// Cores that are busy, on average.
    pub busy_cores: f64,
    /// Busy cores over cores; beyond 1 the machine does not keep up.
    pub utilisation: f64,
    /// By kind of request.
    pub kinds: PerKind<KindForecast>,
    /// Syncs of the store's log.
    pub syncs: Syncs,
    /// Memory by part.
    pub memory: MemoryForecast,
    /// Disk by part.
    pub disk: DiskForecast,
    /// What the disk does a second.
    pub io: IoForecast,
    /// Seconds that all cores need to load everything at first.
    pub load_s: f64,
    /// Seconds that one client needs to download all resources of one tenant; absent where the machine does not keep up.
    pub export_s: Option<f64>,
    /// How many times as large it is as the largest calibrated size; above 1 figures that grow are extrapolated.
    pub beyond: f64,
}

/// What one kind of request meets with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KindForecast {
    /// Requests a second; of exports, pages.
    pub requests_s: f64,
    /// The server's CPU for each, in microseconds.
    pub cpu_us: f64,
    /// Cores that they keep busy.
    pub busy_cores: f64,
    /// How their CPU grows with the resources stored.
    pub growth: Growth,
    /// The median time in microseconds; absent where the machine does not keep up.
    pub p50_us: Option<f64>,
    /// The 99th percentile in microseconds; absent where the machine does not keep up.
    pub p99_us: Option<f64>,
}
