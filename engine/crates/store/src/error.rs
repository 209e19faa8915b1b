//! What can go wrong in a store, by what the caller does about it.

use crate::FamilyId;

/// Why a call on a store failed. No variant's text holds a key or a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// An earlier write or sync failed, so what is on disk is unknown: open the store again to find out.
    #[error("the store is closed until it is opened again")]
    Closed,
    /// The bytes on disk are not those that were written: restore from elsewhere.
    #[error("corrupted: {0}")]
    Corrupted(String),
    /// The disk has no room: make some, then open the store again.
    #[error("the disk is full: {0}")]
    Full(String),
    /// A read or a write failed below the store. After a write or a sync the store is closed.
    #[error("input or output failed: {0}")]
    Io(String),
    /// Another handle, here or in another process, has this store open.
    #[error("the store is in use: {0}")]
    Locked(String),
    /// The family was never created, or was dropped.
    #[error("there is no {0}")]
    UnknownFamily(FamilyId),
    /// The family exists, and is of another kind than asked for.
    #[error("{0} exists with another kind")]
    OtherKind(FamilyId),
    /// A key, a value or a batch is above its limit; nothing was written.
    #[error("{what} of {size} is over the limit of {max}")]
    TooLarge {
        /// Which limit, by its name in [`Limits`](crate::Limits).
        what: &'static str,
        /// What was asked for.
        size: usize,
        /// What is allowed.
        max: usize,
    },
    /// The store was asked for something that it does not do: a mistake in the caller or here.
    #[error("bug: {0}")]
    Bug(String),
}
