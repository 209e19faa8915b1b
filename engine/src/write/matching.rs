//! Conditional updates, patches and deletes: which resources their criteria are about, and what must still hold for it when the commit
//! is made.

use std::collections::HashSet;

use fornax_model::Node;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::{Read, Version};
use crate::types::ResourceType;
use crate::view::View;
use crate::write::condition::{Condition, Criteria, Found};
use crate::write::prepare::{check_id, several_match};

/// The criteria of a conditional interaction.
pub(crate) struct Matching<'a> {
    pub core: &'a Core,
    pub resource_type: ResourceType,
    pub criteria: &'a str,
    pub own_bases: &'a [String],
}

/// What a conditional update writes to.
pub(crate) struct UpdateTarget {
    pub id: String,
    /// What must still hold of it, beside what the criteria match.
    pub condition: Option<Condition>,
}

impl Matching<'_> {
    /// The criteria, read.
    pub(crate) fn parsed(&self) -> Result<Criteria> {
        Criteria::parse(self.core, self.resource_type, self.criteria, self.own_bases)
    }

    /// What a conditional update of this body is about.
    ///
    /// # Errors
    /// `Precondition`: several match. `Invalid`: the body has another id than the resource that matches. `Conflict`: none matches, and
    /// the id in the body is another resource's.
    pub(crate) fn update(&self, view: &View<'_>, body: Node<'_>) -> Result<(UpdateTarget, Condition)> {
        let (condition, found) = self.parsed()?.find(self.core, view)?;
        Ok((self.updated(view, found, body)?, condition))
    }

    /// The same of what the criteria were found to match.
    pub(crate) fn updated(&self, view: &View<'_>, found: Found, body: Node<'_>) -> Result<UpdateTarget> {
        let given = body.get("id").and_then(Node::as_str);
        Ok(match (found, given) {
            (Found::Several, _) => return Err(several_match()),
            (Found::One(version), Some(given)) if *given != *version.id => {
                let text = "the id in the body is not that of the resource that the criteria match";
                let place = format!("{}.id", self.resource_type.name);
                return Err(Error::new(ErrorKind::Invalid, Issue::error("value", text).at(place)));
            }
            (Found::One(version), _) => UpdateTarget { id: version.id.to_string(), condition: None },
            (Found::None, Some(given)) => {
                check_id(&given)?;
                if matches!(view.read(self.resource_type.name, &given)?, Read::Current(_)) {
                    let text = "there is a resource of the id in the body, and the criteria do not match it";
                    return Err(Error::new(ErrorKind::Conflict, Issue::error("duplicate", text)));
                }
                let digest = self.core.vault.id_digest(self.resource_type.name, &given);
                UpdateTarget { id: given.into_owned(), condition: Some(Condition::Absent { digest }) }
            }
            (Found::None, None) => UpdateTarget { id: self.core.new_id()?, condition: None },
        })
    }

    /// The one resource that they match.
    ///
    /// # Errors
    /// `NotFound`: none does. `Precondition`: several do.
    pub(crate) fn one(&self, view: &View<'_>) -> Result<(Version, Condition)> {
        let (condition, found) = self.parsed()?.find(self.core, view)?;
        Ok((one_of(found)?, condition))
    }

    /// All resources that they match.
    ///
    /// # Errors
    /// `Precondition`: more than so many do.
    pub(crate) fn all(&self, view: &View<'_>, at_most: usize) -> Result<(Vec<Version>, Condition)> {
        let (condition, found) = self.parsed()?.first(at_most + 1, (self.core, view), &HashSet::new())?;
        match found.len() {
            found_count if found_count <= at_most => Ok((found, condition)),
            _ if at_most <= 1 => Err(several_match()),
            _ => {
                let text = format!("the criteria match more than {at_most} resources");
                Err(Error::new(ErrorKind::Precondition, Issue::error("multiple-matches", text)))
            }
        }
    }
}

/// The one resource that was found.
///
/// # Errors
/// `NotFound`: none was. `Precondition`: several were.
pub(crate) fn one_of(found: Found) -> Result<Version> {
    match found {
        Found::One(version) => Ok(version),
        Found::Several => Err(several_match()),
        Found::None => {
            let issue = Issue::error("not-found", "the criteria match no resource");
            Err(Error::new(ErrorKind::NotFound, issue))
        }
    }
}

/// That If-Match names a version, and the criteria match nothing.
pub(crate) fn nothing_to_match() -> Error {
    let text = "If-Match names a version, and the criteria match no resource";
    Error::new(ErrorKind::Precondition, Issue::error("conflict", text))
}
