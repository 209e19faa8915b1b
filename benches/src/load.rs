//! Loading a population, and what becomes of it later, through Bundles.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fornax::{BundleOptions, EntryResponse, Principal, Tenant};
use fornax_population::{Change, Changes, Population, Rates, Resources};

/// On whose behalf benchmarks write and search.
pub fn me() -> Principal {
    Principal::named("benchmark")
}

/// What was written, and in which time.
pub struct Loaded {
    /// How many resources.
    pub resources: u64,
    duration: Duration,
}

impl fmt::Display for Loaded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.resources as f64 / self.duration.as_secs_f64();
        write!(formatter, "{} resources in {:.1} s, {rate:.0}/s", self.resources, self.duration.as_secs_f64())
    }
}

/// Loads everybody, each as one transaction, by so many threads.
pub fn load(tenant: &Tenant, population: &Population, threads: usize) -> Loaded {
    let started = Instant::now();
    let (next, resources) = (AtomicU64::new(0), AtomicU64::new(0));
    for piece in population.facilities() {
        resources.fetch_add(put(tenant, |text| piece.write_transaction(text)), Ordering::Relaxed);
    }
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut patient = Resources::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= population.plan().patients {
                        break;
                    }
                    population.fill_patient(number, &mut patient);
                    let written = put(tenant, |text| patient.write_transaction(text));
                    resources.fetch_add(written, Ordering::Relaxed);
                }
            });
        }
    });
    Loaded { resources: resources.into_inner(), duration: started.elapsed() }
}

/// Applies the later changes of everybody, each patient's as one transaction: as many commits as the load made.
pub fn apply_changes(tenant: &Tenant, population: &Population, rates: Rates) -> Loaded {
    let started = Instant::now();
    let (mut resources, mut changes) = (0, Changes::new());
    for number in 0..population.plan().patients {
        population.fill_changes(number, rates, &mut changes);
        if !changes.is_empty() {
            resources += put(tenant, |text| {
                changes.write_batch(text);
                *text = text.replacen(r#""type":"batch""#, r#""type":"transaction""#, 1);
            });
        }
    }
    Loaded { resources, duration: started.elapsed() }
}

/// Loads everybody as the changes leave them.
pub fn load_changed(tenant: &Tenant, population: &Population, rates: Rates) {
    for piece in population.facilities() {
        put(tenant, |text| piece.write_transaction(text));
    }
    let (mut patient, mut changes) = (Resources::new(), Changes::new());
    for number in 0..population.plan().patients {
        population.fill_patient(number, &mut patient);
        population.fill_changes(number, rates, &mut changes);
        let mut changed: HashMap<&str, Option<&str>> = HashMap::new();
        for change in changes.iter() {
            match change {
                Change::Update(resource) => changed.insert(resource.id(), Some(resource.json())),
                Change::Delete(resource) => changed.insert(resource.id(), None),
            };
        }
        put(tenant, |text| {
            let mut first = true;
            text.push_str(r#"{"resourceType":"Bundle","type":"transaction","entry":["#);
            for resource in patient.iter() {
                let (kind, id) = (resource.kind(), resource.id());
                let body = match changed.get(id) {
                    Some(None) => continue,
                    Some(Some(body)) => body,
                    None => resource.json(),
                };
                let comma = if std::mem::take(&mut first) { "" } else { "," };
                text.push_str(&format!(
                    r#"{comma}{{"resource":{body},"request":{{"method":"PUT","url":"{kind}/{id}"}}}}"#
                ));
            }
            text.push_str("]}");
        });
    }
}

/// Processes a Bundle of which nothing may be refused; answers its entries.
fn put(tenant: &Tenant, write: impl FnOnce(&mut String)) -> u64 {
    let mut text = String::new();
    write(&mut text);
    let response = tenant
        .process_bundle(text.into_bytes(), &BundleOptions::default(), &me())
        .expect("a Bundle that is in order");
    for entry in &response.entries {
        assert!(matches!(entry, EntryResponse::Committed(_)), "{entry:?}");
    }
    response.entries.len() as u64
}
