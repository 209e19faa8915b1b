//! Random histories. `FORNAX_HISTORIES` says how many in all (500), `FORNAX_SEED` takes one alone.

use std::env::var;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fornax_oracle::history::generate::history;
use fornax_oracle::history::judge::Disagreement;
use fornax_oracle::history::notation::write;
use fornax_oracle::history::shrink::shrunk;
use fornax_oracle::history::step::Step;

use crate::rig::Rig;

const HISTORIES_DEFAULT: u64 = 500;
/// The tests that share the histories out among them.
const PARTS: u64 = 4;
/// How many of a test's histories run at once: each waits for its disk most of the time.
const THREADS: usize = 3;
const SHRINKING_ATTEMPTS_MAX: usize = 400;

/// Runs every fourth history, from `part` on.
fn check(part: u64, fresh_documents_max: usize) {
    let number = |name: &str| var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let histories = number("FORNAX_HISTORIES").unwrap_or(HISTORIES_DEFAULT);
    let seeds: Vec<u64> = match number("FORNAX_SEED") {
        Some(seed) => [seed].into_iter().filter(|seed| seed % PARTS == part).collect(),
        None => (0..histories).filter(|seed| seed % PARTS == part).collect(),
    };
    println!("seeds {:?} to {:?}, each {PARTS}th", seeds.first(), seeds.last());
    let rig = Rig { fresh_documents_max };
    let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(disagreement) = rig.run(&history(*seed)) {
                        next.store(seeds.len(), Ordering::Relaxed);
                        *failure.lock().unwrap() = Some((*seed, disagreement));
                    }
                }
            });
        }
    });
    if let Some((seed, disagreement)) = failure.into_inner().unwrap() {
        fail(&rig, seed, &disagreement);
    }
}

fn fail(rig: &Rig, seed: u64, disagreement: &Disagreement) -> ! {
    println!("seed {seed} disagrees: {disagreement}\nshrinking");
    let still = |steps: &[Step]| rig.run(steps).err().filter(|other| other.is_like(disagreement));
    let mut how = disagreement.to_string();
    let mut steps = history(seed);
    steps.truncate(disagreement.at + 1);
    let short = shrunk(&steps, SHRINKING_ATTEMPTS_MAX, &mut |steps| match still(steps) {
        Some(disagreement) => {
            how = disagreement.to_string();
            true
        }
        None => false,
    });
    panic!("seed {seed} disagrees:\n\n{}\n{how}\n\nkeep it in tests/oracle/rows", write(&short));
}

#[test]
fn histories_agree_in_memory() {
    check(0, 40_000);
}

#[test]
fn histories_agree_when_each_change_goes_to_a_file() {
    check(1, 1);
}

#[test]
fn histories_agree_when_few_changes_go_to_a_file() {
    check(2, 6);
}

#[test]
fn histories_agree_when_some_changes_go_to_a_file() {
    check(3, 20);
}
