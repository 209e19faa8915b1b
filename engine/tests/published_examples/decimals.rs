//! Decimals of any size, compared exactly, and what a number that is asked for stands for.

use std::cmp::Ordering;

/// `digits` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// As written in JSON or in a query.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let places = i32::try_from(fraction.len()).ok()?;
        Some(Self { digits, exponent: power.parse::<i32>().ok()?.checked_sub(places)? })
    }

    /// All that round to the number as it is written: from the first up to but without the second. One digit with a power of ten
    /// counts as two: `1e2` is 95 to 105.
    pub fn rounding(text: &str) -> Option<(Self, Self)> {
        let mut number = Self::parse(text)?;
        if text.contains(['e', 'E']) && number.digits.abs() < 10 {
            number = Self { digits: number.digits * 10, exponent: number.exponent - 1 };
        }
        let edge = |half| Self { digits: number.digits * 10 + half, exponent: number.exponent - 1 };
        Some((edge(-5), edge(5)))
    }

    /// The digits without zeros at the end, and how many stand before the point.
    fn normal(self) -> (String, i32) {
        let digits = self.digits.unsigned_abs().to_string();
        let places = i32::try_from(digits.len()).unwrap() + self.exponent;
        (digits.trim_end_matches('0').to_owned(), places)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.digits.signum().cmp(&other.digits.signum());
        if by_sign != Ordering::Equal || self.digits == 0 {
            return by_sign;
        }
        let (own, places) = self.normal();
        let (others, other_places) = other.normal();
        // Without zeros at the end, digits compare like words.
        let by_size = places.cmp(&other_places).then_with(|| own.cmp(&others));
        if self.digits < 0 { by_size.reverse() } else { by_size }
    }
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

/// One end of what a number in a resource can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub at: Decimal,
    pub is_in_it: bool,
}

/// What a number in a resource can be: one number, or all between two ends. `None` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub low: Option<End>,
    pub high: Option<End>,
}

impl Span {
    pub fn of(number: Decimal) -> Self {
        let end = Some(End { at: number, is_in_it: true });
        Self { low: end, high: end }
    }

    /// Whether it is what `prefix` and a number as it is written ask for.
    pub fn is(self, prefix: &str, asked: &str) -> bool {
        let number = Decimal::parse(asked).unwrap();
        let (from, until) = Decimal::rounding(asked).unwrap();
        let equals =
            self.low.is_some_and(|low| low.at >= from) && self.high.is_some_and(|high| high.at < until);
        let reaches_beyond = self.high.is_none_or(|high| high.at > number);
        let begins_before = self.low.is_none_or(|low| low.at < number);
        match prefix {
            "" | "eq" => equals,
            "ne" => !equals,
            "gt" => reaches_beyond,
            "lt" => begins_before,
            "ge" => reaches_beyond || self == Self::of(number),
            "le" => begins_before || self == Self::of(number),
            "sa" => self.low.is_some_and(|low| low.at > number || (low.at == number && !low.is_in_it)),
            "eb" => self.high.is_some_and(|high| high.at < number || (high.at == number && !high.is_in_it)),
            _ => panic!("{prefix} is no prefix"),
        }
    }
}

#[test]
fn decimals() {
    let check = |small: &str, order: Ordering, large: &str| {
        let (small, large) = (Decimal::parse(small).unwrap(), Decimal::parse(large).unwrap());
        assert_eq!(small.cmp(&large), order, "{small:?} {large:?}");
    };
    check("1", Ordering::Equal, "1.00");
    check("1e2", Ordering::Equal, "100");
    check("0", Ordering::Equal, "-0.0");
    check("9", Ordering::Less, "10");
    check("-10", Ordering::Less, "-9");
    check("-1", Ordering::Less, "0.001");
    check("1E-22", Ordering::Less, "1.1E-22");
    check("99.9", Ordering::Less, "1.000E+245");
    check("0.30", Ordering::Less, "0.31");
    let rounding = |text, from, until| {
        let expected = Decimal::parse(from).zip(Decimal::parse(until));
        assert_eq!(Decimal::rounding(text), expected, "{text}");
    };
    rounding("100", "99.5", "100.5");
    rounding("1e2", "95", "105");
    rounding("5.40", "5.395", "5.405");
    rounding("-5", "-5.5", "-4.5");
}
