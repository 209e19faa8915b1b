//! What an object holds, element by element: a primitive's value together with what stands beside it.

use fornax_definitions::{Definitions, Element, TypeId};
use fornax_model::{Kind, Node};

use crate::error::{PatchError, Problem};

/// An element of an object: one, or all of a list.
pub(super) struct Held<'a> {
    pub element: &'static Element,
    /// Of a choice the one that is there.
    pub type_id: TypeId,
    value: Option<Node<'a>>,
    beside: Option<Node<'a>>,
}

/// One element: its value and what stands beside it; at least one of them.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub value: Option<Node<'a>>,
    pub beside: Option<Node<'a>>,
}

/// The elements of an object in the order of its members, each once.
///
/// # Errors
/// Not applicable: something that the type does not define, or an array where none belongs, and the other way round.
pub(super) fn elements<'a>(
    definitions: &'static Definitions,
    (object, type_id): (Node<'a>, TypeId),
    path: &str,
) -> Result<Vec<Held<'a>>, PatchError> {
    let mut all: Vec<Held<'a>> = Vec::new();
    let fault = |problem: Problem| problem.of_element(path);
    if object.kind() != Kind::Object {
        return Err(fault(Problem::Shape));
    }
    for (name, node) in object.members().filter(|(name, _)| name != "resourceType") {
        let plain = name.strip_prefix('_').unwrap_or(&name);
        let child = definitions.child(type_id, plain).ok_or_else(|| fault(Problem::UnknownElement))?;
        let is_root_id = path.bytes().all(|byte| byte != b'.') && plain == "id";
        if node.kind() == Kind::Null || is_root_id {
            continue;
        }
        if (node.kind() == Kind::Array) != child.element.is_array() {
            return Err(fault(Problem::Shape));
        }
        let known = all.iter().position(|held| held.element.id == child.element.id);
        let at = known.unwrap_or_else(|| {
            let (element, type_id) = (child.element, child.value.type_id);
            all.push(Held { element, type_id, value: None, beside: None });
            all.len() - 1
        });
        let held = &mut all[at];
        let place = if plain.len() == name.len() { &mut held.value } else { &mut held.beside };
        if held.type_id != child.value.type_id || place.replace(node).is_some() {
            return Err(fault(Problem::Shape));
        }
    }
    Ok(all)
}

impl<'a> Held<'a> {
    /// Where it is, under the path of what holds it.
    pub fn path(&self, around: &str) -> String {
        // FHIRPath has this word for itself.
        let name = if self.element.name == "div" { "`div`" } else { self.element.name };
        format!("{around}.{name}")
    }

    /// What is no list.
    pub fn one(&self) -> Item<'a> {
        Item { value: self.value, beside: self.beside }
    }

    /// The items of a list, in order.
    pub fn items(&self) -> Vec<Item<'a>> {
        let items = |list: Option<Node<'a>>| -> Vec<Option<Node<'a>>> {
            let items = list.into_iter().flat_map(Node::items);
            items.map(|item| Some(item).filter(|item| item.kind() != Kind::Null)).collect()
        };
        let (values, beside) = (items(self.value), items(self.beside));
        let at = |list: &[Option<Node<'a>>], index: usize| list.get(index).copied().flatten();
        let count = values.len().max(beside.len());
        (0..count).map(|index| Item { value: at(&values, index), beside: at(&beside, index) }).collect()
    }
}

impl Item<'_> {
    pub fn is_same(self, other: Item<'_>) -> bool {
        let is_same = |one: Option<Node<'_>>, other: Option<Node<'_>>| match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => is_same(one, other),
            _ => false,
        };
        is_same(self.value, other.value) && is_same(self.beside, other.beside)
    }
}

/// Whether two values say the same: members in any order, numbers as they are written, since `1.50` is more precise than `1.5`.
fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.kind(), other.kind()) {
        _ if one.raw() == other.raw() => true,
        (Kind::Object, Kind::Object) => {
            one.members().count() == other.members().count()
                && one.members().all(|(name, value)| {
                    other.get(&name).is_some_and(|counterpart| is_same(value, counterpart))
                })
        }
        (Kind::Array, Kind::Array) => {
            one.items().count() == other.items().count()
                && one.items().zip(other.items()).all(|(one, other)| is_same(one, other))
        }
        (Kind::String, Kind::String) => one.as_str() == other.as_str(),
        _ => false,
    }
}
