//! The one evaluator: whether search values match a query, as the query's clause would say.

mod filter;
mod words;

use fornax_definitions::{Definitions, ParameterId, SearchParameter, TypeId};
use fornax_query::{Condition, QuantityValue, Query, ReferenceValue, TokenValue, Unit, Values, text_scope};

use crate::clause::circle;
use crate::columns::Columns;
use crate::document::instances;
use crate::error::IndexError;
use crate::fold::{fold, fold_case};
use crate::indexer::MatchContext;
use crate::number::Stretch;
use crate::plan::LAST_UPDATED;
use crate::prefix;
use crate::time;
use crate::units::{self, UCUM};
use crate::values::{CodeSource, SearchValues, Value};
use crate::zone::TimeZone;

/// Search values put to a query.
pub(crate) struct Evaluation<'a> {
    pub definitions: &'a Definitions,
    pub values: &'a SearchValues,
    pub context: &'a MatchContext,
    pub zone: &'a TimeZone,
}

impl Evaluation<'_> {
    pub fn query(&self, query: &Query) -> Result<bool, IndexError> {
        if !query.types.has(self.values.resource()) {
            return Ok(false);
        }
        for condition in query.conditions() {
            if !self.condition(condition)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn condition(&self, condition: &Condition) -> Result<bool, IndexError> {
        match condition {
            Condition::Has { parameter, values } => Ok(self.has(*parameter, values)),
            Condition::Present(parameter) => Ok(self.is_present(*parameter)),
            Condition::Refers { .. } | Condition::Referred { .. } | Condition::IsMember { .. } => {
                Err(IndexError::Join)
            }
            Condition::ByType(described) => {
                let own = described.iter().find(|one| one.resource == self.values.resource());
                own.map_or(Ok(false), |own| self.condition(&own.condition))
            }
            Condition::Is { resource, id } => {
                Ok(*resource == self.values.resource() && id == self.values.text(self.values.id))
            }
            Condition::Not(condition) => Ok(!self.condition(condition)?),
            Condition::All(conditions) => self.fold_all(conditions, true),
            Condition::Any(conditions) => self.fold_all(conditions, false),
        }
    }

    /// Whether all hold, or any; the first that decides ends it.
    fn fold_all(&self, conditions: &[Condition], unless: bool) -> Result<bool, IndexError> {
        for condition in conditions {
            if self.condition(condition)? != unless {
                return Ok(!unless);
            }
        }
        Ok(unless)
    }

    fn is_present(&self, parameter: ParameterId) -> bool {
        let values = self.values;
        let Some(row) = values.plan.find(parameter) else { return false };
        match &values.plan.row(row).columns {
            Columns::Composite(components) => {
                instances(values.parts_of(row), components.len()).next().is_some()
            }
            _ => !values.of(row).is_empty(),
        }
    }

    fn has(&self, id: ParameterId, asked: &Values) -> bool {
        let values = self.values;
        let parameter = self.definitions.parameter_of(id);
        match asked {
            Values::Id(ids) => return ids.iter().any(|id| id == values.text(values.id)),
            Values::Date(dates) if parameter.code == LAST_UPDATED => {
                let updated = self.context.last_updated_us;
                return dates.iter().any(|date| self.date(date, updated, updated));
            }
            Values::Words(expressions) => return self.texts(text_scope(parameter), id, expressions),
            _ => {}
        }
        let Some(row) = values.plan.find(id) else { return false };
        match (asked, &values.plan.row(row).columns) {
            (Values::Composite(asked), Columns::Composite(components)) => {
                let instances: Vec<_> = instances(values.parts_of(row), components.len()).collect();
                let is_met = |asked: &Vec<Values>| {
                    instances.iter().any(|instance| {
                        let mut components = components.iter().zip(asked).zip(instance);
                        components.all(|((component, asked), parts)| {
                            let parameter = self.definitions.parameter_of(component.parameter);
                            parts.iter().any(|part| self.is_asked(parameter, asked, part.value))
                        })
                    })
                };
                asked.iter().any(is_met)
            }
            _ => values.of(row).iter().any(|entry| self.is_asked(parameter, asked, entry.value)),
        }
    }

    /// Whether one value is one of those asked for.
    fn is_asked(&self, parameter: &SearchParameter, asked: &Values, value: Value) -> bool {
        let values = self.values;
        let may_refer_to = |resource| self.definitions.may_refer_to(parameter, resource);
        match (asked, value) {
            (Values::Token(asked), _) => {
                let implied = values.plan.implied_systems(parameter.id);
                asked.iter().any(|asked| self.token(asked, value, implied))
            }
            (Values::Reference(asked), _) => {
                asked.iter().any(|asked| self.reference(asked, value, may_refer_to))
            }
            (Values::String(asked), Value::String { folded, .. })
            | (Values::CodedText(asked), Value::CodedText(folded)) => {
                asked.iter().any(|asked| values.text(folded).starts_with(&fold(asked)))
            }
            (Values::Contains(asked), Value::String { folded, .. }) => {
                asked.iter().any(|asked| values.text(folded).contains(&fold(asked)))
            }
            (Values::Exact(asked), Value::String { exact, .. }) => {
                asked.iter().any(|asked| asked == values.text(exact))
            }
            (Values::CodeStart(asked), Value::Code { code: Some(code), .. }) => {
                let code = fold(values.text(code));
                asked.iter().any(|asked| code.starts_with(&fold(asked)))
            }
            (Values::OfType(asked), Value::OfType { system, code, value }) => {
                let found = [system, code, value].map(|text| values.text(text));
                asked.iter().any(|asked| [&asked.system, &asked.code, &asked.value] == found)
            }
            (Values::Identifier(asked), Value::Identifier { system, value }) => {
                let (system, value) = (values.text_of(system), values.text_of(value));
                asked.iter().any(|asked| is_token(asked, system, value, true))
            }
            (Values::Uri(asked), Value::Uri { uri, bare }) => {
                asked.iter().any(|asked| asked == values.text(uri) || Some(&**asked) == values.text_of(bare))
            }
            (Values::Below(asked), Value::Uri { uri, bare }) => {
                let mut found = [Some(values.text(uri)), values.text_of(bare)].into_iter().flatten();
                found.any(|found| asked.iter().any(|asked| is_below(found, asked)))
            }
            (Values::Above(asked), Value::Uri { uri, bare }) => {
                let mut found = [Some(values.text(uri)), values.text_of(bare)].into_iter().flatten();
                found.any(|found| {
                    let found = found.strip_suffix('/').unwrap_or(found);
                    asked.iter().any(|asked| asked == found || is_on_path(asked, found))
                })
            }
            (Values::Near(asked), Value::Place { latitude, longitude }) => {
                asked.iter().any(|asked| circle(asked).holds(latitude, longitude))
            }
            (Values::Date(asked), Value::Date(interval)) => {
                asked.iter().any(|asked| self.date(asked, interval.low, interval.high))
            }
            (Values::Number(asked), Value::Number { stretch, .. }) => {
                asked.iter().any(|asked| self.number(asked, stretch))
            }
            (Values::Quantity(asked), Value::Number { stretch, unit }) => {
                asked.iter().any(|asked| self.quantity(asked, stretch, unit))
            }
            _ => self.is_filtered(parameter, asked, value),
        }
    }

    fn token(&self, asked: &TokenValue, value: Value, implied_systems: &[&str]) -> bool {
        let Value::Code { system, code, source } = value else { return false };
        let (system, code) = (self.values.text_of(system), self.values.text_of(code));
        if source == CodeSource::Code
            && let TokenValue::Coding { system: of, .. } | TokenValue::System(of) = asked
        {
            let is_code = !matches!(asked, TokenValue::Coding { code: asked, .. } if code != Some(asked));
            return is_code && implied_systems.contains(&of.as_str());
        }
        if source.minds_case(system) {
            is_token(asked, system, code, source.knows_systems())
        } else {
            let asked = match asked {
                TokenValue::Code(code) => TokenValue::Code(fold_case(code).into()),
                TokenValue::Coding { system, code } => {
                    TokenValue::Coding { system: system.clone(), code: fold_case(code).into() }
                }
                TokenValue::CodeWithoutSystem(code) => TokenValue::CodeWithoutSystem(fold_case(code).into()),
                TokenValue::System(system) => TokenValue::System(system.clone()),
            };
            is_token(&asked, system, code.map(fold_case).as_deref(), source.knows_systems())
        }
    }

    fn reference(&self, asked: &ReferenceValue, value: Value, may_refer_to: impl Fn(TypeId) -> bool) -> bool {
        match (asked, value) {
            (ReferenceValue::Id(id), Value::Local { target, .. }) => {
                let found = &self.values.references[target as usize];
                *found.id == **id && may_refer_to(found.resource)
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
        let searched = time::searched(asked, self.context.now_us, self.zone);
        prefix::holds(asked.prefix, (searched.low, searched.high), (low, high))
    }

    fn number(&self, asked: &fornax_query::NumberValue, stretch: u32) -> bool {
        let (searched, found) = (Stretch::searched(asked), self.values.stretches[stretch as usize]);
        prefix::holds(asked.prefix, (searched.low, searched.high), (found.low, found.high))
    }

    fn quantity(&self, asked: &QuantityValue, stretch: u32, unit: Option<u32>) -> bool {
        let texts = unit.map_or([None; 3], |unit| self.values.unit_texts(unit));
        if let (Unit::Coding { system, code }, [Some(UCUM), Some(found), _]) = (&asked.unit, texts)
            && system == UCUM
            && code != found
        {
            let searched = units::converted(&Stretch::searched(&asked.number), code, found);
            let found = self.values.stretches[stretch as usize];
            return searched.is_some_and(|searched| {
                prefix::holds(asked.number.prefix, (searched.low, searched.high), (found.low, found.high))
            });
        }
        let is_unit = match (&asked.unit, texts) {
            (Unit::Any, _) => true,
            (Unit::Coding { system, code }, [of, found, _]) => of == Some(system) && found == Some(code),
            (Unit::CodeOrName(text), [_, code, name]) => code == Some(text) || name == Some(text),
        };
        is_unit && self.number(&asked.number, stretch)
    }
}

/// Whether a code in a system is the one asked for. What knows no systems is not found by one, nor by there being none.
fn is_token(asked: &TokenValue, system: Option<&str>, code: Option<&str>, knows_systems: bool) -> bool {
    match asked {
        TokenValue::Code(asked) => code == Some(asked),
        TokenValue::Coding { system: of, code: asked } => system == Some(of) && code == Some(asked),
        TokenValue::CodeWithoutSystem(asked) => system.is_none() && code == Some(asked) && knows_systems,
        TokenValue::System(asked) => system == Some(asked),
    }
}

/// Whether a URI is a URL or its path leads on from it. The URL has no slash at its end.
fn is_on_path(uri: &str, url: &str) -> bool {
    uri.strip_prefix(url).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The same, or a fragment of it.
fn is_below(uri: &str, url: &str) -> bool {
    uri.strip_prefix(url).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
}
