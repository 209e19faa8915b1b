//! What was measured on a machine.

use serde::Serialize;

use crate::{Kind, Latencies, PerKind};

/// Fewer calls are no distribution.
const MIXED_CALLS_MIN: u64 = 100;

/// What was measured on a machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Where.
    pub machine: Machine,
    /// Writing 4 KiB to the end of a file and syncing it, call by call.
    pub sync: Latencies,
    /// By resources stored, ascending; at least one.
    pub sizes: Vec<SizeSample>,
    /// Creates by so many writers at once, ascending; at the largest size.
    pub commits: Vec<CommitSample>,
    /// The asked mix by one client.
    pub mixed: MixedSample,
    /// The asked mix by as many clients as the machine bears.
    pub crowd: CrowdSample,
    /// How late a sleep ends on an idle machine, in microseconds: the clients of a check begin so much late.
    pub timer_us: f64,
    /// Resources on a page of an export.
    pub page_resources: f64,
    /// Bytes written to the disk for each byte that stays there, of the loads.
    pub bytes_written_factor: f64,
    /// What memory was used for.
    pub memory: MemorySample,
    /// Opening the directory at its largest size, in milliseconds.
    pub opening_ms: f64,
}

/// The machine of a calibration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// Cores that the process may use.
    pub cores: u32,
    /// Memory of the machine in bytes.
    pub memory_bytes: u64,
    /// Bytes free on the disk of the calibration; absent where the system does not tell.
    pub disk_free_bytes: Option<u64>,
    /// How many cores others kept busy meanwhile, on average.
    pub others_busy_cores: f64,
    /// How the program was built: `release` or `debug`. The latter's figures are no measure of anything.
    pub build: String,
}

/// What was measured at one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SizeSample {
    /// Resources stored.
    pub resources: u64,
    /// Bringing them there.
    pub load: LoadSample,
    /// Requests over HTTP by one client, by kind.
    pub calls: PerKind<CallSample>,
    /// Bytes on disk a resource, compacted.
    pub bytes_each: DiskParts,
}

/// A load of patients, a transaction each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LoadSample {
    /// Resources loaded.
    pub resources: u64,
    /// Resources a second by two threads.
    pub rate_s: f64,
    /// CPU for each, in microseconds, work in the background included.
    pub cpu_us: f64,
}

/// Requests of one kind.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct CallSample {
    /// The server's CPU for each, in microseconds, work in the background included.
    pub server_cpu_us: f64,
    /// The client's own CPU for each, in microseconds.
    pub client_cpu_us: f64,
    /// How long they took.
    pub latencies: Latencies,
}

/// Creates by several writers at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CommitSample {
    /// Writers.
    pub writers: u32,
    /// Commits a second.
    pub rate_s: f64,
    /// The server's CPU for each, in microseconds.
    pub server_cpu_us: f64,
    /// How long each took.
    pub latencies: Latencies,
}

/// Requests of all kinds by one client, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MixedSample {
    /// Requests a second, of all kinds.
    pub rate_s: f64,
    /// CPU of the same requests over that of each kind by itself: a search behind a write brings it into the index.
    pub cpu_factor: f64,
    /// How long they took.
    pub latencies: PerKind<Latencies>,
}

impl Default for MixedSample {
    /// As each kind by itself.
    fn default() -> Self {
        Self { rate_s: 0.0, cpu_factor: 1.0, latencies: PerKind::default() }
    }
}

/// A machine kept as busy as it can be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CrowdSample {
    /// Requests a second, of all kinds.
    pub rate_s: f64,
    /// Cores that server and clients kept busy.
    pub busy_cores: f64,
    /// Cores that they could have had: others take some, or whoever lends the machine.
    pub available_cores: f64,
    /// CPU of the same requests over that of one client after the other: cores share caches, and often halves of one core.
    pub cpu_factor: f64,
}

impl Default for CrowdSample {
    /// Nothing is shared.
    fn default() -> Self {
        Self { rate_s: 0.0, busy_cores: 0.0, available_cores: f64::MAX, cpu_factor: 1.0 }
    }
}

/// Bytes on disk by part.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct DiskParts {
    /// Bodies of versions.
    pub bodies: f64,
    /// Ids, identities, the log of commits and the audit chain.
    pub ids_log_audit: f64,
    /// The search index.
    pub index: f64,
}

impl DiskParts {
    /// All of them with their names.
    pub fn named(&self) -> [(&'static str, f64); 3] {
        [("bodies", self.bodies), ("ids, log and audit", self.ids_log_audit), ("search index", self.index)]
    }

    /// All together.
    pub fn sum(&self) -> f64 {
        self.bodies + self.ids_log_audit + self.index
    }
}

/// What memory was used for at the end of the calibration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemorySample {
    /// Resident before anything was opened, in bytes.
    pub start_bytes: u64,
    /// Resident with an empty directory open, in bytes.
    pub open_bytes: u64,
    /// The most that was resident.
    pub peak_bytes: u64,
    /// Caches and buffers.
    pub parts: Vec<MemoryPart>,
    /// For each further tenant that is open, in bytes.
    pub tenant_bytes: u64,
}

/// Memory for one purpose.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemoryPart {
    /// In a few words.
    pub purpose: String,
    /// Bytes in use.
    pub bytes: u64,
    /// Its budget, where it has one.
    pub bytes_max: Option<u64>,
}

impl Calibration {
    /// The largest calibrated size, in resources.
    pub fn largest(&self) -> f64 {
        self.sizes.last().map_or(0.0, |sample| sample.resources as f64)
    }

    /// A figure by size.
    pub fn points(&self, figure: impl Fn(&SizeSample) -> f64) -> Vec<(f64, f64)> {
        self.sizes.iter().map(|sample| (sample.resources as f64, figure(sample))).collect()
    }

    /// How long requests of a kind take one after the other: in the mix, where that had enough of them, else by themselves.
    pub(crate) fn latencies(&self, kind: Kind) -> Option<&Latencies> {
        let mixed = Some(self.mixed.latencies.of(kind)).filter(|mixed| mixed.calls >= MIXED_CALLS_MIN);
        mixed.or_else(|| self.calls(kind).map(|calls| &calls.latencies))
    }

    /// The requests of a kind at the largest size.
    pub fn calls(&self, kind: Kind) -> Option<&CallSample> {
        self.sizes.last().map(|sample| sample.calls.of(kind))
    }
}
