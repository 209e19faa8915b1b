//! Dates and times as FHIR writes them, and the stretch of time that each stands for.
//!
//! A stretch is counted in microseconds since 1970-01-01T00:00:00Z, both ends included: `2020-02` ends with the last
//! microsecond of February. Digits beyond microseconds are dropped. Years go from 1 to 9999 in the Gregorian calendar,
//! also before it was introduced.

mod calendar;
mod interval;
mod text;

pub use interval::Interval;

use calendar::{days_of, month_length};
use text::Reader;

/// Microseconds in a day.
const DAY: i64 = 86_400 * SECOND;
const SECOND: i64 = 1_000_000;

/// A date, perhaps with a time of day: to the year, the month, the day, the minute, the second, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// The first microsecond, counted as if it was written in UTC.
    local: i64,
    precision: Precision,
    offset: Option<ZoneOffset>,
}

/// How exact a date and time is. The finer is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `2020`
    Year,
    /// `2020-02`
    Month,
    /// `2020-02-29`
    Day,
    /// `2020-02-29T12:30`
    Minute,
    /// `2020-02-29T12:30:59`
    Second,
    /// `2020-02-29T12:30:59.25`, with so many digits: at least 1.
    Fraction(u8),
}

/// How far local time is ahead of UTC: at most 14 hours to either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneOffset {
    minutes: i16,
}

/// Why a text is not a date, time or instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Not of the form that FHIR gives dates and times.
    #[error("not a date or time")]
    Malformed,
    /// The form is right, but there is no such month, day, hour, minute, second or zone.
    #[error("no such date or time")]
    Impossible,
}

impl ZoneOffset {
    /// Greenwich.
    pub const UTC: Self = Self { minutes: 0 };
    const MINUTES_MAX: i16 = 14 * 60;

    /// Local time that is so many minutes ahead of UTC; `None` beyond 14 hours.
    pub fn of_minutes(minutes: i16) -> Option<Self> {
        (minutes.abs() <= Self::MINUTES_MAX).then_some(Self { minutes })
    }

    /// Reads `Z`, `+hh:mm` or `-hh:mm`.
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let mut reader = Reader::new(text);
        let offset = reader.offset()?.ok_or(DateFault::Malformed)?;
        reader.finish()?;
        Ok(offset)
    }

    /// Minutes ahead of UTC.
    pub fn minutes(self) -> i16 {
        self.minutes
    }

    fn micros(self) -> i64 {
        i64::from(self.minutes) * 60 * SECOND
    }
}

impl DateTime {
    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or the latter with a time: `Thh:mm`, perhaps with seconds, perhaps with a
    /// fraction of them, perhaps with a zone.
    ///
    /// That is what a search may ask for. A resource must be more exact where it gives a time: see
    /// [`Primitive`](crate::Primitive). The second 60 is the first of the next minute.
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let mut reader = Reader::new(text);
        let year = reader.number(4)?;
        let (mut month, mut day, mut precision) = (1, 1, Precision::Year);
        if reader.skip(b'-') {
            (month, precision) = (reader.number(2)?, Precision::Month);
            if reader.skip(b'-') {
                (day, precision) = (reader.number(2)?, Precision::Day);
            }
        }
        let mut local = day_start(year, month, day)?;
        let mut offset = None;
        if precision == Precision::Day && reader.skip(b'T') {
            let time = reader.time()?;
            local += time.micros;
            precision = time.precision;
            offset = reader.offset()?;
        }
        reader.finish()?;
        Ok(Self { local, precision, offset })
    }

    /// How exact it is.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// The zone that was written; `None` where none was.
    pub fn offset(self) -> Option<ZoneOffset> {
        self.offset
    }

    /// The stretch of time that it stands for, in the zone given where none was written.
    pub fn interval(self, default: ZoneOffset) -> Interval {
        let shift = self.offset.unwrap_or(default).micros();
        let Interval { low, high } = self.on_the_clock();
        Interval { low: low - shift, high: high - shift }
    }

    /// The same as a clock on its wall shows it: both ends counted as if they were written in UTC, whatever the zone.
    pub fn on_the_clock(self) -> Interval {
        Interval { low: self.local, high: self.local + self.width() - 1 }
    }

    fn width(self) -> i64 {
        let (year, month, _) = calendar::date_of(self.local.div_euclid(DAY));
        match self.precision {
            Precision::Year => (days_of(year + 1, 1, 1) - days_of(year, 1, 1)) * DAY,
            Precision::Month => i64::from(month_length(year, month)) * DAY,
            Precision::Day => DAY,
            Precision::Minute => 60 * SECOND,
            Precision::Second => SECOND,
            Precision::Fraction(digits) => SECOND / 10_i64.pow(u32::from(digits).min(6)),
        }
    }
}

/// The microsecond at which a day begins, if there is such a day.
fn day_start(year: u32, month: u32, day: u32) -> Result<i64, DateFault> {
    let (year, month, day) = (i64::from(year), month as u8, day as u8);
    let exists = year > 0 && (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
    if exists { Ok(days_of(year, month, day) * DAY) } else { Err(DateFault::Impossible) }
}

/// Checks a time of day: `hh:mm:ss`, perhaps with a fraction of the second, and no zone.
pub(crate) fn check_time(text: &str) -> Result<(), DateFault> {
    let mut reader = Reader::new(text);
    let time = reader.time()?;
    reader.finish()?;
    if time.precision >= Precision::Second { Ok(()) } else { Err(DateFault::Malformed) }
}

/// Writes a moment, in microseconds since 1970 began, as a FHIR instant in UTC, with three digits after the second or,
/// where they don't tell all, six. `None` outside the years 1 to 9999.
pub fn instant_text(micros: i64) -> Option<String> {
    let (year, month, day) = calendar::date_of(micros.div_euclid(DAY));
    let in_day = micros.rem_euclid(DAY);
    let (seconds, fraction) = (in_day / SECOND, in_day % SECOND);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let to_the_second = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    (1..=9_999).contains(&year).then(|| match fraction % 1_000 {
        0 => format!("{to_the_second}.{:03}Z", fraction / 1_000),
        _ => format!("{to_the_second}.{fraction:06}Z"),
    })
}

/// Reads a moment, written to the second or finer and with a zone, in microseconds since 1970 began.
pub fn instant_micros(text: &str) -> Result<i64, DateFault> {
    let read = DateTime::parse(text)?;
    if read.precision < Precision::Second || read.offset.is_none() {
        return Err(DateFault::Malformed);
    }
    Ok(read.interval(ZoneOffset::UTC).low)
}

#[cfg(test)]
mod tests;
