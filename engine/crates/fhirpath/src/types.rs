//! What type a thing is, at compile time and at run time.

use fornax_definitions::TypeId;
use smallvec::SmallVec;

/// A type of FHIRPath's own model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemType {
    /// Everything.
    Any,
    /// `true` and `false`.
    Boolean,
    /// Whole numbers of 32 bits.
    Integer,
    /// Exact decimals.
    Decimal,
    /// Text.
    String,
    /// A date, perhaps partial.
    Date,
    /// A date and time, perhaps partial.
    DateTime,
    /// A time of day, perhaps partial.
    Time,
    /// A number with a unit.
    Quantity,
}

impl SystemType {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Any" => Self::Any,
            "Boolean" => Self::Boolean,
            "Integer" => Self::Integer,
            "Decimal" => Self::Decimal,
            "String" => Self::String,
            "Date" => Self::Date,
            "DateTime" => Self::DateTime,
            "Time" => Self::Time,
            "Quantity" => Self::Quantity,
            _ => return None,
        })
    }
}

/// The type of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeOf {
    Fhir(TypeId),
    System(SystemType),
}

/// What `is`, `as` and `ofType` ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeTest {
    /// This FHIR type, or one that derives from it.
    Fhir(TypeId),
    /// This System type.
    System(SystemType),
    /// This System type, or a FHIR type that converts to it by itself.
    Convertible(SystemType),
}

/// The types that the items of a collection can have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Not known before run time.
    Any,
    /// One of these. None at all: the collection is always empty.
    Known(SmallVec<[TypeOf; 2]>),
}

impl Shape {
    pub fn nothing() -> Self {
        Self::Known(SmallVec::new())
    }

    pub fn system(of: SystemType) -> Self {
        Self::Known(SmallVec::from_slice(&[TypeOf::System(of)]))
    }

    pub fn fhir(of: TypeId) -> Self {
        Self::Known(SmallVec::from_slice(&[TypeOf::Fhir(of)]))
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Known(types) if types.is_empty())
    }

    pub fn add(&mut self, of: TypeOf) {
        if let Self::Known(types) = self
            && !types.contains(&of)
        {
            types.push(of);
        }
    }

    pub fn or(mut self, other: &Self) -> Self {
        match other {
            Self::Any => Self::Any,
            Self::Known(types) => {
                types.iter().for_each(|of| self.add(*of));
                self
            }
        }
    }
}
