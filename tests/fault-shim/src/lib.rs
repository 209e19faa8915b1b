//! Stands in for the C library's file calls, counts them, slows syncs down, and lets chosen calls fail.
//!
//! For programs whose input and output can't be replaced from within. Preload it (`LD_PRELOAD`) with these variables:
//!
//! - `FAULT_SHIM_FOLDER`: only files below this absolute path are concerned. Without it nothing is.
//! - `FAULT_SHIM_FAIL=KIND:N`: the n-th call of that kind fails, counted from one; `KIND:N+`: it and all after it. Kinds
//!   are `read`, `write`, `sync`, `change` (truncate, rename, remove, make). A write that fails has written its first half.
//! - `FAULT_SHIM_ERRNO`: the error's number; 5 (input/output error) if absent.
//! - `FAULT_SHIM_SYNC_DELAY_US`: microseconds by which each sync takes longer.
//! - `FAULT_SHIM_COUNTS`: an existing file of at least 40 bytes. Five numbers, 8 bytes each in the machine's order,
//!   stand in it at all times: reads, writes, syncs, changes, and the calls that were made to fail.

#![allow(unsafe_code, reason = "stands in for functions of the C library")]

mod calls;
mod faults;
mod next;
