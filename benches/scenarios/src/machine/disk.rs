//! How fast a disk syncs: what every durable write waits for.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::Failure;

/// Single writes of 4 KiB at the end of a file, each synced.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct DiskFacts {
    /// How many were done.
    pub syncs: usize,
    /// By one writer.
    pub syncs_per_second: f64,
    /// Of one write and sync.
    pub median_ms: f64,
    /// All but one in a hundred.
    pub p99_ms: f64,
}

const TIME: Duration = Duration::from_secs(1);
const SYNCS_MIN: usize = 20;
const PAGE: [u8; 4096] = [0x5A; 4096];

/// Measures the disk that holds a folder, for about a second, with a file that is removed again.
///
/// # Errors
/// The folder can't be written to.
pub fn measure_disk(folder: &Path) -> Result<DiskFacts, Failure> {
    let path = folder.join(format!("scenarios-sync-{}", std::process::id()));
    let outcome = measure(&path);
    let removed = std::fs::remove_file(&path);
    let facts = outcome.map_err(Failure::writing(&path))?;
    removed.map_err(Failure::io(format!("cannot remove {}", path.display())))?;
    Ok(facts)
}

fn measure(path: &Path) -> std::io::Result<DiskFacts> {
    let mut file = File::create_new(path)?;
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < TIME || times.len() < SYNCS_MIN {
        let started = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    let syncs_per_second = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    Ok(DiskFacts { syncs: times.len(), syncs_per_second, median_ms: at(50), p99_ms: at(99) })
}
