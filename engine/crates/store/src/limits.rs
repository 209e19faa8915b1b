//! The bounds on what a caller may hand to a store.

use crate::{Batch, StoreError};

/// What one call may ask for. Sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest key. Default 1 KiB.
    pub key_bytes_max: usize,
    /// Longest value. Default 256 MiB.
    pub value_bytes_max: usize,
    /// Keys and values of one batch together. Default 512 MiB.
    pub batch_bytes_max: usize,
    /// Families in one store. Default 2,000: each that is written to costs memory.
    pub families_max: usize,
    /// Keys in one `get_many`. Default 10,000.
    pub get_keys_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            key_bytes_max: 1 << 10,
            value_bytes_max: 256 << 20,
            batch_bytes_max: 512 << 20,
            families_max: 2_000,
            get_keys_max: 10_000,
        }
    }
}

impl Limits {
    /// Refuses a batch that is over a limit.
    pub fn check_batch(&self, batch: &Batch) -> Result<(), StoreError> {
        within("key_bytes_max", batch.longest_key_bytes(), self.key_bytes_max)?;
        within("value_bytes_max", batch.longest_value_bytes(), self.value_bytes_max)?;
        within("batch_bytes_max", batch.byte_len(), self.batch_bytes_max)
    }

    /// Refuses to hold more families than the limit.
    pub fn check_families(&self, families: usize) -> Result<(), StoreError> {
        within("families_max", families, self.families_max)
    }

    /// Refuses to look up more keys at once than the limit.
    pub fn check_get(&self, keys: usize) -> Result<(), StoreError> {
        within("get_keys_max", keys, self.get_keys_max)
    }
}

fn within(what: &'static str, size: usize, max: usize) -> Result<(), StoreError> {
    if size > max { Err(StoreError::TooLarge { what, size, max }) } else { Ok(()) }
}
