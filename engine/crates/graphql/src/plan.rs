//! A plan: an operation with its fragments opened, its names looked up and its arguments read.

use std::rc::Rc;

use fornax_definitions::TypeId;

use crate::ast::Value;
use crate::directives::Layout;
use crate::meta::MetaField;

/// Fields by the type of what they are asked of.
#[derive(Debug)]
pub(crate) struct Selection {
    pub variants: Vec<Variant>,
}

/// The fields for some types.
#[derive(Debug)]
pub(crate) struct Variant {
    pub types: Rc<[TypeId]>,
    pub fields: Vec<Field>,
}

/// One member of the answer.
#[derive(Debug)]
pub(crate) struct Field {
    pub at: u32,
    /// Its name in the answer.
    pub key: String,
    /// Its name in the schema.
    pub name: String,
    pub kind: FieldKind,
    pub layout: Layout,
    /// Absent of a scalar.
    pub selection: Option<Selection>,
}

/// What a field asks for.
#[derive(Debug)]
pub(crate) enum FieldKind {
    /// `__typename`
    TypeName,
    /// `resourceType`
    ResourceType,
    /// None of these types has it, others of the place do.
    Absent,
    /// An element.
    Element(Filter),
    /// The id and extensions of a primitive.
    Extra,
    /// What a reference leads to.
    Resource(Resolve),
    /// One resource, at the root.
    Read(String),
    /// Several.
    Search(Box<Search>),
    /// A part of a connection.
    Connection(ConnectionField),
    /// A part of an edge.
    Edge(EdgeField),
    /// A part of the schema's description.
    Meta(MetaField),
}

/// Which items of a list are taken.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Filter {
    pub fhirpath: Option<String>,
    /// Members and the values of which they have one.
    pub equals: Vec<(String, Value)>,
    pub offset: usize,
    pub count: Option<usize>,
}

/// How a reference is followed.
#[derive(Debug)]
pub(crate) struct Resolve {
    pub is_optional: bool,
    /// The types that count; absent for all.
    pub only: Option<Vec<TypeId>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SearchForm {
    List,
    Connection,
}

#[derive(Debug)]
pub(crate) struct Search {
    pub resource: TypeId,
    pub form: SearchForm,
    /// All but the paging and the reference.
    pub query: String,
    /// The parameter that leads back to the resource around.
    pub reference: Option<String>,
    pub cursor: Option<String>,
    pub fhirpath: Option<String>,
    pub count: Option<usize>,
    pub offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionField {
    Count,
    Offset,
    PageSize,
    Edges,
    First,
    Previous,
    Next,
    Last,
}

impl ConnectionField {
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("count", Self::Count),
        ("offset", Self::Offset),
        ("pagesize", Self::PageSize),
        ("edges", Self::Edges),
        ("first", Self::First),
        ("previous", Self::Previous),
        ("next", Self::Next),
        ("last", Self::Last),
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeField {
    Mode,
    Score,
    Resource,
}

impl EdgeField {
    pub const ALL: &'static [(&'static str, Self)] =
        &[("mode", Self::Mode), ("score", Self::Score), ("resource", Self::Resource)];
}

impl Selection {
    /// The fields for a type; none where it is not expected.
    pub fn fields(&self, of: TypeId) -> &[Field] {
        let variant = self.variants.iter().find(|variant| variant.types.contains(&of));
        variant.map_or(&[], |variant| &variant.fields)
    }

    /// The fields of what has no FHIR type: there is one variant.
    pub fn sole(&self) -> &[Field] {
        self.variants.first().map_or(&[], |variant| &variant.fields)
    }
}
