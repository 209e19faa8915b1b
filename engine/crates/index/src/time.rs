//! Stretches of time: from the texts of a resource, and the units of the calendar that hold them.

use fornax_model::DateTime;
use fornax_model::date::{self, Interval};
use fornax_query::{DateValue, Prefix};

use crate::zone::TimeZone;

/// Microseconds of a day on which no clock is changed.
pub(crate) const DAY: i64 = 86_400_000_000;

/// The stretch that a date or time in a resource stands for; `None` where it is none.
pub(crate) fn interval(text: &str, zone: &TimeZone) -> Option<Interval> {
    Some(zone.interval(DateTime::parse(text).ok()?))
}

/// The stretch that is searched for: as long as the date says, and about it, a tenth of its distance from now longer to both
/// sides.
pub(crate) fn searched(value: &DateValue, now_us: i64, zone: &TimeZone) -> Interval {
    let Interval { low, high } = zone.interval(value.date);
    let slack = match value.prefix {
        Prefix::Ap => now_us.saturating_sub(low).saturating_abs() / 10,
        _ => 0,
    };
    Interval { low: low.saturating_sub(slack), high: high.saturating_add(slack) }
}

/// The smallest stretch that holds both.
pub(crate) fn hull(one: Interval, other: Interval) -> Interval {
    Interval { low: one.low.min(other.low), high: one.high.max(other.high) }
}

/// A year, month or day of a zone's calendar, as FHIR writes it.
pub(crate) struct CalendarUnit {
    text: String,
}

impl CalendarUnit {
    /// The shortest unit that holds all of a stretch; `None` where no year does.
    pub fn around(interval: Interval, zone: &TimeZone) -> Option<Self> {
        let (first, last) = (zone.day_of(interval.low), zone.day_of(interval.high));
        let mut text = day_text(first)?;
        if first != last {
            let high = day_text(last)?;
            let mut lengths = ["YYYY-MM", "YYYY"].map(str::len).into_iter();
            let length = lengths.find(|&length| text[..length] == high[..length])?;
            text.truncate(length);
        }
        Some(Self { text })
    }

    /// As FHIR writes it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the unit is exactly that stretch.
    pub fn is(&self, stretch: Interval, zone: &TimeZone) -> bool {
        interval(&self.text, zone) == Some(stretch)
    }

    /// The unit with the longer ones around it, shortest first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        ["YYYY-MM-DD", "YYYY-MM", "YYYY"]
            .map(str::len)
            .into_iter()
            .filter_map(|length| self.text.get(..length))
    }
}

/// A day, counted from 1970-01-01, as FHIR writes it; `None` outside the years 1 to 9999.
fn day_text(day: i64) -> Option<String> {
    let mut text = date::instant_text(day.saturating_mul(DAY))?;
    text.truncate("YYYY-MM-DD".len());
    Some(text)
}
