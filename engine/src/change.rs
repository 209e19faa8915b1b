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
    pub(crate) expected: Expected,
    pub(crate) own_bases: Vec<String>,
    pub(crate) provenance: Option<Text>,
}

/// What must be there for a change to be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expected {
    #[default]
    Anything,
    /// Anything, also where versions must be named: nobody asks for it by request.
    Whatever,
    /// This version is the current one.
    Version(VersionId),
    /// There is no current version.
    Nothing,
}

/// Which resource a change is about.
#[derive(Clone, Debug)]
pub(crate) enum Whose {
    Id(String),
    /// The one that these criteria match: a search's query string.
    Matching(String),
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
        whose: Whose,
        body: Text,
    },
    Patch {
        resource_type: String,
        whose: Whose,
        patch: Patch,
    },
    Delete {
        resource_type: String,
        whose: Whose,
    },
    /// All that the criteria match, up to a number.
    DeleteAll {
        resource_type: String,
        criteria: String,
        at_most: usize,
    },
}

/// A patch of a resource.
#[derive(Clone)]
pub struct Patch {
    pub(crate) kind: PatchKind,
    pub(crate) bytes: Arc<[u8]>,
}

/// How a patch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// JSON Patch, RFC 6902.
    Json,
    /// JSON Merge Patch, RFC 7396.
    Merge,
    /// One of those that are JSON, as it shows: an array is a JSON Patch, an object with a `resourceType` a FHIRPath Patch, another
    /// object a JSON Merge Patch.
    AnyJson,
    /// XML Patch, RFC 5261.
    Xml,
    /// FHIRPath Patch: a Parameters resource, as JSON.
    FhirPath,
    /// `$meta-add`: a Meta, as JSON, whose profiles, security labels and tags are added.
    MetaAdd,
    /// `$meta-delete`: one whose profiles, security labels and tags are deleted.
    MetaDelete,
}

impl Patch {
    /// Nothing of it is looked at before it is applied.
    pub fn new(kind: PatchKind, bytes: Vec<u8>) -> Self {
        Self { kind, bytes: bytes.into() }
    }
}

/// Shows how much there is, and nothing of it.
impl fmt::Debug for Patch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}, {} bytes", self.kind, self.bytes.len())
    }
}

/// The body of a change, which is tried again without a copy of it being made.
#[derive(Clone)]
pub(crate) enum Text {
    Utf8(Arc<String>),
    /// What is refused where it is parsed.
    Other(Vec<u8>),
}

impl Text {
    pub(crate) fn of(body: Vec<u8>) -> Self {
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
        let whose = Whose::Id(id.into());
        Self::of(Action::Update { resource_type: resource_type.into(), whose, body: Text::of(body) })
    }

    /// Updates the resource that matches the criteria (a search's query string), or creates one where none does: under the id in the body,
    /// if it has one. Several matches fail, and so does an id in the body that is another one's.
    pub fn update_matching(
        resource_type: impl Into<String>,
        criteria: impl Into<String>,
        body: Vec<u8>,
    ) -> Self {
        let whose = Whose::Matching(criteria.into());
        Self::of(Action::Update { resource_type: resource_type.into(), whose, body: Text::of(body) })
    }

    /// Patches a resource that is there. What comes of it is checked like any other body.
    pub fn patch(resource_type: impl Into<String>, id: impl Into<String>, patch: Patch) -> Self {
        Self::of(Action::Patch { resource_type: resource_type.into(), whose: Whose::Id(id.into()), patch })
    }

    /// Patches the one resource that matches the criteria.
    pub fn patch_matching(
        resource_type: impl Into<String>,
        criteria: impl Into<String>,
        patch: Patch,
    ) -> Self {
        let whose = Whose::Matching(criteria.into());
        Self::of(Action::Patch { resource_type: resource_type.into(), whose, patch })
    }

    /// Deletes a resource. One that is not there or already deleted is left alone.
    pub fn delete(resource_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self::of(Action::Delete { resource_type: resource_type.into(), whose: Whose::Id(id.into()) })
    }

    /// Deletes the resource that matches the criteria, if there is one. Several matches fail.
    pub fn delete_matching(resource_type: impl Into<String>, criteria: impl Into<String>) -> Self {
        let whose = Whose::Matching(criteria.into());
        Self::of(Action::Delete { resource_type: resource_type.into(), whose })
    }

    /// Deletes all resources that match the criteria, by one commit. More than so many fail.
    pub fn delete_all_matching(
        resource_type: impl Into<String>,
        criteria: impl Into<String>,
        at_most: usize,
    ) -> Self {
        Self::of(Action::DeleteAll {
            resource_type: resource_type.into(),
            criteria: criteria.into(),
            at_most,
        })
    }

    /// Only if this is the current version: `If-Match`.
    #[must_use]
    pub fn if_match(self, version: VersionId) -> Self {
        Self { expected: Expected::Version(version), ..self }
    }

    /// Only if there is no current version: `If-None-Match: *`.
    #[must_use]
    pub fn if_none_match(self) -> Self {
        Self { expected: Expected::Nothing, ..self }
    }

    /// Base URLs of this tenant, without a slash at the end: references under them are local.
    #[must_use]
    pub fn own_bases(self, own_bases: Vec<String>) -> Self {
        Self { own_bases, ..self }
    }

    /// With a Provenance, as JSON and without its target, which becomes part of the same commit and tells of the versions that this makes.
    #[must_use]
    pub fn provenance(self, provenance: Vec<u8>) -> Self {
        Self { provenance: Some(Text::of(provenance)), ..self }
    }

    fn of(action: Action) -> Self {
        Self { action, expected: Expected::Anything, own_bases: Vec::new(), provenance: None }
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
    /// The current version says already what was to be written: it stays the current one.
    Unchanged(Version),
    /// The version that marks the deletion; `None`: there was nothing to delete.
    Deleted(Option<Version>),
    /// So many resources were deleted.
    DeletedAll(usize),
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
    /// Of a transaction: a Provenance, as [`Change::provenance`] has it.
    pub provenance: Option<Vec<u8>>,
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
    /// A read of which only the headers are answered: asked for by HEAD, or of a version that the client has.
    Headers {
        /// Without its body.
        version: Version,
        /// Whether the client has it.
        is_known: bool,
    },
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
            Self::Committed(_) | Self::Headers { .. } | Self::Failed { .. } => 0,
        }
    }

    /// Leaves out the body of what was written.
    pub(crate) fn drop_body(&mut self) {
        if let Self::Committed(
            Committed::Created(version)
            | Committed::Updated(version)
            | Committed::Existing(version)
            | Committed::Unchanged(version)
            | Committed::Deleted(Some(version)),
        ) = self
        {
            version.body = Body::default();
        }
    }
}
