//! The store on RocksDB under a process that dies and a disk that fails.

mod child;
mod faults;
mod kill;
