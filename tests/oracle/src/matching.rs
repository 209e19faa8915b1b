//! Whether a value is what a search asks for (search.html#prefix and the sections on the parameter types).

use crate::dates::Interval;
use crate::decimals::Decimal;
use crate::folding::folded;
use crate::parameters::{Element, Kind, Parameter};
use crate::query::{Criterion, split, unescaped};
use crate::references::Target;
use crate::refusal::Refusal;
use crate::values::{Limit, Quantity, Value, values};
use crate::version::{Key, Stored};

/// One value of a search, read as its parameter's type wants it.
#[derive(Clone, Debug)]
pub enum Test {
    /// The value starts with it.
    Starts(String),
    /// `code`, `system|code`, `|code`, `system|`.
    Token {
        /// The system.
        system: Part,
        /// The code.
        code: Part,
    },
    /// A local resource with that id.
    Id(String),
    /// That resource.
    Target(Target),
    /// An interval of time.
    Date(Prefix, Interval),
    /// A number, and its unit.
    Quantity(Prefix, Decimal, Unit),
    /// Exactly that.
    Uri(String),
}

/// What a part of a token must be.
#[derive(Clone, Debug)]
pub enum Part {
    /// Anything, or nothing.
    Any,
    /// Nothing.
    Absent,
    /// This.
    Is(String),
}

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
}

impl Prefix {
    fn split(value: &str) -> (Self, &str) {
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

impl Test {
    /// Reads one value.
    ///
    /// # Errors
    /// `Invalid`: not a value of that type, or no modifier of it. `NotSupported`: the modifier.
    pub fn parse(parameter: &Parameter, modifier: Option<&str>, value: &str) -> Result<Self, Refusal> {
        let kind = parameter.element.kind();
        match (kind, modifier) {
            (_, None) => {}
            (Kind::Reference, Some(target)) if parameter.targets.contains(&target) => {
                let (named, id) = value.split_once('/').unwrap_or((target, value));
                let fits = named == target && !id.is_empty() && !id.contains('/');
                let key = fits.then(|| Key::of(target, id)).ok_or(Refusal::Invalid)?;
                return Ok(Self::Target(Target::Local(key)));
            }
            (kind, Some(modifier)) if is_modifier(kind, modifier) => return Err(Refusal::NotSupported),
            (_, Some(_)) => return Err(Refusal::Invalid),
        }
        if value.is_empty() {
            return Err(Refusal::Invalid);
        }
        match kind {
            Kind::String => Ok(Self::Starts(folded(&unescaped(value)))),
            Kind::Token => token(value),
            Kind::Reference => Ok(match unescaped(value) {
                id if !id.contains(['/', ':']) => Self::Id(id),
                reference => Self::Target(Target::parse(&reference).ok_or(Refusal::Invalid)?),
            }),
            Kind::Date => {
                let (prefix, date) = Prefix::split(value);
                Ok(Self::Date(prefix, Interval::parse(date).ok_or(Refusal::Invalid)?))
            }
            Kind::Quantity => quantity(value),
            Kind::Uri => Ok(Self::Uri(unescaped(value))),
        }
    }

    /// Whether a value is what is asked for. `now`: in milliseconds since 1970, for what is approximate.
    pub fn holds(&self, value: &Value, now: i64) -> bool {
        match (self, value) {
            (Self::Starts(start), Value::String(text)) => text.starts_with(start.as_str()),
            (Self::Token { system, code }, Value::Token(token)) => {
                part_holds(system, token.system.as_deref()) && part_holds(code, token.code.as_deref())
            }
            (Self::Id(id), Value::Reference(Target::Local(key))) => key.id == *id,
            (Self::Target(wanted), Value::Reference(target)) => wanted == target,
            (Self::Date(prefix, wanted), Value::Date(date)) => date_holds(*prefix, *wanted, *date, now),
            (Self::Quantity(prefix, number, unit), Value::Quantity(quantity)) => {
                unit_holds(unit, quantity) && quantity_holds(*prefix, *number, quantity)
            }
            (Self::Uri(wanted), Value::Uri(uri)) => wanted == uri,
            _ => false,
        }
    }
}

/// The modifiers that there are, none of which is evaluated yet (search.html#modifiers).
fn is_modifier(kind: Kind, modifier: &str) -> bool {
    modifier == "missing"
        || match kind {
            Kind::String => ["exact", "contains", "text"].contains(&modifier),
            Kind::Token => ["text", "not", "above", "below", "in", "not-in", "of-type"].contains(&modifier),
            Kind::Reference => ["identifier", "above", "below"].contains(&modifier),
            Kind::Uri => ["above", "below"].contains(&modifier),
            Kind::Date | Kind::Quantity => false,
        }
}

/// Whether a version meets a criterion: one of its values is one of those asked for.
pub fn meets(criterion: &Criterion, version: &Stored, now: i64) -> bool {
    let found = values(criterion.parameter, version);
    let is_bare = matches!(criterion.parameter.element, Element::Boolean | Element::ContactPoint);
    let fits =
        |test: &&Test| !(is_bare && matches!(test, Test::Token { system: Part::Absent | Part::Is(_), .. }));
    criterion.any_of.iter().filter(fits).any(|test| found.iter().any(|value| test.holds(value, now)))
}

fn token(value: &str) -> Result<Test, Refusal> {
    let parts: Vec<String> = split(value, '|').iter().map(|part| unescaped(part)).collect();
    let (system, code) = match &parts[..] {
        [code] => (Part::Any, Part::Is(code.clone())),
        [system, code] => match (system.is_empty(), code.is_empty()) {
            (true, true) => return Err(Refusal::Invalid),
            (true, false) => (Part::Absent, Part::Is(code.clone())),
            (false, true) => (Part::Is(system.clone()), Part::Any),
            (false, false) => (Part::Is(system.clone()), Part::Is(code.clone())),
        },
        _ => return Err(Refusal::Invalid),
    };
    Ok(Test::Token { system, code })
}

fn part_holds(wanted: &Part, found: Option<&str>) -> bool {
    match wanted {
        Part::Any => true,
        Part::Absent => found.is_none(),
        Part::Is(wanted) => found == Some(wanted.as_str()),
    }
}

fn quantity(value: &str) -> Result<Test, Refusal> {
    let parts: Vec<String> = split(value, '|').iter().map(|part| unescaped(part)).collect();
    let (number, unit) = match &parts[..] {
        [number] => (number, Unit::Any),
        [number, system, code] if system.is_empty() && !code.is_empty() => {
            (number, Unit::Named(code.clone()))
        }
        [number, system, code] if !code.is_empty() => (number, Unit::Coded(system.clone(), code.clone())),
        _ => return Err(Refusal::Invalid),
    };
    let (prefix, number) = Prefix::split(number);
    Ok(Test::Quantity(prefix, Decimal::parse(number).ok_or(Refusal::Invalid)?, unit))
}

fn unit_holds(unit: &Unit, quantity: &Quantity) -> bool {
    match unit {
        Unit::Any => true,
        Unit::Coded(system, code) => {
            quantity.system.as_ref() == Some(system) && quantity.code.as_ref() == Some(code)
        }
        Unit::Named(name) => [&quantity.code, &quantity.unit].contains(&&Some(name.clone())),
    }
}

/// Both are intervals; what is above or below a date begins where the date ends.
fn date_holds(prefix: Prefix, wanted: Interval, found: Interval, now: i64) -> bool {
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
    }
}

/// For all but `eq` and `ne` the number is exact, whatever its precision (search.html#number).
fn quantity_holds(prefix: Prefix, wanted: Decimal, found: &Quantity) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;
    use crate::parameters::parameter;
    use crate::version::Operation;

