//! A stored version of a resource, and what reads answer.

use std::sync::Arc;

use jiff::Timestamp;

/// The number of a version of a resource: `meta.versionId`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub u64);

/// Which interaction made a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// POST.
    Create,
    /// PUT.
    Update,
    /// DELETE: the version has no body.
    Delete,
}

/// One version of a resource, ready to send.
#[derive(Clone, Debug)]
pub struct Version {
    /// The resource type.
    pub resource_type: &'static str,
    /// The logical id.
    pub id: Arc<str>,
    /// `meta.versionId`.
    pub version: VersionId,
    /// `meta.lastUpdated`, to the millisecond.
    pub last_updated: Timestamp,
    /// What made it.
    pub operation: Operation,
    pub(crate) body: Body,
}

/// A body without `meta.versionId` and `meta.lastUpdated`, and where they go. A delete has no bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// Shared with the request that it came in by, when it is stored as it came.
    pub text: Arc<String>,
    pub splice: Splice,
}

/// Where `meta.versionId` and `meta.lastUpdated` are spliced into a body, by offset in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) enum Splice {
    /// There is no body.
    #[default]
    Nowhere,
    /// There is no `meta`: a whole one goes in, behind the id.
    WholeMeta(u32),
    /// Behind the opening brace of a `meta` with other members.
    IntoMeta(u32),
    /// Behind the opening brace of an empty `meta`.
    IntoEmptyMeta(u32),
}

impl Version {
    /// Appends the resource as JSON: the bytes that were written, with `meta.versionId` and `meta.lastUpdated`. A delete appends
    /// nothing.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let (before, after, at) = match self.body.splice {
            Splice::Nowhere => return,
            Splice::WholeMeta(at) => (",\"meta\":{", "}", at),
            Splice::IntoMeta(at) => ("", ",", at),
            Splice::IntoEmptyMeta(at) => ("", "", at),
        };
        let (head, tail) = self.body.text.as_bytes().split_at(at as usize);
        out.reserve(self.body.text.len() + 80);
        out.extend_from_slice(head);
        out.extend_from_slice(before.as_bytes());
        let meta =
            format!("\"versionId\":\"{}\",\"lastUpdated\":\"{:.3}\"", self.version.0, self.last_updated);
        out.extend_from_slice(meta.as_bytes());
        out.extend_from_slice(after.as_bytes());
        out.extend_from_slice(tail);
    }

    /// The resource as JSON; empty for a delete.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_json(&mut out);
        out
    }

    /// The version as a weak entity tag: `W/"3"`.
    pub fn entity_tag(&self) -> String {
        format!("W/\"{}\"", self.version.0)
    }
}

/// What a read finds.
#[derive(Clone, Debug)]
pub enum Read {
    /// The current version.
    Current(Version),
    /// It was deleted by this version.
    Deleted(Version),
    /// It never was.
    Missing,
}
