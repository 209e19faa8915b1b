//! The write path: syncs a commit, time and CPU of creates, at 1, 8 and 64 writers; and what a slow disk makes of it.
//!
//! `cargo build --release --workspace`, then `commits [FOLDER]` from the target directory's `release/` (default: the
//! current folder). Runs itself again under the fault shim that lies beside it, which counts the syncs and can slow them
//! down. Prints a Markdown table for docs/PERFORMANCE.md. Compare rows of one run only.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fornax::{BundleOptions, Change, Engine, Options, Principal, TenantId};

/// Delays added to every sync, in microseconds.
const DELAYS_US: [u64; 2] = [0, 3_000];
const WRITERS: [usize; 3] = [1, 8, 64];
const RUN: Duration = Duration::from_secs(5);
const LARGE_ENTRIES: usize = 25_000;
/// The shim's counters: reads, writes, syncs, changes, failures.
const COUNTERS: usize = 5;
const SYNCS: usize = 2;
/// Ticks a second of the times in `/proc/self/stat`.
const TICKS: f64 = 100.0;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = tempfile::tempdir_in(folder).unwrap();
    if let Some(counts) = std::env::var_os("FAULT_SHIM_COUNTS") {
        return measure(folder.path(), Path::new(&counts));
    }
    let program = std::env::current_exe().unwrap();
    let shim = program.with_file_name("libfornax_fault_shim.so");
    assert!(shim.exists(), "{} is missing: build the workspace", shim.display());
    println!(
        "| sync delay, ms | writers | commits/s | median, ms | 99th, ms | syncs a commit | CPU a commit, us |"
    );
    println!("|---|---|---|---|---|---|---|");
    for delay in DELAYS_US {
        let counts = folder.path().join(format!("counts-{delay}"));
        std::fs::write(&counts, [0; 8 * COUNTERS]).unwrap();
        let mut child = Command::new(&program);
        child.arg(folder.path()).env("LD_PRELOAD", &shim).env("FAULT_SHIM_FOLDER", folder.path());
        child.env("FAULT_SHIM_COUNTS", &counts).env("FAULT_SHIM_SYNC_DELAY_US", delay.to_string());
        assert!(child.status().unwrap().success());
    }
}

fn measure(folder: &Path, counts: &Path) {
    let delay_ms = std::env::var("FAULT_SHIM_SYNC_DELAY_US").unwrap().parse::<f64>().unwrap() / 1e3;
    println!(
        "| {delay_ms} | one file, written and synced | | {:.2} | | | |",
        raw_sync(folder).as_secs_f64() * 1e3
    );
    let engine = Engine::open(Options::at(folder.join("data"))).unwrap();
    for writers in WRITERS {
        let (syncs, cpu) = (read_syncs(counts), cpu_s());
        let mut times = creates(&engine, writers);
        let commits = times.len() as f64;
        let (syncs, cpu) = ((read_syncs(counts) - syncs) as f64, cpu_s() - cpu);
        times.sort_unstable();
        let at = |part: f64| times[(times.len() as f64 * part) as usize].as_secs_f64() * 1e3;
        println!(
            "| {delay_ms} | {writers} | {:.0} | {:.2} | {:.2} | {:.3} | {:.0} |",
            commits / RUN.as_secs_f64(),
            at(0.5),
            at(0.99),
            syncs / commits,
            cpu / commits * 1e6
        );
    }
    beside_large(&engine, delay_ms);
    engine.close().unwrap();
}

/// Creates by one writer while a transaction of 25,000 entries goes through.
fn beside_large(engine: &Engine, delay_ms: f64) {
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let principal = Principal::named("bench");
    let entry = |number: usize| {
        let resource = String::from_utf8(observation(number % 100, number)).unwrap();
        format!(r#"{{"resource":{resource},"request":{{"method":"POST","url":"Observation"}}}}"#)
    };
    let entries: Vec<String> = (0..LARGE_ENTRIES).map(entry).collect();
    let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    let is_over = AtomicBool::new(false);
    let (large, mut times) = std::thread::scope(|scope| {
        let large = scope.spawn(|| {
            let started = Instant::now();
            tenant.process_bundle(body.into_bytes(), &BundleOptions::default(), &principal).unwrap();
            is_over.store(true, Ordering::Relaxed);
            started.elapsed()
        });
        let mut times = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let change = Change::create("Observation", observation(0, times.len()));
            let started = Instant::now();
            tenant.commit(&change, &principal).unwrap();
            times.push(started.elapsed());
        }
        (large.join().unwrap(), times)
    });
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "| {delay_ms} | 1, beside {LARGE_ENTRIES} entries in {:.0} ms | {:.0} | {:.2} | longest {:.2} | | |",
        ms(large),
        times.len() as f64 / large.as_secs_f64(),
        ms(times[times.len() / 2]),
        ms(times[times.len() - 1])
    );
}

/// The median of writing 4 KiB to a file and syncing it.
fn raw_sync(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("raw")).unwrap();
    let mut sync = |_| {
        let started = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        started.elapsed()
    };
    let mut times: Vec<Duration> = (0..200).map(&mut sync).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Creates Observations from many threads for a time; answers how long each create took.
fn creates(engine: &Engine, writers: usize) -> Vec<Duration> {
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let principal = Principal::named("bench");
    let all = Mutex::new(Vec::new());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (tenant, principal, all, is_over) = (&tenant, &principal, &all, &is_over);
            scope.spawn(move || {
                let mut times = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    let change = Change::create("Observation", observation(writer, times.len()));
                    let started = Instant::now();
                    tenant.commit(&change, principal).unwrap();
                    times.push(started.elapsed());
                }
                all.lock().unwrap().extend(times);
            });
        }
        std::thread::sleep(RUN);
        is_over.store(true, Ordering::Relaxed);
    });
    all.into_inner().unwrap()
}

fn observation(writer: usize, number: usize) -> Vec<u8> {
    format!(
        r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"29463-7","display":"Body weight"}}]}},"subject":{{"reference":"Patient/p{writer}"}},"effectiveDateTime":"2026-03-0{}T08:00:00Z","valueQuantity":{{"value":{}.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}}}"#,
        1 + number % 9,
        50 + number % 70
    )
    .into_bytes()
}

fn read_syncs(counts: &Path) -> u64 {
    let bytes = std::fs::read(counts).unwrap();
    u64::from_ne_bytes(bytes[8 * SYNCS..8 * (SYNCS + 1)].try_into().unwrap())
}

/// CPU time of this process so far, in user and system mode.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS
}
