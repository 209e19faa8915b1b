//! What a patch says to do, and doing it.

use std::borrow::Cow;

use super::PatchFault;
use super::selector::{Miss, Selector, Target};
use super::tree::{Content, Id, Tree};
use crate::Limits;
use crate::characters::{is_blank, is_name};
use crate::error::{Bound, Stop, XmlFault};
use crate::source::{Source, Tag};
use crate::value::decode;

/// One operation.
pub(super) struct Operation<'x> {
    /// Bytes of the patch before it.
    pub at: usize,
    selector: Selector,
    action: Action<'x>,
    /// What is in it.
    nodes: Vec<Id>,
}

#[derive(Clone)]
enum Action<'x> {
    Append,
    Prepend,
    Before,
    After,
    /// Adds an attribute of this name.
    Attribute(Cow<'x, str>),
    Replace,
    Remove,
}

/// A document on its way through a patch.
pub(super) struct Patched<'x> {
    pub tree: Tree<'x>,
    pub root: Id,
}

impl<'x> Operation<'x> {
    /// Reads an operation with all that is in it, up to its end.
    pub fn read(
        tag: &Tag<'x>,
        source: &mut Source<'x>,
        tree: &mut Tree<'x>,
        limits: &Limits,
    ) -> Result<Self, Stop> {
        let (mut select, mut position, mut kind) = (None, None, None);
        for attribute in &tag.attributes {
            let place = match (tag.name, attribute.name) {
                (_, "sel") => &mut select,
                ("add", "pos") => &mut position,
                ("add", "type") => &mut kind,
                // There is no white space that could be removed.
                ("remove", "ws") if matches!(attribute.raw, "before" | "after" | "both") => continue,
                _ => return Err(malformed("an attribute that the operation does not have", attribute.at)),
            };
            if attribute.raw.len() > limits.selector_bytes_max {
                return Err(Stop::limit(Bound::SelectorBytes, limits.selector_bytes_max, attribute.at));
            }
            *place = Some((decode(attribute.raw, attribute.value_at)?, attribute.at));
        }
        let action = match tag.name {
            "add" => addition(position, kind)?,
            "replace" => Action::Replace,
            "remove" => Action::Remove,
            _ => return Err(malformed("none of add, replace and remove", tag.at)),
        };
        let (select, at) = select.ok_or_else(|| malformed("an operation without a selector", tag.at))?;
        let selector = Selector::parse(&select, &|prefix| source.namespace(prefix));
        let selector = selector.map_err(|text| malformed(text, at))?;
        let nodes = if tag.is_empty { Vec::new() } else { tree.read(source, None)? };
        Ok(Self { at: tag.at, selector, action, nodes })
    }
}

fn malformed(text: &'static str, at: usize) -> Stop {
    Stop::new(XmlFault::Structure(text), at)
}

type Given<'x> = Option<(Cow<'x, str>, usize)>;

fn addition<'x>(position: Given<'x>, kind: Given<'x>) -> Result<Action<'x>, Stop> {
    match (position, kind) {
        (None, None) => Ok(Action::Append),
        (Some((position, at)), None) => match &*position {
            "prepend" => Ok(Action::Prepend),
            "before" => Ok(Action::Before),
            "after" => Ok(Action::After),
            _ => Err(malformed("none of prepend, before and after", at)),
        },
        (None, Some((kind, at))) => match kind.strip_prefix('@') {
            Some(name) if is_name(name) && (!name.contains(':') || name.starts_with("xml:")) => {
                Ok(Action::Attribute(Cow::Owned(name.to_owned())))
            }
            _ => Err(malformed("must be @ and the name of an attribute", at)),
        },
        (Some((_, at)), Some(_)) => Err(malformed("an attribute has no position", at)),
    }
}

const NO_ELEMENT: PatchFault = PatchFault::Unsuitable("must be an element");
const OUTERMOST: PatchFault = PatchFault::Unsuitable("must not be the outermost element");

