//! What the operating system tells of this process and this machine, all of it from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The name of threads that are no part of the server.
pub(crate) const CLIENT_THREAD: &str = "plan-client";
/// Ticks of a second in `/proc/stat`, on every machine that Linux runs on today.
const TICKS_S: f64 = 100.0;

fn read(path: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::io(format!("cannot read {path}")))
}

fn not_understood(path: &str) -> Failure {
    Failure::Refused(format!("{path} is not understood"))
}

/// The number behind a name: `VmRSS:   12 kB`.
fn field(path: &str, name: &str) -> Result<u64, Failure> {
    let text = read(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| not_understood(path))
}

/// Memory of this process that is resident now, in bytes.
pub(crate) fn resident_bytes() -> Result<u64, Failure> {
    Ok(field("/proc/self/status", "VmRSS")? << 10)
}

/// The most that was resident so far, in bytes.
pub(crate) fn peak_bytes() -> Result<u64, Failure> {
    Ok(field("/proc/self/status", "VmHWM")? << 10)
}

/// Bytes that this process had written to disks.
pub(crate) fn written_bytes() -> Result<u64, Failure> {
    field("/proc/self/io", "write_bytes")
}

/// Memory of the machine, or what its control group may use, in bytes.
pub(crate) fn memory_bytes() -> Result<u64, Failure> {
    let machine = field("/proc/meminfo", "MemTotal")? << 10;
    // Without such a group, or without a bound, the machine's own is the bound.
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    Ok(group.and_then(|text| text.trim().parse().ok()).map_or(machine, |bound: u64| bound.min(machine)))
}

/// Bytes free on a folder's disk; nothing where there is no `df` that tells.
pub(crate) fn disk_free_bytes(folder: &Path) -> Option<u64> {
    let told = Command::new("df").arg("-kP").arg(folder).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let free: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(free << 10)
}

fn cpu_of(path: &str) -> Result<Duration, Failure> {
    let nanoseconds = read(path)?.split_whitespace().next().and_then(|text| text.parse().ok());
    nanoseconds.map(Duration::from_nanos).ok_or_else(|| not_understood(path))
}

/// CPU time that this thread has used.
pub(crate) fn thread_cpu() -> Result<Duration, Failure> {
    cpu_of("/proc/thread-self/schedstat")
}

/// CPU time of the server's threads up to a moment: those of all but clients.
pub(crate) struct CpuMark(HashMap<String, Duration>);

impl CpuMark {
    /// Now.
    pub(crate) fn now() -> Result<Self, Failure> {
        const TASKS: &str = "/proc/self/task";
        let mut threads = HashMap::new();
        for entry in fs::read_dir(TASKS).map_err(Failure::io(format!("cannot read {TASKS}")))? {
            let entry = entry.map_err(Failure::io(format!("cannot read {TASKS}")))?;
            let thread = entry.file_name().to_string_lossy().into_owned();
            let cpu = read(&format!("{TASKS}/{thread}/comm")).and_then(|name| {
                let of_client = name.trim_end() == CLIENT_THREAD;
                let cpu = cpu_of(&format!("{TASKS}/{thread}/schedstat"))?;
                Ok((!of_client).then_some(cpu))
            });
            match cpu {
                Ok(Some(cpu)) => threads.insert(thread, cpu),
                Ok(None) => None,
                // It ended since the folder was read.
                Err(Failure::Io { source, .. })
                    if source.kind() == ErrorKind::NotFound || source.raw_os_error() == Some(3) =>
                {
                    None
                }
                Err(failure) => return Err(failure),
            };
        }
        Ok(Self(threads))
    }

    /// CPU time that the threads of now have used since; of those that ended meanwhile nothing is known, they had nothing to do.
    pub(crate) fn elapsed(&self) -> Result<Duration, Failure> {
        let spent = |(thread, cpu): (&String, &Duration)| {
            cpu.saturating_sub(self.0.get(thread).copied().unwrap_or(Duration::ZERO))
        };
        Ok(Self::now()?.0.iter().map(spent).sum())
    }
}

/// How busy the whole machine was up to a moment, in ticks: all together, and by this process.
pub(crate) struct BusyMark {
    moment: Instant,
    all: f64,
    own: f64,
    cores: f64,
}

impl BusyMark {
    /// Now.
    pub(crate) fn now() -> Result<Self, Failure> {
        let (path, own_path) = ("/proc/stat", "/proc/self/stat");
        let text = read(path)?;
        let numbers = |line: &str| -> Vec<f64> {
            line.split_whitespace().skip(1).filter_map(|number| number.parse().ok()).collect()
        };
        let all = text.lines().next().map(numbers).filter(|all| all.len() >= 8);
        let all = all.ok_or_else(|| not_understood(path))?;
        let cores = text.lines().skip(1).filter(|line| line.starts_with("cpu")).count();
        // Behind the name in parentheses: state, then the fields from the fourth on.
        let own = read(own_path)?;
        let own: Option<Vec<f64>> = own.rsplit_once(')').map(|(_, fields)| numbers(fields));
        let own = own.filter(|own| own.len() >= 12).ok_or_else(|| not_understood(own_path))?;
        Ok(Self {
            moment: Instant::now(),
            // User, nice, system; idle and waiting left out; interrupts and what a host took away.
            all: all[0] + all[1] + all[2] + all[5] + all[6] + all[7],
            own: own[10] + own[11],
            cores: cores.max(1) as f64,
        })
    }

    /// Of `cores`, how many others kept busy since, on average.
    pub(crate) fn others(&self, cores: u32) -> Result<f64, Failure> {
        let now = Self::now()?;
        let ticks = now.moment.duration_since(self.moment).as_secs_f64() * TICKS_S;
        let others = ((now.all - self.all) - (now.own - self.own)).max(0.0);
        Ok(if ticks > 0.0 { others / ticks * f64::from(cores) / self.cores } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_all_of_it() {
        assert!(resident_bytes().expect("it") > 1 << 20);
        assert!(peak_bytes().expect("it") >= 1 << 20);
        assert!(memory_bytes().expect("it") > 1 << 20);
        assert!(thread_cpu().is_ok() && written_bytes().is_ok());
        let (cpu, busy) = (CpuMark::now().expect("it"), BusyMark::now().expect("it"));
        assert!(cpu.elapsed().is_ok() && busy.others(1).expect("it") >= 0.0);
        let wrong = field("/proc/self/status", "VmNothing").expect_err("no such field").to_string();
        assert_eq!(wrong, "/proc/self/status is not understood");
    }
}
