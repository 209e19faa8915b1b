//! The oracle and the engine must agree, step by step.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests panic, and print seeds")]

mod random;
mod rig;
mod rows;
mod shown;
mod teeth;
