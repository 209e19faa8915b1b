//! The engine at size: a generated population in one tenant, and in fifty.
//!
//! `cargo build --release -p fornax-benches`, then `at_size [FOLDER] [RESOURCES]` from the target directory's `release/` (default:
//! the current folder, a million resources; a twenty-fifth of them goes to each of fifty tenants, so that they hold the same
//! twice over). Prints a Markdown table for docs/PERFORMANCE.md. Compare rows of one run only.
//!
//! While two threads load transactions, a third writes one small resource after the other, and a fourth searches: both tell how
//! long they waited at most, and each wait beyond 100 ms.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

mod probes;
mod report;

use std::path::Path;
use std::time::Instant;

use fornax::{Engine, Options, SearchRequest, Tenant, TenantId};
use fornax_benches::load::{apply_changes, load, load_changed, me};
use fornax_benches::usage::{bytes_below, peak_mib, resident_mib};
use fornax_population::{Plan, Population, Rates};
use jiff::Timestamp;

use crate::probes::Probes;
use crate::report::{milliseconds, row};

/// As the server has it, so that memory is the server's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const SEED: u64 = 20;
/// What a patient has on average.
const RESOURCES_EACH: u64 = 314;
const TENANTS: u64 = 50;
const UPDATES: u8 = 20;
const DELETES: u8 = 10;

/// Searches of several families, each timed by itself.
const SEARCHES: [(&str, &str); 21] = [
    ("Patient", "family=smith&_count=20"),
    ("Observation", "code=http://loinc.org|8480-6,http://loinc.org|85354-9&_sort=-date&_count=20"),
    ("Observation", "code=http://loinc.org|4548-4&value-quantity=gt7&_count=20"),
    ("Condition", "clinical-status=active&_sort=-onset-date&_count=20"),
    ("Encounter", "date=ge2025-01-01&date=lt2025-02-01&_count=20&_include=Encounter:subject"),
    ("ExplanationOfBenefit", "_lastUpdated=gt2020-01-01&_count=20"),
    ("Observation", "code-value-quantity=http://loinc.org|4548-4$gt7&_count=20"),
    ("Observation", "component-code-value-quantity=http://loinc.org|8480-6$gt150&_count=20"),
    ("Observation", "value-quantity=gt200|http://unitsofmeasure.org|[lb_av]&_count=20"),
    ("Patient", "name:contains=mit&_count=20"),
    ("Observation", "status:not=final&_count=20"),
    ("Observation", "value-quantity:missing=true&_count=20"),
    ("Observation", "patient.gender=female&code=http://loinc.org|4548-4&_count=20"),
    ("Condition", "_content=diabetes&_count=20"),
    ("Condition", "_content=diabetes&_sort=_score&_count=20"),
    ("Observation", "_content=\"body+mass+index\"&_count=20"),
    ("Observation", "_content=glucose+NOT+blood&_count=20"),
    ("", "_content=hyper*&_count=20"),
    ("", "_content=final&_sort=_score&_count=20"),
    ("Patient", "name:text=smith&_sort=_score&_count=20"),
    ("Patient", "_has:Observation:patient:code=http://loinc.org|4548-4&gender=male&_count=20"),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let resources = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir_in(folder).unwrap();
    println!("| what | measured |\n|---|---|");
    one_tenant(folder.path(), resources);
    many_tenants(folder.path(), resources / TENANTS);
}

fn options(folder: &Path) -> Options {
    // What `fornax serve` has by default.
    Options::at(folder).memory_bytes(224 << 20)
}

fn one_tenant(folder: &Path, resources: u64) {
    let population = Population::new(Plan::new(SEED, resources / RESOURCES_EACH)).unwrap();
    let data = folder.join("one");
    {
        let engine = Engine::open(options(&data)).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        let probes = Probes::start(&tenant);
        let loaded = load(&tenant, &population, 2);
        let waits = probes.stop();
        row("one tenant: load", &loaded.to_string());
        row("writes beside it", &waits.writes.to_string());
        row("searches beside it", &waits.searches.to_string());
        row("memory at its peak", &format!("{} MiB, {} MiB now", peak_mib(), resident_mib()));
        let started = Instant::now();
        engine.close().unwrap();
        row("closing", &milliseconds(started.elapsed()));
    }
    row("on disk", &format!("{} bytes a resource", bytes_below(&data) / resources));
    let started = Instant::now();
    let engine = Engine::open(options(&data)).unwrap();
    row("opening", &milliseconds(started.elapsed()));
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    search_all("", &tenant);
    row("memory after these", &format!("{} MiB", resident_mib()));
    churn(folder, &population, (&engine, &tenant));
}

/// Each search cold, then the median of warm ones.
fn search_all(prefix: &str, tenant: &Tenant) {
    for (resource_type, query) in SEARCHES {
        let run = || {
            let started = Instant::now();
            let page = tenant.search(&SearchRequest::of(resource_type, query), &me()).unwrap();
            (started.elapsed(), page.total.unwrap_or(0))
        };
        let (first, total) = run();
        let mut warm: Vec<_> = (0..21).map(|_| run().0).collect();
        warm.sort_unstable();
        let name = format!("{prefix}`{resource_type}?{}`", query.replace('|', "\\|"));
        let text = format!("{total} matches; first {}, then {}", milliseconds(first), milliseconds(warm[10]));
        row(&name, &text);
    }
}

