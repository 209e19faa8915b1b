//! What comes along with the matches of a page.

use std::sync::Arc;

use fornax_postings::{Clause, Hit, Order, PageRequest, RidSet, Total};
use fornax_query::{Include, Query, Way};

use crate::page::{Completeness, SearchError, Source};

/// The includes of one page.
pub(crate) struct Includes<'a> {
    pub source: &'a Source<'a>,
    pub query: &'a Query,
    pub hits: &'a [Hit],
}

impl Includes<'_> {
    /// All that comes along, as one question to the snapshot: so each comes once, whichever way it is found, and only what
    /// exists there.
    pub fn find(&self) -> Result<(Vec<Hit>, Completeness), SearchError> {
        if self.query.includes.is_empty() || self.hits.is_empty() {
            return Ok((Vec::new(), Completeness::Whole));
        }
        let matches: Arc<RidSet> = Arc::new(self.hits.iter().map(|hit| hit.rid).collect());
        let mut ways = Vec::new();
        for include in &self.query.includes {
            match include.way {
                Way::Include => self.named_by(&matches, include, &mut ways)?,
                Way::RevInclude => self.naming(&matches, include, &mut ways),
            }
        }
        let others = Clause::Not(Box::new(Clause::Rids(matches)));
        let clause = Clause::And(vec![Clause::Or(ways), others]);
        let max = self.source.limits.included_max;
        let request =
            PageRequest { order: Order::Written, after: None, hits_max: max, total: Total::Uncounted };
        let page = self.source.snapshot.page(&clause, &request)?;
        let completeness = if page.next.is_some() { Completeness::Cut { max } } else { Completeness::Whole };
        Ok((page.hits, completeness))
    }

    /// What the matches refer to.
    fn named_by(
        &self,
        matches: &Arc<RidSet>,
        include: &Include,
        ways: &mut Vec<Clause>,
    ) -> Result<(), SearchError> {
        let Source { snapshot, indexer, .. } = self.source;
        let matching = Clause::And(vec![indexer.of_type(include.source), Clause::Rids(Arc::clone(matches))]);
        for column in indexer.reference_columns(include.source, include.parameter) {
            let named = snapshot.joined(&matching, &column)?;
            if named.is_empty() {
                continue;
            }
            let named = Clause::Rids(Arc::new(named));
            ways.push(match include.target {
                Some(target) => Clause::And(vec![indexer.of_type(target), named]),
                None => named,
            });
        }
        Ok(())
    }

    /// What refers to the matches.
    fn naming(&self, matches: &Arc<RidSet>, include: &Include, ways: &mut Vec<Clause>) {
        let indexer = self.source.indexer;
        let columns = indexer.reference_columns(include.source, include.parameter);
        let joined = columns.into_iter().map(|column| Clause::Joined(column, Arc::clone(matches))).collect();
        ways.push(Clause::And(vec![indexer.of_type(include.source), Clause::Or(joined)]));
    }
}
