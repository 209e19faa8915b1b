//! Adding and subtracting durations.

use super::{Date, DateTime, Precision, Time, date_of, days_of, month_length};
use crate::ast::CalendarUnit;

/// Why a duration was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddFault {
    /// The result lies outside the years 1 to 9999.
    Range,
    /// The unit does not go with the value: days to a time, hours to a date.
    Unit,
}

/// A whole number of one unit; milliseconds count down to the nanosecond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Duration {
    pub unit: CalendarUnit,
    /// In units, whole; for seconds and milliseconds, in nanoseconds.
    pub amount: i64,
}

const NANOS_A_DAY: i128 = 24 * 3_600 * 1_000_000_000;

impl Duration {
    /// In whole units of a coarser or equal precision, towards zero; as FHIRPath counts, a year has 365 days and a
    /// month 30.
    fn in_precision(self, precision: Precision) -> i64 {
        use CalendarUnit::*;
        let days = |days: i64| match precision {
            Precision::Year => days / 365,
            Precision::Month => days / 30,
            _ => days,
        };
        match self.unit {
            Year if precision == Precision::Month => self.amount.saturating_mul(12),
            Month if precision == Precision::Year => self.amount / 12,
            Year | Month => self.amount,
            Week => days(self.amount.saturating_mul(7)),
            Day => days(self.amount),
            Hour | Minute | Second | Millisecond => {
                let nanos = self.nanos();
                match precision {
                    Precision::Hour => (nanos / 3_600_000_000_000) as i64,
                    Precision::Minute => (nanos / 60_000_000_000) as i64,
                    _ => days((nanos / NANOS_A_DAY) as i64),
                }
            }
        }
    }

    /// Of a unit not longer than a week.
    fn nanos(self) -> i128 {
        let one = match self.unit {
            CalendarUnit::Week => 7 * NANOS_A_DAY,
            CalendarUnit::Day => NANOS_A_DAY,
            CalendarUnit::Hour => 3_600_000_000_000,
            CalendarUnit::Minute => 60_000_000_000,
            _ => 1,
        };
        i128::from(self.amount) * one
    }
}

impl Date {
    pub(crate) fn add(self, duration: Duration) -> Result<Self, AddFault> {
        if duration.unit > CalendarUnit::Day {
            return Err(AddFault::Unit);
        }
        self.advance(duration)
    }

    /// By any unit, counted in the precision of the date.
    fn advance(self, duration: Duration) -> Result<Self, AddFault> {
        let precision = self.precision();
        let (Some(month), Some(day)) = (self.month, self.day) else {
            let amount = duration.in_precision(precision);
            return match self.month {
                None => self.add_months(amount.saturating_mul(12)),
                Some(_) => self.add_months(amount),
            };
        };
        match duration.unit {
            CalendarUnit::Year => self.add_months(duration.amount.saturating_mul(12)),
            CalendarUnit::Month => self.add_months(duration.amount),
            _ => {
                let days = days_of(i64::from(self.year), month, day);
                let (year, month, day) =
                    date_of(bounded(days.saturating_add(duration.in_precision(precision)))?);
                Ok(Self { year: in_range(year)?, month: Some(month), day: Some(day) })
            }
        }
    }

    /// A day that the month does not have becomes its last one.
    fn add_months(self, months: i64) -> Result<Self, AddFault> {
        let before = i64::from(self.year) * 12 + i64::from(self.month.unwrap_or(1)) - 1;
        let after = before.saturating_add(months);
        let (year, month) = (after.div_euclid(12), (after.rem_euclid(12) + 1) as u8);
        let day = self.day.map(|day| day.min(month_length(year, month)));
        Ok(Self { year: in_range(year)?, month: self.month.map(|_| month), day })
    }
}

/// Days that [`date_of`] can take without overflow, and far beyond the years that there are.
fn bounded(days: i64) -> Result<i64, AddFault> {
    if days.unsigned_abs() < 1 << 40 { Ok(days) } else { Err(AddFault::Range) }
}

fn in_range(year: i64) -> Result<u16, AddFault> {
    u16::try_from(year).ok().filter(|year| (1..=9999).contains(year)).ok_or(AddFault::Range)
}

impl Time {
    /// Goes round at midnight.
    pub(crate) fn add(self, duration: Duration) -> Result<Self, AddFault> {
        if duration.unit < CalendarUnit::Hour {
            return Err(AddFault::Unit);
        }
        Ok(self.advance(duration).0)
    }

    /// The time, and the days that it went over.
    fn advance(self, duration: Duration) -> (Self, i64) {
        let step: i128 = match self.precision() {
            Precision::Hour => i128::from(duration.in_precision(Precision::Hour)) * 3_600_000_000_000,
            Precision::Minute => i128::from(duration.in_precision(Precision::Minute)) * 60_000_000_000,
            _ => duration.nanos(),
        };
        let second = self.second.map_or(0, |second| second.nanos);
        let minutes = i128::from(self.hour) * 60 + i128::from(self.minute.unwrap_or(0));
        let total = minutes * 60_000_000_000 + i128::from(second) + step;
        let rest = total.rem_euclid(NANOS_A_DAY);
        let minutes = rest / 60_000_000_000;
        let time = Self {
            hour: (minutes / 60) as u8,
            minute: self.minute.map(|_| (minutes % 60) as u8),
            second: self.second.map(|second| second.at((rest % 60_000_000_000) as u64)),
        };
        (time, total.div_euclid(NANOS_A_DAY) as i64)
    }
}

impl super::Second {
    /// With as many digits as before, or as the new value needs.
    fn at(self, nanos: u64) -> Self {
        let needed = (0..=9).find(|digits| nanos.is_multiple_of(10_u64.pow(9 - digits))).unwrap_or(9) as u8;
        Self { nanos, digits: self.digits.max(needed) }
    }
}

impl DateTime {
    pub(crate) fn add(self, duration: Duration) -> Result<Self, AddFault> {
        let Some(time) = self.time.filter(|_| duration.unit > CalendarUnit::Day) else {
            return Ok(Self { date: self.date.advance(duration)?, ..self });
        };
        let (time, days) = time.advance(duration);
        let date = self.date.advance(Duration { unit: CalendarUnit::Day, amount: days })?;
        Ok(Self { date, time: Some(time), ..self })
    }
}
