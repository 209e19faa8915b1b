//! From resources to search values, from search values to index documents, and from queries to clauses over these.
//!
//! An [`Indexer`] reads a resource once into [`SearchValues`]: what every search parameter of its type selects, typed. From
//! there they go two ways that must agree: [`SearchValues::to_document`] gives terms and columns, on which
//! [`Indexer::clauses`] state a query; [`Indexer::matches`] decides the same query on the values themselves, without an
//! index.
//!
//! How values become terms stands in `term`, how they become columns in `columns`. Both are the layout of the index:
//! whoever keeps an index keeps [`Indexer::layout`] beside it, and rebuilds when it changes.

mod case;
mod clause;
mod collect;
mod columns;
mod document;
mod encoding;
mod error;
mod fold;
mod hash;
mod indexer;
mod limits;
mod matches;
mod narrative;
mod number;
mod order;
mod plan;
mod prefix;
mod shape;
mod term;
mod texts;
mod time;
mod units;
mod values;
mod words;
mod zone;

pub use columns::LAST_UPDATED;
pub use document::UndatedDocument;
pub use error::IndexError;
pub use indexer::{ClauseContext, Indexer, Kin, MatchContext, Resources};
pub use limits::Limits;
pub use values::{Identity, LocalReference, SearchValues};
pub use zone::TimeZone;
