//! Tests on blocks of candidate documents, against columns.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;
use tantivy::columnar::{Column, ColumnValues};
use tantivy::query::Scorer;
use tantivy::{BitSet, COLLECT_BLOCK_BUFFER_LEN, DocSet};

use crate::circle::Circle;
use crate::document::ColumnName;
use crate::error::Result;
use crate::evaluate::{Ground, unscored};
use crate::rid_set::RidSet;
use crate::segment_term::SegmentTerm;
use crate::superseded::VisibleAt;
use crate::values::{Span, Values};

/// Up to 64 documents in ascending order.
pub(crate) struct Block {
    pub documents: [u32; COLLECT_BLOCK_BUFFER_LEN],
    pub len: usize,
}

impl Block {
    pub(crate) const fn empty() -> Self {
        Self { documents: [0; COLLECT_BLOCK_BUFFER_LEN], len: 0 }
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        &self.documents[..self.len]
    }

    /// The values of a column that has one for each document. Documents in a row are read as a range, at half the cost.
    pub(crate) fn read<T>(&self, values: &dyn ColumnValues<T>) -> [T; COLLECT_BLOCK_BUFFER_LEN]
    where
        T: Copy + Default + PartialOrd + Debug + Send + Sync + 'static,
    {
        let mut read = [T::default(); COLLECT_BLOCK_BUFFER_LEN];
        match self.as_slice() {
            [first, .., last] if (last - first) as usize + 1 == self.len => {
                values.get_range(u64::from(*first), &mut read[..self.len]);
            }
            documents => values.get_vals(documents, &mut read[..self.len]),
        }
        read
    }

    /// All places that hold a document, a bit for each.
    pub(crate) fn places(&self) -> u64 {
        u64::MAX.checked_shr((COLLECT_BLOCK_BUFFER_LEN - self.len) as u32).unwrap_or(0)
    }

    /// Keeps the documents at these places.
    pub(crate) fn keep(&mut self, places: u64) {
        self.retain(|place, _| places >> place & 1 != 0);
    }

    /// Keeps those for which `keep(place in block, document)` holds, in order.
    #[inline]
    fn retain(&mut self, mut keep: impl FnMut(usize, u32) -> bool) {
        let mut kept = 0;
        for place in 0..self.len {
            let document = self.documents[place];
            self.documents[kept] = document;
            kept += usize::from(keep(place, document));
        }
        self.len = kept;
    }

    pub(crate) fn retain_visible(&mut self, visible: VisibleAt<'_>) {
        self.retain(|_, document| visible.sees(document));
    }
}

/// One test that a candidate must pass.
pub(crate) enum Filter {
    /// The document is one of these.
    Among(Others),
    /// The document is not one of these.
    Without(Others),
    /// A value of a column lies in the range.
    Range(Arc<Values>, Span),
    /// The resource is one of these.
    Rids(Column<u64>, Arc<RidSet>),
    /// A value of a column is one of these.
    Joined(Arc<Values>, Arc<RidSet>),
    /// A place, its latitude and its longitude, lies in the circle.
    Within([Arc<Values>; 2], Circle),
    /// For values at one place all tests of one of the ways hold.
    Ways(Ways),
}

/// Documents that candidates are looked up in.
pub(crate) enum Others {
    /// Not opened yet: how depends on how many candidates there are.
    Term(SegmentTerm),
    Bits(Arc<BitSet>),
    Documents(Box<dyn Scorer>),
}

impl Others {
    /// Ready for about so many candidates.
    pub(crate) fn settled(self, ground: Ground<'_>, candidates: u64) -> Result<Self> {
        match self {
            Self::Term(term) => match term.bits(ground, candidates)? {
                Some(bits) => Ok(Self::Bits(bits)),
                None => Ok(Self::Documents(unscored(term.postings(ground.segment)?))),
            },
            ready => Ok(ready),
        }
    }

