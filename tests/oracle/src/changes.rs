//! What a change is about, and what it expects: conditional interactions (http.html#ccreate, http.html#concurrency).
//!
//! R4 leaves open what a conditional update does whose criteria match nothing while its body has the id of a resource: it is refused,
//! as R5 says.

use std::fmt;
use std::rc::Rc;

use crate::json::Json;
use crate::patch::Patch;
use crate::refusal::Refusal;
use crate::repository::{Decided, Found, Outcome, Repository, accepted};
use crate::version::{Key, Stored};

/// What must be there for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    Anything,
    /// `If-Match`: this version is the current one.
    Version(u64),
    /// `If-None-Match: *`: there is no current version.
    Nothing,
}

/// Which resource a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The one of that id.
    Id(Key),
    /// The one that criteria match: a resource type, and the query string of a search.
    Matching(String, String),
}

impl Whose {
    /// Reads `Patient/a` or `Patient?identifier=1`.
    pub fn parse(place: &str) -> Option<Self> {
        if let Some((resource_type, criteria)) = place.split_once('?') {
            return Some(Self::Matching(resource_type.to_owned(), criteria.to_owned()));
        }
        let (resource_type, id) = place.split_once('/')?;
        Some(Self::Id(Key::of(resource_type, id)))
    }

    /// Of which resource type.
    pub fn resource_type(&self) -> &str {
        match self {
            Self::Id(key) => &key.resource_type,
            Self::Matching(resource_type, _) => resource_type,
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(key) => write!(f, "{key}"),
            Self::Matching(resource_type, criteria) => write!(f, "{resource_type}?{criteria}"),
        }
    }
}

/// All that is wrong: any of it may be named.
pub type Refusals = Vec<Refusal>;

fn alone(refusal: Refusal) -> Refusals {
    vec![refusal]
}

impl Repository {
    /// Updates the resource that is meant, or creates it.
    ///
    /// # Errors
    /// All that is wrong with criteria, body and expectation.
    pub fn update_of(
        &mut self,
        whose: &Whose,
        expected: Expected,
        body: &str,
        decided: &Decided,
    ) -> Result<Outcome, Refusals> {
        let (resource_type, criteria) = match whose {
            Whose::Id(key) => return self.update(key, expected, body, decided.at).map_err(alone),
            Whose::Matching(resource_type, criteria) => (resource_type, criteria),
        };
        let mut faults = Vec::new();
        let accepted = accepted(resource_type, None, body).map_err(|fault| faults.push(fault));
        let given = Json::parse(body).and_then(|body| body.text_at("id").map(str::to_owned));
        let place = self.matching(resource_type, criteria);
        let place = place.and_then(|found| self.updated(resource_type, &found, given.as_deref(), decided));
        let key = place.map_err(|fault| faults.push(fault));
        let (Ok(body), Ok(key)) = (accepted, key) else { return Err(faults) };
        self.check(&key, expected).map_err(alone)?;
        let body = self.labelled(&key, body);
        Ok(self.put(key, body, decided.at))
    }

    /// Where a conditional update goes whose criteria match these.
    ///
    /// # Errors
    /// `Precondition`: they are several. `Invalid`: the body has another id. `Conflict`: none matches, and there is one of the body's id.
    pub fn updated(
        &self,
        resource_type: &str,
        found: &[Rc<Stored>],
        given: Option<&str>,
        decided: &Decided,
    ) -> Result<Key, Refusal> {
        match (found, given) {
            ([], Some(given)) => {
                let key = Key::of(resource_type, given);
                if self.is_there(&key) { Err(Refusal::Conflict) } else { Ok(key) }
            }
            ([], None) => Ok(Key::of(resource_type, decided.id.as_deref().unwrap_or("undecided"))),
            ([one], Some(given)) if one.key.id != given => Err(Refusal::Invalid),
            ([one], _) => Ok(one.key.clone()),
            _ => Err(Refusal::Precondition),
        }
    }

    /// Whether there is such a resource now.
    pub fn is_there(&self, key: &Key) -> bool {
        matches!(self.read(key), Ok(Found::Current(_)))
    }

