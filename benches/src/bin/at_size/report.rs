//! Rows of the table, and what is read for them of the system.

use std::fs;
use std::path::Path;
use std::time::Duration;

pub fn row(what: &str, measured: &str) {
    println!("| {what} | {measured} |");
}

pub fn milliseconds(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}

/// The most memory that was resident so far.
pub fn peak_mib() -> u64 {
    status_kib("VmHWM") >> 10
}

/// Memory that is resident now.
pub fn resident_mib() -> u64 {
    status_kib("VmRSS") >> 10
}

fn status_kib(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Bytes of all files below a folder.
pub fn bytes_below(folder: &Path) -> u64 {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => bytes += bytes_below(&path),
            Ok(metadata) => bytes += metadata.len(),
            // Removed since the folder was read.
            Err(_) => {}
        }
    }
    bytes
}
