//! From a query to a clause over the index.

mod composite;
mod date;
mod filter;
mod number;
mod range;
mod text;
mod token;
mod words;

use std::sync::Arc;

use fornax_definitions::{Definitions, ParameterId, SearchParameter, TypeId};
use fornax_model::Interval;
use fornax_postings::{Circle, Clause, Field, Hit, Link, RidSet};
use fornax_query::{
    Condition, DateValue, Described, NearValue, Query, ReferenceValue, Types, Values, text_scope,
};

use self::number::Asked;
use self::words::Searched;
use crate::columns::{Columns, EVERY};
use crate::error::IndexError;
use crate::fold::fold;
use crate::indexer::{ClauseContext, Indexer, Kin};
use crate::plan::LAST_UPDATED;
use crate::term::{self, Term};
use crate::time;

/// What writing a clause needs to know beside the query.
pub(crate) struct Writing<'a> {
    pub indexer: &'a Indexer,
    pub definitions: &'a Definitions,
    pub context: &'a ClauseContext<'a>,
}

impl Writing<'_> {
    /// All conditions and the types, each as the query names it.
    pub fn query(&self, query: &Query) -> Result<Vec<(String, Clause)>, IndexError> {
        let types = query.types.list(self.definitions);
        let mut all = Vec::new();
        let says_types =
            |condition| matches!(query.types, Types::One(only) if self.says_type(only, condition));
        if !query.conditions().any(says_types) {
            all.push(("types".to_owned(), self.of_types(&query.types)));
        }
        if let Some(within) = &query.within {
            all.push(("compartment".to_owned(), self.condition(&types, within)?));
        }
        for filter in &query.filters {
            all.push((filter.name.clone(), self.condition(&types, &filter.condition)?));
        }
        Ok(all)
    }

    /// Whether a condition holds of resources of that type alone: no other type has its parameter.
    fn says_type(&self, resource: TypeId, condition: &Condition) -> bool {
        match condition {
            // What has no such words is met by resources without the parameter, too.
            Condition::Has { values: Values::Words(_), .. } => false,
            Condition::Has { parameter, .. }
            | Condition::Present(parameter)
            | Condition::Refers { parameter, .. } => {
                *self.definitions.parameter_of(*parameter).base == [resource]
            }
            Condition::All(conditions) => conditions.iter().any(|one| self.says_type(resource, one)),
            _ => false,
        }
    }

    fn of_types(&self, types: &Types) -> Clause {
        match types {
            Types::One(only) => self.indexer.of_type(*only),
            Types::Some(types) => any(types.iter().map(|&of| self.indexer.of_type(of))),
            Types::Every => Clause::All,
        }
    }

    /// What must hold of resources of these types.
    fn condition(&self, types: &[TypeId], condition: &Condition) -> Result<Clause, IndexError> {
        Ok(match condition {
            Condition::Has { parameter, values } => self.has(types, *parameter, values)?,
            Condition::Present(parameter) => Term::Present.clause(*parameter),
            Condition::Refers { parameter, targets } => {
                let targets = self.described(targets)?;
                Clause::Refers(self.link(*parameter)?, Box::new(targets))
            }
            Condition::Referred { parameter, source } => {
                let source = self.described(std::slice::from_ref(source))?;
                Clause::Referred(self.link(*parameter)?, Box::new(source))
            }
            Condition::ByType(described) => self.described(described)?,
            Condition::Is { resource, id } => self.ids(&[*resource], std::slice::from_ref(id)),
            Condition::IsMember { resource, id } => Clause::Rids(self.members(*resource, id)),
            Condition::Not(condition) => Clause::Not(Box::new(self.condition(types, condition)?)),
            Condition::All(conditions) => Clause::And(self.conditions(types, conditions)?),
            Condition::Any(conditions) => any(self.conditions(types, conditions)?.into_iter()),
        })
    }

    fn conditions(&self, types: &[TypeId], conditions: &[Condition]) -> Result<Vec<Clause>, IndexError> {
        conditions.iter().map(|condition| self.condition(types, condition)).collect()
    }

    /// Resources that one of the descriptions fits.
    fn described(&self, described: &[Described]) -> Result<Clause, IndexError> {
        let fits = |one: &Described| {
            let condition = self.condition(&[one.resource], &one.condition)?;
            if self.says_type(one.resource, &one.condition) {
                return Ok(condition);
            }
            Ok(Clause::And(vec![self.indexer.of_type(one.resource), condition]))
        };
        Ok(any(described.iter().map(fits).collect::<Result<Vec<_>, IndexError>>()?.into_iter()))
    }

    fn has(&self, types: &[TypeId], id: ParameterId, values: &Values) -> Result<Clause, IndexError> {
        let parameter = self.definitions.parameter_of(id);
        match values {
            Values::Id(ids) => return Ok(self.ids(types, ids)),
            Values::Date(values) if parameter.code == LAST_UPDATED => {
                let column = &EVERY.last_updated;
                let clause = |value| date::clause(value, self.searched(value), [column, column]);
                return Ok(any(values.iter().map(clause)));
            }
            Values::Words(expressions) => {
                return Ok(Searched::of(text_scope(parameter), id).clause(expressions));
            }
            _ => {}
        }
        let not_indexed = || IndexError::NotIndexed { url: parameter.url.to_string() };
        let plan = self.indexer.plan(*types.first().ok_or_else(not_indexed)?)?;
        let row = plan.find(id).map(|row| plan.row(row)).ok_or_else(not_indexed)?;
        Ok(match (values, &row.columns) {
            (Values::Token(values), _) => {
                any(values.iter().map(|value| token::clause(value, id, &row.implied_systems)))
            }
            (Values::CodedText(values) | Values::String(values), _) => {
                any(values.iter().map(|value| Term::Folded(&fold(value)).clause(id)))
            }
            (Values::CodeStart(values), _) => {
                any(values.iter().flat_map(|value| text::codes_that_start(value, id)))
            }
            (Values::OfType(values), _) => any(values
                .iter()
                .map(|value| Term::OfType([&value.system, &value.code, &value.value]).clause(id))),
            (Values::Exact(values), _) => any(values.iter().map(|value| Term::Exact(value).clause(id))),
            (Values::Contains(values), _) => any(values.iter().map(|value| text::containing(value, id))),
            (Values::Reference(values), _) => {
                any(values.iter().map(|value| self.reference(value, parameter)))
            }
            (Values::ReferencesBelow(of), _) => self.to_kin(of, Kin::Below, id)?,
            (Values::ReferencesAbove(of), _) => self.to_kin(of, Kin::Above, id)?,
            (Values::ReferencesToMembers(group, of), _) => {
                Clause::Joined(self.link(id)?, self.members(*group, of))
            }
            (Values::Identifier(values), _) => any(values.iter().map(|value| token::identifier(value, id))),
            (Values::Uri(values), _) => any(values.iter().map(|value| Term::Uri(value).clause(id))),
            (Values::Below(values), _) => any(values.iter().flat_map(|value| text::below(value, id))),
            (Values::Above(values), _) => any(values.iter().flat_map(|value| text::above(value, id))),
            // What stands alone is left to what drives it: one of several is not put to every document.
            (Values::Date(values), Columns::Date { low, high }) => any(values.iter().map(|value| {
                let present = (values.len() > 1).then(|| Term::Present.clause(id));
                let by_columns = date::clause(value, self.searched(value), [low, high]);
                date::narrowed(value, id, self.indexer.zone(), driven_by(&present, by_columns))
            })),
            (Values::Number(values), Columns::Number(columns)) => {
                any(values.iter().map(|value| number::clause(Asked::number(value), id, columns)))
            }
            (Values::Quantity(values), Columns::Number(columns)) => any(values.iter().map(|value| {
                let columns = columns.clone();
                number::in_every_unit(Asked::quantity(value), id, move |asked| {
                    number::clause(asked, id, &columns)
                })
            })),
            (Values::Near(values), Columns::Place(columns)) => {
                any(values.iter().map(|value| Clause::Within(columns.clone(), circle(value))))
            }
            (Values::Composite(values), Columns::Composite(components)) => {
                let clauses = values.iter().map(|value| self.composite(types, parameter, components, value));
                any(clauses.collect::<Result<Vec<_>, _>>()?.into_iter())
            }
            (values, _) => {
                return filter::clause(values, id, &row.implied_systems).ok_or_else(not_indexed);
            }
        })
    }

    /// The stretch that a date asks for.
    fn searched(&self, value: &DateValue) -> Interval {
        time::searched(value, self.context.now_us, self.indexer.zone())
    }

    fn link(&self, parameter: ParameterId) -> Result<Link, IndexError> {
        let parameter = self.definitions.parameter_of(parameter);
        link(parameter, self.definitions).ok_or(IndexError::NotIndexed { url: parameter.url.to_string() })
    }

    fn ids(&self, types: &[TypeId], ids: &[String]) -> Clause {
        let resources = self.context.resources;
        let of_type = |&of: &TypeId| ids.iter().filter_map(move |id| resources.rid(of, id));
        let hits = types.iter().flat_map(of_type);
        let mut hits: Vec<Hit> =
            hits.filter_map(|rid| Some(Hit { rid, seq: resources.newest(rid)? })).collect();
        hits.sort_unstable_by_key(|hit| (hit.seq, hit.rid));
        hits.dedup();
        Clause::Versions(hits.into())
    }

    /// References to these and to what is above or below them.
    fn to_kin(
        &self,
        of: &[(TypeId, String)],
        kin: Kin,
        parameter: ParameterId,
    ) -> Result<Clause, IndexError> {
        let resources = self.context.resources;
        let rids = of.iter().filter_map(|(resource, id)| resources.rid(*resource, id));
        let all: RidSet = rids.flat_map(|rid| resources.kin(rid, kin)).collect();
        Ok(Clause::Joined(self.link(parameter)?, Arc::new(all)))
    }

    fn members(&self, group: TypeId, id: &str) -> Arc<RidSet> {
        let resources = self.context.resources;
        resources.rid(group, id).map_or_else(Arc::default, |rid| resources.members(rid))
    }

    fn reference(&self, value: &ReferenceValue, parameter: &SearchParameter) -> Clause {
        any(self.reference_terms(value, parameter).into_iter().map(|(alone, version)| match version {
            None => alone.clause(parameter.id),
            Some(version) => version.clause(parameter.id),
        }))
    }

    /// The terms that a reference asks for: each without its version, and with it where it has one. What was never mentioned has
    /// no rid, and nothing refers to it.
    fn reference_terms<'v>(
        &self,
        value: &'v ReferenceValue,
        parameter: &SearchParameter,
    ) -> Vec<(Term<'v>, Option<Term<'v>>)> {
        let rid = |resource: TypeId, id: &str| self.context.resources.rid(resource, id);
        match value {
            ReferenceValue::Id(id) => {
                let types = self.definitions.resource_types().map(|of| of.id);
                let types = types.filter(|&of| self.definitions.may_refer_to(parameter, of));
                types.filter_map(|of| Some((Term::Local(rid(of, id)?), None))).collect()
            }
            ReferenceValue::Local { resource, id, version } => {
                let of_rid = |rid| {
                    let version = version.as_deref().map(|version| Term::LocalVersion(rid, version));
                    (Term::Local(rid), version)
                };
                rid(*resource, id).map(of_rid).into_iter().collect()
            }
            ReferenceValue::Url { url, version } => {
                let version = version.as_deref().map(|version| Term::UrlVersion(url, version));
                vec![(Term::Url(url), version)]
            }
        }
    }
}

/// What is near, as a circle.
pub(crate) fn circle(value: &NearValue) -> Circle {
    let NearValue { latitude, longitude, distance_m: radius_m } = *value;
    Circle { latitude, longitude, radius_m }
}

/// How the values of a reference parameter name resources; `None` of any other parameter.
pub(crate) fn link(parameter: &SearchParameter, definitions: &Definitions) -> Option<Link> {
    let Some(Columns::Reference(column)) = Columns::of(parameter, definitions) else { return None };
    let prefix = term::start_of_form(parameter.id, term::LOCAL).into();
    Some(Link { column, field: Field::Reference, prefix })
}

/// What is asked of columns, of the documents of a term.
fn driven_by(term: &Option<Clause>, by_columns: Clause) -> Clause {
    match term {
        None => by_columns,
        Some(term) => Clause::And(vec![term.clone(), by_columns]),
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
