//! Histories: sequences of steps that two repositories are taken through.

pub mod author;
pub mod bodies;
pub mod criteria;
mod filters;
pub mod generate;
pub mod judge;
pub mod notation;
mod patches;
pub mod random;
pub mod search_values;
pub mod searches;
pub mod shrink;
pub mod step;
mod vocabulary_table;

#[cfg(test)]
mod tests;
