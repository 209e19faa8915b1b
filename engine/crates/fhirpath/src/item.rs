//! What collections hold: elements of a document, and computed values.

use std::borrow::Cow;

use fornax_definitions::TypeId;
use fornax_model::{Kind, Node};
use rust_decimal::Decimal;

use crate::ast::CalendarUnit;
use crate::temporal::{Date, DateTime, Temporal, Time};
use crate::types::SystemType;

/// One member of a collection.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// An element of the document, its type known.
    Element(Element<'a>),
    /// A computed value, or one written out in the expression.
    Value(Value<'a>),
    /// What a reference points to, not fetched: only its type is known.
    Target(TypeId),
}

/// An element of a document. It has a node, or extensions, or both.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// The JSON value; absent for a primitive that has only an id or extensions.
    pub node: Option<Node<'a>>,
    /// For a primitive the object that holds its id and extensions: JSON's `_birthDate`.
    pub extra: Option<Node<'a>>,
    /// The FHIR type: of a choice the one that was chosen, of a resource its own.
    pub type_id: TypeId,
}

/// A value of one of FHIRPath's own types.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `System.Boolean`
    Boolean(bool),
    /// `System.Integer`
    Integer(i32),
    /// `System.Decimal`, exact up to 28 digits.
    Decimal(Decimal),
    /// `System.String`
    String(Cow<'a, str>),
    /// `System.Date`
    Date(Date),
    /// `System.DateTime`
    DateTime(DateTime),
    /// `System.Time`
    Time(Time),
    /// `System.Quantity`
    Quantity(Quantity<'a>),
}

/// A number with a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity<'a> {
    /// The number.
    pub value: Decimal,
    /// What is counted.
    pub unit: Unit<'a>,
}

/// The unit of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit<'a> {
    /// A word for a span of the calendar.
    Calendar(CalendarUnit),
    /// A UCUM code; `1` for a plain number.
    Ucum(Cow<'a, str>),
}

impl<'a> Element<'a> {
    /// A whole element without a sibling of its own: a resource or any other object.
    pub fn new(node: Node<'a>, type_id: TypeId) -> Self {
        Self { node: Some(node), extra: None, type_id }
    }

    /// The JSON object that holds the element's children, if it has any.
    pub(crate) fn object(&self) -> Option<Node<'a>> {
        self.node.filter(|node| node.kind() == Kind::Object).or(self.extra)
    }

    /// Whether both are the same place of the same document.
    pub(crate) fn is(&self, other: &Self) -> bool {
        same(self.node, other.node) && same(self.extra, other.extra)
    }
}

fn same(left: Option<Node<'_>>, right: Option<Node<'_>>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => std::ptr::eq(left.raw(), right.raw()),
        (None, None) => true,
        _ => false,
    }
}

impl Value<'_> {
    /// The type.
    pub fn system_type(&self) -> SystemType {
        match self {
            Self::Boolean(_) => SystemType::Boolean,
            Self::Integer(_) => SystemType::Integer,
            Self::Decimal(_) => SystemType::Decimal,
            Self::String(_) => SystemType::String,
            Self::Date(_) => SystemType::Date,
            Self::DateTime(_) => SystemType::DateTime,
            Self::Time(_) => SystemType::Time,
            Self::Quantity(_) => SystemType::Quantity,
        }
    }

    /// The same value, its text borrowed from this one.
    pub(crate) fn borrowed(&self) -> Value<'_> {
        match self {
            Value::Boolean(value) => Value::Boolean(*value),
            Value::Integer(value) => Value::Integer(*value),
            Value::Decimal(value) => Value::Decimal(*value),
            Value::String(value) => Value::String(Cow::Borrowed(value)),
            Value::Date(value) => Value::Date(*value),
            Value::DateTime(value) => Value::DateTime(*value),
            Value::Time(value) => Value::Time(*value),
            Value::Quantity(Quantity { value, unit }) => {
                let unit = match unit {
                    Unit::Calendar(unit) => Unit::Calendar(*unit),
                    Unit::Ucum(code) => Unit::Ucum(Cow::Borrowed(code)),
                };
                Value::Quantity(Quantity { value: *value, unit })
            }
        }
    }
}

impl From<Temporal> for Value<'_> {
    fn from(temporal: Temporal) -> Self {
        match temporal {
            Temporal::Date(date) => Self::Date(date),
            Temporal::DateTime(moment) => Self::DateTime(moment),
            Temporal::Time(time) => Self::Time(time),
        }
    }
}

impl<'a> From<Value<'a>> for Item<'a> {
    fn from(value: Value<'a>) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<Element<'a>> for Item<'a> {
    fn from(element: Element<'a>) -> Self {
        Self::Element(element)
    }
}

impl std::fmt::Display for Unit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Calendar(unit) => f.write_str(unit.name()),
            Self::Ucum(code) => write!(f, "'{code}'"),
        }
    }
}

impl std::fmt::Display for Value<'_> {
    /// As `toString()` writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Decimal(value) => value.fmt(f),
            Self::String(value) => f.write_str(value),
            Self::Date(value) => value.fmt(f),
            Self::DateTime(value) => value.fmt(f),
            Self::Time(value) => value.fmt(f),
            Self::Quantity(Quantity { value, unit }) => {
                let is_plural = matches!(unit, Unit::Calendar(_)) && *value != Decimal::ONE;
                write!(f, "{value} {unit}{}", if is_plural { "s" } else { "" })
            }
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Integer(value)
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::String(value)
    }
}
