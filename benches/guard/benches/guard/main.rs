//! The scenarios of the regression guard, and their comparison with the counts on record.
//!
//! `make guard` counts all of them; `make guard UPDATE=1` puts the counts on record. They are counts of the development profile, which
//! the tests are built in: a thousand instructions here are some other number of them in a release, but what doubles there doubles here.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark program over data that it makes itself"
)]

mod bytes;
mod clinic;
mod fhir;
mod measuring;
mod searching;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use fornax_guard::{Comparison, CountError, Counts, CountsError, Standing, Toolchain};

use crate::measuring::Group;

const COUNTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.json");

/// Goes before the name of a group that is to run alone, in this process.
const ALONE: &str = "--group=";
const UPDATE: &str = "--update";

const GROUPS: [Group; 4] = [searching::BUILDING, fhir::GROUP, searching::SEARCHING, bytes::GROUP];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [one] if one.starts_with(ALONE) => run_alone(&one[ALONE.len()..]),
        [] => guard(compare),
        [UPDATE] => guard(update),
        _ => {
            eprintln!("nothing, {UPDATE}, or {ALONE}GROUP");
            ExitCode::FAILURE
        }
    }
}

fn run_alone(name: &str) -> ExitCode {
    let Some(group) = GROUPS.iter().find(|group| group.name == name) else {
        eprintln!("there is no group {name}");
        return ExitCode::FAILURE;
    };
    (group.run)();
    ExitCode::SUCCESS
}

fn guard(then: fn(&Counts) -> Result<ExitCode, CountsError>) -> ExitCode {
    if !cfg!(debug_assertions) {
        eprintln!("the counts on record are of the development profile: see `make guard`");
        return ExitCode::FAILURE;
    }
    if !fornax_guard::is_installed() {
        eprintln!("valgrind is not installed: `make guard` does that");
        return ExitCode::FAILURE;
    }
    let instructions = match count_all() {
        Ok(instructions) => instructions,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let done = Toolchain::current().and_then(|toolchain| then(&Counts { toolchain, instructions }));
    done.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// Every group in a process of its own, all at the same time: a count does not depend on what else runs.
fn count_all() -> Result<BTreeMap<String, u64>, CountError> {
    let program = std::env::current_exe()?;
    thread::scope(|scope| {
        let count = |group: &Group| fornax_guard::count(&program, &format!("{ALONE}{}", group.name));
        let running = GROUPS.each_ref().map(|group| scope.spawn(move || count(group)));
        let mut instructions = BTreeMap::new();
        for group in running {
            instructions.extend(group.join().expect("a thread that waits for a process")?);
        }
        Ok(instructions)
    })
}

fn update(counted: &Counts) -> Result<ExitCode, CountsError> {
    if let Some(recorded) = Counts::read(Path::new(COUNTS))? {
        print!("{}", Comparison::new(&recorded, counted));
    }
    counted.write(Path::new(COUNTS))?;
    println!("\nOn record now: {} scenarios.", counted.instructions.len());
    Ok(ExitCode::SUCCESS)
}

fn compare(counted: &Counts) -> Result<ExitCode, CountsError> {
    let Some(recorded) = Counts::read(Path::new(COUNTS))? else {
        eprintln!("no counts are on record: `make guard UPDATE=1`");
        return Ok(ExitCode::FAILURE);
    };
    let comparison = Comparison::new(&recorded, counted);
    println!("{comparison}");
    for (standing, what) in [
        (Standing::Grown, "More than 10 % above what is on record"),
        (
            Standing::Shrunk,
            "More than 10 % below what is on record, to be put there by `make guard UPDATE=1`",
        ),
        (Standing::Unrecorded, "Not on record, to be put there by `make guard UPDATE=1`"),
        (Standing::Missing, "On record and no scenario any more, to be taken off by `make guard UPDATE=1`"),
    ] {
        let names = comparison.standing(standing);
        if !names.is_empty() {
            println!("{what}: {}.", names.join(", "));
        }
    }
    if !comparison.is_comparable() {
        println!(
            "warning: on record are counts of {} on {}, and this is {} on {}: growth is shown and not refused.",
            recorded.toolchain.rustc,
            recorded.toolchain.architecture,
            counted.toolchain.rustc,
            counted.toolchain.architecture
        );
    }
    if comparison.is_refused() {
        println!("Refused.");
        return Ok(ExitCode::FAILURE);
    }
    println!("All {} scenarios are within bounds.", counted.instructions.len());
    Ok(ExitCode::SUCCESS)
}
