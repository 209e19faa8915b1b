//! A parameter's name with what hangs on it: `code`, `code:modifier`, `subject:Patient.name`.

use fornax_definitions::{Definitions, TypeId, TypeKind};

use crate::error::{Fault, QueryError};
use crate::pairs::Pair;

/// Modifiers of R4 search that change what a value means.
const MODIFIERS: &[&str] = &[
    "above",
    "below",
    "code-text",
    "contains",
    "exact",
    "identifier",
    "in",
    "iterate",
    "missing",
    "not",
    "not-in",
    "of-type",
    "recurse",
    "text",
];

/// What stands after the parameter's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suffix {
    /// Nothing.
    None,
    /// A modifier of the specification.
    Modifier(&'static str),
    /// A resource type, which narrows a reference.
    Type(TypeId),
}

/// Splits a name after its code; the rest starts with `:` or `.`, or is empty.
pub(crate) fn split_code(name: &str) -> (&str, &str) {
    name.split_at(name.find([':', '.']).unwrap_or(name.len()))
}

/// Reads what [`split_code`] left of a name that no chain follows.
pub(crate) fn suffix(rest: &str, pair: &Pair, definitions: &Definitions) -> Result<Suffix, QueryError> {
    let Some(word) = rest.strip_prefix(':') else { return Ok(Suffix::None) };
    if let Some(modifier) = MODIFIERS.iter().find(|modifier| **modifier == word) {
        return Ok(Suffix::Modifier(modifier));
    }
    match resource_named(definitions, word) {
        Some(resource) => Ok(Suffix::Type(resource)),
        None => Err(pair.invalid(Fault::Modifier)),
    }
}

/// A resource type that instances can have.
pub(crate) fn resource_named(definitions: &Definitions, name: &str) -> Option<TypeId> {
    let found = definitions.type_named(name)?;
    (found.kind == TypeKind::Resource && !found.is_abstract).then_some(found.id)
}
