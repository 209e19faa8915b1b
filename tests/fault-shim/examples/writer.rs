//! Writes into a store until it is done, fails or is killed. For the crash tests.
//!
//! `writer FOLDER THREADS BATCHES`: each thread is one writer of the suite's workload, goes on where the store left off,
//! and writes so many batches more. Prints `THREAD NUMBER` after each acknowledged batch, and at its end `done`, or
//! `failed` and why. Exits with 1 if a store that has failed still answers.

#![allow(clippy::print_stdout, reason = "its output is its report")]

use std::process::ExitCode;

use fornax_rocks::{RocksOptions, RocksStore};
use fornax_store::suite::{WORKLOAD_FAMILIES, Workload};
use fornax_store::{Durability, Reader, Store, StoreError};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, threads, batches] = arguments.as_slice() else { return ExitCode::from(2) };
    let (Ok(threads), Ok(batches)) = (threads.parse(), batches.parse()) else { return ExitCode::from(2) };
    // Small enough for files to be written and merged all the time.
    let options = RocksOptions {
        families: WORKLOAD_FAMILIES.to_vec(),
        write_buffer_bytes: 1 << 20,
        log_bytes: 1 << 20,
        ..RocksOptions::at(folder)
    };
    let store = match RocksStore::open(&options) {
        Ok(store) => store,
        Err(error) => {
            println!("failed {error}");
            return ExitCode::SUCCESS;
        }
    };
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let store = &store;
        let writers: Vec<_> =
            (0..threads).map(|name| scope.spawn(move || run(store, name, batches))).collect();
        writers.into_iter().map(|writer| writer.join().expect("the writer ends")).collect()
    });
    for outcome in outcomes {
        let Err(error) = outcome else { continue };
        println!("failed {error}");
        let answers =
            [store.sync(), store.get(WORKLOAD_FAMILIES[0].0, b"k").map(|_| ()), store.snapshot().map(|_| ())];
        let closed = answers.iter().all(|answer| *answer == Err(StoreError::Closed));
        // A failed read of the recovery closes nothing.
        return if closed || error.starts_with("read: ") { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    println!("done");
    ExitCode::SUCCESS
}

fn run(store: &dyn Store, name: u8, batches: u64) -> Result<(), String> {
    let mut workload = Workload::new(name);
    workload.recover(store, 0, u64::MAX).map_err(|error| format!("read: {error}"))?;
    for at in 0..batches {
        let number = workload.step(store, Durability::Synced).map_err(|error| error.to_string())?;
        println!("{name} {number}");
        if at % 8 == 5 {
            store.flush().map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
