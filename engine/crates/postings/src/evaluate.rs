//! A clause on one segment: a stream of candidates in document order, and tests on them.
//!
//! Terms drive: they are intersected by seeking. Columns only test, a block at a time. What can do neither (a disjunction, a
//! negation of tests) is gathered first.

use std::ops::ControlFlow;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::query::{BitSetDocSet, ConstScorer, Scorer};
use tantivy::schema::{Field as Physical, IndexRecordOption};
use tantivy::{BitSet, COLLECT_BLOCK_BUFFER_LEN, DocSet};

use crate::budget::Budget;
use crate::circle::Circle;
use crate::clause::{Clause, Link, Pattern, Test};
use crate::document::ColumnName;
use crate::error::{Error, Result};
use crate::filter::{Block, Filter, Others, Ways};
use crate::gathered::{Gathered, ListDocSet};
use crate::rid_set::RidSet;
use crate::schema::{Field, TextField};
use crate::search::Hit;
use crate::segment::Segment;
use crate::segment_term::{SegmentTerm, term_info};
use crate::superseded::VisibleAt;
use crate::text;
use crate::values::{Span, Values};

/// How deep clauses may nest.
pub(crate) const DEPTH_MAX: u32 = 64;

/// What of a segment a snapshot can see.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// Documents from the first that were written by then.
    pub written: u32,
    /// Those of them that were superseded by then; `None`: none.
    pub visible: Option<VisibleAt<'a>>,
}

impl View<'_> {
    /// Whether it is all of the segment.
    pub(crate) fn is_whole(self, segment: &Segment) -> bool {
        self.visible.is_none() && self.written == segment.documents()
    }
}

/// Where a clause is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub segment: &'a Segment,
    pub budget: &'a Budget,
}

pub(crate) enum Candidates {
    Nothing,
    Everything,
    Term(SegmentTerm),
    Bits(Arc<BitSet>),
    Documents(Box<dyn Scorer>),
}

impl Candidates {
    /// About how many there are, of so many documents.
    fn expected(&self, documents: u32) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Everything => u64::from(documents),
            Self::Term(term) => term.frequency(),
            Self::Bits(bits) => bits.len() as u64,
            Self::Documents(documents) => documents.cost(),
        }
    }

    /// In order. `None`: all or nothing.
    pub(crate) fn into_documents(self, segment: &Segment) -> Result<Option<Box<dyn Scorer>>> {
        Ok(match self {
            Self::Nothing | Self::Everything => None,
            Self::Term(term) => Some(unscored(term.postings(segment)?)),
            Self::Bits(bits) => Some(unscored(BitSetDocSet::from(Arc::unwrap_or_clone(bits)))),
            Self::Documents(documents) => Some(documents),
        })
    }

    /// To be looked up in. `None`: all or nothing.
    fn into_others(self) -> Option<Others> {
        match self {
            Self::Nothing | Self::Everything => None,
            Self::Term(term) => Some(Others::Term(term)),
            Self::Bits(bits) => Some(Others::Bits(bits)),
            Self::Documents(documents) => Some(Others::Documents(documents)),
        }
    }
}

/// Scores are worked out elsewhere.
pub(crate) fn unscored(documents: impl DocSet + 'static) -> Box<dyn Scorer> {
    Box::new(ConstScorer::new(documents, 1.0))
}

pub(crate) struct Matches {
    pub candidates: Candidates,
    pub filters: Vec<Filter>,
}

impl Matches {
    pub(crate) const NOTHING: Self = Self { candidates: Candidates::Nothing, filters: Vec::new() };
    const EVERYTHING: Self = Self { candidates: Candidates::Everything, filters: Vec::new() };

    pub(crate) fn of(candidates: Candidates) -> Self {
        Self { candidates, filters: Vec::new() }
    }

    pub(crate) fn documents(documents: impl DocSet + 'static) -> Self {
        Self::of(Candidates::Documents(unscored(documents)))
    }

