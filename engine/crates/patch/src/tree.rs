//! A JSON value that can be changed: what no change reaches stays a place in the document that it came from.
//!
//! A container is taken apart when a change goes into it, one level at a time, and remembers the white space and the
//! spelling of the names around its content. So what is written is what came in, but for the changes.

use std::borrow::Cow;

use fornax_model::{Kind, Node};

mod write;

/// A value, whole or taken apart.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    /// `null`, as a change puts it in.
    Null,
    /// As it came in.
    Given(Node<'a>),
    /// Taken apart.
    Object(Box<Object<'a>>),
    /// Taken apart.
    Array(Box<Array<'a>>),
}

/// An object that was taken apart, or is new.
#[derive(Clone, Default)]
pub(crate) struct Object<'a> {
    pub members: Vec<Member<'a>>,
    /// What stands before the closing bracket.
    tail: &'a [u8],
}

/// A member. Its place among the others is the place in the text.
#[derive(Clone)]
pub(crate) struct Member<'a> {
    pub name: Cow<'a, str>,
    /// What stands before the value, name and colon included; `None` of a member that is new.
    lead: Option<&'a [u8]>,
    pub value: Value<'a>,
}

/// An array that was taken apart, or is new.
#[derive(Clone, Default)]
pub(crate) struct Array<'a> {
    pub items: Vec<Item<'a>>,
    /// What stands before the closing bracket.
    tail: &'a [u8],
}

/// An item.
#[derive(Clone)]
pub(crate) struct Item<'a> {
    /// What stands before the value.
    lead: &'a [u8],
    pub value: Value<'a>,
}

impl<'a> From<Node<'a>> for Value<'a> {
    fn from(node: Node<'a>) -> Self {
        Self::Given(node)
    }
}

impl<'a> From<Object<'a>> for Value<'a> {
    fn from(object: Object<'a>) -> Self {
        Self::Object(Box::new(object))
    }
}

impl<'a> From<Array<'a>> for Value<'a> {
    fn from(array: Array<'a>) -> Self {
        Self::Array(Box::new(array))
    }
}

impl<'a> Value<'a> {
    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Given(node) => node.kind() == Kind::Null,
            Self::Object(_) | Self::Array(_) => false,
        }
    }

    /// Takes a container apart that came in whole, so that what is right inside can be changed.
    pub fn take_apart(&mut self) {
        if let Self::Given(node) = *self {
            match node.kind() {
                Kind::Object => *self = Object::apart(node).into(),
                Kind::Array => *self = Array::apart(node).into(),
                _ => {}
            }
        }
    }

    /// The object that it is, taken apart; `None` of another value.
    pub fn as_object(&mut self) -> Option<&mut Object<'a>> {
        self.take_apart();
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The array that it is, taken apart; `None` of another value.
    pub fn as_array(&mut self) -> Option<&mut Array<'a>> {
        self.take_apart();
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    /// How many values are right inside of what was taken apart.
    pub fn len(&self) -> usize {
        match self {
            Self::Object(object) => object.members.len(),
            Self::Array(array) => array.len(),
            Self::Null | Self::Given(_) => 0,
        }
    }

    /// Bytes that it takes when written, but for white space around what was taken apart.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Null => 4,
            Self::Given(node) => node.raw().len(),
            Self::Object(object) => 2 + object.members.iter().map(Member::bytes).sum::<usize>(),
            Self::Array(array) => 2 + array.items.iter().map(|item| item.value.bytes() + 1).sum::<usize>(),
        }
    }

    /// Whether there are more objects and arrays around a value in it, itself included, than that. Looks no deeper.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        match self {
            Self::Null => false,
            Self::Given(node) => is_deeper_than(*node, levels),
            Self::Object(object) => levels
                .checked_sub(1)
                .is_none_or(|inner| object.members.iter().any(|member| member.value.is_deeper_than(inner))),
            Self::Array(array) => levels
                .checked_sub(1)
                .is_none_or(|inner| array.items.iter().any(|item| item.value.is_deeper_than(inner))),
        }
    }
}

