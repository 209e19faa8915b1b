//! From elements to their children.

use fornax_definitions::Child as Defined;
use fornax_model::{Kind, Node};

use super::{Machine, Mark};
use crate::error::Error;
use crate::item::{Element, Item};
use crate::program::Member;
use crate::schema::{Child, Row};

impl<'a> Machine<'a, '_> {
    /// Replaces the items above the mark by their children of one name.
    pub(super) fn members(&mut self, at: u32, mark: Mark, member: &'a Member) -> Result<(), Error> {
        let end = self.stack.len();
        for place in mark.0..end {
            match &self.stack[place] {
                Item::Element(element) => {
                    let element = *element;
                    self.member(at, element, member)?;
                }
                Item::Target(_) => {
                    return Err(Error::NotGiven { at, what: "the resource that a reference points to" });
                }
                Item::Value(_) => {}
            }
        }
        self.drop_front(mark, end - mark.0);
        Ok(())
    }

    fn member(&mut self, at: u32, element: Element<'a>, member: &'a Member) -> Result<(), Error> {
        let Some(object) = element.object() else { return Ok(()) };
        match member.rows_of(element.type_id) {
            Some(rows) => {
                for row in rows {
                    self.child_in_row(at, object, row)?;
                }
                Ok(())
            }
            None => self.children(at, element, |defined| defined.element.name == &*member.name),
        }
    }

    fn child_in_row(&mut self, at: u32, object: Node<'a>, row: &Row) -> Result<(), Error> {
        let node = object.get(&row.json);
        let extra = row.extra.as_deref().and_then(|extra| object.get(extra));
        self.push_children(at, (node, extra), row.child)
    }

    /// Appends those children that are asked for, in the document's order.
    pub fn children(
        &mut self,
        at: u32,
        element: Element<'a>,
        is_wanted: impl Fn(&Defined<'_>) -> bool,
    ) -> Result<(), Error> {
        let Some(object) = element.object() else { return Ok(()) };
        let schema = self.schema();
        let has_extras = object.members().any(|(name, _)| name.starts_with('_'));
        for (name, node) in object.members() {
            self.step(at)?;
            let plain = name.strip_prefix('_');
            let Some(defined) = schema.definitions.child(element.type_id, plain.unwrap_or(&name)) else {
                continue;
            };
            if !is_wanted(&defined) {
                continue;
            }
            let child = schema.child(defined.value.type_id);
            match plain {
                None => {
                    let is_bare = defined.value.system.is_some();
                    let may_have_extra = has_extras && !is_bare && schema.is_primitive(defined.value.type_id);
                    let mut members = object.members().filter(|_| may_have_extra);
                    let extra = members.find(|(other, _)| other.strip_prefix('_') == Some(&name));
                    self.push_children(at, (Some(node), extra.map(|(_, extra)| extra)), child)?;
                }
                Some(plain) if object.get(plain).is_none() => {
                    self.push_children(at, (None, Some(node)), child)?;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Appends the elements of one JSON member and of the one beside it that holds ids and extensions.
    fn push_children(
        &mut self,
        at: u32,
        (node, extra): (Option<Node<'a>>, Option<Node<'a>>),
        child: Child,
    ) -> Result<(), Error> {
        let schema = self.schema();
        for_each(node, extra, |node, extra| {
            let type_id = schema.type_of_node(node, child);
            self.push(at, Element { node, extra, type_id })
        })
    }
}

/// Calls `visit` for each element of a JSON member and of the one beside it: arrays are walked in step, and a null
/// stands for what the other array has.
pub(crate) fn for_each<'a, E>(
    node: Option<Node<'a>>,
    extra: Option<Node<'a>>,
    mut visit: impl FnMut(Option<Node<'a>>, Option<Node<'a>>) -> Result<(), E>,
) -> Result<(), E> {
    let is_array = |node: Option<Node<'a>>| node.is_some_and(|node| node.kind() == Kind::Array);
    if !is_array(node) && !is_array(extra) {
        let (node, extra) = (present(node), present(extra));
        return if node.is_none() && extra.is_none() { Ok(()) } else { visit(node, extra) };
    }
    let items = |node: Option<Node<'a>>| node.into_iter().flat_map(Node::items);
    let (mut nodes, mut extras) = (items(node), items(extra));
    loop {
        let (node, extra) = (nodes.next(), extras.next());
        if node.is_none() && extra.is_none() {
            return Ok(());
        }
        let (node, extra) = (present(node), present(extra));
        if node.is_some() || extra.is_some() {
            visit(node, extra)?;
        }
    }
}

fn present(node: Option<Node<'_>>) -> Option<Node<'_>> {
    node.filter(|node| node.kind() != Kind::Null)
}
