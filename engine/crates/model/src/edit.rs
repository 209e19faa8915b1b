//! New bytes out of old ones: all that no edit names stays as it is, to the byte.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::node::{Node, NodeId};
use crate::tape::Kind;
use crate::write::string_into;

/// Changes to one value of a document, which stays as it is: [`Edits::apply`] makes the bytes of the changed value.
///
/// Edits may come in any order. Values that are inserted or put in place are JSON text, one value each, which is not
/// checked.
#[derive(Debug)]
pub struct Edits<'a> {
    root: Node<'a>,
    replaced: Vec<(Node<'a>, Vec<u8>)>,
    containers: BTreeMap<NodeId, Content<'a>>,
}

/// Changes to what is right inside a container.
#[derive(Debug)]
struct Content<'a> {
    container: Node<'a>,
    removed: Vec<NodeId>,
    /// In the order in which they are to appear, at each place.
    inserted: Vec<(Place, Vec<u8>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    After(NodeId),
    Last,
}

/// Why edits can't be made. All of these are mistakes of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A node that is not within the value that is edited.
    #[error("an edit outside of the value that is edited")]
    Outside,
    /// Something can't be inserted there: the node is not a container of the right kind, or not in one.
    #[error("an edit of what is not such a container")]
    NotContainer,
    /// Two edits change the same value, or one of them a value within the other's.
    #[error("two edits of the same value")]
    Overlap,
}

/// Bytes that take the place of others.
#[derive(Debug)]
struct Splice {
    span: Range<usize>,
    bytes: Vec<u8>,
}

