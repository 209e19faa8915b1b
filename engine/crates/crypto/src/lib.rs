//! Sealing, key tree, hash chain and tokens, on `ring`. Knows no FHIR; touches no file but those of [`KeyFolder`].
//!
//! A [`KeySource`] wraps each tenant's key, which wraps a [`DataKey`] for each [`Purpose`] ([`TenantKeys`]). From a data key come
//! the keys that do the work: [`EpochRing`] and [`EpochSealer`] for records, [`PageKey`] for files, [`IdKey`] for ids, [`TokenKey`]
//! for what clients carry, [`CheckpointSigner`] for the audit chain. No data key seals anything itself, and each use derives its
//! key over a domain of its own. docs/FORMAT.md states all bytes.

mod chain;
mod cipher;
mod data_key;
mod entropy;
mod epoch;
mod error;
mod id_key;
mod key_folder;
mod key_source;
mod key_tree;
mod limits;
mod page;
mod place;
mod token;
mod wrap;

pub use chain::{ChainPoint, Checkpoint, CheckpointSigner, CheckpointVerifier, Link};
pub use cipher::IS_ENCRYPTED;
pub use data_key::DataKey;
#[cfg(feature = "seeded")]
pub use entropy::SeededEntropy;
pub use entropy::{Entropy, SystemEntropy};
pub use epoch::{BegunEpoch, Epoch, EpochRing, EpochSealer, SEAL_BYTES, VersionedKey};
pub use error::{CryptoError, Result};
pub use id_key::IdKey;
pub use key_folder::KeyFolder;
pub use key_source::{KeySource, MasterKeys};
pub use key_tree::{Purpose, TenantKeys};
pub use limits::Limits;
pub use page::{PageKey, PagePlace};
pub use place::{Place, TenantUuid};
pub use token::{TokenHolder, TokenKey};
pub use wrap::{KeyId, WrappingKey};
