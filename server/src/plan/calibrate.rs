//! The calibration: what each thing costs on this machine, at two or three sizes.

use std::fs::OpenOptions;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use fornax::{Engine, MemoryUse, Options, Tenant, TenantId};
use fornax_planner::{
    Calibration, CallSample, Check, CommitSample, CrowdSample, DiskParts, Kind, Latencies, LoadSample,
    Machine, MemoryPart, MemorySample, MixedSample, PerKind, SizeSample, Workload,
};
use tokio::runtime::Runtime;

use super::Budget;
use super::check;
use super::clients::Clients;
use super::endpoint::Endpoint;
use super::interrupt::Interrupt;
use super::population::People;
use super::progress::tell;
use super::requests::Requests;
use super::system::{self, BusyMark};
use crate::failure::Failure;

/// Writers at once, for what they share.
const WRITERS: usize = 16;
/// Tenants that are made to see what one takes.
const TENANTS: u64 = 3;
/// What a tenant takes at least, whatever was seen: the buffers of its column families.
const TENANT_BYTES_MIN: u64 = 1 << 20;
/// Patients loaded before it is known how many the time allows.
const FIRST_PATIENTS: u64 = 4;
/// Steps between sizes.
const STEP: u64 = 4;

/// Everything that a calibration needs.
pub(crate) struct Rig<'a> {
    pub workload: Workload,
    pub budget: Budget,
    /// How busy the cores are to be in the checks.
    pub checks: &'a [f64],
    pub folder: &'a Path,
    pub runtime: &'a Runtime,
    pub interrupt: &'a Interrupt,
}

/// The most that was measured of loading.
#[derive(Default)]
struct Loads {
    written_bytes: u64,
    kept_bytes: u64,
}

/// What of the machine is measured before anything is opened.
struct Bare {
    sync: Latencies,
    timer_us: f64,
    start_bytes: u64,
    busy: BusyMark,
}

