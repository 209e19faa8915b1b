//! The check: the asked mix on this machine, at rates that the model says keep its cores busy to a share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};

use fornax_planner::{
    Calibration, Check, Client, CrowdSample, Kind, Latencies, MixedSample, Model, PerKind, Site, Workload,
    excess,
};

use super::calibrate::Rig;
use super::clients::{Caller, Clients};
use super::progress::tell;
use super::requests::Dice;
use super::system::{BusyMark, CLIENT_THREAD, CpuMark, thread_cpu};
use crate::failure::Failure;

/// How busy the cores are to be.
pub(crate) const UTILISATIONS: [f64; 2] = [0.5, 0.8];
/// Requests under way at once, at most; where the disk stalls, writers are many.
const CLIENTS: u64 = 256;
/// As many keep all cores busy.
const CROWD_CLIENTS: u64 = 64;
/// Between the last connection and the first request.
const LEAD: Duration = Duration::from_millis(200);
/// More requests than a crowd makes in its time.
const CROWD_REQUESTS: usize = 1_000_000;
/// Whatever the rates are.
const REQUESTS_MAX: usize = 2_000_000;

/// Runs of the mix, and what was predicted for them; none where nothing is asked.
pub(crate) fn run(
    rig: &Rig<'_>,
    calibration: &Calibration,
    clients: Clients<'_>,
) -> Result<Vec<Check>, Failure> {
    let model = Model::new(calibration);
    let site = Site { client: Client::Beside, ..Site::of(&calibration.machine) };
    let mix = mix(&rig.workload, calibration);
    let mut checks = Vec::new();
    for &utilisation in rig.checks {
        let Some(scaled) = model.at_utilisation(&mix, &site, utilisation) else { continue };
        tell(&format!("checking at {:.0} % of this machine", utilisation * 100.0));
        let rates = scaled.requests_s(calibration.page_resources);
        let time = rig.budget.percent(12);
        let run = run_all((clients, CLIENTS), &arrivals(&rates, time.as_secs_f64()), time * 4)?;
        let available = calibration.crowd.available_cores.min(f64::from(site.cores));
        let (forecast, busy) = (model.forecast(&scaled, &site), run.busy_cores() / available);
        checks.push(Check::of(utilisation, &forecast, (run.time.as_secs_f64(), busy, &run.latencies)));
    }
    Ok(checks)
}

/// The asked mix by one client, one request after the other.
pub(crate) fn mixed(
    rig: &Rig<'_>,
    calibration: &Calibration,
    clients: Clients<'_>,
) -> Result<MixedSample, Failure> {
    tell("the mix, one by one");
    let run = run_all((clients, 1), &at_once(rig, calibration), rig.budget.percent(5))?;
    let requests_s = run.requests_s();
    Ok(MixedSample {
        rate_s: requests_s.iter().map(|(_, rate)| rate).sum(),
        cpu_factor: excess(calibration, requests_s, run.busy_cores()),
        latencies: run.latencies,
    })
}

/// The asked mix by many clients, as fast as it goes.
pub(crate) fn crowd(
    rig: &Rig<'_>,
    calibration: &Calibration,
    clients: Clients<'_>,
) -> Result<CrowdSample, Failure> {
    tell("the mix, all at once");
    let busy = BusyMark::now()?;
    let run = run_all((clients, CROWD_CLIENTS), &at_once(rig, calibration), rig.budget.percent(5))?;
    let cores = f64::from(calibration.machine.cores);
    let others = busy.others(calibration.machine.cores)?;
    let requests_s = run.requests_s();
    Ok(CrowdSample {
        rate_s: requests_s.iter().map(|(_, rate)| rate).sum(),
        busy_cores: run.busy_cores(),
        available_cores: run.busy_cores().max(cores - others).min(cores),
        cpu_factor: excess(calibration, requests_s, run.busy_cores()),
    })
}

/// More requests of the mix than there is time for, each as soon as a client is free; as many of each kind where nothing is asked.
fn at_once(rig: &Rig<'_>, calibration: &Calibration) -> Vec<Arrival> {
    let asked = rig.workload.requests_s(calibration.page_resources);
    let is_asked = asked.iter().any(|(_, rate)| *rate > 0.0);
    let mix = if is_asked { asked } else { PerKind { write: 1.0, read: 1.0, search: 1.0, export: 0.0 } };
    let all: f64 = mix.iter().map(|(_, rate)| rate).sum();
    let mut arrivals = arrivals(&mix, CROWD_REQUESTS as f64 / all);
    arrivals.iter_mut().for_each(|arrival| arrival.at_s = None);
    arrivals
}

