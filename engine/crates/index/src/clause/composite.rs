//! Composites: by the components' own parameters where these say it all, else by aligned columns.

use fornax_definitions::{ParameterId, SearchKind, SearchParameter, TypeId};
use fornax_postings::{Clause, ColumnName, Test};
use fornax_query::{DateValue, Values};

use super::number::Asked;
use super::range::Range;
use super::{Writing, number, token};
use crate::columns::{ComponentColumns, PartColumns};
use crate::document::term_hash;
use crate::error::IndexError;
use crate::fold::fold;
use crate::prefix::{self, End};
use crate::term::Term;

/// Alternatives, each of tests that all must hold in one place.
type Ways = Vec<Vec<Test>>;

impl Writing<'_> {
    /// One alternative of a composite: a value for every component.
    pub(super) fn composite(
        &self,
        types: &[TypeId],
        parameter: &SearchParameter,
        components: &[ComponentColumns],
        values: &[Values],
    ) -> Result<Clause, IndexError> {
        let aligned = Term::Aligned.clause(parameter.id);
        let mut told_apart = vec![Term::Present.clause(parameter.id), Clause::Not(Box::new(aligned.clone()))];
        // What an aligned document has in its rows it has among the terms of the components' own parameters, too.
        let mut driver = vec![aligned.clone()];
        let mut ways: Ways = vec![Vec::new()];
        let mut quantity = None;
        let plan = types.first().map(|first| self.indexer.plan(*first)).transpose()?;
        for (component, values) in components.iter().zip(values) {
            // A component that is not indexed by itself never says it all.
            told_apart.push(match self.has(types, component.parameter, values) {
                Err(IndexError::NotIndexed { .. }) => Clause::Or(Vec::new()),
                Ok(own) => {
                    if component.kind == SearchKind::Token
                        && self.is_among_own(parameter, component.parameter)
                    {
                        driver.push(own.clone());
                    }
                    own
                }
                Err(error) => return Err(error),
            });
            if let (Values::Quantity(values), PartColumns::Number(columns)) = (values, &component.columns)
                && let [value] = &values[..]
            {
                quantity = Some((component.parameter, value, columns));
                continue;
            }
            let implied = plan.map_or(&[][..], |plan| plan.implied_systems(component.parameter));
            let more = self.component(component, values, implied);
            ways = combined(&ways, &more);
        }
        let by_ways =
            move |ways: Ways| Clause::And(driver.iter().cloned().chain([Clause::Ways(ways)]).collect());
        let in_one_place = match quantity {
            None => by_ways(ways),
            Some((unit_parameter, value, columns)) => {
                let columns = columns.clone();
                number::in_every_unit(Asked::quantity(value), unit_parameter, move |asked| {
                    by_ways(combined(&ways, &number::exact_ways(asked, &columns)))
                })
            }
        };
        Ok(Clause::Or(vec![Clause::And(told_apart), in_one_place]))
    }

    /// Whether all that a component selects is selected by its own parameter, too, as the texts of both say it.
    fn is_among_own(&self, composite: &SearchParameter, own: ParameterId) -> bool {
        let own = self.definitions.parameter_of(own);
        let (Some(bases), Some(selected)) = (&composite.expression, &own.expression) else { return false };
        if !composite.base.iter().all(|base| own.base.contains(base)) {
            return false;
        }
        let selected: Vec<&str> = selected.split('|').map(str::trim).collect();
        let mut components = composite.components.iter().filter(|component| component.parameter == own.id);
        components.all(|component| {
            bases.split('|').all(|base| {
                let path = format!("{}.{}", base.trim(), component.expression);
                selected.contains(&path.as_str())
            })
        })
    }

    /// What the single value of a component asks of its columns.
    fn component(&self, component: &ComponentColumns, values: &Values, implied_systems: &[&str]) -> Ways {
        match (values, &component.columns) {
            (Values::Date(values), PartColumns::Date { low, high }) => {
                values.iter().flat_map(|value| self.date_ways(value, [low, high])).collect()
            }
            (Values::Number(values), PartColumns::Number(columns)) => {
                let ways = |value| number::exact_ways(Asked::number(value), columns);
                values.iter().flat_map(ways).collect()
            }
            (Values::String(values), PartColumns::Text(columns)) => {
                values.iter().map(|value| starts(fold(value).as_bytes(), columns)).collect()
            }
            (values, PartColumns::Terms(columns)) => self
                .asked_hashes(component, values, implied_systems)
                .into_iter()
                .map(|(slot, hash)| vec![Range::only(hash).test(&columns[slot])])
                .collect(),
            _ => Vec::new(),
        }
    }

    fn date_ways(&self, value: &DateValue, [low, high]: [&ColumnName; 2]) -> Ways {
        let searched = self.searched(value);
        let alternatives = prefix::alternatives(value.prefix, searched.low, searched.high);
        let column = |end| match end {
            End::Low => low,
            End::High => high,
        };
        let tests = alternatives.iter().map(|tests| {
            let test =
                |test: &prefix::EndTest<i64>| Range::of(test.comparison, test.bound).test(column(test.end));
            tests.iter().map(test).collect()
        });
        tests.collect()
    }

    /// Of which of a value's terms the hash must be one of these.
    fn asked_hashes(
        &self,
        component: &ComponentColumns,
        values: &Values,
        implied_systems: &[&str],
    ) -> Vec<(usize, i64)> {
        let mut bytes = Vec::new();
        let mut hash = |term: Term<'_>| term_hash(term, component, &mut bytes);
        match values {
            Values::Token(values) => {
                let terms = |value| token::asked_terms(value, implied_systems, &mut hash);
                values.iter().flat_map(terms).collect()
            }
            Values::Reference(values) => {
                let parameter = self.definitions.parameter_of(component.parameter);
                let terms = values.iter().flat_map(|value| self.reference_terms(value, parameter));
                let asked = terms.map(|(alone, version)| match version {
                    None => (0, hash(alone)),
                    Some(version) => (1, hash(version)),
                });
                asked.collect()
            }
            Values::Uri(values) => {
                let both = |uri: &String| [0, 1].map(|slot| (slot, uri.clone()));
                values.iter().flat_map(both).map(|(slot, uri)| (slot, hash(Term::Uri(&uri)))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Both of one and of the other, in every combination.
fn combined(ways: &Ways, more: &Ways) -> Ways {
    let with =
        |way: &Vec<Test>| more.iter().map(|more| way.iter().chain(more).cloned().collect()).collect::<Ways>();
    ways.iter().flat_map(with).collect()
}

/// A folded string that starts so.
fn starts(start: &[u8], columns: &[ColumnName]) -> Vec<Test> {
    let tests = start.chunks(8).zip(columns).map(|(part, column)| {
        let filled = |with: u8| {
            let mut bytes = [with; 8];
            bytes[..part.len()].copy_from_slice(part);
            (u64::from_be_bytes(bytes) ^ (1 << 63)) as i64
        };
        Range { low: filled(0), high: filled(u8::MAX) }.test(column)
    });
    tests.collect()
}
