//! Numbers as stretches of the number line, and how a stretch compares.

use fornax_model::Decimal;
use fornax_query::{NumberValue, Prefix};

/// An end of a stretch of numbers. Ordered as on the number line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bound {
    /// Below every number.
    NegativeInfinity,
    /// At a number or right beside it.
    At(Decimal, Side),
    /// Above every number.
    PositiveInfinity,
}

/// Where an end lies, seen from a number: all numbers of that side that are not the number itself are beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Below the number, above all that are less.
    Before,
    /// The number itself.
    On,
    /// Above the number, below all that are greater.
    After,
}

/// Numbers from one end to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub low: Bound,
    pub high: Bound,
}

impl Bound {
    pub fn on(number: Decimal) -> Self {
        Self::At(number, Side::On)
    }
}

impl Stretch {
    /// One number.
    pub fn point(number: Decimal) -> Self {
        Self { low: Bound::on(number), high: Bound::on(number) }
    }

    /// The number, when it is only one.
    pub fn as_point(&self) -> Option<Decimal> {
        match self.low {
            Bound::At(number, Side::On) if self.low == self.high => Some(number),
            _ => None,
        }
    }

    /// What a number stands for whose quantity has a comparator, as the resource writes it; `None` for an unknown one.
    pub fn compared(number: Decimal, comparator: &str) -> Option<Self> {
        let (low, high) = match comparator {
            "<" => (Bound::NegativeInfinity, Bound::At(number, Side::Before)),
            "<=" => (Bound::NegativeInfinity, Bound::on(number)),
            ">=" => (Bound::on(number), Bound::PositiveInfinity),
            ">" => (Bound::At(number, Side::After), Bound::PositiveInfinity),
            _ => return None,
        };
        Some(Self { low, high })
    }

    /// From one number to another, of which either may be open; `None` where the second is less.
    pub fn spanning(low: Option<Decimal>, high: Option<Decimal>) -> Option<Self> {
        let low = low.map_or(Bound::NegativeInfinity, Bound::on);
        let high = high.map_or(Bound::PositiveInfinity, Bound::on);
        (low <= high).then_some(Self { low, high })
    }

    /// What a search for a number means: for equality all that round to it, the upper end excluded; about it, a tenth to both
    /// sides; in comparisons the number itself, however it is written (R4 search, section "number").
    pub fn searched(value: &NumberValue) -> Self {
        match value.prefix {
            Prefix::Eq | Prefix::Ne => {
                let range = value.number.implied_range();
                Self { low: Bound::on(range.low), high: Bound::At(range.high, Side::Before) }
            }
            Prefix::Ap => {
                let range = value.number.approximate_range();
                Self { low: Bound::on(range.low), high: Bound::on(range.high) }
            }
            Prefix::Gt
            | Prefix::Lt
            | Prefix::Ge
            | Prefix::Le
            | Prefix::Sa
            | Prefix::Eb
            | Prefix::Po
            | Prefix::Co => Self::point(value.number),
        }
    }
}
