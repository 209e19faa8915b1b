//! Capacity: what machine a workload needs, how fast it will be there, and how much more it would bear.
//!
//! A [`Workload`] says what is asked, a [`Calibration`] what was measured on a machine; a [`Model`] makes a [`Forecast`] of them, and
//! a [`Report`] holds all of it, as text, as JSON or as one HTML page. Nothing here measures, reads or writes: figures in, figures
//! out.
//!
//! The model, in short: each kind of request takes so much CPU, which grows with the resources stored as the calibrated sizes
//! show ([`Fit`]), and with the share of cores that are busy; rates times CPU over a target utilisation are cores. A request waits for a core as in a queue with Poisson
//! arrivals, any service times and so many servers ([`queue`]), and a write for the sync that is under way, too. What it takes by
//! itself is what one client measured. Memory is what the calibration saw with its caches filled up to their budgets, and so much a
//! tenant; disk is bytes a resource by part, times versions kept, and room to compact.

mod calibration;
mod chart;
mod check;
mod curves;
mod disk;
mod forecast;
mod growth;
mod headroom;
mod html;
mod kind;
mod latencies;
mod memory;
mod model;
pub mod queue;
mod report;
mod tables;
mod text;
mod units;
mod what_if;
mod workload;

pub use calibration::{
    Calibration, CallSample, CommitSample, CrowdSample, DiskParts, LoadSample, Machine, MemoryPart,
    MemorySample, MixedSample, SizeSample,
};
pub use check::{Check, Compared, KindCheck};
pub use curves::{LoadPoint, SyncPoint};
pub use disk::{DiskForecast, IoForecast};
pub use forecast::{Forecast, KindForecast};
pub use growth::{Fit, Growth};
pub use headroom::{Headroom, Limit, Subject};
pub use kind::{Kind, PerKind};
pub use latencies::Latencies;
pub use memory::MemoryForecast;
pub use model::{Client, Model, Site, excess};
pub use report::{Recommended, Report};
pub use what_if::Variation;
pub use workload::Workload;
