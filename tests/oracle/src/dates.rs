//! Dates as intervals of time (search.html#date). What has no time zone is taken to be in UTC.

/// Microseconds since 1970, from `low` up to but without `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Where it begins; the least number there is: nowhere.
    pub low: i64,
    /// Where it has ended; the greatest number there is: never.
    pub high: i64,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Interval {
    /// All of time.
    pub const ALWAYS: Self = Self { low: i64::MIN, high: i64::MAX };

    /// A date of any precision: `2020`, `2020-02`, `2020-02-29`, `2020-02-29T23:30[:00[.123]][Z]`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('T') {
            Some((date, time)) => {
                let midnight = day(date)?;
                let (time, offset) = split_offset(time)?;
                let (start, width) = time_of_day(time)?;
                let low = midnight + start - offset;
                Some(Self { low, high: low + width })
            }
            None => whole_days(text),
        }
    }

    /// A millisecond since 1970.
    pub fn millisecond(at: i64) -> Self {
        Self { low: at * 1_000, high: (at + 1) * 1_000 }
    }

    /// The same, longer by so much on both sides.
    #[must_use]
    pub fn widened(self, by: i64) -> Self {
        Self { low: self.low.saturating_sub(by), high: self.high.saturating_add(by) }
    }
}

fn number(text: &str, length: usize) -> Option<i64> {
    let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn whole_days(text: &str) -> Option<Interval> {
    let parts: Vec<&str> = text.split('-').collect();
    let (low, high) = match parts[..] {
        [year] => {
            let year = number(year, 4)?;
            (midnight(year, 1, 1), midnight(year + 1, 1, 1))
        }
        [year, month] => {
            let (year, month) = (number(year, 4)?, number(month, 2)?);
            if !(1..=12).contains(&month) {
                return None;
            }
            let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            (midnight(year, month, 1), midnight(next.0, next.1, 1))
        }
        _ => {
            let low = day(text)?;
            (low, low + DAY)
        }
    };
    Some(Interval { low, high })
}

/// The midnight that a day begins with.
fn day(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then(|| midnight(year, month, day))
}

/// Days are counted as if the year began in March, so that the leap day is its last.
fn midnight(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    // 1970-01-01 is day 719,468 of that count.
    (days - 719_468) * DAY
}

/// A time without its offset from UTC, and the offset.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (time, offset) = time.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let seconds = (number(hours, 2)? * 60 + number(minutes, 2)?) * 60;
    Some((time, if offset.starts_with('-') { -seconds } else { seconds } * SECOND))
}

/// From midnight, and how long it lasts: what is not written is meant whole.
fn time_of_day(time: &str) -> Option<(i64, i64)> {
    let parts: Vec<&str> = time.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, None),
        [hours, minutes, seconds] => (hours, minutes, Some(seconds)),
        _ => return None,
    };
    let start = (number(hours, 2)? * 60 + number(minutes, 2)?) * 60 * SECOND;
    let Some(seconds) = seconds else { return Some((start, 60 * SECOND)) };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let mut start = start + number(whole, 2)? * SECOND;
    let mut width = SECOND;
    for digit in fraction.bytes() {
        width /= 10;
        start += i64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?) * width;
    }
    Some((start, width))
}

/// Milliseconds since 1970 as `2020-02-29T23:30:00.000Z`.
pub fn instant_text(at: i64) -> String {
    let (days, rest) = (at.div_euclid(86_400_000), at.rem_euclid(86_400_000));
    // Years are counted from a March; see the days of a date.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!(
        "{year:04}-{month:02}-{day_of_month:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z",
        rest % 1_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_last_as_long_as_they_are_precise() {
        let rows = [
            ("1970", 0, 365 * DAY),
            ("1970-02", 31 * DAY, 59 * DAY),
            ("2000-02-29", 951_782_400 * SECOND, 951_868_800 * SECOND),
            ("1969-12-31T23:59", -60 * SECOND, 0),
            ("1970-01-01T01:00:00+01:00", 0, SECOND),
            ("1970-01-01T00:00:00.5Z", 500_000, 600_000),
        ];
        for (text, low, high) in rows {
            assert_eq!(Interval::parse(text), Some(Interval { low, high }), "{text}");
        }
        for wrong in ["", "70", "1970-13", "2019-02-29", "1970-01-01T01", "1970-01-01T", "1970-1"] {
            assert_eq!(Interval::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_written() {
        assert_eq!(instant_text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(instant_text(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(instant_text(951_782_400_001), "2000-02-29T00:00:00.001Z");
        assert_eq!(instant_text(1_795_657_361_314), "2026-11-26T01:42:41.314Z");
    }
}
