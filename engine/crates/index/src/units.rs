//! Quantities in other units of the same kind, after UCUM.

use fornax_model::Decimal;
use octofhir_ucum::{Number, UnitAnalysis, analyse};

use crate::number::{Bound, Stretch};

/// The system of UCUM's units.
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// A stretch of numbers in one unit as a stretch in another: `None` where either is no unit, or they measure different things, or
/// one of them counts on a scale that is not straight (pH, decibel).
pub(crate) fn converted(stretch: &Stretch, from: &str, to: &str) -> Option<Stretch> {
    let (from, to) = (straight(from)?, straight(to)?);
    if from.dimension != to.dimension || from.arbitrary != to.arbitrary {
        return None;
    }
    Some(Stretch { low: end(stretch.low, &from, &to)?, high: end(stretch.high, &from, &to)? })
}

/// A unit of which a value `r` is `factor * scale * r + offset`: one without a function, or of temperature.
fn straight(code: &str) -> Option<UnitAnalysis> {
    let unit = analyse(code).ok()?;
    (unit.special.is_none() || unit.offset != Number::ZERO).then_some(unit)
}

fn end(bound: Bound, from: &UnitAnalysis, to: &UnitAnalysis) -> Option<Bound> {
    let Bound::At(number, side) = bound else { return Some(bound) };
    let number = Number::parse(&number.to_string())?;
    let base = number.checked_mul(from.factor.checked_mul(from.scale)?)?.checked_add(from.offset)?;
    let number = base.checked_sub(to.offset)?.checked_div(to.factor.checked_mul(to.scale)?)?;
    Some(Bound::At(rounded(number)?, side))
}

/// Digits that count. Factors have 28, and some, as that of degrees Fahrenheit, are not finite: so 98.6 of them are 37 degrees
/// Celsius to the last digit that counts.
const DIGITS: u32 = 20;

fn rounded(number: Number) -> Option<Decimal> {
    let (mut digits, mut exponent) = number.to_integer_and_exponent();
    let over = digits.unsigned_abs().checked_ilog10().map_or(0, |places| (places + 1).saturating_sub(DIGITS));
    if over > 0 {
        let unit = 10_i128.pow(over);
        digits = (digits + digits.signum() * unit / 2) / unit;
        exponent += over as i32;
    }
    Decimal::parse(&format!("{digits}e{exponent}")).ok()
}

#[cfg(test)]
mod tests {
    use fornax_query::{NumberValue, Prefix};

    use super::*;

    fn check(number: &str, from: &str, to: &str, expected: Option<(&str, &str)>) {
        let value = NumberValue { prefix: Prefix::Eq, number: Decimal::parse(number).unwrap() };
        let ends = converted(&Stretch::searched(&value), from, to).map(|found| (found.low, found.high));
        let at = |bound: Bound| match bound {
            Bound::At(number, _) => number,
            _ => panic!("an end at infinity"),
        };
        let ends = ends.map(|(low, high)| (at(low), at(high)));
        let expected =
            expected.map(|(low, high)| (Decimal::parse(low).unwrap(), Decimal::parse(high).unwrap()));
        assert_eq!(ends, expected, "{number} {from} in {to}");
    }

    #[test]
    fn units_of_one_kind_are_converted() {
        check("1", "g", "mg", Some(("500", "1500")));
        check("5.4", "mg", "g", Some(("0.00535", "0.00545")));
        check("1.0", "[in_i]", "cm", Some(("2.413", "2.667")));
        check("37.0", "Cel", "K", Some(("310.1", "310.2")));
        check("100", "[degF]", "Cel", Some(("37.5", "38.055555555555555556")));
        check("98.60", "[degF]", "Cel", Some(("36.997222222222222222", "37.002777777777777778")));
        check("37.0", "Cel", "[degF]", Some(("98.51", "98.69")));
        check("1", "mg", "mL", None);
        check("1", "mg", "nonsense", None);
        check("1", "[pH]", "mol/L", None);
        check("1", "[IU]", "[arb'U]", None);
        check("1.0", "mg/dL", "g/L", Some(("0.0095", "0.0105")));
    }
}
