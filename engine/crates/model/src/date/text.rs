//! Reads the parts of dates and times.

use super::{DateFault, Precision, SECOND, ZoneOffset};

/// What is left of a text.
pub(super) struct Reader<'a>(&'a [u8]);

/// A time of day.
pub(super) struct Time {
    pub micros: i64,
    pub precision: Precision,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    /// Takes that byte if it is next.
    pub fn skip(&mut self, byte: u8) -> bool {
        let rest = self.0.strip_prefix(&[byte]);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, byte: u8) -> Result<(), DateFault> {
        if self.skip(byte) { Ok(()) } else { Err(DateFault::Malformed) }
    }

    /// Takes that many digits.
    pub fn number(&mut self, digits: usize) -> Result<u32, DateFault> {
        let (number, rest) = self.0.split_at_checked(digits).ok_or(DateFault::Malformed)?;
        self.0 = rest;
        number.iter().try_fold(0, |value, byte| match byte {
            b'0'..=b'9' => Ok(value * 10 + u32::from(byte - b'0')),
            _ => Err(DateFault::Malformed),
        })
    }

    /// Takes `hh:mm`, with seconds and their fraction where they follow.
    pub fn time(&mut self) -> Result<Time, DateFault> {
        let hour = self.number(2)?;
        self.expect(b':')?;
        let minute = self.number(2)?;
        let (mut second, mut fraction, mut precision) = (0, 0, Precision::Minute);
        if self.skip(b':') {
            (second, precision) = (self.number(2)?, Precision::Second);
            if self.skip(b'.') {
                let (micros, digits) = self.fraction()?;
                (fraction, precision) = (micros, Precision::Fraction(digits));
            }
        }
        if hour > 23 || minute > 59 || second > 60 {
            return Err(DateFault::Impossible);
        }
        let seconds = i64::from(hour * 3_600 + minute * 60 + second);
        Ok(Time { micros: seconds * SECOND + fraction, precision })
    }

    /// Takes the digits of a fraction of a second: their microseconds, and how many they are, which is at most 255.
    fn fraction(&mut self) -> Result<(i64, u8), DateFault> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = self.0.split_at(digits);
        self.0 = rest;
        let counted = u8::try_from(digits).map_err(|_| DateFault::Malformed)?;
        let micros = (0..6).fold(0, |micros, place| {
            micros * 10 + fraction.get(place).map_or(0, |digit| i64::from(digit - b'0'))
        });
        if counted > 0 { Ok((micros, counted)) } else { Err(DateFault::Malformed) }
    }

    /// Takes `Z` or `+hh:mm` or `-hh:mm`, where one follows.
    pub fn offset(&mut self) -> Result<Option<ZoneOffset>, DateFault> {
        if self.skip(b'Z') {
            return Ok(Some(ZoneOffset::UTC));
        }
        let sign = if self.skip(b'+') {
            1
        } else if self.skip(b'-') {
            -1
        } else {
            return Ok(None);
        };
        let hours = self.number(2)? as i16;
        self.expect(b':')?;
        let minutes = self.number(2)? as i16;
        if minutes > 59 {
            return Err(DateFault::Impossible);
        }
        ZoneOffset::of_minutes(sign * (hours * 60 + minutes)).map(Some).ok_or(DateFault::Impossible)
    }

    /// Nothing is left.
    pub fn finish(self) -> Result<(), DateFault> {
        if self.0.is_empty() { Ok(()) } else { Err(DateFault::Malformed) }
    }
}
