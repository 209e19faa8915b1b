//! How load is made and measured: clients that work for a while at a pace, and what their requests took.

mod client;
mod latencies;
mod ledger;
mod pace;
mod stage;

pub use client::Client;
pub use latencies::{Latencies, Quantiles};
pub use ledger::{Ledger, RowName};
pub use stage::{Plan, Span, Stage, Workload, run};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a lock guards here is whole between any two lines: a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
