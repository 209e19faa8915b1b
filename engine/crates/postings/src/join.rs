//! Joins: what clauses within a clause find becomes a set of resources, before the clause itself is run. What else must hold is looked
//! at first: where it leaves few documents over, the join is asked for these alone. So does what many terms of texts find become a
//! set of documents, which is then asked more than once.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clause::{Clause, Link, Pattern};
use crate::document::{ColumnName, Rid, Seq};
use crate::error::{Error, Result};
use crate::evaluate::{self, DEPTH_MAX};
use crate::rid_set::RidSet;
use crate::schema::Field;
use crate::search::{Hit, Snapshot};
use crate::segment::Segment;

/// Terms of which one clause may be made.
const RESTS_MAX: usize = 10_000;

impl Snapshot {
    /// Whether there is a document of that version, and the snapshot sees it.
    pub fn sees(&self, hit: Hit) -> bool {
        self.segment_of(hit).is_some_and(|(segment, document)| {
            self.visible(segment).is_none_or(|visible| visible.sees(document))
        })
    }

    /// The resources that these versions name in the columns; may repeat.
    pub fn named(&self, hits: &[Hit], columns: &[ColumnName]) -> Result<Vec<Rid>> {
        let mut named = Vec::new();
        for &hit in hits {
            let Some((segment, document)) = self.segment_of(hit) else { continue };
            for column in columns {
                if let Some(column) = segment.column(column)? {
                    named.extend(column.of(document).map(|rid| rid as u64));
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

    /// All of these conditions, with what their joins find in their place. What is cheap comes first, and a join is asked only for what
    /// the conditions before it leave over where that is little. `each` is told of every condition, in the order of the work.
    pub fn work_out(
        &self,
        conditions: &[Clause],
        places: Places<'_>,
        each: &mut dyn FnMut(usize, &Clause) -> Result<()>,
    ) -> Result<Clause> {
        let planning = Planning { snapshot: self, places: Some(places) };
        planning.all(conditions, &[], 0, each).map(Clause::And)
    }

    /// How many documents match at most, as the dictionaries say it, superseded ones among them. No document is looked at.
    pub fn at_most(&self, clause: &Clause) -> Result<u64> {
        self.segments.iter().map(|segment| evaluate::at_most(clause, segment)).sum()
    }

    /// All documents, superseded ones among them.
    fn documents(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.documents())).sum()
    }

    /// Takes note of work beside the index, before it is done: so many names or numbers of resources looked up.
    pub fn look_up(&self, resources: u64) -> Result<()> {
        self.budget.spend(resources)
    }

    /// How much of its budget was spent so far: documents and terms looked at, resources looked up.
    pub fn spent(&self) -> u64 {
        self.budget.spent()
    }

    /// The clause with the resources in place of the clauses that find them, innermost first.
    pub(crate) fn without_joins<'c>(&self, clause: &'c Clause) -> Result<Cow<'c, Clause>> {
        if !clause.is_join() {
            return Ok(Cow::Borrowed(clause));
        }
        let planning = Planning { snapshot: self, places: None };
        planning.worked_out(clause, &[], 0).map(Cow::Owned)
    }

    /// What follows a prefix in the terms of any segment, each once.
    fn rests(&self, field: Field, prefix: &[u8]) -> Result<BTreeSet<Box<[u8]>>> {
        let mut rests = BTreeSet::new();
        for segment in &*self.segments {
            evaluate::each_term(self.ground(segment), field.physical(), prefix, |rest, _| {
                rests.insert(rest.into());
                if rests.len() > RESTS_MAX { Err(Error::Limit("terms to be looked at")) } else { Ok(()) }
            })?;
        }
        Ok(rests)
    }
}

/// Who knows where resources stand.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The commit of a resource's newest version as of the snapshot, a deletion included; `None`: there is none.
    pub newest: &'a dyn Fn(Rid) -> Option<Seq>,
    /// So many documents are looked at in the time that finding one resource by its number takes.
    pub documents_a_lookup: u64,
}

/// Looking at candidates is not worth it unless they are so many times fewer than what it saves to look at.
const WORTH: u64 = 4;

/// How joins become sets: in which order, and for which documents.
struct Planning<'a> {
    snapshot: &'a Snapshot,
    places: Option<Places<'a>>,
}

