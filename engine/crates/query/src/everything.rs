//! `$everything` (R4, OperationDefinitions Patient-everything, Encounter-everything and Group-everything): what is in a compartment, or in
//! those of a group's members, narrowed by care dates and changes, and what this refers to.

use fornax_definitions::{Compartment, Definitions, ParameterId, TypeId};

use crate::care_date_table::CARE_DATES;
use crate::condition::{Condition, Described};
use crate::error::{Fault, Feature, QueryError};
use crate::includable::is_includable;
use crate::pairs::{Pair, Pairs};
use crate::parse::{Handling, Reading};
use crate::query::{Filter, Include, Reach, Way};
use crate::read::date;
use crate::scope::{CompartmentOf, Scope, Types, codes};
use crate::value::{DateValue, Prefix, ReferenceValue, Values};

/// The compartments that are meant.
struct Everything<'a> {
    definitions: &'a Definitions,
    /// Whose: one resource's, or those of the members of a group.
    of: &'a CompartmentOf,
    compartment: &'a Compartment,
    /// Care that ended before is kept out.
    start: Option<DateValue>,
    /// Care that began after is.
    end: Option<DateValue>,
    /// What has not changed since is.
    since: Option<DateValue>,
}

impl Reading<'_> {
    /// Reads its parameters. Without an order of its own, as any search.
    pub fn everything(&mut self, scope: &Scope, pairs: &Pairs) -> Result<(), QueryError> {
        let definitions = self.context.definitions;
        let (Some(of), Some(compartment)) = (&scope.compartment, scope.definition(definitions)?) else {
            return Err(QueryError::NoCompartment);
        };
        let mut all = Everything { definitions, of, compartment, start: None, end: None, since: None };
        for pair in pairs.iter() {
            if !self.narrow(&mut all, pair)? {
                continue;
            }
            // What it asks is said of the compartment, type by type.
            let (name, text) = (pair.name.clone(), pair.value.clone());
            self.query.filters.push(Filter { condition: Condition::All(Vec::new()), name, text });
        }
        let condition = |&resource: &TypeId| {
            let is_in = all.has(resource);
            let condition = if is_in { all.condition(resource) } else { all.named(resource) };
            Described { resource, condition }
        };
        self.query.within = Some(Condition::ByType(self.types.iter().map(condition).collect()));
        let target = all.included(&self.query.types, self.query.type_text.is_some());
        self.query.includes.extend(target.map(|target| Include {
            way: Way::Include,
            reach: Reach::Matches,
            source: None,
            parameter: None,
            target,
            text: String::new(),
        }));
        Ok(())
    }

    /// Takes a parameter, and says whether it keeps something out: such a one is never passed over.
    fn narrow(&mut self, all: &mut Everything<'_>, pair: &Pair) -> Result<bool, QueryError> {
        if pair.value.is_empty() {
            self.pass_over(pair.invalid(Fault::NoValue), &[Handling::Lenient, Handling::Strict])?;
            return Ok(false);
        }
        let (place, prefix) = match pair.name.as_str() {
            "_type" | "_format" | "_pretty" => return Ok(false),
            "_count" => return self.result_parameter(pair, "_count", "").map(|()| false),
            "start" => (&mut all.start, Prefix::Ge),
            "end" => (&mut all.end, Prefix::Le),
            "_since" => (&mut all.since, Prefix::Ge),
            _ => return Err(pair.not_supported(Feature::Parameter)),
        };
        let at = date(prefix, &pair.value).map_err(|fault| pair.invalid(fault))?;
        match place.replace(at) {
            None => Ok(true),
            Some(_) => Err(pair.invalid(Fault::Repeated)),
        }
    }
}

