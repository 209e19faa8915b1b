//! Order of values that may differ in precision.

use std::cmp::Ordering;

use super::{Date, DateTime, Time, date_of, days_of};

/// What comparing two partial values says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Known(Ordering),
    /// Equal as far as both are known, and one is known further; or one has an offset from UTC and the other has none.
    Unknown,
}

/// Compares component by component; the first difference decides.
fn by_component<const N: usize>(left: [Option<u64>; N], right: [Option<u64>; N]) -> Comparison {
    for pair in left.into_iter().zip(right) {
        match pair {
            (Some(left), Some(right)) if left != right => return Comparison::Known(left.cmp(&right)),
            (Some(_), Some(_)) => {}
            (None, None) => break,
            _ => return Comparison::Unknown,
        }
    }
    Comparison::Known(Ordering::Equal)
}

impl Date {
    fn components(self) -> [Option<u64>; 3] {
        [Some(u64::from(self.year)), self.month.map(u64::from), self.day.map(u64::from)]
    }

    pub(crate) fn compare(self, other: Self) -> Comparison {
        by_component(self.components(), other.components())
    }
}

impl Time {
    fn components(self) -> [Option<u64>; 3] {
        [Some(u64::from(self.hour)), self.minute.map(u64::from), self.second.map(|second| second.nanos)]
    }

    pub(crate) fn compare(self, other: Self) -> Comparison {
        by_component(self.components(), other.components())
    }
}

impl DateTime {
    /// `offset_minutes` is the one assumed for a time without; without that, such a time can't be compared with one
    /// that has an offset.
    pub(crate) fn compare(self, other: Self, offset_minutes: Option<i16>) -> Comparison {
        let (Some(_), Some(_)) = (self.time, other.time) else {
            return by_component(self.components(), other.components());
        };
        let offsets = match (self.offset_minutes, other.offset_minutes) {
            (None, None) => Some((0, 0)),
            (left, right) => left.or(offset_minutes).zip(right.or(offset_minutes)),
        };
        let Some((left, right)) = offsets else { return Comparison::Unknown };
        by_component(self.shifted(left).components(), other.shifted(right).components())
    }

    fn components(self) -> [Option<u64>; 6] {
        let [year, month, day] = self.date.components();
        let [hour, minute, second] = self.time.map_or([None; 3], Time::components);
        [year, month, day, hour, minute, second]
    }

    /// The same moment as a clock in UTC shows it. The precision stays.
    fn shifted(self, offset_minutes: i16) -> Self {
        let (Some(month), Some(day), Some(time)) = (self.date.month, self.date.day, self.time) else {
            return self;
        };
        let minutes =
            i64::from(time.hour) * 60 + i64::from(time.minute.unwrap_or(0)) - i64::from(offset_minutes);
        let days = days_of(i64::from(self.date.year), month, day) + minutes.div_euclid(24 * 60);
        let minutes = minutes.rem_euclid(24 * 60);
        let (year, month, day) = date_of(days);
        // The first hours of year 1 and the last of 9999 may lie outside in UTC; their order stays right.
        let date = Date { year: year.clamp(0, 10_000) as u16, month: Some(month), day: Some(day) };
        let minute = time.minute.map(|_| (minutes % 60) as u8);
        Self {
            date,
            time: Some(Time { hour: (minutes / 60) as u8, minute, ..time }),
            offset_minutes: Some(0),
        }
    }
}
