//! What an import in bulk costs beside the same load by transactions.
//!
//! `cargo build --release -p fornax-benches --bin importing`, then `importing [FOLDER] [RESOURCES]` from the target directory's `release/`
//! (default: the current folder, 300,000 resources). One generated population is put, in turns, into fresh directories: a transaction for
//! each patient by two threads, and its lines, sorted by type as a bulk export has them, by an import of two threads. Prints a Markdown
//! table. CPU is that of the process, background work included, until the directory is closed; what is put in is made before.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fornax::{BundleOptions, Engine, ImportOptions, Options, SearchRequest, Tenant, TenantId};
use fornax_benches::load::me;
use fornax_benches::usage::{bytes_below, process_cpu};
use fornax_population::{Plan, Population, Resources};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const SEED: u64 = 20;
/// What a patient has on average.
const RESOURCES_EACH: u64 = 314;
/// What `fornax serve` has by default.
const MEMORY_BYTES: usize = 224 << 20;
const THREADS: usize = 2;
const ROUNDS: usize = 2;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let resources = arguments.next().map_or(300_000, |text| text.parse().unwrap());
    let (transactions, lines) = made(resources / RESOURCES_EACH);
    println!(
        "| load | resources | seconds | resources/s | CPU a resource, us | bytes a resource |\n|---|---|---|---|---|---|"
    );
    let mut counts = Vec::new();
    for _ in 0..ROUNDS {
        counts
            .push(measured("transactions", &folder, &lines, |tenant| by_transactions(tenant, &transactions)));
        counts.push(measured("import", &folder, &lines, |tenant| by_import(tenant, &lines)));
    }
    assert!(counts.windows(2).all(|two| two[0] == two[1]), "the same is found: {counts:?}");
}

/// A population as transactions, and as lines in the order of their types.
fn made(patients: u64) -> (Vec<String>, Vec<Vec<u8>>) {
    let population = Population::new(Plan::new(SEED, patients)).unwrap();
    let (mut transactions, mut lines) = (Vec::new(), Vec::new());
    let mut add = |piece: &Resources| {
        let mut text = String::new();
        piece.write_transaction(&mut text);
        transactions.push(text);
        lines.extend(piece.iter().map(|one| (one.kind(), one.json().as_bytes().to_vec())));
    };
    for piece in population.facilities() {
        add(&piece);
    }
    let mut patient = Resources::new();
    for number in 0..patients {
        population.fill_patient(number, &mut patient);
        add(&patient);
    }
    lines.sort_by_key(|(kind, _)| *kind);
    (transactions, lines.into_iter().map(|(_, line)| line).collect())
}

/// Loads into a fresh directory, and prints a row. Answers what some searches count there.
fn measured(name: &str, folder: &str, lines: &[Vec<u8>], load: impl FnOnce(&Tenant)) -> Vec<Option<u64>> {
    let folder = tempfile::tempdir_in(folder).unwrap();
    let engine = Engine::open(Options::at(folder.path()).memory_bytes(MEMORY_BYTES)).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let (before, started) = (process_cpu(), Instant::now());
    load(&tenant);
    let took = started.elapsed();
    let counts = counts(&tenant);
    drop(tenant);
    engine.close().unwrap();
    print_row(name, lines.len(), took, (process_cpu() - before, folder.path()));
    counts
}

fn print_row(name: &str, resources: usize, took: Duration, (cpu, folder): (Duration, &Path)) {
    let (seconds, count) = (took.as_secs_f64(), resources as f64);
    println!(
        "| {name} | {resources} | {seconds:.1} | {:.0} | {:.1} | {} |",
        count / seconds,
        cpu.as_secs_f64() * 1e6 / count,
        bytes_below(folder) / resources as u64
    );
}

fn by_transactions(tenant: &Tenant, transactions: &[String]) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(text) = transactions.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let text = text.clone().into_bytes();
                    tenant.process_bundle(text, &BundleOptions::default(), &me()).unwrap();
                }
            });
        }
    });
}

fn by_import(tenant: &Tenant, lines: &[Vec<u8>]) {
    let options = ImportOptions { threads: THREADS, ..ImportOptions::default() };
    let report = tenant.import(&mut lines.iter().map(|line| Ok(line.clone())), &options, &me()).unwrap();
    assert!(report.stopped.is_none() && report.refused.is_empty(), "{report:?}");
}

fn counts(tenant: &Tenant) -> Vec<Option<u64>> {
    let rows = [
        ("Observation", "_summary=count"),
        ("Observation", "category=laboratory&_summary=count"),
        ("Patient", "_has:Observation:patient:status=final&_summary=count"),
        ("Encounter", "date=ge2020&_summary=count"),
        ("Condition", "patient.gender=female&_summary=count"),
    ];
    let count = |(kind, query): &(&str, &str)| {
        let page = tenant.search(&SearchRequest::of(*kind, *query), &me()).unwrap();
        page.total
    };
    rows.iter().map(count).collect()
}