/// Updates and deletes, forgetting, compaction; beside what a fresh load of the outcome takes.
fn churn(folder: &Path, population: &Population, (engine, tenant): (&Engine, &Tenant)) {
    let data = folder.join("one");
    tenant.compact().unwrap();
    row("on disk, compacted", &format!("{} bytes", bytes_below(&data)));
    let rates = Rates::new(UPDATES, DELETES).unwrap();
    let probes = Probes::start(tenant);
    let changed = apply_changes(tenant, population, rates);
    row(&format!("{UPDATES} % updates and {DELETES} % deletes"), &changed.to_string());
    row("on disk then", &format!("{} bytes", bytes_below(&data)));
    let started = Instant::now();
    let forgotten = tenant.forget_history(Timestamp::MAX, &me()).unwrap();
    row("forgetting history", &format!("{forgotten} versions in {}", milliseconds(started.elapsed())));
    let started = Instant::now();
    tenant.compact().unwrap();
    row("compacting", &milliseconds(started.elapsed()));
    let waits = probes.stop();
    row("writes beside all that", &waits.writes.to_string());
    row("searches beside all that", &waits.searches.to_string());
    // What the probes wrote is no part of it.
    probes::remove(tenant);
    tenant.forget_history(Timestamp::MAX, &me()).unwrap();
    tenant.compact().unwrap();
    let verified = tenant.verify().unwrap();
    row("verified", &format!("{} resources, {} findings", verified.resources, verified.findings_total));
    let parts_after = parts(tenant);
    engine.close().unwrap();
    let fresh = folder.join("fresh");
    {
        let engine = Engine::open(options(&fresh)).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        load_changed(&tenant, population, rates);
        tenant.compact().unwrap();
        row("parts of it then, and of a fresh load", &format!("{parts_after}; {}", parts(&tenant)));
        engine.close().unwrap();
    }
    let (after, fresh) = (bytes_below(&data), bytes_below(&fresh));
    let share = (after as f64 / fresh as f64 - 1.0) * 100.0;
    row("on disk after it", &format!("{after} bytes; a fresh load of the outcome {fresh}: {share:+.1} %"));
}

/// Bytes of bodies, of the index, and of all else: ids, identities, log and audit rows.
fn parts(tenant: &Tenant) -> String {
    let all = tenant.statistics().unwrap();
    let bodies: u64 = all.types.iter().map(|of_type| of_type.store_bytes).sum();
    let rest = all.store_bytes.saturating_sub(bodies);
    format!(
        "bodies {bodies}, index {}, ids, log and audit {rest}, of {} audit rows",
        all.index_bytes, all.audit_rows
    )
}

fn many_tenants(folder: &Path, resources_each: u64) {
    let population = Population::new(Plan::new(SEED, resources_each / RESOURCES_EACH)).unwrap();
    let data = folder.join("many");
    let names: Vec<TenantId> = (0..TENANTS).map(|n| format!("tenant-{n}").parse().unwrap()).collect();
    {
        let mut options = options(&data);
        options.limits.tenants_max = TENANTS as usize + 1;
        let engine = Engine::open(options).unwrap();
        let started = Instant::now();
        names.iter().for_each(|name| engine.create_tenant(name).unwrap());
        row(&format!("{TENANTS} tenants: making them"), &milliseconds(started.elapsed()));
        let probes = Probes::start(&engine.tenant(&TenantId::default_tenant()).unwrap());
        let started = Instant::now();
        let mut loaded = 0;
        for name in &names {
            loaded += load(&engine.tenant(name).unwrap(), &population, 2).resources;
        }
        let rate = loaded as f64 / started.elapsed().as_secs_f64();
        row("load, one after the other", &format!("{loaded} resources, {rate:.0}/s"));
        let waits = probes.stop();
        row("writes to another tenant beside it", &waits.writes.to_string());
        row("searches of another tenant beside it", &waits.searches.to_string());
        row(
            "memory with all of them open",
            &format!("{} MiB, {} MiB at its peak", resident_mib(), peak_mib()),
        );
        engine.close().unwrap();
    }
    row("on disk", &format!("{} bytes a resource", bytes_below(&data) / (resources_each * TENANTS)));
    let started = Instant::now();
    let engine = Engine::open(options(&data)).unwrap();
    row("opening the directory", &milliseconds(started.elapsed()));
    let mut opened: Vec<_> = names
        .iter()
        .map(|name| {
            let started = Instant::now();
            engine.tenant(name).unwrap();
            started.elapsed()
        })
        .collect();
    opened.sort_unstable();
    let (median, most) = (milliseconds(opened[opened.len() / 2]), milliseconds(opened[opened.len() - 1]));
    row("opening a tenant", &format!("{median}, at most {most}"));
    search_all("one of them: ", &engine.tenant(&names[7]).unwrap());
    engine.close().unwrap();
}