impl Rig<'_> {
    /// Calibrates, then checks what the calibration says.
    pub(crate) fn run(&self) -> Result<(Calibration, Vec<Check>), Failure> {
        let (busy, start_bytes) = (BusyMark::now()?, system::resident_bytes()?);
        tell("syncs of this disk");
        let bare = Bare { sync: self.syncs()?, timer_us: self.timer()?, start_bytes, busy };
        let data = self.folder.join("data");
        let engine = open(&data)?;
        let outcome = self.with_engine(&engine, bare);
        let closed = close(&engine);
        let (mut calibration, checks) = outcome?;
        closed?;
        drop(engine);
        let began = Instant::now();
        let engine = open(&data)?;
        calibration.opening_ms = began.elapsed().as_secs_f64() * 1e3;
        close(&engine)?;
        Ok((calibration, checks))
    }

    fn with_engine(&self, engine: &Engine, bare: Bare) -> Result<(Calibration, Vec<Check>), Failure> {
        let open_bytes = system::resident_bytes()?;
        let tenant = tenant(engine, &TenantId::default_tenant())?;
        let endpoint = Endpoint::start(self.runtime, engine)?;
        let outcome = self.with_endpoint((engine, &tenant), &endpoint, bare);
        let stopped = endpoint.stop();
        let (mut calibration, checks) = outcome?;
        stopped?;
        calibration.memory.open_bytes = open_bytes;
        calibration.memory.peak_bytes = system::peak_bytes()?;
        calibration.memory.parts = parts(engine)?;
        tell("memory of a tenant");
        calibration.memory.tenant_bytes = self.tenant_bytes(engine)?;
        Ok((calibration, checks))
    }

    fn with_endpoint(
        &self,
        (engine, tenant): (&Engine, &Tenant),
        endpoint: &Endpoint<'_>,
        bare: Bare,
    ) -> Result<(Calibration, Vec<Check>), Failure> {
        let mut people = People::of(self.workload.patients)?;
        let (mut loads, mut sizes, mut page_resources) = (Loads::default(), Vec::new(), 1.0);
        let mut requests = Requests::of(&people.population, 1);
        for patients in self.sizes(&mut people, tenant)? {
            tell(&format!("{patients} patients"));
            let load = self.load(&mut people, patients, (engine, tenant), &mut loads)?;
            let (resources, bytes_each) = on_disk(tenant)?;
            requests = Requests::of(&people.population, people.loaded);
            let clients = self.clients(endpoint, &requests);
            let calls = self.calls(clients, &mut page_resources)?;
            sizes.push(SizeSample { resources, load, calls, bytes_each });
        }
        let clients = self.clients(endpoint, &requests);
        let mut machine = machine(self.folder)?;
        machine.others_busy_cores = bare.busy.others(machine.cores)?;
        let mut calibration = Calibration {
            machine,
            sync: bare.sync,
            commits: self.commits(clients, &sizes)?,
            sizes,
            mixed: MixedSample::default(),
            crowd: CrowdSample::default(),
            timer_us: bare.timer_us,
            page_resources,
            bytes_written_factor: loads.factor(),
            // The rest is known at the end.
            memory: MemorySample {
                start_bytes: bare.start_bytes,
                open_bytes: 0,
                peak_bytes: 0,
                parts: Vec::new(),
                tenant_bytes: 0,
            },
            opening_ms: 0.0,
        };
        calibration.mixed = check::mixed(self, &calibration, clients)?;
        calibration.crowd = check::crowd(self, &calibration, clients)?;
        let checks = check::run(self, &calibration, clients)?;
        Ok((calibration, checks))
    }

    fn clients<'a>(&'a self, endpoint: &Endpoint<'_>, requests: &'a Requests) -> Clients<'a> {
        Clients { address: endpoint.address, requests, interrupt: self.interrupt }
    }

    /// Creates by one writer, which are known already, and by many.
    fn commits(&self, clients: Clients<'_>, sizes: &[SizeSample]) -> Result<Vec<CommitSample>, Failure> {
        let Some(alone) = sizes.last().map(|last| &last.calls.write) else { return Ok(Vec::new()) };
        tell(&format!("{WRITERS} writers at once"));
        let together = clients.run(Kind::Write, WRITERS, self.budget.percent(5))?;
        let sample = |writers, rate_s, calls: &CallSample| CommitSample {
            writers,
            rate_s,
            server_cpu_us: calls.server_cpu_us,
            latencies: calls.latencies.clone(),
        };
        let alone_s = 1e6 / alone.latencies.mean_us.max(1e-9);
        Ok(vec![sample(1, alone_s, alone), sample(WRITERS as u32, together.rate_s, &together.calls)])
    }

    /// Writes 4 KiB to the end of a file and syncs it, again and again.
    fn syncs(&self) -> Result<Latencies, Failure> {
        let path = self.folder.join("syncs");
        let failed = || Failure::io(format!("cannot write {}", path.display()));
        let mut file = OpenOptions::new().create_new(true).append(true).open(&path).map_err(failed())?;
        let (began, mut calls_us) = (Instant::now(), Vec::new());
        while calls_us.len() < 20 || began.elapsed() < self.budget.percent(3) {
            self.interrupt.check()?;
            let started = Instant::now();
            file.write_all(&[0x5A; 4_096]).and_then(|()| file.sync_data()).map_err(failed())?;
            calls_us.push(started.elapsed().as_secs_f64() * 1e6);
        }
        Ok(Latencies::of(calls_us))
    }

    /// How late a sleep ends.
    fn timer(&self) -> Result<f64, Failure> {
        const NAP: Duration = Duration::from_millis(1);
        let (began, mut late_us) = (Instant::now(), Vec::new());
        while late_us.len() < 20 || began.elapsed() < self.budget.percent(1) {
            let moment = Instant::now() + NAP;
            self.interrupt.wait_until(moment)?;
            late_us.push(moment.elapsed().as_secs_f64() * 1e6);
        }
        Ok(Latencies::of(late_us).p50_us)
    }

    /// How many patients there are at each size, after a first few that tell how fast they load.
    fn sizes(&self, people: &mut People, tenant: &Tenant) -> Result<Vec<u64>, Failure> {
        tell("facilities, and a few patients");
        people.load_facilities(tenant, self.interrupt)?;
        let began = Instant::now();
        people.load_to(FIRST_PATIENTS, tenant, self.interrupt)?;
        let each_s = began.elapsed().as_secs_f64() / FIRST_PATIENTS as f64;
        let affordable = self.budget.percent(30).as_secs_f64() / each_s.max(1e-6);
        let most = (affordable as u64).clamp(2 * FIRST_PATIENTS, people.most().max(2 * FIRST_PATIENTS));
        let most = most.min(people.most());
        let mut sizes = vec![most / (STEP * STEP), most / STEP, most];
        sizes.retain(|patients| *patients > FIRST_PATIENTS);
        sizes.dedup();
        Ok(if sizes.is_empty() { vec![most] } else { sizes })
    }

    fn load(
        &self,
        people: &mut People,
        patients: u64,
        (engine, tenant): (&Engine, &Tenant),
        loads: &mut Loads,
    ) -> Result<LoadSample, Failure> {
        let kept = || -> Result<u64, Failure> {
            let of = engine.statistics().map_err(Failure::engine("the sizes could not be told"))?;
            Ok(of.tenants.iter().map(|tenant| tenant.store_bytes + tenant.index_bytes).sum())
        };
        let (before, written) = (kept()?, system::written_bytes()?);
        let load = people.load_to(patients, tenant, self.interrupt)?;
        tenant.compact().map_err(Failure::engine("the calibrated directory could not be compacted"))?;
        loads.kept_bytes += kept()?.saturating_sub(before);
        loads.written_bytes += system::written_bytes()?.saturating_sub(written);
        Ok(load)
    }

    /// Every kind by one client, and how many resources a page of an export has. Writes come last: they change what is there.
    fn calls(&self, clients: Clients<'_>, page_resources: &mut f64) -> Result<PerKind<CallSample>, Failure> {
        let mut calls = PerKind::default();
        for kind in [Kind::Read, Kind::Search, Kind::Export, Kind::Write] {
            let time = self.budget.percent(if kind == Kind::Search { 3 } else { 2 });
            let measured = clients.run(kind, 1, time)?;
            if kind == Kind::Export {
                *page_resources = measured.page_resources.max(1.0);
            }
            *calls.of_mut(kind) = measured.calls;
        }
        Ok(calls)
    }

    /// What a further tenant takes that is open and holds something.
    fn tenant_bytes(&self, engine: &Engine) -> Result<u64, Failure> {
        let before = system::resident_bytes()?;
        for number in 0..TENANTS {
            let id: TenantId = format!("tenant-{number}").parse().map_err(Failure::engine("a name"))?;
            engine.create_tenant(&id).map_err(Failure::engine("a tenant could not be made"))?;
            let tenant = tenant(engine, &id)?;
            People::of(FIRST_PATIENTS)?.load_to(FIRST_PATIENTS, &tenant, self.interrupt)?;
        }
        Ok((system::resident_bytes()?.saturating_sub(before) / TENANTS).max(TENANT_BYTES_MIN))
    }
}