    fn tested(filter: Filter) -> Self {
        Self { candidates: Candidates::Everything, filters: vec![filter] }
    }

    /// Calls `each` with blocks of matching documents in ascending order, until it breaks.
    pub(crate) fn run(
        self,
        view: View<'_>,
        ground: Ground<'_>,
        mut each: impl FnMut(&[u32]) -> ControlFlow<()>,
    ) -> Result<()> {
        let expected = self.candidates.expected(view.written);
        let settled = self.filters.into_iter().map(|filter| filter.settled(ground, expected));
        let mut filters = settled.collect::<Result<Vec<Filter>>>()?;
        filters.sort_by_key(Filter::cost);
        let mut block = Block::empty();
        let mut source = Source::new(self.candidates, view.written, ground.segment)?;
        while source.fill(&mut block) {
            ground.budget.spend(block.len as u64)?;
            if let Some(visible) = view.visible {
                block.retain_visible(visible);
            }
            for filter in &mut filters {
                if block.len > 0 {
                    filter.apply(&mut block);
                }
            }
            if block.len > 0 && each(block.as_slice()).is_break() {
                break;
            }
        }
        Ok(())
    }
}

enum Source {
    Numbers(std::ops::Range<u32>),
    Documents(Box<dyn Scorer>, u32),
}

impl Source {
    fn new(candidates: Candidates, written: u32, segment: &Segment) -> Result<Self> {
        let is_everything = matches!(candidates, Candidates::Everything);
        Ok(match candidates.into_documents(segment)? {
            Some(documents) => Self::Documents(documents, written),
            None if is_everything => Self::Numbers(0..written),
            None => Self::Numbers(0..0),
        })
    }

    /// The next block; false at the end.
    fn fill(&mut self, block: &mut Block) -> bool {
        match self {
            Self::Numbers(range) => {
                block.len = range.len().min(COLLECT_BLOCK_BUFFER_LEN);
                for (place, document) in block.documents.iter_mut().zip(&mut *range) {
                    *place = document;
                }
                block.len > 0
            }
            Self::Documents(documents, written) => {
                block.len = documents.fill_buffer(&mut block.documents);
                let within = block.as_slice().partition_point(|document| document < written);
                if within < block.len {
                    block.len = within;
                    *self = Self::Numbers(0..0);
                }
                block.len > 0
            }
        }
    }
}

/// The matches of `clause` in a segment, whatever a snapshot sees of it.
pub(crate) fn matches(clause: &Clause, ground: Ground<'_>) -> Result<Matches> {
    evaluate(clause, ground, 0)
}

fn evaluate(clause: &Clause, ground: Ground<'_>, depth: u32) -> Result<Matches> {
    let segment = ground.segment;
    if depth > DEPTH_MAX {
        return Err(Error::Limit("a search nests too deep"));
    }
    match clause {
        Clause::All => Ok(Matches::EVERYTHING),
        Clause::Term(field, term) => term_matches(segment, field.physical(), term),
        Clause::Text(fields, pattern) => text_matches(ground, fields, pattern),
        Clause::Found(found) => Ok(found.matches(segment.id)),
        Clause::Prefix(field, prefix) => prefix_matches(ground, *field, prefix, |_| true),
        Clause::Terms(field, prefix, test) => prefix_matches(ground, *field, prefix, |rest| test.holds(rest)),
        Clause::Values(tests) => value_matches(segment, std::slice::from_ref(tests)),
        Clause::Ways(ways) => value_matches(segment, ways),
        Clause::Within(columns, circle) => place_matches(segment, columns, *circle),
        Clause::Rids(rids) if rids.is_empty() => Ok(Matches::NOTHING),
        Clause::Rids(rids) => Ok(Matches::tested(Filter::Rids(segment.rids().clone(), Arc::clone(rids)))),
        Clause::Versions(versions) => Ok(version_matches(segment, versions)),
        Clause::Joined(_, rids) if rids.is_empty() => Ok(Matches::NOTHING),
        Clause::Joined(link, rids) => joined_matches(ground, link, rids),
        Clause::Refers(..) | Clause::Referred(..) | Clause::Expanded(..) | Clause::TextTerms(..) => {
            Err(Error::Misuse("a join that was not worked out"))
        }
        Clause::And(clauses) => all(clauses, ground, depth),
        Clause::Or(clauses) => any(clauses, ground, depth),
        Clause::Not(clause) => without(evaluate(clause, ground, depth + 1)?, ground),
    }
}

