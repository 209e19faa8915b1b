//! Types: primitives, complex types, resources, and the unnamed ones that backbone elements declare.

use crate::{Coded, ElementId};

/// A type's number within one [`Definitions`](crate::Definitions): dense, from zero, a base below what derives from
/// it. Another image numbers otherwise, so it is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u16);

impl TypeId {
    pub(crate) const fn new(number: u16) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> u16 {
        self.0
    }

    /// The place in a table with one row per type.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a primitive is written in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `true` or `false`.
    Boolean,
    /// A number without fraction and exponent.
    Integer,
    /// A number.
    Decimal,
    /// A string.
    String,
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// A single value, with `id` and `extension` beside it in the member that starts with an underscore.
    Primitive(JsonKind),
    /// A named data type with elements.
    Complex,
    /// The type that an element with children declares; its name is that element's path, as in `Patient.contact`.
    Backbone,
    /// A resource, or one of the abstract types that resources derive from.
    Resource,
}

impl Coded for TypeKind {
    const ALL: &'static [Self] = &[
        Self::Primitive(JsonKind::Boolean),
        Self::Primitive(JsonKind::Integer),
        Self::Primitive(JsonKind::Decimal),
        Self::Primitive(JsonKind::String),
        Self::Complex,
        Self::Backbone,
        Self::Resource,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Primitive(JsonKind::Boolean) => "boolean",
            Self::Primitive(JsonKind::Integer) => "integer",
            Self::Primitive(JsonKind::Decimal) => "decimal",
            Self::Primitive(JsonKind::String) => "string",
            Self::Complex => "complex-type",
            Self::Backbone => "backbone",
            Self::Resource => "resource",
        }
    }
}

/// How a type comes from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// It is a type of its own.
    Specialization,
    /// It narrows its base and is written as that: `SimpleQuantity` is a `Quantity` without comparator.
    Constraint,
}

impl Coded for Derivation {
    const ALL: &'static [Self] = &[Self::Specialization, Self::Constraint];

    fn code(self) -> &'static str {
        match self {
            Self::Specialization => "specialization",
            Self::Constraint => "constraint",
        }
    }
}

/// A type and where its elements are.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its own number.
    pub id: TypeId,
    /// As the specification writes it; for a backbone the path of the element that declares it. Unique.
    pub name: &'static str,
    /// What it is.
    pub kind: TypeKind,
    /// No instance is of exactly this type.
    pub is_abstract: bool,
    /// How it comes from its base.
    pub derivation: Derivation,
    /// Absent for `Element` and `Resource` only.
    pub base: Option<TypeId>,
    /// Inherited and own ones in the specification's order; see [`Definitions::elements`](crate::Definitions::elements).
    pub elements: Box<[ElementId]>,
}