impl Loads {
    /// Bytes written for each that stays.
    fn factor(&self) -> f64 {
        (self.written_bytes as f64 / self.kept_bytes.max(1) as f64).max(1.0)
    }
}

fn open(data: &Path) -> Result<Engine, Failure> {
    Engine::open(Options::at(data)).map_err(Failure::engine(format!("cannot open {}", data.display())))
}

fn close(engine: &Engine) -> Result<(), Failure> {
    engine.close().map_err(Failure::engine("the calibrated directory did not close cleanly"))
}

fn tenant(engine: &Engine, id: &TenantId) -> Result<Tenant, Failure> {
    engine.tenant(id).map_err(Failure::engine(format!("the tenant {id} could not be opened")))
}

fn machine(folder: &Path) -> Result<Machine, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get) as u32;
    Ok(Machine {
        cores,
        memory_bytes: system::memory_bytes()?,
        disk_free_bytes: system::disk_free_bytes(folder),
        others_busy_cores: 0.0,
        build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
    })
}

fn parts(engine: &Engine) -> Result<Vec<MemoryPart>, Failure> {
    let of = engine.statistics().map_err(Failure::engine("the sizes could not be told"))?;
    let part = |of: &MemoryUse| MemoryPart {
        purpose: of.purpose.to_owned(),
        bytes: of.bytes,
        bytes_max: of.bytes_max,
    };
    Ok(of.memory.iter().map(part).collect())
}

/// Resources that are there, and what each takes on disk.
fn on_disk(tenant: &Tenant) -> Result<(u64, DiskParts), Failure> {
    let of = tenant.statistics().map_err(Failure::engine("the sizes could not be told"))?;
    let resources: u64 = of.types.iter().map(|of_type| of_type.resources).sum();
    let bodies: u64 = of.types.iter().map(|of_type| of_type.store_bytes).sum();
    let each = |bytes: u64| bytes as f64 / resources.max(1) as f64;
    let bytes_each = DiskParts {
        bodies: each(bodies),
        ids_log_audit: each(of.store_bytes.saturating_sub(bodies)),
        index: each(of.index_bytes),
    };
    Ok((resources, bytes_each))
}
