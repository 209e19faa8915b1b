//! The store seam on RocksDB.
//!
//! A store is a directory:
//!
//! - `db/` belongs to RocksDB. Each family is a column family named by its number and its kind.
//! - `acknowledged` bounds from below what recovery must bring back; see the module of that name.
//! - `found-logs/` exists only after a recovery that brought back less: the write-ahead logs as they were found.
//!
//! The choice of options, with measurements: docs/decisions/020-rocksdb-options.md.

mod acknowledged;
mod error;
mod families;
mod found_logs;
mod ingest;
mod open_store;
mod options;
mod read;
mod store;
mod tuning;

pub use options::RocksOptions;
pub use store::RocksStore;
