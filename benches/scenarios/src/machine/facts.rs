//! What a figure of speed has to be read beside.

use std::fs;

use serde::{Deserialize, Serialize};

/// The machine that the scenarios ran on.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct MachineFacts {
    /// Processors that this program may use.
    pub cores: usize,
    /// The processor's name.
    pub cpu: Option<String>,
    /// Memory of the machine.
    pub memory_mib: Option<u64>,
    /// The kernel's version.
    pub kernel: Option<String>,
    /// Processes that wanted to run, over the minute before: above 0 others use the machine too.
    pub load_before: Option<f64>,
}

impl MachineFacts {
    /// As they are now. What the system does not tell is left out.
    pub fn read() -> Self {
        let text = |path: &str| fs::read_to_string(path).ok();
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu: text("/proc/cpuinfo").and_then(|text| field(&text, "model name").map(str::to_owned)),
            memory_mib: text("/proc/meminfo")
                .and_then(|text| kilobytes(&text, "MemTotal"))
                .map(|kb| kb / 1024),
            kernel: text("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
            load_before: text("/proc/loadavg").and_then(|text| text.split(' ').next()?.parse().ok()),
        }
    }
}

/// What stands behind `name` and a colon.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

/// The same, where it is a number of kilobytes.
pub(super) fn kilobytes(text: &str, name: &str) -> Option<u64> {
    field(text, name)?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let text = "processor\t: 0\nmodel name\t: A CPU @ 2 GHz\nVmHWM:\t  2048 kB\n";
        assert_eq!(field(text, "model name"), Some("A CPU @ 2 GHz"));
        assert_eq!(kilobytes(text, "VmHWM"), Some(2048));
        assert_eq!(kilobytes(text, "VmRSS"), None);
    }
}
