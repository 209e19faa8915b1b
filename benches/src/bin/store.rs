//! The store on RocksDB: what writes, reads, syncs, families and openings cost.
//!
//! `cargo run --release -p fornax-benches --bin store -- [RESOURCES] [FOLDER]` (default 1,000,000, in the current
//! folder). Prints a Markdown table for docs/decisions. A resource is what the engine will write for one: a sealed body of
//! 400 bytes (or 100) under 16 bytes of key, an id of 16 bytes, a log entry and an audit row. Compare rows of one run only.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use fornax_rocks::{RocksOptions, RocksStore};
use fornax_store::{Batch, Direction, Durability, FamilyId, FamilyKind, KeyRange, Reader, Store};

const VERSIONS: FamilyId = FamilyId(1);
const IDS: FamilyId = FamilyId(2);
const LOG: FamilyId = FamilyId(3);
const AUDIT: FamilyId = FamilyId(4);
const FAMILIES: [(FamilyId, FamilyKind); 4] = [
    (VERSIONS, FamilyKind::LargeValues),
    (IDS, FamilyKind::PointLookups),
    (LOG, FamilyKind::Scans),
    (AUDIT, FamilyKind::Scans),
];
const PUTS: usize = 4;
/// Resources in a batch during the load.
const BATCH: u64 = 100;
/// Calls that a reading row times, and how often it does; the best counts, in CPU time of the calling thread.
const CALLS: u64 = 100_000;
const ROUNDS: usize = 5;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let resources = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir_in(arguments.next().unwrap_or_else(|| ".".to_owned())).unwrap();
    println!("| what | result |\n|---|---|");
    syncs(folder.path());
    for threads in [1, 8, 64] {
        synced_together(&folder.path().join(format!("together-{threads}")), threads);
    }
    for value_bytes in [100, 400] {
        let path = folder.path().join(value_bytes.to_string());
        load(&path, resources, value_bytes);
        reads(&path, resources, value_bytes);
    }
    openings(&folder.path().join("400"), resources);
    families(&folder.path().join("families"));
}

fn row(what: &str, result: &str) {
    println!("| {what} | {result} |");
    std::io::stdout().flush().unwrap();
}

fn open(path: &Path) -> RocksStore {
    RocksStore::open(&RocksOptions { families: FAMILIES.to_vec(), ..RocksOptions::at(path) }).unwrap()
}

/// A number that looks random.
fn mix(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Bytes that don't compress.
fn noise(seed: u64, bytes: &mut [u8]) {
    for (at, chunk) in (0..).zip(bytes.chunks_mut(8)) {
        chunk.copy_from_slice(&mix(seed.wrapping_mul(0x1_0001) + at).to_le_bytes()[..chunk.len()]);
    }
}

fn version_key(n: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&n.to_be_bytes());
    key[8..].copy_from_slice(&(!1_u64).to_be_bytes());
    key
}

fn id_key(n: u64) -> [u8; 16] {
    let mut key = [0; 16];
    noise(n, &mut key);
    key
}

fn put_resource(batch: &mut Batch, n: u64, value: &mut [u8]) {
    noise(n ^ 0x5555, value);
    batch.put(VERSIONS, &version_key(n), value);
    batch.put(IDS, &id_key(n), &n.to_be_bytes());
    noise(n ^ 0x7777, &mut value[..60]);
    batch.put(LOG, &n.to_be_bytes(), &value[..24]);
    batch.put(AUDIT, &n.to_be_bytes(), &value[..60]);
}

fn median_and_99th(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e6;
    format!("{:.0} us (99th: {:.0})", at(50), at(99))
}

fn timed(what: impl FnOnce()) -> Duration {
    let started = Instant::now();
    what();
    started.elapsed()
}

/// A synced batch beside a bare sync of as many bytes, turn by turn on the same disk.
fn syncs(folder: &Path) {
    let store = open(&folder.join("syncs"));
    let make =
        |name| OpenOptions::new().create(true).truncate(true).write(true).open(folder.join(name)).unwrap();
    let mut appended: File = make("appended");
    let mut times: [Vec<Duration>; 3] = Default::default();
    let (mut batch, mut value) = (Batch::new(), vec![0; 400]);
    for n in 0..2_000_u64 {
        batch.clear();
        put_resource(&mut batch, n, &mut value);
        times[0].push(timed(|| {
            appended.write_all(&[7; 640]).unwrap();
            appended.sync_data().unwrap();
        }));
        times[1].push(timed(|| store.write(&batch, Durability::Synced).unwrap()));
        batch.clear();
        put_resource(&mut batch, 1_000_000 + n, &mut value);
        times[2].push(timed(|| store.write(&batch, Durability::Buffered).unwrap()));
    }
    let [raw, synced, buffered] = times.map(median_and_99th);
    row("append 640 bytes to a file and fdatasync", &raw);
    row("synced batch of one resource", &synced);
    row("buffered batch of one resource", &buffered);
}

