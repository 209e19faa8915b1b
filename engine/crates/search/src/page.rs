//! One page of a search.

use fornax_index::{ClauseContext, IndexError, Indexer};
use fornax_postings::{Hit, PageRequest, Position, Snapshot, Total};
use fornax_query::{Query, Summary};
use serde::{Deserialize, Serialize};

use crate::include::Includes;
use crate::limits::Limits;

/// What a search runs on.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The index as it stood at one commit.
    pub snapshot: &'a Snapshot,
    /// Who reads the query.
    pub indexer: &'a Indexer,
    /// Who knows rids, and the time.
    pub context: ClauseContext<'a>,
    /// How much it may bring.
    pub limits: &'a Limits,
}

/// Where a page starts; the first one by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The last match of the page before.
    pub after: Option<Position>,
    /// The number of all matches, where an earlier page of the same snapshot counted them.
    pub total: Option<u64>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// The matches, in order.
    pub hits: Vec<Hit>,
    /// How many match in all; absent when the query does not want it.
    pub total: Option<u64>,
    /// Where the next page starts; absent on the last.
    pub next: Option<Start>,
    /// What comes along, each once, none of them among the matches of this page; what is nearer to these first.
    pub included: Vec<Hit>,
    /// Whether that is all.
    pub completeness: Completeness,
}

/// Whether all that was to come along is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All.
    Whole,
    /// No more than [`Limits::included_max`]: to be said in the result.
    Cut {
        /// The limit.
        max: usize,
    },
}

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The query can't be brought to the index.
    #[error(transparent)]
    Query(#[from] IndexError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] fornax_postings::Error),
}

/// Runs a query: at most `hits_max` matches from `start` on. A query that wants the number alone gets that.
pub fn run(
    query: &Query,
    source: &Source<'_>,
    start: &Start,
    hits_max: usize,
) -> Result<SearchPage, SearchError> {
    let clause = source.indexer.clause(query, &source.context)?;
    let counted = match (query.total, start.total) {
        (fornax_query::Total::None, _) | (_, Some(_)) => Total::Uncounted,
        (fornax_query::Total::Accurate | fornax_query::Total::Estimate, None) => Total::Counted,
    };
    if query.summary == Summary::Count {
        return Ok(SearchPage {
            hits: Vec::new(),
            total: Some(source.snapshot.count(&clause)?),
            next: None,
            included: Vec::new(),
            completeness: Completeness::Whole,
        });
    }
    let order = source.indexer.order(query);
    let request = PageRequest { order, after: start.after.clone(), hits_max, total: counted };
    let page = source.snapshot.page(&clause, &request)?;
    let total = page.total.or(start.total);
    let next = page.next.map(|after| Start { after: Some(after), total });
    let (included, completeness) = Includes::of(source, query, &page.hits)?;
    Ok(SearchPage { hits: page.hits, total, next, included, completeness })
}