/// How many documents of a segment match, where the dictionary says it: of one term, and of several of which at most one is there.
pub(crate) fn frequency(clause: &Clause, segment: &Segment) -> Result<Option<u64>> {
    match clause {
        Clause::Term(field, term) => {
            let info = term_info(segment, field.physical(), term)?;
            Ok(Some(info.map_or(0, |info| u64::from(info.doc_freq))))
        }
        Clause::And(clauses) | Clause::Or(clauses) if clauses.len() == 1 => frequency(&clauses[0], segment),
        Clause::Or(clauses) => {
            let mut only = 0;
            for clause in clauses {
                let found = frequency(clause, segment)?;
                match found {
                    Some(0) => {}
                    Some(documents) if only == 0 => only = documents,
                    _ => return Ok(None),
                }
            }
            Ok(Some(only))
        }
        _ => Ok(None),
    }
}

/// How many documents of a segment match at most.
pub(crate) fn at_most(clause: &Clause, segment: &Segment) -> Result<u64> {
    let all = u64::from(segment.documents());
    let of_each = |clauses: &[Clause]| {
        clauses.iter().map(|clause| at_most(clause, segment)).collect::<Result<Vec<u64>>>()
    };
    Ok(match clause {
        Clause::Term(..) => frequency(clause, segment)?.unwrap_or(all),
        Clause::Text(fields, pattern) => all.min(text::at_most(segment, fields, pattern)?),
        Clause::Found(found) => found.documents(segment.id),
        Clause::Versions(versions) => all.min(versions.len() as u64),
        Clause::Rids(rids) | Clause::Joined(_, rids) if rids.is_empty() => 0,
        Clause::Joined(link, rids) if is_by_terms(rids, segment) => {
            let terms = joined_terms(link, rids);
            let each = terms.map(|term| term_info(segment, link.field.physical(), &term));
            each.map(|info| Ok(info?.map_or(0, |info| u64::from(info.doc_freq)))).sum::<Result<u64>>()?
        }
        Clause::And(clauses) => of_each(clauses)?.into_iter().min().unwrap_or(all),
        Clause::Or(clauses) => all.min(of_each(clauses)?.into_iter().sum()),
        _ => all,
    })
}

fn term_matches(segment: &Segment, field: Physical, term: &[u8]) -> Result<Matches> {
    let Some(term) = SegmentTerm::find(segment, field, term)? else { return Ok(Matches::NOTHING) };
    if term.frequency() == u64::from(segment.documents()) {
        return Ok(Matches::EVERYTHING);
    }
    Ok(Matches::of(Candidates::Term(term)))
}

/// A word drives by its terms, a phrase by those of its words that are rare; in two texts both are gathered.
fn text_matches(ground: Ground<'_>, fields: &[TextField], pattern: &Pattern) -> Result<Matches> {
    let segment = ground.segment;
    let in_field = |field: &TextField| match pattern {
        Pattern::Word(word) => term_matches(segment, field.physical(), word.as_bytes()),
        Pattern::Phrase(words) => {
            let phrase = text::phrase(segment, *field, words)?;
            let Some(phrase) = phrase else { return Ok(Matches::NOTHING) };
            ground.budget.spend(phrase.documents_max())?;
            Ok(Matches::documents(phrase))
        }
        Pattern::Start(_) => Err(Error::Misuse("the start of a word that was not worked out")),
    };
    any_of(fields.iter().map(in_field).collect::<Result<_>>()?, ground)
}

