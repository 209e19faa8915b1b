//! Batch and transaction Bundles.

mod batch;
mod entries;
mod process;
mod references;

pub(crate) use process::process;
