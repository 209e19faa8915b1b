//! From a query to a clause over the index.

mod date;
mod number;
mod range;

use std::sync::Arc;

use fornax_definitions::{Definitions, ParameterId, SearchParameter, TypeId};
use fornax_postings::{Clause, Field};
use fornax_query::{Filter, Query, ReferenceValue, TokenValue, Values};

use crate::columns::{Columns, EVERY};
use crate::error::IndexError;
use crate::fold::fold;
use crate::indexer::ClauseContext;
use crate::plan::{LAST_UPDATED, TypePlan};
use crate::term::Term;

/// What writing a clause needs to know beside the query.
pub(crate) struct Writing<'a> {
    pub definitions: &'a Definitions,
    pub plan: &'a TypePlan,
    pub context: &'a ClauseContext<'a>,
}

impl Writing<'_> {
    /// All filters, and the type.
    pub fn query(&self, query: &Query) -> Result<Clause, IndexError> {
        let mut all = vec![Clause::term(Field::Kind, self.plan.name.as_bytes())];
        for filter in &query.filters {
            all.push(self.filter(filter)?);
        }
        Ok(Clause::And(all))
    }

    fn filter(&self, filter: &Filter) -> Result<Clause, IndexError> {
        let parameter = self.definitions.parameter_of(filter.parameter);
        let now_us = self.context.now_us;
        match &filter.values {
            Values::Id(ids) => return Ok(self.ids(ids)),
            Values::Date(values) if parameter.code == LAST_UPDATED => {
                let column = &EVERY.last_updated;
                return Ok(any(values.iter().map(|value| date::clause(value, now_us, [column, column]))));
            }
            _ => {}
        }
        let row = self.plan.find(filter.parameter).map(|row| self.plan.row(row));
        let row = row.ok_or(IndexError::NotIndexed { url: parameter.url })?;
        Ok(match (&filter.values, &row.columns) {
            (Values::Token(values), _) => any(values.iter().map(|value| token(value).clause(row.parameter))),
            (Values::Reference(values), _) => {
                any(values.iter().map(|value| self.reference(value, parameter)))
            }
            (Values::String(values), _) => {
                any(values.iter().map(|value| Term::Folded(&fold(value)).clause(row.parameter)))
            }
            (Values::Uri(values), _) => {
                any(values.iter().map(|value| Term::Uri(value).clause(row.parameter)))
            }
            (Values::Date(values), Columns::Date { low, high }) => any(values
                .iter()
                .map(|value| date::narrowed(value, row.parameter, date::clause(value, now_us, [low, high])))),
            (Values::Number(values), Columns::Number(columns)) => {
                any(values.iter().map(|value| number::clause(value, None, row.parameter, columns)))
            }
            (Values::Quantity(values), Columns::Number(columns)) => any(values
                .iter()
                .map(|value| number::clause(&value.number, Some(&value.unit), row.parameter, columns))),
            _ => return Err(IndexError::NotIndexed { url: parameter.url }),
        })
    }

    fn ids(&self, ids: &[String]) -> Clause {
        let rids = ids.iter().filter_map(|id| self.context.resources.rid(self.plan.resource, id));
        Clause::Rids(Arc::new(rids.collect()))
    }

    fn reference(&self, value: &ReferenceValue, parameter: &SearchParameter) -> Clause {
        match value {
            ReferenceValue::Id(id) => {
                let types = target_types(self.definitions, parameter);
                any(types
                    .map(|resource| self.local(parameter.id, resource, id, None))
                    .filter(|clause| !matches!(clause, Clause::Or(none) if none.is_empty())))
            }
            ReferenceValue::Local { resource, id, version } => {
                self.local(parameter.id, *resource, id, version.as_deref())
            }
            ReferenceValue::Url { url, version: None } => Term::Url(url).clause(parameter.id),
            ReferenceValue::Url { url, version: Some(version) } => {
                Term::UrlVersion(url, version).clause(parameter.id)
            }
        }
    }

    /// What was never mentioned has no rid, and nothing refers to it.
    fn local(&self, parameter: ParameterId, resource: TypeId, id: &str, version: Option<&str>) -> Clause {
        match (self.context.resources.rid(resource, id), version) {
            (None, _) => Clause::Or(Vec::new()),
            (Some(rid), None) => Term::Local(rid).clause(parameter),
            (Some(rid), Some(version)) => Term::LocalVersion(rid, version).clause(parameter),
        }
    }
}

fn token(value: &TokenValue) -> Term<'_> {
    match value {
        TokenValue::Code(code) => Term::Code(code),
        TokenValue::Coding { system, code } => Term::Coding(system, code),
        TokenValue::CodeWithoutSystem(code) => Term::CodeWithoutSystem(code),
        TokenValue::System(system) => Term::System(system),
    }
}

/// One of them; a single one stands for itself.
fn any(clauses: impl Iterator<Item = Clause>) -> Clause {
    let mut clauses: Vec<Clause> = clauses.collect();
    match clauses.len() {
        1 => clauses.remove(0),
        _ => Clause::Or(clauses),
    }
}

/// Whether a reference parameter may point to a type: every one, where it says nothing or names an abstract one.
pub(crate) fn may_target(definitions: &Definitions, parameter: &SearchParameter, resource: TypeId) -> bool {
    parameter.targets.is_empty() || parameter.targets.iter().any(|&target| definitions.is_a(resource, target))
}

fn target_types<'a>(
    definitions: &'a Definitions,
    parameter: &'a SearchParameter,
) -> impl Iterator<Item = TypeId> + 'a {
    let types = definitions.resource_types().map(|of| of.id);
    types.filter(move |&resource| may_target(definitions, parameter, resource))
}
