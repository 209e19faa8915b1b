//! One page of a search.

use std::sync::Arc;

use fornax_index::{ClauseContext, IndexError, Indexer};
use fornax_postings::{Hit, Page, PageRequest, Position, Snapshot, Total, Weights};
use fornax_query::{Query, Summary};
use serde::{Deserialize, Serialize};

use crate::explain::{Explaining, Step};
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
    /// What words weighed on the first page, where the search asks for some.
    pub weights: Option<Weights>,
    /// How many matches the pages before have shown.
    pub shown: u64,
}

/// One page.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// The matches, in order.
    pub hits: Vec<Hit>,
    /// How well each of them fits the words that are asked for, from 0 up to but without 1; absent where none are.
    pub scores: Option<Vec<f64>>,
    /// What the words weighed: to be started with where the same page is run again.
    pub weights: Option<Weights>,
    /// How many match in all; absent when the query does not want it.
    pub total: Option<u64>,
    /// Where the next page starts; absent on the last.
    pub next: Option<Start>,
    /// What comes along, each once, none of them among the matches of this page; what is nearer to these first.
    pub included: Vec<Hit>,
    /// Whether that is all.
    pub completeness: Completeness,
    /// How it came about, where the query wants it explained.
    pub steps: Vec<Step>,
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

/// Runs a query: at most `hits_max` matches from `start` on. `fitting` tells how many of those found are shown, the first ones, and
/// at least one. A query that wants the number alone gets that.
pub fn run(
    query: &Query,
    source: &Source<'_>,
    start: &Start,
    hits_max: usize,
    fitting: &mut dyn FnMut(&[Hit]) -> usize,
) -> Result<SearchPage, SearchError> {
    let snapshot = source.snapshot;
    let mut explaining = Explaining::new(snapshot, query.is_explained);
    let conditions = source.indexer.clauses(query, &source.context)?;
    let clause = explaining.conditions(conditions, source.context.resources)?;
    if query.summary == Summary::Count {
        let total = explaining.work("page", || snapshot.count(&clause), |total| *total)?;
        return Ok(SearchPage {
            hits: Vec::new(),
            scores: None,
            weights: None,
            total: Some(total),
            next: None,
            included: Vec::new(),
            completeness: Completeness::Whole,
            steps: explaining.finish(),
        });
    }
    let counted = match (query.total, start.total) {
        (fornax_query::Total::None, _) | (_, Some(_)) => Total::Uncounted,
        (fornax_query::Total::Accurate | fornax_query::Total::Estimate, None) => Total::Counted,
    };
    let ranking = snapshot.ranking(&clause, start.weights.as_ref())?.map(Arc::new);
    let order = source.indexer.order(query, ranking.as_ref());
    let left = query.max_results.map(|max| max.saturating_sub(start.shown));
    let hits_max = left.map_or(hits_max, |left| hits_max.min(left as usize));
    let request = PageRequest { order, after: start.after.clone(), hits_max, total: counted };
    let found = |page: &Page| page.total.unwrap_or(page.hits.len() as u64);
    let mut page = explaining.work("page", || snapshot.page(&clause, &request), found)?;
    let total = page.total.or(start.total);
    page.cut(fitting(&page.hits));
    let scores = ranking.as_ref().map(|ranking| snapshot.scores(ranking, &page.hits)).transpose()?;
    let weights = ranking.map(|ranking| ranking.weights().clone());
    let shown = start.shown + page.hits.len() as u64;
    let is_all = query.max_results.is_some_and(|max| shown >= max);
    let next = page.next.filter(|_| !is_all);
    let next = next.map(|after| Start { after: Some(after), total, weights: weights.clone(), shown });
    let (included, completeness) = if query.includes.is_empty() {
        (Vec::new(), Completeness::Whole)
    } else {
        let include = || Includes::of(source, query, &page.hits);
        explaining.work("included", include, |(included, _)| included.len() as u64)?
    };
    let steps = explaining.finish();
    let hits = page.hits;
    Ok(SearchPage { hits, scores, weights, total, next, included, completeness, steps })
}
