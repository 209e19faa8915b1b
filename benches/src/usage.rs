//! What a benchmark has used, as the system tells it.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// `sysconf(_SC_CLK_TCK)`: 100 on every Linux.
const TICKS_A_SECOND: u64 = 100;

/// CPU time of all threads of this process, user and system, in steps of 10 ms.
///
/// # Panics
/// Where there is no `/proc`.
pub fn process_cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("/proc");
    // The name, in parentheses, may hold spaces.
    let after_name = stat.rsplit(')').next().expect("a last part");
    let ticks = |field: usize| -> u64 {
        after_name.split_whitespace().nth(field).expect("a field").parse().expect("a number")
    };
    Duration::from_millis((ticks(11) + ticks(12)) * 1_000 / TICKS_A_SECOND)
}

/// The most memory that was resident so far, in MiB.
///
/// # Panics
/// Where there is no `/proc`.
pub fn peak_mib() -> u64 {
    status_kib("VmHWM") >> 10
}

/// Memory that is resident now, in MiB.
///
/// # Panics
/// Where there is no `/proc`.
pub fn resident_mib() -> u64 {
    status_kib("VmRSS") >> 10
}

fn status_kib(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find(|line| line.starts_with(field)).expect("a field");
    line.split_whitespace().nth(1).expect("a value").parse().expect("a number")
}

/// Bytes of all files below a folder.
///
/// # Panics
/// Where it can't be read.
pub fn bytes_below(folder: &Path) -> u64 {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => bytes += bytes_below(&path),
            Ok(metadata) => bytes += metadata.len(),
            // Removed since the folder was read.
            Err(_) => {}
        }
    }
    bytes
}
