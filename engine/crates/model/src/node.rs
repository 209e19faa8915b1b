//! Places in a document.

use std::borrow::Cow;
use std::ops::Range;

use crate::document::{Document, Parts};
use crate::tape::{Children, Kind, Slot};
use crate::text;

/// A value in a document: a reference and an index, cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    parts: &'a Parts,
    index: u32,
}

/// Which value of its document a node is. Ordered as the values are in the text, a container before its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl<'a> Node<'a> {
    #[inline]
    pub(crate) fn new(parts: &'a Parts, index: usize) -> Self {
        Self { parts, index: index as u32 }
    }

    #[inline]
    fn slot(self) -> Slot {
        self.parts.tape[self.index as usize]
    }

    #[inline]
    fn slots_inside(self) -> Children<'a> {
        Children::of(&self.parts.tape, self.index as usize)
    }

    fn text(self) -> &'a str {
        &self.parts.text[self.span()]
    }

    /// What the value is.
    #[inline]
    pub fn kind(self) -> Kind {
        self.slot().kind()
    }

    /// The value's identity within its document.
    #[inline]
    pub fn id(self) -> NodeId {
        NodeId(self.index)
    }

    /// The value of an object's member; `None` of what is no object. Costs a walk over the members before it.
    #[inline]
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        if self.kind() != Kind::Object {
            return None;
        }
        let Parts { text, tape } = self.parts;
        let member = self.slots_inside().find(|&member| text::is_name(text, tape[member].name(), name))?;
        Some(Self::new(self.parts, member))
    }

    /// An object's members in the order of the text; of another value, none.
    #[inline]
    pub fn members(self) -> Members<'a> {
        Members(self.contents_if(Kind::Object))
    }

    /// An array's items in the order of the text; of another value, none.
    #[inline]
    pub fn items(self) -> Items<'a> {
        Items(self.contents_if(Kind::Array))
    }

    #[inline]
    fn contents_if(self, kind: Kind) -> Contents<'a> {
        let children = if self.kind() == kind { self.slots_inside() } else { Children::none() };
        Contents { parts: self.parts, children }
    }

    /// The name under which an object holds this value; `None` of an item or a root.
    pub fn name(self) -> Option<Cow<'a, str>> {
        text::name(&self.parts.text, self.slot().name())
    }

    /// A string's text, borrowed when it has no escapes; `None` of another value.
    #[inline]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let slot = self.slot();
        if slot.kind() != Kind::String {
            return None;
        }
        let content = &self.parts.text[slot.start() + 1..slot.end() - 1];
        Some(if slot.is_escaped() { text::unescape(content) } else { Cow::Borrowed(content) })
    }

    /// A number as written; `None` of another value.
    #[inline]
    pub fn as_number(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then(|| self.text())
    }

    /// A boolean; `None` of another value.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw().starts_with(b"t"))
    }

    /// The value as written, quotes and brackets included.
    #[inline]
    pub fn raw(self) -> &'a [u8] {
        self.text().as_bytes()
    }

    /// Where the value as written is in the document's bytes.
    #[inline]
    pub fn span(self) -> Range<usize> {
        let slot = self.slot();
        slot.start()..slot.end()
    }

    /// Where the value is, as `Patient.name[0].given`: names that can't be elements' are `?`, so that no data is in it.
    pub fn path(self) -> String {
        self.parts.path(self.index as usize)
    }

    /// The value as a document of its own, with its own bytes. Costs a copy of its bytes and of 16 bytes per value.
    pub fn to_document(self) -> Document {
        self.parts.extract(self.index as usize)
    }

    /// Whether this value is that one or holds it.
    pub(crate) fn holds(self, other: Node<'_>) -> bool {
        let own = self.index as usize..self.slot().next();
        std::ptr::eq(self.parts, other.parts) && own.contains(&(other.index as usize))
    }

    /// The object or array right around a value that is within this one; `None` of this one itself. Costs a walk over
    /// the siblings of each value on the way.
    pub(crate) fn container_of(self, other: Node<'_>) -> Option<Node<'a>> {
        let container = self.parts.container_within(self.index as usize, other.index as usize)?;
        Some(Self::new(self.parts, container))
    }

    /// The values right inside, whether members or items.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'a>> {
        self.slots_inside().map(move |index| Self::new(self.parts, index))
    }

    /// Where the value begins, or, of a member, its name.
    pub(crate) fn start_with_name(self) -> usize {
        let slot = self.slot();
        slot.name().quote().unwrap_or(slot.start())
    }
}

impl std::fmt::Debug for Node<'_> {
    /// Shows what and where it is, never the value: it may be a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} at {:?}", self.kind(), self.span())
    }
}

#[derive(Clone)]
struct Contents<'a> {
    parts: &'a Parts,
    children: Children<'a>,
}

impl<'a> Contents<'a> {
    #[inline]
    fn next(&mut self) -> Option<Node<'a>> {
        self.children.next().map(|index| Node::new(self.parts, index))
    }
}

/// An object's members, name and value.
#[derive(Clone)]
pub struct Members<'a>(Contents<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Node<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let member = self.0.next()?;
        Some((member.name()?, member))
    }
}

/// An array's items.
#[derive(Clone)]
pub struct Items<'a>(Contents<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    #[inline]
    fn next(&mut self) -> Option<Node<'a>> {
        self.0.next()
    }
}
