//! Patches: what becomes of the current version.

use std::sync::{Arc, LazyLock};

use fornax_model::{Document, Kind, Node};
use fornax_patch::{ErrorKind as PatchFault, PatchError, Patcher};
use fornax_xml::patch as xml_patch;

use crate::change::{Expected, Patch, PatchKind};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::corrupted;
use crate::resource::{Read, Version};
use crate::types::ResourceType;
use crate::view::View;
use crate::write::body::parse_stored;
use crate::write::meta::{self, MetaChange};
use crate::write::prepare::{parse_failed, resource_limits};

static PATCHER: LazyLock<Patcher> =
    LazyLock::new(|| Patcher::new(fornax_definitions::r4(), fornax_patch::Limits::default()));

/// The current version of a resource that is to be patched.
///
/// # Errors
/// `NotFound`, `Gone`: there is none.
pub(crate) fn current(view: &View<'_>, resource_type: ResourceType, id: &str) -> Result<Version> {
    match view.read(resource_type.name, id)? {
        Read::Current(version) => Ok(version),
        Read::Deleted(_) => {
            Err(Error::new(ErrorKind::Gone, Issue::error("deleted", "the resource was deleted")))
        }
        Read::Missing => {
            Err(Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no such resource")))
        }
    }
}

/// Refuses to patch another version than the one that is meant.
pub(crate) fn check_version(expected: Expected, version: &Version) -> Result<()> {
    let text = match expected {
        Expected::Version(wanted) if wanted != version.version => {
            "the version in If-Match is not the current one"
        }
        Expected::Nothing => "the resource is there already",
        Expected::Anything | Expected::Whatever | Expected::Version(_) => return Ok(()),
    };
    Err(Error::new(ErrorKind::Precondition, Issue::error("conflict", text)))
}

/// The patched resource, as clients see it: with its version and time.
pub(crate) fn patched(core: &Core, version: &Version, patch: &Patch) -> Result<Vec<u8>> {
    let limits = resource_limits(core);
    let parsed = |bytes: &[u8]| Document::parse(bytes, &limits).map_err(|error| parse_failed(&error));
    let resource = parsed(&version.to_json())?;
    if patch.kind == PatchKind::Xml {
        let limits = fornax_xml::Limits::default();
        let applied = xml_patch::apply(&patch.bytes, resource.root(), core.definitions, &limits);
        return applied.map_err(|error| xml_refused(&error));
    }
    let document = parsed(&patch.bytes)?;
    let meta_change = match patch.kind {
        PatchKind::MetaAdd => Some(MetaChange::Added),
        PatchKind::MetaDelete => Some(MetaChange::Deleted),
        _ => None,
    };
    if let Some(change) = meta_change {
        return meta::changed(resource.root(), change, document.root());
    }
    let read = read_json(patch.kind, document.root())?;
    PATCHER.apply(&read, resource.root()).map_err(|error| refused(&error))
}

/// Reads a patch that is JSON.
fn read_json(kind: PatchKind, patch: Node<'_>) -> Result<fornax_patch::Patch<'_>> {
    let read = match kind {
        PatchKind::Json => PATCHER.read_json(patch),
        PatchKind::Merge => PATCHER.read_merge(patch),
        PatchKind::AnyJson if patch.kind() == Kind::Array => PATCHER.read_json(patch),
        PatchKind::AnyJson if patch.get("resourceType").is_none() => PATCHER.read_merge(patch),
        _ => PATCHER.read_parameters(patch),
    };
    read.map_err(|error| refused(&error))
}

/// What makes the newer version of the older one: a Parameters resource.
pub(crate) fn difference(older: &Version, newer: &Version) -> Result<Vec<u8>> {
    if [older, newer].iter().any(|version| version.body.text.is_empty()) {
        let issue = Issue::error("deleted", "a version that marks a deletion has no content");
        return Err(Error::new(ErrorKind::Unprocessable, issue));
    }
    // A patch is applied to what clients see, where `meta` is always there; what the server makes of it is no difference.
    let newer = Version { version: older.version, last_updated: older.last_updated, ..newer.clone() };
    let parsed = |version: &Version| {
        let text = String::from_utf8(version.to_json());
        let text = text.map_err(|error| corrupted("a body is not UTF-8").caused_by(error.utf8_error()))?;
        parse_stored(&Arc::new(text))
    };
    let (older, newer) = (parsed(older)?, parsed(&newer)?);
    PATCHER.diff(older.root(), newer.root()).map_err(|error| refused(&error))
}

fn refused(error: &PatchError) -> Error {
    let (kind, code) = match error.kind {
        PatchFault::Malformed => (ErrorKind::Invalid, "structure"),
        PatchFault::NotApplicable => (ErrorKind::Unprocessable, "processing"),
        PatchFault::Limit => (ErrorKind::Limit, "too-costly"),
    };
    let issue = Issue::error(code, error.to_string());
    Error::new(kind, if error.place.is_empty() { issue } else { issue.at(error.place.as_str()) })
}

fn xml_refused(error: &xml_patch::PatchError) -> Error {
    let (kind, code) = match error {
        xml_patch::PatchError::Patch(_) => (ErrorKind::Invalid, "structure"),
        _ => (ErrorKind::Unprocessable, "processing"),
    };
    Error::new(kind, Issue::error(code, error.to_string()))
}
