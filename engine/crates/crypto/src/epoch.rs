//! Records sealed under a key of their epoch, with nonces that count.
//!
//! An epoch begins whenever a store is opened, restored or cloned: a random salt gives it a key that no other timeline has, so
//! its counter may begin at 0 although nobody knows which counters were used before. The list of epochs (numbers and salts, no
//! secrets) is kept by the caller, and durably before the first record of an epoch is written.
//!
//! Key: HKDF-SHA256 of the data key, with the epoch's salt, over `"fornax epoch key" 00 epoch (u32, big-endian)`. A sealed record is
//! `epoch (u32) counter (5 bytes) ciphertext tag (16)`, big-endian: AES-256-GCM, nonce = 4 zero bytes and the counter (u64,
//! big-endian), AAD = the record's [`Place`].

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::cipher::{Cipher, SALT_BYTES, TAG_BYTES, counting_nonce};
use crate::entropy::draw;
use crate::{CryptoError, DataKey, Entropy, Limits, Place, Result};

const DOMAIN: &str = "fornax epoch key";
const EPOCH_BYTES: usize = 4;
const COUNTER_BYTES: usize = 5;
const COUNTERS: u64 = 1 << (8 * COUNTER_BYTES);

/// How many bytes longer a sealed record is than the plain one.
pub const SEAL_BYTES: usize = EPOCH_BYTES + COUNTER_BYTES + TAG_BYTES;

/// One entry of the list of epochs, for the caller to keep. Holds no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Epoch {
    /// Its number, which its records bear; increasing from 1.
    pub number: u32,
    /// The version of the data key that its key comes from.
    pub key_version: u32,
    /// Random.
    pub salt: [u8; SALT_BYTES],
}

/// One version of a data key.
pub type VersionedKey = (u32, Arc<DataKey>);

/// All epochs of one data key. Opens records of any of them. Immutable: a new epoch gives a new ring, which shares the rest.
#[derive(Clone)]
pub struct EpochRing {
    keys: Arc<[VersionedKey]>,
    /// By number.
    epochs: Vec<Arc<Known>>,
    limits: Limits,
}

/// An epoch and, from the first use on, its cipher.
struct Known {
    epoch: Epoch,
    key: Arc<DataKey>,
    cipher: OnceLock<Cipher>,
}

impl Known {
    fn cipher(&self) -> &Cipher {
        let Epoch { number, salt, .. } = &self.epoch;
        self.cipher.get_or_init(|| self.key.derivation(salt, DOMAIN, &number.to_be_bytes()).cipher())
    }
}

impl EpochRing {
    /// The ring of these epochs, in any order. `keys` are the versions of the data key, at least those that the epochs name.
    pub fn new(keys: Vec<VersionedKey>, epochs: &[Epoch], limits: Limits) -> Result<Self> {
        let mut ring = Self { keys: keys.into(), epochs: Vec::with_capacity(epochs.len() + 1), limits };
        let mut epochs = epochs.to_vec();
        epochs.sort_unstable_by_key(|epoch| epoch.number);
        if epochs.windows(2).any(|pair| pair[0].number == pair[1].number) {
            return Err(CryptoError::Malformed("two epochs of one number"));
        }
        for epoch in epochs {
            ring.add(epoch)?;
        }
        Ok(ring)
    }

    fn add(&mut self, epoch: Epoch) -> Result<Arc<Known>> {
        if self.epochs.len() >= self.limits.epochs_max {
            return Err(CryptoError::Limit("epochs of a data key"));
        }
        let version = epoch.key_version;
        let (_, key) = self
            .keys
            .iter()
            .find(|(at, _)| *at == version)
            .ok_or(CryptoError::NoDataKey { purpose: "epochs", version })?;
        let known = Arc::new(Known { epoch, key: Arc::clone(key), cipher: OnceLock::new() });
        self.epochs.push(Arc::clone(&known));
        Ok(known)
    }

