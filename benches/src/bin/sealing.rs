//! What encryption costs a load, reads and the disk: the same program built twice.
//!
//! `cargo build --release -p fornax-benches --bin sealing`, and again with `FORNAX_NULL_CIPHER=1` in the environment; then each as
//! `sealing [FOLDER] [RESOURCES]` from the target directory's `release/` (default: the current folder, 300,000 resources), in turns.
//! Prints a row of a Markdown table. A build without the cipher opens nothing that another one wrote, and the other way round.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

use std::time::Duration;

use fornax::{Engine, Options, SearchRequest, TenantId};
use fornax_benches::load::{load, me};
use fornax_benches::usage::{bytes_below, process_cpu};
use fornax_population::{Plan, Population};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const SEED: u64 = 20;
/// What a patient has on average.
const RESOURCES_EACH: u64 = 314;
/// What `fornax serve` has by default.
const MEMORY_BYTES: usize = 224 << 20;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let resources = arguments.next().map_or(300_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir_in(folder).unwrap();
    let population = Population::new(Plan::new(SEED, resources / RESOURCES_EACH)).unwrap();

    let engine = Engine::open(Options::at(folder.path()).memory_bytes(MEMORY_BYTES)).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let before = process_cpu();
    let loaded = load(&tenant, &population, 2);
    let load_cpu = process_cpu() - before;
    tenant.compact().unwrap();

    let before = process_cpu();
    let search = SearchRequest::of("Observation", "_count=1000&_total=none");
    let mut page = tenant.search(&search, &me()).unwrap();
    let mut read = page.matches.len();
    while let Some(token) = page.next {
        page = tenant.search_page(&page.path, &token, &me()).unwrap();
        read += page.matches.len();
    }
    let read_cpu = process_cpu() - before;
    drop(tenant);
    engine.close().unwrap();

    let each = |cpu: Duration, count: u64| cpu.as_secs_f64() * 1e6 / count as f64;
    println!("| encrypted | CPU a resource loaded, us | CPU a resource downloaded, us | bytes a resource |");
    println!("|---|---|---|---|");
    println!(
        "| {} | {:.1} | {:.2} | {} |",
        Engine::encrypts(),
        each(load_cpu, loaded.resources),
        each(read_cpu, read as u64),
        bytes_below(folder.path()) / loaded.resources
    );
}
