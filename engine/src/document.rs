//! `$document` of a Composition: the Bundle of it and of all that it refers to.

use std::collections::HashSet;

use fornax_model::Node;
use fornax_model::write::ObjectWriter;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::{Operation, Read, Version, VersionId};
use crate::view::{View, timestamp};
use crate::write::{current, local_reference, parse_stored, reference_nodes};

/// What an identifier of the form `urn:uuid:…` is of.
const URIS: &str = "urn:ietf:rfc:3986";
/// Documents that it replaces or amends are no part of it.
const OTHERS: &str = "Composition.relatesTo";

/// The Bundle, as JSON: see [`Tenant::document`](crate::Tenant::document).
pub(crate) fn document(core: &Core, id: &str, base: &str) -> Result<Vec<u8>> {
    let view = View::now(core)?;
    let composition = current(&view, core.types.named("Composition")?, id)?;
    let parsed = parse_stored(&composition.body.text)?;
    let mut references = reference_nodes(parsed.root());
    references.retain(|node| !node.path().starts_with(OTHERS));
    references.sort_unstable_by_key(|node| node.span().start);
    let mut document = Document { core, seen: HashSet::new(), versions: Vec::new(), bytes: 0 };
    document.add(composition)?;
    for reference in references {
        if let Some(version) = referred(core, &view, reference)? {
            document.add(version)?;
        }
    }
    write(core, &document.versions, base)
}

/// What a reference leads to; `None`: it is contained.
///
/// # Errors
/// `Unprocessable`: it is not here, any more or at all; with the place of the reference.
fn referred(core: &Core, view: &View<'_>, reference: Node<'_>) -> Result<Option<Version>> {
    let refused = |code, text: &str| {
        let issue = Issue::error(code, text).at(reference.path());
        Err(Error::new(ErrorKind::Unprocessable, issue))
    };
    let Some(text) = reference.as_str() else { return Ok(None) };
    if text.starts_with('#') {
        return Ok(None);
    }
    let local = local_reference(&text).and_then(|(name, id)| Some((core.types.named(name).ok()?, id)));
    let Some((resource_type, id)) = local else {
        return refused(
            "not-supported",
            "what is referred to is elsewhere: a document is made of what is here",
        );
    };
    let read = match text.split_once("/_history/") {
        None => view.read(resource_type.name, id)?,
        Some((_, version)) => match (version.parse(), view.id(resource_type.name, id)?) {
            (Ok(version), Some(record)) => {
                view.numbered(record.rid, VersionId(version))?.map_or(Read::Missing, Read::Current)
            }
            _ => Read::Missing,
        },
    };
    match read {
        Read::Current(version) if version.operation != Operation::Delete => Ok(Some(version)),
        Read::Current(_) | Read::Deleted(_) => refused("deleted", "what is referred to was deleted"),
        Read::Missing => refused("not-found", "what is referred to is not here"),
    }
}

/// A document half made.
struct Document<'a> {
    core: &'a Core,
    /// Type, id and version of what is in it.
    seen: HashSet<(&'static str, String, u64)>,
    versions: Vec<Version>,
    bytes: usize,
}

impl Document<'_> {
    fn add(&mut self, version: Version) -> Result<()> {
        if !self.seen.insert((version.resource_type, version.id.to_string(), version.version.0)) {
            return Ok(());
        }
        self.bytes += version.body.text.len();
        self.versions.push(version);
        let limits = &self.core.limits;
        if self.versions.len() > limits.document_entries_max || self.bytes > limits.bundle_response_bytes_max
        {
            let issue = Issue::error("too-costly", "the document would be too large");
            return Err(Error::new(ErrorKind::Limit, issue));
        }
        Ok(())
    }
}

fn write(core: &Core, versions: &[Version], base: &str) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut bundle = ObjectWriter::new(&mut out);
    bundle.string("resourceType", "Bundle");
    let mut identifier = bundle.object("identifier");
    identifier.string("system", URIS);
    identifier.string("value", &format!("urn:uuid:{}", core.new_id()?));
    drop(identifier);
    bundle.string("type", "document");
    bundle.string("timestamp", &format!("{:.3}", timestamp(core.clock.now_ms())?));
    let mut entries = bundle.array("entry");
    let mut scratch = Vec::new();
    for version in versions {
        scratch.clear();
        version.write_json(&mut scratch);
        let mut entry = entries.object();
        entry.string("fullUrl", &format!("{base}/{}/{}", version.resource_type, version.id));
        entry.raw("resource", &scratch);
    }
    drop(entries);
    drop(bundle);
    Ok(out)
}
