//! The values of one element, and what stands beside them.

use fornax_model::{Kind, Node};

use super::{Check, Content};
use crate::fault::Fault;
use crate::place::Place;
use crate::shapes::{Form, Member};

impl Check<'_> {
    pub(super) fn single(&mut self, member: &Member, value: Node<'_>, place: &Place<'_>) {
        match value.kind() {
            Kind::Array => self.report(place, Fault::Array),
            _ => self.value(member, value, place),
        }
    }

    /// Checks all items but, of primitives, those that are `null`: [`Check::stand_ins`] is for these.
    pub(super) fn list(&mut self, member: &Member, values: Node<'_>, place: &Place<'_>) {
        if values.kind() != Kind::Array {
            return self.report(place, unless_null(values, Fault::NotAnArray));
        }
        let is_primitive = matches!(member.form, Form::Primitive(_));
        let mut is_empty = true;
        for (index, value) in values.items().enumerate() {
            is_empty = false;
            if !is_primitive || !is_null(value) {
                self.value(member, value, &place.item(index));
            }
        }
        if is_empty {
            self.report(place, Fault::Empty);
        }
    }

    fn value(&mut self, member: &Member, value: Node<'_>, place: &Place<'_>) {
        match member.form {
            Form::Primitive(primitive) => {
                if let Err(fault) = primitive.check(value) {
                    self.report(place, unless_null(value, fault.into()));
                }
            }
            Form::Resource => self.resource(value, place),
            Form::Object(_) if value.kind() != Kind::Object => {
                self.report(place, unless_null(value, Fault::NotAnObject));
            }
            Form::Object(type_id) => {
                if self.object(value, type_id, place) == Content::IdOnly {
                    self.report(place, Fault::IdOnly);
                }
            }
        }
    }

    /// Checks that an extension stands in for each `null` among a list's primitives.
    pub(super) fn stand_ins(&mut self, values: Node<'_>, beside: Option<Node<'_>>, place: &Place<'_>) {
        let mut beside = beside.map(Node::items);
        for (index, value) in values.items().enumerate() {
            let stand_in = beside.as_mut().and_then(Iterator::next);
            if is_null(value) && stand_in.is_none_or(is_null) {
                self.report(&place.item(index), Fault::NullAlone);
            }
        }
    }

    pub(super) fn single_beside(
        &mut self,
        member: &Member,
        beside: Node<'_>,
        value: Option<Node<'_>>,
        place: &Place<'_>,
    ) {
        match beside.kind() {
            Kind::Array => self.report(place, Fault::Array),
            _ => self.beside(member, beside, value, place),
        }
    }

    /// Checks what stands beside a list of primitives, an item each; where it stands alone, none may be `null`.
    pub(super) fn list_beside(
        &mut self,
        member: &Member,
        beside: Node<'_>,
        values: Option<Node<'_>>,
        place: &Place<'_>,
    ) {
        if beside.kind() != Kind::Array {
            return self.report(place, unless_null(beside, Fault::NotAnArray));
        }
        let length = beside.items().count();
        if values.is_some_and(|values| values.items().count() != length) {
            return self.report(place, Fault::Unaligned);
        }
        if length == 0 && values.is_none() {
            return self.report(place, Fault::Empty);
        }
        let mut values = values.map(Node::items);
        for (index, item) in beside.items().enumerate() {
            let value = values.as_mut().and_then(Iterator::next);
            // Where there is a list of values, a `null` here says that this one has no extensions.
            if !is_null(item) || value.is_none() {
                self.beside(member, item, value, &place.item(index));
            }
        }
    }

    /// Checks the id and extensions of a primitive.
    fn beside(&mut self, member: &Member, node: Node<'_>, value: Option<Node<'_>>, place: &Place<'_>) {
        if node.kind() != Kind::Object {
            return self.report(place, unless_null(node, Fault::NotAnObject));
        }
        let has_value = value.is_some_and(|value| !is_null(value));
        if self.object(node, member.type_id, place) == Content::IdOnly && !has_value {
            self.report(place, Fault::IdOnly);
        }
    }
}

/// The fault of a value that is not what it must be; that of `null` is always the same.
pub(super) fn unless_null(value: Node<'_>, fault: Fault) -> Fault {
    if is_null(value) { Fault::Null } else { fault }
}

pub(super) fn is_null(node: Node<'_>) -> bool {
    node.kind() == Kind::Null
}
