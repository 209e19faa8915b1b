//! An object's members, put together as elements and in the order of the definitions.

use std::borrow::Cow;

use fornax_definitions::{Definitions, Element, TypeId, TypeKind};
use fornax_model::Node;
use smallvec::SmallVec;

use crate::form::{Form, child};

/// One element, or a list of them: a member, and the one beside it.
pub(super) struct Row<'n, 'd> {
    /// Place among the type's elements.
    at: usize,
    /// Without an underscore.
    pub name: Cow<'n, str>,
    pub element: &'d Element,
    pub form: Form,
    pub value: Option<Node<'n>>,
    /// Id and extensions of a primitive.
    pub beside: Option<Node<'n>>,
}

/// All of an object.
pub(super) struct Rows<'n, 'd>(SmallVec<[Row<'n, 'd>; 8]>);

impl<'n, 'd> Rows<'n, 'd> {
    /// Says which member is wrong, and why, where one is.
    pub fn of(
        node: Node<'n>,
        definitions: &'d Definitions,
        of: TypeId,
    ) -> Result<Self, (Cow<'n, str>, &'static str)> {
        let of = definitions.type_of(of);
        let mut rows: SmallVec<[Row<'n, 'd>; 8]> = SmallVec::new();
        // Where the element after the latest one is, which most often comes next.
        let mut expected = 0;
        for (member, node) in node.members() {
            if of.kind == TypeKind::Resource && member == "resourceType" {
                continue;
            }
            let (name, is_beside) = without_underscore(member);
            if let Some(row) = rows.iter_mut().rev().find(|row| row.name == name) {
                let part = if is_beside { &mut row.beside } else { &mut row.value };
                *part = Some(node);
                continue;
            }
            let found = child(definitions, of.id, &name);
            let Some((child, form)) = found.filter(|(_, form)| !is_own_value(of.kind, *form, &name)) else {
                return Err((name, "an unknown element"));
            };
            let id = child.element.id;
            let (before, after) = of.elements.split_at(expected.min(of.elements.len()));
            let at = match after.iter().position(|&element| element == id) {
                Some(at) => before.len() + at,
                None => before.iter().position(|&element| element == id).unwrap_or(0),
            };
            expected = at + 1;
            if rows.iter().any(|row| row.at == at) {
                return Err((name, "a second type of one element"));
            }
            let (value, beside) = if is_beside { (None, Some(node)) } else { (Some(node), None) };
            rows.push(Row { at, name, element: child.element, form, value, beside });
        }
        if !rows.is_sorted_by_key(|row| row.at) {
            rows.sort_unstable_by_key(|row| row.at);
        }
        Ok(Self(rows))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Row<'n, 'd>> {
        self.0.iter()
    }
}

fn without_underscore(member: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    match member {
        Cow::Borrowed(name) => match name.strip_prefix('_') {
            Some(name) => (Cow::Borrowed(name), true),
            None => (Cow::Borrowed(name), false),
        },
        Cow::Owned(name) => match name.strip_prefix('_') {
            Some(name) => (Cow::Owned(name.to_owned()), true),
            None => (Cow::Owned(name), false),
        },
    }
}

/// A primitive's value is not a member of what stands beside it.
fn is_own_value(kind: TypeKind, form: Form, name: &str) -> bool {
    matches!(kind, TypeKind::Primitive(_)) && form == Form::Attribute && name == "value"
}
