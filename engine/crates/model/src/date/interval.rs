//! Stretches of time.

use super::{DateFault, DateTime, ZoneOffset};

/// A stretch of time in microseconds since 1970-01-01T00:00:00Z, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first microsecond; [`i64::MIN`] of a period without start.
    pub low: i64,
    /// The last microsecond, not before the first; [`i64::MAX`] of a period without end.
    pub high: i64,
}

impl Interval {
    /// The stretch that a date and time stands for, in UTC where it names no zone: see [`DateTime::parse`].
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        DateTime::parse(text).map(|date| date.interval(ZoneOffset::UTC))
    }

    /// From the start of one stretch to the end of another, of which either may be open. `None` where the end is before
    /// the start.
    pub fn spanning(start: Option<Self>, end: Option<Self>) -> Option<Self> {
        let low = start.map_or(i64::MIN, |start| start.low);
        let high = end.map_or(i64::MAX, |end| end.high);
        (low <= high).then_some(Self { low, high })
    }
}
