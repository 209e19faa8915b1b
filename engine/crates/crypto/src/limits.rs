//! How far what grows may grow.

/// Bounds of this crate. The defaults suit a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Epochs in a ring. One is added by each opening; a rewrite lets go of old ones.
    pub epochs_max: usize,
    /// Records sealed in one epoch; 2^40 at most, which is what a record's counter holds. At 2^36 records of 1 KiB the chance
    /// to tell ciphertext from noise is 2^-45.
    pub records_per_epoch_max: u64,
    /// Bytes that a token carries.
    pub token_bytes_max: usize,
    /// Master keys in a file or text, and data keys in a key set.
    pub keys_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { epochs_max: 1 << 16, records_per_epoch_max: 1 << 36, token_bytes_max: 8 << 10, keys_max: 64 }
    }
}
