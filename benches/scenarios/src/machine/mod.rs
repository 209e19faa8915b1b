//! The machine, its disk, and the server's process, as far as Linux tells.

mod disk;
mod facts;
mod process;

pub use disk::{DiskFacts, measure_disk};
pub use facts::MachineFacts;
pub use process::{ServerProcess, ServerUsage};
