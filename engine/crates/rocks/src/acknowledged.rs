//! The witness of what was acknowledged.
//!
//! RocksDB's recovery stops at the first record of the log that it can't read, and takes it for the end: it can't tell a
//! torn last write from a record that was safe and has gone bad, so it would lose acknowledged writes without a word.
//! This file says up to which sequence number writes were acknowledged as synced. A recovery that ends below it has lost
//! some, and fails.
//!
//! The file is 16 bytes: the sequence number, little-endian, and its complement. It is written after each sync, and not
//! synced itself: after the end of the process it is exact; after power loss it may be older, which weakens the check and
//! never makes it wrong. An unreadable file is no witness. It is read once, at opening.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use fornax_store::StoreError;
use parking_lot::Mutex;

use crate::error::io_error;

/// The file, and the number in it.
pub struct Acknowledged {
    file: Mutex<File>,
    seq: AtomicU64,
}

impl Acknowledged {
    /// Opens the file, and makes it if it is missing.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: std::io::Error| io_error(&path.display().to_string(), &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        let mut bytes = [0; 16];
        let seq = match file.read_exact(&mut bytes) {
            Ok(()) => decode(bytes),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { file: Mutex::new(file), seq: AtomicU64::new(seq) })
    }

    /// The sequence number up to which writes were acknowledged as synced; zero if there is no witness.
    pub fn seq(&self) -> u64 {
        self.seq.load(Ordering::Acquire)
    }

    /// Notes that all writes up to `seq` are acknowledged as synced. A smaller number than before changes nothing.
    pub fn advance(&self, seq: u64) -> Result<(), StoreError> {
        if seq <= self.seq() {
            return Ok(());
        }
        let file = self.file.lock();
        // Another writer may have been faster while this one waited.
        if seq > self.seq() {
            file.write_all_at(&encode(seq), 0).map_err(|error| io_error("acknowledged", &error))?;
            self.seq.store(seq, Ordering::Release);
        }
        Ok(())
    }
}

fn encode(seq: u64) -> [u8; 16] {
    (u128::from(seq) | (u128::from(!seq) << 64)).to_le_bytes()
}

fn decode(bytes: [u8; 16]) -> u64 {
    let both = u128::from_le_bytes(bytes);
    let (seq, complement) = (both as u64, (both >> 64) as u64);
    if seq == !complement { seq } else { 0 }
}

#[cfg(test)]
mod tests;
