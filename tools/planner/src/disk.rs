//! Disk: what lies there, and what it does.

use serde::Serialize;

use crate::queue::Syncs;
use crate::{Calibration, DiskParts, MemoryForecast, PerKind, Site, Workload};

/// Blocks of the store and of the index that a page of 20 reads from the disk when nothing is cached.
const BLOCKS_A_SEARCH: f64 = 30.0;
/// Bytes that one read of a download brings.
const READ_BYTES: f64 = 16_384.0;

/// Disk by part, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DiskForecast {
    /// Bodies, of all versions kept.
    pub bodies: f64,
    /// Ids, identities, the log of commits and the audit chain.
    pub ids_log_audit: f64,
    /// The search index, of all versions kept.
    pub index: f64,
    /// The store's log of what is not yet in its files.
    pub log: f64,
    /// Room for the largest part once more: while it is compacted or built anew, the old one stays.
    pub room: f64,
}

/// What the disk does a second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IoForecast {
    /// Syncs.
    pub syncs_s: f64,
    /// Reads of blocks that are cached neither by the process nor by the system.
    pub reads_s: f64,
    /// Bytes written, compaction included.
    pub written_bytes_s: f64,
}

impl IoForecast {
    /// Operations a second.
    pub fn rate_s(&self) -> f64 {
        self.syncs_s + self.reads_s
    }
}

impl DiskForecast {
    pub(crate) fn of(each: &DiskParts, log: f64, workload: &Workload) -> Self {
        let versions = workload.versions();
        let (bodies, ids_log_audit, index) =
            (each.bodies * versions, each.ids_log_audit * versions, each.index * versions);
        Self { bodies, ids_log_audit, index, log, room: bodies.max(ids_log_audit).max(index) }
    }

    /// What lies there for good.
    pub fn data(&self) -> f64 {
        self.bodies + self.ids_log_audit + self.index
    }

    /// All of it, room included.
    pub fn all(&self) -> f64 {
        self.data() + self.log + self.room
    }

    /// Each part with its name.
    pub fn named(&self) -> [(&'static str, f64); 5] {
        [
            ("bodies", self.bodies),
            ("ids, log and audit", self.ids_log_audit),
            ("search index", self.index),
            ("store log", self.log),
            ("room to compact", self.room),
        ]
    }
}

/// What the disk does. Whatever part of the data does not fit into memory is read from the disk as often as it is asked for: no part
/// is taken to be asked for more than another.
pub(crate) fn io(
    calibration: &Calibration,
    (requests, syncs): (&PerKind<f64>, &Syncs),
    (memory, disk): (&MemoryForecast, &DiskForecast),
    site: &Site,
) -> IoForecast {
    let data = disk.data();
    let cached = (site.memory_bytes - memory.all()).max(0.0) + memory.budgets;
    let missed = if data > 0.0 { (1.0 - cached / data).max(0.0) } else { 0.0 };
    let each = calibration.sizes.last().map_or(0.0, |size| size.bytes_each.sum());
    let page_blocks = (calibration.page_resources * each / READ_BYTES).ceil();
    let blocks =
        requests.read + requests.write + requests.search * BLOCKS_A_SEARCH + requests.export * page_blocks;
    IoForecast {
        syncs_s: syncs.rate_s,
        reads_s: blocks * missed,
        written_bytes_s: requests.write * each * calibration.bytes_written_factor,
    }
}
