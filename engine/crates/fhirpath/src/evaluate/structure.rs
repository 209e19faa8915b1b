//! Equality of elements that have children.

use fornax_definitions::TypeId;
use fornax_model::{Decimal, Kind, Node};
use smallvec::SmallVec;

use super::equality::{Equality, all, in_any_order, same_value};
use crate::item::Element;
use crate::schema::Schema;

/// Compares child by child; the order of members does not count, that of lists does for `=`.
pub(super) fn same_element(
    schema: &Schema,
    left: Element<'_>,
    right: Element<'_>,
    equality: Equality,
) -> Option<bool> {
    if left.is(&right) {
        return Some(true);
    }
    let walk = Walk { schema, equality };
    match (left.object(), right.object()) {
        _ if left.node.is_some() != right.node.is_some() || left.type_id != right.type_id => Some(false),
        (Some(left_object), Some(right_object)) => {
            walk.objects(Some(left.type_id), left_object, right_object)
        }
        // Values that do not fit their types.
        _ => left.node.zip(right.node).map(|(left, right)| walk.plain(left, right)),
    }
}

struct Walk<'s> {
    schema: &'s Schema,
    equality: Equality,
}

impl Walk<'_> {
    /// Without a type for what FHIR does not define, as the members beside primitives.
    fn objects(&self, of: Option<TypeId>, left: Node<'_>, right: Node<'_>) -> Option<bool> {
        if left.members().count() != right.members().count() {
            return Some(false);
        }
        all(left.members().map(|(name, left)| {
            let Some(right) = right.get(&name) else { return Some(false) };
            let defined = of.and_then(|of| self.schema.definitions.child(of, &name));
            self.members(defined.map(|defined| defined.value.type_id), left, right)
        }))
    }

    fn members(&self, declared: Option<TypeId>, left: Node<'_>, right: Node<'_>) -> Option<bool> {
        if left.kind() != Kind::Array && right.kind() != Kind::Array {
            return self.nodes(declared, left, right);
        }
        let left: SmallVec<[Node<'_>; 4]> = left.items().collect();
        let right: SmallVec<[Node<'_>; 4]> = right.items().collect();
        if left.len() != right.len() {
            return Some(false);
        }
        match self.equality {
            Equality::Equal => {
                all(left.iter().zip(&right).map(|(left, right)| self.nodes(declared, *left, *right)))
            }
            Equality::Equivalent => Some(in_any_order(&left, &right, |left, right| {
                self.nodes(declared, *left, *right) == Some(true)
            })),
        }
    }

    fn nodes(&self, declared: Option<TypeId>, left: Node<'_>, right: Node<'_>) -> Option<bool> {
        let typed = declared.map(|declared| {
            let child = self.schema.child(declared);
            (self.schema.type_of_node(Some(left), child), self.schema.type_of_node(Some(right), child))
        });
        if let Some((left_type, right_type)) = typed {
            if left_type != right_type {
                return Some(false);
            }
            let left = self.schema.value_of(&Element::new(left, left_type));
            let right = self.schema.value_of(&Element::new(right, right_type));
            if let (Some(left), Some(right)) = (left, right) {
                return same_value(&left, &right, self.equality, None);
            }
        }
        if left.kind() == Kind::Object && right.kind() == Kind::Object {
            return self.objects(typed.map(|(of, _)| of), left, right);
        }
        Some(self.plain(left, right))
    }

    /// JSON values of no known type.
    fn plain(&self, left: Node<'_>, right: Node<'_>) -> bool {
        if left.kind() != right.kind() {
            return false;
        }
        match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => match (Decimal::parse(left), Decimal::parse(right)) {
                (Ok(left), Ok(right)) => left == right,
                _ => left == right,
            },
            _ => {
                left.as_str() == right.as_str()
                    && left.as_bool() == right.as_bool()
                    && left.raw() == right.raw()
            }
        }
    }
}
