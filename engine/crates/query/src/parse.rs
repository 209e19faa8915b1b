//! Pairs to a query: which parameter each is, and what its value says.

use fornax_definitions::{Definitions, SearchKind, SearchParameter, TypeId, Usage};

use crate::error::{Bound, Fault, Feature, QueryError};
use crate::limits::Limits;
use crate::name::{Suffix, resource_named, split_code, suffix};
use crate::pairs::{Pair, Pairs};
use crate::query::{Filter, Query, Summary};
use crate::read::ValueReader;

/// What becomes of a parameter that can't be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Passed over with a warning (`Prefer: handling=lenient`, and the default).
    Lenient,
    /// An error, unless it has no value, which the specification wants passed over (`Prefer: handling=strict`).
    Strict,
    /// An error: the criteria guard a write or resolve a reference.
    Guard,
}

/// What a search is read against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The release's types and parameters.
    pub definitions: &'a Definitions,
    /// The server's own base URLs, without a slash at the end: a reference under one of them is local.
    pub bases: &'a [String],
    /// What becomes of what can't be applied.
    pub handling: Handling,
    /// How much may be asked.
    pub limits: &'a Limits,
}

impl Query {
    /// Reads a search over `resource`. The first error ends it.
    pub fn parse(resource: TypeId, pairs: &Pairs, context: &Context<'_>) -> Result<Self, QueryError> {
        let mut reading = Reading { context, query: Self::all(resource), values: 0, given: Vec::new() };
        for pair in pairs.iter() {
            reading.take(pair)?;
        }
        if reading.query.count == Some(0) {
            reading.query.count = None;
            reading.query.summary = Summary::Count;
        }
        Ok(reading.query)
    }

    /// Reads `Type?name=value&…`, as in conditional references; without `?`, everything of the type.
    pub fn parse_relative(text: &str, context: &Context<'_>) -> Result<Self, QueryError> {
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        let resource = resource_named(context.definitions, name).ok_or(QueryError::UnknownType)?;
        Self::parse(resource, &Pairs::of_query(query, context.limits)?, context)
    }
}

/// A search half read.
pub(crate) struct Reading<'a> {
    pub context: &'a Context<'a>,
    pub query: Query,
    /// Values of all filters so far.
    values: usize,
    /// Codes seen of parameters that may stand once.
    pub given: Vec<String>,
}

impl Reading<'_> {
    fn take(&mut self, pair: &Pair) -> Result<(), QueryError> {
        if pair.value.is_empty() {
            return self.pass_over(pair.invalid(Fault::NoValue), &[Handling::Lenient, Handling::Strict]);
        }
        let (code, rest) = split_code(&pair.name);
        match code {
            "_count" | "_elements" | "_sort" | "_summary" | "_total" => {
                self.result_parameter(pair, code, rest)
            }
            "_include" | "_revinclude" => self.include(pair, code, rest),
            "_format" | "_pretty" => Ok(()),
            "_has" => Err(pair.not_supported(Feature::ReverseChain)),
            "_contained" | "_containedType" | "_filter" | "_list" | "_type" => {
                Err(pair.not_supported(Feature::Parameter))
            }
            _ => self.filter(pair, code, rest),
        }
    }

    fn filter(&mut self, pair: &Pair, code: &str, rest: &str) -> Result<(), QueryError> {
        let Context { definitions, bases, limits, .. } = *self.context;
        let Some(parameter) = definitions.parameter(self.query.resource, code) else {
            return self.pass_over(QueryError::Unknown { place: pair.place() }, &[Handling::Lenient]);
        };
        let target = match suffix(rest, pair, definitions)? {
            Suffix::None => None,
            Suffix::Modifier(modifier) => return Err(pair.not_supported(Feature::Modifier(modifier))),
            Suffix::Type(target) if parameter.kind == SearchKind::Reference => Some(target),
            Suffix::Type(_) => return Err(pair.invalid(Fault::Modifier)),
        };
        if !is_evaluated(parameter) {
            return Err(pair.not_supported(Feature::Parameter));
        }
        let reader = ValueReader { definitions, parameter, target, bases, limits };
        let Some(values) = reader.read(pair)? else {
            return Err(pair.not_supported(Feature::Kind(parameter.kind)));
        };
        self.values += values.len();
        Bound::Values.holds(self.values, limits.values_max)?;
        let (name, text) = (pair.name.clone(), pair.value.clone());
        self.query.filters.push(Filter { parameter: parameter.id, values, name, text });
        Ok(())
    }

    /// Notes the error as a warning where the handling is among `by`; else it stands.
    pub fn pass_over(&mut self, error: QueryError, by: &[Handling]) -> Result<(), QueryError> {
        if !by.contains(&self.context.handling) {
            return Err(error);
        }
        self.query.ignored.push(error);
        Ok(())
    }
}

/// Whether a query evaluates the parameter: what a capability statement may name.
pub fn is_supported(parameter: &SearchParameter) -> bool {
    is_evaluated(parameter) && !matches!(parameter.kind, SearchKind::Composite | SearchKind::Special)
}

/// Whether a parameter's values follow from a resource alone, and are compared by its kind.
pub(crate) fn is_evaluated(parameter: &SearchParameter) -> bool {
    parameter.expression.is_some() && parameter.usage == Some(Usage::Normal)
}
