//! From a calibration to what any workload meets with.

use crate::disk::{self, DiskForecast};
use crate::forecast::{Forecast, KindForecast};
use crate::growth::Fit;
use crate::memory::MemoryForecast;
use crate::queue::{Syncs, Waiting};
use crate::{Calibration, DiskParts, Kind, Machine, PerKind, Workload};

/// How busy the cores of a recommended machine are.
pub(crate) const UTILISATION_TARGET: f64 = 0.6;
/// Into so many steps the wait for the sync that is under way is cut.
const SYNC_STEPS: u32 = 10;

/// Whose CPU counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The clients run on other machines.
    Elsewhere,
    /// The clients run on the same cores, as in a calibration.
    Beside,
}

/// A machine that bears a workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// Cores like the calibrated ones.
    pub cores: u32,
    /// Memory in bytes.
    pub memory_bytes: f64,
    /// Disk in bytes, where it is known.
    pub disk_bytes: Option<f64>,
    /// Where the clients are.
    pub client: Client,
}

impl Site {
    /// The calibrated machine, with its clients elsewhere.
    pub fn of(machine: &Machine) -> Self {
        Self {
            cores: machine.cores,
            memory_bytes: machine.memory_bytes as f64,
            disk_bytes: machine.disk_free_bytes.map(|bytes| bytes as f64),
            client: Client::Elsewhere,
        }
    }
}

/// What a workload asks of the cores.
struct Demand {
    requests: PerKind<f64>,
    syncs: Syncs,
    /// The server's CPU for a request, in microseconds.
    cpu: PerKind<f64>,
    /// That of clients on the same cores included.
    all: PerKind<f64>,
}

/// How many times as much CPU requests take when cores would be busy to this share if they took no more: from 1 at rest, in proportion to
/// the share that they are busy to then, to `factor` when all are.
fn crowded(utilisation: f64, factor: f64) -> f64 {
    let more = (factor - 1.0).max(0.0);
    let left = 1.0 - more * utilisation;
    if left > 0.0 && utilisation / left <= 1.0 { 1.0 / left } else { 1.0 + more }
}

/// How many times as much CPU requests at these rates took as the model says by what the calibration has so far; never below 1.
pub fn excess(calibration: &Calibration, requests_s: PerKind<f64>, busy_cores: f64) -> f64 {
    let workload = Workload {
        patients: calibration.largest() as u64,
        resources_each: 1.0,
        tenants: 1,
        versions_kept: 1.0,
        rates_s: requests_s,
    };
    let pages = workload.requests_s(calibration.page_resources).export / requests_s.export.max(1e-9);
    let rates_s = PerKind { export: requests_s.export / pages.max(1.0), ..requests_s };
    let site = Site { client: Client::Beside, ..Site::of(&calibration.machine) };
    let expected = Model::new(calibration).busy_cores(&Workload { rates_s, ..workload }, &site);
    if expected > 0.0 { (busy_cores / expected).max(1.0) } else { 1.0 }
}

/// A calibration, and the laws laid through its figures.
pub struct Model<'a> {
    calibration: &'a Calibration,
    cpu: PerKind<Fit>,
    load: Fit,
    bodies: Fit,
    ids_log_audit: Fit,
    index: Fit,
}

impl<'a> Model<'a> {
    /// Of a calibration.
    pub fn new(calibration: &'a Calibration) -> Self {
        let fit = |figure: &dyn Fn(&crate::SizeSample) -> f64| Fit::of(&calibration.points(figure));
        Self {
            calibration,
            cpu: PerKind::from_fn(|kind| fit(&|size| size.calls.of(kind).server_cpu_us)),
            load: fit(&|size| size.load.cpu_us),
            bodies: fit(&|size| size.bytes_each.bodies),
            ids_log_audit: fit(&|size| size.bytes_each.ids_log_audit),
            index: fit(&|size| size.bytes_each.index),
        }
    }

