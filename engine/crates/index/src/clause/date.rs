//! Dates: by their columns, and by the calendar unit that must hold them where there is one.

use fornax_definitions::ParameterId;
use fornax_model::Interval;
use fornax_postings::{Clause, ColumnName};
use fornax_query::{DateValue, Prefix};

use super::range::{Range, one_column};
use crate::prefix::{self, End, Tests};
use crate::term::Term;
use crate::time::CalendarUnit;
use crate::zone::TimeZone;

/// What a date, which stands for that stretch, asks of the columns of both ends, which may be one.
pub(super) fn clause(value: &DateValue, searched: Interval, [low, high]: [&ColumnName; 2]) -> Clause {
    let alternatives = prefix::alternatives(value.prefix, searched.low, searched.high);
    let ranges = |tests: &Tests<i64>| -> Vec<(End, Range)> {
        tests.iter().map(|test| (test.end, Range::of(test.comparison, test.bound))).collect()
    };
    if low == high {
        let all = Range { low: i64::MIN, high: i64::MAX };
        return one_column(
            low,
            alternatives
                .iter()
                .map(|tests| ranges(tests).iter().fold(all, |held, (_, range)| held.and(*range))),
        );
    }
    let column = |end| match end {
        End::Low => low,
        End::High => high,
    };
    let way = |tests| ranges(tests).into_iter().map(|(end, range)| range.test(column(end))).collect();
    Clause::Ways(alternatives.iter().map(way).collect())
}

/// A clause made selective: what lies within the searched stretch lies within every calendar unit that holds that stretch,
/// and where the stretch is such a unit, that is all.
pub(super) fn narrowed(
    value: &DateValue,
    parameter: ParameterId,
    zone: &TimeZone,
    by_columns: Clause,
) -> Clause {
    let searched = zone.interval(value.date);
    let is_within = value.prefix == Prefix::Eq;
    let unit = is_within.then(|| CalendarUnit::around(searched, zone)).flatten();
    match unit {
        None => by_columns,
        Some(unit) => {
            let held = Term::CalendarUnit(unit.text()).clause(parameter);
            if unit.is(searched, zone) { held } else { Clause::And(vec![held, by_columns]) }
        }
    }
}
