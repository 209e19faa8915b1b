//! A stored version of a resource, as both sides show it.

use std::collections::BTreeMap;
use std::fmt;

use crate::dates::{Interval, instant_text};
use crate::json::Json;

/// Which interaction made a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// POST, or a PUT of what never was.
    Create,
    /// PUT.
    Update,
    /// DELETE.
    Delete,
}

/// One version of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which resource.
    pub key: Key,
    /// `meta.versionId`.
    pub version: u64,
    /// `meta.lastUpdated`, in milliseconds since 1970.
    pub at: i64,
    /// What made it.
    pub operation: Operation,
    /// The body without `meta.versionId` and `meta.lastUpdated`; a delete has none.
    pub body: Option<Json>,
}

/// A resource type and a logical id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The resource type.
    pub resource_type: String,
    /// The logical id.
    pub id: String,
}

impl Key {
    /// The resource of that type and id.
    pub fn of(resource_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self { resource_type: resource_type.into(), id: id.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.resource_type, self.id)
    }
}

impl Stored {
    /// The body as the repository sends it, with what only that writes; a delete has none.
    pub fn sent(&self) -> Option<Json> {
        let mut body = self.body.clone()?;
        let meta =
            body.members_mut()?.entry("meta".to_owned()).or_insert_with(|| Json::Object(BTreeMap::new()));
        let members = meta.members_mut()?;
        members.insert("versionId".to_owned(), Json::text_of(self.version.to_string()));
        members.insert("lastUpdated".to_owned(), Json::text_of(instant_text(self.at)));
        Some(body)
    }

    /// A version from the body that a repository sends: the two elements that the repository wrote must say what the version is.
    ///
    /// # Errors
    /// In words, where they do not.
    pub fn of_sent(sent: Self) -> Result<Self, String> {
        let Some(mut body) = sent.body else { return Ok(sent) };
        let (version, at) = split_off_meta(&mut body);
        if version.as_deref() != Some(&*sent.version.to_string()) {
            return Err(format!("{} has meta.versionId {version:?}", sent.key));
        }
        let written = at.as_deref().and_then(Interval::parse);
        if written != Some(Interval::millisecond(sent.at)) {
            return Err(format!("{} has meta.lastUpdated {at:?}", sent.key));
        }
        Ok(Self { body: Some(body), ..sent })
    }
}

/// Takes `meta.versionId` and `meta.lastUpdated` out of a body, and `meta` with them when nothing else is in it.
pub fn split_off_meta(body: &mut Json) -> (Option<String>, Option<String>) {
    let Some(members) = body.members_mut() else { return (None, None) };
    let Some(meta) = members.get_mut("meta").and_then(Json::members_mut) else { return (None, None) };
    let mut take = |name: &str| meta.remove(name).and_then(|json| json.text().map(str::to_owned));
    let taken = (take("versionId"), take("lastUpdated"));
    if meta.is_empty() {
        members.remove("meta");
    }
    taken
}
