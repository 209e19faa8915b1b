//! From a value as the patch gives it to an element as JSON writes it.

use fornax_definitions::{Definitions, Element, JsonKind, TypeId, TypeKind};

use super::Given;
use super::list::{self, Content};
use super::place::resource_type;
use crate::error::Problem;
use crate::tree::{Object, Value};

/// The element of that name in a type. A choice goes by its name without a type, or by the name that JSON has.
pub(super) fn element_named(
    definitions: &'static Definitions,
    parent: TypeId,
    name: &str,
) -> Result<&'static Element, Problem> {
    let found = definitions.element_named(parent, name);
    let found = found.or_else(|| definitions.child(parent, name).map(|child| child.element));
    // JSON writes a primitive's value as the primitive itself.
    let is_own_value = matches!(definitions.type_of(parent).kind, TypeKind::Primitive(_)) && name == "value";
    found.filter(|element| element.max != Some(0) && !is_own_value).ok_or(Problem::UnknownElement)
}

/// Adds an element: to a list behind all others, else where none is yet.
pub(super) fn add<'a>(
    definitions: &'static Definitions,
    (object, parent): (&mut Object<'a>, TypeId),
    name: &str,
    given: &Given<'a>,
) -> Result<(), Problem> {
    let element = element_named(definitions, parent, name)?;
    let (member, content) = content(definitions, (element, name), given)?;
    if element.is_array() {
        let count = list::count(object, &member)?;
        return list::insert(object, &member, count, content);
    }
    let is_there = |name: &str| object.get(name).is_some() || object.get(&list::beside(name)).is_some();
    if definitions.member_names(element).any(|(name, _)| is_there(&name)) {
        return Err(Problem::Present);
    }
    list::exchange(object, (&member, &member), content);
    Ok(())
}

/// The member of an element and what it holds when it is given this value; `name` is what the patch calls it.
pub(super) fn content<'a>(
    definitions: &'static Definitions,
    (element, name): (&'static Element, &str),
    given: &Given<'a>,
) -> Result<(String, Content<'a>), Problem> {
    // All but choices have one type.
    let only = element.types.first().filter(|_| !element.is_choice).ok_or(Problem::WrongType);
    let (member, content) = match given {
        Given::Typed { type_id, value, beside } => {
            let mut names = definitions.member_names(element);
            let found = names.find(|(_, of)| match element.is_choice {
                true => of.type_id == *type_id,
                false => fits(definitions, *type_id, of.type_id),
            });
            let (member, of) = found.ok_or(Problem::WrongType)?;
            if beside.is_some() && of.system.is_some() {
                return Err(Problem::WrongType);
            }
            (member, Content { value: value.map(Value::from), beside: beside.map(Value::from) })
        }
        Given::Parts(parts) => {
            let type_id = only?.type_id;
            let value = assembled(definitions, type_id, parts)?;
            (element.name.to_owned(), Content { value: Some(value), beside: None })
        }
        Given::Resource(node) => {
            let declared = only?.type_id;
            let fits = resource_type(definitions, *node).is_some_and(|of| definitions.is_a(of, declared));
            let value = fits.then(|| Value::from(*node)).ok_or(Problem::WrongType)?;
            (element.name.to_owned(), Content { value: Some(value), beside: None })
        }
    };
    if name == element.name || name == member { Ok((member, content)) } else { Err(Problem::WrongType) }
}

/// An object whose elements are given one by one.
fn assembled<'a>(
    definitions: &'static Definitions,
    type_id: TypeId,
    parts: &[(String, Given<'a>)],
) -> Result<Value<'a>, Problem> {
    if !matches!(definitions.type_of(type_id).kind, TypeKind::Complex | TypeKind::Backbone) {
        return Err(Problem::WrongType);
    }
    let mut object = Object::default();
    for (name, given) in parts {
        add(definitions, (&mut object, type_id), name, given)?;
    }
    Ok(object.into())
}

/// Whether a value of the one type may be given for an element of the other: a primitive for another that JSON writes
/// alike, such as a string for a code. Whether its text is one of that type shows when the outcome is validated.
fn fits(definitions: &Definitions, given: TypeId, wanted: TypeId) -> bool {
    let kind = |id| definitions.type_of(id).kind;
    definitions.is_a(given, wanted)
        || match (kind(given), kind(wanted)) {
            (TypeKind::Primitive(JsonKind::Integer), TypeKind::Primitive(JsonKind::Decimal)) => true,
            (TypeKind::Primitive(given), TypeKind::Primitive(wanted)) => given == wanted,
            _ => false,
        }
}
