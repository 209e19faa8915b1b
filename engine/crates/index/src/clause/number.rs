//! Numbers and quantities: plain ones by one column and the term of their unit, others by the parts of their exact ends.

use fornax_definitions::ParameterId;
use fornax_postings::{Clause, ColumnName, Expansion, Test};
use fornax_query::{NumberValue, Prefix, QuantityValue, Unit};

use super::range::{Range, one_column};
use crate::columns::NumberColumns;
use crate::document::unit_hash;
use crate::encoding::{self, EXACT_PARTS};
use crate::number::{Bound, Side, Stretch};
use crate::prefix::{self, Comparison, End, EndTest, Tests};
use crate::term::Term;
use crate::units::{self, UCUM};

/// What is asked of a number and its unit.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    prefix: Prefix,
    /// Already as wide as the prefix wants it.
    searched: Stretch,
    /// `None`: whatever the unit.
    unit: Option<&'a Unit>,
}

impl<'a> Asked<'a> {
    pub fn number(value: &NumberValue) -> Self {
        Self { prefix: value.prefix, searched: Stretch::searched(value), unit: None }
    }

    pub fn quantity(value: &'a QuantityValue) -> Self {
        let unit = Some(&value.unit).filter(|unit| **unit != Unit::Any);
        Self { unit, ..Self::number(&value.number) }
    }

    /// The code of the UCUM unit that is asked for.
    fn ucum_code(&self) -> Option<&'a str> {
        match self.unit {
            Some(Unit::Coding { system, code }) if system == UCUM => Some(code),
            _ => None,
        }
    }
}

/// A quantity, in its unit or in any other that measures the same: each that stands in the index is asked for in its own numbers.
/// `ask` makes the clause for one unit.
pub(super) fn in_every_unit(
    asked: Asked<'_>,
    parameter: ParameterId,
    ask: impl Fn(Asked<'_>) -> Clause + Send + Sync + 'static,
) -> Clause {
    let own = ask(asked);
    let Some(from) = asked.ucum_code().map(str::to_owned) else { return own };
    let mut start = Vec::new();
    let field = Term::UnitCoding(UCUM, "").write(parameter, &mut start);
    let (prefix, searched) = (asked.prefix, asked.searched);
    let other = move |code: &[u8]| {
        let code = std::str::from_utf8(code).ok().filter(|code| *code != from)?;
        let searched = units::converted(&searched, &from, code)?;
        let unit = Unit::Coding { system: UCUM.to_owned(), code: code.to_owned() };
        Some(ask(Asked { prefix, searched, unit: Some(&unit) }))
    };
    Clause::Or(vec![own, Clause::Expanded(field, start.into(), Expansion::new(other))])
}

/// What a number asks, in whatever unit or in one.
pub(super) fn clause(asked: Asked<'_>, parameter: ParameterId, columns: &NumberColumns) -> Clause {
    let alternatives = prefix::alternatives(asked.prefix, asked.searched.low, asked.searched.high);
    let unit = asked.unit;
    let unit_term = unit.and_then(unit_term).map(|term| term.clause(parameter));
    let marked = Term::ExactNumbers.clause(parameter);

    let all = Range { low: i64::MIN, high: i64::MAX };
    let held = |tests: &Tests<Bound>| tests.iter().fold(all, |held, test| held.and(plain_range(test)));
    let plain = one_column(&columns.plain, alternatives.iter().map(held));
    let mut plain = vec![plain, Clause::Not(Box::new(marked.clone()))];
    plain.extend(unit_term.clone());

    let mut exact = vec![marked, Clause::Ways(exact_ways(asked, columns))];
    exact.extend(unit_term);
    Clause::Or(vec![Clause::And(plain), Clause::And(exact)])
}

/// The same by exact columns alone: alternatives, each of tests that all must hold in one place.
pub(super) fn exact_ways(asked: Asked<'_>, columns: &NumberColumns) -> Vec<Vec<Test>> {
    let alternatives = prefix::alternatives(asked.prefix, asked.searched.low, asked.searched.high);
    let units = asked.unit.map_or_else(|| vec![Vec::new()], |unit| unit_tests(unit, columns));
    let ends = alternatives.iter().flat_map(|tests| exact_tests(tests, columns));
    let with_unit = ends.flat_map(|ends| {
        let with = |unit: &Vec<Test>| ends.iter().chain(unit).cloned().collect();
        units.iter().map(with).collect::<Vec<_>>()
    });
    with_unit.collect()
}

fn unit_term(unit: &Unit) -> Option<Term<'_>> {
    match unit {
        Unit::Any => None,
        Unit::Coding { system, code } => Some(Term::UnitCoding(system, code)),
        Unit::CodeOrName(text) => Some(Term::UnitCodeOrName(text)),
    }
}

