//! Batches and transactions (http.html#transaction).
//!
//! Deletes are done first, then creates, then updates and patches, then reads, whatever the order of the entries. In a transaction
//! criteria find what the steps before have made; those of deletes find what was there before. No two entries may write the same
//! resource, whether they name it or find it. Conditional references are resolved against all that was written. R4 leaves open what
//! comes first of an update and a patch: patches come last here, and their criteria see no other patch.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::changes::{Expected, Whose};
use crate::json::Json;
use crate::patch::Patch;
use crate::references::{Places, relative, rewrite};
use crate::refusal::Refusal;
use crate::repository::{Decided, Found, Outcome, Repository, accepted};
use crate::search::{Page, Pages};
use crate::version::{Key, Stored};

/// An entry of a batch or transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `fullUrl`.
    pub full_url: Option<String>,
    /// `request.method`.
    pub method: Method,
    /// `request.url`.
    pub url: String,
    /// `request.ifNoneExist`.
    pub if_none_exist: Option<String>,
    /// `request.ifMatch` and `request.ifNoneMatch`.
    pub expected: Expected,
    /// `resource`, but of a patch.
    pub resource: Option<Json>,
    /// The patch.
    pub patch: Option<Patch>,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Create.
    Post,
    /// Update.
    Put,
    /// Patch.
    Patch,
    /// Delete.
    Delete,
    /// Read or search.
    Get,
}

/// What came of an entry; `S` is how a search is shown.
#[derive(Clone, Debug)]
pub enum Done<S> {
    /// It was written.
    Written(Outcome),
    /// A read.
    Read(Rc<Stored>),
    /// A search.
    Search(Box<S>),
    /// It failed, alone: for one of these reasons.
    Failed(Vec<Refusal>),
}

/// What came of an entry, as the other side shows it.
pub type EntryAnswer = Done<Page>;

/// A write of a transaction that is to be made.
struct Write {
    entry: usize,
    key: Key,
    body: Json,
    /// References that stay as they are: of a resource that is patched those that stood in it.
    kept: BTreeSet<String>,
}

/// A transaction that is being put together.
struct Plan<'a> {
    entries: &'a [Entry],
    decided: &'a [Decided],
    before: &'a Repository,
    /// What is there after the steps so far.
    seen: Repository,
    outcomes: Vec<Option<Outcome>>,
    writes: Vec<Write>,
    places: Places,
    /// What is written so far, and whether by a create.
    written: BTreeMap<Key, Method>,
    /// Conditional creates that find what another one makes.
    twins: Vec<(usize, Key)>,
    faults: Vec<Refusal>,
}