    /// What it was made from.
    pub fn calibration(&self) -> &'a Calibration {
        self.calibration
    }

    /// The law of a kind's CPU.
    pub fn cpu(&self, kind: Kind) -> &Fit {
        self.cpu.of(kind)
    }

    /// The law of the CPU that loading takes.
    pub fn load(&self) -> &Fit {
        &self.load
    }

    /// What a workload meets with on a machine.
    pub fn forecast(&self, workload: &Workload, site: &Site) -> Forecast {
        let size = workload.resources();
        let Demand { requests, syncs, cpu, all } = self.demand(workload, site);
        let busy_cores = self.busy_cores(workload, site);
        let utilisation = busy_cores / self.available(site);
        let waiting = self.waiting(&requests, &all, site);
        let late_us = if site.client == Client::Beside { self.calibration.timer_us } else { 0.0 };
        let kinds = PerKind::from_fn(|kind| {
            let quantile =
                |share| waiting.map(|it| it.quantile(&self.times(kind, size, &syncs), share) + late_us);
            KindForecast {
                requests_s: *requests.of(kind),
                cpu_us: *cpu.of(kind),
                busy_cores: requests.of(kind) * all.of(kind) / 1e6,
                growth: self.cpu(kind).growth,
                p50_us: quantile(0.5),
                p99_us: quantile(0.99),
            }
        });
        let (memory, disk) = (self.memory(workload), self.disk(workload));
        let export_s = kinds.export.p50_us.map(|page_us| self.export_s(workload, page_us));
        Forecast {
            cores: site.cores,
            busy_cores,
            utilisation,
            kinds,
            syncs,
            io: disk::io(self.calibration, (&requests, &syncs), (&memory, &disk), site),
            memory,
            disk,
            load_s: workload.resources() * self.load.at(size) / 1e6 / self.available(site),
            export_s,
            beyond: size / self.calibration.largest().max(1.0),
        }
    }

    /// Cores that a workload keeps busy.
    pub(crate) fn busy_cores(&self, workload: &Workload, site: &Site) -> f64 {
        let Demand { requests, all, .. } = self.demand(workload, site);
        requests.iter().map(|(kind, rate)| rate * all.of(kind) / 1e6).sum()
    }

    /// Memory that a workload takes.
    pub(crate) fn memory(&self, workload: &Workload) -> MemoryForecast {
        MemoryForecast::of(self.calibration, workload)
    }

    /// Disk that a workload takes.
    pub(crate) fn disk(&self, workload: &Workload) -> DiskForecast {
        DiskForecast::of(&self.bytes_each(workload.resources()), self.log_bytes(), workload)
    }

    fn demand(&self, workload: &Workload, site: &Site) -> Demand {
        let requests = workload.requests_s(self.calibration.page_resources);
        let syncs = Syncs::of(requests.write, self.calibration.sync.mean_us);
        let mixed = self.calibration.mixed.cpu_factor;
        let cpu = PerKind::from_fn(|kind| self.cpu_us(kind, workload.resources(), &syncs) * mixed);
        let client = |kind| match site.client {
            Client::Elsewhere => 0.0,
            Client::Beside => self.calibration.calls(kind).map_or(0.0, |calls| calls.client_cpu_us),
        };
        let alone = PerKind::from_fn(|kind| cpu.of(kind) + client(kind));
        let busy: f64 = requests.iter().map(|(kind, rate)| rate * alone.of(kind) / 1e6).sum();
        let crowded = crowded(busy / self.available(site), self.calibration.crowd.cpu_factor);
        let all = PerKind::from_fn(|kind| alone.of(kind) * crowded);
        Demand { all, requests, syncs, cpu: PerKind::from_fn(|kind| cpu.of(kind) * crowded) }
    }

    /// Cores that requests can have. Beside their clients, on the calibrated machine, others have theirs.
    fn available(&self, site: &Site) -> f64 {
        let cores = f64::from(site.cores.max(1));
        match site.client {
            Client::Elsewhere => cores,
            Client::Beside => self.calibration.crowd.available_cores.clamp(0.01, cores),
        }
    }

    /// A machine with cores like these that bears a workload well: cores at 60 %, a quarter more memory than the process takes and
    /// room for a quarter of the data in the system's cache, a disk filled to four fifths.
    pub fn recommended(&self, workload: &Workload) -> Site {
        const GIB: f64 = (1_u64 << 30) as f64;
        let (memory, disk) = (self.memory(workload), self.disk(workload));
        // On so many cores that hardly any are busy, and nothing is shared.
        let vast = Site { cores: u32::MAX, ..Site::of(&self.calibration.machine) };
        let busy = self.busy_cores(workload, &vast);
        let crowded = 1.0 + (self.calibration.crowd.cpu_factor - 1.0) * UTILISATION_TARGET;
        let cores = (busy * crowded / UTILISATION_TARGET).ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
        let memory = memory.all() * 1.25 + disk.data() * 0.25;
        let gib = |bytes: f64| (bytes / GIB).ceil().max(1.0) * GIB;
        Site {
            cores,
            memory_bytes: gib(memory),
            disk_bytes: Some(gib(disk.all() * 1.25)),
            client: Client::Elsewhere,
        }
    }

    /// The workload with all rates so many times as high that the cores are this busy; nothing where no rate is asked.
    pub fn at_utilisation(&self, workload: &Workload, site: &Site, utilisation: f64) -> Option<Workload> {
        let at = |factor: f64| self.busy_cores(&workload.times(factor), site) / self.available(site);
        if at(1.0) <= 0.0 {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while at(high) < utilisation {
            high *= 2.0;
        }
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if at(middle) < utilisation { low = middle } else { high = middle }
        }
        Some(workload.times(high))
    }

    /// CPU of the server for one request at a size. Of writes it falls the more of them share a sync.
    fn cpu_us(&self, kind: Kind, size: f64, syncs: &Syncs) -> f64 {
        let alone = self.cpu(kind).at(size);
        if kind != Kind::Write {
            return alone;
        }
        let commits = &self.calibration.commits;
        let (Some(first), Some(last)) = (commits.first(), commits.last()) else { return alone };
        if first.server_cpu_us <= 0.0 || last.writers == first.writers {
            return alone;
        }
        let shared = (last.server_cpu_us / first.server_cpu_us).min(1.0);
        let a_commit = Syncs::of(last.rate_s, self.calibration.sync.mean_us).a_commit;
        if a_commit >= 1.0 {
            return alone;
        }
        let part = ((syncs.a_commit - a_commit) / (1.0 - a_commit)).clamp(0.0, 1.0);
        alone * (shared + (1.0 - shared) * part)
    }

    /// How requests of all kinds together wait for a core.
    fn waiting(&self, requests: &PerKind<f64>, cpu_us: &PerKind<f64>, site: &Site) -> Option<Waiting> {
        let rate: f64 = requests.iter().map(|(_, rate)| rate).sum();
        if rate <= 0.0 {
            return Waiting::of(site.cores, 0.0, 0.0, 0.0);
        }
        // What others take makes each core slower.
        let slower = f64::from(site.cores.max(1)) / self.available(site);
        let mean = |of: &dyn Fn(Kind) -> f64| requests.iter().map(|(k, r)| r * of(k)).sum::<f64>() / rate;
        let first = mean(&|kind| *cpu_us.of(kind));
        let second = mean(&|kind| {
            let variation = self.calibration.latencies(kind).map_or(0.0, |latencies| latencies.variation);
            cpu_us.of(kind).powi(2) * (1.0 + variation)
        });
        let variation = if first > 0.0 { second / (first * first) - 1.0 } else { 0.0 };
        Waiting::of(site.cores, rate * first * slower / 1e6, first * slower, variation)
    }

    /// What a request takes beside waiting for a core, with weights: what one client measured, CPU grown to the size; and for
    /// writes the rest of a sync that is under way.
    fn times(&self, kind: Kind, size: f64, syncs: &Syncs) -> Vec<(f64, f64)> {
        let Some(latencies) = self.calibration.latencies(kind) else { return Vec::new() };
        let grown = self.cpu(kind).at(size) - self.cpu(kind).at(self.calibration.largest());
        let mean = latencies.mean_us.max(f64::MIN_POSITIVE);
        let alone = latencies.points_us.iter().map(|point| (point + grown * point / mean).max(0.0));
        if kind != Kind::Write {
            return alone.map(|time| (time, 1.0)).collect();
        }
        let step = self.calibration.sync.mean_us / f64::from(SYNC_STEPS);
        let met = |time: f64| {
            let weight = syncs.busy / f64::from(SYNC_STEPS);
            (0..SYNC_STEPS).map(move |at| (time + step * (f64::from(at) + 0.5), weight))
        };
        alone.flat_map(|time| std::iter::once((time, 1.0 - syncs.busy)).chain(met(time))).collect()
    }

    fn bytes_each(&self, size: f64) -> DiskParts {
        DiskParts {
            bodies: self.bodies.at(size),
            ids_log_audit: self.ids_log_audit.at(size),
            index: self.index.at(size),
        }
    }

    /// Logs that are kept until their entries are in files: twice what is buffered in memory.
    fn log_bytes(&self) -> f64 {
        let parts = self.calibration.memory.parts.iter();
        let buffers = parts.filter(|part| part.purpose.contains("write buffers"));
        buffers.filter_map(|part| part.bytes_max).sum::<u64>() as f64 * 2.0
    }

    /// How long one client needs for an export, page after page.
    fn export_s(&self, workload: &Workload, page_us: f64) -> f64 {
        let pages = workload.resources_a_tenant() / self.calibration.page_resources.max(1.0);
        pages.ceil() * page_us / 1e6
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        CallSample, CommitSample, CrowdSample, Latencies, LoadSample, MemoryPart, MemorySample, MixedSample,
        SizeSample,
    };

    /// Two cores; syncs of 1 ms; reads of 100 us, searches that grow with the logarithm.
    pub(crate) fn calibration() -> Calibration {
        let steady = |us: f64| Latencies::of((0..200).map(|n| us * (0.9 + f64::from(n) / 1_000.0)).collect());
        let call =
            |cpu: f64, us: f64| CallSample { server_cpu_us: cpu, client_cpu_us: 20.0, latencies: steady(us) };
        let size = |resources: u64, search: f64| SizeSample {
            resources,
            load: LoadSample { resources, rate_s: 10_000.0, cpu_us: 100.0 },
            calls: PerKind {
                write: call(150.0, 1_200.0),
                read: call(100.0, 110.0),
                search: call(search, search * 1.1),
                export: call(4_000.0, 4_100.0),
            },
            bytes_each: DiskParts { bodies: 300.0, ids_log_audit: 150.0, index: 200.0 },
        };
        let commit = |writers, rate_s, server_cpu_us| CommitSample {
            writers,
            rate_s,
            server_cpu_us,
            latencies: steady(1_000.0),
        };
        Calibration {
            machine: Machine {
                cores: 2,
                memory_bytes: 8 << 30,
                disk_free_bytes: Some(100 << 30),
                others_busy_cores: 0.0,
                build: "release".to_owned(),
            },
            sync: steady(1_000.0),
            sizes: vec![size(10_000, 500.0), size(100_000, 700.0)],
            commits: vec![commit(1, 800.0, 150.0), commit(16, 8_000.0, 75.0)],
            mixed: MixedSample::default(),
            crowd: CrowdSample::default(),
            timer_us: 50.0,
            page_resources: 1_000.0,
            bytes_written_factor: 4.0,
            memory: MemorySample {
                start_bytes: 30 << 20,
                open_bytes: 40 << 20,
                peak_bytes: 200 << 20,
                parts: vec![
                    MemoryPart {
                        purpose: "store write buffers".to_owned(),
                        bytes: 10 << 20,
                        bytes_max: Some(64 << 20),
                    },
                    MemoryPart { purpose: "store open files".to_owned(), bytes: 1 << 20, bytes_max: None },
                ],
                tenant_bytes: 4 << 20,
            },
            opening_ms: 30.0,
        }
    }

    pub(crate) fn workload() -> Workload {
        Workload {
            patients: 10_000,
            resources_each: 314.0,
            tenants: 1,
            versions_kept: 1.2,
            rates_s: PerKind { write: 20.0, read: 100.0, search: 50.0, export: 1e-5 },
        }
    }

    fn forecast(change: impl Fn(&mut Workload)) -> Forecast {
        let calibration = calibration();
        let mut workload = workload();
        change(&mut workload);
        Model::new(&calibration).forecast(&workload, &Site::of(&calibration.machine))
    }

    fn figures(of: &Forecast) -> Vec<f64> {
        let kinds = of.kinds.iter().flat_map(|(_, kind)| {
            [Some(kind.cpu_us), Some(kind.busy_cores), kind.p50_us, kind.p99_us].into_iter().flatten()
        });
        let more = [of.busy_cores, of.utilisation, of.memory.all(), of.disk.all(), of.io.rate_s(), of.load_s];
        kinds.chain(more).chain(of.export_s).collect()
    }

    #[test]
    fn more_of_anything_never_costs_less() {
        let plain = forecast(|_| {});
        let rows: [fn(&mut Workload); 7] = [
            |it| it.patients *= 10,
            |it| it.rates_s.write *= 10.0,
            |it| it.rates_s.read *= 10.0,
            |it| it.rates_s.search *= 10.0,
            |it| it.rates_s.export *= 10.0,
            |it| it.tenants *= 10,
            |it| it.versions_kept *= 10.0,
        ];
        for (row, change) in rows.into_iter().enumerate() {
            let more = forecast(change);
            // More tenants make each one's export smaller.
            if row != 5 {
                assert!(more.busy_cores >= plain.busy_cores, "row {row}");
                assert!(more.kinds.search.p99_us >= plain.kinds.search.p99_us, "row {row}");
            }
            assert!(more.memory.all() >= plain.memory.all(), "row {row}");
            assert!(more.disk.all() >= plain.disk.all(), "row {row}");
        }
    }

    #[test]
    fn units_are_right() {
        let of = forecast(|it| it.rates_s = PerKind { read: 1_000.0, ..PerKind::default() });
        assert!((of.busy_cores - 0.1).abs() < 1e-9, "1,000 reads of 100 us are a tenth of a core: {of:?}");
        assert!((of.utilisation - 0.05).abs() < 1e-9);
        let disk = of.disk;
        assert!((disk.data() - 10_000.0 * 314.0 * 1.2 * 650.0).abs() < 1.0, "{disk:?}");
        assert!((of.load_s - 10_000.0 * 314.0 * 100e-6 / 2.0).abs() < 1e-6);
        assert!((of.beyond - 31.4).abs() < 1e-9);
    }

    #[test]
    fn nothing_asked_is_no_nonsense() {
        for change in [
            (|it: &mut Workload| it.rates_s = PerKind::default()) as fn(&mut Workload),
            |it| it.patients = 0,
            |it| it.tenants = 0,
            |it| it.versions_kept = 0.0,
            |it| it.rates_s.write = 1e12,
        ] {
            let of = forecast(change);
            assert!(figures(&of).iter().all(|figure| figure.is_finite() && *figure >= 0.0), "{of:?}");
        }
        let calibration = Calibration { sizes: Vec::new(), commits: Vec::new(), ..calibration() };
        let of = Model::new(&calibration).forecast(&workload(), &Site::of(&calibration.machine));
        assert!(figures(&of).iter().all(|figure| figure.is_finite()), "{of:?}");
    }

    #[test]
    fn saturation_has_no_latency_and_a_recommended_machine_has() {
        let calibration = calibration();
        let (model, busy) = (Model::new(&calibration), workload().times(100.0));
        let here = model.forecast(&busy, &Site::of(&calibration.machine));
        assert!(here.utilisation > 1.0 && here.kinds.read.p99_us.is_none());
        let there = model.forecast(&busy, &model.recommended(&busy));
        assert!(there.utilisation <= UTILISATION_TARGET && there.kinds.read.p99_us.is_some());
    }

    #[test]
    fn a_load_is_found_for_a_utilisation() {
        let calibration = calibration();
        let (model, site) = (Model::new(&calibration), Site::of(&calibration.machine));
        for utilisation in [0.05, 0.5, 0.8] {
            let scaled = model.at_utilisation(&workload(), &site, utilisation).expect("rates");
            let found = model.forecast(&scaled, &site).utilisation;
            assert!((found - utilisation).abs() < 1e-3, "{found} instead of {utilisation}");
        }
        assert_eq!(model.at_utilisation(&workload().times(0.0), &site, 0.5), None);
    }

    #[test]
    fn a_crowd_takes_more() {
        for (utilisation, factor, more) in [
            (0.0, 2.0, 1.0),
            (0.25, 2.0, 4.0 / 3.0),
            (0.5, 2.0, 2.0),
            (3.0, 2.0, 2.0),
            (0.9, 1.0, 1.0),
            (0.5, 0.5, 1.0),
        ] {
            let found = crowded(utilisation, factor);
            assert!((found - more).abs() < 1e-9, "{found} instead of {more} at {utilisation}");
        }
        let mut calibration = calibration();
        let requests = PerKind { read: 1_000.0, ..PerKind::default() };
        // 1,000 reads of 120 us, the client's share included, keep 0.12 cores busy.
        assert!((excess(&calibration, requests, 0.18) - 1.5).abs() < 1e-6);
        assert_eq!(
            (excess(&calibration, requests, 0.1), excess(&calibration, PerKind::default(), 1.0)),
            (1.0, 1.0)
        );
        let calm = Model::new(&calibration).recommended(&workload().times(100.0));
        calibration.crowd.cpu_factor = 1.5;
        let model = Model::new(&calibration);
        let (there, busy) = (model.recommended(&workload().times(100.0)), workload().times(100.0));
        assert!(
            there.cores > calm.cores
                && model.forecast(&busy, &there).utilisation <= UTILISATION_TARGET + 1e-9
        );
    }

    #[test]
    fn cores_that_others_have_are_missed() {
        let mut calibration = calibration();
        let busy = workload().times(15.0);
        let site = Site { client: Client::Beside, ..Site::of(&calibration.machine) };
        let alone = Model::new(&calibration).forecast(&busy, &site);
        calibration.crowd.available_cores = 1.0;
        let shared = Model::new(&calibration).forecast(&busy, &site);
        assert!((shared.utilisation / alone.utilisation - 2.0).abs() < 1e-9);
        assert!(shared.kinds.read.p99_us > alone.kinds.read.p99_us);
    }

    #[test]
    fn writers_who_share_syncs_take_less_cpu() {
        let of = |rate| forecast(move |it| it.rates_s.write = rate).kinds.write.cpu_us;
        assert!(of(1.0) > 149.0 && of(3_000.0) < of(1.0) && of(100_000.0) >= 74.9);
    }
}
