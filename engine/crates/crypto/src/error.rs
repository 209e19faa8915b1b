//! What can go wrong, one variant per thing a caller does differently.

use std::io;
use std::path::PathBuf;

use crate::KeyId;

/// A failure of sealing, opening or keeping keys. No text holds key bytes or plain text.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// The bytes were altered, cut, moved to another place, or sealed under another key.
    #[error("sealed bytes do not open: they were altered, cut, moved, or sealed under another key")]
    DoesNotOpen,
    /// More bytes than the cipher may seal at once (some 64 GiB).
    #[error("too many bytes to seal at once")]
    TooLong,
    /// The operating system gave no random bytes; nothing was sealed.
    #[error("the source of random bytes failed")]
    NoEntropy,
    /// A record names an epoch that the ring does not hold: the list of epochs is older than the record.
    #[error("a record was sealed in epoch {0}, which is not in the list of epochs")]
    UnknownEpoch(u32),
    /// The epoch has sealed as many records as is safe: begin another.
    #[error("the epoch has sealed all the records that it may")]
    EpochSpent,
    /// A key is wrapped under a key that the source does not hold: the operator has to bring it.
    #[error("a key is wrapped under key {0}, which is not at hand")]
    UnknownKey(KeyId),
    /// The key set has no such data key.
    #[error("the tenant has no {purpose} key of version {version}")]
    NoDataKey {
        /// What the key would be for.
        purpose: &'static str,
        /// The version asked for.
        version: u32,
    },
    /// A key file, key text or key set that is not in the form this crate writes.
    #[error("not a key in the form expected: {0}")]
    Malformed(&'static str),
    /// A limit of [`crate::Limits`] was reached.
    #[error("limit reached: {0}")]
    Limit(&'static str),
    /// The token is past its time; it was genuine.
    #[error("the token has expired")]
    Expired,
    /// The first row of a chain that is not as it was written, or a checkpoint that does not hold there.
    #[error("the chain is broken at position {position}")]
    ChainBroken {
        /// Positions count from 1.
        position: u64,
    },
    /// Others than the owner may read a key file or enter its folder: the operator has to narrow it.
    #[error("{} is open to others (mode {mode:03o}): allow its owner alone", path.display())]
    TooOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is no such key file. Never answered by making a new one.
    #[error("{} is missing", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
    },
    /// There is one already; it was left as it was.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file or folder.
        path: PathBuf,
    },
    /// The operating system failed a read or a write of a key file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, CryptoError>;
