//! Which resources a search is over: the part of its URL before the `?`.

use fornax_definitions::{Compartment, Definitions, SELF_CODE, TypeId};

use crate::condition::{Condition, Described};
use crate::error::QueryError;
use crate::name::resource_named;
use crate::value::{ReferenceValue, Values};

/// What is searched, before any parameter narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The one type; `None`: every type (in a compartment, every one that it has).
    pub resource: Option<TypeId>,
    /// The compartment that all must be in.
    pub compartment: Option<CompartmentOf>,
    /// What the parameters are.
    pub extent: Extent,
}

/// How what is in scope is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// As a search: by search parameters.
    Searched,
    /// By `$everything`: the compartment and what it refers to; of a group, the compartments of its members.
    Everything,
}

/// A compartment of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompartmentOf {
    /// The resource's type, which the compartment is named after.
    pub resource: TypeId,
    /// The resource's id.
    pub id: String,
}

/// The types that a search is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Types {
    /// One.
    One(TypeId),
    /// Some, each once, in the order of their numbers.
    Some(Box<[TypeId]>),
    /// Every one.
    Every,
}

/// Stands in a path in the place of a type.
const EVERYTHING: &str = "$everything";

impl Scope {
    /// Everything of one type.
    pub fn of(resource: TypeId) -> Self {
        Self { resource: Some(resource), compartment: None, extent: Extent::Searched }
    }

    /// Everything.
    pub fn everything() -> Self {
        Self { resource: None, compartment: None, extent: Extent::Searched }
    }

    /// Reads what stands in a URL between the base and the `?`: `Type`, nothing, `Patient/id/Type`, `Patient/id/*` or
    /// `Patient/id/$everything`.
    pub fn parse(path: &str, definitions: &Definitions) -> Result<Self, QueryError> {
        let named = |name: &str| resource_named(definitions, name).ok_or(QueryError::UnknownType);
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            [""] => Ok(Self::everything()),
            [name] => Ok(Self::of(named(name)?)),
            [kind, id, name] => {
                let compartment = Some(CompartmentOf { resource: named(kind)?, id: id.to_owned() });
                let (resource, extent) = match name {
                    "*" => (None, Extent::Searched),
                    EVERYTHING => (None, Extent::Everything),
                    name => (Some(named(name)?), Extent::Searched),
                };
                Ok(Self { resource, compartment, extent })
            }
            _ => Err(QueryError::UnknownType),
        }
    }

    /// The text that [`Scope::parse`] reads.
    pub fn to_path(&self, definitions: &Definitions) -> String {
        let name = |id: TypeId| definitions.type_of(id).name;
        let every = match self.extent {
            Extent::Searched => "*",
            Extent::Everything => EVERYTHING,
        };
        match &self.compartment {
            None => self.resource.map_or("", name).to_owned(),
            Some(CompartmentOf { resource, id }) => {
                format!("{}/{id}/{}", name(*resource), self.resource.map_or(every, name))
            }
        }
    }

    /// The types, where no parameter says which of them.
    pub(crate) fn types(&self, definitions: &Definitions) -> Result<Types, QueryError> {
        let Some(compartment) = self.definition(definitions)? else {
            return Ok(self.resource.map_or(Types::Every, Types::One));
        };
        let has = |of: TypeId| of == compartment.type_id || codes(compartment, of).next().is_some();
        let every = || definitions.resource_types().map(|of| of.id).filter(|of| has(*of)).collect();
        Ok(self.resource.map_or_else(|| Types::Some(every()), Types::One))
    }

    pub(crate) fn definition<'a>(
        &self,
        definitions: &'a Definitions,
    ) -> Result<Option<&'a Compartment>, QueryError> {
        let Some(CompartmentOf { resource, .. }) = &self.compartment else { return Ok(None) };
        let name = match (definitions.type_of(*resource).name, self.extent) {
            // Those of its members.
            ("Group", Extent::Everything) => "Patient",
            (name, _) => name,
        };
        let found = definitions.compartment(name);
        found.map(Some).ok_or(QueryError::NoCompartment)
    }

    /// What holds of all that is in the compartment.
    pub(crate) fn condition(
        &self,
        types: &Types,
        definitions: &Definitions,
    ) -> Result<Option<Condition>, QueryError> {
        let (Some(of), Some(compartment)) = (&self.compartment, self.definition(definitions)?) else {
            return Ok(None);
        };
        let belongs = |resource: TypeId| {
            let by = |code: &&str| {
                let parameter = definitions.parameter_of_release(resource, code)?.id;
                let (resource, id) = (of.resource, of.id.clone());
                let values = Values::Reference(vec![ReferenceValue::Local { resource, id, version: None }]);
                Some(Condition::Has { parameter, values })
            };
            let mut ways: Vec<Condition> =
                codes(compartment, resource).filter_map(|code| by(&code)).collect();
            if resource == of.resource {
                ways.push(Condition::Is { resource, id: of.id.clone() });
            }
            Condition::Any(ways)
        };
        Ok(Some(match types {
            Types::One(resource) => belongs(*resource),
            Types::Some(types) => {
                let described =
                    types.iter().map(|&resource| Described { resource, condition: belongs(resource) });
                Condition::ByType(described.collect())
            }
            Types::Every => return Err(QueryError::NoCompartment),
        }))
    }
}

/// The parameters by which a type comes into a compartment.
pub(crate) fn codes(compartment: &Compartment, resource: TypeId) -> impl Iterator<Item = &'static str> {
    compartment.parameters(resource).iter().copied().filter(|code| *code != SELF_CODE)
}

impl Types {
    /// The types, in the order of their numbers for `Some`, of their names for `Every`.
    pub fn list(&self, definitions: &Definitions) -> Vec<TypeId> {
        match self {
            Self::One(resource) => vec![*resource],
            Self::Some(types) => types.to_vec(),
            Self::Every => definitions.resource_types().map(|of| of.id).collect(),
        }
    }

    /// Whether a type is one of them.
    pub fn has(&self, resource: TypeId) -> bool {
        match self {
            Self::One(only) => *only == resource,
            Self::Some(types) => types.contains(&resource),
            Self::Every => true,
        }
    }
}
