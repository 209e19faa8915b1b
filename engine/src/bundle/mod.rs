//! Batch and transaction Bundles.

mod entries;
mod process;
mod references;

pub(crate) use process::process;
