//! Where a value is, in words: `Patient.name[0].given`.

use std::fmt::Write as _;

use crate::tape::{Children, Kind, NameAt, Slot};
use crate::text;

/// A path under construction, from the root inwards.
pub(crate) struct Path<'a> {
    document: &'a str,
    tape: &'a [Slot],
    path: String,
}

impl<'a> Path<'a> {
    /// Starts with the resource's type, where the root names one.
    pub fn new(document: &'a str, tape: &'a [Slot]) -> Self {
        let mut path = Self { document, tape, path: String::new() };
        if tape.first().is_some_and(|root| root.kind() == Kind::Object)
            && let Some(name) = Children::so_far(tape, 0).find_map(|member| path.resource_type(member))
        {
            path.path.push_str(name);
        }
        path
    }

    fn resource_type(&self, member: usize) -> Option<&'a str> {
        let slot = self.tape[member];
        let is_it = slot.kind() == Kind::String
            && text::name(self.document, slot.name()).as_deref() == Some("resourceType");
        let content = is_it.then(|| &self.document[slot.start() + 1..slot.end() - 1])?;
        is_element_name(content).then_some(content)
    }

    /// Goes from a container to a value right inside it.
    pub fn enter(&mut self, container: usize, child: usize) {
        if self.tape[container].kind() == Kind::Object {
            self.name(self.tape[child].name());
        } else {
            self.index(Children::so_far(self.tape, container).take_while(|&before| before < child).count());
        }
    }

    /// Goes to a member; nowhere without a name. A name that can't be an element's is shown as `?`.
    pub fn name(&mut self, name: NameAt) {
        let Some(name) = text::name(self.document, name) else { return };
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(if is_element_name(&name) { &name } else { "?" });
    }

    /// Goes to an item.
    pub fn index(&mut self, index: usize) {
        // Writing to a string can't fail.
        let _ = write!(self.path, "[{index}]");
    }

    pub fn finish(self) -> String {
        self.path
    }
}

/// Whether a text has the form of an element's or type's name, so that it may stand in messages.
fn is_element_name(text: &str) -> bool {
    let name = text.strip_prefix('_').unwrap_or(text);
    (1..=64).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphabetic()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