impl Repository {
    /// Processes entries one by one.
    pub fn batch(&mut self, entries: &[Entry], decided: &[Decided]) -> Vec<Done<Pages>> {
        let mut answers: Vec<(usize, Done<Pages>)> = Vec::new();
        for at in processing_order(entries) {
            let answer = self.alone(&entries[at], &decided[at]);
            answers.push((at, answer.unwrap_or_else(Done::Failed)));
        }
        answers.sort_by_key(|(at, _)| *at);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    fn alone(&mut self, entry: &Entry, decided: &Decided) -> Result<Done<Pages>, Vec<Refusal>> {
        self.begin_commit();
        let invalid = || vec![Refusal::Invalid];
        let body = entry.resource.as_ref().map(ToString::to_string);
        let body = || body.as_deref().ok_or_else(invalid);
        let whose = || Whose::parse(&entry.url).ok_or_else(invalid);
        let outcome = match entry.method {
            Method::Get => return self.read_entry(&entry.url).map_err(|fault| vec![fault]),
            Method::Post => {
                let created = self.create(&entry.url, entry.if_none_exist.as_deref(), body()?, decided);
                created.map_err(|fault| vec![fault])?
            }
            Method::Put => self.update_of(&whose()?, entry.expected, body()?, decided)?,
            Method::Patch => {
                let patch = entry.patch.as_ref().ok_or_else(invalid)?;
                self.patch(&whose()?, entry.expected, patch, decided.at)?
            }
            Method::Delete => self.delete_of(&whose()?, entry.expected, decided.at)?,
        };
        Ok(Done::Written(outcome))
    }

    /// Processes entries all or none.
    ///
    /// # Errors
    /// All that is wrong: any of it may be named.
    pub fn transaction(
        &mut self,
        entries: &[Entry],
        decided: &[Decided],
    ) -> Result<Vec<Done<Pages>>, Vec<Refusal>> {
        let mut work = self.clone();
        work.begin_commit();
        let mut plan = Plan {
            entries,
            decided,
            before: self,
            seen: work,
            outcomes: vec![None; entries.len()],
            writes: Vec::new(),
            places: Places::default(),
            written: BTreeMap::new(),
            twins: Vec::new(),
            faults: faults(entries),
        };
        let mut work = plan.delete();
        plan.create();
        plan.update();
        plan.patch();
        let Plan { outcomes, mut writes, places, twins, mut faults, .. } = plan;
        let mut outcomes = outcomes;
        faults.extend(work.resolve(&places, &mut writes, decided).err());
        if !faults.is_empty() {
            return Err(faults);
        }
        for write in writes {
            let at = decided[write.entry].at;
            outcomes[write.entry] = Some(work.put(write.key, write.body, at));
        }
        for (at, key) in twins {
            outcomes[at] = work.newest_of(&key).cloned().map(Outcome::Existing);
        }
        let answer = |(entry, outcome): (&Entry, Option<Outcome>)| match outcome {
            Some(outcome) => Done::Written(outcome),
            None => {
                let read = work.read_entry(&entry.url);
                read.unwrap_or_else(|fault| Done::Failed(vec![fault]))
            }
        };
        let answers = entries.iter().zip(outcomes).map(answer).collect();
        *self = work;
        Ok(answers)
    }

    /// Has bodies refer to each other's places, and to the one resource that a conditional reference describes.
    fn resolve(&self, places: &Places, writes: &mut [Write], decided: &[Decided]) -> Result<(), Refusal> {
        let mut written = self.clone();
        for Write { entry, key, body, kept } in &mut *writes {
            rewrite(body, &mut |reference| {
                let place = places.of(reference).filter(|_| !kept.contains(reference));
                Ok::<_, Refusal>(place.unwrap_or_else(|| reference.to_owned()))
            })?;
            written.put(key.clone(), body.clone(), decided[*entry].at);
        }
        for Write { body, kept, .. } in writes {
            rewrite(body, &mut |reference| match relative(reference).split_once('?') {
                Some((resource_type, criteria)) if !kept.contains(reference) => {
                    let found = written.one(resource_type, criteria)?.ok_or(Refusal::Precondition)?;
                    Ok(found.key.to_string())
                }
                _ => Ok(reference.to_owned()),
            })?;
        }
        Ok(())
    }

    fn read_entry(&self, url: &str) -> Result<Done<Pages>, Refusal> {
        if !url.contains('/') || url.contains('?') {
            return Ok(Done::Search(Box::new(Pages::begin(self, url)?)));
        }
        let found = match url.split_once("/_history/") {
            Some((place, version)) => {
                let version = version.parse().map_err(|_| Refusal::Invalid)?;
                self.vread(&key_of(place)?, version)?
            }
            None => self.read(&key_of(url)?)?,
        };
        match found {
            Found::Current(version) => Ok(Done::Read(version)),
            Found::Deleted(_) => Err(Refusal::Gone),
            Found::Missing => Err(Refusal::NotFound),
        }
    }
}

impl Plan<'_> {
    fn of(&self, method: Method) -> impl Iterator<Item = (usize, &Entry, &Decided)> {
        let all = self.entries.iter().zip(self.decided).enumerate();
        all.filter(move |(_, (entry, _))| entry.method == method)
            .map(|(at, (entry, decided))| (at, entry, decided))
    }

