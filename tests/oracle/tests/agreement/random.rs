//! Random histories. `FORNAX_HISTORIES` says how many in all (500), `FORNAX_SEED` takes one alone.

use std::env::var;
use std::fmt;
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
    let checked = Mutex::new(Checked::default());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let steps = history(*seed);
                    let result = rig.run(&steps);
                    checked.lock().unwrap().add(&steps);
                    if let Err(disagreement) = result {
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
    println!("{}", checked.into_inner().unwrap());
}

/// How much was compared.
#[derive(Default)]
struct Checked {
    histories: usize,
    searches: usize,
    of_the_past: usize,
    /// Further pages of searches and histories, each read after other steps.
    pages: usize,
}

impl Checked {
    fn add(&mut self, steps: &[Step]) {
        self.histories += 1;
        self.searches += steps.iter().map(Step::searches).sum::<usize>();
        self.of_the_past += steps.iter().filter(|step| step.moment().is_some()).count();
        self.pages += steps.iter().filter(|step| matches!(step, Step::Continue(_))).count();
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { histories, searches, of_the_past, pages } = self;
        write!(
            f,
            "{histories} histories agree: {searches} searches, {of_the_past} of them as of the past; {pages} times a next page"
        )
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
