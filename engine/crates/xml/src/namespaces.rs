//! Which prefix means which namespace (Namespaces in XML 1.0).

use smallvec::SmallVec;

use crate::attributes::Attribute;
use crate::error::{Bound, Stop};
use crate::value::decode;

pub(crate) const FHIR: &str = "http://hl7.org/fhir";
pub(crate) const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// A namespace, as far as FHIR tells any two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    None,
    Fhir,
    Xhtml,
    Other,
}

/// The declarations in force.
pub(crate) struct Namespaces<'x> {
    bindings: SmallVec<[Binding<'x>; 4]>,
    max: usize,
}

struct Binding<'x> {
    /// Empty for the namespace of names without one.
    prefix: &'x str,
    namespace: Namespace,
    /// Elements around and with the one that declares it.
    depth: usize,
}

impl<'x> Namespaces<'x> {
    /// Names without a prefix are of that namespace, until one is declared.
    pub fn new(namespace: Namespace, max: usize) -> Self {
        let first = Binding { prefix: "", namespace, depth: 0 };
        Self { bindings: SmallVec::from_iter([first]), max }
    }

    /// Forgets what was declared by elements that are closed.
    pub fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|binding| binding.depth > depth) {
            self.bindings.pop();
        }
    }

    /// Takes an attribute as a declaration, if it is one.
    pub fn declare(&mut self, attribute: &Attribute<'x>, depth: usize) -> Result<bool, Stop> {
        let prefix = match attribute.name.strip_prefix("xmlns") {
            Some("") => "",
            Some(rest) if rest.starts_with(':') => &rest[1..],
            _ => return Ok(false),
        };
        let uri = decode(attribute.raw, attribute.value_at)?;
        let namespace = match &*uri {
            "" => Namespace::None,
            FHIR => Namespace::Fhir,
            XHTML => Namespace::Xhtml,
            _ => Namespace::Other,
        };
        let is_proper = match prefix {
            "" => attribute.name == "xmlns",
            _ => namespace != Namespace::None && !prefix.contains(':') && !is_reserved(prefix),
        };
        if !is_proper {
            return Err(Stop::syntax("a namespace that can't be declared so", attribute.at));
        }
        if self.bindings.len() > self.max {
            return Err(Stop::limit(Bound::Namespaces, self.max, attribute.at));
        }
        self.bindings.push(Binding { prefix, namespace, depth });
        Ok(true)
    }

    /// What a prefix means; `None` when nothing declares it.
    pub fn find(&self, prefix: &str) -> Option<Namespace> {
        let binding = self.bindings.iter().rev().find(|binding| binding.prefix == prefix)?;
        Some(binding.namespace)
    }
}

/// Prefixes that have their meaning without a declaration.
fn is_reserved(prefix: &str) -> bool {
    matches!(prefix, "xml" | "xmlns")
}

/// Splits the prefix off, which is empty where there is none; `None` of what is not one or two names.
pub(crate) fn split(name: &str) -> Option<(&str, &str)> {
    match name.split_once(':') {
        None => Some(("", name)),
        Some((prefix, local)) if prefix.is_empty() || local.is_empty() || local.contains(':') => None,
        // What follows a colon is no name by that alone.
        Some((prefix, local)) => crate::characters::is_name(local).then_some((prefix, local)),
    }
}
