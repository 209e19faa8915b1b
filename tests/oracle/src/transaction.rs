//! Batches and transactions (http.html#transaction).
//!
//! Deletes are done first, then creates, then updates, then reads, whatever the order of the entries. In a transaction conditional
//! references are resolved against what creates and updates have made.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::json::Json;
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
    /// `request.ifMatch`, without quotes and weakness.
    pub if_match: Option<u64>,
    /// `resource`.
    pub resource: Option<Json>,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Create.
    Post,
    /// Update.
    Put,
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
    /// It failed, alone.
    Failed(Refusal),
}

/// What came of an entry, as the other side shows it.
pub type EntryAnswer = Done<Page>;

/// A write of a transaction that is to be made.
struct Write {
    entry: usize,
    key: Key,
    body: Json,
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

    fn alone(&mut self, entry: &Entry, decided: &Decided) -> Result<Done<Pages>, Refusal> {
        self.begin_commit();
        let body = entry.resource.as_ref().map(ToString::to_string);
        let body = || body.as_deref().ok_or(Refusal::Invalid);
        let outcome = match entry.method {
            Method::Get => return self.read_entry(&entry.url),
            Method::Post => self.create(&entry.url, entry.if_none_exist.as_deref(), body()?, decided)?,
            Method::Put => self.update(&key_of(&entry.url)?, entry.if_match, body()?, decided.at)?,
            Method::Delete => self.delete(&key_of(&entry.url)?, entry.if_match, decided.at)?,
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
        let mut faults = faults(entries);
        let mut work = self.clone();
        work.begin_commit();
        let mut outcomes: Vec<Option<Outcome>> = vec![None; entries.len()];
        // What a transaction expects is what was there before it.
        for entry in entries.iter().filter(|entry| entry.if_match.is_some()) {
            let checked = key_of(&entry.url).and_then(|key| self.check(&key, entry.if_match));
            faults.extend(checked.err());
        }
        for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.method == Method::Delete) {
            let deleted = key_of(&entry.url).and_then(|key| work.delete(&key, None, decided[at].at));
            outcomes[at] = deleted.map_err(|fault| faults.push(fault)).ok();
        }
        let mut writes = Vec::new();
        let mut places = Places::default();
        // What conditional creates find: deletes are done, and creates before them as well.
        let mut seen = work.clone();
        let (mut posted, mut twins) = (Vec::new(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            match seen.place(at, entry, &decided[at], &mut outcomes) {
                Ok(None) => {}
                Ok(Some((key, body))) => {
                    let is_post = entry.method == Method::Post;
                    match &body {
                        Some(body) if is_post => {
                            seen.put(key.clone(), body.clone(), decided[at].at);
                            posted.push(key.clone());
                        }
                        None if posted.contains(&key) => twins.push((at, key.clone())),
                        _ => {}
                    }
                    if let Some(full_url) = &entry.full_url {
                        places.add(full_url, key.clone());
                    }
                    writes.extend(body.map(|body| Write { entry: at, key, body }));
                }
                Err(fault) => faults.push(fault),
            }
        }
        faults.extend(work.resolve(&places, &mut writes, decided).err());
        if !faults.is_empty() {
            return Err(faults);
        }
        for write in writes {
            outcomes[write.entry] = Some(work.put(write.key, write.body, decided[write.entry].at));
        }
        for (at, key) in twins {
            outcomes[at] = work.newest_of(&key).cloned().map(Outcome::Existing);
        }
        let answer = |(entry, outcome): (&Entry, Option<Outcome>)| match outcome {
            Some(outcome) => Done::Written(outcome),
            None => work.read_entry(&entry.url).unwrap_or_else(Done::Failed),
        };
        let answers = entries.iter().zip(outcomes).map(answer).collect();
        *self = work;
        Ok(answers)
    }

    /// Where an entry is or will be, and what is to be written there. A conditional create that finds one writes nothing.
    fn place(
        &self,
        at: usize,
        entry: &Entry,
        decided: &Decided,
        outcomes: &mut [Option<Outcome>],
    ) -> Result<Option<(Key, Option<Json>)>, Refusal> {
        let key = match entry.method {
            Method::Delete | Method::Get => return Ok(None),
            Method::Put => key_of(&entry.url)?,
            Method::Post => {
                if let Some(criteria) = &entry.if_none_exist
                    && let Some(existing) = self.one(&entry.url, criteria)?
                {
                    let key = existing.key.clone();
                    outcomes[at] = Some(Outcome::Existing(existing));
                    return Ok(Some((key, None)));
                }
                let id = decided.id.clone().unwrap_or_else(|| format!("undecided-{at}"));
                Key::of(&*entry.url, id)
            }
        };
        let body = entry.resource.as_ref().map(ToString::to_string).ok_or(Refusal::Invalid)?;
        let body = accepted(&key.resource_type, None, &body)?;
        Ok(Some((key, Some(body))))
    }

    /// Has bodies refer to each other's places, and to the one resource that a conditional reference describes.
    fn resolve(&self, places: &Places, writes: &mut [Write], decided: &[Decided]) -> Result<(), Refusal> {
        let mut written = self.clone();
        for write in &mut *writes {
            rewrite(&mut write.body, &mut |reference| {
                Ok::<_, Refusal>(places.of(reference).unwrap_or_else(|| reference.to_owned()))
            })?;
            written.put(write.key.clone(), write.body.clone(), decided[write.entry].at);
        }
        for write in writes {
            rewrite(&mut write.body, &mut |reference| {
                let Some((resource_type, criteria)) = relative(reference).split_once('?') else {
                    return Ok(reference.to_owned());
                };
                let found = written.one(resource_type, criteria)?.ok_or(Refusal::Precondition)?;
                Ok(found.key.to_string())
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

/// The places of entries in the order in which they are done.
pub fn processing_order(entries: &[Entry]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| match entries[*at].method {
        Method::Delete => 0,
        Method::Post => 1,
        Method::Put => 2,
        Method::Get => 3,
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
    let (mut written, mut full_urls) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let is_write = matches!(entry.method, Method::Put | Method::Delete);
        if is_write && !written.insert(&entry.url) {
            faults.push(Refusal::Conflict);
        }
        if entry.full_url.as_ref().is_some_and(|full_url| !full_urls.insert(full_url)) {
            faults.push(Refusal::Conflict);
        }
        let (resource_type, id) = entry.url.split_once('/').unwrap_or((&entry.url, ""));
        let body = entry.resource.as_ref().map(ToString::to_string);
        let checked = match (entry.method, body) {
            // It may turn out not to be looked at.
            (Method::Post, Some(_)) if entry.if_none_exist.is_some() => Ok(()),
            (Method::Post, Some(body)) => accepted(resource_type, None, &body).map(|_| ()),
            (Method::Put, Some(body)) => accepted(resource_type, Some(id), &body).map(|_| ()),
            (Method::Post | Method::Put, None) => Err(Refusal::Invalid),
            (Method::Delete | Method::Get, _) => Ok(()),
        };
        faults.extend(checked.err());
    }
    faults
}
