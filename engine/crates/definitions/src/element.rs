//! Elements: what a type holds under which name, how often, and of which types.

use std::sync::Arc;

use crate::{Coded, TypeId};

/// An element's number within one [`Definitions`](crate::Definitions): dense, from zero. Types that inherit an element
/// unchanged share it. Another image numbers otherwise, so it is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(u16);

impl ElementId {
    pub(crate) const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The place in a table with one row per element.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One element of a type.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its own number.
    pub id: ElementId,
    /// The last part of its path; for a choice without `[x]`, so that it is no JSON member's name.
    pub name: &'static str,
    /// Whether the type's name follows in JSON: `value[x]` is written `valueQuantity`.
    pub is_choice: bool,
    /// How often it must be there.
    pub min: u32,
    /// How often it may be there; absent for any number.
    pub max: Option<u32>,
    /// At least one; several only for a choice. A content reference has the backbone type that it refers to.
    pub types: Arc<[ElementType]>,
    /// The value set that its codes are bound to.
    pub binding: Option<Binding>,
    /// A reader that does not understand it must not use what holds it.
    pub is_modifier: bool,
    /// It is part of a summary.
    pub is_summary: bool,
}

impl Element {
    /// Whether JSON writes it as an array.
    pub fn is_array(&self) -> bool {
        self.max.is_none_or(|max| max > 1)
    }
}

/// One of the types that an element may have.
#[derive(Clone, Debug)]
pub struct ElementType {
    /// The type.
    pub type_id: TypeId,
    /// The constraint on that type which the value must also meet, as `SimpleQuantity` on `Quantity`.
    pub profile: Option<TypeId>,
    /// The FHIRPath type, where the specification types the element by that: `id` elements, `Extension.url`, and the
    /// `value` of primitives. Such an element is a bare value: it has no extensions.
    pub system: Option<SystemType>,
    /// What a reference or canonical may point to; empty when nothing is said. `Resource` stands for every type.
    pub targets: Arc<[TypeId]>,
}

/// A value set and how far it binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// How far it binds.
    pub strength: BindingStrength,
    /// The canonical URL, with `|version` where the specification gives one.
    pub value_set: Option<&'static str>,
}

/// How far a value set binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingStrength {
    /// Codes of the set only.
    Required,
    /// Codes of the set, where one fits.
    Extensible,
    /// Better codes of the set.
    Preferred,
    /// The set is an example.
    Example,
}

impl Coded for BindingStrength {
    const ALL: &'static [Self] = &[Self::Required, Self::Extensible, Self::Preferred, Self::Example];

    fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Extensible => "extensible",
            Self::Preferred => "preferred",
            Self::Example => "example",
        }
    }
}

/// A type of FHIRPath's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemType {
    /// `System.Boolean`.
    Boolean,
    /// `System.Date`.
    Date,
    /// `System.DateTime`.
    DateTime,
    /// `System.Decimal`.
    Decimal,
    /// `System.Integer`.
    Integer,
    /// `System.String`.
    String,
    /// `System.Time`.
    Time,
}

impl Coded for SystemType {
    const ALL: &'static [Self] =
        &[Self::Boolean, Self::Date, Self::DateTime, Self::Decimal, Self::Integer, Self::String, Self::Time];

    fn code(self) -> &'static str {
        match self {
            Self::Boolean => "System.Boolean",
            Self::Date => "System.Date",
            Self::DateTime => "System.DateTime",
            Self::Decimal => "System.Decimal",
            Self::Integer => "System.Integer",
            Self::String => "System.String",
            Self::Time => "System.Time",
        }
    }
}
