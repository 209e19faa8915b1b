//! Where in a resource the check is.

use std::fmt;

/// An element on the way inwards: it lives on the stack of the check, and becomes text only where an issue is.
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

    pub fn is_element(&self, name: &str) -> bool {
        self.outer.is_some() && self.name == name
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