impl Everything<'_> {
    /// Whether a type is in the compartment at all.
    fn has(&self, resource: TypeId) -> bool {
        resource == self.compartment.type_id || codes(self.compartment, resource).next().is_some()
    }

    fn is_group(&self) -> bool {
        self.of.resource != self.compartment.type_id
    }

    /// What is in the compartment and is not kept out. Each of the ways is driven by who it is about, which finds few; to ask for a date
    /// or its absence apart from that would look at every date there is.
    fn condition(&self, resource: TypeId) -> Condition {
        let changed = self.since.and_then(|at| Some(dated(self.parameter(resource, "_lastUpdated")?, at)));
        let ways = self.care(resource).into_iter().map(|care| {
            let all = [self.belongs(resource)].into_iter().chain(changed.clone()).chain(care);
            Condition::All(all.collect())
        });
        Condition::Any(ways.collect())
    }

    /// The ways in which care falls into the time that is asked for.
    fn care(&self, resource: TypeId) -> Vec<Vec<Condition>> {
        let name = self.definitions.type_of(resource).name;
        let Some(row) = CARE_DATES.iter().find(|row| row.resource == name) else { return vec![Vec::new()] };
        let by = |codes: &[&str]| codes.iter().filter_map(|code| self.parameter(resource, code)).collect();
        let (begins, ends): (Vec<_>, Vec<_>) = (by(row.begins), by(row.ends));
        match (self.start, self.end) {
            (None, None) => vec![Vec::new()],
            (Some(start), None) => first_of(&ends, |one| vec![dated(one, start)]),
            (None, Some(end)) => first_of(&begins, |one| vec![dated(one, end)]),
            (Some(start), Some(end)) if begins == ends => {
                first_of(&ends, |one| vec![dated(one, start), dated(one, end)])
            }
            (Some(start), Some(end)) => {
                let by_start = first_of(&ends, |one| vec![dated(one, start)]);
                let by_end = first_of(&begins, |one| vec![dated(one, end)]);
                by_start
                    .iter()
                    .flat_map(|one| by_end.iter().map(|other| [&one[..], other].concat()))
                    .collect()
            }
        }
    }

    fn parameter(&self, resource: TypeId, code: &str) -> Option<ParameterId> {
        Some(self.definitions.parameter_of_release(resource, code)?.id)
    }

    fn belongs(&self, resource: TypeId) -> Condition {
        let owner = (self.of.resource, self.of.id.clone());
        let values = if self.is_group() {
            Values::ReferencesToMembers(owner.0, owner.1.clone())
        } else {
            let (resource, id) = owner.clone();
            Values::Reference(vec![ReferenceValue::Local { resource, id, version: None }])
        };
        let by = |code| self.parameter(resource, code);
        let has = |parameter| Condition::Has { parameter, values: values.clone() };
        let mut ways: Vec<_> = codes(self.compartment, resource).filter_map(by).map(has).collect();
        if resource == self.compartment.type_id {
            let (resource, id) = owner;
            ways.push(match self.is_group() {
                true => Condition::IsMember { resource, id },
                false => Condition::Is { resource, id },
            });
        }
        Condition::Any(ways)
    }

    /// Of a type that is never in the compartment: what is referred to from there.
    fn named(&self, target: TypeId) -> Condition {
        let sources = self.definitions.resource_types().map(|of| of.id).filter(|of| self.has(*of));
        let ways = sources.flat_map(|resource| {
            let refers = self.definitions.parameters(resource).filter(move |parameter| {
                !parameter.is_example
                    && is_includable(self.definitions, parameter, resource)
                    && self.definitions.may_refer_to(parameter, target)
            });
            refers.map(move |parameter| Condition::Referred {
                parameter: parameter.id,
                source: Box::new(Described { resource, condition: self.condition(resource) }),
            })
        });
        Condition::Any(ways.collect())
    }

    /// What comes along with the matches: what they refer to, but of patients those alone that are asked for, which are matches. Groups and
    /// appointments name others. Of the types that are never in the compartment, those asked for by their names are matches, too.
    fn included(&self, types: &Types, is_narrowed: bool) -> Option<Types> {
        let is_of_patients = self.definitions.type_of(self.compartment.type_id).name == "Patient";
        if !is_narrowed && !is_of_patients {
            return Some(Types::Every);
        }
        let mut wanted = match is_narrowed {
            true => types.list(self.definitions),
            false => Types::Every.list(self.definitions),
        };
        wanted.retain(|&of| !(is_of_patients && of == self.compartment.type_id));
        wanted.retain(|&of| !is_narrowed || self.has(of));
        wanted.sort_unstable();
        (!wanted.is_empty()).then(|| Types::Some(wanted.into()))
    }
}

fn dated(parameter: ParameterId, at: DateValue) -> Condition {
    Condition::Has { parameter, values: Values::Date(vec![at]) }
}

/// The ways in which the first of the parameters that a resource has is as asked; or it has none.
fn first_of(
    parameters: &[ParameterId],
    asked: impl Fn(ParameterId) -> Vec<Condition>,
) -> Vec<Vec<Condition>> {
    let (mut ways, mut absent) = (Vec::new(), Vec::new());
    for &parameter in parameters {
        ways.push([&absent[..], &asked(parameter)].concat());
        absent.push(Condition::Not(Box::new(Condition::Present(parameter))));
    }
    ways.push(absent);
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use fornax_definitions::SearchKind;

    #[test]
    fn care_dates_are_dates_of_their_types() {
        let definitions = fornax_definitions::r4();
        let patient = definitions.compartment("Patient").expect("a compartment");
        for row in CARE_DATES {
            let resource = definitions.type_named(row.resource).expect("a type").id;
            assert!(codes(patient, resource).next().is_some(), "{} is never a patient's", row.resource);
            assert!(!row.begins.is_empty(), "{}", row.resource);
            for code in row.begins.iter().chain(row.ends) {
                let found = definitions.parameter_of_release(resource, code);
                assert_eq!(found.map(|found| found.kind), Some(SearchKind::Date), "{}.{code}", row.resource);
            }
        }
    }
}
