//! What is asked of jobs from outside: to begin, to wait, to go on, to be called off.

use std::time::Duration;

use fornax_store::{Batch, Durability};

use super::record::{self, Job, JobRecord, JobState, Work};
use super::{Jobs, Table, requests};
use crate::cancellation::Cancellation;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::reindex;
use crate::vault::failed;

/// How often a caller that waits looks whether it is to go on waiting.
const LOOK: Duration = Duration::from_millis(100);

/// How work stands after what was asked of it; `None`: it can't be asked.
fn of_work(action: JobAction, state: JobState) -> Option<JobState> {
    match (action, state) {
        (JobAction::Pause, JobState::Queued | JobState::Running) => Some(JobState::Paused),
        (JobAction::Resume, JobState::Paused) | (JobAction::Retry, JobState::Failed) => {
            Some(JobState::Queued)
        }
        (JobAction::Cancel, state) if !state.is_over() || state == JobState::Failed => {
            Some(JobState::Cancelled)
        }
        _ => None,
    }
}

/// The same of a request. One that is under way is not done by halves, and one that is over can only be forgotten, with its answer.
fn of_request(action: JobAction, state: JobState) -> Option<JobState> {
    match (action, state) {
        (JobAction::Pause, JobState::Queued) => Some(JobState::Paused),
        (JobAction::Resume, JobState::Paused) => Some(JobState::Queued),
        (JobAction::Cancel, state) if state != JobState::Cancelled => Some(JobState::Cancelled),
        _ => None,
    }
}

/// Takes back what work did.
pub(super) fn take_back(core: &Core, work: &Work) -> Result<()> {
    match work {
        Work::Reindex(work) => reindex::take_back(core, work),
        Work::Request(_) => Ok(()),
    }
}

/// What can be asked of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobAction {
    /// To wait, after the step that is under way.
    Pause,
    /// To go on, of one that was paused.
    Resume,
    /// To end, and to take back what it did.
    Cancel,
    /// To go on, of one that failed.
    Retry,
}

impl Jobs {
    /// Builds the index anew; one that waits for its turn already does for all who ask.
    pub(crate) fn ask_reindex(&self, core: &Core, by: &str) -> Result<Job> {
        core.sequencer.between_groups(core, |_| {
            core.check_open()?;
            let is_asked = |record: &&JobRecord| {
                let is_reindex = matches!(record.work, Work::Reindex(_));
                is_reindex && record.state == JobState::Queued && record.started_ms.is_none()
            };
            if let Some(record) = self.table.lock().records.values().find(is_asked) {
                return record.to_job();
            }
            let mut batch = Batch::new();
            let record = self.begin_reindex(core, &mut batch, by)?;
            core.store.write(&batch, Durability::Synced).map_err(failed)?;
            let job = record.to_job();
            self.take_in(record);
            job
        })
    }

    /// All jobs, the newest first.
    pub(crate) fn all(&self, core: &Core) -> Result<Vec<Job>> {
        let table = self.table.lock();
        let past = record::past(&core.vault, &*core.store)?;
        let mut jobs =
            table.records.values().chain(&past).map(JobRecord::to_job).collect::<Result<Vec<_>>>()?;
        jobs.sort_unstable_by_key(|job| std::cmp::Reverse(job.number));
        Ok(jobs)
    }

    /// One job.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn one(&self, core: &Core, number: u64) -> Result<Job> {
        self.record(&self.table.lock(), core, number)?.to_job()
    }

    fn record(&self, table: &Table, core: &Core, number: u64) -> Result<JobRecord> {
        if let Some(record) = table.records.get(&number) {
            return Ok(record.clone());
        }
        let past = record::past_one(&core.vault, &*core.store, number)?;
        past.ok_or_else(|| Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no such job")))
    }

    /// Asks something of a job.
    ///
    /// # Errors
    /// `NotFound`. `Conflict`: not of one that stands so.
    pub(crate) fn control(&self, core: &Core, number: u64, action: JobAction) -> Result<Job> {
        let mut table = self.table.lock();
        let mut record = self.record(&table, core, number)?;
        let next = match record.request() {
            Some(_) => of_request(action, record.state),
            None => of_work(action, record.state),
        };
        let Some(next) = next else {
            let text = format!("the job is {}", record.state.name());
            return Err(Error::new(ErrorKind::Conflict, Issue::error("conflict", text)));
        };
        record.state = next;
        if record.state == JobState::Queued {
            (record.attempts, record.failure, record.ended_ms) = (0, None, None);
        }
        self.put(core, &mut table, record)
    }

    /// Puts down how a job stands now.
    pub(super) fn put(&self, core: &Core, table: &mut Table, record: JobRecord) -> Result<Job> {
        self.put_with(core, table, record, Batch::new())
    }

    /// The same, with what else a batch has.
    pub(super) fn put_with(
        &self,
        core: &Core,
        table: &mut Table,
        mut record: JobRecord,
        batch: Batch,
    ) -> Result<Job> {
        let number = record.number;
        if record.state.is_over() {
            record.ended_ms = Some(core.clock.now_ms());
        }
        record.keep(core, batch)?;
        let job = record.to_job();
        let is_called_off = record.state == JobState::Cancelled;
        if record.state.is_over() {
            table.records.remove(&number);
            self.forget_past(core)?;
        } else {
            table.records.insert(number, record.clone());
        }
        // Whoever works at it takes back what it did, when the step is over.
        if is_called_off && table.claimed != Some(number) {
            table.build = table.build.take().filter(|(of, _)| *of != number);
            take_back(core, &record.work)?;
        }
        if is_called_off {
            Self::give_up(table, number);
        }
        self.changed.notify_all();
        job
    }

    /// Keeps no more of those that are over than the limits say.
    pub(super) fn forget_past(&self, core: &Core) -> Result<()> {
        let past = record::past(&core.vault, &*core.store)?;
        let kept_ms = i64::from(core.limits.past_jobs_days) * 86_400_000;
        let since_ms = core.clock.now_ms() - kept_ms;
        let surplus =
            past.len().saturating_sub(core.limits.past_jobs_max).max(requests::beyond_limit(core, &past));
        let is_old = |record: &JobRecord| record.ended_ms.is_some_and(|ended_ms| ended_ms < since_ms);
        let mut batch = Batch::new();
        for (at, record) in past.iter().enumerate() {
            if at >= surplus && !is_old(record) {
                continue;
            }
            // The last number is what the next one follows.
            if at + 1 < past.len() {
                record::forget(core, &mut batch, record.number);
            } else if is_old(record) {
                requests::forget(core, &mut batch, record.number);
            }
        }
        if batch.is_empty() { Ok(()) } else { core.store.write(&batch, Durability::Synced).map_err(failed) }
    }

    /// Waits until a job is over or paused.
    ///
    /// # Errors
    /// `NotFound`. `Limit`: the caller gave up. `Closed`.
    pub(crate) fn wait(&self, core: &Core, number: u64, cancellation: &Cancellation) -> Result<Job> {
        let mut table = self.table.lock();
        loop {
            let record = self.record(&table, core, number)?;
            if record.state.is_over() || record.state == JobState::Paused {
                return record.to_job();
            }
            core.check_open()?;
            if cancellation.is_cancelled() {
                let issue = Issue::error("timeout", "whoever waited for the job has given up");
                return Err(Error::new(ErrorKind::Limit, issue));
            }
            self.changed.wait_for(&mut table, LOOK);
        }
    }
}
