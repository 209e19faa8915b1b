//! Which neighbouring segments to merge, and merging them.
//!
//! Only neighbours: documents stay in the order of their commits over the whole index.

use std::ops::Range;
use std::sync::Arc;

use tantivy::directory::OwnedBytes;
use tantivy::fastfield::{AliveBitSet, write_alive_bitset};
use tantivy::indexer::merge_filtered_segments;
use tantivy::{BitSet, Index};

use crate::directory::SegmentDirectory;
use crate::document::Seq;
use crate::error::Result;
use crate::index::{DiskSegment, Limits};
use crate::schema;
use crate::segment::Segment;

/// How much of a segment must be dead for it to be written anew by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeWorth {
    /// More than a third: what goes on in the background.
    Third,
    /// Anything: where nothing of what is dead may be left.
    Anything,
}

impl MergeWorth {
    fn is_met(self, candidate: &Candidate) -> bool {
        match self {
            Self::Third => candidate.dead > candidate.documents / 3,
            Self::Anything => candidate.dead > 0,
        }
    }
}

/// A segment as the choice sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub documents: u32,
    /// Documents that no snapshot can see any more.
    pub dead: u32,
}

impl Candidate {
    pub(crate) fn of(segment: &Segment, floor: Seq) -> Self {
        let dead = match segment.superseded.marks() {
            0 => 0,
            _ => segment.superseded.iter().filter(|by| by.is_some_and(|by| by <= floor)).count(),
        };
        Self { documents: segment.documents(), dead: dead as u32 }
    }

    fn alive(&self) -> u32 {
        self.documents - self.dead
    }

    /// Segments of about the same size are of one tier; each tier is so many times the one below.
    fn tier(&self, fan_in: usize) -> u32 {
        self.alive().max(1).ilog(fan_in.max(2) as u32)
    }
}

/// The first run of enough neighbours of one tier or below; else the first segment of which enough is dead.
///
/// A run whose sum is beyond the limit is cut, so a full segment is left alone until enough of it is dead.
pub(crate) fn choose(candidates: &[Candidate], worth: MergeWorth, limits: &Limits) -> Option<Range<usize>> {
    let fan_in = limits.merge_segments_max;
    let top = candidates.iter().map(|candidate| candidate.tier(fan_in)).max()?;
    let run = (0..=top).find_map(|tier| {
        let mut start = 0;
        while start < candidates.len() {
            let run = run_from(&candidates[start..], tier, limits);
            if run >= fan_in {
                return Some(start..start + run);
            }
            start += run.max(1);
        }
        None
    });
    run.or_else(|| {
        let dead = candidates.iter().position(|candidate| worth.is_met(candidate))?;
        Some(dead..dead + 1)
    })
}

/// How many neighbours from the first are of `tier` or below and together within the limits.
fn run_from(candidates: &[Candidate], tier: u32, limits: &Limits) -> usize {
    let mut documents = 0;
    candidates
        .iter()
        .take(limits.merge_segments_max)
        .take_while(|candidate| {
            documents += u64::from(candidate.alive());
            candidate.tier(limits.merge_segments_max) <= tier
                && documents <= u64::from(limits.segment_documents_max)
        })
        .count()
}

/// Writes the documents of `sources` that are alive, in their order, as one segment.
pub(crate) fn write(
    sources: &[Arc<DiskSegment>],
    alive: &[bool],
    directory: SegmentDirectory,
) -> Result<Index> {
    let mut segments = Vec::with_capacity(sources.len());
    let mut filters = Vec::with_capacity(sources.len());
    let mut rest = alive;
    for source in sources {
        let (of_source, others) = rest.split_at(source.segment.documents() as usize);
        rest = others;
        if of_source.contains(&true) {
            segments.extend(source.index.searchable_segments()?);
            filters.push(filter(of_source)?);
        }
    }
    Ok(merge_filtered_segments(&segments, schema::settings(), filters, directory)?)
}

fn filter(alive: &[bool]) -> Result<Option<AliveBitSet>> {
    if !alive.contains(&false) {
        return Ok(None);
    }
    let mut bits = BitSet::with_max_value(alive.len() as u32);
    for (document, _) in alive.iter().enumerate().filter(|(_, alive)| **alive) {
        bits.insert(document as u32);
    }
    let mut bytes = Vec::new();
    write_alive_bitset(&bits, &mut bytes).map_err(tantivy::TantivyError::from)?;
    Ok(Some(AliveBitSet::open(OwnedBytes::new(bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { segment_documents_max: 1000, fresh_documents_max: 0, merge_segments_max: 4 };

    fn check(segments: &[(u32, u32)], want: impl Into<Option<Range<usize>>>) {
        let candidates: Vec<_> =
            segments.iter().map(|&(documents, dead)| Candidate { documents, dead }).collect();
        assert_eq!(choose(&candidates, MergeWorth::Third, &LIMITS), want.into(), "{segments:?}");
    }

    #[test]
    fn neighbours_of_a_tier_are_merged_up_to_the_limit() {
        check(&[], None);
        check(&[(10, 0); 3], None);
        check(&[(10, 0); 4], Some(0..4));
        check(&[(900, 0), (10, 0), (10, 0), (10, 0), (10, 0)], Some(1..5));
        check(&[(900, 0), (1, 0), (10, 0), (2, 0), (12, 0)], Some(1..5));
        check(&[(200, 0), (10, 0), (200, 0), (10, 0), (200, 0)], Some(0..4));
        check(&[(300, 0), (300, 0), (300, 0), (300, 0)], None);
        check(&[(1000, 0); 8], None);
        check(&[(1000, 0), (1000, 334), (5, 0)], Some(1..2));
        check(&[(1000, 0), (1000, 333), (5, 0)], None);
        check(&[(5, 5)], Some(0..1));
    }

    #[test]
    fn what_is_asked_for_goes_however_little_it_is() {
        for (documents, dead, third, anything) in
            [(900, 0, false, false), (900, 1, false, true), (900, 300, false, true), (900, 301, true, true)]
        {
            let candidate = [Candidate { documents, dead }];
            assert_eq!(choose(&candidate, MergeWorth::Third, &LIMITS).is_some(), third, "{dead}");
            assert_eq!(choose(&candidate, MergeWorth::Anything, &LIMITS).is_some(), anything, "{dead}");
        }
    }

    /// However many flushes come, the number of segments grows with the logarithm of the documents.
    #[test]
    fn segments_stay_few() {
        let limits =
            Limits { segment_documents_max: 1_000_000, fresh_documents_max: 0, merge_segments_max: 8 };
        let mut segments: Vec<Candidate> = Vec::new();
        for flush in 0..2_000_u32 {
            segments.push(Candidate { documents: 1 + flush * 7919 % 10_000, dead: 0 });
            while let Some(run) = choose(&segments, MergeWorth::Third, &limits) {
                let documents = segments[run.clone()].iter().map(|segment| segment.documents).sum();
                assert!(documents <= limits.segment_documents_max);
                segments.splice(run, [Candidate { documents, dead: 0 }]);
            }
            let documents: u32 = segments.iter().map(|segment| segment.documents).sum();
            let full = (documents / limits.segment_documents_max) as usize;
            assert!(segments.len() <= 2 * full + 40, "{} segments of {documents} documents", segments.len());
        }
    }
}
