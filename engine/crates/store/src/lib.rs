//! The ordered-map seam: families of byte keys and byte values, atomic batches, snapshots, ordered scans.
//!
//! A [`Store`] is synchronous and shared by reference between threads. Everything that reads does so through
//! [`Reader`], which a store (the state now) and a snapshot (the state then) both are. Keys and values are opaque here:
//! what they mean, and that they are sealed, is the caller's business.
//!
//! Implementations: [`MemoryStore`] and [`FaultyStore`] in this crate, RocksDB in `fornax-rocks`. All of them pass the
//! same [`suite`].

mod batch;
mod error;
mod family;
pub mod faulty;
mod ingest;
mod key_range;
mod limits;
mod memory;
mod seam;
pub mod suite;
mod value;

pub use batch::{Batch, Edit};
pub use error::StoreError;
pub use family::{FamilyId, FamilyKind, families_to_create};
pub use faulty::{FaultyDisk, FaultyStore};
pub use ingest::check_files;
pub use key_range::KeyRange;
pub use limits::Limits;
pub use memory::MemoryStore;
pub use seam::{
    AtOnce, Cursor, Direction, Durability, Entry, FamilyStatistics, Reader, Snapshot, Statistics, Store,
};
pub use value::Value;
