//! Published examples: what a search finds among them is what a second, simple reader finds who looks at each.
//!
//! The reader knows the official definitions and search parameters, `docs/SEARCH.md`, and nothing of the engine. It makes its
//! questions from the values that the examples have, and expects exactly the resources that meet them. What is known to be
//! otherwise stands in `ratchets`, one file a subject.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests panic, and say what they found")]

mod dates;
mod decimals;
mod elements;
mod examples;
mod expression;
mod folding;
mod guides;
mod parameters;
mod r4;
mod ratchet;
mod repository;
mod requirements;
mod shared_files;
mod terms;
mod values;
