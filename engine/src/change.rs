//! What a caller asks to be written, and what came of it.

use std::fmt;
use std::sync::Arc;

use fornax_model::{Document, Limits, ParseError};

use crate::error::{Error, Issue};
use crate::resource::{Body, Version, VersionId};
use crate::search::Handling;

/// One change of one resource.
#[derive(Clone, Debug)]
pub struct Change {
    pub(crate) action: Action,
    pub(crate) if_match: Option<VersionId>,
    pub(crate) own_bases: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Create {
        resource_type: String,
        /// The id that was made for it; `None`: one is to be made.
        id: Option<String>,
        body: Text,
        if_none_exist: Option<String>,
    },
    Update {
        resource_type: String,
        id: String,
        body: Text,
    },
    Delete {
        resource_type: String,
        id: String,
    },
}

/// The body of a change, which is tried again without a copy of it being made.
#[derive(Clone)]
pub(crate) enum Text {
    Utf8(Arc<String>),
    /// What is refused where it is parsed.
    Other(Vec<u8>),
}

impl Text {
    fn of(body: Vec<u8>) -> Self {
        match String::from_utf8(body) {
            Ok(text) => Self::Utf8(Arc::new(text)),
            Err(error) => Self::Other(error.into_bytes()),
        }
    }

    pub(crate) fn parse(&self, limits: &Limits) -> Result<Document, ParseError> {
        match self {
            Self::Utf8(text) => Document::parse_shared(Arc::clone(text), limits),
            Self::Other(bytes) => Document::parse(&**bytes, limits),
        }
    }
}

/// Shows how much there is, and nothing of it.
impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = match self {
            Self::Utf8(text) => text.len(),
            Self::Other(bytes) => bytes.len(),
        };
        write!(formatter, "{bytes} bytes")
    }
}

impl Change {
    /// Creates a resource under an id of the server's making.
    pub fn create(resource_type: impl Into<String>, body: Vec<u8>) -> Self {
        Self::of(Action::Create {
            resource_type: resource_type.into(),
            id: None,
            body: Text::of(body),
            if_none_exist: None,
        })
    }

    /// Creates a resource under an id that was made before.
    pub(crate) fn create_under(resource_type: impl Into<String>, id: String, body: Vec<u8>) -> Self {
        Self::of(Action::Create {
            resource_type: resource_type.into(),
            id: Some(id),
            body: Text::of(body),
            if_none_exist: None,
        })
    }

    /// Creates a resource unless one matches the criteria (a search's query string): `If-None-Exist`.
    pub fn create_if_none_exist(
        resource_type: impl Into<String>,
        body: Vec<u8>,
        criteria: impl Into<String>,
    ) -> Self {
        Self::of(Action::Create {
            resource_type: resource_type.into(),
            id: None,
            body: Text::of(body),
            if_none_exist: Some(criteria.into()),
        })
    }

    /// Updates a resource, or creates it under this id.
    pub fn update(resource_type: impl Into<String>, id: impl Into<String>, body: Vec<u8>) -> Self {
        Self::of(Action::Update { resource_type: resource_type.into(), id: id.into(), body: Text::of(body) })
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

    /// Base URLs of this tenant, without a slash at the end: references under them are local.
    #[must_use]
    pub fn own_bases(self, own_bases: Vec<String>) -> Self {
        Self { own_bases, ..self }
    }

    fn of(action: Action) -> Self {
        Self { action, if_match: None, own_bases: Vec::new() }
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

/// How a Bundle is processed.
#[derive(Clone, Debug, Default)]
pub struct BundleOptions {
    /// Base URLs of this tenant, without a slash at the end: references and URLs under them are local.
    pub own_bases: Vec<String>,
    /// Whether the responses to writes bear the bodies.
    pub bodies: ReturnBodies,
    /// How unknown parameters of searches are taken.
    pub handling: Handling,
}

/// Whether the responses to a Bundle's writes bear the bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ReturnBodies {
    /// They do.
    Yes,
    /// They don't: a large Bundle needs less memory.
    #[default]
    No,
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
    /// It failed: in a batch whatever it was; in a transaction a read, which is done when all else is committed.
    Failed {
        /// The kind, for the status.
        kind: crate::error::ErrorKind,
        /// Why.
        issues: Vec<Issue>,
    },
}

impl EntryResponse {
    pub(crate) fn failed(error: &Error) -> Self {
        Self::Failed { kind: error.kind(), issues: error.issues().to_vec() }
    }

    /// Bytes of the bodies that it bears.
    pub(crate) fn body_bytes(&self) -> usize {
        match self {
            Self::Read(version) => version.body.text.len(),
            Self::Search(page) => {
                let versions = page.matches.iter().chain(&page.includes);
                let inner: usize = page.contained.iter().map(|inner| inner.json.len()).sum();
                inner + versions.map(|version| version.body.text.len()).sum::<usize>()
            }
            Self::Committed(_) | Self::Failed { .. } => 0,
        }
    }

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
