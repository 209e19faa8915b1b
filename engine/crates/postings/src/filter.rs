//! Tests on blocks of candidate documents, against columns.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;
use tantivy::columnar::{Cardinality, Column, ColumnValues};
use tantivy::query::Scorer;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocSet};

use crate::circle::Circle;
use crate::rid_set::RidSet;
use crate::superseded::VisibleAt;

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
    /// A value of a column lies in the range.
    Range(Column<i64>, i64, i64),
    /// Values at the same place of all columns lie in their ranges.
    Aligned(Vec<(Column<i64>, i64, i64)>),
    /// A place, its latitude and its longitude, lies in the circle.
    Within([Column<i64>; 2], Circle),
    /// The resource is one of these.
    Rids(Column<u64>, Arc<RidSet>),
    /// A value of a column is one of these.
    Joined(Column<i64>, Arc<RidSet>),
    /// The document is not one of these.
    Without(Box<dyn Scorer>),
}

impl Filter {
    pub(crate) fn apply(&mut self, block: &mut Block) {
        match self {
            Self::Range(column, low, high) => {
                retain_values(block, column, |value| *low <= value && value <= *high);
            }
            Self::Aligned(tests) => block.retain(|_, document| aligned(tests, document)),
            Self::Within([latitude, longitude], circle) => block.retain(|_, document| {
                let mut places = latitude.values_for_doc(document).zip(longitude.values_for_doc(document));
                places.any(|(latitude, longitude)| circle.holds(latitude, longitude))
            }),
            Self::Rids(column, rids) => {
                let values = block.read(&*column.values);
                block.retain(|place, _| rids.contains(values[place]));
            }
            Self::Joined(column, rids) => retain_values(block, column, |value| rids.contains(value as u64)),
            Self::Without(others) => block.retain(|_, document| {
                if others.doc() < document {
                    others.seek(document);
                }
                others.doc() != document
            }),
        }
    }
}

/// Reads a block of first values at once; only a column with several values a document is read one by one.
fn retain_values(block: &mut Block, column: &Column<i64>, test: impl Fn(i64) -> bool) {
    match column.get_cardinality() {
        Cardinality::Full => {
            let values = block.read(&*column.values);
            block.retain(|place, _| test(values[place]));
        }
        Cardinality::Optional => {
            let mut values = [None; COLLECT_BLOCK_BUFFER_LEN];
            column.first_vals(block.as_slice(), &mut values[..block.len]);
            block.retain(|place, _| values[place].is_some_and(&test));
        }
        Cardinality::Multivalued => block.retain(|_, document| column.values_for_doc(document).any(&test)),
    }
}

fn aligned(tests: &[(Column<i64>, i64, i64)], document: u32) -> bool {
    let rows: SmallVec<[Range<u32>; 8]> =
        tests.iter().map(|(column, ..)| column.index.value_row_ids(document)).collect();
    let Some(first) = rows.first() else { return true };
    // Columns filled in step have the same places; one that has fewer has none beyond.
    (0..first.len() as u32).any(|place| {
        tests.iter().zip(&rows).all(|((column, low, high), rows)| {
            let row = rows.start + place;
            row < rows.end && (*low..=*high).contains(&column.values.get_val(row))
        })
    })
}
