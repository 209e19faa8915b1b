//! Histories: sequences of steps that two repositories are taken through.

pub mod bodies;
pub mod generate;
pub mod judge;
pub mod notation;
pub mod random;
pub mod shrink;
pub mod step;
mod vocabulary_table;
