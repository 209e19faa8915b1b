//! Documents that many terms find, kept for as long as a search lasts: it asks for them to match, to weigh and to score.

use std::fmt;

use tantivy::schema::Field as Physical;

use crate::error::Result;
use crate::evaluate::{Matches, gather_terms};
use crate::gathered::{Documents, Gathered};
use crate::search::Snapshot;
use crate::segment::SegmentId;

/// The documents of each segment that has some.
pub struct Found(Vec<(SegmentId, Documents)>);

impl Found {
    /// The documents of a segment.
    pub(crate) fn matches(&self, segment: SegmentId) -> Matches {
        self.of(segment).map_or(Matches::NOTHING, Documents::matches)
    }

    /// How many these are.
    pub(crate) fn documents(&self, segment: SegmentId) -> u64 {
        self.of(segment).map_or(0, Documents::len)
    }

    fn of(&self, segment: SegmentId) -> Option<&Documents> {
        self.0.iter().find(|(of, _)| *of == segment).map(|(_, documents)| documents)
    }
}

impl Snapshot {
    /// The documents of all terms that start as one of these and whose rest passes.
    pub(crate) fn find(&self, starts: &[(Physical, &[u8])], passes: impl Fn(&[u8]) -> bool) -> Result<Found> {
        let mut found = Vec::new();
        for segment in &*self.segments {
            let mut gathered = Gathered::new(segment.documents());
            for start in starts {
                gather_terms(self.ground(segment), *start, &passes, &mut gathered)?;
            }
            found.extend(gathered.into_documents().map(|documents| (segment.id, documents)));
        }
        Ok(Found(found))
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Found({} segments)", self.0.len())
    }
}
