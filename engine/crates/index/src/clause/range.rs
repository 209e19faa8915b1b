//! Tests on ends as ranges of integers.

use fornax_postings::{Clause, ColumnName, Test};

use crate::prefix::Comparison;

/// Integers from one to another, both included; none where the second is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub low: i64,
    pub high: i64,
}

impl Range {
    const NONE: Self = Self { low: 0, high: -1 };

    pub fn of(comparison: Comparison, bound: i64) -> Self {
        match comparison {
            Comparison::AtLeast => Self { low: bound, high: i64::MAX },
            Comparison::Above => bound.checked_add(1).map_or(Self::NONE, |low| Self { low, high: i64::MAX }),
            Comparison::AtMost => Self { low: i64::MIN, high: bound },
            Comparison::Below => bound.checked_sub(1).map_or(Self::NONE, |high| Self { low: i64::MIN, high }),
        }
    }

    pub fn only(value: i64) -> Self {
        Self { low: value, high: value }
    }

    pub fn test(self, column: &ColumnName) -> Test {
        Test { column: column.clone(), low: self.low, high: self.high }
    }

    /// What lies in both.
    pub fn and(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }
}

/// Values of one column in any of the ranges; those that overlap or touch become one.
pub(super) fn one_column(column: &ColumnName, ranges: impl Iterator<Item = Range>) -> Clause {
    let mut ranges: Vec<Range> = ranges.filter(|range| range.low <= range.high).collect();
    ranges.sort_unstable_by_key(|range| range.low);
    let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.low <= last.high.saturating_add(1) => last.high = last.high.max(range.high),
            _ => merged.push(range),
        }
    }
    super::any(merged.into_iter().map(|range| Clause::Values(vec![range.test(column)])))
}
