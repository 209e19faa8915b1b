//! The difference of two versions, as a FHIRPath Patch that makes the newer one of the older.
//!
//! What is in the newer one comes first and what is gone last, and of a list the end before the beginning: so nothing is ever empty on the
//! way, which would take along what holds it, and each place is where the path says when its turn comes.

mod elements;
mod script;
mod value;

use fornax_definitions::{TypeId, TypeKind};
use fornax_model::Node;
use fornax_model::write::{ArrayWriter, ObjectWriter};

use self::elements::{Held, Item, elements};
use self::script::{Gap, gaps};
use self::value::Values;
use crate::error::{PatchError, Problem};
use crate::fhirpath_patch::resource_type;
use crate::limits::Bound;
use crate::patcher::Patcher;

impl Patcher {
    /// A Parameters resource whose operations make the newer resource of the older one; without any, where they say the same. It can be read
    /// as a FHIRPath Patch. Their ids are not compared, and numbers differ where they are written differently.
    ///
    /// An operation that replaces or deletes has what was there in its part `previousValue`. Takes time in proportion to both resources,
    /// and of lists that differ to the product of their lengths, up to 65,536 pairs of items.
    ///
    /// # Errors
    /// They are not of one type, hold what their type does not define, or need more operations than a patch may have.
    pub fn diff(&self, older: Node<'_>, newer: Node<'_>) -> Result<Vec<u8>, PatchError> {
        let type_of = |root| resource_type(self.definitions, root).ok_or(Problem::NotAResource);
        let part_type = self.definitions.type_named("Parameters.parameter");
        let part_type = part_type.ok_or_else(|| Problem::NotParameters.whole())?.id;
        let type_id = type_of(older).map_err(Problem::whole)?;
        if type_of(newer).map_err(Problem::whole)? != type_id {
            return Err(Problem::Identity.whole());
        }
        let mut out = Vec::new();
        let mut parameters = ObjectWriter::new(&mut out);
        parameters.string("resourceType", "Parameters");
        let values = Values { definitions: self.definitions, part_type };
        let operations = parameters.array("parameter");
        let mut diff = Diff { values, operations, count: 0, operations_max: self.limits.operations_max };
        let path = self.definitions.type_of(type_id).name.to_owned();
        diff.object(&path, type_id, (older, newer))?;
        drop(diff);
        drop(parameters);
        Ok(out)
    }
}

/// What is written so far.
struct Diff<'w> {
    values: Values,
    operations: ArrayWriter<'w>,
    count: usize,
    operations_max: usize,
}

/// A value and its type.
type Typed<'a> = (TypeId, Item<'a>);

impl Diff<'_> {
    fn object(
        &mut self,
        path: &str,
        type_id: TypeId,
        (older, newer): (Node<'_>, Node<'_>),
    ) -> Result<(), PatchError> {
        let of = |node| elements(self.values.definitions, (node, type_id), path);
        let (before, after) = (of(older)?, of(newer)?);
        for now in &after {
            let then = before.iter().find(|then| then.element.id == now.element.id);
            match (then, now.element.is_array()) {
                (then, true) => self.list(path, then, now)?,
                (Some(then), false) => {
                    self.changed(&now.path(path), (then.type_id, then.one()), (now.type_id, now.one()))?;
                }
                (None, false) => self.added(path, now)?,
            }
        }
        for then in
            before.iter().rev().filter(|then| !after.iter().any(|now| now.element.id == then.element.id))
        {
            let path = then.path(path);
            if !then.element.is_array() {
                self.deleted(&path, (then.type_id, then.one()))?;
                continue;
            }
            for (index, item) in then.items().into_iter().enumerate().rev() {
                self.deleted(&format!("{path}[{index}]"), (then.type_id, item))?;
            }
        }
        Ok(())
    }

    /// What stands in one place in both.
    fn changed(&mut self, path: &str, then: Typed<'_>, now: Typed<'_>) -> Result<(), PatchError> {
        if then.0 == now.0 && then.1.is_same(now.1) {
            return Ok(());
        }
        let kind = self.values.definitions.type_of(now.0).kind;
        match (then.1.value, now.1.value) {
            (Some(older), Some(newer))
                if then.0 == now.0 && matches!(kind, TypeKind::Complex | TypeKind::Backbone) =>
            {
                self.object(path, now.0, (older, newer))
            }
            _ => self.operation("replace", path, |values, parts| {
                values.part(parts, "previousValue", then, path)?;
                values.part(parts, "value", now, path)
            }),
        }
    }

    fn added(&mut self, path: &str, now: &Held<'_>) -> Result<(), PatchError> {
        self.operation("add", path, |values, parts| {
            let mut name = parts.object();
            name.string("name", "name");
            name.string("valueString", now.element.name);
            drop(name);
            values.part(parts, "value", (now.type_id, now.one()), path)
        })
    }

    fn deleted(&mut self, path: &str, then: Typed<'_>) -> Result<(), PatchError> {
        self.operation("delete", path, |values, parts| values.part(parts, "previousValue", then, path))
    }

    fn inserted(&mut self, path: &str, index: usize, now: Typed<'_>) -> Result<(), PatchError> {
        self.operation("insert", path, |values, parts| {
            let mut part = parts.object();
            part.string("name", "index");
            part.integer("valueInteger", index as i64);
            drop(part);
            values.part(parts, "value", now, path)
        })
    }

    fn list(&mut self, path: &str, then: Option<&Held<'_>>, now: &Held<'_>) -> Result<(), PatchError> {
        let path = now.path(path);
        let (before, after) = (then.map_or_else(Vec::new, Held::items), now.items());
        for Gap { older, newer } in gaps(&before, &after).into_iter().rev() {
            let paired = older.len().min(newer.len());
            for index in (older.start + paired..older.end).rev() {
                self.deleted(&format!("{path}[{index}]"), (now.type_id, before[index]))?;
            }
            for (index, item) in (older.start + paired..).zip(&after[newer.start + paired..newer.end]) {
                self.inserted(&path, index, (now.type_id, *item))?;
            }
            for step in 0..paired {
                let place = format!("{path}[{}]", older.start + step);
                let (then, now_item) = (before[older.start + step], after[newer.start + step]);
                self.changed(&place, (now.type_id, then), (now.type_id, now_item))?;
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        code: &str,
        path: &str,
        more: impl FnOnce(&Values, &mut ArrayWriter<'_>) -> Result<(), PatchError>,
    ) -> Result<(), PatchError> {
        self.count += 1;
        if self.count > self.operations_max {
            return Err(Problem::Limit(Bound::Operations).whole());
        }
        let mut operation = self.operations.object();
        operation.string("name", "operation");
        let mut parts = operation.array("part");
        for (name, member, text) in [("type", "valueCode", code), ("path", "valueString", path)] {
            let mut part = parts.object();
            part.string("name", name);
            part.string(member, text);
        }
        more(&self.values, &mut parts)
    }
}
