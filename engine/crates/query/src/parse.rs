//! Pairs to a query: which parameter each is, and what its value says.

use std::cell::Cell;

use fornax_definitions::{Definitions, Readiness, SearchKind, SearchParameter, TypeId, Usage};

use crate::error::{Bound, Fault, Feature, QueryError};
use crate::escape::split;
use crate::limits::Limits;
use crate::name::{resource_named, split_code};
use crate::pairs::{Pair, Pairs};
use crate::query::{Filter, Query, Summary};
use crate::scope::{Extent, Scope, Types};
use crate::text::text_scope;

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
    /// Reads a search over `scope`. The first error ends it.
    pub fn parse(scope: &Scope, pairs: &Pairs, context: &Context<'_>) -> Result<Self, QueryError> {
        let definitions = context.definitions;
        let query = Self::all(scope.types(definitions)?);
        let mut reading = Reading {
            context,
            query,
            types: Vec::new(),
            values: 0,
            given: Vec::new(),
            joined: None,
            scored: None,
            meanings: Cell::new(0),
            read_values: Cell::new(0),
        };
        reading.narrow_types(scope, pairs)?;
        reading.types = reading.query.types.list(definitions);
        if scope.extent == Extent::Everything {
            reading.everything(scope, pairs)?;
            return Ok(reading.finish());
        }
        reading.query.within = scope.condition(&reading.query.types, definitions)?;
        for pair in pairs.iter() {
            reading.take(pair)?;
        }
        if let Some(error) = reading.joined.take() {
            return Err(error);
        }
        reading.check_scored()?;
        reading.check_contained(pairs)?;
        Ok(reading.finish())
    }

    /// Reads `Type?name=value&…`, as in conditional references; without `?`, everything of the type.
    pub fn parse_relative(text: &str, context: &Context<'_>) -> Result<Self, QueryError> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let scope = Scope::parse(path, context.definitions)?;
        Self::parse(&scope, &Pairs::of_query(query, context.limits)?, context)
    }
}

/// A search half read.
pub(crate) struct Reading<'a> {
    pub context: &'a Context<'a>,
    pub query: Query,
    /// The types that are searched.
    pub types: Vec<TypeId>,
    /// Values of all filters so far.
    values: usize,
    /// Codes seen of parameters that may stand once.
    pub given: Vec<String>,
    /// The first parameter that asks for other resources where a write depends on the answer: what they say can change while
    /// the write is under way.
    joined: Option<QueryError>,
    /// A sort by score, as it is refused where nothing is scored.
    pub scored: Option<QueryError>,
    /// How many meanings of parameters were read.
    pub meanings: Cell<usize>,
    /// How many values were read for them.
    pub read_values: Cell<usize>,
}

impl Reading<'_> {
    /// The query; of one that wants no matches, the number alone.
    fn finish(self) -> Query {
        let mut query = self.query;
        if query.count == Some(0) || query.max_results == Some(0) {
            query.count = None;
            query.max_results = None;
            query.summary = Summary::Count;
        }
        query
    }

    /// `_type`, which decides what the other parameters mean.
    fn narrow_types(&mut self, scope: &Scope, pairs: &Pairs) -> Result<(), QueryError> {
        let definitions = self.context.definitions;
        let mut named = pairs.iter().filter(|pair| pair.name == "_type" && !pair.value.is_empty());
        let Some(pair) = named.next() else { return Ok(()) };
        if named.next().is_some() {
            return Err(pair.invalid(Fault::Repeated));
        }
        if scope.resource.is_some() {
            return Err(pair.invalid(Fault::OneType));
        }
        let mut types = Vec::new();
        for name in split(&pair.value, ',') {
            let resource = resource_named(definitions, name);
            let resource = resource.ok_or_else(|| pair.invalid(Fault::ResourceType))?;
            types.push(resource);
        }
        types.sort_unstable();
        types.dedup();
        self.query.types = match types[..] {
            [only] => Types::One(only),
            _ => Types::Some(types.into()),
        };
        self.query.type_text = Some(pair.value.clone());
        Ok(())
    }

    fn take(&mut self, pair: &Pair) -> Result<(), QueryError> {
        if pair.value.is_empty() {
            return self.pass_over(pair.invalid(Fault::NoValue), &[Handling::Lenient, Handling::Strict]);
        }
        let (code, rest) = split_code(&pair.name);
        match code {
            "_asof" | "_count" | "_elements" | "_explain" | "_maxresults" | "_sort" | "_summary"
            | "_total" => self.result_parameter(pair, code, rest),
            "_include" | "_revinclude" => self.include(pair, code, rest),
            "_format" | "_pretty" => Ok(()),
            "_type" if rest.is_empty() => Ok(()),
            "_contained" | "_containedType" => self.contained(pair, code, rest),
            _ => self.filter(pair),
        }
    }

    fn filter(&mut self, pair: &Pair) -> Result<(), QueryError> {
        let condition = match self.pair_condition(pair) {
            Err(error @ QueryError::Unknown { .. }) => return self.pass_over(error, &[Handling::Lenient]),
            condition => condition?,
        };
        if self.context.handling == Handling::Guard && condition.is_join() {
            self.joined.get_or_insert(pair.not_supported(Feature::GuardedJoin));
        }
        self.values += condition.values();
        Bound::Values.holds_in(pair, self.values, self.context.limits.values_max)?;
        let (name, text) = (pair.name.clone(), pair.value.clone());
        self.query.filters.push(Filter { condition, name, text });
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
    has_values(parameter) || text_scope(parameter).is_some()
}

/// Whether the parameter has values: they follow from a resource alone, and are compared by its kind, or by distance.
pub fn has_values(parameter: &SearchParameter) -> bool {
    let is_compared = match parameter.usage {
        Some(Usage::Normal) => true,
        Some(Usage::Nearby) => parameter.kind == SearchKind::Special,
        _ => false,
    };
    // A resource inside of a Bundle is no reference, and need not be what has its id here.
    let is_inside = |expression: &str| expression == "Bundle.entry[0].resource";
    let is_read = parameter.expression.as_deref().is_some_and(|expression| !is_inside(expression));
    is_compared && is_read && parameter.readiness == Readiness::Ready
}
