//! The one evaluator: whether search values match a query, as the query's clause would say.

use fornax_definitions::Definitions;
use fornax_query::{Filter, QuantityValue, Query, ReferenceValue, TokenValue, Unit, Values};

use crate::clause::may_target;
use crate::fold::fold;
use crate::indexer::MatchContext;
use crate::number::Stretch;
use crate::plan::LAST_UPDATED;
use crate::prefix;
use crate::time;
use crate::values::{CodeSource, Entry, SearchValues, Value};

/// Search values put to a query.
pub(crate) struct Evaluation<'a> {
    pub definitions: &'a Definitions,
    pub values: &'a SearchValues,
    pub context: &'a MatchContext,
}

impl Evaluation<'_> {
    pub fn query(&self, query: &Query) -> bool {
        query.resource == self.values.resource() && query.filters.iter().all(|filter| self.filter(filter))
    }

    fn filter(&self, filter: &Filter) -> bool {
        let values = self.values;
        let parameter = self.definitions.parameter_of(filter.parameter);
        match &filter.values {
            Values::Id(ids) => return ids.iter().any(|id| id == values.text(values.id)),
            Values::Date(dates) if parameter.code == LAST_UPDATED => {
                let updated = self.context.last_updated_us;
                return dates.iter().any(|date| self.date(date, updated, updated));
            }
            _ => {}
        }
        let Some(row) = values.plan.find(filter.parameter) else { return false };
        let entries = values.of(row);
        match &filter.values {
            Values::Id(_) => false,
            Values::Token(asked) => any(asked, entries, |asked, value| self.token(asked, value)),
            Values::Reference(asked) => any(asked, entries, |asked, value| {
                self.reference(asked, value, |resource| may_target(self.definitions, parameter, resource))
            }),
            Values::String(asked) => {
                let folded: Vec<String> = asked.iter().map(|text| fold(text)).collect();
                any(&folded, entries, |asked, value| match value {
                    Value::String { folded, .. } => values.text(folded).starts_with(asked.as_str()),
                    _ => false,
                })
            }
            Values::Uri(asked) => any(asked, entries, |asked, value| match value {
                Value::Uri(uri) => values.text(uri) == asked,
                _ => false,
            }),
            Values::Date(asked) => any(asked, entries, |asked, value| match value {
                Value::Date(interval) => self.date(asked, interval.low, interval.high),
                _ => false,
            }),
            Values::Number(asked) => any(asked, entries, |asked, value| match value {
                Value::Number { stretch, .. } => self.number(asked, stretch),
                _ => false,
            }),
            Values::Quantity(asked) => any(asked, entries, |asked, value| match value {
                Value::Number { stretch, unit } => self.quantity(asked, stretch, unit),
                _ => false,
            }),
        }
    }

    fn token(&self, asked: &TokenValue, value: Value) -> bool {
        let Value::Code { system, code, source } = value else { return false };
        let (system, code) = (self.values.text_of(system), self.values.text_of(code));
        match asked {
            TokenValue::Code(asked) => code == Some(asked),
            TokenValue::Coding { system: of, code: asked } => system == Some(of) && code == Some(asked),
            TokenValue::CodeWithoutSystem(asked) => {
                system.is_none() && code == Some(asked) && source != CodeSource::Bare
            }
            TokenValue::System(asked) => system == Some(asked),
        }
    }

    fn reference(
        &self,
        asked: &ReferenceValue,
        value: Value,
        may_target: impl Fn(fornax_definitions::TypeId) -> bool,
    ) -> bool {
        match (asked, value) {
            (ReferenceValue::Id(id), Value::Local { target, .. }) => {
                let found = &self.values.references[target as usize];
                *found.id == **id && may_target(found.resource)
            }
            (
                ReferenceValue::Local { resource, id, version },
                Value::Local { target, version: found_version },
            ) => {
                let found = &self.values.references[target as usize];
                let is_version = || version.as_deref() == self.values.text_of(found_version);
                found.resource == *resource && *found.id == **id && (version.is_none() || is_version())
            }
            (ReferenceValue::Url { url, version }, Value::Url { url: found, version: found_version }) => {
                let is_version = || version.as_deref() == self.values.text_of(found_version);
                self.values.text(found) == url && (version.is_none() || is_version())
            }
            _ => false,
        }
    }

    fn date(&self, asked: &fornax_query::DateValue, low: i64, high: i64) -> bool {
        let searched = time::searched(asked, self.context.now_us);
        prefix::holds(asked.prefix, (searched.low, searched.high), (low, high))
    }

    fn number(&self, asked: &fornax_query::NumberValue, stretch: u32) -> bool {
        let (searched, found) = (Stretch::searched(asked), self.values.stretches[stretch as usize]);
        prefix::holds(asked.prefix, (searched.low, searched.high), (found.low, found.high))
    }

    fn quantity(&self, asked: &QuantityValue, stretch: u32, unit: Option<u32>) -> bool {
        let texts = unit.map_or([None; 3], |unit| self.values.unit_texts(unit));
        let is_unit = match (&asked.unit, texts) {
            (Unit::Any, _) => true,
            (Unit::Coding { system, code }, [of, found, _]) => of == Some(system) && found == Some(code),
            (Unit::CodeOrName(text), [_, code, name]) => code == Some(text) || name == Some(text),
        };
        is_unit && self.number(&asked.number, stretch)
    }
}

/// Whether any value answers any of what is asked.
fn any<T>(asked: &[T], entries: &[Entry], holds: impl Fn(&T, Value) -> bool) -> bool {
    asked.iter().any(|asked| entries.iter().any(|entry| holds(asked, entry.value)))
}
