//! A document as a tree that can be changed. What is not changed is written as it was.

use std::borrow::Cow;

use crate::characters::is_blank;
use crate::error::{Stop, XmlFault};
use crate::namespaces::{FHIR, Namespace, XHTML};
use crate::source::{Source, Tag, Token};
use crate::value::{decode, resolve};

/// A node's place in its tree.
pub(super) type Id = usize;

/// Nodes, those of the document and those that were made to become part of it.
pub(super) struct Tree<'x> {
    nodes: Vec<Node<'x>>,
}

struct Node<'x> {
    parent: Option<Id>,
    content: Content<'x>,
    /// As it was read, as long as nothing in it has changed.
    written: Option<&'x str>,
}

pub(super) enum Content<'x> {
    Element(Element<'x>),
    /// With its references resolved.
    Text(Cow<'x, str>),
    /// With its brackets.
    Comment(&'x str),
}

pub(super) struct Element<'x> {
    pub namespace: Namespace,
    pub name: &'x str,
    /// Names and decoded values.
    pub attributes: Vec<(Cow<'x, str>, Cow<'x, str>)>,
    pub children: Vec<Id>,
}

impl<'x> Tree<'x> {
    pub fn new() -> Self {
        Self { nodes: Vec::new() }
    }

    /// Reads nodes up to the end of the element around them, or of the text. With the text at hand, they are written as
    /// they are there.
    pub fn read(&mut self, source: &mut Source<'x>, text: Option<&'x str>) -> Result<Vec<Id>, Stop> {
        let mut top = Vec::new();
        let mut open: Vec<(Id, usize)> = Vec::new();
        loop {
            let parent = open.last().map(|(id, _)| *id);
            match source.next()? {
                Token::Open(tag) => {
                    let id = self.add(parent, Content::Element(element(&tag)?), &mut top);
                    if tag.is_empty {
                        self.nodes[id].written = text.map(|_| tag.raw);
                    } else {
                        open.push((id, tag.at));
                    }
                }
                Token::Close(tag) => {
                    let Some((id, begin)) = open.pop() else { return Ok(top) };
                    self.nodes[id].written = text.and_then(|text| text.get(begin..tag.at + tag.raw.len()));
                }
                Token::End(_) => return Ok(top),
                Token::Text(piece) => self.text(parent, lines(piece.raw), &mut top),
                Token::Literal(piece) => self.text(parent, lines(piece.raw), &mut top),
                Token::Reference(name) => {
                    let letter = resolve(name.raw).map_err(|fault| Stop::new(fault, name.at))?;
                    self.text(parent, Cow::Owned(letter.to_string()), &mut top);
                }
                Token::Comment(piece) => {
                    if parent.is_some_and(|parent| self.is_in(parent, Namespace::Xhtml)) {
                        self.add(parent, Content::Comment(piece.raw), &mut top);
                    }
                }
            }
        }
    }

    fn add(&mut self, parent: Option<Id>, content: Content<'x>, top: &mut Vec<Id>) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Node { parent, content, written: None });
        match parent.and_then(|parent| self.element_mut(parent)) {
            Some(element) => element.children.push(id),
            None => top.push(id),
        }
        id
    }

    /// Adds text, to the text before it where there is one.
    fn text(&mut self, parent: Option<Id>, text: Cow<'x, str>, top: &mut Vec<Id>) {
        let before = match parent.and_then(|parent| self.element(parent)) {
            Some(element) => element.children.last().copied(),
            None => top.last().copied(),
        };
        if let Some(Content::Text(before)) = before.map(|before| &mut self.nodes[before].content) {
            before.to_mut().push_str(&text);
            return;
        }
        if !is_blank(&text) || parent.is_none_or(|parent| self.is_in(parent, Namespace::Xhtml)) {
            self.add(parent, Content::Text(text), top);
        }
    }

    fn is_in(&self, id: Id, namespace: Namespace) -> bool {
        self.element(id).is_some_and(|element| element.namespace == namespace)
    }

    pub fn content(&self, id: Id) -> &Content<'x> {
        &self.nodes[id].content
    }

    pub fn element(&self, id: Id) -> Option<&Element<'x>> {
        match &self.nodes[id].content {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    fn element_mut(&mut self, id: Id) -> Option<&mut Element<'x>> {
        match &mut self.nodes[id].content {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    pub fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id].parent
    }

    /// An element about to be changed: neither it nor what it is in can be written as it was read.
    pub fn change(&mut self, id: Id) -> Option<&mut Element<'x>> {
        let mut next = Some(id);
        while let Some(here) = next {
            self.nodes[here].written = None;
            next = self.nodes[here].parent;
        }
        self.element_mut(id)
    }

    /// Puts nodes among an element's children, in the place of as many of them.
    pub fn splice(&mut self, parent: Id, range: std::ops::Range<usize>, nodes: &[Id]) {
        let is_fhir = self.is_in(parent, Namespace::Fhir);
        let mut added = nodes.to_vec();
        // Between FHIR's elements white space says nothing.
        added.retain(|&id| !is_fhir || !matches!(self.content(id), Content::Text(text) if is_blank(text)));
        for &id in &added {
            self.nodes[id].parent = Some(parent);
        }
        if let Some(element) = self.change(parent) {
            element.children.splice(range, added);
        }
    }

    pub fn set_text(&mut self, id: Id, text: String) {
        self.change(id);
        self.nodes[id].content = Content::Text(Cow::Owned(text));
    }

    /// What an element says in words.
    pub fn words(&self, id: Id) -> String {
        let (mut words, mut waiting) = (String::new(), vec![id]);
        while let Some(id) = waiting.pop() {
            match self.content(id) {
                Content::Element(element) => waiting.extend(element.children.iter().rev()),
                Content::Text(text) => words.push_str(text),
                Content::Comment(_) => {}
            }
        }
        words
    }

    /// Writes a node with all that is in it.
    pub fn write(&self, root: Id) -> String {
        let mut out = String::new();
        let mut waiting = vec![Step::Open(root, Namespace::None)];
        while let Some(step) = waiting.pop() {
            match step {
                Step::Close(name) => out.extend(["</", name, ">"]),
                Step::Open(id, around) => match (self.nodes[id].written, self.content(id)) {
                    (Some(written), _) => out.push_str(written),
                    (None, Content::Comment(comment)) => out.push_str(comment),
                    (None, Content::Text(text)) => escape_into(&mut out, text),
                    (None, Content::Element(element)) => {
                        element.open(around, &mut out);
                        waiting.push(Step::Close(element.name));
                        let children = element.children.iter().rev();
                        waiting.extend(children.map(|&child| Step::Open(child, element.namespace)));
                    }
                },
            }
        }
        out
    }
}

