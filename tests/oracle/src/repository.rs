//! The repository: all versions ever made, in one list.

mod past;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::changes::Expected;
use crate::json::Json;
use crate::parameters::is_resource_type;
use crate::query::Query;
use crate::references::{relative, rewrite};
use crate::refusal::Refusal;
use crate::search::matches;
use crate::version::{Key, Operation, Stored, split_off_meta};

/// All versions ever made, the oldest first. Clones are cheap and stay as they are: a snapshot is a clone.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    versions: Rc<Vec<Rc<Stored>>>,
    /// Of each version the commit that made it. What one commit made is of the same age.
    commits: Rc<Vec<u64>>,
    /// The commit that is being made.
    commit: u64,
    /// What was replaced up to this commit is forgotten.
    floor: u64,
}

/// What the other side decided and the oracle can't foresee: the id of a new resource, and the time.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The id, where the repository makes one.
    pub id: Option<String>,
    /// `meta.lastUpdated`, in milliseconds since 1970.
    pub at: i64,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new resource, or a new version of a deleted one.
    Created(Rc<Stored>),
    /// A new version.
    Updated(Rc<Stored>),
    /// A conditional create found this one.
    Existing(Rc<Stored>),
    /// The current version, which says it already.
    Unchanged(Rc<Stored>),
    /// The version that marks the deletion; `None`: there was nothing to delete.
    Deleted(Option<Rc<Stored>>),
    /// The versions that mark the deletion of all that criteria matched.
    DeletedAll(Vec<Rc<Stored>>),
}

/// What a read finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The version.
    Current(Rc<Stored>),
    /// The version that marks a deletion.
    Deleted(Rc<Stored>),
    /// Nothing.
    Missing,
}

/// Which history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of one resource.
    Instance(Key),
    /// Of a resource type.
    Type(String),
    /// Of everything.
    System,
}

impl Repository {
    /// The newest version of every resource, in the order of their making; deletes included.
    fn newest(&self) -> Vec<Rc<Stored>> {
        let mut seen = BTreeMap::new();
        for (at, version) in self.versions.iter().enumerate() {
            seen.insert(&version.key, at);
        }
        let mut places: Vec<usize> = seen.into_values().collect();
        places.sort_unstable();
        places.into_iter().map(|at| Rc::clone(&self.versions[at])).collect()
    }

    /// The current version of every resource, the one that changed last last.
    pub fn current(&self) -> Vec<Rc<Stored>> {
        let mut newest = self.newest();
        newest.retain(|version| version.operation != Operation::Delete);
        newest
    }

    /// The newest version of one resource.
    pub fn newest_of(&self, key: &Key) -> Option<&Rc<Stored>> {
        self.versions.iter().rev().find(|version| version.key == *key)
    }

    /// The time of the last change: the oracle's clock.
    pub fn now(&self) -> i64 {
        self.versions.last().map_or(0, |version| version.at)
    }

    /// Reads the current version.
    ///
    /// # Errors
    /// `NotSupported`: no such resource type.
    pub fn read(&self, key: &Key) -> Result<Found, Refusal> {
        known(&key.resource_type)?;
        Ok(found(self.newest_of(key)))
    }

    /// Reads one version.
    ///
    /// # Errors
    /// `NotSupported`: no such resource type.
    pub fn vread(&self, key: &Key, number: u64) -> Result<Found, Refusal> {
        known(&key.resource_type)?;
        let is_it = |version: &&Rc<Stored>| version.key == *key && version.version == number;
        Ok(found(self.versions.iter().find(is_it)))
    }

    /// The commit that made a version.
    pub fn commit_of(&self, version: &Stored) -> u64 {
        let is_it = |found: &Rc<Stored>| found.key == version.key && found.version == version.version;
        self.versions.iter().position(is_it).map_or(0, |at| self.commits[at])
    }

    /// What is changed from now on belongs to the next commit.
    pub fn begin_commit(&mut self) {
        self.commit += 1;
    }