fn place_matches(segment: &Segment, columns: &[ColumnName; 2], circle: Circle) -> Result<Matches> {
    let (latitude, longitude) = (segment.column(&columns[0])?, segment.column(&columns[1])?);
    let (Some(latitude), Some(longitude)) = (latitude, longitude) else { return Ok(Matches::NOTHING) };
    let (south, north) = circle.latitudes();
    let Some(span) = latitude.span(south, north) else { return Ok(Matches::NOTHING) };
    let filters =
        vec![Filter::Range(Arc::clone(&latitude), span), Filter::Within([latitude, longitude], circle)];
    Ok(Matches { candidates: Candidates::Everything, filters })
}

fn version_matches(segment: &Segment, versions: &[Hit]) -> Matches {
    let mut documents: Vec<u32> =
        versions.iter().filter_map(|hit| segment.position(hit.seq, hit.rid).ok()).collect();
    documents.sort_unstable();
    documents.dedup();
    if documents.is_empty() { Matches::NOTHING } else { Matches::documents(ListDocSet::of(documents)) }
}

/// So many documents of a segment are scanned in a column in the time that one term takes to look up.
const DOCUMENTS_A_TERM: usize = 2_000;

/// By terms where they are few, else by the column.
fn joined_matches(ground: Ground<'_>, link: &Link, rids: &Arc<RidSet>) -> Result<Matches> {
    let segment = ground.segment;
    if !is_by_terms(rids, segment) {
        let column = segment.column(&link.column)?;
        let tested = |column| Matches::tested(Filter::Joined(column, Arc::clone(rids)));
        return Ok(column.map_or(Matches::NOTHING, tested));
    }
    let terms = joined_terms(link, rids).map(|term| term_matches(segment, link.field.physical(), &term));
    any_of(terms.collect::<Result<_>>()?, ground)
}

fn is_by_terms(rids: &RidSet, segment: &Segment) -> bool {
    rids.len() * DOCUMENTS_A_TERM <= segment.documents() as usize
}

fn joined_terms<'a>(link: &'a Link, rids: &'a RidSet) -> impl Iterator<Item = Vec<u8>> + 'a {
    rids.iter().map(|rid| [&*link.prefix, &rid.to_be_bytes()].concat())
}

fn prefix_matches(
    ground: Ground<'_>,
    field: Field,
    prefix: &[u8],
    passes: impl Fn(&[u8]) -> bool,
) -> Result<Matches> {
    let mut gathered = Gathered::new(ground.segment.documents());
    gather_terms(ground, (field.physical(), prefix), passes, &mut gathered)?;
    Ok(gathered.into_matches())
}

/// Gathers the documents of all terms that start so and whose rest passes.
pub(crate) fn gather_terms(
    ground: Ground<'_>,
    (field, prefix): (Physical, &[u8]),
    passes: impl Fn(&[u8]) -> bool,
    gathered: &mut Gathered,
) -> Result<()> {
    let index = ground.segment.reader.inverted_index(field)?;
    each_term(ground, field, prefix, |rest, info| {
        if passes(rest) {
            ground.budget.spend(u64::from(info.doc_freq))?;
            let postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic);
            gathered.add_all(&mut postings.map_err(tantivy::TantivyError::from)?);
        }
        Ok(())
    })
}

/// Calls `each` with what follows `prefix` in every term of a segment that starts so, in order.
pub(crate) fn each_term(
    ground: Ground<'_>,
    field: Physical,
    prefix: &[u8],
    mut each: impl FnMut(&[u8], &TermInfo) -> Result<()>,
) -> Result<()> {
    let index = ground.segment.reader.inverted_index(field)?;
    let mut range = index.terms().range().ge(prefix);
    if let Some(end) = prefix_end(prefix) {
        range = range.lt(end);
    }
    let mut terms = range.into_stream().map_err(tantivy::TantivyError::from)?;
    while terms.advance() {
        ground.budget.spend(1)?;
        each(&terms.key()[prefix.len()..], terms.value())?;
    }
    Ok(())
}

