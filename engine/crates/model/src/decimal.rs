//! Exact decimals: value and precision, both as written.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number that keeps its precision: `1.50` is not written like `1.5`, though both are equal.
///
/// Up to 37 significant digits and powers of ten from -9,999 to 9,999, so that every double and every number of 18
/// digits that FHIR asks for is exact, and so are the bounds of its ranges. Equality and order are those of the value.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    /// All digits that were written, without the point.
    coefficient: i128,
    /// The power of ten of the last of them.
    exponent: i32,
}

/// Why a text is not a [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalFault {
    /// Not a number as JSON and FHIR write it.
    #[error("not a decimal number")]
    Malformed,
    /// A number beyond what can be computed with exactly.
    #[error("a number of more than {DIGITS_MAX} digits, or beyond ten to the power of {EXPONENT_MAX}")]
    OutOfRange,
}

/// The numbers that a number with its precision stands for: from `low`, which is one of them, up to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImpliedRange {
    /// The lowest.
    pub low: Decimal,
    /// Whether it still belongs to the range depends on the range.
    pub high: Decimal,
}

const DIGITS_MAX: u32 = 37;
const EXPONENT_MAX: u32 = 9_999;

impl Decimal {
    /// Reads a number as JSON writes it (RFC 8259 section 6), without a plus sign or leading zeros.
    pub fn parse(text: &str) -> Result<Self, DecimalFault> {
        let (negative, magnitude) = match text.strip_prefix('-') {
            Some(magnitude) => (true, magnitude),
            None => (false, text),
        };
        let (mantissa, power) = match magnitude.find(['e', 'E']) {
            Some(at) => (&magnitude[..at], Some(&magnitude[at + 1..])),
            None => (magnitude, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(DecimalFault::Malformed),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(DecimalFault::Malformed);
        }
        let mut coefficient = 0_i128;
        for digit in whole.bytes().chain(fraction.bytes()) {
            if !digit.is_ascii_digit() {
                return Err(DecimalFault::Malformed);
            }
            // What goes beyond is out of range below; what follows must still be looked at.
            coefficient = coefficient.saturating_mul(10).saturating_add(i128::from(digit - b'0'));
        }
        let power = power.map_or(Ok(0), exponent)?;
        let places = i32::try_from(fraction.len()).map_err(|_| DecimalFault::OutOfRange)?;
        Self::new(if negative { -coefficient } else { coefficient }, power.saturating_sub(places))
    }

    fn new(coefficient: i128, exponent: i32) -> Result<Self, DecimalFault> {
        let in_range = digits(coefficient) <= DIGITS_MAX && exponent.unsigned_abs() <= EXPONENT_MAX;
        if in_range { Ok(Self { coefficient, exponent }) } else { Err(DecimalFault::OutOfRange) }
    }

    /// All digits that were written, without the point: the value is this times ten to the [`exponent`](Self::exponent).
    pub fn coefficient(self) -> i128 {
        self.coefficient
    }

    /// The power of ten of the last digit that was written: -2 for `1.50`.
    pub fn exponent(self) -> i32 {
        self.exponent
    }

    /// How many digits count, from the first that is not zero: 3 for `1.50`, 1 for `0`.
    pub fn significant_digits(self) -> u32 {
        digits(self.coefficient).max(1)
    }

    /// What is equal at this precision: half a unit of the last digit to both sides, `high` excluded, so that `1.50` is
    /// [1.495, 1.505).
    ///
    /// A lone digit with a positive power counts as two, since FHIR takes `1e2` for [95, 105) (R4 search, section
    /// "number").
    pub fn implied_range(self) -> ImpliedRange {
        let is_lone = self.exponent > 0 && self.significant_digits() == 1;
        let (unit, steps) = if is_lone { (100, 2) } else { (10, 1) };
        let bound = |half: i128| Self {
            coefficient: self.coefficient * unit + half,
            exponent: self.exponent - steps,
        };
        ImpliedRange { low: bound(-5), high: bound(5) }
    }

    /// What is about this number: a tenth of it to both sides, both bounds included (R4 search, prefix `ap`).
    pub fn approximate_range(self) -> ImpliedRange {
        let bound = |tenths: i128| Self {
            coefficient: self.coefficient * 10 + self.coefficient.abs() * tenths,
            exponent: self.exponent - 1,
        };
        ImpliedRange { low: bound(-1), high: bound(1) }
    }

    /// The magnitude without zeros at its end, and its power of ten.
    fn normalized(self) -> (u128, i32) {
        let (mut magnitude, mut exponent) = (self.coefficient.unsigned_abs(), self.exponent);
        while magnitude != 0 && magnitude % 10 == 0 {
            (magnitude, exponent) = (magnitude / 10, exponent + 1);
        }
        (magnitude, if magnitude == 0 { 0 } else { exponent })
    }
}

/// Reads what follows the `e`.
fn exponent(text: &str) -> Result<i32, DecimalFault> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(DecimalFault::Malformed);
    }
    text.parse().map_err(|_| DecimalFault::OutOfRange)
}

fn digits(coefficient: i128) -> u32 {
    coefficient.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1)
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.coefficient.signum().cmp(&other.coefficient.signum());
        by_sign.then_with(|| {
            let by_magnitude = compare_magnitudes(self.normalized(), other.normalized());
            if self.coefficient < 0 { by_magnitude.reverse() } else { by_magnitude }
        })
    }
}

/// Compares two normalized magnitudes of which none or both are zero.
fn compare_magnitudes(left: (u128, i32), right: (u128, i32)) -> Ordering {
    let leading = |(magnitude, exponent): (u128, i32)| {
        exponent + magnitude.checked_ilog10().map_or(0, |log| log as i32)
    };
    leading(left).cmp(&leading(right)).then_with(|| {
        // The leading digits have the same place, so aligning adds no digits beyond those of the longer one.
        let align = |(magnitude, exponent): (u128, i32), to: i32| {
            magnitude * 10_u128.pow(exponent.saturating_sub(to).unsigned_abs())
        };
        let last = left.1.min(right.1);
        align(left, last).cmp(&align(right, last))
    })
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    /// Writes what [`Decimal::parse`] reads as the same value with the same precision.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coefficient, exponent } = *self;
        let sign = if coefficient < 0 { "-" } else { "" };
        let digits = coefficient.unsigned_abs();
        match usize::try_from(-exponent) {
            Ok(0) => write!(f, "{coefficient}"),
            Ok(places) if places <= DIGITS_MAX as usize => {
                let digits = format!("{digits:0>width$}", width = places + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places);
                write!(f, "{sign}{whole}.{fraction}")
            }
            _ => write!(f, "{coefficient}e{exponent}"),
        }
    }
}

#[cfg(test)]
mod tests;