/// Alternatives for the unit's hashes.
fn unit_tests(unit: &Unit, columns: &NumberColumns) -> Vec<Vec<Test>> {
    let [coding, code, name] = &columns.unit;
    let one = |column: &ColumnName, parts: &[&str]| vec![Range::only(unit_hash(parts)).test(column)];
    match unit {
        Unit::Any => vec![Vec::new()],
        Unit::Coding { system, code } => vec![one(coding, &[system, code])],
        Unit::CodeOrName(text) => vec![one(code, &[text]), one(name, &[text])],
    }
}

/// The plain integers for which a test holds; as both ends are one number, it does not matter of which end it is.
fn plain_range(test: &EndTest<Bound>) -> Range {
    let (number, side) = match test.bound {
        Bound::At(number, side) => (number, side),
        Bound::NegativeInfinity | Bound::PositiveInfinity => {
            return Range::of(test.comparison, encoding::plain_end(test.bound));
        }
    };
    let (below, above) = encoding::plain(number);
    match (test.comparison, side) {
        (Comparison::AtLeast, Side::Before | Side::On) | (Comparison::Above, Side::Before) => {
            Range::of(Comparison::AtLeast, above)
        }
        (Comparison::AtLeast | Comparison::Above, _) => Range::of(Comparison::Above, below),
        (Comparison::AtMost, Side::On | Side::After) | (Comparison::Below, Side::After) => {
            Range::of(Comparison::AtMost, below)
        }
        (Comparison::AtMost | Comparison::Below, _) => Range::of(Comparison::Below, above),
    }
}

/// Alternatives of tests on the parts of exact ends that together say what the given tests say.
fn exact_tests(tests: &Tests<Bound>, columns: &NumberColumns) -> Vec<Vec<Test>> {
    let mut combined = vec![Vec::new()];
    for test in tests {
        let parts = match test.end {
            End::Low => &columns.low,
            End::High => &columns.high,
        };
        let ways = ways(test.comparison, encoding::exact(test.bound), parts);
        combined = combined
            .iter()
            .flat_map(|held: &Vec<Test>| {
                ways.iter().map(move |way| held.iter().chain(way).cloned().collect())
            })
            .collect();
    }
    combined
}

/// The ways in which parts compare so: the first ones equal and the next one beyond, down to the last.
fn ways(
    comparison: Comparison,
    bound: [i64; EXACT_PARTS],
    columns: &[ColumnName; EXACT_PARTS],
) -> [Vec<Test>; EXACT_PARTS] {
    let beyond = match comparison {
        Comparison::AtLeast | Comparison::Above => Comparison::Above,
        Comparison::AtMost | Comparison::Below => Comparison::Below,
    };
    std::array::from_fn(|deciding| {
        let equal = (0..deciding).map(|part| Range::only(bound[part]).test(&columns[part]));
        let last = if deciding + 1 == EXACT_PARTS { comparison } else { beyond };
        let decided = Range::of(last, bound[deciding]).test(&columns[deciding]);
        equal.chain([decided]).collect()
    })
}
