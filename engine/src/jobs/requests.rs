//! Requests that are carried out later, as jobs. The engine keeps them and their answers, and looks into neither: whoever deferred them
//! asks for the next one that is [due](Jobs::due_request), carries it out and puts its answer down.
//!
//! In the state family: the request under `0c number (u64)` until it is over, then its answer under `0d number (u64)` until the job is
//! forgotten. That a request is under way is durable before it is handed out: one that writes is handed out once, whatever happens.

use fornax_store::{Batch, Durability};
use serde::{Deserialize, Serialize};

use super::record::{self, Job, JobRecord, JobState, Work};
use super::{Jobs, Table};
use crate::cancellation::Cancellation;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::records;
use crate::vault::{failed, state};

/// How often a request that only reads is taken up: each time but the last the process ended over it.
const ATTEMPTS_MAX: u32 = 3;

/// A request that is to be carried out later.
#[derive(Clone)]
pub struct Request {
    /// What carrying it out does.
    pub effect: Effect,
    /// Whatever the caller needs to carry it out.
    pub bytes: Vec<u8>,
}

/// What carrying a request out does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It changes nothing: where the process ended over it, it is carried out again.
    Reads,
    /// It may change something. Where the process ended over it, its job has failed: it may or may not have taken effect, and is not
    /// carried out a second time.
    Writes,
}

/// A request whose turn has come.
pub struct Due {
    /// Of its job.
    pub number: u64,
    /// As they were deferred.
    pub bytes: Vec<u8>,
    /// Given up when the job is called off.
    pub cancellation: Cancellation,
}

/// How much a deferred request takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RequestRecord {
    effect: Effect,
    request_bytes: u64,
    pub answer_bytes: u64,
}

fn key(prefix: &[u8], number: u64) -> Vec<u8> {
    [prefix, &number.to_be_bytes()].concat()
}

/// Adds to a batch that a request and its answer are forgotten.
pub(super) fn forget(core: &Core, batch: &mut Batch, number: u64) {
    let family = core.vault.placement.family(Family::State);
    batch.delete(family, &key(state::REQUESTS, number));
    batch.delete(family, &key(state::ANSWERS, number));
}

impl JobRecord {
    pub(super) fn request(&self) -> Option<&RequestRecord> {
        match &self.work {
            Work::Request(request) => Some(request),
            Work::Reindex(_) => None,
        }
    }
}

impl Jobs {
    /// Keeps a request until its turn comes.
    ///
    /// # Errors
    /// `Busy`: too many wait, or too much.
    pub(crate) fn defer(&self, core: &Core, request: &Request, by: &str) -> Result<Job> {
        let mut table = self.table.lock();
        core.check_open()?;
        let waiting = table.records.values().filter_map(JobRecord::request);
        let (count, bytes) =
            waiting.fold((0, 0), |(count, bytes), one| (count + 1, bytes + one.request_bytes));
        let request_bytes = request.bytes.len() as u64;
        if count >= core.limits.jobs_max || bytes + request_bytes > core.limits.deferred_bytes_max {
            let issue = Issue::error("throttled", "too many requests wait to be carried out later");
            return Err(Error::new(ErrorKind::Busy, issue));
        }
        let number = table.next;
        let work = Work::Request(RequestRecord { effect: request.effect, request_bytes, answer_bytes: 0 });
        let record = JobRecord::new(number, work, by, core.clock.now_ms());
        let mut batch = Batch::new();
        record.put(core, &mut batch)?;
        core.vault.put(&mut batch, Family::State, &key(state::REQUESTS, number), &request.bytes)?;
        core.store.write(&batch, Durability::Synced).map_err(failed)?;
        table.next += 1;
        let job = record.to_job();
        table.records.insert(number, record);
        self.changed.notify_all();
        job
    }

    /// The first request that waits, for this caller alone: its job runs from here on. `None`: none waits.
    pub(crate) fn due_request(&self, core: &Core) -> Result<Option<Due>> {
        let mut table = self.table.lock();
        core.check_open()?;
        let waits = |record: &&JobRecord| record.state == JobState::Queued && record.request().is_some();
        let Some(mut record) = table.records.values().find(waits).cloned() else { return Ok(None) };
        let number = record.number;
        let kept = core.vault.get(&*core.store, Family::State, &key(state::REQUESTS, number))?;
        let bytes = kept.ok_or_else(|| records::corrupted("a request that waits is not there"))?;
        record.state = JobState::Running;
        record.attempts += 1;
        record.started_ms.get_or_insert(core.clock.now_ms());
        self.put(core, &mut table, record)?;
        let cancellation = Cancellation::new();
        table.requests.insert(number, cancellation.clone());
        Ok(Some(Due { number, bytes, cancellation }))
    }

