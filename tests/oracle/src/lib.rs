//! A small repository in memory that searches line by line: what the engine must agree with.
//!
//! It is written from the FHIR R4 specification and shares nothing with the engine. [`repository::Repository`] holds all versions
//! in a list, [`search::Pages`] looks at one resource after the other. [`history`] makes random histories, takes them down as text,
//! runs them against another repository, and shrinks those on which the two disagree.

pub mod changes;
pub mod comparisons;
pub mod compartment;
pub mod criteria;
pub mod dates;
pub mod decimals;
pub mod filter_expression;
pub mod folding;
pub mod history;
pub mod history_pages;
pub mod json;
mod labels;
pub mod matching;
pub mod parameters;
mod parameters_table;
pub mod patch;
pub mod query;
pub mod references;
pub mod refusal;
pub mod repository;
pub mod search;
pub mod sorting;
pub mod transaction;
pub mod values;
pub mod version;
pub mod wanted;
pub mod words;
pub mod world;
