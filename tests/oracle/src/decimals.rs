//! Exact decimals, and what their digits imply (search.html#number).

use std::cmp::Ordering;

/// A decimal: `digits` times ten to the power of minus `scale`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: i128,
    scale: i32,
    /// How far above and below the value counts as equal to it.
    half_width: (i128, i32),
}

impl Decimal {
    /// Reads `-5.40` or `1.0e2`.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
            None => (text, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        let ends_in_point = mantissa.ends_with('.');
        if unsigned.is_empty() || !is_number(unsigned) || !is_number(fraction) || ends_in_point {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len()).ok()? - exponent.unwrap_or(0);
        // The specification's own example takes 1e2 to be from 95 to 105, as if it were 1.0e2.
        let is_one_digit = exponent.is_some() && unsigned.len() == 1 && fraction.is_empty();
        let half_width = (5, if is_one_digit { scale + 2 } else { scale + 1 });
        Some(Self { digits, scale, half_width })
    }

    fn exactly(digits: i128, scale: i32) -> Self {
        Self { digits, scale, half_width: (0, 0) }
    }

    fn plus(self, (digits, scale): (i128, i32)) -> Self {
        let wide = self.scale.max(scale);
        Self::exactly(self.digits_at(wide) + at_scale(digits, scale, wide), wide)
    }

    fn digits_at(self, scale: i32) -> i128 {
        at_scale(self.digits, self.scale, scale)
    }

    /// The number with its point moved, and what its digits imply with it.
    pub fn times_ten_to(self, power: i32) -> Self {
        let (width, scale) = self.half_width;
        Self { scale: self.scale - power, half_width: (width, scale - power), ..self }
    }

    /// From where to where a value counts as equal; the upper end no longer does.
    pub fn implied_range(self) -> (Self, Self) {
        let (digits, scale) = self.half_width;
        (self.plus((-digits, scale)), self.plus((digits, scale)))
    }

    /// From where to where a value is approximately this one: a tenth of it either way.
    pub fn approximate_range(self) -> (Self, Self) {
        let tenth = (self.digits.abs(), self.scale + 1);
        (self.plus((-tenth.0, tenth.1)), self.plus(tenth))
    }
}

/// Digits of one scale in a finer one. The vocabulary's numbers are far from the ends of the type.
fn at_scale(digits: i128, from: i32, to: i32) -> i128 {
    digits * 10_i128.pow((to - from).unsigned_abs())
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.digits_at(scale).cmp(&other.digits_at(scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, low: &str, high: &str) {
        let range = Decimal::parse(text).unwrap().implied_range();
        assert_eq!(range, (Decimal::parse(low).unwrap(), Decimal::parse(high).unwrap()), "{text}");
    }

    #[test]
    fn digits_imply_ranges() {
        check("100", "99.5", "100.5");
        check("100.00", "99.995", "100.005");
        check("1e2", "95", "105");
        check("1.00e2", "99.5", "100.5");
        check("-5.4", "-5.45", "-5.35");
        check("0", "-0.5", "0.5");
        for wrong in ["", "-", ".5", "5.", "+5", "5e", "a"] {
            assert!(Decimal::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Decimal::parse("5.40") == Decimal::parse("5.4"));
    }
}
