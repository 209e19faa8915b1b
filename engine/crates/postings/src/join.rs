//! Joins: what clauses within a clause find becomes a set of resources, before the clause itself is run.

use std::borrow::Cow;
use std::sync::Arc;

use crate::clause::Clause;
use crate::document::{ColumnName, Rid};
use crate::error::{Error, Result};
use crate::evaluate::DEPTH_MAX;
use crate::search::{Hit, Snapshot};
use crate::segment::Segment;

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

    /// The clause with the resources in place of the clauses that find them, innermost first.
    pub(crate) fn without_joins<'c>(&self, clause: &'c Clause) -> Result<Cow<'c, Clause>> {
        if clause.is_join() { self.worked_out(clause, 0).map(Cow::Owned) } else { Ok(Cow::Borrowed(clause)) }
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
            Clause::And(clauses) => Clause::And(all(clauses)?),
            Clause::Or(clauses) => Clause::Or(all(clauses)?),
            Clause::Not(clause) => Clause::Not(Box::new(self.worked_out(clause, depth + 1)?)),
            other => other.clone(),
        })
    }
}
