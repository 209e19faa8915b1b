//! The walk over a resource: objects and their members.

mod element;

use element::{is_null, unless_null};
use fornax_definitions::{ElementId, Type, TypeId, TypeKind};
use fornax_model::{Kind, Node};
use smallvec::SmallVec;

use crate::fault::Fault;
use crate::place::Place;
use crate::shapes::{Form, Member, Part, Shapes};
use crate::{Issue, Limits};

const RESOURCE_TYPE: &str = "resourceType";
const CONTAINED: &str = "contained";

/// A check under way. It recurses as the resource's elements nest, up to [`Limits::depth_max`].
pub(crate) struct Check<'c> {
    shapes: &'c Shapes,
    limits: &'c Limits,
    issues: Vec<Issue>,
}

/// An object whose members are being checked.
struct Open<'o> {
    node: Node<'o>,
    type_id: TypeId,
    place: &'o Place<'o>,
    /// How many of the type's required elements are there.
    required: usize,
    /// The choices that are there, each with the type that was first.
    choices: SmallVec<[(ElementId, TypeId); 4]>,
    content: Content,
}

/// What an object holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// More than an id.
    Something,
    /// At most an id.
    IdOnly,
}

impl<'c> Check<'c> {
    pub fn new(shapes: &'c Shapes, limits: &'c Limits) -> Self {
        Self { shapes, limits, issues: Vec::new() }
    }

    /// All issues that were found, in order.
    pub fn finish(self) -> Vec<Issue> {
        self.issues
    }

    /// Checks a whole resource; tells its type, where it has one.
    pub fn root(&mut self, node: Node<'_>) -> Option<TypeId> {
        let of = self.resource_type(node, &Place::root(""))?;
        self.object(node, of.id, &Place::root(of.name));
        Some(of.id)
    }

    fn resource(&mut self, node: Node<'_>, place: &Place<'_>) {
        let Some(of) = self.resource_type(node, place) else { return };
        if place.is_element(CONTAINED) && node.get(CONTAINED).is_some() {
            self.report(&place.element(CONTAINED), Fault::NestedContained);
        }
        self.object(node, of.id, place);
    }

    fn resource_type(&mut self, node: Node<'_>, place: &Place<'_>) -> Option<&'static Type> {
        let found = match (node.kind(), node.get(RESOURCE_TYPE)) {
            (Kind::Object, Some(name)) => match name.as_str() {
                Some(name) => self.shapes.resource_type(&name).ok_or(Fault::NotAResourceType),
                None => Err(Fault::ResourceTypeKind),
            },
            (Kind::Object, None) => Err(Fault::NoResourceType),
            _ => Err(unless_null(node, Fault::NotAnObject)),
        };
        found.map_err(|fault| self.report(place, fault)).ok()
    }

    fn object(&mut self, node: Node<'_>, type_id: TypeId, place: &Place<'_>) -> Content {
        if place.depth > self.limits.depth_max {
            self.report(place, Fault::Depth(self.limits.depth_max));
            return Content::Something;
        }
        let mut open = Open::new(node, type_id, place);
        let mut is_empty = true;
        for (name, value) in node.members() {
            if self.is_full() {
                return Content::Something;
            }
            is_empty = false;
            self.member(&mut open, &name, value);
        }
        if is_empty {
            self.report(place, Fault::Empty);
            return Content::Something;
        }
        if self.shapes.is_extension(type_id) {
            self.extension(&open);
        }
        if open.required < self.shapes.required(type_id).len() {
            self.missing(&open);
        }
        open.content
    }

    fn member(&mut self, open: &mut Open<'_>, name: &str, value: Node<'_>) {
        let Some(member) = self.shapes.member(open.type_id, name) else {
            return self.unknown(open, name, value);
        };
        let place = open.place.element(member.element.name);
        // The other part of the element, where an extension stands beside its value.
        let sibling = if member.part == Part::Beside { open.node.get(&name[1..]) } else { None };
        if let Err(fault) = open.note(&member, sibling) {
            self.report(&place, fault);
        }
        match (member.part, member.element.is_array()) {
            (Part::Value, true) => {
                self.list(&member, value, &place);
                if matches!(member.form, Form::Primitive(_)) && value.items().any(is_null) {
                    self.stand_ins(value, open.node.get(&format!("_{name}")), &place);
                }
            }
            (Part::Value, false) => self.single(&member, value, &place),
            (Part::Beside, true) => self.list_beside(&member, value, sibling, &place),
            (Part::Beside, false) => self.single_beside(&member, value, sibling, &place),
        }
    }

    fn unknown(&mut self, open: &mut Open<'_>, name: &str, value: Node<'_>) {
        let of = self.shapes.type_of(open.type_id);
        if name == RESOURCE_TYPE && of.kind == TypeKind::Resource {
            return;
        }
        open.content = Content::Something;
        // The document's own path leaves out what does not look like an element's name.
        let path = value.path();
        let shown = path.rsplit('.').next().unwrap_or(&path);
        self.report(&open.place.element(shown), Fault::Unknown(of.name));
    }

    /// Invariant `ext-1`: of its value and its extensions an extension has one, not both.
    fn extension(&mut self, open: &Open<'_>) {
        // Its value is the only choice that it has.
        let has_value = !open.choices.is_empty();
        match (has_value, open.node.get("extension").is_some()) {
            (true, true) => self.report(open.place, Fault::ExtensionBoth),
            (false, false) => self.report(open.place, Fault::ExtensionEmpty),
            _ => {}
        }
    }

    #[cold]
    fn missing(&mut self, open: &Open<'_>) {
        let members = open.node.members();
        let there: Vec<ElementId> = members
            .filter_map(|(name, _)| Some(self.shapes.member(open.type_id, &name)?.element.id))
            .collect();
        for id in self.shapes.required(open.type_id) {
            if !there.contains(id) {
                self.report(&open.place.element(self.shapes.element(*id).name), Fault::Missing);
            }
        }
    }

    #[cold]
    fn report(&mut self, place: &Place<'_>, fault: Fault) {
        if !self.is_full() {
            self.issues.push(Issue::new(place.to_string(), fault));
        }
    }

    fn is_full(&self) -> bool {
        // The first issue is what makes a resource unsound: it is never left out.
        self.issues.len() >= self.limits.issues_max.max(1)
    }
}

impl<'o> Open<'o> {
    fn new(node: Node<'o>, type_id: TypeId, place: &'o Place<'o>) -> Self {
        Self { node, type_id, place, required: 0, choices: SmallVec::new(), content: Content::IdOnly }
    }

    /// Takes down that a member is there. Its sibling is the other part of the same element.
    fn note(&mut self, member: &Member, sibling: Option<Node<'_>>) -> Result<(), Fault> {
        let element = member.element;
        if element.name != "id" {
            self.content = Content::Something;
        }
        let mut is_first = sibling.is_none();
        if element.is_choice {
            let before = self.choices.iter().find(|(id, _)| *id == element.id);
            if before.is_some_and(|(_, type_id)| *type_id != member.type_id) {
                return Err(Fault::SecondType);
            }
            is_first = before.is_none();
            if is_first {
                self.choices.push((element.id, member.type_id));
            }
        }
        self.required += usize::from(is_first && element.min > 0);
        Ok(())
    }
}