impl Planning<'_> {
    /// Conditions that all must hold, in their order; worked out with the cheap ones first. Whether they hold matters only of
    /// documents for which all of `among` does.
    fn all(
        &self,
        clauses: &[Clause],
        among: &[Clause],
        depth: u32,
        each: &mut dyn FnMut(usize, &Clause) -> Result<()>,
    ) -> Result<Vec<Clause>> {
        let costs = clauses.iter().map(|clause| self.cost(clause)).collect::<Result<Vec<u64>>>()?;
        let mut order: Vec<usize> = (0..clauses.len()).collect();
        order.sort_by_key(|&at| (clauses[at].is_join(), costs[at]));
        let mut known = among.to_vec();
        let mut done = clauses.to_vec();
        for at in order {
            if clauses[at].is_join() {
                done[at] = self.worked_out(&clauses[at], &known, depth + 1)?;
            }
            each(at, &done[at])?;
            known.push(done[at].clone());
        }
        Ok(done)
    }

    fn worked_out(&self, clause: &Clause, among: &[Clause], depth: u32) -> Result<Clause> {
        if depth > DEPTH_MAX {
            return Err(Error::Limit("a search nests too deep"));
        }
        let each_of = |clauses: &[Clause]| {
            clauses.iter().map(|one| self.worked_out(one, among, depth + 1)).collect::<Result<Vec<_>>>()
        };
        Ok(match clause {
            Clause::Refers(link, targets) => {
                let few = self.targets_of(among, link, self.cost(clause)?)?;
                let targets = self.narrowed(few, targets, depth)?;
                Clause::Joined(link.clone(), Arc::new(self.snapshot.rids(&targets)?))
            }
            Clause::Referred(link, sources) => {
                let few = self.named_by_sources(among, link, self.cost(clause)?)?;
                let sources = self.narrowed(few, sources, depth)?;
                self.resources(self.snapshot.joined(&sources, &link.column)?, among)?
            }
            Clause::Expanded(field, prefix, expansion) => {
                let rests = self.snapshot.rests(*field, prefix)?;
                let made: Vec<Clause> = rests.iter().filter_map(|rest| expansion.of(rest)).collect();
                Clause::Or(each_of(&made)?)
            }
            Clause::Text(fields, Pattern::Start(start)) => {
                let starts = fields.iter().map(|field| (field.physical(), start.as_bytes()));
                Clause::Found(Arc::new(self.snapshot.find(&starts.collect::<Vec<_>>(), |_| true)?))
            }
            Clause::TextTerms(field, prefix, test) => {
                let start = (field.physical(), &**prefix);
                Clause::Found(Arc::new(self.snapshot.find(&[start], |rest| test.holds(rest))?))
            }
            Clause::And(clauses) => Clause::And(self.all(clauses, among, depth, &mut |_, _| Ok(()))?),
            Clause::Or(clauses) => Clause::Or(each_of(clauses)?),
            Clause::Not(clause) => Clause::Not(Box::new(self.worked_out(clause, among, depth + 1)?)),
            other => other.clone(),
        })
    }

    /// What a join asks, of these few only if they are known.
    fn narrowed(&self, few: Option<Clause>, asked: &Clause, depth: u32) -> Result<Clause> {
        match few {
            None => self.worked_out(asked, &[], depth + 1),
            Some(few) => self.all(&[few, asked.clone()], &[], depth + 1, &mut |_, _| Ok(())).map(Clause::And),
        }
    }

    /// The versions of what the few documents that matter refer to, where looking at these is cheaper than the join.
    fn targets_of(&self, among: &[Clause], link: &Link, cost: u64) -> Result<Option<Clause>> {
        let (Some(places), Some(few)) = (self.places, self.few(among, cost)?) else { return Ok(None) };
        let targets = self.snapshot.joined(&few, &link.column)?;
        if targets.len() as u64 * places.documents_a_lookup > cost {
            return Ok(None);
        }
        self.versions(&targets, places).map(Some)
    }

    /// Who refers to one of the few resources that matter, where looking at these is cheaper than the join.
    fn named_by_sources(&self, among: &[Clause], link: &Link, cost: u64) -> Result<Option<Clause>> {
        let (Some(places), Some(few)) = (self.places, self.few(among, cost)?) else { return Ok(None) };
        let named = self.snapshot.rids(&few)?;
        let is_worth = named.len() as u64 * places.documents_a_lookup <= cost;
        Ok(is_worth.then(|| Clause::Joined(link.clone(), Arc::new(named))))
    }

    /// The conditions that leave few documents over, by the dictionaries, measured by what a join costs; `None`: there is none.
    fn few(&self, among: &[Clause], cost: u64) -> Result<Option<Clause>> {
        let mut few = Vec::new();
        for clause in among {
            if self.snapshot.at_most(clause)?.saturating_mul(WORTH) <= cost {
                few.push(clause.clone());
            }
        }
        Ok((!few.is_empty()).then_some(Clause::And(few)))
    }

    /// These resources: by their places where they are few beside what would be tested.
    fn resources(&self, rids: RidSet, among: &[Clause]) -> Result<Clause> {
        let tested = among.iter().map(|clause| self.snapshot.at_most(clause)).collect::<Result<Vec<_>>>()?;
        let tested = tested.into_iter().min().unwrap_or_else(|| self.snapshot.documents());
        match self.places {
            Some(places) if rids.len() as u64 * places.documents_a_lookup <= tested => {
                self.versions(&rids, places)
            }
            _ => Ok(Clause::Rids(Arc::new(rids))),
        }
    }

    fn versions(&self, rids: &RidSet, places: Places<'_>) -> Result<Clause> {
        let hits = rids.iter().filter_map(|rid| Some(Hit { rid, seq: (places.newest)(rid)? }));
        let mut hits: Vec<Hit> = hits.collect();
        hits.sort_unstable_by_key(|hit| (hit.seq, hit.rid));
        Ok(Clause::Versions(hits.into()))
    }

    /// How many documents the joins of a clause look at, at most, if they are asked for all.
    fn cost(&self, clause: &Clause) -> Result<u64> {
        let sum = |clauses: &[Clause]| {
            clauses.iter().try_fold(0_u64, |sum, clause| Ok(sum.saturating_add(self.cost(clause)?)))
        };
        match clause {
            Clause::Refers(_, inner) | Clause::Referred(_, inner) => {
                Ok(self.snapshot.at_most(inner)?.saturating_add(self.cost(inner)?))
            }
            Clause::Expanded(..) => Ok(self.snapshot.documents()),
            Clause::And(clauses) | Clause::Or(clauses) => sum(clauses),
            Clause::Not(clause) => self.cost(clause),
            _ => Ok(0),
        }
    }
}