fn is_deeper_than(node: Node<'_>, levels: usize) -> bool {
    if !matches!(node.kind(), Kind::Object | Kind::Array) {
        return false;
    }
    let Some(inner) = levels.checked_sub(1) else { return true };
    node.members().any(|(_, value)| is_deeper_than(value, inner))
        || node.items().any(|value| is_deeper_than(value, inner))
}

impl<'a> Object<'a> {
    fn apart(node: Node<'a>) -> Self {
        let mut gaps = Gaps::of(node);
        let member = |(name, value): (_, Node<'a>)| Member {
            name,
            lead: Some(gaps.before(value)),
            value: value.into(),
        };
        let members = node.members().map(member).collect();
        Self { members, tail: gaps.rest() }
    }

    /// Where the member of that name is.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.name == name)
    }

    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        Some(&self.members[self.position(name)?].value)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value<'a>> {
        let at = self.position(name)?;
        Some(&mut self.members[at].value)
    }

    /// Puts a value in the place of the member of that name; where there is none, behind all others. Tells what was there.
    pub fn set(&mut self, name: Cow<'a, str>, value: Value<'a>) -> Option<Value<'a>> {
        if let Some(before) = self.get_mut(&name) {
            return Some(std::mem::replace(before, value));
        }
        self.push(name, value);
        None
    }

    /// Puts a member of a name that no other has behind all others.
    pub fn push(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        self.members.push(Member { name, lead: None, value });
    }

    /// Puts a member in the place of another, which is there.
    pub fn exchange(&mut self, at: usize, name: Cow<'a, str>, value: Value<'a>) {
        let member = &mut self.members[at];
        if member.name != name {
            *member = Member { name, lead: None, value };
        } else {
            member.value = value;
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Value<'a>> {
        let at = self.position(name)?;
        Some(self.members.remove(at).value)
    }
}

impl Member<'_> {
    fn bytes(&self) -> usize {
        // Two quotes, a colon and a comma.
        self.name.len() + 4 + self.value.bytes()
    }
}

impl<'a> Array<'a> {
    fn apart(node: Node<'a>) -> Self {
        let mut gaps = Gaps::of(node);
        let items =
            node.items().map(|value| Item { lead: gaps.before(value), value: value.into() }).collect();
        Self { items, tail: gaps.rest() }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds an item before the one at the index, or behind the last.
    ///
    /// # Panics
    /// When the index is beyond the end.
    pub fn insert(&mut self, index: usize, value: Value<'a>) {
        self.items.insert(index, Item { lead: b"", value });
    }

    pub fn push(&mut self, value: Value<'a>) {
        self.insert(self.len(), value);
    }

    /// Adds nulls until there are so many items.
    pub fn fill(&mut self, count: usize) {
        while self.len() < count {
            self.push(Value::Null);
        }
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut Value<'a>> {
        Some(&mut self.items.get_mut(index)?.value)
    }

    pub fn remove(&mut self, index: usize) -> Option<Value<'a>> {
        (index < self.len()).then(|| self.items.remove(index).value)
    }
}

/// The text between the values right inside a container.
struct Gaps<'a> {
    text: &'a [u8],
    /// Where the container begins in the document.
    begin: usize,
    done: usize,
}

impl<'a> Gaps<'a> {
    fn of(container: Node<'a>) -> Self {
        Self { text: container.raw(), begin: container.span().start, done: 1 }
    }

    /// What stands before the next value, without the comma and what is before that.
    fn before(&mut self, value: Node<'a>) -> &'a [u8] {
        let span = value.span();
        let gap = &self.text[self.done..span.start - self.begin];
        self.done = span.end - self.begin;
        let spaces = gap.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match gap.get(spaces) {
            Some(b',') => &gap[spaces + 1..],
            _ => gap,
        }
    }

    /// What stands before the closing bracket.
    fn rest(&self) -> &'a [u8] {
        &self.text[self.done..self.text.len() - 1]
    }
}
