//! Searching a snapshot: counts, pages and sets of resources, over all segments, on disk and in memory alike.

use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::budget::Budget;
use crate::clause::Clause;
use crate::document::{ColumnName, Rid, Seq};
use crate::error::Result;
use crate::evaluate::{self, Candidates, Ground, View};
use crate::gathered::{BlockOrder, Documents, Gathered};
use crate::rid_set::RidSet;
use crate::score::{Ranking, SegmentScores};
use crate::segment::Segment;
use crate::superseded::VisibleAt;
use crate::values::Values;

/// The index as it stood at one commit. Cheap to clone; holds its segments for as long as it lives.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) segments: Arc<[Arc<Segment>]>,
    pub(crate) seq: Seq,
    pub(crate) sees_superseded: bool,
    pub(crate) budget: Arc<Budget>,
}

/// The order of hits.
#[derive(Clone, Debug)]
pub enum Order {
    /// As written: by commit, then by resource. The cheapest: a page ends where it is full.
    Written,
    /// By keys; documents without a value come last in both directions; equal ones by resource.
    Sorted(Vec<SortKey>),
}

/// One key to sort by.
#[derive(Clone, Debug)]
pub enum SortKey {
    /// A column.
    Column {
        /// Its name.
        column: ColumnName,
        /// Which of several values counts.
        pick: Pick,
        /// Which end comes first.
        direction: Direction,
    },
    /// How well documents fit the words asked for; descending, what fits best comes first.
    Score(Arc<Ranking>, Direction),
}

/// Which of a document's values in a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The least when ascending, the greatest when descending.
    Extreme,
    /// The first when ascending, the last when descending: columns that hold parts of one value agree on whose part it is.
    /// [`NO_PART`] stands for none.
    End,
}

/// What stands in a column for a part that a value does not have, beside a value that has it.
pub const NO_PART: i64 = i64::MAX;

/// Which end of a column comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// Whether all matches are counted beside a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// All, exactly.
    Counted,
    /// Not: the page may end the work early.
    Uncounted,
}

/// Which page.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// The order.
    pub order: Order,
    /// The last hit of the page before.
    pub after: Option<Position>,
    /// At most so many hits.
    pub hits_max: usize,
    /// Whether to count.
    pub total: Total,
}

/// Where a hit stands in the order of its search: what a page token holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    keys: SmallVec<[SortValue; 2]>,
    rid: Rid,
    seq: Seq,
}

impl Position {
    /// Of a hit among [`Order::Written`].
    pub fn written(hit: Hit) -> Self {
        Self { keys: SmallVec::new(), rid: hit.rid, seq: hit.seq }
    }
}

/// A sort value such that smaller comes first, whatever the direction; missing ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct SortValue {
    missing: bool,
    value: u64,
}

/// One version of one resource that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hit {
    /// The resource.
    pub rid: Rid,
    /// The commit that wrote the version.
    pub seq: Seq,
}

/// One page of hits.
#[derive(Clone, Debug)]
pub struct Page {
    /// In order.
    pub hits: Vec<Hit>,
    /// All matches, when they were counted.
    pub total: Option<u64>,
    /// Where the next page begins; `None`: this one is the last.
    pub next: Option<Position>,
    /// Those of the hits, where they are more than the hits say.
    positions: Vec<Position>,
}

impl Page {
    /// Ends the page earlier: after so many hits.
    pub fn cut(&mut self, hits_max: usize) {
        if hits_max >= self.hits.len() {
            return;
        }
        self.hits.truncate(hits_max);
        self.positions.truncate(hits_max);
        self.next = self.positions.last().cloned().or_else(|| self.hits.last().map(Position::as_written));
    }
}

impl Position {
    fn as_written(hit: &Hit) -> Self {
        Self { keys: SmallVec::new(), rid: hit.rid, seq: hit.seq }
    }
}

impl Snapshot {
    /// The commit.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// How many documents match. Costs a dictionary look-up where a single term asks a segment that masks nothing.
    pub fn count(&self, clause: &Clause) -> Result<u64> {
        let clause = &*self.without_joins(clause)?;
        let mut total = 0;
        for segment in &*self.segments {
            total += match self.frequency(clause, segment)? {
                Some(documents) => documents,
                None => {
                    let mut matched = 0;
                    self.run(clause, segment, |block| {
                        matched += block.len() as u64;
                        ControlFlow::Continue(())
                    })?;
                    matched
                }
            };
        }
        Ok(total)
    }

