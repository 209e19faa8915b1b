//! Where in a resource reading or writing is.

use std::fmt;

/// An element on the way inwards: it lives on the stack, and becomes text only where a fault is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    outer: Option<&'p Place<'p>>,
    /// As FHIRPath names it; of the outermost, the resource's type.
    name: &'p str,
    index: Option<usize>,
    /// Elements around it.
    pub depth: usize,
}

impl<'p> Place<'p> {
    pub fn root(type_name: &'p str) -> Self {
        Self { outer: None, name: type_name, index: None, depth: 0 }
    }

    pub fn element(&'p self, name: &'p str) -> Self {
        Self { outer: Some(self), name, index: None, depth: self.depth + 1 }
    }

    /// One of the items of this element.
    pub fn item(&self, index: usize) -> Self {
        Self { index: Some(index), ..*self }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            write!(f, "{outer}.")?;
        }
        f.write_str(if is_element_name(self.name) { self.name } else { "?" })?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// Whether a text has the form of an element's or type's name, so that it may stand in messages.
fn is_element_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.as_bytes()[0].is_ascii_alphabetic()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