/// Threads that each write synced batches at the same time.
fn synced_together(folder: &Path, threads: u64) {
    const EACH: u64 = 200;
    let store = open(folder);
    let took = timed(|| {
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let store = &store;
                scope.spawn(move || {
                    let (mut batch, mut value) = (Batch::new(), vec![0; 400]);
                    for n in 0..EACH {
                        batch.clear();
                        put_resource(&mut batch, thread * EACH + n, &mut value);
                        store.write(&batch, Durability::Synced).unwrap();
                    }
                });
            }
        });
    });
    let each = took.as_secs_f64() * 1e6 / (threads * EACH) as f64;
    row(&format!("synced batches of one resource, {threads} threads"), &format!("{each:.0} us a batch"));
}

fn load(path: &Path, resources: u64, value_bytes: usize) {
    let store = open(path);
    let (mut batch, mut value) = (Batch::new(), vec![0; value_bytes]);
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let (mut writing, mut slowest) = (Duration::ZERO, Duration::ZERO);
    for n in 0..resources {
        put_resource(&mut batch, n, &mut value);
        if (n + 1) % BATCH == 0 {
            let took = timed(|| store.write(&batch, Durability::Buffered).unwrap());
            writing += took;
            slowest = slowest.max(took);
            batch.clear();
        }
    }
    store.write(&batch, Durability::Synced).unwrap();
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let per_put = writing.as_secs_f64() * 1e6 / (resources as f64 * PUTS as f64);
    let name = format!("{value_bytes}-byte bodies");
    row(
        &format!("{name}: load {resources} resources in batches of {BATCH}"),
        &format!(
            "{:.0} resources/s, {per_put:.2} us a put, slowest batch {:.0} ms, CPU {:.1} us a resource with merging",
            resources as f64 / seconds,
            slowest.as_secs_f64() * 1e3,
            cpu * 1e6 / resources as f64
        ),
    );
    let statistics = store.statistics().unwrap();
    row(
        &format!("{name}: memory after the load"),
        &format!(
            "{} MiB by the store's count, {} resident, {} at its peak",
            statistics.memory_bytes() >> 20,
            status("VmRSS"),
            status("VmHWM")
        ),
    );
    store.flush().unwrap();
    for (family, _) in FAMILIES {
        store.compact(family, &KeyRange::all()).unwrap();
    }
    drop(store);
    let store = open(path);
    let bytes = store.statistics().unwrap().disk_bytes as f64 / resources as f64;
    let payload = (16 + value_bytes + 16 + 8 + 8 + 24 + 8 + 60) as f64;
    row(
        &format!("{name}: on disk when merged"),
        &format!("{bytes:.0} bytes a resource for {payload:.0} of keys and values"),
    );
}

