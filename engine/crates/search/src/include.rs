//! What comes along with the matches of a page.

use std::collections::HashSet;
use std::sync::Arc;

use fornax_index::Resources;
use fornax_postings::{Clause, ColumnName, Hit, Order, PageRequest, Rid, RidSet, Total};
use fornax_query::{Include, Query, Reach, Types, Way};

use crate::page::{Completeness, SearchError, Source};

/// The includes of one page.
pub(crate) struct Includes<'a> {
    source: &'a Source<'a>,
    query: &'a Query,
    /// The matches and what came along so far.
    known: HashSet<Rid>,
    found: Vec<Hit>,
}

impl<'a> Includes<'a> {
    /// What comes along with these matches: each resource once, whichever way it is found, and only what the snapshot sees. In
    /// the order in which it was found, what is nearer to the matches first.
    pub fn of(
        source: &'a Source<'a>,
        query: &'a Query,
        hits: &[Hit],
    ) -> Result<(Vec<Hit>, Completeness), SearchError> {
        let known = hits.iter().map(|hit| hit.rid).collect();
        let mut includes = Self { source, query, known, found: Vec::new() };
        let completeness = includes.gather(hits)?;
        Ok((includes.found, completeness))
    }

    fn gather(&mut self, hits: &[Hit]) -> Result<Completeness, SearchError> {
        let max = self.source.limits.included_max;
        let (query, mut from) = (self.query, hits.to_vec());
        let mut includes: Vec<&Include> = query.includes.iter().collect();
        while !from.is_empty() && !includes.is_empty() {
            let before = self.found.len();
            for include in &includes {
                match include.way {
                    Way::Include => self.named_by(&from, include)?,
                    Way::RevInclude => self.naming(&from, include)?,
                }
                if self.found.len() > max {
                    self.found.truncate(max);
                    return Ok(Completeness::Cut { max });
                }
            }
            from = self.found[before..].to_vec();
            includes.retain(|include| include.reach == Reach::Included);
        }
        Ok(Completeness::Whole)
    }

    /// What the hits refer to.
    fn named_by(&mut self, from: &[Hit], include: &Include) -> Result<(), SearchError> {
        let Source { snapshot, indexer, context, .. } = self.source;
        let resources = context.resources;
        let is_source =
            |hit: &&Hit| include.source.is_none_or(|source| resources.resource(hit.rid) == Some(source));
        let sources: Vec<Hit> = from.iter().filter(is_source).copied().collect();
        let links = indexer.links(include.source, include.parameter);
        let columns: Vec<ColumnName> = links.into_iter().map(|link| link.column).collect();
        for rid in snapshot.named(&sources, &columns)? {
            let is_target = || is_wanted(&include.target, resources, rid);
            if self.known.contains(&rid) || !is_target() {
                continue;
            }
            // One more than there may be says enough. What leads nowhere is known from now on, too.
            if self.found.len() > self.source.limits.included_max {
                break;
            }
            self.known.insert(rid);
            let hit = resources.newest(rid).map(|seq| Hit { rid, seq });
            self.found.extend(hit.filter(|hit| snapshot.sees(*hit)));
        }
        Ok(())
    }

    /// What refers to the hits.
    fn naming(&mut self, from: &[Hit], include: &Include) -> Result<(), SearchError> {
        let Source { snapshot, indexer, context, limits } = self.source;
        let is_target = |rid: &Rid| is_wanted(&include.target, context.resources, *rid);
        let targets: RidSet = from.iter().map(|hit| hit.rid).filter(is_target).collect();
        if targets.is_empty() {
            return Ok(());
        }
        let targets = Arc::new(targets);
        let links = indexer.links(include.source, include.parameter);
        let joined = links.into_iter().map(|link| Clause::Joined(link, Arc::clone(&targets)));
        let mut all = vec![Clause::Or(joined.collect())];
        all.extend(include.source.map(|source| indexer.of_type(source)));
        let known: RidSet = self.known.iter().copied().collect();
        all.push(Clause::Not(Box::new(Clause::Rids(Arc::new(known)))));
        // One more than there may be, to know that there are too many.
        let hits_max = (limits.included_max - self.found.len().min(limits.included_max)) + 1;
        let request = PageRequest { order: Order::Written, after: None, hits_max, total: Total::Uncounted };
        let page = snapshot.page(&Clause::And(all), &request)?;
        self.known.extend(page.hits.iter().map(|hit| hit.rid));
        self.found.extend(page.hits);
        Ok(())
    }
}

fn is_wanted(types: &Types, resources: &dyn Resources, rid: Rid) -> bool {
    *types == Types::Every || resources.resource(rid).is_some_and(|of| types.has(of))
}
