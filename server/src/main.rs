//! The binary `fornax`.

use std::process::ExitCode;

/// For the whole process, RocksDB's C++ included: its block cache keeps to its size.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    fornax_server::run()
}
