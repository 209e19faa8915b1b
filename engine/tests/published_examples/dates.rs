//! Stretches of time, in microseconds.

/// From its first microsecond to the one after its last; `None` where it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: Option<i64>,
    pub until: Option<i64>,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Stretch {
    /// What a date, dateTime or instant stands for. Without a zone it is UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut fields = date.split('-').map(str::parse::<i64>);
        let year = fields.next()?.ok()?;
        let month = fields.next().transpose().ok()?;
        let day = fields.next().transpose().ok()?;
        let (from, until) = match (month, day) {
            (None, _) => (days(year, 1, 1), days(year + 1, 1, 1)),
            (Some(month), None) => (days(year, month, 1), days(year + month / 12, month % 12 + 1, 1)),
            (Some(month), Some(day)) => (days(year, month, day), days(year, month, day) + 1),
        };
        match time {
            None => Some(Self { from: Some(from * DAY), until: Some(until * DAY) }),
            Some(time) => {
                let (within, length) = parse_time(time)?;
                let from = from * DAY + within;
                Some(Self { from: Some(from), until: Some(from + length) })
            }
        }
    }

    /// The least stretch that has both in it.
    pub fn with(self, other: Self) -> Self {
        let from = self.from.zip(other.from).map(|(one, two)| one.min(two));
        let until = self.until.zip(other.until).map(|(one, two)| one.max(two));
        Self { from, until }
    }

    fn contains(self, other: Self) -> bool {
        let from = self.from.is_none_or(|own| other.from.is_some_and(|from| own <= from));
        from && self.until.is_none_or(|own| other.until.is_some_and(|until| until <= own))
    }

    /// Whether it is what `prefix` and a stretch without open ends ask for.
    pub fn is(self, prefix: &str, asked: Self) -> bool {
        let (Some(from), Some(until)) = (asked.from, asked.until) else { panic!("{asked:?} is open") };
        let equals = asked.contains(self);
        let reaches_beyond = self.until.is_none_or(|own| own > until);
        let begins_before = self.from.is_none_or(|own| own < from);
        match prefix {
            "" | "eq" => equals,
            "ne" => !equals,
            "gt" => reaches_beyond,
            "lt" => begins_before,
            "ge" => reaches_beyond || equals,
            "le" => begins_before || equals,
            "sa" => self.from.is_some_and(|own| own >= until),
            "eb" => self.until.is_some_and(|own| own <= from),
            _ => panic!("{prefix} is no prefix"),
        }
    }
}

/// Microseconds since midnight UTC, and the length of what is meant: a minute, a second, or the last digit.
fn parse_time(text: &str) -> Option<(i64, i64)> {
    let zone_at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let mut fields = clock.split(':');
    let hours: i64 = fields.next()?.parse().ok()?;
    let minutes: i64 = fields.next()?.parse().ok()?;
    let (seconds, length) = match fields.next() {
        None => (0, 60 * SECOND),
        Some(seconds) => parse_seconds(seconds)?,
    };
    let offset = match zone {
        "" | "Z" => 0,
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    Some(((hours * 60 + minutes - offset) * 60 * SECOND + seconds, length))
}

fn parse_seconds(text: &str) -> Option<(i64, i64)> {
    let Some((whole, fraction)) = text.split_once('.') else {
        return Some((text.parse::<i64>().ok()? * SECOND, SECOND));
    };
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let length = if fraction.len() <= 3 { 1_000 } else { 1 };
    Some((whole.parse::<i64>().ok()? * SECOND + digits.parse::<i64>().ok()?, length))
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let century = year.div_euclid(400);
    let of_century = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468
}

#[test]
fn stretches() {
    let check = |text: &str, from: i64, seconds: i64| {
        let from = from * SECOND;
        let expected = Stretch { from: Some(from), until: Some(from + seconds * SECOND) };
        assert_eq!(Stretch::parse(text), Some(expected), "{text}");
    };
    check("1970", 0, 365 * 86_400);
    check("1970-12", 334 * 86_400, 31 * 86_400);
    check("2000-02-29", 951_782_400, 86_400);
    check("2000-02-29T12:30", 951_827_400, 60);
    check("2000-02-29T12:30:05Z", 951_827_405, 1);
    check("2000-02-29T12:30:05+02:00", 951_820_205, 1);
    check("1969-12-31T23:59:59-00:30", 1_799, 1);
    for wrong in ["", "soon", "2000-x", "2000-01-01T10", "2000-01-01T10:xx"] {
        assert_eq!(Stretch::parse(wrong), None, "{wrong}");
    }
}
