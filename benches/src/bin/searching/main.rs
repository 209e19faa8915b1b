//! Searches at size: what each family costs, alone and with thirty clients at once, on a generated population.
//!
//! `cargo build --release -p fornax-benches`, then `searching [FOLDER] [RESOURCES] [PART]...` from the target directory's `release/`
//! (default: the current folder, a million resources, all parts). Prints Markdown tables for docs/PERFORMANCE.md: searches of random
//! values (`families`), counts and downloads (`analytic`), reads by id (`reads`), counts once a tenth is superseded (`superseded`), and
//! what the first search after writes waits for (`fresh`).
//! CPU is that of the calling thread, over as many calls as are said. Compare rows of one run only.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

mod analytic;
mod clients;
mod families;
mod fresh;
mod measured;
mod pools;
mod reads;

use std::path::Path;

use fornax::{Engine, Options, TenantId};
use fornax_benches::load::{apply_changes, load};
use fornax_population::{Plan, Population, Rates};

use crate::pools::Pools;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const SEED: u64 = 20;
/// What a patient has on average.
const RESOURCES_EACH: u64 = 314;
/// Of a hundred resources so many are updated once, where that is asked for.
const SUPERSEDED: u8 = 10;
/// Caches and write buffers: enough for the columns of a million resources.
const MEMORY_BYTES: usize = 1 << 30;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let resources: u64 = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir_in(folder).unwrap();
    let parts: Vec<String> = arguments.collect();
    run(folder.path(), resources / RESOURCES_EACH, &parts);
}

fn run(folder: &Path, patients: u64, parts: &[String]) {
    let asked = |part: &str| parts.is_empty() || parts.iter().any(|asked| asked == part);
    let population = Population::new(Plan::new(SEED, patients)).unwrap();
    let engine = Engine::open(Options::at(folder).memory_bytes(MEMORY_BYTES)).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    println!("{} of {patients} patients\n", load(&tenant, &population, 2));
    tenant.compact().unwrap();
    let pools = Pools::of(&population);
    if asked("families") {
        families::measure(&tenant, &pools);
    }
    if asked("analytic") {
        analytic::measure(&tenant, &pools);
    }
    if asked("reads") {
        reads::measure(&tenant, &population);
    }
    if asked("superseded") {
        apply_changes(&tenant, &population, Rates::new(SUPERSEDED, 0).unwrap());
        analytic::superseded(&tenant, &pools);
    }
    if asked("fresh") {
        fresh::measure(&tenant);
    }
    engine.close().unwrap();
}
