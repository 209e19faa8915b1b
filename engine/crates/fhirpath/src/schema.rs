//! FHIR's types as paths see them.

use fornax_definitions::{Definitions, ElementType, TypeId, TypeKind};
use fornax_model::Node;
use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::ast::{CalendarUnit, TypeName};
use crate::item::{Element, Item, Quantity, Unit, Value};
use crate::temporal::{Date, DateTime, Time};
use crate::types::{SystemType, TypeOf, TypeTest};

/// The code system of UCUM.
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// What the evaluator knows of FHIR's types, one row per type.
#[derive(Debug)]
pub(crate) struct Schema {
    pub definitions: &'static Definitions,
    /// The System type that an element converts to by itself, by [`TypeId::index`].
    conversions: Vec<Option<SystemType>>,
    pub extension: Option<TypeId>,
    pub reference: Option<TypeId>,
}

/// Where a named element of one type stands in JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub parent: TypeId,
    pub json: Box<str>,
    /// The member beside it that holds a primitive's id and extensions.
    pub extra: Option<Box<str>>,
    pub child: Child,
}

/// The type of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Child {
    Fixed(TypeId),
    /// A resource, which names its own type.
    Resource(TypeId),
}

impl Schema {
    pub fn new(definitions: &'static Definitions) -> Self {
        let named = |name| definitions.type_named(name).map(|found| found.id);
        let quantity = named("Quantity");
        let conversions = definitions
            .types()
            .iter()
            .map(|this| match this.kind {
                TypeKind::Primitive(_) => primitive_conversion(definitions, this.id),
                _ if quantity.is_some_and(|quantity| definitions.is_a(this.id, quantity)) => {
                    Some(SystemType::Quantity)
                }
                _ => None,
            })
            .collect();
        Self { definitions, conversions, extension: named("Extension"), reference: named("Reference") }
    }

    /// The System type that elements of this type convert to by themselves.
    pub fn conversion(&self, type_id: TypeId) -> Option<SystemType> {
        self.conversions[type_id.index()]
    }

    /// Whether a value of this type passes the test.
    pub fn passes(&self, of: TypeOf, test: TypeTest) -> bool {
        match (of, test) {
            (TypeOf::Fhir(type_id), TypeTest::Fhir(ancestor)) => self.definitions.is_a(type_id, ancestor),
            (TypeOf::Fhir(type_id), TypeTest::Convertible(system)) => {
                self.conversion(type_id) == Some(system)
            }
            (_, TypeTest::System(SystemType::Any)) => true,
            (TypeOf::System(of), TypeTest::System(system) | TypeTest::Convertible(system)) => of == system,
            _ => false,
        }
    }

    /// The test that a type's name stands for: FHIR's types come first, as the specification has it.
    pub fn test_named(&self, name: &TypeName) -> Option<TypeTest> {
        let fhir = || self.definitions.type_named(&name.name).map(|found| TypeTest::Fhir(found.id));
        let system = || SystemType::named(&name.name).map(TypeTest::System);
        match name.model.as_deref() {
            None => fhir().or_else(system),
            Some("FHIR") => fhir(),
            Some("System") => system(),
            Some(_) => None,
        }
    }

    /// Where the element `name` of `parent` stands in JSON: several rows for a choice, none if there is no such element.
    pub fn rows(&self, parent: TypeId, name: &str) -> SmallVec<[Row; 1]> {
        let Some(element) = self.definitions.element_named(parent, name) else {
            return SmallVec::new();
        };
        let names = self.definitions.member_names(element);
        names.map(|(json, of)| self.row(parent, json, of)).collect()
    }

    /// The same of a choice with the type in its name, as JSON has it: `valueDateTime`.
    pub fn rows_of_member(&self, parent: TypeId, name: &str) -> SmallVec<[Row; 1]> {
        let found = self.definitions.child(parent, name).filter(|found| found.element.is_choice);
        found.map(|found| self.row(parent, name.to_owned(), found.value)).into_iter().collect()
    }

    fn row(&self, parent: TypeId, json: String, of: &ElementType) -> Row {
        let extra = (self.is_primitive(of.type_id) && of.system.is_none())
            .then(|| format!("_{json}").into_boxed_str());
        Row { parent, json: json.into_boxed_str(), extra, child: self.child(of.type_id) }
    }

    pub fn child(&self, type_id: TypeId) -> Child {
        let found = self.definitions.type_of(type_id);
        let names_itself = found.is_abstract && found.kind == TypeKind::Resource;
        if names_itself { Child::Resource(type_id) } else { Child::Fixed(type_id) }
    }

