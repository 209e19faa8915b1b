//! What the server's processes use.

use std::collections::HashMap;
use std::fs;

use serde::{Deserialize, Serialize};

use super::facts::kilobytes;
use crate::Failure;

/// The processes that were named, with all that descend from them: a database's workers count as well.
#[derive(Clone, Debug, Default)]
pub struct ServerProcess {
    pids: Vec<u32>,
}

/// What they have used since they began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Used {
    ticks: u64,
    peak_kb: u64,
    resident_kb: u64,
}

/// What they used for a stage.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct ServerUsage {
    /// Of all its threads.
    pub cpu_seconds: f64,
    /// For a request that was counted, background work included.
    pub cpu_us_per_request: Option<f64>,
    /// At the stage's end.
    pub resident_mib: f64,
    /// The most since the process began. Of several processes, the sum of each one's own.
    pub peak_mib: f64,
}

/// Linux tells times in hundredths of a second, whatever the kernel's own clock.
const TICKS_PER_SECOND: f64 = 100.0;

impl ServerProcess {
    /// These processes.
    ///
    /// # Errors
    /// One is not there.
    pub fn of(pids: &[u32]) -> Result<Self, Failure> {
        let missing = pids.iter().find(|pid| stat(**pid).is_none());
        match missing {
            Some(pid) => Err(Failure::Options(format!("--server-pid {pid}: there is no such process"))),
            None => Ok(Self { pids: pids.to_vec() }),
        }
    }

    /// What they have used until now; `None`, when none was named or one is gone.
    pub fn usage(&self) -> Option<Used> {
        if self.pids.is_empty() {
            return None;
        }
        let mut used = Used { ticks: 0, peak_kb: 0, resident_kb: 0 };
        for pid in with_descendants(&self.pids) {
            let found = stat(pid).zip(fs::read_to_string(format!("/proc/{pid}/status")).ok());
            let Some((stat, status)) = found else {
                // A worker may end at any time; one that was named may not.
                if self.pids.contains(&pid) {
                    return None;
                }
                continue;
            };
            used.ticks += stat.ticks;
            used.peak_kb += kilobytes(&status, "VmHWM").unwrap_or(0);
            used.resident_kb += kilobytes(&status, "VmRSS").unwrap_or(0);
        }
        Some(used)
    }
}

impl Used {
    /// What was used since.
    pub fn since(&self, before: &Self, requests: u64) -> ServerUsage {
        let cpu_seconds = self.ticks.saturating_sub(before.ticks) as f64 / TICKS_PER_SECOND;
        ServerUsage {
            cpu_seconds,
            cpu_us_per_request: (requests > 0).then(|| cpu_seconds * 1e6 / requests as f64),
            resident_mib: self.resident_kb as f64 / 1024.0,
            peak_mib: self.peak_kb as f64 / 1024.0,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// Its own, and those of children that have ended.
    ticks: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(text: &str) -> Option<Stat> {
    // The name stands in parentheses and may hold anything, so the fields are counted from its end: state, parent, ...
    let (_, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let times = fields.get(11..15)?;
    let ticks = times.iter().map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks })
}

fn with_descendants(pids: &[u32]) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some((pid, stat)) = pid.and_then(|pid| Some((pid, stat(pid)?))) {
            children.entry(stat.parent).or_default().push(pid);
        }
    }
    let (mut all, mut at) = (pids.to_vec(), 0);
    while let Some(pid) = all.get(at).copied() {
        at += 1;
        let new = children.get(&pid).into_iter().flatten().filter(|child| !pids.contains(child));
        all.extend(new);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_behind_any_name() {
        let text = "7 (a) R (b) S 3 7 7 0 -1 4194560 100 0 0 0 11 22 33 44 20 0 4 0 5 6 7";
        assert_eq!(parse_stat(text), Some(Stat { parent: 3, ticks: 110 }));
        assert_eq!(parse_stat("7 (a) S 3"), None);
    }

    #[test]
    fn usage_is_a_difference() {
        let before = Used { ticks: 100, peak_kb: 2048, resident_kb: 1024 };
        let after = Used { ticks: 150, peak_kb: 4096, resident_kb: 2048 };
        let usage = after.since(&before, 1000);
        assert_eq!((usage.cpu_seconds, usage.cpu_us_per_request), (0.5, Some(500.0)));
        assert_eq!((usage.peak_mib, usage.resident_mib), (4.0, 2.0));
        assert_eq!(after.since(&before, 0).cpu_us_per_request, None);
    }

    #[test]
    fn this_process_is_there_and_another_is_not() {
        let me = ServerProcess::of(&[std::process::id()]).expect("this process");
        assert!(me.usage().is_some_and(|used| used.peak_kb > 0));
        assert!(ServerProcess::of(&[u32::MAX]).is_err());
        assert_eq!(ServerProcess::of(&[]).expect("none").usage(), None);
    }
}
