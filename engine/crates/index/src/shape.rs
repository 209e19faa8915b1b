//! What a type of the definitions is to a search parameter.

use fornax_definitions::{Definitions, Type, TypeId, TypeKind};
use fornax_model::Primitive;

/// How the value of a type is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Boolean,
    Number,
    /// A date, date-time or instant.
    Moment,
    Text,
    /// A code whose system its binding says, or an id.
    Code,
    Uri,
    Canonical,
    Coding,
    CodeableConcept,
    Identifier,
    ContactPoint,
    HumanName,
    Address,
    Quantity,
    Money,
    Range,
    Period,
    Timing,
    Reference,
    /// Where a location is.
    Position,
    /// It stands for its value.
    Extension,
    /// No search parameter reads it.
    Other,
}

/// The shape of each type, by its number.
#[derive(Debug)]
pub(crate) struct Shapes(Box<[Shape]>);

impl Shapes {
    pub fn new(definitions: &Definitions) -> Self {
        Self(definitions.types().iter().map(|of| shape(definitions, of)).collect())
    }

    pub fn of(&self, type_id: TypeId) -> Shape {
        self.0[type_id.index()]
    }
}

fn shape(definitions: &Definitions, of: &Type) -> Shape {
    if let TypeKind::Primitive(_) = of.kind {
        return Primitive::named(of.name).map_or(Shape::Other, primitive);
    }
    let mut lineage = definitions.lineage(of.id);
    lineage.find_map(|of| complex(of.name)).unwrap_or(Shape::Other)
}

fn primitive(primitive: Primitive) -> Shape {
    match primitive {
        Primitive::Boolean => Shape::Boolean,
        Primitive::Integer | Primitive::PositiveInt | Primitive::UnsignedInt | Primitive::Decimal => {
            Shape::Number
        }
        Primitive::Date | Primitive::DateTime | Primitive::Instant => Shape::Moment,
        Primitive::String | Primitive::Markdown => Shape::Text,
        Primitive::Code | Primitive::Id => Shape::Code,
        Primitive::Uri | Primitive::Url | Primitive::Oid | Primitive::Uuid => Shape::Uri,
        Primitive::Canonical => Shape::Canonical,
        Primitive::Base64Binary | Primitive::Time | Primitive::Xhtml => Shape::Other,
    }
}

fn complex(name: &str) -> Option<Shape> {
    Some(match name {
        "Coding" => Shape::Coding,
        "CodeableConcept" => Shape::CodeableConcept,
        "Identifier" => Shape::Identifier,
        "ContactPoint" => Shape::ContactPoint,
        "HumanName" => Shape::HumanName,
        "Address" => Shape::Address,
        "Quantity" => Shape::Quantity,
        "Money" => Shape::Money,
        "Range" => Shape::Range,
        "Period" => Shape::Period,
        "Timing" => Shape::Timing,
        "Reference" => Shape::Reference,
        "Location.position" => Shape::Position,
        "Extension" => Shape::Extension,
        _ => return None,
    })
}