    /// The type of a node that stands where `child` is declared.
    pub fn type_of_node(&self, node: Option<Node<'_>>, child: Child) -> TypeId {
        match child {
            Child::Fixed(type_id) => type_id,
            Child::Resource(declared) => {
                let name = node.and_then(|node| node.get("resourceType")).and_then(Node::as_str);
                let found = name.and_then(|name| self.definitions.type_named(&name));
                found.filter(|found| found.kind == TypeKind::Resource).map_or(declared, |found| found.id)
            }
        }
    }

    pub fn type_of(&self, item: &Item<'_>) -> TypeOf {
        match item {
            Item::Element(element) => TypeOf::Fhir(element.type_id),
            Item::Target(type_id) => TypeOf::Fhir(*type_id),
            Item::Value(value) => TypeOf::System(value.system_type()),
        }
    }

    pub fn is_primitive(&self, type_id: TypeId) -> bool {
        matches!(self.definitions.type_of(type_id).kind, TypeKind::Primitive(_))
    }

    /// The System value of an item: its own, or what its element converts to by itself. `None` for an element without
    /// value, for one that is no primitive and no quantity, and for one whose content does not fit its type.
    pub fn value<'i>(&self, item: &'i Item<'_>) -> Option<Value<'i>> {
        match item {
            Item::Value(value) => Some(value.borrowed()),
            Item::Element(element) => self.value_of(element),
            Item::Target(_) => None,
        }
    }

    /// See [`Schema::value`].
    pub fn value_of<'a>(&self, element: &Element<'a>) -> Option<Value<'a>> {
        let node = element.node?;
        Some(match self.conversion(element.type_id)? {
            SystemType::Boolean => Value::Boolean(node.as_bool()?),
            SystemType::Integer => Value::Integer(node.as_number()?.parse().ok()?),
            SystemType::Decimal => Value::Decimal(decimal(node.as_number()?)?),
            SystemType::String => Value::String(node.as_str()?),
            SystemType::Date => Value::Date(Date::parse(&node.as_str()?)?),
            SystemType::DateTime => Value::DateTime(DateTime::parse(&node.as_str()?)?),
            SystemType::Time => Value::Time(Time::parse(&node.as_str()?)?),
            SystemType::Quantity => Value::Quantity(quantity(node)?),
            SystemType::Any => return None,
        })
    }
}

/// The System type of a primitive's own `value` element.
fn primitive_conversion(definitions: &Definitions, type_id: TypeId) -> Option<SystemType> {
    use fornax_definitions::SystemType as Written;
    let value = definitions.element_named(type_id, "value")?;
    Some(match value.types.iter().find_map(|of| of.system)? {
        Written::Boolean => SystemType::Boolean,
        Written::Date => SystemType::Date,
        Written::DateTime => SystemType::DateTime,
        Written::Decimal => SystemType::Decimal,
        Written::Integer => SystemType::Integer,
        Written::String => SystemType::String,
        Written::Time => SystemType::Time,
    })
}

/// A JSON number, exactly; `None` for one that takes more than 28 digits to write without an exponent.
pub(crate) fn decimal(digits: &str) -> Option<Decimal> {
    let written = fornax_model::Decimal::parse(digits).ok()?;
    let (coefficient, scale) = match u32::try_from(-written.exponent()) {
        Ok(scale) => (written.coefficient(), scale),
        Err(_) => {
            let power = 10_i128.checked_pow(written.exponent().unsigned_abs())?;
            (written.coefficient().checked_mul(power)?, 0)
        }
    };
    Decimal::try_from_i128_with_scale(coefficient, scale).ok()
}

/// A FHIR quantity counts as a System one when it has a value and a UCUM code, and is not "less than" or "more than".
fn quantity(node: Node<'_>) -> Option<Quantity<'_>> {
    let value = decimal(node.get("value")?.as_number()?)?;
    if node.get("comparator").is_some() || node.get("system")?.as_str()? != UCUM {
        return None;
    }
    let code = node.get("code")?.as_str()?;
    let unit = calendar(&code).map_or(Unit::Ucum(code), Unit::Calendar);
    Some(Quantity { value, unit })
}

/// FHIR's durations are written in UCUM and mean the calendar's.
fn calendar(code: &str) -> Option<CalendarUnit> {
    Some(match code {
        "a" => CalendarUnit::Year,
        "mo" => CalendarUnit::Month,
        "d" => CalendarUnit::Day,
        "h" => CalendarUnit::Hour,
        "min" => CalendarUnit::Minute,
        "s" => CalendarUnit::Second,
        _ => return None,
    })
}
