//! Large bodies: how often their bytes are written to the disk, and how much memory one takes on its way in and out.
//!
//! `cargo build --release -p fornax-benches`, then `large_values [FOLDER]` from the target directory's `release/`. Prints a Markdown
//! table for docs/PERFORMANCE.md. Written bytes are the kernel's count for this process (`/proc/self/io`).

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

use std::fs;
use std::path::Path;

use fornax::{BinaryContent, BinaryHead, Committed, Engine, Options, Principal, Read, TenantId};
use fornax_rocks::{RocksOptions, RocksStore};
use fornax_store::{Batch, Durability, FamilyId, FamilyKind, KeyRange, Store};

/// As the server has it, so that memory is the server's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const FAMILY: FamilyId = FamilyId(1);
const VALUE_BYTES: usize = 1 << 20;
const KEYS: u64 = 256;
const ROUNDS: u64 = 4;
/// What fits a resource of 16 MiB as base64.
const CONTENT_BYTES: usize = (12 << 20) - 4096;
const PIECE_BYTES: usize = 16 << 10;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = tempfile::tempdir_in(folder).unwrap();
    println!("| what | measured |\n|---|---|");
    for (kind, name) in [(FamilyKind::LargeValues, "in blob files"), (FamilyKind::PointLookups, "in tables")]
    {
        let (written, kept) = overwritten(&folder.path().join(name), kind);
        println!(
            "| {KEYS} values of 1 MiB, each written {ROUNDS} times, {name} | each byte written {written:.2} times; {kept:.2} of what lives on disk |"
        );
    }
    memory(&folder.path().join("memory"));
}

fn noise(seed: u64, bytes: &mut [u8]) {
    let mut state = seed;
    for chunk in bytes.chunks_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 27)).to_le_bytes()[..chunk.len()]);
    }
}

/// Bytes written for each byte of a value, the log included, and bytes on disk for each that lives.
fn overwritten(folder: &Path, kind: FamilyKind) -> (f64, f64) {
    let options = RocksOptions { families: vec![(FAMILY, kind)], ..RocksOptions::at(folder) };
    let store = RocksStore::open(&options).unwrap();
    let before = written_bytes();
    let mut value = vec![0; VALUE_BYTES];
    for n in 0..KEYS * ROUNDS {
        noise(n, &mut value);
        let mut batch = Batch::new();
        // A prime apart, so that neighbours are not written one after the other.
        batch.put(FAMILY, &(n * 101 % KEYS).to_be_bytes(), &value);
        store.write(&batch, Durability::Synced).unwrap();
    }
    store.flush().unwrap();
    let written = (written_bytes() - before) as f64 / (KEYS * ROUNDS * VALUE_BYTES as u64) as f64;
    store.compact(FAMILY, &KeyRange::all()).unwrap();
    (written, store.statistics().unwrap().disk_bytes as f64 / (KEYS * VALUE_BYTES as u64) as f64)
}

fn written_bytes() -> u64 {
    let counts = fs::read_to_string("/proc/self/io").unwrap();
    let line = counts.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap();
    line.parse().unwrap()
}

/// Memory of one large Binary, in units of its content.
fn memory(folder: &Path) {
    let engine = Engine::open(Options::at(folder)).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let me = Principal::named("benchmark");
    let head = BinaryHead {
        id: Some("scan".to_owned()),
        content_type: "image/png".to_owned(),
        security_context: None,
        bytes_expected: Some(CONTENT_BYTES),
    };
    let mut piece = vec![0; PIECE_BYTES];
    let upload = || {
        let mut upload = tenant.begin_binary(&head).unwrap();
        for n in 0..CONTENT_BYTES / PIECE_BYTES {
            noise(n as u64, &mut piece);
            upload.append(&piece).unwrap();
        }
        upload
    };
    let (upload, arriving) = peak(upload);
    let (_, committing) = peak(|| {
        assert!(matches!(tenant.commit(&upload.finish(), &me).unwrap(), Committed::Created(_)));
    });
    let (content, reading) = peak(|| {
        let Read::Current(version) = tenant.read("Binary", "scan", &me).unwrap() else {
            panic!("it was put")
        };
        BinaryContent::of(&version).unwrap().unwrap()
    });
    let ((), sending) = peak(|| {
        let mut at = 0;
        while at < content.bytes() {
            at += content.piece(at, content.bytes()).unwrap().len() as u64;
        }
    });
    let stages = [
        ("arriving", arriving),
        ("being committed", committing),
        ("being read", reading),
        ("going out", sending),
    ];
    for (stage, bytes) in stages {
        println!(
            "| memory beyond that before, while 12 MiB of content are {stage} | {:.2} times the content |",
            bytes as f64 / CONTENT_BYTES as f64
        );
    }
}

/// How much more memory was resident at most than before.
fn peak<T>(run: impl FnOnce() -> T) -> (T, u64) {
    // Sets the mark back to what is resident now.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status_bytes("VmRSS");
    let outcome = run();
    (outcome, status_bytes("VmHWM").saturating_sub(before))
}

fn status_bytes(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
