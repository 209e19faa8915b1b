//! Days and moments, and how FHIR writes them.

use std::fmt;
use std::str::FromStr;

use crate::PopulationError;

const DAY_S: i64 = 86_400;
/// Days of a year, on the average.
pub const YEAR_DAYS: f64 = 365.25;

/// A day of the Gregorian calendar, as the number of days since 1970-01-01. Read and written as `2026-01-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

/// A moment by the clocks where the patient lives, in seconds since midnight of 1970-01-01 there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

/// Clocks of a place: hours from UTC in winter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Hours from UTC in winter; in summer one more.
    pub winter_h: i64,
}

impl Day {
    /// The day that is so much later.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// So many minutes after its midnight.
    pub fn at_minute(self, minutes: i64) -> Moment {
        Moment(self.0 * DAY_S + minutes * 60)
    }

    /// Year, month and day of the proleptic Gregorian calendar. Years are counted from March here, so that a leap day is the
    /// last of its year; 400 of them always have 146,097 days.
    pub fn civil(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        (era * 400 + year + i64::from(month <= 2), month, day)
    }

    /// The day of a year, a month from 1 and a day from 1.
    fn of_civil(year: i64, month: i64, day: i64) -> Self {
        let year = year - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let from_march = (month + 9) % 12;
        let of_year = (153 * from_march + 2) / 5 + day - 1;
        Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// Appends `2019-05-07`.
    pub fn write(self, text: &mut String) {
        let (year, month, day) = self.civil();
        write_pair(text, year / 100);
        write_pair(text, year % 100);
        text.push('-');
        write_pair(text, month);
        text.push('-');
        write_pair(text, day);
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(10);
        self.write(&mut text);
        out.write_str(&text)
    }
}

impl FromStr for Day {
    type Err = PopulationError;

    fn from_str(text: &str) -> Result<Self, PopulationError> {
        let wrong = || PopulationError::Day(text.to_owned());
        let part = |part: &str| part.parse::<i64>().map_err(|_| wrong());
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return Err(wrong()) };
        let day = Self::of_civil(part(year)?, part(month)?, part(day)?);
        // What is no day, such as the 30th of February, comes back as another one.
        if day.to_string() == text { Ok(day) } else { Err(wrong()) }
    }
}

impl Moment {
    /// The moment that is so much later.
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60)
    }

    /// Its day.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_S))
    }

    /// Days from another moment to this one, with their fraction.
    pub fn days_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / DAY_S as f64
    }

    /// Years from another moment to this one, with their fraction.
    pub fn years_since(self, earlier: Self) -> f64 {
        self.days_since(earlier) / YEAR_DAYS
    }

    /// Appends `2019-05-07T12:34:56-04:00`, with three digits of a second if there are any.
    pub fn write(self, text: &mut String, zone: Zone, milliseconds: Option<u16>) {
        let day = self.day();
        let of_day = self.0.rem_euclid(DAY_S);
        day.write(text);
        text.push('T');
        write_pair(text, of_day / 3600);
        text.push(':');
        write_pair(text, of_day / 60 % 60);
        text.push(':');
        write_pair(text, of_day % 60);
        if let Some(milliseconds) = milliseconds {
            text.push('.');
            text.push(char::from(b'0' + (milliseconds / 100 % 10) as u8));
            write_pair(text, i64::from(milliseconds % 100));
        }
        let hours = zone.winter_h + i64::from((4..=10).contains(&day.civil().1));
        text.push(if hours < 0 { '-' } else { '+' });
        write_pair(text, hours.abs());
        text.push_str(":00");
    }
}

fn write_pair(text: &mut String, number: i64) {
    text.push(char::from(b'0' + (number / 10) as u8));
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00-05:00"),
            (951_782_400, "2000-02-29T00:00:00-05:00"),
            (951_868_799, "2000-02-29T23:59:59-05:00"),
            (962_447_696, "2000-07-01T10:34:56-04:00"),
            (4_107_542_400, "2100-03-01T00:00:00-05:00"),
            (-1, "1969-12-31T23:59:59-05:00"),
            (-2_203_891_200, "1900-03-01T00:00:00-05:00"),
        ] {
            let mut text = String::new();
            Moment(seconds).write(&mut text, Zone { winter_h: -5 }, None);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn days_are_read() {
        for text in ["1970-01-01", "2000-02-29", "1899-12-31", "2026-01-01"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        for text in ["", "2001-02-29", "2001-13-01", "2001-1-1", "01.01.2001", "2001-01-01T00", "-1-01-01"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