/// The least bytes above everything that starts with `prefix`; `None`: nothing is above.
fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

fn value_matches(segment: &Segment, ways: &[Vec<Test>]) -> Result<Matches> {
    let mut open = Ways::default();
    for tests in ways {
        if tests.is_empty() {
            return Ok(Matches::EVERYTHING);
        }
        // A column that no document has and a span without a value make a way impassable.
        let resolved = |test: &Test| -> Result<Option<(Arc<Values>, Span)>> {
            let Some(column) = segment.column(&test.column)? else { return Ok(None) };
            Ok(column.span(test.low, test.high).map(|span| (column, span)))
        };
        let Some(way) = tests.iter().map(resolved).collect::<Result<Option<Vec<_>>>>()? else { continue };
        let places = tests.iter().zip(way);
        let way = places.map(|(test, (column, span))| (open.place(&test.column, column), span));
        let way = way.collect();
        open.ways.push(way);
    }
    Ok(open.into_filter().map_or(Matches::NOTHING, Matches::tested))
}

/// The rarest drives; the others are looked up.
fn all(clauses: &[Clause], ground: Ground<'_>, depth: u32) -> Result<Matches> {
    let (mut drivers, mut filters) = (Vec::new(), Vec::new());
    for clause in clauses {
        let matches = evaluate(clause, ground, depth + 1)?;
        match matches.candidates {
            Candidates::Nothing => return Ok(Matches::NOTHING),
            Candidates::Everything => {}
            driver => drivers.push(driver),
        }
        filters.extend(matches.filters);
    }
    let documents = ground.segment.documents();
    let rarest = (0..drivers.len()).min_by_key(|&at| drivers[at].expected(documents));
    let candidates = rarest.map_or(Candidates::Everything, |at| drivers.swap_remove(at));
    filters.extend(drivers.into_iter().filter_map(Candidates::into_others).map(Filter::Among));
    Ok(Matches { candidates, filters })
}

fn any(clauses: &[Clause], ground: Ground<'_>, depth: u32) -> Result<Matches> {
    let mut alternatives = Vec::with_capacity(clauses.len());
    for clause in clauses {
        let matches = evaluate(clause, ground, depth + 1)?;
        if matches!(matches.candidates, Candidates::Everything) && matches.filters.is_empty() {
            return Ok(Matches::EVERYTHING);
        }
        alternatives.push(matches);
    }
    any_of(alternatives, ground)
}

fn any_of(mut alternatives: Vec<Matches>, ground: Ground<'_>) -> Result<Matches> {
    alternatives.retain(|matches| !matches!(matches.candidates, Candidates::Nothing));
    if alternatives.len() < 2 {
        return Ok(alternatives.pop().unwrap_or(Matches::NOTHING));
    }
    let mut gathered = Gathered::new(ground.segment.documents());
    for matches in alternatives {
        gathered.add_matches(matches, ground)?;
    }
    Ok(gathered.into_matches())
}

fn without(matches: Matches, ground: Ground<'_>) -> Result<Matches> {
    let excluded = match (matches.candidates, matches.filters.is_empty()) {
        (Candidates::Nothing, _) => return Ok(Matches::EVERYTHING),
        (Candidates::Everything, true) => return Ok(Matches::NOTHING),
        (excluded, true) => excluded,
        (candidates, false) => {
            let mut gathered = Gathered::new(ground.segment.documents());
            gathered.add_matches(Matches { candidates, filters: matches.filters }, ground)?;
            gathered.into_matches().candidates
        }
    };
    let others = excluded.into_others();
    Ok(others.map_or(Matches::EVERYTHING, |others| Matches::tested(Filter::Without(others))))
}
