//! Order-preserving keys and versioned, compressed records. Bytes in, bytes out; docs/FORMAT.md states them.

pub mod compression;
mod error;
pub mod key;
pub mod record;

pub use error::{CodecError, Result};