    /// How many documents of a segment match, where the dictionary says it and all of them are seen.
    fn frequency(&self, clause: &Clause, segment: &Segment) -> Result<Option<u64>> {
        let is_whole = self.view(segment).is_whole(segment);
        if is_whole { evaluate::frequency(clause, segment) } else { Ok(None) }
    }

    /// The resources of all matches.
    pub fn rids(&self, clause: &Clause) -> Result<RidSet> {
        let clause = &*self.without_joins(clause)?;
        let mut rids = Vec::new();
        for segment in &*self.segments {
            self.run(clause, segment, |block| {
                rids.extend(block.iter().map(|&document| segment.rid(document)));
                ControlFlow::Continue(())
            })?;
        }
        Ok(rids.into_iter().collect())
    }

    /// The resources that the matches name in `column`.
    pub fn joined(&self, clause: &Clause, column: &str) -> Result<RidSet> {
        let clause = &*self.without_joins(clause)?;
        let mut rids = Vec::new();
        for segment in &*self.segments {
            let Some(values) = segment.column(column)? else { continue };
            self.run(clause, segment, |block| {
                rids.extend(block.iter().flat_map(|&document| values.of(document)).map(|rid| rid as u64));
                ControlFlow::Continue(())
            })?;
        }
        Ok(rids.into_iter().collect())
    }

    /// One page of matches.
    pub fn page(&self, clause: &Clause, request: &PageRequest) -> Result<Page> {
        let clause = &*self.without_joins(clause)?;
        match &request.order {
            Order::Written => self.page_as_written(clause, request),
            Order::Sorted(keys) => self.page_sorted(clause, request, keys),
        }
    }

    /// The same, for a search that may do no more than that.
    pub fn within(self, budget: Arc<Budget>) -> Self {
        Self { budget, ..self }
    }

    pub(crate) fn ground<'a>(&'a self, segment: &'a Segment) -> Ground<'a> {
        Ground { segment, budget: &self.budget }
    }

    /// The same with the versions that were superseded before.
    pub fn with_superseded(self) -> Self {
        Self { sees_superseded: true, ..self }
    }

