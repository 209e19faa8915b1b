//! Dates and times as text, in literals, in documents and back.

use std::fmt;

use super::{Date, DateTime, Second, Temporal, Time, month_length};

impl Temporal {
    /// What stands behind the `@` of a literal.
    pub(crate) fn from_literal(text: &str) -> Option<Self> {
        if let Some(time) = text.strip_prefix('T') {
            return Time::parse(time).map(Self::Time);
        }
        match text.split_once('T') {
            None => Date::parse(text).map(Self::Date),
            Some((date, "")) => Date::parse(date).map(|date| Self::DateTime(date.into())),
            Some(_) => DateTime::parse(text).map(Self::DateTime),
        }
    }
}

impl Date {
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` for anything else, and for days that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader(text);
        let date = reader.date()?;
        reader.0.is_empty().then_some(date)
    }
}

impl Time {
    /// `hh`, `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff`, with any number of digits in the fraction.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader(text);
        let time = reader.time()?;
        reader.0.is_empty().then_some(time)
    }
}

impl DateTime {
    /// A date to any precision, or to the day with `T`, a time and perhaps an offset.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader(text);
        let date = reader.date()?;
        if reader.0.is_empty() {
            return Some(date.into());
        }
        date.day?;
        reader.eat('T')?;
        let time = reader.time()?;
        let offset_minutes = if reader.0.is_empty() { None } else { Some(reader.offset()?) };
        reader.0.is_empty().then_some(Self { date, time: Some(time), offset_minutes })
    }
}

/// The rest of the text.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn eat(&mut self, letter: char) -> Option<()> {
        self.0 = self.0.strip_prefix(letter)?;
        Some(())
    }

    fn number(&mut self, digits: usize, range: std::ops::RangeInclusive<u16>) -> Option<u16> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        number.parse().ok().filter(|number| range.contains(number))
    }

    fn two(&mut self, range: std::ops::RangeInclusive<u16>) -> Option<u8> {
        self.number(2, range).map(|number| number as u8)
    }

    fn date(&mut self) -> Option<Date> {
        let year = self.number(4, 1..=9999)?;
        if self.eat('-').is_none() {
            return Some(Date { year, month: None, day: None });
        }
        let month = self.two(1..=12)?;
        if self.eat('-').is_none() {
            return Some(Date { year, month: Some(month), day: None });
        }
        let day = self.two(1..=u16::from(month_length(i64::from(year), month)))?;
        Some(Date { year, month: Some(month), day: Some(day) })
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.two(0..=23)?;
        if self.eat(':').is_none() {
            return Some(Time { hour, minute: None, second: None });
        }
        let minute = self.two(0..=59)?;
        if self.eat(':').is_none() {
            return Some(Time { hour, minute: Some(minute), second: None });
        }
        let whole = self.two(0..=60)?;
        let (fraction, digits) = if self.eat('.').is_some() { self.fraction()? } else { (0, 0) };
        let nanos = u64::from(whole) * 1_000_000_000 + fraction;
        Some(Time { hour, minute: Some(minute), second: Some(Second { nanos, digits }) })
    }

    /// Nanoseconds, and the digits that say so.
    fn fraction(&mut self) -> Option<(u64, u8)> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return None;
        }
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        let kept = &digits[..length.min(9)];
        let nanos: u64 = kept.parse().ok()?;
        Some((nanos * 10_u64.pow(9 - kept.len() as u32), kept.len() as u8))
    }

    fn offset(&mut self) -> Option<i16> {
        if self.eat('Z').is_some() {
            return Some(0);
        }
        let sign = if self.eat('-').is_some() { -1 } else { self.eat('+').map(|()| 1)? };
        let hours = self.two(0..=14)?;
        self.eat(':')?;
        let minutes = self.two(0..=59)?;
        let offset = i16::from(hours) * 60 + i16::from(minutes);
        (offset <= 14 * 60).then_some(sign * offset)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.hour)?;
        if let Some(minute) = self.minute {
            write!(f, ":{minute:02}")?;
        }
        let Some(Second { nanos, digits }) = self.second else { return Ok(()) };
        write!(f, ":{:02}", nanos / 1_000_000_000)?;
        if digits > 0 {
            let fraction = nanos % 1_000_000_000 / 10_u64.pow(9 - u32::from(digits));
            write!(f, ".{fraction:0width$}", width = usize::from(digits))?;
        }
        Ok(())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date.fmt(f)?;
        if let Some(time) = self.time {
            write!(f, "T{time}")?;
        }
        match self.offset_minutes {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
            }
        }
    }
}

impl fmt::Display for Temporal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::DateTime(moment) => moment.fmt(f),
            Self::Time(time) => time.fmt(f),
        }
    }
}