    /// All versions in a scope, the newest first; only those made at that time or later. In groups of the same age.
    ///
    /// # Errors
    /// `NotFound`: the resource never was. `NotSupported`: no such resource type.
    pub fn history(&self, scope: &Scope, since: Option<i64>) -> Result<Vec<Vec<Rc<Stored>>>, Refusal> {
        match scope {
            Scope::Instance(key) if self.read(key)? == Found::Missing => return Err(Refusal::NotFound),
            Scope::Type(name) => known(name)?,
            _ => {}
        }
        let in_scope = |version: &Stored| match scope {
            Scope::Instance(key) => version.key == *key,
            Scope::Type(name) => version.key.resource_type == *name,
            Scope::System => true,
        };
        let mut groups: Vec<(u64, Vec<Rc<Stored>>)> = Vec::new();
        for (version, commit) in self.versions.iter().zip(&*self.commits).rev() {
            if !in_scope(version) || since.is_some_and(|since| version.at < since) {
                continue;
            }
            match groups.last_mut() {
                Some((last, group)) if last == commit => group.push(Rc::clone(version)),
                _ => groups.push((*commit, vec![Rc::clone(version)])),
            }
        }
        Ok(groups.into_iter().map(|(_, group)| group).collect())
    }

    /// Creates a resource, unless one matches the criteria: then nobody looks at the body.
    ///
    /// # Errors
    /// `Precondition`: several match, or the criteria are none; what is wrong with the body.
    pub fn create(
        &mut self,
        resource_type: &str,
        criteria: Option<&str>,
        body: &str,
        decided: &Decided,
    ) -> Result<Outcome, Refusal> {
        known(resource_type)?;
        if let Some(criteria) = criteria
            && let Some(existing) = self.one(resource_type, criteria)?
        {
            return Ok(Outcome::Existing(existing));
        }
        let body = accepted(resource_type, None, body)?;
        let key = Key::of(resource_type, decided.id.as_deref().unwrap_or("undecided"));
        Ok(self.put(key, body, decided.at))
    }

    /// The one resource that meets criteria, if any does.
    ///
    /// # Errors
    /// `Precondition`: several do, or nothing is asked for. `Invalid`, `NotSupported`: the criteria.
    pub fn one(&self, resource_type: &str, criteria: &str) -> Result<Option<Rc<Stored>>, Refusal> {
        let mut found = self.matching(resource_type, criteria)?;
        match found.len() {
            0 | 1 => Ok(found.pop()),
            _ => Err(Refusal::Precondition),
        }
    }

    /// All resources that meet the criteria of a conditional interaction.
    ///
    /// # Errors
    /// `Precondition`: nothing is asked for. `Invalid`, `NotSupported`: the criteria.
    pub fn matching(&self, resource_type: &str, criteria: &str) -> Result<Vec<Rc<Stored>>, Refusal> {
        known(resource_type)?;
        let query = Query::parse(&format!("{resource_type}?{criteria}"))?;
        if query.asks_for_others() {
            return Err(Refusal::NotSupported);
        }
        if query.asks_for_nothing() {
            return Err(Refusal::Precondition);
        }
        Ok(matches(self, &query))
    }

    /// Updates a resource, or creates it under that id.
    ///
    /// # Errors
    /// What is wrong with the body; `Precondition`: another version is the current one.
    pub fn update(&mut self, key: &Key, expected: Expected, body: &str, at: i64) -> Result<Outcome, Refusal> {
        known(&key.resource_type)?;
        let body = accepted(&key.resource_type, Some(&key.id), body)?;
        self.check(key, expected)?;
        let body = self.labelled(key, body);
        Ok(self.put(key.clone(), body, at))
    }

    /// Deletes a resource.
    ///
    /// # Errors
    /// `Precondition`: another version is the current one.
    pub fn delete(&mut self, key: &Key, expected: Expected, at: i64) -> Result<Outcome, Refusal> {
        known(&key.resource_type)?;
        self.check(key, expected)?;
        let Some(newest) = self.newest_of(key).filter(|newest| newest.operation != Operation::Delete) else {
            return Ok(Outcome::Deleted(None));
        };
        let version = newest.version + 1;
        let deleted = Stored { key: key.clone(), version, at, operation: Operation::Delete, body: None };
        Ok(Outcome::Deleted(Some(self.add(deleted))))
    }

