//! The regression guard: instructions of named scenarios as callgrind counts them, compared with those on record.
//!
//! A scenario is one run of a fixed piece of work over data that is the same each time; what prepares it is not counted.
//! `counts.json` beside this crate's manifest holds the counts on record. Time is neither read nor compared: a count is the same on a
//! busy machine. The scenarios are the bench target `guard`, and `make guard` runs it.
//!
//! callgrind is called directly: gungraun keeps what it compares with in the target directory, and needs a program of its own installed.

mod comparison;
mod counts;
mod valgrind;

pub use comparison::{Comparison, Standing};
pub use counts::{Counts, CountsError, Toolchain};
pub use valgrind::{CountError, count, is_installed};
