//! Runs a query over a snapshot of the index: one page of matches, their number, and what comes along with them.
//!
//! A search is one clause over all segments. What its matches name is read from their own columns; what names them is one more
//! question to the same snapshot, never one per match.

mod explain;
mod hierarchy;
mod include;
mod limits;
mod page;
mod token;

pub use explain::Step;
pub use hierarchy::kin;
pub use limits::Limits;
pub use page::{Completeness, SearchError, SearchPage, Source, Start, run};
pub use token::PageToken;