    fn view<'a>(&self, segment: &'a Segment) -> View<'a> {
        View { written: segment.written_by(self.seq), visible: self.visible(segment) }
    }

    /// Which of a segment's documents are not seen any more; `None`: all are seen.
    pub(crate) fn visible<'a>(&self, segment: &'a Segment) -> Option<VisibleAt<'a>> {
        if self.sees_superseded { segment.superseded.at_any_time() } else { segment.superseded.at(self.seq) }
    }

    fn run(
        &self,
        clause: &Clause,
        segment: &Segment,
        each: impl FnMut(&[u32]) -> ControlFlow<()>,
    ) -> Result<()> {
        let matches = evaluate::matches(clause, self.ground(segment))?;
        if matches!(matches.candidates, Candidates::Nothing) {
            return Ok(());
        }
        matches.run(self.view(segment), self.ground(segment), each)
    }

    fn page_as_written(&self, clause: &Clause, request: &PageRequest) -> Result<Page> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut total = 0;
        let wanted = request.hits_max.saturating_add(1);
        for segment in &*self.segments {
            if request.total == Total::Uncounted && hits.len() == wanted {
                break;
            }
            let from =
                request.after.as_ref().map_or(0, |after| match segment.position(after.seq, after.rid) {
                    Ok(document) => document + 1,
                    Err(document) => document,
                });
            let known = match request.total {
                Total::Counted => self.frequency(clause, segment)?,
                Total::Uncounted => Some(0),
            };
            let mut matched = 0;
            if known.is_none() || hits.len() < wanted {
                self.run(clause, segment, |block| {
                    matched += block.len() as u64;
                    let after = block.partition_point(|&document| document < from);
                    let room = wanted - hits.len();
                    let hit =
                        |&document: &u32| Hit { rid: segment.rid(document), seq: segment.seq(document) };
                    hits.extend(block[after..].iter().take(room).map(hit));
                    let is_done = known.is_some() && hits.len() == wanted;
                    if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
            }
            total += known.unwrap_or(matched);
        }
        let more = hits.len() == wanted;
        hits.truncate(request.hits_max);
        let next = hits.last().filter(|_| more).map(|&hit| Position::written(hit));
        let total = (request.total == Total::Counted).then_some(total);
        Ok(Page { hits, total, next, positions: Vec::new() })
    }

    /// The matches of a segment; `None`: there are none.
    fn found(&self, clause: &Clause, segment: &Segment) -> Result<Option<Documents>> {
        let matches = evaluate::matches(clause, self.ground(segment))?;
        let view = self.view(segment);
        if view.is_whole(segment)
            && matches.filters.is_empty()
            && let Candidates::Term(term) = &matches.candidates
            && let Some(bits) = term.bits(self.ground(segment), term.frequency())?
        {
            return Ok(Some(Documents::Bits(bits)));
        }
        let mut found = Gathered::new(segment.documents());
        matches.run(view, self.ground(segment), |block| {
            found.add(block);
            ControlFlow::Continue(())
        })?;
        Ok(found.into_documents())
    }

    fn page_sorted(&self, clause: &Clause, request: &PageRequest, keys: &[SortKey]) -> Result<Page> {
        let mut best = Best::new(request);
        let mut total = 0;
        for segment in &*self.segments {
            let Some(found) = self.found(clause, segment)? else { continue };
            total += found.len();
            let mut keys = Keys::open(keys, self.ground(segment))?;
            self.budget.spend(found.len().saturating_mul(keys.parts))?;
            found.each_block(keys.best_first(), |block| best.offer(block, &mut keys, segment));
        }
        let more = best.heap.len() > request.hits_max;
        let mut positions = best.heap.into_sorted_vec();
        positions.truncate(request.hits_max);
        let hits = positions.iter().map(|position| Hit { rid: position.rid, seq: position.seq }).collect();
        let next = positions.last().filter(|_| more).cloned();
        let total = (request.total == Total::Counted).then_some(total);
        Ok(Page { hits, total, next, positions })
    }
}

/// The sort keys of the documents of one segment.
struct Keys<'a> {
    sources: SmallVec<[KeySource<'a>; 2]>,
    /// How many parts of scores are looked at for a document.
    parts: u64,
}

/// Where a key comes from. No column: no document has a value.
enum KeySource<'a> {
    Column(Option<Arc<Values>>, Choice),
    Score(Box<SegmentScores<'a>>, Direction),
}

/// How a key is read from a document's values.
#[derive(Clone, Copy)]
struct Choice {
    pick: Pick,
    direction: Direction,
}

impl<'a> Keys<'a> {
    fn open(keys: &'a [SortKey], ground: Ground<'_>) -> Result<Self> {
        let (mut sources, mut parts) = (SmallVec::new(), 0);
        for key in keys {
            sources.push(match key {
                SortKey::Column { column, pick, direction } => {
                    let choice = Choice { pick: *pick, direction: *direction };
                    KeySource::Column(ground.segment.column(column)?, choice)
                }
                SortKey::Score(ranking, direction) => {
                    parts += ranking.parts();
                    KeySource::Score(Box::new(SegmentScores::open(ranking, ground)?), *direction)
                }
            });
        }
        Ok(Self { sources, parts })
    }

    /// In which order documents that come first are likely to be met first: what was written last is most often the latest by
    /// any date, too. Scores are asked for in ascending order.
    fn best_first(&self) -> BlockOrder {
        let is_scored = self.sources.iter().any(|source| matches!(source, KeySource::Score(..)));
        match self.sources.first() {
            Some(KeySource::Column(_, choice)) if !is_scored && choice.direction == Direction::Descending => {
                BlockOrder::Descending
            }
            _ => BlockOrder::Ascending,
        }
    }

    /// Which places of a block have a document whose first key may come before, or with, the given one.
    fn up_to(&self, block: &[u32], last: SortValue) -> u64 {
        let all = u64::MAX >> (u64::BITS as usize - block.len());
        match self.sources.first() {
            Some(KeySource::Column(Some(column), choice)) if !last.missing => {
                let (low, high) = last.values_up_to(choice.direction);
                column.span(low, high).map_or(0, |span| column.between(block, all, span))
            }
            _ => all,
        }
    }

