//! Import: many resources at once, one a line, past the log. Lines are prepared by some threads at the same time, and committed in their
//! order, many by one commit.

mod lines;
mod steps;

use std::io;

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::tenant_id::Principal;

/// How to import. With the defaults it takes some 100 MiB of memory a thread beside the engine, whatever is imported.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Threads that prepare lines. Default: one for each core.
    pub threads: usize,
    /// Lines that may be refused before the import stops. Default 100.
    pub refused_max: usize,
    /// Base URLs that are the tenant's own: references under these become relative.
    pub own_bases: Vec<String>,
    /// Lines of one commit. Default 16,384.
    pub commit_lines_max: usize,
    /// Bytes of the lines of one commit. Default 32 MiB.
    pub commit_bytes_max: usize,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            refused_max: 100,
            own_bases: Vec::new(),
            commit_lines_max: 1 << 14,
            commit_bytes_max: 32 << 20,
        }
    }
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// Resources that were not there.
    pub created: u64,
    /// Resources that were, and got a new version.
    pub updated: u64,
    /// Resources that said already what the line says: they got no version.
    pub unchanged: u64,
    /// Lines that were not imported, in their order.
    pub refused: Vec<RefusedLine>,
    /// The commits that were made.
    pub commits: u64,
    /// Why it stopped before the end. What is counted was committed nonetheless, and stays: the lines up to `lines`.
    pub stopped: Option<Error>,
    /// Lines that are done: committed, empty or refused.
    pub lines: u64,
}

/// A line that was not imported.
#[derive(Debug)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub number: u64,
    /// Why.
    pub error: Error,
}

/// Lines, without what ends them.
pub type ImportLines<'a> = dyn Iterator<Item = io::Result<Vec<u8>>> + Send + 'a;

/// Imports lines of JSON.
pub(crate) fn import(
    core: &crate::core::Core,
    lines: &mut ImportLines<'_>,
    options: &ImportOptions,
    principal: &Principal,
) -> Result<ImportReport> {
    if options.threads == 0 || options.commit_lines_max == 0 || options.commit_bytes_max == 0 {
        let issue = Issue::error("value", "an import needs a thread, and room for a line in each commit");
        return Err(Error::new(ErrorKind::Invalid, issue));
    }
    Ok(steps::run(core, lines, options, principal))
}

#[cfg(test)]
mod tests;
