//! Kinds of requests.

use serde::Serialize;

/// A kind of request, of which each has its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A create or an update of one resource.
    Write,
    /// A read by id.
    Read,
    /// A search: a page of 20, with total.
    Search,
    /// A page of a download.
    Export,
}

impl Kind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Write, Self::Read, Self::Search, Self::Export];

    /// As a table's row has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Search => "search",
            Self::Export => "export page",
        }
    }
}

/// One value for each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct PerKind<T> {
    /// Of writes.
    pub write: T,
    /// Of reads.
    pub read: T,
    /// Of searches.
    pub search: T,
    /// Of exports, or of their pages: the value says which.
    pub export: T,
}

impl<T> PerKind<T> {
    /// One value for each kind, made from it.
    pub fn from_fn(mut of: impl FnMut(Kind) -> T) -> Self {
        Self {
            write: of(Kind::Write),
            read: of(Kind::Read),
            search: of(Kind::Search),
            export: of(Kind::Export),
        }
    }

    /// The one of a kind.
    pub fn of(&self, kind: Kind) -> &T {
        match kind {
            Kind::Write => &self.write,
            Kind::Read => &self.read,
            Kind::Search => &self.search,
            Kind::Export => &self.export,
        }
    }

    /// The one of a kind, to be changed.
    pub fn of_mut(&mut self, kind: Kind) -> &mut T {
        match kind {
            Kind::Write => &mut self.write,
            Kind::Read => &mut self.read,
            Kind::Search => &mut self.search,
            Kind::Export => &mut self.export,
        }
    }

    /// Each kind with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &T)> {
        Kind::ALL.into_iter().map(|kind| (kind, self.of(kind)))
    }
}