    /// Keeps the documents that are among these, or those that are not.
    fn retain(&mut self, block: &mut Block, is_wanted: bool) {
        match self {
            // To pass over the test would find too much.
            Self::Term(_) => unreachable!("filters are settled before they are applied"),
            Self::Bits(bits) => block.retain(|_, document| bits.contains(document) == is_wanted),
            Self::Documents(others) => block.retain(|_, document| {
                if others.doc() < document {
                    others.seek(document);
                }
                (others.doc() == document) == is_wanted
            }),
        }
    }
}

impl Filter {
    /// Ready for about so many candidates.
    pub(crate) fn settled(self, ground: Ground<'_>, candidates: u64) -> Result<Self> {
        Ok(match self {
            Self::Among(others) => Self::Among(others.settled(ground, candidates)?),
            Self::Without(others) => Self::Without(others.settled(ground, candidates)?),
            ready => ready,
        })
    }

    /// What is cheap to put to a document comes first.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Among(Others::Bits(_)) | Self::Without(Others::Bits(_)) => 0,
            Self::Range(..) | Self::Rids(..) => 1,
            Self::Joined(..) | Self::Within(..) => 2,
            Self::Among(_) | Self::Without(_) => 3,
            Self::Ways(_) => 4,
        }
    }

    pub(crate) fn apply(&mut self, block: &mut Block) {
        match self {
            Self::Among(others) => others.retain(block, true),
            Self::Without(others) => others.retain(block, false),
            Self::Range(values, span) => {
                block.keep(values.between(block.as_slice(), block.places(), *span));
            }
            Self::Rids(column, rids) => {
                let values = block.read(&*column.values);
                block.retain(|place, _| rids.contains(values[place]));
            }
            Self::Joined(values, rids) => {
                block.retain(|_, document| values.of(document).any(|value| rids.contains(value as u64)));
            }
            Self::Within([latitude, longitude], circle) => block.retain(|_, document| {
                let mut places = latitude.of(document).zip(longitude.of(document));
                places.any(|(latitude, longitude)| circle.holds(latitude, longitude))
            }),
            Self::Ways(ways) => ways.retain(block),
        }
    }
}

/// Ways to hold: of each its tests, that a value of a column lies from one number to another, both included.
#[derive(Default)]
pub(crate) struct Ways {
    names: Vec<ColumnName>,
    columns: Vec<Arc<Values>>,
    /// A test's column by its place.
    pub ways: Vec<Vec<(usize, Span)>>,
}

impl Ways {
    /// The place of a column, each once.
    pub(crate) fn place(&mut self, name: &ColumnName, column: Arc<Values>) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(ColumnName::clone(name));
            self.columns.push(column);
            self.columns.len() - 1
        })
    }

    /// `None`: nothing holds.
    pub(crate) fn into_filter(self) -> Option<Filter> {
        match &self.ways[..] {
            [] => None,
            [way] if way.len() == 1 => {
                let (place, span) = way[0];
                self.columns.into_iter().nth(place).map(|column| Filter::Range(column, span))
            }
            _ => Some(Filter::Ways(self)),
        }
    }

    fn retain(&self, block: &mut Block) {
        // Of several values of a document, different ones may pass the tests of a way.
        let has_several = |&(column, _): &(usize, Span)| self.columns[column].has_several();
        if self.ways.iter().any(|way| way.len() > 1 && way.iter().any(has_several)) {
            block.retain(|_, document| self.holds(document));
            return;
        }
        let mut passing = 0;
        for way in &self.ways {
            let mut left = block.places() & !passing;
            for &(column, span) in way {
                left = self.columns[column].between(block.as_slice(), left, span);
            }
            passing |= left;
        }
        block.keep(passing);
    }

    /// Whether a way holds for values at the same place of a document's columns. Columns filled in step have the same places; one
    /// that has fewer has none beyond.
    fn holds(&self, document: u32) -> bool {
        let rows: SmallVec<[Range<u32>; 8]> =
            self.columns.iter().map(|column| column.rows(document)).collect();
        let places = rows.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        let holds_at = |place: u32, &(column, span): &(usize, Span)| {
            let rows = &rows[column];
            rows.start + place < rows.end && self.columns[column].is_within(rows.start + place, span)
        };
        (0..places as u32)
            .any(|place| self.ways.iter().any(|way| way.iter().all(|test| holds_at(place, test))))
    }
}