    /// Nobody else may write it.
    fn claim(&mut self, key: &Key, method: Method) {
        if self.written.insert(key.clone(), method).is_some() {
            self.faults.push(Refusal::Conflict);
        }
    }

    /// What a transaction expects is what was there before it.
    fn check(&mut self, key: &Key, expected: Expected) {
        self.faults.extend(self.before.check(key, expected).err());
    }

    /// Answers the repository after the deletes.
    fn delete(&mut self) -> Repository {
        for (at, entry, decided) in self.of(Method::Delete).map(owned).collect::<Vec<_>>() {
            let whose = Whose::parse(&entry.url).ok_or(Refusal::Invalid);
            match whose.and_then(|whose| self.before.deleted(&whose, entry.expected)) {
                Ok(Some(key)) => {
                    self.claim(&key, Method::Delete);
                    self.check(&key, entry.expected);
                    let deleted = self.seen.delete(&key, Expected::Anything, decided.at);
                    self.outcomes[at] = deleted.map_err(|fault| self.faults.push(fault)).ok();
                }
                Ok(None) => self.outcomes[at] = Some(Outcome::Deleted(None)),
                Err(fault) => self.faults.push(fault),
            }
        }
        self.seen.clone()
    }

    fn create(&mut self) {
        for (at, entry, decided) in self.of(Method::Post).map(owned).collect::<Vec<_>>() {
            let found = match &entry.if_none_exist {
                Some(criteria) => self.seen.one(&entry.url, criteria),
                None => Ok(None),
            };
            match found {
                Ok(Some(existing)) => {
                    self.call(&entry, &existing.key);
                    match self.written.get(&existing.key) {
                        Some(Method::Post) => self.twins.push((at, existing.key.clone())),
                        _ => self.outcomes[at] = Some(Outcome::Existing(existing)),
                    }
                }
                Ok(None) => {
                    let id = decided.id.clone().unwrap_or_else(|| format!("undecided-{at}"));
                    let key = Key::of(&*entry.url, id);
                    self.claim(&key, Method::Post);
                    self.write(at, key, body_of(&entry), BTreeSet::new());
                }
                Err(fault) => self.faults.push(fault),
            }
        }
    }

    fn update(&mut self) {
        for (at, entry, decided) in self.of(Method::Put).map(owned).collect::<Vec<_>>() {
            let decided = Decided { id: decided.id.or_else(|| Some(format!("undecided-{at}"))), ..decided };
            match self.updated(&entry, &decided) {
                Ok(key) => {
                    self.claim(&key, Method::Put);
                    self.check(&key, entry.expected);
                    self.write(at, key, body_of(&entry), BTreeSet::new());
                }
                Err(fault) => self.faults.push(fault),
            }
        }
    }

    fn updated(&self, entry: &Entry, decided: &Decided) -> Result<Key, Refusal> {
        match Whose::parse(&entry.url).ok_or(Refusal::Invalid)? {
            Whose::Id(key) => Ok(key),
            Whose::Matching(resource_type, criteria) => {
                let found = self.seen.matching(&resource_type, &criteria)?;
                if let [one] = &found[..]
                    && self.written.contains_key(&one.key)
                {
                    return Err(Refusal::Conflict);
                }
                let given = entry.resource.as_ref().and_then(|body| body.text_at("id"));
                self.seen.updated(&resource_type, &found, given, decided)
            }
        }
    }

