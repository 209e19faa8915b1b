//! Reads by id, of resources picked at random from all there are.

use std::time::Instant;

use fornax::{Read, Tenant};
use fornax_benches::load::me;
use fornax_population::{Population, Resources};

use crate::families::Dice;
use crate::measured::{percentile, shown, thread_cpu};

/// So many are known to be picked from: more than fit the caches beside all else.
const IDS: usize = 200_000;
const READS: u32 = 200_000;

pub fn measure(tenant: &Tenant, population: &Population) {
    let ids = ids(population);
    println!("| reads by one thread | CPU a read | a second of CPU | p50 | p99 |\n|---|---|---|---|---|");
    for round in ["first", "again"] {
        let mut dice = Dice::new(31);
        let mut times = Vec::with_capacity(READS as usize);
        let before = thread_cpu();
        for _ in 0..READS {
            let (kind, id) = dice.pick(&ids);
            let started = Instant::now();
            let read = tenant.read(kind, id, &me()).unwrap();
            assert!(matches!(read, Read::Current(_)), "{kind}/{id}");
            times.push(started.elapsed());
        }
        let cpu = (thread_cpu() - before) / READS;
        times.sort_unstable();
        let rate = 1.0 / cpu.as_secs_f64();
        let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
        let each = cpu.as_secs_f64() * 1e6;
        println!("| {round} | {each:.1} µs | {rate:.0} | {} | {} |", shown(p50), shown(p99));
    }
    println!();
}

/// Types and ids of resources of patients spread over the population.
fn ids(population: &Population) -> Vec<(String, String)> {
    let patients = population.plan().patients;
    let each = 314;
    let step = (patients as usize * each / IDS).max(1);
    let mut ids = Vec::new();
    let mut resources = Resources::new();
    for number in (0..patients).step_by(step) {
        population.fill_patient(number, &mut resources);
        ids.extend(resources.iter().map(|one| (one.kind().to_owned(), one.id().to_owned())));
    }
    ids
}
