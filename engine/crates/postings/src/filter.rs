//! Tests on blocks of candidate documents, against columns.

use std::cell::OnceCell;
use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;
use tantivy::columnar::{Cardinality, Column, ColumnValues};
use tantivy::query::Scorer;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocSet};

use crate::circle::Circle;
use crate::document::ColumnName;
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
    /// For values at one place all tests of one of the ways hold.
    Ways(Ways),
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
            Self::Ways(ways) => ways.retain(block),
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

/// Ways to hold: of each its tests, that a value of a column lies from one number to another, both included.
#[derive(Default)]
pub(crate) struct Ways {
    names: Vec<ColumnName>,
    columns: Vec<Column<i64>>,
    /// A test's column by its place.
    pub ways: Vec<Vec<(usize, i64, i64)>>,
}

impl Ways {
    /// The place of a column, each once.
    pub(crate) fn place(&mut self, name: &ColumnName, column: Column<i64>) -> usize {
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
                let (place, low, high) = way[0];
                self.columns.into_iter().nth(place).map(|column| Filter::Range(column, low, high))
            }
            _ => Some(Filter::Ways(self)),
        }
    }

    fn retain(&self, block: &mut Block) {
        let has_several = |column: &Column<i64>| column.get_cardinality() == Cardinality::Multivalued;
        if self.columns.iter().any(has_several) {
            block.retain(|_, document| self.holds(document));
            return;
        }
        // Without a second value there are no places to tell apart: a column is read a block at once.
        let mut read: SmallVec<[[Option<i64>; COLLECT_BLOCK_BUFFER_LEN]; 2]> = SmallVec::new();
        for column in &self.columns {
            let mut values = [None; COLLECT_BLOCK_BUFFER_LEN];
            column.first_vals(block.as_slice(), &mut values[..block.len]);
            read.push(values);
        }
        block.retain(|at, _| self.one_holds(|column| read[column][at]));
    }

    /// Whether a way holds for values at the same place of a document's columns. Columns filled in step have the same places; one
    /// that has fewer has none beyond. Most ways fail at their first tests: what these do not ask for is not read.
    fn holds(&self, document: u32) -> bool {
        let rows: SmallVec<[OnceCell<Range<u32>>; 8]> =
            self.columns.iter().map(|_| OnceCell::new()).collect();
        let rows_of =
            |column: usize| rows[column].get_or_init(|| self.columns[column].index.value_row_ids(document));
        let firsts = self.ways.iter().filter_map(|way| way.first());
        let places = firsts.map(|&(column, ..)| rows_of(column).len()).max().unwrap_or(0);
        (0..places as u32).any(|place| {
            let read: SmallVec<[OnceCell<Option<i64>>; 8]> =
                self.columns.iter().map(|_| OnceCell::new()).collect();
            self.one_holds(|column| {
                *read[column].get_or_init(|| {
                    let rows = rows_of(column);
                    let row = rows.start + place;
                    (row < rows.end).then(|| self.columns[column].values.get_val(row))
                })
            })
        })
    }

    fn one_holds(&self, value: impl Fn(usize) -> Option<i64>) -> bool {
        self.ways.iter().any(|way| {
            way.iter()
                .all(|&(column, low, high)| value(column).is_some_and(|value| (low..=high).contains(&value)))
        })
    }
}