    fn patch(&mut self) {
        let mut patched = Vec::new();
        for (at, entry, _) in self.of(Method::Patch).map(owned).collect::<Vec<_>>() {
            let whose = Whose::parse(&entry.url).ok_or(Refusal::Invalid);
            if let Ok(Whose::Id(key)) = &whose
                && self.written.contains_key(key)
            {
                self.faults.push(Refusal::Conflict);
                self.faults.extend(self.before.check(key, entry.expected).err());
                let patched = entry.patch.as_ref().map(|patch| self.before.patched(key, patch));
                self.faults.extend(patched.and_then(Result::err));
            }
            let key = match whose.and_then(|whose| self.seen.patched_one(&whose)) {
                Ok(key) => key,
                Err(fault) => {
                    self.faults.push(fault);
                    continue;
                }
            };
            self.claim(&key, Method::Patch);
            self.check(&key, entry.expected);
            let body = match &entry.patch {
                Some(patch) => self.before.patched(&key, patch),
                None => Err(Refusal::Invalid),
            };
            let mut kept = BTreeSet::new();
            if let Some(mut before) = self.before.newest_of(&key).and_then(|version| version.body.clone()) {
                let noted = rewrite(&mut before, &mut |reference| {
                    kept.insert(reference.to_owned());
                    Ok::<_, Refusal>(reference.to_owned())
                });
                debug_assert!(noted.is_ok(), "nothing is refused");
            }
            patched.push((at, key, body, kept));
        }
        for (at, key, body, kept) in patched {
            self.write(at, key, body, kept);
        }
    }

    fn write(&mut self, at: usize, key: Key, body: Result<Json, Refusal>, kept: BTreeSet<String>) {
        let entry = self.entries[at].clone();
        self.call(&entry, &key);
        match body {
            Ok(body) => {
                let body = match entry.method {
                    Method::Put => self.seen.labelled(&key, body),
                    _ => body,
                };
                self.seen.put(key.clone(), body.clone(), self.decided[at].at);
                self.writes.push(Write { entry: at, key, body, kept });
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    /// What other entries call a resource.
    fn call(&mut self, entry: &Entry, key: &Key) {
        if let Some(full_url) = &entry.full_url {
            self.places.add(full_url, key.clone());
        }
    }
}

fn owned((at, entry, decided): (usize, &Entry, &Decided)) -> (usize, Entry, Decided) {
    (at, entry.clone(), decided.clone())
}

fn body_of(entry: &Entry) -> Result<Json, Refusal> {
    let resource_type = entry.url.split(['/', '?']).next().unwrap_or(&entry.url);
    let body = entry.resource.as_ref().map(ToString::to_string).ok_or(Refusal::Invalid)?;
    accepted(resource_type, None, &body)
}

/// The places of entries in the order in which they are done.
pub fn processing_order(entries: &[Entry]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| match entries[*at].method {
        Method::Delete => 0,
        Method::Post => 1,
        Method::Put => 2,
        Method::Patch => 3,
        Method::Get => 4,
    });
    order
}

fn key_of(url: &str) -> Result<Key, Refusal> {
    let (resource_type, id) = url.split_once('/').ok_or(Refusal::Invalid)?;
    Ok(Key::of(resource_type, id))
}

/// What is wrong with entries before anything is looked up.
fn faults(entries: &[Entry]) -> Vec<Refusal> {
    let mut faults = Vec::new();
    let mut full_urls = BTreeSet::new();
    for entry in entries {
        if entry.full_url.as_ref().is_some_and(|full_url| !full_urls.insert(full_url)) {
            faults.push(Refusal::Conflict);
        }
        let checked = match (entry.method, &entry.resource) {
            // It may turn out not to be looked at.
            (Method::Post, Some(_)) if entry.if_none_exist.is_some() => Ok(()),
            (Method::Put, Some(body)) => match Whose::parse(&entry.url) {
                Some(Whose::Id(Key { resource_type, id })) => {
                    accepted(&resource_type, Some(&id), &body.to_string()).map(|_| ())
                }
                _ => body_of(entry).map(|_| ()),
            },
            (Method::Post | Method::Put, _) => body_of(entry).map(|_| ()),
            (Method::Patch, _) => entry.patch.as_ref().ok_or(Refusal::Invalid).and_then(Patch::malformed),
            (Method::Delete | Method::Get, _) => Ok(()),
        };
        faults.extend(checked.err());
    }
    faults
}
