//! A writer and a searcher beside the load, who tell how long they waited.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use fornax::{Change, SearchRequest, Tenant};

use crate::me;

/// Between two writes, and between two searches.
const PAUSE: Duration = Duration::from_millis(2);
/// What nobody should wait for.
const LONG: Duration = Duration::from_millis(100);
/// Resources that the writer writes to, again and again.
const WRITTEN: u64 = 100;

/// The two threads.
pub struct Probes {
    stop: Arc<AtomicBool>,
    writer: JoinHandle<Waits>,
    searcher: JoinHandle<Waits>,
}

/// What both met with.
pub struct Outcome {
    pub writes: Waits,
    pub searches: Waits,
}

/// How long calls took.
pub struct Waits(Vec<Duration>);

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Probes {
    pub fn start(tenant: &Tenant) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let writer = probe(&stop, tenant, |tenant| {
            let id = format!("probe-{}", NEXT.fetch_add(1, Ordering::Relaxed) % WRITTEN);
            let body = format!(
                r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"probe"}},"valueInteger":7}}"#
            );
            tenant.commit(&Change::update("Observation", id, body.into_bytes()), &me()).unwrap();
        });
        let searcher = probe(&stop, tenant, |tenant| {
            let query = "gender=female&_count=5&_total=none";
            tenant.search(&SearchRequest::of("Patient", query), &me()).unwrap();
        });
        Self { stop, writer, searcher }
    }

    pub fn stop(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        Outcome { writes: self.writer.join().unwrap(), searches: self.searcher.join().unwrap() }
    }
}

/// Deletes what the writer wrote.
pub fn remove(tenant: &Tenant) {
    for number in 0..WRITTEN {
        tenant.commit(&Change::delete("Observation", format!("probe-{number}")), &me()).unwrap();
    }
}

fn probe(
    stop: &Arc<AtomicBool>,
    tenant: &Tenant,
    call: impl Fn(&Tenant) + Send + 'static,
) -> JoinHandle<Waits> {
    let (stop, tenant) = (Arc::clone(stop), tenant.clone());
    std::thread::spawn(move || {
        let mut waits = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let started = Instant::now();
            call(&tenant);
            waits.push(started.elapsed());
            std::thread::sleep(PAUSE);
        }
        Waits(waits)
    })
}

impl fmt::Display for Waits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |share: f64| {
            let place = ((sorted.len() as f64 * share) as usize).min(sorted.len() - 1);
            sorted[place].as_secs_f64() * 1e3
        };
        let long = sorted.iter().filter(|wait| **wait > LONG).count();
        write!(
            formatter,
            "{} calls: median {:.2} ms, 99th {:.1}, 99.9th {:.1}, at most {:.0}; {long} beyond 100 ms",
            sorted.len(),
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        )
    }
}
