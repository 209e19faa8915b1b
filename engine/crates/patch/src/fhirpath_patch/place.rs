//! Where an element that a path selects stands in the resource.

use std::borrow::Cow;

use fornax_definitions::{Definitions, Element, TypeId, TypeKind};
use fornax_model::{Kind, Node};

use super::list;
use crate::error::Problem;
use crate::tree::{Array, Object, Value};

/// An element within a resource: its place in JSON, and what it is.
pub(super) struct Place<'a> {
    /// From the resource to the object that holds it.
    pub around: Vec<Step<'a>>,
    pub element: &'static Element,
    pub type_id: TypeId,
    /// The member, without the underscore.
    pub member: Cow<'a, str>,
    /// Of an item of a list.
    pub index: Option<usize>,
}

/// A step to an object.
pub(super) struct Step<'a> {
    /// As JSON has it, perhaps with an underscore.
    pub member: Cow<'a, str>,
    /// Where that is a list.
    pub index: Option<usize>,
}

impl<'a> Place<'a> {
    /// The place of a node that is within the resource; `None` of the resource itself, and of what no element is.
    pub fn of(
        definitions: &'static Definitions,
        (resource, type_id): (Node<'a>, TypeId),
        target: Node<'a>,
    ) -> Option<Self> {
        let (mut here, mut here_type) = (resource, type_id);
        let mut around = Vec::new();
        loop {
            let (name, value) = here.members().find(|(_, value)| holds(*value, target))?;
            let plain = name.strip_prefix('_').unwrap_or(&name);
            let child = definitions.child(here_type, plain)?;
            let (node, index) = match value.kind() {
                Kind::Array => {
                    let mut items = (0..).zip(value.items());
                    let (index, item) = items.find(|(_, item)| holds(*item, target))?;
                    (item, Some(index))
                }
                _ => (value, None),
            };
            let type_id = type_of(definitions, node, child.value.type_id);
            if node.span() == target.span() {
                let member = match name.strip_prefix('_') {
                    Some(plain) => Cow::Owned(plain.to_owned()),
                    None => name,
                };
                return Some(Self { around, element: child.element, type_id, member, index });
            }
            around.push(Step { member: name, index });
            (here, here_type) = (node, type_id);
        }
    }
}

fn holds(outer: Node<'_>, inner: Node<'_>) -> bool {
    let (outer, inner) = (outer.span(), inner.span());
    outer.start <= inner.start && inner.end <= outer.end
}

/// A resource names its own type.
pub(super) fn type_of(definitions: &Definitions, node: Node<'_>, declared: TypeId) -> TypeId {
    match definitions.type_of(declared).kind {
        TypeKind::Resource => resource_type(definitions, node).unwrap_or(declared),
        _ => declared,
    }
}

/// The type that a resource names; `None` where it names none that a resource can have.
pub(crate) fn resource_type(definitions: &Definitions, node: Node<'_>) -> Option<TypeId> {
    let name = node.get("resourceType").and_then(Node::as_str)?;
    let of = definitions.type_named(&name)?;
    (of.kind == TypeKind::Resource && !of.is_abstract).then_some(of.id)
}

/// The object at the end of the steps.
pub(super) fn object_at<'t, 'a>(
    root: &'t mut Value<'a>,
    steps: &[Step<'_>],
) -> Result<&'t mut Object<'a>, Problem> {
    let mut here = root;
    for step in steps {
        let object = here.as_object().ok_or(Problem::Shape)?;
        let value = object.get_mut(&step.member).ok_or(Problem::Shape)?;
        here = match step.index {
            Some(index) => value.as_array().and_then(|array| array.get_mut(index)).ok_or(Problem::Shape)?,
            None => value,
        };
    }
    here.as_object().ok_or(Problem::Shape)
}

/// The object in which the elements of an element are; of a primitive that which stands beside its value, and is made
/// where it does not stand yet.
pub(super) fn object_of<'t, 'a>(
    root: &'t mut Value<'a>,
    place: &Place<'a>,
    definitions: &Definitions,
) -> Result<&'t mut Object<'a>, Problem> {
    let is_primitive = matches!(definitions.type_of(place.type_id).kind, TypeKind::Primitive(_));
    let holder = object_at(root, &place.around)?;
    let mut name = Cow::Borrowed(&*place.member);
    if is_primitive {
        name = Cow::Owned(list::beside(&place.member));
        make(holder, &name, place)?;
    }
    let value = holder.get_mut(&name);
    let value = match place.index {
        Some(index) => value.and_then(Value::as_array).and_then(|array| array.get_mut(index)),
        None => value,
    };
    value.and_then(Value::as_object).ok_or(Problem::Shape)
}

/// Makes the object beside a primitive, where there is none.
fn make(holder: &mut Object<'_>, name: &str, place: &Place<'_>) -> Result<(), Problem> {
    let Some(index) = place.index else {
        if holder.get(name).is_none_or(Value::is_null) {
            holder.set(Cow::Owned(name.to_owned()), Object::default().into());
        }
        return Ok(());
    };
    let count = list::count(holder, &place.member)?;
    if holder.get(name).is_none() {
        holder.set(Cow::Owned(name.to_owned()), Array::default().into());
    }
    let array = holder.get_mut(name).and_then(Value::as_array).ok_or(Problem::Shape)?;
    array.fill(count);
    let item = array.get_mut(index).ok_or(Problem::Shape)?;
    if item.is_null() {
        *item = Object::default().into();
    }
    Ok(())
}