    /// Puts the answer to a request down, and is done with it. One that was called off meanwhile has none.
    pub(crate) fn answer_request(&self, core: &Core, number: u64, answer: &[u8]) -> Result<()> {
        let mut table = self.table.lock();
        table.requests.remove(&number);
        let Some(mut record) = table.records.get(&number).cloned() else { return Ok(()) };
        let Work::Request(request) = &mut record.work else { return Ok(()) };
        record.state = JobState::Completed;
        let mut batch = Batch::new();
        if !table.unanswered.remove(&number) {
            request.answer_bytes = answer.len() as u64;
            core.vault.put(&mut batch, Family::State, &key(state::ANSWERS, number), answer)?;
        }
        self.put_with(core, &mut table, record, batch).map(drop)
    }

    /// The answer to a request whose job is completed.
    ///
    /// # Errors
    /// `NotFound`: there is none, or none any more.
    pub(crate) fn request_answer(&self, core: &Core, number: u64) -> Result<Vec<u8>> {
        let table = self.table.lock();
        self.forget_past(core)?;
        drop(table);
        let kept = core.vault.get(&*core.store, Family::State, &key(state::ANSWERS, number))?;
        kept.ok_or_else(|| Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no answer")))
    }

    /// Forgets all answers, which may show what has been erased since. Reads under way are called off, and writes have no answer; but not
    /// the request that this is `own` to.
    pub(crate) fn forget_answers(&self, core: &Core, own: &Cancellation) -> Result<()> {
        let mut table = self.table.lock();
        let under_way: Vec<JobRecord> = table.records.values().filter(is_under_way).cloned().collect();
        for mut record in under_way {
            let number = record.number;
            if table.requests.get(&number).is_some_and(|cancellation| cancellation.is(own)) {
                continue;
            }
            if record.request().is_some_and(|request| request.effect == Effect::Writes) {
                table.unanswered.insert(number);
                continue;
            }
            record.state = JobState::Cancelled;
            self.put(core, &mut table, record)?;
        }
        let family = core.vault.placement.family(Family::State);
        let mut batch = Batch::new();
        for record in record::past(&core.vault, &*core.store)? {
            batch.delete(family, &key(state::ANSWERS, record.number));
        }
        core.store.write(&batch, Durability::Synced).map_err(failed)
    }

    /// At opening: what becomes of requests over which the process ended.
    pub(crate) fn settle_interrupted(&self, core: &Core) -> Result<()> {
        let mut table = self.table.lock();
        let interrupted: Vec<JobRecord> = table.records.values().filter(is_under_way).cloned().collect();
        for mut record in interrupted {
            let reads = record.request().is_some_and(|request| request.effect == Effect::Reads);
            let why = if !reads {
                "the server ended while it carried the request out: it may or may not have taken effect"
                    .to_owned()
            } else if record.attempts >= ATTEMPTS_MAX {
                format!("the server ended {ATTEMPTS_MAX} times while it carried the request out")
            } else {
                record.state = JobState::Queued;
                self.put(core, &mut table, record)?;
                continue;
            };
            record.state = JobState::Failed;
            record.failure = Some(why);
            self.put(core, &mut table, record)?;
        }
        self.forget_past(core)
    }

    /// Ends the work at a request that was called off.
    pub(super) fn give_up(table: &mut Table, number: u64) {
        if let Some(cancellation) = table.requests.remove(&number) {
            cancellation.cancel();
        }
    }
}

/// Whether somebody works at a request, or did when the process ended.
fn is_under_way(record: &&JobRecord) -> bool {
    record.state == JobState::Running && record.request().is_some()
}

/// Adds to a batch what an end of a request leaves: of one that is completed the answer, of another nothing.
pub(super) fn put_end(core: &Core, batch: &mut Batch, record: &JobRecord) {
    let family = core.vault.placement.family(Family::State);
    batch.delete(family, &key(state::REQUESTS, record.number));
    if record.state != JobState::Completed {
        batch.delete(family, &key(state::ANSWERS, record.number));
    }
}

/// How many of the jobs that are over, the oldest first, must go for the answers of the others to fit in the limit.
pub(super) fn beyond_limit(core: &Core, past: &[JobRecord]) -> usize {
    let mut bytes = 0;
    let fits = |record: &&JobRecord| {
        let answered = record.request().filter(|_| record.state == JobState::Completed);
        bytes += answered.map_or(0, |request| request.answer_bytes);
        bytes <= core.limits.deferred_bytes_max
    };
    past.len() - past.iter().rev().take_while(fits).count()
}

#[cfg(test)]
mod tests;