fn reads(path: &Path, resources: u64, value_bytes: usize) {
    let name = format!("{value_bytes}-byte bodies");
    let store = open(path);
    let snapshot = store.snapshot().unwrap();
    let pick = |n: u64| mix(n ^ 0xfeed) % resources;
    let read = |what: &str, calls: u64, call: &mut dyn FnMut(u64)| {
        let rounds = (0..ROUNDS).map(|_| {
            let before = thread_cpu_ns();
            (0..calls).for_each(&mut *call);
            thread_cpu_ns() - before
        });
        let best = rounds.min().unwrap();
        row(&format!("{name}: {what}"), &format!("{:.2} us", best as f64 / 1e3 / calls as f64));
    };
    read("get a body", CALLS, &mut |n| {
        assert!(snapshot.get(VERSIONS, &version_key(pick(n))).unwrap().is_some());
    });
    read("get one of 1,000 bodies", CALLS, &mut |n| {
        assert!(snapshot.get(VERSIONS, &version_key(pick(n % 1000))).unwrap().is_some());
    });
    read("get an id", CALLS, &mut |n| assert!(snapshot.get(IDS, &id_key(pick(n))).unwrap().is_some()));
    read("get an id that is absent", CALLS, &mut |n| {
        assert!(snapshot.get(IDS, &id_key(resources + n)).unwrap().is_none());
    });
    read("scan to the newest version", CALLS, &mut |n| {
        let range = KeyRange::prefix(&pick(n).to_be_bytes());
        assert!(snapshot.scan(VERSIONS, &range, Direction::Forward).unwrap().next().unwrap().is_some());
    });
    read("get_many of 100 bodies, sorted", CALLS / 100, &mut |n| get_many(&*snapshot, n, &pick));
    read("take a snapshot", CALLS, &mut |_| drop(store.snapshot().unwrap()));
    let mut entries = 0_u64;
    let before = thread_cpu_ns();
    let mut cursor = snapshot.scan(VERSIONS, &KeyRange::all(), Direction::Forward).unwrap();
    while cursor.next().unwrap().is_some() {
        entries += 1;
    }
    let took = thread_cpu_ns() - before;
    assert_eq!(entries, resources);
    row(
        &format!("{name}: scan all bodies"),
        &format!("{:.2} us an entry", took as f64 / 1e3 / entries as f64),
    );
}

fn get_many(reader: &dyn Reader, n: u64, pick: &dyn Fn(u64) -> u64) {
    let mut keys: Vec<_> = (0..100).map(|at| version_key(pick(n * 100 + at))).collect();
    keys.sort_unstable();
    let keys: Vec<&[u8]> = keys.iter().map(|key| &key[..]).collect();
    assert!(reader.get_many(VERSIONS, &keys).unwrap().iter().all(Option::is_some));
}

fn openings(path: &Path, resources: u64) {
    let opened = |what: &str| {
        let mut store = None;
        let took = timed(|| store = Some(open(path)));
        row(what, &format!("{:.0} ms", took.as_secs_f64() * 1e3));
        store.unwrap()
    };
    let store = opened("open with nothing to recover");
    let (mut batch, mut value) = (Batch::new(), vec![0; 400]);
    let mut bytes = 0;
    for n in resources.. {
        put_resource(&mut batch, n, &mut value);
        if bytes + batch.byte_len() > 50 << 20 {
            break;
        }
        if batch.len() >= PUTS {
            bytes += batch.byte_len();
            store.write(&batch, Durability::Buffered).unwrap();
            batch.clear();
        }
    }
    store.sync().unwrap();
    drop(store);
    opened("open and recover 50 MiB in batches of one resource");
    drop(opened("open once more"));
}

fn families(path: &Path) {
    let numbered = |from: u32, count: u32| -> Vec<_> {
        (from..from + count).map(|number| (FamilyId(number), FamilyKind::Scans)).collect()
    };
    let mut options = RocksOptions::at(path);
    options.families = numbered(0, 6);
    let mut store = None;
    let took = timed(|| store = Some(RocksStore::open(&options).unwrap()));
    row("make a store with 6 families", &format!("{:.0} ms", took.as_secs_f64() * 1e3));
    let store = store.unwrap();
    for existing in [6, 60, 300] {
        let present = store.families().unwrap().len() as u32;
        store.create_families(&numbered(present, existing - present)).unwrap();
        let took = timed(|| store.create_families(&numbered(existing, 6)).unwrap());
        row(
            &format!("make 6 more families beside {existing}"),
            &format!("{:.0} ms", took.as_secs_f64() * 1e3),
        );
    }
    let mut batch = Batch::new();
    for (family, _) in store.families().unwrap() {
        (0..100_u8).for_each(|number| batch.put(family, &[number], &[number; 100]));
    }
    let before = store.statistics().unwrap().memory_bytes();
    store.write(&batch, Durability::Synced).unwrap();
    let grown = store.statistics().unwrap().memory_bytes() - before;
    let each = (grown >> 10) / store.families().unwrap().len() as u64;
    row("memory of a family with 100 entries of 100 bytes, not in files yet", &format!("{each} KiB"));
    drop(store);
    let took = timed(|| drop(RocksStore::open(&options).unwrap()));
    row(
        "open, recover and close a store with 306 families, each with entries",
        &format!("{:.0} ms", took.as_secs_f64() * 1e3),
    );
}

fn status(field: &str) -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    format!("{} MiB", kib >> 10)
}

fn thread_cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    // User and system time, in ticks of 10 ms.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}
