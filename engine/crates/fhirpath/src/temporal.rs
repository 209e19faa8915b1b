//! Dates, times and date-times that know how precise they are.

mod arithmetic;
mod compare;
mod text;

pub(crate) use arithmetic::{AddFault, Duration};
pub(crate) use compare::Comparison;

/// A date, to the year, the month or the day. Always a real one, from year 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to the month's length; never without a month.
    pub day: Option<u8>,
}

/// A time of day, to the hour, the minute or the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: Option<u8>,
    /// Never without a minute.
    pub second: Option<Second>,
}

/// A second with its fraction: one precision, as FHIRPath has it.
#[derive(Clone, Copy, Debug)]
pub struct Second {
    /// Nanoseconds since the minute began, 0 to 60,999,999,999: a leap second is allowed. Digits beyond are dropped.
    pub nanos: u64,
    /// Digits of the fraction as written, 0 to 9.
    pub digits: u8,
}

impl PartialEq for Second {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Second {}

/// A date with perhaps a time of day and an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// To the day where there is a time.
    pub date: Date,
    /// The time of day there.
    pub time: Option<Time>,
    /// Minutes east of UTC, -840 to 840; never without a time.
    pub offset_minutes: Option<i16>,
}

/// Any of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporal {
    /// A date.
    Date(Date),
    /// A date with perhaps a time.
    DateTime(DateTime),
    /// A time of day.
    Time(Time),
}

/// How much of a value is known. The finer is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Date {
    pub(crate) fn precision(self) -> Precision {
        match (self.month, self.day) {
            (_, Some(_)) => Precision::Day,
            (Some(_), None) => Precision::Month,
            (None, None) => Precision::Year,
        }
    }
}

impl Time {
    pub(crate) fn precision(self) -> Precision {
        match (self.minute, self.second) {
            (_, Some(_)) => Precision::Second,
            (Some(_), None) => Precision::Minute,
            (None, None) => Precision::Hour,
        }
    }
}

impl From<Date> for DateTime {
    /// The same date; the time stays unknown.
    fn from(date: Date) -> Self {
        Self { date, time: None, offset_minutes: None }
    }
}

/// Days since 1970-01-01 of a date in the Gregorian calendar.
pub(crate) fn days_of(year: i64, month: u8, day: u8) -> i64 {
    // Years from March, so that the leap day comes last.
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_of`].
pub(crate) fn date_of(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u8;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

pub(crate) fn month_length(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