    fn first(&mut self, document: u32) -> SortValue {
        match self.sources.first_mut() {
            None => SortValue::MISSING,
            Some(source) => source.value(document),
        }
    }

    fn position(&mut self, first: SortValue, document: u32, segment: &Segment) -> Position {
        let others = self.sources.iter_mut().skip(1).map(|source| source.value(document));
        let mut keys: SmallVec<[SortValue; 2]> = others.collect();
        if !self.sources.is_empty() {
            keys.insert(0, first);
        }
        Position { keys, rid: segment.rid(document), seq: segment.seq(document) }
    }
}

impl KeySource<'_> {
    fn value(&mut self, document: u32) -> SortValue {
        match self {
            Self::Column(Some(column), choice) => choice.of(column, document),
            Self::Column(None, _) => SortValue::MISSING,
            Self::Score(scores, direction) => SortValue::of_score(scores.score(document), *direction),
        }
    }
}

impl SortValue {
    const MISSING: Self = Self { missing: true, value: 0 };

    fn new(value: i64, direction: Direction) -> Self {
        let ascending = value as u64 ^ (1 << 63);
        let value = match direction {
            Direction::Ascending => ascending,
            Direction::Descending => !ascending,
        };
        Self { missing: false, value }
    }

    /// The values, from the least to the greatest, that come before this one in that direction, and this one.
    fn values_up_to(self, direction: Direction) -> (i64, i64) {
        match direction {
            Direction::Ascending => (i64::MIN, (self.value ^ (1 << 63)) as i64),
            Direction::Descending => ((!self.value ^ (1 << 63)) as i64, i64::MAX),
        }
    }

    /// A score is no less than 0, so its bits are in its order.
    fn of_score(score: f64, direction: Direction) -> Self {
        let bits = score.to_bits();
        let value = match direction {
            Direction::Ascending => bits,
            Direction::Descending => !bits,
        };
        Self { missing: false, value }
    }
}

impl Choice {
    fn of(self, column: &Values, document: u32) -> SortValue {
        let mut values = column.of(document);
        let value = match (self.pick, self.direction) {
            (Pick::Extreme, Direction::Ascending) => values.min(),
            (Pick::Extreme, Direction::Descending) => values.max(),
            (Pick::End, Direction::Ascending) => values.next().filter(|&part| part != NO_PART),
            (Pick::End, Direction::Descending) => values.last().filter(|&part| part != NO_PART),
        };
        value.map_or(SortValue::MISSING, |value| SortValue::new(value, self.direction))
    }
}

/// The best positions after a given one: one more than the page holds, to know whether another follows.
struct Best<'a> {
    heap: BinaryHeap<Position>,
    room: usize,
    after: Option<&'a Position>,
}

impl<'a> Best<'a> {
    fn new(request: &'a PageRequest) -> Self {
        Self {
            heap: BinaryHeap::new(),
            room: request.hits_max.saturating_add(1),
            after: request.after.as_ref(),
        }
    }

    fn offer(&mut self, block: &[u32], keys: &mut Keys<'_>, segment: &Segment) {
        let worst = self.worst().and_then(|worst| worst.keys.first());
        let mut left = keys.up_to(block, worst.copied().unwrap_or(SortValue::MISSING));
        while left != 0 {
            let document = block[left.trailing_zeros() as usize];
            left &= left - 1;
            let first = keys.first(document);
            if self.may_enter(first) {
                let position = keys.position(first, document, segment);
                self.enter(position);
            }
        }
    }

    /// What has to be beaten, once there is no room left.
    fn worst(&self) -> Option<&Position> {
        self.heap.peek().filter(|_| self.heap.len() == self.room)
    }

    /// Decides by the first key alone, where it can.
    fn may_enter(&self, first: SortValue) -> bool {
        let worst = self.worst().and_then(|worst| worst.keys.first());
        let beyond = worst.is_some_and(|worst| first > *worst);
        let before = self.after.and_then(|after| after.keys.first()).is_some_and(|after| first < *after);
        !beyond && !before
    }

    fn enter(&mut self, position: Position) {
        if self.after.is_some_and(|after| position <= *after) {
            return;
        }
        if self.heap.len() < self.room {
            self.heap.push(position);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && position < *worst
        {
            *worst = position;
        }
    }
}
