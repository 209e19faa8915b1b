//! The writing process, and what must be there when it has ended.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use fornax_rocks::{RocksOptions, RocksStore};
use fornax_store::suite::Workload;

use crate::places::beside;

/// By writer: the number of its last acknowledged batch.
pub type Acknowledged = BTreeMap<u8, u64>;

/// How a writing process ended.
#[derive(Debug)]
pub struct End {
    /// `done`, `failed ...`, or nothing if it was killed.
    pub last_words: String,
    /// Whether the exit code said that all is well.
    pub success: bool,
}

/// Lets a process write, and notes what it acknowledges; kills it after so many batches, if asked to.
pub fn write(command: &mut Command, acknowledged: &mut Acknowledged, kill_after: Option<usize>) -> End {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the writer starts");
    let lines = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
    let mut last_words = String::new();
    for (at, line) in lines.enumerate() {
        let line = line.expect("its output is text");
        match line.split_once(' ').map(|(name, number)| (name.parse(), number.parse())) {
            Some((Ok(name), Ok(number))) => drop(acknowledged.insert(name, number)),
            _ => last_words = line,
        }
        if Some(at + 1) == kill_after {
            child.kill().expect("the writer is killed");
        }
    }
    End { last_words, success: child.wait().expect("the writer ends").success() }
}

/// The command for a process with so many writers, each of which writes so many batches.
pub fn writer(folder: &Path, writers: u8, batches: u64) -> Command {
    let mut command = Command::new(beside("examples/writer"));
    command.arg(folder).arg(writers.to_string()).arg(batches.to_string());
    command
}

/// Opens the store and compares all that each writer wrote with what it was told. Each may have had one batch more under
/// way. Returns what is there.
pub fn check(folder: &Path, writers: u8, acknowledged: &Acknowledged, context: &str) -> Acknowledged {
    let store =
        RocksStore::open(&RocksOptions::at(folder)).unwrap_or_else(|error| panic!("{context}: {error}"));
    let found = (0..writers).map(|name| {
        let least = acknowledged.get(&name).copied().unwrap_or(0);
        let last = Workload::new(name).recover(&store, least, least + 1);
        (name, last.unwrap_or_else(|error| panic!("{context}, writer {name}: {error}")))
    });
    found.collect()
}