    /// 2026-01-01.
    const NOW: i64 = 1_767_225_600_000;

    /// Whether an Observation with one more member is found.
    fn finds(code: &str, value: &str, member: &str) -> bool {
        let body = Json::parse(&format!(r#"{{"resourceType":"Observation",{member}}}"#));
        let key = Key::of("Observation", "a");
        let version = Stored { key, version: 1, at: 0, operation: Operation::Create, body };
        let parameter = parameter("Observation", code).unwrap();
        let criterion = Criterion { parameter, any_of: vec![Test::parse(parameter, None, value).unwrap()] };
        meets(&criterion, &version, NOW)
    }

    /// The specification's examples: a search, what it finds, and what it does not.
    #[test]
    fn dates_are_compared_as_the_specification_says() {
        let from = |date: &str| format!(r#""effectivePeriod":{{"start":"{date}"}}"#);
        let until = |date: &str| format!(r#""effectivePeriod":{{"end":"{date}"}}"#);
        let at = |date: &str| format!(r#""effectiveDateTime":"{date}""#);
        let rows = [
            ("eq2013-01-14", at("2013-01-14T00:00:00"), true),
            ("eq2013-01-14", at("2013-01-14T10:00:00"), true),
            ("eq2013-01-14", at("2013-01-15T00:00:00"), false),
            ("ne2013-01-14", at("2013-01-15T00:00:00"), true),
            ("ne2013-01-14", at("2013-01-14T00:00:00"), false),
            ("ne2013-01-14", at("2013-01-14T10:00:00"), false),
            ("lt2013-01-14T10:00", at("2013-01-14"), true),
            ("gt2013-01-14T10:00", at("2013-01-14"), true),
            ("ge2013-03-14", from("2013-01-21"), true),
            ("le2013-03-14", from("2013-01-21"), true),
            ("sa2013-03-14", from("2013-03-15"), true),
            ("sa2013-03-14", from("2013-01-21"), false),
            ("sa2013-03-14", until("2013-01-21"), false),
            ("eb2013-03-14", from("2013-03-15"), false),
            ("eb2013-03-14", from("2013-01-21"), false),
            ("eb2013-03-14", until("2013-01-21"), true),
            ("ap2013-03-14", at("2013-03-14"), true),
            ("ap2013-03-14", at("2015-06-15"), false),
        ];
        for (search, stored, found) in rows {
            assert_eq!(finds("date", search, &stored), found, "{search}: {stored}");
        }
    }

    #[test]
    fn numbers_are_compared_as_the_specification_says() {
        let rows = [
            ("100", "99.5", true),
            ("100", "99.49", false),
            ("100", "100.5", false),
            ("100.00", "100.004", true),
            ("100.00", "100.005", false),
            ("1e2", "95", true),
            ("1e2", "105", false),
            ("lt100", "99.9", true),
            ("lt100", "100", false),
            ("le100", "100", true),
            ("le100", "100.1", false),
            ("gt100", "100.1", true),
            ("gt100", "100", false),
            ("ge100", "100", true),
            ("ne100", "100.4", false),
            ("ne100", "100.5", true),
            ("5.4||mg", "5.4", false),
        ];
        for (search, stored, found) in rows {
            let member = format!(r#""valueQuantity":{{"value":{stored}}}"#);
            assert_eq!(finds("value-quantity", search, &member), found, "{search}: {stored}");
        }
    }
}
