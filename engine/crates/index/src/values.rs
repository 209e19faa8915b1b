//! What the search parameters select from one resource, typed and owned.

use std::sync::Arc;

use fornax_definitions::TypeId;
use fornax_model::{Interval, NodeId};

use crate::number::Stretch;
use crate::plan::{IdentityKind, RowId, TypePlan};
use crate::texts::Texts;
use crate::zone::TimeZone;

/// The search values of one resource.
#[derive(Clone, Debug)]
pub struct SearchValues {
    pub(crate) plan: Arc<TypePlan>,
    /// In which its dates were read.
    pub(crate) zone: Arc<TimeZone>,
    /// All texts, one after the other.
    pub(crate) text: String,
    pub(crate) id: Span,
    /// By parameter; within one in the order of the document.
    pub(crate) entries: Box<[Entry]>,
    /// Of composites: by parameter, instance and component.
    pub(crate) parts: Box<[PartEntry]>,
    pub(crate) stretches: Box<[Stretch]>,
    pub(crate) units: Box<[UnitText]>,
    pub(crate) references: Box<[LocalReference]>,
    pub(crate) texts: Texts,
    /// The names of the types that it contains, each once.
    pub(crate) contained: Box<[&'static str]>,
}

/// A reference to a resource of this repository, by its name there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocalReference {
    /// The target's type.
    pub resource: TypeId,
    /// The target's id.
    pub id: Box<str>,
}

/// What a resource is known by beside its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity<'a> {
    /// A business identifier.
    Identifier {
        /// Its system; absent where it has none.
        system: Option<&'a str>,
        /// Its value.
        value: &'a str,
    },
    /// The canonical URL.
    CanonicalUrl(&'a str),
}

/// One value of one parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub row: RowId,
    pub value: Value,
}

/// A part of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Code {
        system: Option<Span>,
        code: Option<Span>,
        source: CodeSource,
    },
    /// What a code is called, folded.
    CodedText(Span),
    /// An identifier and a coding of its type.
    OfType {
        system: Span,
        code: Span,
        value: Span,
    },
    String {
        folded: Span,
        exact: Span,
    },
    Uri {
        uri: Span,
        /// A canonical URL without the version that it has.
        bare: Option<Span>,
    },
    Date(Interval),
    /// Degrees to the north and to the east, [`TO_A_DEGREE`](fornax_postings::TO_A_DEGREE) to each.
    Place {
        latitude: i64,
        longitude: i64,
    },
    /// The places of the stretch and of the unit.
    Number {
        stretch: u32,
        unit: Option<u32>,
    },
    /// The place among the references.
    Local {
        target: u32,
        version: Option<Span>,
    },
    Url {
        url: Span,
        version: Option<Span>,
    },
    Identifier {
        system: Option<Span>,
        value: Option<Span>,
    },
}

/// What kind of element a code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeSource {
    /// A coding, of which it is known whether it has a system.
    Coding,
    /// A `code` element; its system goes without saying.
    Code,
    /// An identifier.
    Identifier,
    /// A point of contact: it has nothing to do with systems of codes, and only its text is searched for.
    Contact,
    /// Any other element that has nothing to do with systems.
    Bare,
}

/// One value of one component of a composite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartEntry {
    /// The composite.
    pub row: RowId,
    /// The element whose parts belong together.
    pub instance: NodeId,
    pub component: u8,
    pub value: Value,
}

/// What a quantity's unit is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitText {
    pub system: Option<Span>,
    pub code: Option<Span>,
    pub name: Option<Span>,
}

impl SearchValues {
    /// The resource's type.
    pub fn resource(&self) -> TypeId {
        self.plan.resource
    }

    /// The local resources that search parameters refer to, each once. Whoever indexes the values gives each a rid, also
    /// what does not exist yet.
    pub fn references(&self) -> &[LocalReference] {
        &self.references
    }

    /// What the resource is known by: the values of its identifiers and its canonical URL. May repeat.
    pub fn identities(&self) -> impl Iterator<Item = Identity<'_>> {
        self.entries.iter().filter_map(|entry| match (self.plan.row(entry.row).identity?, entry.value) {
            (IdentityKind::Identifier, Value::Code { system, code, source: CodeSource::Identifier }) => {
                Some(Identity::Identifier { system: self.text_of(system), value: self.text_of(code)? })
            }
            (IdentityKind::CanonicalUrl, Value::Uri { uri, .. }) => {
                Some(Identity::CanonicalUrl(self.text(uri)))
            }
            _ => None,
        })
    }

    /// Memory held beyond the struct itself, in bytes.
    pub fn heap_bytes(&self) -> usize {
        let ids: usize = self.references.iter().map(|reference| reference.id.len()).sum();
        self.text.capacity()
            + size_of_val(&*self.entries)
            + size_of_val(&*self.parts)
            + size_of_val(&*self.stretches)
            + size_of_val(&*self.units)
            + size_of_val(&*self.references)
            + size_of_val(&*self.contained)
            + ids
            + self.texts.narrative.capacity()
            + self.texts.content.capacity()
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    pub(crate) fn text_of(&self, span: Option<Span>) -> Option<&str> {
        span.map(|span| self.text(span))
    }

    /// The values of one parameter.
    pub(crate) fn of(&self, row: RowId) -> &[Entry] {
        let start = self.entries.partition_point(|entry| entry.row < row);
        let rest = &self.entries[start..];
        &rest[..rest.partition_point(|entry| entry.row == row)]
    }

    /// The values of the components of one composite.
    pub(crate) fn parts_of(&self, row: RowId) -> &[PartEntry] {
        let start = self.parts.partition_point(|part| part.row < row);
        let rest = &self.parts[start..];
        &rest[..rest.partition_point(|part| part.row == row)]
    }
}
