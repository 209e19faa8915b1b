//! The values of a column, unpacked: what a document has is read by its place, without a walk through packed blocks.

mod scale;
#[cfg(test)]
mod tests;

use std::ops::Range;

use tantivy::columnar::{Column, ColumnIndex};

use crate::error::{Error, Result};
use crate::ranks::Ranks;
use crate::values::scale::{Scale, each_chunk};

/// All values of a column of one segment.
pub(crate) struct Values {
    documents: Rows,
    codes: Codes,
    scale: Scale,
}

/// In which rows a document's values are.
enum Rows {
    /// Each document has one: its own number.
    Every,
    /// A document has one or none.
    Some(Ranks),
    /// A document has those from one start to the next, by its number among those with values.
    Several(Ranks, Box<[u32]>),
}

/// The code of each row, as narrow as they can be. Codes are in the order of their values.
enum Codes {
    Short(Box<[u16]>),
    Narrow(Box<[u32]>),
    Wide(Box<[u64]>),
}

/// Codes from one to another, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    low: u64,
    high: u64,
}

impl Values {
    /// Unpacks a column of so many documents.
    pub fn unpack(column: &Column<i64>, documents: u32) -> Result<Self> {
        let scale = Scale::of(column);
        let codes = match scale.greatest() {
            most if most <= u64::from(u16::MAX) => Codes::Short(coded(column, &scale, |code| code as u16)),
            most if most <= u64::from(u32::MAX) => Codes::Narrow(coded(column, &scale, |code| code as u32)),
            _ => Codes::Wide(coded(column, &scale, |code| code)),
        };
        let documents = Rows::of(&column.index, documents, column.values.num_vals())?;
        Ok(Self { documents, codes, scale })
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> u64 {
        let rows = match &self.documents {
            Rows::Every => 0,
            Rows::Some(ranks) => ranks.bytes(),
            Rows::Several(ranks, starts) => ranks.bytes() + size_of_val(&**starts) as u64,
        };
        let codes = match &self.codes {
            Codes::Short(codes) => size_of_val(&**codes),
            Codes::Narrow(codes) => size_of_val(&**codes),
            Codes::Wide(codes) => size_of_val(&**codes),
        };
        rows + codes as u64 + self.scale.bytes()
    }

    /// The rows of a document's values.
    #[inline]
    pub fn rows(&self, document: u32) -> Range<u32> {
        match &self.documents {
            Rows::Every => document..document + 1,
            Rows::Some(ranks) => ranks.rank(document).map_or(0..0, |rank| rank..rank + 1),
            Rows::Several(ranks, starts) => match ranks.rank(document) {
                Some(rank) => starts[rank as usize]..starts[rank as usize + 1],
                None => 0..0,
            },
        }
    }

    /// Whether a document may have more than one value.
    pub fn has_several(&self) -> bool {
        matches!(self.documents, Rows::Several(..))
    }

    /// The value of a row.
    #[inline]
    fn at(&self, row: u32) -> i64 {
        self.scale.value(self.code(row))
    }

    #[inline]
    fn code(&self, row: u32) -> u64 {
        match &self.codes {
            Codes::Short(codes) => u64::from(codes[row as usize]),
            Codes::Narrow(codes) => u64::from(codes[row as usize]),
            Codes::Wide(codes) => codes[row as usize],
        }
    }

    /// Whether the value of a row lies in a span.
    #[inline]
    pub fn is_within(&self, row: u32, span: Span) -> bool {
        (span.low..=span.high).contains(&self.code(row))
    }

    /// A document's first value.
    #[inline]
    pub fn first(&self, document: u32) -> Option<i64> {
        self.of(document).next()
    }

    /// A document's values, in their order.
    #[inline]
    pub fn of(&self, document: u32) -> impl DoubleEndedIterator<Item = i64> {
        self.rows(document).map(|row| self.at(row))
    }

    /// The values in `low..=high`. `None`: there is none.
    pub fn span(&self, low: i64, high: i64) -> Option<Span> {
        self.scale.span(low, high)
    }

    /// Which of these documents, the asked ones of a block by their places, have a value in the span.
    pub fn between(&self, documents: &[u32], asked: u64, Span { low, high }: Span) -> u64 {
        let span = low..=high;
        match &self.codes {
            Codes::Short(codes) => {
                self.held(documents, asked, |row| span.contains(&u64::from(codes[row as usize])))
            }
            Codes::Narrow(codes) => {
                self.held(documents, asked, |row| span.contains(&u64::from(codes[row as usize])))
            }
            Codes::Wide(codes) => self.held(documents, asked, |row| span.contains(&codes[row as usize])),
        }
    }

    fn held(&self, documents: &[u32], asked: u64, is_within: impl Fn(u32) -> bool) -> u64 {
        match &self.documents {
            Rows::Every => kept(documents, asked, is_within),
            Rows::Some(ranks) => {
                kept(documents, asked, |document| ranks.rank(document).is_some_and(&is_within))
            }
            Rows::Several(..) => kept(documents, asked, |document| self.rows(document).any(&is_within)),
        }
    }
}

/// Those of the asked places whose document passes.
fn kept(documents: &[u32], asked: u64, passes: impl Fn(u32) -> bool) -> u64 {
    let (mut left, mut kept) = (asked, 0);
    while left != 0 {
        let place = left.trailing_zeros();
        kept |= u64::from(passes(documents[place as usize])) << place;
        left &= left - 1;
    }
    kept
}

impl Rows {
    fn of(index: &ColumnIndex, documents: u32, values: u32) -> Result<Self> {
        let rows = match index {
            ColumnIndex::Full => Self::Every,
            ColumnIndex::Empty { .. } => Self::Some(Ranks::of(documents, std::iter::empty())),
            ColumnIndex::Optional(having) => Self::Some(Ranks::of(documents, having.iter_non_null_docs())),
            ColumnIndex::Multivalued(_) => {
                let ranges = || (0..documents).map(|document| (document, index.value_row_ids(document)));
                let having = || ranges().filter(|(_, rows)| !rows.is_empty());
                let starts = having().map(|(_, rows)| rows.start).chain([values]).collect();
                Self::Several(Ranks::of(documents, having().map(|(document, _)| document)), starts)
            }
        };
        let is_whole = match &rows {
            Self::Every => values == documents,
            Self::Some(ranks) => ranks.count() == values,
            Self::Several(_, starts) => starts.is_sorted(),
        };
        if is_whole { Ok(rows) } else { Err(Error::Damaged("a column whose values are not its documents'")) }
    }
}

fn coded<C>(column: &Column<i64>, scale: &Scale, narrowed: impl Fn(u64) -> C) -> Box<[C]> {
    let mut codes = Vec::with_capacity(column.values.num_vals() as usize);
    each_chunk(column, |chunk| codes.extend(chunk.iter().map(|&value| narrowed(scale.code(value)))));
    codes.into_boxed_slice()
}