enum Step<'x> {
    /// A node, and the namespace around it.
    Open(Id, Namespace),
    Close(&'x str),
}

impl Element<'_> {
    fn open(&self, around: Namespace, out: &mut String) {
        out.extend(["<", self.name]);
        if self.namespace != around {
            let uri = if self.namespace == Namespace::Xhtml { XHTML } else { FHIR };
            out.extend([" xmlns=\"", uri, "\""]);
        }
        for (name, value) in &self.attributes {
            out.extend([" ", name, "=\""]);
            escape_into(out, value);
            out.push('"');
        }
        out.push('>');
    }
}

fn element<'x>(tag: &Tag<'x>) -> Result<Element<'x>, Stop> {
    if !matches!(tag.namespace, Namespace::Fhir | Namespace::Xhtml) {
        return Err(Stop::new(XmlFault::Structure("an element of neither FHIR nor XHTML"), tag.at));
    }
    let mut attributes = Vec::new();
    for attribute in &tag.attributes {
        if attribute.name.contains(':') && !attribute.name.starts_with("xml:") {
            return Err(Stop::new(XmlFault::Structure("an attribute of another namespace"), attribute.at));
        }
        let value = decode(attribute.raw, attribute.value_at)?;
        attributes.push((Cow::Borrowed(attribute.name), value));
    }
    Ok(Element { namespace: tag.namespace, name: tag.name, attributes, children: Vec::new() })
}

/// Text with its line ends as XML means them.
fn lines(raw: &str) -> Cow<'_, str> {
    match raw.contains('\r') {
        true => Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(raw),
    }
}

/// Appends what may stand in an attribute as well as between tags.
fn escape_into(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            _ => out.push(letter),
        }
    }
}
