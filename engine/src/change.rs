//! What a caller asks to be written, and what came of it.

use crate::error::Issue;
use crate::resource::{Body, Version, VersionId};

/// One change of one resource.
#[derive(Clone, Debug)]
pub struct Change {
    pub(crate) action: Action,
    pub(crate) if_match: Option<VersionId>,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Create { resource_type: String, body: Vec<u8>, if_none_exist: Option<String> },
    Update { resource_type: String, id: String, body: Vec<u8> },
    Delete { resource_type: String, id: String },
}

impl Change {
    /// Creates a resource under an id of the server's making.
    pub fn create(resource_type: impl Into<String>, body: Vec<u8>) -> Self {
        Self::of(Action::Create { resource_type: resource_type.into(), body, if_none_exist: None })
    }

    /// Creates a resource unless one matches the criteria (a search's query string): `If-None-Exist`.
    pub fn create_if_none_exist(
        resource_type: impl Into<String>,
        body: Vec<u8>,
        criteria: impl Into<String>,
    ) -> Self {
        Self::of(Action::Create {
            resource_type: resource_type.into(),
            body,
            if_none_exist: Some(criteria.into()),
        })
    }

    /// Updates a resource, or creates it under this id.
    pub fn update(resource_type: impl Into<String>, id: impl Into<String>, body: Vec<u8>) -> Self {
        Self::of(Action::Update { resource_type: resource_type.into(), id: id.into(), body })
    }

    /// Deletes a resource. One that is not there or already deleted is left alone.
    pub fn delete(resource_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self::of(Action::Delete { resource_type: resource_type.into(), id: id.into() })
    }

    /// Only if this is the current version: `If-Match`.
    #[must_use]
    pub fn if_match(self, version: VersionId) -> Self {
        Self { if_match: Some(version), ..self }
    }

    fn of(action: Action) -> Self {
        Self { action, if_match: None }
    }
}

/// What a change came to. It is durable and searchable.
#[derive(Clone, Debug)]
pub enum Committed {
    /// A new resource, or a new version of a deleted one.
    Created(Version),
    /// A new version.
    Updated(Version),
    /// A conditional create found this one and wrote nothing.
    Existing(Version),
    /// The version that marks the deletion; `None`: there was nothing to delete.
    Deleted(Option<Version>),
}

/// The answer to a batch or transaction Bundle: one for each entry, in the order of the request.
#[derive(Clone, Debug)]
pub struct BundleResponse {
    /// Which of the two it was.
    pub kind: BundleKind,
    /// One for each entry.
    pub entries: Vec<EntryResponse>,
}

/// The Bundles that are processed rather than stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleKind {
    /// Entries stand alone.
    Batch,
    /// All or nothing.
    Transaction,
}

/// What an entry came to.
#[derive(Clone, Debug)]
pub enum EntryResponse {
    /// It was written.
    Committed(Committed),
    /// A read.
    Read(Version),
    /// A search, whose result the server renders like any other.
    Search(Box<crate::search::SearchPage>),
    /// It failed (batch only: a failing transaction is an error as a whole).
    Failed {
        /// The kind, for the status.
        kind: crate::error::ErrorKind,
        /// Why.
        issues: Vec<Issue>,
    },
}

impl EntryResponse {
    /// Leaves out the body of what was written.
    pub(crate) fn drop_body(&mut self) {
        if let Self::Committed(
            Committed::Created(version)
            | Committed::Updated(version)
            | Committed::Existing(version)
            | Committed::Deleted(Some(version)),
        ) = self
        {
            version.body = Body::default();
        }
    }
}
