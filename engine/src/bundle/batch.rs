//! A batch: its entries stand alone, references between them are not resolved. What can be committed together is, so that
//! many entries share one sync.

use super::entries::{Entry, Method};
use super::process::{BundleRequest, TRIES, Target};
use super::references::{BundleReferences, CriteriaRule, FullUrls};
use crate::change::{Committed, EntryResponse};
use crate::commit::{contended, sequence, sequence_all};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::records::bug;
use crate::view::View;
use crate::write::{Condition, Work, Written};

/// Entries that are in memory prepared at a time.
const ENTRIES_AT_ONCE: usize = 500;

/// An entry is decided at once, or is work for the sequencer.
enum Step {
    Decided(EntryResponse),
    Work(Work),
}

/// Those that are malformed are errors.
type EntryOrError<'a> = std::result::Result<&'a Entry<'a>, &'a Error>;

impl BundleRequest<'_> {
    /// One response for each entry. They are done in the order of a transaction's: deletes, creates, updates, reads.
    pub(super) fn batch(&self) -> Vec<EntryResponse> {
        let method = |index: usize| self.entries[index].as_ref().ok().map(|entry| entry.method);
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by_key(|&index| method(index));
        let mut responses: Vec<Option<EntryResponse>> = order.iter().map(|_| None).collect();
        for run in order.chunk_by(|&one, &next| method(one) == method(next)) {
            let is_read = run.first().is_some_and(|&index| method(index).is_some_and(Method::is_read));
            let entries: Vec<_> = run.iter().map(|&index| self.entries[index].as_ref()).collect();
            let answers: Vec<EntryResponse> = if is_read {
                entries.into_iter().flatten().map(|entry| self.read(entry)).collect()
            } else {
                entries.chunks(ENTRIES_AT_ONCE).flat_map(|entries| self.write_entries(entries)).collect()
            };
            for (&index, answer) in run.iter().zip(answers) {
                responses[index] = Some(answer);
            }
        }
        responses
            .into_iter()
            .map(|response| {
                response.unwrap_or_else(|| EntryResponse::failed(&bug("an entry without a response")))
            })
            .collect()
    }

    fn write_entries(&self, entries: &[EntryOrError<'_>]) -> Vec<EntryResponse> {
        let mut responses: Vec<Option<EntryResponse>> = entries.iter().map(|_| None).collect();
        for _ in 0..TRIES {
            let waiting: Vec<usize> =
                (0..entries.len()).filter(|&index| responses[index].is_none()).collect();
            if waiting.is_empty() {
                break;
            }
            let mut together = Together::default();
            for index in waiting {
                let step = || entries[index].map_err(Error::repeated).and_then(|entry| self.step(entry));
                match step() {
                    Ok(Step::Work(work)) if work.rests_on_a_type() || together.is_under(&work) => {
                        // Other commits in the same group would make it stale; and those before it come first.
                        together.commit(self.core, &mut responses);
                        responses[index] = self.alone(step());
                    }
                    Ok(Step::Work(work)) => together.add(index, work),
                    Err(_) if entries[index].is_ok_and(|entry| together.may_change(self.rests_on(entry))) => {
                        together.commit(self.core, &mut responses);
                        responses[index] = self.alone(step());
                    }
                    decided => responses[index] = self.alone(decided),
                }
            }
            together.commit(self.core, &mut responses);
        }
        responses
            .into_iter()
            .map(|response| response.unwrap_or_else(|| EntryResponse::failed(&contended())))
            .collect()
    }

    /// What becomes of a step that is taken by itself; `None`: it must be prepared again.
    fn alone(&self, step: Result<Step>) -> Option<EntryResponse> {
        let done = match step {
            Ok(Step::Decided(response)) => Ok(Some(response)),
            Ok(Step::Work(work)) => sequence(self.core, work).and_then(response),
            Err(error) => Err(error),
        };
        done.unwrap_or_else(|error| Some(EntryResponse::failed(&error)))
    }

    /// The type of what an entry finds before it writes: by criteria, or to patch it.
    fn rests_on<'e>(&self, entry: &'e Entry<'_>) -> Option<&'e str> {
        let url = self.relative(entry);
        let finds = entry.method == Method::Patch || url.contains('?');
        finds.then(|| url.split(['/', '?']).next().unwrap_or(url))
    }

    fn step(&self, entry: &Entry<'_>) -> Result<Step> {
        let view = View::now(self.core)?;
        let references = BundleReferences::new(
            self.core,
            &view,
            &self.options.own_bases,
            FullUrls::default(),
            CriteriaRule::Kept,
        );
        let mut conditions = Vec::new();
        Ok(match self.target(entry, &view, &mut conditions, None)? {
            Target::Read => Step::Decided(self.read(entry)),
            Target::Nothing => Step::Decided(EntryResponse::Committed(Committed::Deleted(None))),
            Target::Twin(_) => return Err(bug("an entry of a batch that knows of others")),
            Target::Existing(version) => {
                Step::Decided(EntryResponse::Committed(Committed::Existing(*version)))
            }
            target => {
                let writes = vec![self.prepare(entry, target, &references)?];
                Step::Work(Work { principal: self.principal.clone(), writes, conditions })
            }
        })
    }
}

/// Pieces of work that become commits of one group, and the places of their entries.
#[derive(Default)]
struct Together {
    places: Vec<usize>,
    works: Vec<Work>,
}

impl Together {
    fn add(&mut self, place: usize, work: Work) {
        self.places.push(place);
        self.works.push(work);
    }

    /// Whether some work rests on the current version of what one of these writes.
    fn is_under(&self, work: &Work) -> bool {
        let rests_on = |digest: &[u8; 16]| {
            let is_of = |condition: &Condition| matches!(condition, Condition::Current { digest: of, .. } if of == digest);
            work.conditions.iter().any(is_of)
        };
        self.works.iter().flat_map(|other| &other.writes).any(|write| rests_on(&write.digest))
    }

    /// Whether one of these writes is of a type.
    fn may_change(&self, resource_type: Option<&str>) -> bool {
        let mut writes = self.works.iter().flat_map(|work| &work.writes);
        resource_type.is_some_and(|name| writes.any(|write| write.resource_type.name == name))
    }

    /// Commits them, and is empty then. A response that stays absent: it must be prepared again.
    fn commit(&mut self, core: &Core, responses: &mut [Option<EntryResponse>]) {
        let outcomes = sequence_all(core, std::mem::take(&mut self.works));
        for (place, outcome) in self.places.drain(..).zip(outcomes) {
            let outcome = outcome.and_then(response);
            responses[place] = outcome.unwrap_or_else(|error| Some(EntryResponse::failed(&error)));
        }
    }
}

/// The response to a write; `None`: it must be prepared again.
fn response(written: Option<Vec<Written>>) -> Result<Option<EntryResponse>> {
    let Some(written) = written else { return Ok(None) };
    let one = written.into_iter().next().ok_or_else(|| bug("a change without an outcome"))?;
    Ok(Some(EntryResponse::Committed(one.into())))
}
