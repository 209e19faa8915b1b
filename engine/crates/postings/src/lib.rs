//! The search index of one tenant: Tantivy's segments, sealed, with a manifest and a visibility of our own.
//!
//! A directory holds immutable segments of documents, one document per version of a resource, in the order of their commits;
//! a mark per document says from which commit it is superseded. So a snapshot at any commit is exact, and nothing is ever
//! deleted but by merging. There is no writer thread and no reader to reload: [`Postings::apply`] takes changes in,
//! [`Postings::snapshot`] sees them at once, [`Postings::flush`] and [`Postings::merge`] bring them to disk.
//!
//! The index is never part of durability: what it has not flushed, the store's log gives it again.
//! Bytes on disk: see `sealed_file`, `manifest`, `superseded`, and docs/FORMAT.md.

mod budget;
mod caches;
mod circle;
mod clause;
mod directory;
mod document;
mod error;
mod evaluate;
pub mod faulty;
mod files;
mod filter;
mod found;
mod fresh;
mod gathered;
mod index;
mod join;
mod manifest;
mod merge;
mod page_cache;
mod ranks;
mod rid_set;
mod schema;
mod score;
mod sealed_file;
mod search;
mod segment;
mod segment_term;
mod superseded;
mod text;
mod tokens;
mod upkeep;
mod values;

pub use budget::Budget;
pub use caches::{CacheBudget, CachedBytes, Caches};
pub use circle::{Circle, TO_A_DEGREE};
pub use clause::{Clause, Expansion, Link, Pattern, TermTest, Test};
pub use document::{ColumnName, IndexDocument, Rid, Seq};
pub use error::{Error, Result};
pub use files::{AppendFile, DiskFiles, Files, ReadFile};
pub use found::Found;
pub use index::{Changes, Limits, Options, Postings, SupersededVersion};
pub use join::Places;
pub use manifest::{ManifestTag, TagKeeper};
pub use merge::MergeWorth;
pub use page_cache::PageCache;
pub use rid_set::RidSet;
pub use schema::{Field, TextField};
pub use score::{Ranking, Weights};
pub use search::{
    Direction, Hit, NO_PART, Order, Page, PageRequest, Pick, Position, Snapshot, SortKey, Total,
};