    /// Prepares a new epoch under the newest version of the data key.
    pub fn begin(&self, entropy: &dyn Entropy) -> Result<BegunEpoch> {
        let newest = self.keys.iter().map(|(version, _)| *version).max();
        let key_version = newest.ok_or(CryptoError::NoDataKey { purpose: "epochs", version: 1 })?;
        let last = self.epochs.last().map_or(0, |known| known.epoch.number);
        let number = last.checked_add(1).ok_or(CryptoError::Limit("epochs of a data key"))?;
        let mut ring = self.clone();
        let known = ring.add(Epoch { number, key_version, salt: draw(entropy)? })?;
        Ok(BegunEpoch { ring, known })
    }

    /// Appends the plain bytes of the record at `place` to `out`, which stays as it was on failure.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (epoch, rest) = sealed.split_first_chunk::<EPOCH_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        let (counter, sealed) = rest.split_first_chunk::<COUNTER_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        let [a, b, c, d, e] = *counter;
        let counter = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
        let cipher = self.known(u32::from_be_bytes(*epoch))?.cipher();
        cipher.open_onto(counting_nonce(counter), &place.aad(), sealed, out)
    }

    fn known(&self, number: u32) -> Result<&Known> {
        self.epochs
            .binary_search_by_key(&number, |known| known.epoch.number)
            .map(|at| &*self.epochs[at])
            .map_err(|_| CryptoError::UnknownEpoch(number))
    }
}

impl fmt::Debug for EpochRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpochRing").field("epochs", &self.epochs.len()).finish_non_exhaustive()
    }
}

/// An epoch that has a salt, and is not yet on the list that survives.
#[must_use = "an epoch counts once it is kept"]
pub struct BegunEpoch {
    ring: EpochRing,
    known: Arc<Known>,
}

impl BegunEpoch {
    /// What to keep.
    pub fn epoch(&self) -> &Epoch {
        &self.known.epoch
    }

    /// Call this when [`BegunEpoch::epoch`] is durably on the list: a record of an epoch that is not could never be opened again.
    pub fn kept(self) -> (EpochRing, EpochSealer) {
        let records_max = self.ring.limits.records_per_epoch_max.min(COUNTERS);
        (self.ring, EpochSealer { known: self.known, next: AtomicU64::new(0), records_max })
    }
}

impl fmt::Debug for BegunEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BegunEpoch").field(self.epoch()).finish()
    }
}

/// Seals the records of one epoch, from any number of threads, without a lock. There is one for each epoch, and it can't be
/// copied: its counter is what makes nonces unique.
pub struct EpochSealer {
    known: Arc<Known>,
    next: AtomicU64,
    records_max: u64,
}

impl EpochSealer {
    /// Appends the sealed record, [`SEAL_BYTES`] longer than `plain`, to `out`, which stays as it was on failure. Fails with
    /// [`CryptoError::EpochSpent`] when the epoch has sealed all that it may.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.seal_parts(place, &[plain], out)
    }

    /// The same of a record whose plain bytes lie in parts, so that a large one need not be put together first.
    pub fn seal_parts(&self, place: &Place<'_>, plain: &[&[u8]], out: &mut Vec<u8>) -> Result<()> {
        let counter = self.next.fetch_add(1, Ordering::Relaxed);
        if counter >= self.records_max {
            // Far from wrapping even if every thread keeps asking.
            self.next.store(self.records_max, Ordering::Relaxed);
            return Err(CryptoError::EpochSpent);
        }
        let start = out.len();
        out.reserve(plain.iter().map(|part| part.len()).sum::<usize>() + SEAL_BYTES);
        out.extend_from_slice(&self.known.epoch.number.to_be_bytes());
        out.extend_from_slice(&counter.to_be_bytes()[8 - COUNTER_BYTES..]);
        let sealed = self.known.cipher().seal(counting_nonce(counter), &place.aad(), plain, out);
        if sealed.is_err() {
            out.truncate(start);
        }
        sealed
    }

    /// The number that its records bear.
    pub fn epoch(&self) -> u32 {
        self.known.epoch.number
    }
}

impl fmt::Debug for EpochSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpochSealer")
            .field("epoch", &self.epoch())
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
