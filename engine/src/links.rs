//! The references of a resource that referential integrity is about: which resource of the tenant each names, and where it stands.
//!
//! A relative reference names a resource here, whatever version of it. What stands in the resources of a stored Bundle or Parameters is
//! a copy, and what it refers to was judged elsewhere. Own base URLs are taken off when a body is prepared.

use std::collections::HashSet;
use std::fmt;

use fornax_definitions::{Definitions, TypeId, TypeKind};
use fornax_model::{Kind, Node};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::types::ResourceType;

/// Issues that one refusal tells.
pub(crate) const ISSUES_MAX: usize = 20;

/// A reference to a resource of the tenant.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub resource_type: ResourceType,
    /// The digest of the target's type and id.
    pub digest: [u8; 16],
    /// The element, as FHIRPath names it.
    pub place: Box<str>,
}

impl Link {
    /// That there is no such resource.
    pub(crate) fn dangles(&self) -> Issue {
        let text = format!("the reference leads to no {} that is here", self.resource_type.name);
        Issue::error("not-found", text).at(&*self.place)
    }
}

/// The refusal of a write whose references lead nowhere.
pub(crate) fn dangling(mut issues: Vec<Issue>) -> Error {
    issues.truncate(ISSUES_MAX);
    Error::with_issues(ErrorKind::Unprocessable, issues)
}

/// All references of a resource to resources of the tenant.
///
/// # Errors
/// `Unprocessable`: one names no contained resource that is there, or is relative and no `Type/id`.
pub(crate) fn links(core: &Core, resource_type: ResourceType, root: Node<'_>) -> Result<Vec<Link>> {
    let mut walk = Walk::begin(core, root);
    walk.object(root, resource_type.id, &Place::root(resource_type.name));
    if walk.issues.is_empty() { Ok(walk.links) } else { Err(dangling(walk.issues)) }
}

/// The links of a body that is stored. What names nothing is passed over: it was stored before anybody asked.
pub(crate) fn stored_links(core: &Core, resource_type: ResourceType, root: Node<'_>) -> Vec<Link> {
    let mut walk = Walk::begin(core, root);
    walk.object(root, resource_type.id, &Place::root(resource_type.name));
    walk.links
}

/// What a reference says.
#[derive(Debug, PartialEq, Eq)]
enum Named<'t> {
    /// Another server's, a URN, or nothing.
    Elsewhere,
    /// The resource itself, or one that it contains.
    Inside(&'t str),
    Here(&'t str, &'t str),
    /// Relative, and no resource of this tenant.
    Nowhere,
}

impl<'t> Named<'t> {
    fn read(text: &'t str) -> Self {
        if text.is_empty() {
            return Self::Elsewhere;
        }
        if let Some(id) = text.strip_prefix('#') {
            return Self::Inside(id);
        }
        let is_relative = text.find(':').is_none_or(|colon| text[..colon].contains(['/', '?', '#']));
        if !is_relative {
            return Self::Elsewhere;
        }
        let place = text.split_once("/_history/").map_or(text, |(place, _)| place);
        match place.split_once('/') {
            Some((name, id)) if fornax_model::Primitive::Id.check_text(id).is_ok() => Self::Here(name, id),
            _ => Self::Nowhere,
        }
    }
}

/// An element on the way inwards: it becomes text only where a reference is.
#[derive(Clone, Copy)]
struct Place<'p> {
    outer: Option<&'p Place<'p>>,
    name: &'p str,
    index: Option<usize>,
}

impl<'p> Place<'p> {
    fn root(name: &'p str) -> Self {
        Self { outer: None, name, index: None }
    }

    fn element(&'p self, name: &'p str) -> Self {
        Self { outer: Some(self), name, index: None }
    }

    /// Whether a Provenance tells here of a version, which it outlives: also of a deletion.
    fn is_provenance_of(&self, reference: &str) -> bool {
        let is_target = self.name == "target"
            && self.outer.is_some_and(|root| root.outer.is_none() && root.name == "Provenance");
        is_target && reference.contains("/_history/")
    }

