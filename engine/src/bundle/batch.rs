//! A batch: its entries stand alone, references between them are not resolved. They are prepared and read side by side, and what can
//! be committed together is, so that many entries share one sync.

use std::collections::HashSet;

use super::entries::{Entry, Method};
use super::process::{BundleRequest, TRIES, Target};
use super::references::{BundleReferences, CriteriaRule, FullUrls};
use crate::change::{Committed, EntryResponse};
use crate::commit::{contended, sequence, sequence_all};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::parallel::in_parallel;
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
                let entries: Vec<&Entry<'_>> = entries.into_iter().flatten().collect();
                in_parallel(entries.len(), |index| self.read(entries[index]))
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
            let step =
                |index: usize| entries[index].map_err(Error::repeated).and_then(|entry| self.step(entry));
            let steps = in_parallel(waiting.len(), |place| step(waiting[place]));
            let mut together = Together::default();
            for (index, prepared) in waiting.into_iter().zip(steps) {
                match prepared {
                    Ok(Step::Work(work)) if work.rests_on_a_type() || together.is_under(&work) => {
                        let digests = work.writes.iter().map(|write| write.digest).collect::<Vec<_>>();
                        // Other commits in the same group would make it stale; and those before it come first.
                        together.commit(self.core, &mut responses);
                        together.written.extend(digests);
                        responses[index] = self.alone(step(index));
                    }
                    Ok(Step::Work(work)) => together.add(index, work),
                    Err(_)
                        if entries[index].is_ok_and(|entry| self.finds(entry)) && together.has_written() =>
                    {
                        // What it misses may have been made since.
                        together.commit(self.core, &mut responses);
                        responses[index] = self.alone(step(index));
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

    /// Whether an entry finds something before it writes: by criteria, or to patch it.
    fn finds(&self, entry: &Entry<'_>) -> bool {
        entry.method == Method::Patch || self.relative(entry).contains('?')
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
                Step::Work(Work::new(self.principal, writes, conditions))
            }
        })
    }
}

/// Pieces of work that become commits of one group, and the places of their entries.
#[derive(Default)]
struct Together {
    places: Vec<usize>,
    works: Vec<Work>,
    /// What was written since the first of them was prepared, theirs included.
    written: HashSet<[u8; 16]>,
}

impl Together {
    fn add(&mut self, place: usize, work: Work) {
        self.written.extend(work.writes.iter().map(|write| write.digest));
        self.places.push(place);
        self.works.push(work);
    }

    /// Whether some work rests on the current version, or the absence, of what was written since it was prepared, as patches and updates do.
    fn is_under(&self, work: &Work) -> bool {
        let mut rested_on = work.conditions.iter().filter_map(|condition| match condition {
            Condition::Current { digest, .. } | Condition::Absent { digest } => Some(digest),
            _ => None,
        });
        let updates = work.writes.iter().filter(|write| write.standing.is_some());
        rested_on.any(|digest| self.written.contains(digest))
            || updates.into_iter().any(|write| self.written.contains(&write.digest))
    }

    /// Whether anything was written since the first of them was prepared.
    fn has_written(&self) -> bool {
        !self.written.is_empty()
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
