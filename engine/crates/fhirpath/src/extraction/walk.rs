//! One resource along the tree of places.

use fornax_model::{Node, NodeId};
use smallvec::SmallVec;

use super::{Composite, Extracted, ExtractionPlan, MemberRow, Part, Place, Wanted};
use crate::environment::Environment;
use crate::error::Error;
use crate::evaluate::Machine;
use crate::evaluate::navigate::for_each;
use crate::item::{Element, Item};

/// Errors of the walk itself have no place in any expression.
const NOWHERE: u32 = 0;

pub(super) struct Walk<'a, 'e, S> {
    plan: &'a ExtractionPlan,
    machine: Machine<'a, 'e>,
    sink: &'e mut S,
    /// The elements around the one at hand, by depth.
    around: SmallVec<[NodeId; 16]>,
}

impl<'a, 'e, S: FnMut(Extracted<'a>)> Walk<'a, 'e, S> {
    pub fn new(
        plan: &'a ExtractionPlan,
        resource: Element<'a>,
        environment: &'e Environment<'a>,
        sink: &'e mut S,
    ) -> Self {
        let machine = Machine::new(&plan.programs[0], resource, environment);
        Self { plan, machine, sink, around: SmallVec::new() }
    }

    pub fn run(&mut self, resource: Element<'a>) -> Result<(), Error> {
        self.visit(&self.plan.places[0], resource)
    }

    fn visit(&mut self, place: &'a Place, element: Element<'a>) -> Result<(), Error> {
        self.machine.step(NOWHERE)?;
        let Some(node) = element.node.or(element.extra) else { return Ok(()) };
        self.around.truncate(usize::from(place.depth));
        self.around.push(node.id());
        for wanted in &place.wanted {
            self.deliver(*wanted, element.into());
        }
        for (wanted, program) in &place.computed {
            let mark = self.machine.mark();
            self.machine.run(&self.plan.programs[usize::from(program.0)], element)?;
            for item in self.machine.take(mark) {
                self.deliver(*wanted, item);
            }
        }
        if !place.composites.is_empty() {
            self.composites(place, element)?;
        }
        for (program, target) in &place.filters {
            let program = &self.plan.programs[usize::from(program.0)];
            if self.machine.holds(program, element)? == Some(true) {
                self.visit(&self.plan.places[usize::from(target.0)], element)?;
            }
        }
        match element.object() {
            Some(object) if !place.members.rows.is_empty() => self.members(place, object),
            _ => Ok(()),
        }
    }

    fn deliver(&mut self, wanted: Wanted, item: Item<'a>) {
        let part = match wanted.component {
            None => Part::Whole,
            Some((index, depth)) => Part::Component { index, instance: self.around[usize::from(depth)] },
        };
        (self.sink)(Extracted { parameter: wanted.parameter, part, item });
    }

    fn members(&mut self, place: &'a Place, object: Node<'a>) -> Result<(), Error> {
        let mut found: SmallVec<[(&'a MemberRow, Node<'a>); 16]> = SmallVec::new();
        let mut has_extras = false;
        for (name, node) in object.members() {
            match place.members.find(&name) {
                Some(row) => found.push((row, node)),
                None => has_extras |= name.starts_with('_'),
            }
        }
        for (row, node) in found {
            let extra = row.extra.as_deref().filter(|_| has_extras).and_then(|extra| object.get(extra));
            self.follow(row, Some(node), extra)?;
        }
        if has_extras { self.extras_alone(place, object) } else { Ok(()) }
    }

    /// Primitives that have an id or extensions, and no value.
    fn extras_alone(&mut self, place: &'a Place, object: Node<'a>) -> Result<(), Error> {
        for (name, extra) in object.members() {
            let Some(plain) = name.strip_prefix('_') else { continue };
            match place.members.find(plain) {
                Some(row) if row.extra.is_some() && object.get(plain).is_none() => {
                    self.follow(row, None, Some(extra))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn follow(
        &mut self,
        row: &'a MemberRow,
        node: Option<Node<'a>>,
        extra: Option<Node<'a>>,
    ) -> Result<(), Error> {
        let schema = self.machine.schema();
        let target = &self.plan.places[usize::from(row.place.0)];
        for_each(node, extra, |node, extra| {
            let type_id = schema.type_of_node(node, row.child);
            self.visit(target, Element { node, extra, type_id })
        })
    }

    /// Composites whose elements a program selects.
    fn composites(&mut self, place: &'a Place, element: Element<'a>) -> Result<(), Error> {
        for Composite { parameter, instances, components } in &place.composites {
            let mark = self.machine.mark();
            self.machine.run(&self.plan.programs[usize::from(instances.0)], element)?;
            for item in self.machine.take(mark) {
                let Item::Element(anchor) = item else { continue };
                let Some(node) = anchor.node.or(anchor.extra) else { continue };
                for (index, program) in (0..=u8::MAX).zip(components) {
                    let part = Part::Component { index, instance: node.id() };
                    self.machine.run(&self.plan.programs[usize::from(program.0)], anchor)?;
                    for item in self.machine.take(mark) {
                        (self.sink)(Extracted { parameter: *parameter, part, item });
                    }
                }
            }
        }
        Ok(())
    }
}
