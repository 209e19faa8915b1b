//! Literal references: what they point to, and how a repository rewrites those that point to itself.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::version::Key;

/// The address under which the histories' repository is reached, as its callers say.
pub const OWN_ADDRESS: &str = "http://own/fhir";

/// What a literal reference points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A resource of this repository.
    Local(Key),
    /// Something elsewhere.
    Absolute(String),
}

impl Target {
    /// What a reference as written in a resource points to, and to which version of it; `None`: something inside the resource
    /// itself, or nothing.
    pub fn parse(reference: &str) -> Option<(Self, Option<String>)> {
        let own = reference.strip_prefix(OWN_ADDRESS).and_then(|rest| rest.strip_prefix('/'));
        let relative = own.unwrap_or(reference);
        if relative.starts_with('#') || relative.contains('?') {
            return None;
        }
        let (relative, version) = match relative.split_once("/_history/") {
            Some((relative, version)) => (relative, Some(version.to_owned())),
            None => (relative, None),
        };
        if own.is_none() && relative.contains(':') {
            return Some((Self::Absolute(relative.to_owned()), version));
        }
        let (resource_type, id) = relative.split_once('/')?;
        (!id.contains('/')).then(|| (Self::Local(Key::of(resource_type, id)), version))
    }

    /// The resource type, as far as the reference tells.
    pub fn resource_type(&self) -> Option<&str> {
        match self {
            Self::Local(key) => Some(&key.resource_type),
            Self::Absolute(url) if url.starts_with("http") => url.rsplit('/').nth(1),
            Self::Absolute(_) => None,
        }
    }
}

/// Rewrites every `reference` in a body.
///
/// # Errors
/// What the rewriting refuses.
pub fn rewrite<E>(body: &mut Json, to: &mut impl FnMut(&str) -> Result<String, E>) -> Result<(), E> {
    match body {
        Json::List(items) => items.iter_mut().try_for_each(|item| rewrite(item, to)),
        Json::Object(members) => members.iter_mut().try_for_each(|(name, value)| match value {
            Json::Text(text) if name == "reference" => {
                *text = to(text)?;
                Ok(())
            }
            value => rewrite(value, to),
        }),
        _ => Ok(()),
    }
}

/// A reference under the repository's own address, made relative.
pub fn relative(reference: &str) -> &str {
    let own = reference.strip_prefix(OWN_ADDRESS).and_then(|rest| rest.strip_prefix('/'));
    own.unwrap_or(reference)
}

/// The places that the entries of a transaction get, by how other entries refer to them.
#[derive(Debug, Default)]
pub struct Places(BTreeMap<String, Key>);

impl Places {
    /// An entry is at this place. Its fullUrl, if it has one, refers to it.
    pub fn add(&mut self, full_url: &str, place: Key) {
        self.0.insert(relative(full_url).to_owned(), place);
    }

    /// Where a reference points, when it points to an entry. A version that it names stays in it.
    pub fn of(&self, reference: &str) -> Option<String> {
        let reference = relative(reference);
        let (place, version) = match reference.split_once("/_history/") {
            Some((place, version)) => (place, Some(version)),
            None => (reference, None),
        };
        let place = self.0.get(place)?;
        Some(match version {
            Some(version) => format!("{place}/_history/{version}"),
            None => place.to_string(),
        })
    }
}