/// The asked mix on what was loaded: as many pages of exports for each other request as the workload has.
fn mix(workload: &Workload, calibration: &Calibration) -> Workload {
    let asked = workload.requests_s(calibration.page_resources);
    let loaded = Workload {
        patients: calibration.largest() as u64,
        resources_each: 1.0,
        tenants: 1,
        versions_kept: 1.0,
        rates_s: PerKind { export: 1.0, ..asked },
    };
    let pages = loaded.requests_s(calibration.page_resources).export.max(1.0);
    Workload { rates_s: PerKind { export: asked.export / pages, ..asked }, ..loaded }
}

/// What a run came to.
struct Run {
    latencies: PerKind<Latencies>,
    /// Of server and clients.
    cpu: Duration,
    time: Duration,
}

impl Run {
    fn busy_cores(&self) -> f64 {
        self.cpu.as_secs_f64() / self.time.as_secs_f64().max(1e-9)
    }

    fn requests_s(&self) -> PerKind<f64> {
        PerKind::from_fn(|kind| self.latencies.of(kind).calls as f64 / self.time.as_secs_f64().max(1e-9))
    }
}

/// Requests at their times, whether those before are done or not; each counts from when it was to begin. After `patience` none begins.
fn run_all(
    (clients, count): (Clients<'_>, u64),
    arrivals: &[Arrival],
    patience: Duration,
) -> Result<Run, Failure> {
    let next = AtomicUsize::new(0);
    let start = Instant::now() + LEAD;
    let client = |seed| -> Result<(PerKind<Vec<f64>>, Duration), Failure> {
        let mut caller = Caller::open(clients, seed)?;
        let (before, mut latencies_us) = (thread_cpu()?, PerKind::<Vec<f64>>::default());
        clients.interrupt.wait_until(start)?;
        while let Some(Arrival { at_s, kind }) = arrivals.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begins = at_s.map_or_else(Instant::now, |at_s| start + Duration::from_secs_f64(at_s));
            clients.interrupt.wait_until(begins)?;
            if start.elapsed() > patience {
                break;
            }
            caller.call(*kind)?;
            latencies_us.of_mut(*kind).push(begins.elapsed().as_secs_f64() * 1e6);
        }
        Ok((latencies_us, thread_cpu()?.saturating_sub(before)))
    };
    std::thread::scope(|scope| {
        let start_one = |seed| {
            let thread = Builder::new().name(CLIENT_THREAD.to_owned());
            thread.spawn_scoped(scope, move || client(seed)).map_err(Failure::io("cannot start threads"))
        };
        let started = (1..=count).map(start_one).collect::<Result<Vec<_>, _>>()?;
        clients.interrupt.wait_until(start)?;
        let mark = CpuMark::now()?;
        let (mut all, mut cpu) = (PerKind::<Vec<f64>>::default(), Duration::ZERO);
        for thread in started {
            let joined = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let (latencies_us, own) = joined?;
            for (kind, found) in latencies_us.iter() {
                all.of_mut(kind).extend(found);
            }
            cpu += own;
        }
        let ran = start.elapsed();
        cpu += mark.elapsed()?;
        let latencies = PerKind::from_fn(|kind| Latencies::of(std::mem::take(all.of_mut(kind))));
        Ok(Run { latencies, cpu, time: ran })
    })
}

/// A request of a run.
struct Arrival {
    /// When it is to begin, in seconds from the start; nothing: as soon as a client is free.
    at_s: Option<f64>,
    kind: Kind,
}

/// When which request is to begin: Poisson, the same in every run.
fn arrivals(rates: &PerKind<f64>, time_s: f64) -> Vec<Arrival> {
    let all: f64 = rates.iter().map(|(_, rate)| rate).sum();
    let (mut dice, mut at_s, mut arrivals) = (Dice::new(11), 0.0, Vec::new());
    while all > 0.0 && arrivals.len() < REQUESTS_MAX {
        at_s -= dice.share().ln() / all;
        if at_s >= time_s {
            break;
        }
        let mut place = dice.share() * all;
        let kind = rates.iter().find_map(|(kind, rate)| {
            place -= rate;
            (place <= 0.0 && *rate > 0.0).then_some(kind)
        });
        arrivals.extend(kind.map(|kind| Arrival { at_s: Some(at_s), kind }));
    }
    arrivals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_come_at_their_rates() {
        let rates = PerKind { write: 100.0, read: 300.0, search: 0.0, export: 0.0 };
        let all = arrivals(&rates, 50.0);
        assert!(all.is_sorted_by(|one, next| one.at_s <= next.at_s));
        let count = |kind| all.iter().filter(|arrival| arrival.kind == kind).count() as f64;
        for (kind, rate) in rates.iter() {
            // Four standard deviations.
            assert!((count(kind) - rate * 50.0).abs() <= 4.0 * (rate * 50.0).sqrt(), "{kind:?}");
        }
        assert!(arrivals(&PerKind::default(), 50.0).is_empty());
    }
}
