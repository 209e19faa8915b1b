//! Batch and transaction Bundles.

mod batch;
mod earlier;
mod entries;
mod process;
mod references;
mod transaction;

pub(crate) use process::process;
