//! Joins: what clauses within a clause find becomes a set of resources, before the clause itself is run.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clause::Clause;
use crate::document::{ColumnName, Rid};
use crate::error::{Error, Result};
use crate::evaluate::{self, DEPTH_MAX};
use crate::schema::Field;
use crate::search::{Hit, Snapshot};
use crate::segment::Segment;

/// Terms of which one clause may be made.
const RESTS_MAX: usize = 10_000;

impl Snapshot {
    /// Whether there is a document of that version, and the snapshot sees it.
    pub fn sees(&self, hit: Hit) -> bool {
        self.segment_of(hit).is_some_and(|(segment, document)| {
            segment.superseded.at(self.seq).is_none_or(|visible| visible.sees(document))
        })
    }

    /// The resources that these versions name in the columns; may repeat.
    pub fn named(&self, hits: &[Hit], columns: &[ColumnName]) -> Result<Vec<Rid>> {
        let mut named = Vec::new();
        for &hit in hits {
            let Some((segment, document)) = self.segment_of(hit) else { continue };
            for column in columns {
                if let Some(column) = segment.column(column)? {
                    named.extend(column.values_for_doc(document).map(|rid| rid as u64));
                }
            }
        }
        Ok(named)
    }

    /// Where a version lies: segments follow one another in the order of commits.
    fn segment_of(&self, hit: Hit) -> Option<(&Segment, u32)> {
        let key = (hit.seq, hit.rid);
        let at = self.segments.partition_point(|segment| segment.last_key() < key);
        let segment = self.segments.get(at)?;
        let document = segment.position(hit.seq, hit.rid).ok()?;
        (hit.seq <= self.seq).then_some((segment, document))
    }

    /// The same clause, with what its joins find in their place.
    pub fn work_out(&self, clause: &Clause) -> Result<Clause> {
        self.without_joins(clause).map(Cow::into_owned)
    }

    /// How many documents match at most, as the dictionaries say it, superseded ones among them. No document is looked at.
    pub fn at_most(&self, clause: &Clause) -> Result<u64> {
        self.segments.iter().map(|segment| evaluate::at_most(clause, segment)).sum()
    }

    /// How much of its budget was spent so far: documents and terms looked at.
    pub fn spent(&self) -> u64 {
        self.budget.spent()
    }

    /// The clause with the resources in place of the clauses that find them, innermost first.
    pub(crate) fn without_joins<'c>(&self, clause: &'c Clause) -> Result<Cow<'c, Clause>> {
        if clause.is_join() { self.worked_out(clause, 0).map(Cow::Owned) } else { Ok(Cow::Borrowed(clause)) }
    }

    /// What follows a prefix in the terms of any segment, each once.
    fn rests(&self, field: Field, prefix: &[u8]) -> Result<BTreeSet<Box<[u8]>>> {
        let mut rests = BTreeSet::new();
        for segment in &*self.segments {
            evaluate::each_term(self.ground(segment), field, prefix, |rest, _| {
                rests.insert(rest.into());
                if rests.len() > RESTS_MAX { Err(Error::Limit("terms to be looked at")) } else { Ok(()) }
            })?;
        }
        Ok(rests)
    }

    fn worked_out(&self, clause: &Clause, depth: u32) -> Result<Clause> {
        if depth > DEPTH_MAX {
            return Err(Error::Limit("a search nests too deep"));
        }
        let all = |clauses: &[Clause]| {
            clauses.iter().map(|clause| self.worked_out(clause, depth + 1)).collect::<Result<Vec<_>>>()
        };
        Ok(match clause {
            Clause::Refers(link, targets) => {
                let targets = self.worked_out(targets, depth + 1)?;
                Clause::Joined(link.clone(), Arc::new(self.rids(&targets)?))
            }
            Clause::Referred(column, sources) => {
                let sources = self.worked_out(sources, depth + 1)?;
                Clause::Rids(Arc::new(self.joined(&sources, column)?))
            }
            Clause::Expanded(field, prefix, expansion) => {
                let rests = self.rests(*field, prefix)?;
                let made: Vec<Clause> = rests.iter().filter_map(|rest| expansion.of(rest)).collect();
                Clause::Or(all(&made)?)
            }
            Clause::And(clauses) => Clause::And(all(clauses)?),
            Clause::Or(clauses) => Clause::Or(all(clauses)?),
            Clause::Not(clause) => Clause::Not(Box::new(self.worked_out(clause, depth + 1)?)),
            other => other.clone(),
        })
    }
}