impl<'a> Edits<'a> {
    /// No edits yet, to this value.
    pub fn of(root: Node<'a>) -> Self {
        Self { root, replaced: Vec::new(), containers: BTreeMap::new() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.containers.is_empty()
    }

    /// Puts another value in the place of this one.
    pub fn replace(&mut self, node: Node<'a>, json: impl Into<Vec<u8>>) -> Result<(), EditError> {
        self.inside(node)?;
        self.replaced.push((node, json.into()));
        Ok(())
    }

    /// Puts a string in the place of this value.
    pub fn replace_with_string(&mut self, node: Node<'a>, text: &str) -> Result<(), EditError> {
        let mut json = Vec::with_capacity(text.len() + 2);
        string_into(&mut json, text);
        self.replace(node, json)
    }

    /// Takes a member or item out, with its name and its comma. The container stays, even if nothing is left in it.
    pub fn remove(&mut self, node: Node<'a>) -> Result<(), EditError> {
        let content = self.around(node)?;
        content.removed.push(node.id());
        Ok(())
    }

    /// Adds a member before all others.
    pub fn insert_first(&mut self, object: Node<'a>, name: &str, json: &[u8]) -> Result<(), EditError> {
        self.insert(object, Place::First, member(name, json))
    }

    /// Adds a member after all others.
    pub fn insert_last(&mut self, object: Node<'a>, name: &str, json: &[u8]) -> Result<(), EditError> {
        self.insert(object, Place::Last, member(name, json))
    }

    /// Adds a member right behind another.
    pub fn insert_after(&mut self, sibling: Node<'a>, name: &str, json: &[u8]) -> Result<(), EditError> {
        let content = self.around(sibling)?;
        if content.container.kind() != Kind::Object {
            return Err(EditError::NotContainer);
        }
        content.inserted.push((Place::After(sibling.id()), member(name, json)));
        Ok(())
    }

    fn insert(&mut self, object: Node<'a>, place: Place, text: Vec<u8>) -> Result<(), EditError> {
        self.inside(object)?;
        if object.kind() != Kind::Object {
            return Err(EditError::NotContainer);
        }
        self.content(object).inserted.push((place, text));
        Ok(())
    }

    fn inside(&self, node: Node<'a>) -> Result<(), EditError> {
        if self.root.holds(node) { Ok(()) } else { Err(EditError::Outside) }
    }

    /// What is changed in the container around a node.
    fn around(&mut self, node: Node<'a>) -> Result<&mut Content<'a>, EditError> {
        self.inside(node)?;
        let container = self.root.container_of(node).ok_or(EditError::Outside)?;
        Ok(self.content(container))
    }

    fn content(&mut self, container: Node<'a>) -> &mut Content<'a> {
        self.containers.entry(container.id()).or_insert_with(|| Content {
            container,
            removed: Vec::new(),
            inserted: Vec::new(),
        })
    }

    /// The bytes of the changed value. Costs a walk over each container in which something was removed or inserted, and
    /// a copy.
    pub fn apply(mut self) -> Result<Vec<u8>, EditError> {
        let mut splices: Vec<Splice> = std::mem::take(&mut self.replaced)
            .into_iter()
            .map(|(node, bytes)| Splice { span: node.span(), bytes })
            .collect();
        for content in self.containers.into_values() {
            content.splice_into(&mut splices)?;
        }
        // An insertion goes before a removal that begins at the same place; insertions keep their order.
        splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
        spliced(self.root, &splices)
    }
}

impl Content<'_> {
    /// Turns the changes into splices that leave a comma between any two values and nowhere else.
    fn splice_into(mut self, splices: &mut Vec<Splice>) -> Result<(), EditError> {
        self.removed.sort_unstable();
        if self.removed.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(EditError::Overlap);
        }
        let mut end = self.container.span().start + 1;
        let mut has_before = false;
        self.insert_at(Place::First, end, &mut has_before, splices);
        for (index, child) in self.container.children().enumerate() {
            // The comma before a value belongs to it.
            let (gap, value) = (end..child.start_with_name(), child.start_with_name()..child.span().end);
            end = value.end;
            if self.removed.binary_search(&child.id()).is_ok() {
                let begin = if index == 0 { value.start } else { gap.start };
                splices.push(Splice { span: begin..end, bytes: Vec::new() });
            } else {
                match (has_before, index) {
                    (true, 0) => splices.push(Splice { span: gap.start..gap.start, bytes: b",".to_vec() }),
                    (false, 1..) => splices.push(Splice { span: gap, bytes: Vec::new() }),
                    _ => {}
                }
                has_before = true;
            }
            self.insert_at(Place::After(child.id()), end, &mut has_before, splices);
        }
        self.insert_at(Place::Last, end, &mut has_before, splices);
        Ok(())
    }

    fn insert_at(&self, place: Place, at: usize, has_before: &mut bool, splices: &mut Vec<Splice>) {
        for (_, text) in self.inserted.iter().filter(|(there, _)| *there == place) {
            let mut bytes = Vec::with_capacity(text.len() + 1);
            bytes.extend(has_before.then_some(b','));
            bytes.extend_from_slice(text);
            splices.push(Splice { span: at..at, bytes });
            *has_before = true;
        }
    }
}

/// The bytes of a value with splices, which are sorted.
fn spliced(root: Node<'_>, splices: &[Splice]) -> Result<Vec<u8>, EditError> {
    let (old, begin) = (root.raw(), root.span().start);
    let added: usize = splices.iter().map(|splice| splice.bytes.len()).sum();
    let mut bytes = Vec::with_capacity(old.len() + added);
    let mut done = 0;
    for Splice { span, bytes: replacement } in splices {
        let untouched = old.get(done..span.start - begin).ok_or(EditError::Overlap)?;
        bytes.extend_from_slice(untouched);
        bytes.extend_from_slice(replacement);
        done = span.end - begin;
    }
    bytes.extend_from_slice(&old[done..]);
    Ok(bytes)
}

fn member(name: &str, json: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len() + json.len() + 3);
    string_into(&mut text, name);
    text.push(b':');
    text.extend_from_slice(json);
    text
}

#[cfg(test)]
mod tests;