    /// Whether what is there is what a change expects.
    ///
    /// # Errors
    /// `Precondition`: it is not.
    pub fn check(&self, key: &Key, expected: Expected) -> Result<(), Refusal> {
        let current = self.newest_of(key).filter(|newest| newest.operation != Operation::Delete);
        let holds = match expected {
            Expected::Anything => true,
            Expected::Version(version) => current.is_some_and(|current| current.version == version),
            Expected::Nothing => current.is_none(),
        };
        if holds { Ok(()) } else { Err(Refusal::Precondition) }
    }

    /// Stores a body as the next version. References under the own address have become relative.
    pub fn put(&mut self, key: Key, mut body: Json, at: i64) -> Outcome {
        let rewritten = rewrite(&mut body, &mut |reference| Ok::<_, Refusal>(relative(reference).to_owned()));
        debug_assert!(rewritten.is_ok(), "nothing is refused");
        if let Some(members) = body.members_mut() {
            members.insert("id".to_owned(), Json::text_of(&*key.id));
        }
        if let Some(newest) = self.newest_of(&key)
            && newest.body.as_ref() == Some(&body)
        {
            return Outcome::Unchanged(Rc::clone(newest));
        }
        let (version, is_there) = match self.newest_of(&key) {
            Some(newest) => (newest.version + 1, newest.operation != Operation::Delete),
            None => (1, false),
        };
        let operation = if version == 1 { Operation::Create } else { Operation::Update };
        let stored = self.add(Stored { key, version, at, operation, body: Some(body) });
        if is_there { Outcome::Updated(stored) } else { Outcome::Created(stored) }
    }

    fn add(&mut self, version: Stored) -> Rc<Stored> {
        let version = Rc::new(version);
        Rc::make_mut(&mut self.versions).push(Rc::clone(&version));
        Rc::make_mut(&mut self.commits).push(self.commit);
        version
    }
}

fn found(version: Option<&Rc<Stored>>) -> Found {
    match version {
        None => Found::Missing,
        Some(version) if version.operation == Operation::Delete => Found::Deleted(Rc::clone(version)),
        Some(version) => Found::Current(Rc::clone(version)),
    }
}

fn known(resource_type: &str) -> Result<(), Refusal> {
    if is_resource_type(resource_type) { Ok(()) } else { Err(Refusal::NotSupported) }
}

/// The member that no type has: bodies bear it where they are to be refused.
pub const UNHEARD_OF: &str = "unheardOf";

/// What every resource of a type must have.
fn required(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "Condition" => &["subject"],
        "Encounter" => &["status", "class"],
        "Group" => &["type", "actual"],
        "List" => &["status", "mode"],
        "MedicationRequest" => &["status", "intent", "medicationCodeableConcept", "subject"],
        "Observation" => &["status", "code"],
        _ => &[],
    }
}

/// A body as it may be stored, without what only the repository writes. `id`: the one that it must have, for an update.
///
/// # Errors
/// `Invalid`: no JSON, or another type or id. `Unprocessable`: a member that there is not, or one that is missing.
pub fn accepted(resource_type: &str, id: Option<&str>, body: &str) -> Result<Json, Refusal> {
    let mut body = Json::parse(body).ok_or(Refusal::Invalid)?;
    let is_id = |id: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        (1..=64).contains(&id.len()) && id.bytes().all(allowed)
    };
    if id.is_some_and(|id| !is_id(id)) {
        return Err(Refusal::Invalid);
    }
    if body.get(UNHEARD_OF).is_some() || required(resource_type).iter().any(|name| body.get(name).is_none()) {
        return Err(Refusal::Unprocessable);
    }
    let is_at_home = id.is_none_or(|id| body.text_at("id") == Some(id));
    if body.text_at("resourceType") != Some(resource_type) || !is_at_home {
        return Err(Refusal::Invalid);
    }
    split_off_meta(&mut body);
    Ok(body)
}
