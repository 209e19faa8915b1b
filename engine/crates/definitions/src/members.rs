//! From a type and a JSON member's name to the element behind it.

use crate::hash::hash64;
use crate::{Element, ElementId, Type, TypeId};

/// A hash table with open addressing and no names of its own: a slot holds numbers, and the names are the elements'
/// and types'. One look-up is one hash and, on average, little more than one comparison.
#[derive(Debug)]
pub(crate) struct Members {
    /// A power of two, at most two thirds of them taken.
    slots: Box<[Option<Slot>]>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    parent: TypeId,
    element: ElementId,
    choice: u8,
}

impl Members {
    /// Enters every member of every type.
    pub(crate) fn new(types: &[Type], elements: &[Element]) -> Self {
        let of_type = |type_of: &Type| -> usize {
            type_of.elements.iter().map(|element| elements[element.index()].types.len()).sum()
        };
        let count: usize = types.iter().map(of_type).sum();
        let mut members = Self { slots: vec![None; (count + count / 2).next_power_of_two()].into() };
        let mut name = String::new();
        for type_of in types {
            for &id in &type_of.elements {
                let element = &elements[id.index()];
                for (choice, value) in (0..=u8::MAX).zip(element.types.iter()) {
                    write_member(&mut name, element, types[value.type_id.index()].name);
                    members.insert(&name, Slot { parent: type_of.id, element: id, choice });
                }
            }
        }
        members
    }

    fn insert(&mut self, name: &str, slot: Slot) {
        let mut at = self.place(slot.parent, name);
        while self.slots[at].is_some() {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = Some(slot);
    }

    fn place(&self, parent: TypeId, name: &str) -> usize {
        hash64(u64::from(parent.number()), name.as_bytes()) as usize & (self.slots.len() - 1)
    }

    /// The element, and the place of the member's type among the element's.
    pub(crate) fn find(
        &self,
        parent: TypeId,
        name: &str,
        is_called: impl Fn(ElementId, usize) -> bool,
    ) -> Option<(ElementId, usize)> {
        let mut at = self.place(parent, name);
        while let Some(slot) = self.slots[at] {
            let choice = usize::from(slot.choice);
            if slot.parent == parent && is_called(slot.element, choice) {
                return Some((slot.element, choice));
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        None
    }
}

/// Writes the name that an element has in JSON when its value is of this type.
pub(crate) fn write_member(out: &mut String, element: &Element, type_name: &str) {
    out.clear();
    out.push_str(element.name);
    if element.is_choice {
        let mut letters = type_name.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
}

/// Whether JSON calls an element so when its value is of this type.
pub(crate) fn is_member(member: &str, element: &Element, type_name: &str) -> bool {
    if !element.is_choice {
        return member == element.name;
    }
    let Some(suffix) = member.strip_prefix(element.name) else { return false };
    match (suffix.as_bytes().split_first(), type_name.as_bytes().split_first()) {
        (Some((first, rest)), Some((type_first, type_rest))) => {
            *first == type_first.to_ascii_uppercase() && rest == type_rest
        }
        _ => false,
    }
}