    /// Deletes the resource that is meant, if there is one.
    ///
    /// # Errors
    /// `Precondition`: criteria match several, or another version is the current one.
    pub fn delete_of(&mut self, whose: &Whose, expected: Expected, at: i64) -> Result<Outcome, Refusals> {
        match self.deleted(whose, expected).map_err(alone)? {
            Some(key) => self.delete(&key, expected, at).map_err(alone),
            None => Ok(Outcome::Deleted(None)),
        }
    }

    /// What a delete is about; `None`: its criteria match nothing.
    ///
    /// # Errors
    /// `Precondition`: they match several, or nothing where a version is expected.
    pub fn deleted(&self, whose: &Whose, expected: Expected) -> Result<Option<Key>, Refusal> {
        let (resource_type, criteria) = match whose {
            Whose::Id(key) => return Ok(Some(key.clone())),
            Whose::Matching(resource_type, criteria) => (resource_type, criteria),
        };
        match (&self.matching(resource_type, criteria)?[..], expected) {
            ([one], _) => Ok(Some(one.key.clone())),
            ([], Expected::Version(_)) => Err(Refusal::Precondition),
            ([], _) => Ok(None),
            _ => Err(Refusal::Precondition),
        }
    }

    /// Deletes all that criteria match.
    ///
    /// # Errors
    /// `Precondition`: they are too many; what is wrong with the criteria.
    pub fn delete_all(
        &mut self,
        resource_type: &str,
        criteria: &str,
        at_most: usize,
        at: i64,
    ) -> Result<Outcome, Refusals> {
        let found = self.matching(resource_type, criteria).map_err(alone)?;
        if found.len() > at_most {
            return Err(alone(Refusal::Precondition));
        }
        let mut deleted = Vec::new();
        for one in found {
            if let Outcome::Deleted(version) = self.delete(&one.key, Expected::Anything, at).map_err(alone)? {
                deleted.extend(version);
            }
        }
        Ok(Outcome::DeletedAll(deleted))
    }

    /// Patches the resource that is meant.
    ///
    /// # Errors
    /// All that is wrong with criteria, expectation and patch, and with what comes of it.
    pub fn patch(
        &mut self,
        whose: &Whose,
        expected: Expected,
        patch: &Patch,
        at: i64,
    ) -> Result<Outcome, Refusals> {
        let mut faults: Refusals = patch.malformed().err().into_iter().collect();
        let key = self.patched_one(whose).map_err(|fault| faults.push(fault));
        let Ok(key) = key else { return Err(faults) };
        faults.extend(self.check(&key, expected).err());
        match self.patched(&key, patch) {
            Ok(body) if faults.is_empty() => Ok(self.put(key, body, at)),
            Ok(_) => Err(faults),
            Err(fault) => {
                faults.push(fault);
                Err(faults)
            }
        }
    }

    /// Which resource a patch is about.
    ///
    /// # Errors
    /// `NotFound`, `Gone`: it is not there. `Precondition`: criteria match several.
    pub fn patched_one(&self, whose: &Whose) -> Result<Key, Refusal> {
        let (resource_type, criteria) = match whose {
            Whose::Id(key) => {
                return match self.read(key)? {
                    Found::Current(_) => Ok(key.clone()),
                    Found::Deleted(_) => Err(Refusal::Gone),
                    Found::Missing => Err(Refusal::NotFound),
                };
            }
            Whose::Matching(resource_type, criteria) => (resource_type, criteria),
        };
        match &self.matching(resource_type, criteria)?[..] {
            [one] => Ok(one.key.clone()),
            [] => Err(Refusal::NotFound),
            _ => Err(Refusal::Precondition),
        }
    }

    /// What a patch makes of a resource that is there.
    ///
    /// # Errors
    /// What is wrong with the patch, and with what comes of it.
    pub fn patched(&self, key: &Key, patch: &Patch) -> Result<Json, Refusal> {
        let current = self.newest_of(key).ok_or(Refusal::NotFound)?;
        let patched = patch.apply(&current.sent().ok_or(Refusal::Gone)?)?;
        accepted(&key.resource_type, Some(&key.id), &patched.to_string())
    }
}