impl<'x> Patched<'x> {
    pub fn apply(&mut self, operation: &Operation<'x>) -> Result<(), PatchFault> {
        let target = operation.selector.find(&self.tree, self.root).map_err(|miss| match miss {
            Miss::None => PatchFault::Missing,
            Miss::Several => PatchFault::Several,
        })?;
        let nodes = &operation.nodes;
        match (&operation.action, target) {
            (Action::Append | Action::Prepend, Target::Element(id)) => {
                let element = self.tree.element(id).ok_or(NO_ELEMENT)?;
                let is_first = matches!(operation.action, Action::Prepend);
                let at = if is_first { 0 } else { element.children.len() };
                self.tree.splice(id, at..at, nodes);
                Ok(())
            }
            (Action::Before, Target::Element(id) | Target::Text(id)) => self.beside(id, 0..0, nodes),
            (Action::After, Target::Element(id) | Target::Text(id)) => self.beside(id, 1..1, nodes),
            (Action::Attribute(name), Target::Element(id)) => self.add_attribute(id, name, nodes),
            (Action::Replace, Target::Element(id)) => self.replace_element(id, nodes),
            (Action::Replace, Target::Text(id)) => {
                let text = self.text(nodes)?;
                self.tree.set_text(id, text);
                Ok(())
            }
            (Action::Replace, Target::Attribute(id, name)) => {
                let text = self.text(nodes)?;
                let element = self.tree.change(id).ok_or(NO_ELEMENT)?;
                let known = element.attributes.iter_mut().find(|(known, _)| known == name);
                known.ok_or(PatchFault::Missing)?.1 = Cow::Owned(text);
                Ok(())
            }
            (Action::Remove, _) if !self.text(nodes).is_ok_and(|text| is_blank(&text)) => {
                Err(PatchFault::Unsuitable("must be empty, to remove something"))
            }
            (Action::Remove, Target::Element(id) | Target::Text(id)) => self.beside(id, 0..1, &[]),
            (Action::Remove, Target::Attribute(id, name)) => {
                let element = self.tree.change(id).ok_or(NO_ELEMENT)?;
                element.attributes.retain(|(known, _)| known != name);
                Ok(())
            }
            _ => Err(NO_ELEMENT),
        }
    }

    /// Puts nodes next to a node or in its place. The range counts from that.
    fn beside(&mut self, id: Id, range: std::ops::Range<usize>, nodes: &[Id]) -> Result<(), PatchFault> {
        let parent = self.tree.parent(id).ok_or(OUTERMOST)?;
        let siblings = self.tree.element(parent).map(|element| &element.children);
        let at = siblings.and_then(|siblings| siblings.iter().position(|&sibling| sibling == id));
        let at = at.ok_or(PatchFault::Missing)?;
        self.tree.splice(parent, at + range.start..at + range.end, nodes);
        Ok(())
    }

    fn add_attribute(&mut self, id: Id, name: &str, nodes: &[Id]) -> Result<(), PatchFault> {
        let text = self.text(nodes)?;
        let element = self.tree.change(id).ok_or(NO_ELEMENT)?;
        if element.attributes.iter().any(|(known, _)| known == name) {
            return Err(PatchFault::Unsuitable("the attribute is there already"));
        }
        element.attributes.push((Cow::Owned(name.to_owned()), Cow::Owned(text)));
        Ok(())
    }

    fn replace_element(&mut self, id: Id, nodes: &[Id]) -> Result<(), PatchFault> {
        let is_blank = |id: &&Id| matches!(self.tree.content(**id), Content::Text(text) if is_blank(text));
        let elements: Vec<Id> = nodes.iter().filter(|id| !is_blank(id)).copied().collect();
        match elements.as_slice() {
            &[element] if self.tree.element(element).is_some() => {
                if id == self.root {
                    self.root = element;
                    return Ok(());
                }
                self.beside(id, 0..1, &[element])
            }
            _ => Err(PatchFault::Unsuitable("must hold one element, to replace one")),
        }
    }

    /// The text that nodes are, which must be nothing else.
    fn text(&self, nodes: &[Id]) -> Result<String, PatchFault> {
        let text = |&id: &Id| match self.tree.content(id) {
            Content::Text(text) => Ok(&**text),
            _ => Err(PatchFault::Unsuitable("must hold text only")),
        };
        nodes.iter().map(text).collect()
    }
}