    fn item(&self, index: usize) -> Self {
        Self { index: Some(index), ..*self }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            write!(f, "{outer}.")?;
        }
        f.write_str(self.name)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

struct Walk<'w> {
    core: &'w Core,
    definitions: &'static Definitions,
    /// Ids of contained resources.
    contained: HashSet<String>,
    links: Vec<Link>,
    issues: Vec<Issue>,
}

const CONTAINED: &str = "contained";

impl<'w> Walk<'w> {
    fn begin(core: &'w Core, root: Node<'_>) -> Self {
        let contained = root.get(CONTAINED).into_iter().flat_map(Node::items);
        let ids = contained.filter_map(|inner| inner.get("id")?.as_str().map(String::from));
        let contained = ids.collect();
        Self { core, definitions: core.definitions, contained, links: Vec::new(), issues: Vec::new() }
    }

    /// As deep as bodies may nest, which a limit bounds.
    fn object(&mut self, node: Node<'_>, type_id: TypeId, place: &Place<'_>) {
        if self.definitions.type_of(type_id).name == "Reference"
            && let Some(text) = node.get("reference").and_then(Node::as_str)
            && !place.is_provenance_of(&text)
        {
            self.reference(&text, place);
        }
        for (name, value) in node.members() {
            // Beside a primitive stands what any element has: extensions.
            let (name, is_beside) = match name.strip_prefix('_') {
                Some(primitive) => (primitive, true),
                None => (&*name, false),
            };
            let Some(child) = self.definitions.child(type_id, name) else { continue };
            let beside = || self.definitions.type_named("Element").map(|element| element.id);
            let Some(child_type) = (if is_beside { beside() } else { Some(child.value.type_id) }) else {
                continue;
            };
            let place = place.element(child.element.name);
            match value.kind() {
                Kind::Object => self.element(value, child_type, &place),
                Kind::Array => {
                    for (index, item) in
                        value.items().enumerate().filter(|(_, item)| item.kind() == Kind::Object)
                    {
                        self.element(item, child_type, &place.item(index));
                    }
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, node: Node<'_>, type_id: TypeId, place: &Place<'_>) {
        if self.definitions.type_of(type_id).kind != TypeKind::Resource {
            return self.object(node, type_id, place);
        }
        if place.name == CONTAINED
            && let Some(name) = node.get("resourceType").and_then(Node::as_str)
            && let Some(inner) = self.definitions.type_named(&name)
        {
            self.object(node, inner.id, place);
        }
    }

    fn reference(&mut self, text: &str, place: &Place<'_>) {
        let mut refuse = |what: &str| {
            if self.issues.len() < ISSUES_MAX {
                self.issues.push(Issue::error("not-found", what).at(place.to_string()));
            }
        };
        match Named::read(text) {
            Named::Elsewhere => {}
            Named::Inside(id) if id.is_empty() || self.contained.contains(id) => {}
            Named::Inside(_) => refuse("the reference names no resource that is contained"),
            Named::Nowhere if text.contains('?') => {
                refuse("a conditional reference is resolved in a transaction only");
            }
            Named::Nowhere => refuse("the reference is relative, and names no resource"),
            Named::Here(name, id) => match self.core.types.named(name) {
                Ok(resource_type) => {
                    let digest = self.core.vault.id_digest(resource_type.name, id);
                    self.links.push(Link { resource_type, digest, place: place.to_string().into() });
                }
                Err(_) => refuse("the reference is relative, and names no resource type"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_say_where_they_lead() {
        let rows = [
            ("Patient/a", Named::Here("Patient", "a")),
            ("Patient/a/_history/3", Named::Here("Patient", "a")),
            ("#p", Named::Inside("p")),
            ("#", Named::Inside("")),
            ("", Named::Elsewhere),
            ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", Named::Elsewhere),
            ("http://other/fhir/Patient/a", Named::Elsewhere),
            ("Patient", Named::Nowhere),
            ("Patient/a/b", Named::Nowhere),
            ("Patient?identifier=urn:x|1", Named::Nowhere),
            ("Patient/", Named::Nowhere),
        ];
        for (text, expected) in rows {
            assert_eq!(Named::read(text), expected, "{text}");
        }
    }
}
