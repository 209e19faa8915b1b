//! Runs a query over a snapshot of the index: one page of matches, their number, and what comes along with them.
//!
//! A search is one clause over all segments. Includes are two more questions to the same snapshot: which resources the
//! page's matches name, and which resources name them; never one question per match.

mod include;
mod limits;
mod page;
mod token;

pub use limits::Limits;
pub use page::{Completeness, SearchError, SearchPage, Source, Start, run};
pub use token::PageToken;
