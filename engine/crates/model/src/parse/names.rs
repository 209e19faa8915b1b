//! No object has two members of one name.
//!
//! Objects of FHIR are small: the fingerprint of a new name is looked for among those of its object, and only a find is
//! compared letter by letter. An object with more members than that is good for is sorted when it closes, which no
//! choice of names can make slow.

use std::borrow::Cow;

use crate::tape::{Children, NameAt};
use crate::{scan, text};

/// Members up to which names are compared one by one.
pub(super) const COMPARED_MAX: usize = 32;

/// Fingerprints of the names in all objects that are open, innermost last.
#[derive(Debug)]
pub(super) struct Names(Vec<u32>);

impl Names {
    pub fn new() -> Self {
        Self(Vec::with_capacity(COMPARED_MAX))
    }

    /// Where the names of an object that opens now begin.
    #[inline(always)]
    pub fn begin(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    pub fn end(&mut self, begin: usize) {
        self.0.truncate(begin);
    }

    /// Adds a name to the object whose names begin at `begin`, and whose members so far are `members`.
    #[inline(always)]
    pub fn is_repeated(&mut self, begin: usize, name: &str, document: &str, members: Children<'_>) -> bool {
        let fingerprint = scan::fingerprint(name.as_bytes());
        let is_alike = self.0[begin..].contains(&fingerprint);
        self.0.push(fingerprint);
        is_alike && members.names().any(|member| text::name(document, member).as_deref() == Some(name))
    }
}

/// The second of two members of one name in an object of any size: the first such in the text.
#[cold]
pub(super) fn repeated(document: &str, members: Children<'_>) -> Option<NameAt> {
    let mut names: Vec<(Cow<'_, str>, NameAt)> =
        members.names().filter_map(|member| Some((text::name(document, member)?, member))).collect();
    names.sort_by(|(left, _), (right, _)| left.cmp(right));
    let repeats = names.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    repeats.map(|pair| pair[1].1).min_by_key(|name| name.quote())
}
