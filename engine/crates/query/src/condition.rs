//! What must hold of a resource.

use fornax_definitions::{ParameterId, TypeId};

use crate::text::TextExpression;
use crate::value::Values;

/// A condition on one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// One of the parameter's values is what is asked for.
    Has {
        /// The search parameter.
        parameter: ParameterId,
        /// What is asked for.
        values: Values,
    },
    /// The parameter has any value.
    Present(ParameterId),
    /// One of the parameter's values refers to a resource that one of the targets describes: a chain.
    Refers {
        /// A parameter of references.
        parameter: ParameterId,
        /// At least one, each of another type.
        targets: Vec<Described>,
    },
    /// Some resource that is so refers here by the parameter: `_has`.
    Referred {
        /// A parameter of references, one of the source's.
        parameter: ParameterId,
        /// What refers here.
        source: Box<Described>,
    },
    /// The resource is as one of these says; they differ by type.
    ByType(Vec<Described>),
    /// The resource is this one.
    Is {
        /// Its type.
        resource: TypeId,
        /// Its id.
        id: String,
    },
    /// The resource is a member of this group. Who is has to be looked up in the group itself.
    IsMember {
        /// The type of groups.
        resource: TypeId,
        /// The group's id.
        id: String,
    },
    /// Does not hold.
    Not(Box<Self>),
    /// All hold.
    All(Vec<Self>),
    /// One of them holds.
    Any(Vec<Self>),
}

/// A resource of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Its type.
    pub resource: TypeId,
    /// What must hold of it.
    pub condition: Condition,
}

impl Condition {
    /// Whether other resources decide about it.
    pub fn is_join(&self) -> bool {
        match self {
            Self::Has { values, .. } => values.is_by_others(),
            Self::Present(_) | Self::Is { .. } => false,
            Self::Refers { .. } | Self::Referred { .. } | Self::IsMember { .. } => true,
            Self::ByType(described) => described.iter().any(|one| one.condition.is_join()),
            Self::Not(condition) => condition.is_join(),
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().any(Self::is_join),
        }
    }

    /// Adds the search parameters that it asks by.
    pub(crate) fn add_parameters(&self, found: &mut Vec<ParameterId>) {
        let of_all = |described: &[Described], found: &mut Vec<ParameterId>| {
            described.iter().for_each(|one| one.condition.add_parameters(found));
        };
        match self {
            Self::Has { parameter, .. } | Self::Present(parameter) => found.push(*parameter),
            Self::Refers { parameter, targets } => {
                found.push(*parameter);
                of_all(targets, found);
            }
            Self::Referred { parameter, source } => {
                found.push(*parameter);
                source.condition.add_parameters(found);
            }
            Self::ByType(described) => of_all(described, found),
            Self::Is { .. } | Self::IsMember { .. } => {}
            Self::Not(condition) => condition.add_parameters(found),
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.add_parameters(found));
            }
        }
    }

    /// Whether it asks for words of the resource itself: whether what meets it has a score.
    pub(crate) fn asks_for_words(&self) -> bool {
        match self {
            Self::Has { values: Values::Words(words), .. } => {
                words.iter().any(TextExpression::asks_for_words)
            }
            Self::ByType(described) => described.iter().any(|one| one.condition.asks_for_words()),
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().any(Self::asks_for_words),
            _ => false,
        }
    }

    /// How many values are looked up for it.
    pub(crate) fn values(&self) -> usize {
        let of_all = |described: &[Described]| described.iter().map(|one| one.condition.values()).sum();
        match self {
            Self::Has { values, .. } => values.len(),
            Self::Present(_) | Self::Is { .. } | Self::IsMember { .. } => 1,
            Self::Refers { targets, .. } => of_all(targets),
            Self::Referred { source, .. } => source.condition.values(),
            Self::ByType(described) => of_all(described),
            Self::Not(condition) => condition.values(),
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().map(Self::values).sum(),
        }
    }
}
