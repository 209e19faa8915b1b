//! How dates and quantities are compared (search.html#prefix).

use crate::dates::Interval;
use crate::decimals::Decimal;
use crate::values::{Limit, Quantity};

/// Which unit a quantity must have.
#[derive(Clone, Debug)]
pub enum Unit {
    /// Any.
    Any,
    /// This code of this system.
    Coded(String, String),
    /// This code or human unit.
    Named(String),
}

/// How an ordered value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `eq`.
    Equal,
    /// `ne`.
    NotEqual,
    /// `gt`.
    Greater,
    /// `lt`.
    Less,
    /// `ge`.
    GreaterOrEqual,
    /// `le`.
    LessOrEqual,
    /// `sa`.
    StartsAfter,
    /// `eb`.
    EndsBefore,
    /// `ap`.
    Approximate,
    /// `po` of `_filter`: of dates.
    Overlaps,
    /// `co` of `_filter`: of dates.
    Includes,
}

impl Prefix {
    /// The prefix of a value, and what follows it.
    pub fn split(value: &str) -> (Self, &str) {
        let prefixes = [
            ("eq", Self::Equal),
            ("ne", Self::NotEqual),
            ("gt", Self::Greater),
            ("lt", Self::Less),
            ("ge", Self::GreaterOrEqual),
            ("le", Self::LessOrEqual),
            ("sa", Self::StartsAfter),
            ("eb", Self::EndsBefore),
            ("ap", Self::Approximate),
        ];
        let found = prefixes.into_iter().find_map(|(text, prefix)| Some((prefix, value.strip_prefix(text)?)));
        found.unwrap_or((Self::Equal, value))
    }
}

/// The system of UCUM's units.
const UCUM: &str = "http://unitsofmeasure.org";

/// Units of mass, by their power of ten in grams: those of UCUM that the vocabulary has.
const MASSES: &[(&str, i32)] = &[("ug", -6), ("mg", -3), ("g", 0), ("kg", 3)];

/// A number of a unit as the number of a quantity's own unit. `None`: it measures something else.
pub fn in_unit_of(number: Decimal, unit: &Unit, quantity: &Quantity) -> Option<Decimal> {
    if unit_holds(unit, quantity) {
        return Some(number);
    }
    let Unit::Coded(system, code) = unit else { return None };
    let is_ucum = [Some(system), quantity.system.as_ref()].iter().all(|of| of.is_some_and(|of| of == UCUM));
    let power = |code: &str| MASSES.iter().find(|(unit, _)| *unit == code).map(|(_, power)| *power);
    let (from, to) = (power(code)?, power(quantity.code.as_ref()?)?);
    is_ucum.then(|| number.times_ten_to(from - to))
}

/// Whether a quantity has a unit.
fn unit_holds(unit: &Unit, quantity: &Quantity) -> bool {
    match unit {
        Unit::Any => true,
        Unit::Coded(system, code) => {
            quantity.system.as_ref() == Some(system) && quantity.code.as_ref() == Some(code)
        }
        Unit::Named(name) => [&quantity.code, &quantity.unit].contains(&&Some(name.clone())),
    }
}

/// Both are intervals; what is above or below a date begins where the date ends. `now`: in milliseconds since 1970, for what is
/// approximate.
pub fn date_holds(prefix: Prefix, wanted: Interval, found: Interval, now: i64) -> bool {
    let contains = wanted.low <= found.low && found.high <= wanted.high;
    let (reaches_below, reaches_above) = (found.low < wanted.low, found.high > wanted.high);
    match prefix {
        Prefix::Equal => contains,
        Prefix::NotEqual => !contains,
        Prefix::Greater => reaches_above,
        Prefix::Less => reaches_below,
        Prefix::GreaterOrEqual => reaches_above || contains,
        Prefix::LessOrEqual => reaches_below || contains,
        Prefix::StartsAfter => found.low >= wanted.high,
        Prefix::EndsBefore => found.high <= wanted.low,
        Prefix::Approximate => {
            let near = wanted.widened((now * 1_000 - wanted.low).abs() / 10);
            near.low < found.high && found.low < near.high
        }
        Prefix::Overlaps => wanted.low < found.high && found.low < wanted.high,
        Prefix::Includes => found.low <= wanted.low && wanted.high <= found.high,
    }
}

/// For all but `eq` and `ne` the number is exact, whatever its precision (search.html#number).
pub fn quantity_holds(prefix: Prefix, wanted: Decimal, found: &Quantity) -> bool {
    let reaches_above = match found.high {
        Limit::Open => true,
        Limit::With(high) | Limit::Without(high) => high > wanted,
    };
    let reaches_below = match found.low {
        Limit::Open => true,
        Limit::With(low) | Limit::Without(low) => low < wanted,
    };
    // A number with a comparator is never fully contained in one number.
    let is_it = found.low == Limit::With(wanted) && found.high == Limit::With(wanted);
    match prefix {
        Prefix::Equal => is_within(wanted.implied_range(), found),
        Prefix::NotEqual => !is_within(wanted.implied_range(), found),
        Prefix::Greater => reaches_above,
        Prefix::GreaterOrEqual => reaches_above || is_it,
        Prefix::Less => reaches_below,
        Prefix::LessOrEqual => reaches_below || is_it,
        Prefix::StartsAfter => !reaches_below && found.low != Limit::With(wanted),
        Prefix::EndsBefore => !reaches_above && found.high != Limit::With(wanted),
        Prefix::Approximate => overlaps(wanted.approximate_range(), found),
        Prefix::Overlaps | Prefix::Includes => false,
    }
}

fn is_within((low, high): (Decimal, Decimal), found: &Quantity) -> bool {
    let from = matches!(found.low, Limit::With(least) | Limit::Without(least) if least >= low);
    let to = match found.high {
        Limit::Open => false,
        Limit::With(most) => most < high,
        Limit::Without(most) => most <= high,
    };
    from && to
}

fn overlaps((low, high): (Decimal, Decimal), found: &Quantity) -> bool {
    let reaches_down = match found.low {
        Limit::Open => true,
        Limit::With(least) => least <= high,
        Limit::Without(least) => least < high,
    };
    let reaches_up = match found.high {
        Limit::Open => true,
        Limit::With(most) => most >= low,
        Limit::Without(most) => most > low,
    };
    reaches_down && reaches_up
}
