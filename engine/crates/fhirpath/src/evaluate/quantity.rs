//! Quantities in one unit.
//!
//! Durations of the calendar convert among each other, and from the week down to and from UCUM's. Other UCUM units are
//! told apart, not converted: quantities of different ones have no answer, as the specification leaves open.

use rust_decimal::Decimal;

use super::equality::Equality;
use crate::ast::CalendarUnit;
use crate::item::{Quantity, Unit};

/// The numbers of two quantities once their units are the same, the coarser of the two; `None` where they can't be made
/// so.
pub(super) fn in_coarser_unit(
    left: &Quantity<'_>,
    right: &Quantity<'_>,
    equality: Equality,
) -> Option<(Decimal, Decimal)> {
    let (left_size, right_size) = sizes(left, right, equality)?;
    let scaled = |value: Decimal, from, to| value.checked_mul(from)?.checked_div(to);
    Some(if left_size < right_size {
        (scaled(left.value, left_size, right_size)?, right.value)
    } else {
        (left.value, scaled(right.value, right_size, left_size)?)
    })
}

/// The same with the finer unit, which comes third.
pub(super) fn in_finer_unit<'q>(
    left: &'q Quantity<'q>,
    right: &'q Quantity<'q>,
) -> Option<(Decimal, Decimal, &'q Unit<'q>)> {
    let (left_size, right_size) = sizes(left, right, Equality::Equal)?;
    let scaled = |value: Decimal, from, to| value.checked_mul(from)?.checked_div(to);
    Some(if left_size <= right_size {
        (left.value, scaled(right.value, right_size, left_size)?, &left.unit)
    } else {
        (scaled(left.value, left_size, right_size)?, right.value, &right.unit)
    })
}

/// How large two units are, in a third that both can be counted in.
fn sizes(left: &Quantity<'_>, right: &Quantity<'_>, equality: Equality) -> Option<(Decimal, Decimal)> {
    if left.unit == right.unit {
        return Some((Decimal::ONE, Decimal::ONE));
    }
    let (left, right) = (span(&left.unit, equality)?, span(&right.unit, equality)?);
    let are_months = left.max(right) <= CalendarUnit::Month;
    let size = if are_months { months } else { milliseconds };
    Some((size(left), size(right)))
}

/// The span of the calendar that a unit stands for. UCUM's year and month are averages, not the calendar's: equivalent,
/// not equal.
fn span(unit: &Unit<'_>, equality: Equality) -> Option<CalendarUnit> {
    let code = match unit {
        Unit::Calendar(unit) => return Some(*unit),
        Unit::Ucum(code) => code,
    };
    match &**code {
        "a" if equality == Equality::Equivalent => Some(CalendarUnit::Year),
        "mo" if equality == Equality::Equivalent => Some(CalendarUnit::Month),
        code => definite(code),
    }
}

/// The UCUM units of time that are as long as the calendar's.
pub(super) fn definite(code: &str) -> Option<CalendarUnit> {
    Some(match code {
        "wk" => CalendarUnit::Week,
        "d" => CalendarUnit::Day,
        "h" => CalendarUnit::Hour,
        "min" => CalendarUnit::Minute,
        "s" => CalendarUnit::Second,
        "ms" => CalendarUnit::Millisecond,
        _ => return None,
    })
}

fn months(unit: CalendarUnit) -> Decimal {
    Decimal::from(if unit == CalendarUnit::Year { 12 } else { 1 })
}

/// Where no date anchors it, a year has 365 days and a month 30.
fn milliseconds(unit: CalendarUnit) -> Decimal {
    const DAY: i64 = 86_400_000;
    Decimal::from(match unit {
        CalendarUnit::Year => 365 * DAY,
        CalendarUnit::Month => 30 * DAY,
        CalendarUnit::Week => 7 * DAY,
        CalendarUnit::Day => DAY,
        CalendarUnit::Hour => 3_600_000,
        CalendarUnit::Minute => 60_000,
        CalendarUnit::Second => 1_000,
        CalendarUnit::Millisecond => 1,
    })
}
