//! Introspection (GraphQL, October 2021, section 4): the schema described out of the definitions, nothing kept.

mod described;
mod members_table;

pub(crate) use described::{Described, Description, Node};
pub(crate) use members_table::{MetaKind, member};

/// A field of the schema's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MetaField {
    Schema,
    TypeNamed(String),
    Member(&'static str),
}

/// `__schema`, and what it is.
pub(crate) fn schema() -> (MetaField, MetaKind) {
    (MetaField::Schema, MetaKind::Schema)
}

/// `__type`, and what it is.
pub(crate) fn type_named(name: String) -> (MetaField, MetaKind) {
    (MetaField::TypeNamed(name), MetaKind::Type)
}
