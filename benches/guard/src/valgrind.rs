//! A program under callgrind.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

/// The function within which instructions are counted, with all that it calls; as callgrind's patterns name it.
const MEASURED: &str = "*::measuring::measured*";
/// The function that the program calls after it, upon which the count is written and begins anew.
const ENDED: &str = "*::measuring::ended*";

/// Freed memory is kept as it is. What allocations cost would else depend on how it was put together, which hash maps with random
/// seeds make another each time: by 1 % in a search.
const HEAP: &str = "glibc.malloc.tcache_count=65535";

/// Why there are no counts.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// valgrind does not start, or its result can't be read.
    #[error("valgrind: {0}")]
    Io(#[from] io::Error),
    /// The program failed.
    #[error("the program failed:\n{0}")]
    Failed(String),
    /// The program ended well, and what it measured is not what callgrind counted.
    #[error("callgrind counted {counts:?} for {names:?}")]
    Unlike {
        /// What the program says that it measured.
        names: Vec<String>,
        /// What callgrind says.
        counts: Vec<u64>,
    },
}

/// Whether valgrind is there.
pub fn is_installed() -> bool {
    let asked =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Runs `program` with one argument. It prints a line for each scenario that it measures: each has its instructions beside it in the
/// answer.
///
/// # Errors
/// When the program fails, or measures nothing in one of its scenarios.
pub fn count(program: &Path, argument: &str) -> Result<Vec<(String, u64)>, CountError> {
    let folder = tempfile::tempdir()?;
    let written = folder.path().join("callgrind.out");
    let mut command = Command::new("valgrind");
    // An environment moves the stack, and what is set there changes what libraries do.
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.env("GLIBC_TUNABLES", HEAP);
    let ran = command
        .args(["--tool=callgrind", "--combine-dumps=yes", "--read-inline-info=no"])
        .arg(format!("--toggle-collect={MEASURED}"))
        .arg(format!("--dump-before={ENDED}"))
        .arg(format!("--callgrind-out-file={}", written.display()))
        .arg(program)
        .arg(argument)
        .stdin(Stdio::null())
        .output()?;
    if !ran.status.success() {
        return Err(CountError::Failed(String::from_utf8_lossy(&ran.stderr).into_owned()));
    }
    let names = String::from_utf8_lossy(&ran.stdout).lines().map(str::to_owned).collect();
    paired(names, counts(&fs::read_to_string(&written)?))
}

fn paired(names: Vec<String>, counts: Vec<u64>) -> Result<Vec<(String, u64)>, CountError> {
    if names.len() != counts.len() || counts.contains(&0) {
        return Err(CountError::Unlike { names, counts });
    }
    Ok(names.into_iter().zip(counts).collect())
}

/// The totals of the parts of callgrind's file, but for the last one, which ends with the program.
fn counts(written: &str) -> Vec<u64> {
    let mut counts = Vec::new();
    let mut is_scenario = false;
    for line in written.lines() {
        if let Some(trigger) = line.strip_prefix("desc: Trigger: ") {
            is_scenario = trigger.starts_with("--dump-before");
        } else if let Some(total) = line.strip_prefix("totals: ").filter(|_| is_scenario) {
            counts.extend(total.trim().parse::<u64>());
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of callgrind 3.19, shortened.
    const WRITTEN: &str = "\
# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 8687
cmd:  guard --group=bytes
part: 1

desc: I1 cache:
desc: Timerange: Basic block 0 - 1
desc: Trigger: --dump-before=guard::measuring::ended

positions: line
events: Ir
summary: 4093

fn=(1) guard::measuring::measured
10 4093

totals: 4093

part: 2

desc: Timerange: Basic block 1 - 2
desc: Trigger: --dump-before=guard::measuring::ended

events: Ir
summary: 31415926535

totals: 31415926535

part: 3

desc: Timerange: Basic block 2 - 3
desc: Trigger: Program termination

events: Ir
summary: 7

totals: 7
";

    fn check(names: &[&str], written: &str, wanted: Option<&[(&str, u64)]>) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let found = paired(names, counts(written)).ok();
        let wanted = wanted
            .map(|rows| rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>());
        assert_eq!(found, wanted);
    }

    #[test]
    fn each_scenario_has_the_count_of_its_part() {
        check(&["a", "b"], WRITTEN, Some(&[("a", 4093), ("b", 31_415_926_535)]));
        check(&[], "", Some(&[]));
    }

    #[test]
    fn a_count_that_is_missing_or_too_many_is_refused() {
        check(&["a"], WRITTEN, None);
        check(&["a", "b", "c"], WRITTEN, None);
        check(&["a", "b"], &WRITTEN.replace("totals: 4093", "totals: many"), None);
        check(&["a", "b"], &WRITTEN.replace("totals: 4093", "totals: 0"), None);
    }
}
