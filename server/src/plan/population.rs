//! Generated people, loaded through the library: a transaction for each, by two threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};

use fornax::{BundleOptions, Principal, Tenant};
use fornax_planner::LoadSample;
use fornax_population::{Plan, Population, Resources};

use super::interrupt::Interrupt;
use super::system::{CLIENT_THREAD, CpuMark, thread_cpu};
use crate::failure::Failure;

const SEED: u64 = 1;
const THREADS: usize = 2;
/// The facilities of more patients take longer to load than a calibration has.
const PATIENTS_MAX: u64 = 100_000;

/// People, and how many of them are there already.
pub(crate) struct People {
    pub population: Population,
    pub loaded: u64,
}

impl People {
    /// Of a workload.
    pub(crate) fn of(patients: u64) -> Result<Self, Failure> {
        let plan = Plan::new(SEED, patients.clamp(4, PATIENTS_MAX));
        let population = Population::new(plan).map_err(|error| Failure::Options(error.to_string()))?;
        Ok(Self { population, loaded: 0 })
    }

    /// How many there can be.
    pub(crate) fn most(&self) -> u64 {
        self.population.plan().patients
    }

    /// Loads what they share.
    pub(crate) fn load_facilities(&self, tenant: &Tenant, interrupt: &Interrupt) -> Result<u64, Failure> {
        let mut resources = 0;
        for piece in self.population.facilities() {
            interrupt.check()?;
            resources += put(tenant, &piece)?;
        }
        Ok(resources)
    }

    /// Loads more of them, up to so many in all.
    pub(crate) fn load_to(
        &mut self,
        patients: u64,
        tenant: &Tenant,
        interrupt: &Interrupt,
    ) -> Result<LoadSample, Failure> {
        let (next, resources) = (AtomicU64::new(self.loaded), AtomicU64::new(0));
        let (began, mark, is_over) = (Instant::now(), CpuMark::now()?, AtomicBool::new(false));
        let loader = || {
            let before = thread_cpu()?;
            let mut patient = Resources::new();
            while !is_over.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= patients {
                    break;
                }
                self.population.fill_patient(number, &mut patient);
                let written = interrupt.check().and_then(|()| put(tenant, &patient));
                // One that can't go on ends the others.
                let written = written.inspect_err(|_| is_over.store(true, Ordering::Relaxed))?;
                resources.fetch_add(written, Ordering::Relaxed);
            }
            Ok(thread_cpu()?.saturating_sub(before))
        };
        let own: Result<Duration, Failure> = std::thread::scope(|scope| {
            let start = || Builder::new().name(CLIENT_THREAD.to_owned()).spawn_scoped(scope, loader);
            let started = (0..THREADS).map(|_| start()).collect::<Result<Vec<_>, _>>();
            let started = started.map_err(Failure::io("cannot start threads"))?;
            let join = |thread: std::thread::ScopedJoinHandle<'_, Result<Duration, Failure>>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            started.into_iter().map(join).sum()
        });
        let (cpu, elapsed) = (own? + mark.elapsed()?, began.elapsed());
        self.loaded = self.loaded.max(patients);
        let resources = resources.into_inner();
        let count = resources.max(1) as f64;
        Ok(LoadSample {
            resources,
            rate_s: count / elapsed.as_secs_f64().max(1e-9),
            cpu_us: cpu.as_secs_f64() * 1e6 / count,
        })
    }
}

/// Commits a piece as one transaction; answers how many resources it had.
fn put(tenant: &Tenant, piece: &Resources) -> Result<u64, Failure> {
    let mut text = String::new();
    piece.write_transaction(&mut text);
    let by = Principal::named("fornax-plan");
    let response = tenant.process_bundle(text.into_bytes(), &BundleOptions::default(), &by);
    let response = response.map_err(Failure::engine("generated patients could not be loaded"))?;
    Ok(response.entries.len() as u64)
}
