//! From an element to the value of a part, as a FHIRPath Patch gives it.

use fornax_definitions::{Definitions, JsonKind, TypeId, TypeKind};
use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::Typed;
use super::elements::elements;
use crate::error::{PatchError, Problem};

/// Writes values.
pub(super) struct Values {
    pub definitions: &'static Definitions,
    /// Of parameters and their parts.
    pub part_type: TypeId,
}

impl Values {
    /// A part of that name whose value is the element. `place` is where that stands.
    pub fn part(
        &self,
        parts: &mut ArrayWriter<'_>,
        name: &str,
        typed: Typed<'_>,
        place: &str,
    ) -> Result<(), PatchError> {
        let mut part = parts.object();
        part.string("name", name);
        self.value(&mut part, typed, place)
    }

    /// A value of a type that parameters can have, or else its elements one by one.
    fn value(
        &self,
        part: &mut ObjectWriter<'_>,
        (type_id, item): Typed<'_>,
        place: &str,
    ) -> Result<(), PatchError> {
        let fault = |problem: Problem| problem.of_element(place);
        let kind = self.definitions.type_of(type_id).kind;
        let node = || item.value.ok_or_else(|| fault(Problem::Shape));
        match (kind, self.member(type_id)) {
            (TypeKind::Resource, _) => part.raw("resource", node()?.raw()),
            (TypeKind::Primitive(_), Some(member)) => {
                if let Some(value) = item.value {
                    part.raw(&member, value.raw());
                }
                if let Some(beside) = item.beside {
                    part.raw(&format!("_{member}"), beside.raw());
                }
            }
            (_, Some(member)) => part.raw(&member, node()?.raw()),
            (_, None) => {
                let mut parts = part.array("part");
                for held in elements(self.definitions, (node()?, type_id), place)? {
                    let items = if held.element.is_array() { held.items() } else { vec![held.one()] };
                    for item in items {
                        self.part(&mut parts, held.element.name, (held.type_id, item), place)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The member that a value of that type is written as. A primitive that parameters do not have is given as another that JSON writes
    /// alike.
    fn member(&self, type_id: TypeId) -> Option<String> {
        let of = self.definitions.type_of(type_id);
        let member =
            of.name.split_at_checked(1).map(|(first, rest)| format!("value{}{rest}", first.to_uppercase()));
        let alike = match of.kind {
            TypeKind::Primitive(JsonKind::String) => Some("valueString"),
            TypeKind::Primitive(JsonKind::Boolean) => Some("valueBoolean"),
            TypeKind::Primitive(JsonKind::Integer) => Some("valueInteger"),
            TypeKind::Primitive(JsonKind::Decimal) => Some("valueDecimal"),
            _ => None,
        };
        let is_known = |member: &String| self.definitions.child(self.part_type, member).is_some();
        member.filter(is_known).or_else(|| alike.map(ToOwned::to_owned))
    }
}
