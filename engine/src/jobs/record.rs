//! The record of a job: in the state family under `09 number (u64)` until it is over, then under `0a number (u64)`.

use fornax_store::{Batch, Direction, Durability, KeyRange, Reader};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::requests::{self, RequestRecord};
use crate::core::Core;
use crate::error::Result;
use crate::families::Family;
use crate::records::{self, corrupted};
use crate::reindex::ReindexRecord;
use crate::vault::{Vault, failed, state};
use crate::view::timestamp;

/// A job, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number within the tenant.
    pub number: u64,
    /// What it does: `reindex`, or a `request` that is carried out later.
    pub kind: &'static str,
    /// How it stands.
    pub state: JobState,
    /// How much is done, of [`total`](Self::total): of a reindex, commits.
    pub done: u64,
    /// How much there is to do, as far as is known; 0 before it begins.
    pub total: u64,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// How often it was taken up since it last got on.
    pub attempts: u32,
    /// Why it failed.
    pub failure: Option<String>,
    /// Who asked for it.
    pub by: String,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is under way.
    Running,
    /// It waits to be resumed.
    Paused,
    /// It did what it was asked for.
    Completed,
    /// It did not, and says why. Retried, it goes on from where it was.
    Failed,
    /// It was called off, and what it had done was taken back.
    Cancelled,
}

impl JobState {
    /// Its name: `queued`, `running`, `paused`, `completed`, `failed`, `cancelled`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more comes of it by itself.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// [`Job`] on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    pub number: u64,
    pub work: Work,
    pub state: JobState,
    pub done: u64,
    pub total: u64,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
    pub ended_ms: Option<i64>,
    pub attempts: u32,
    pub failure: Option<String>,
    pub by: String,
}

/// What a job does, and how far it got.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    Reindex(ReindexRecord),
    Request(RequestRecord),
}

fn key(prefix: &[u8], number: u64) -> Vec<u8> {
    [prefix, &number.to_be_bytes()].concat()
}

impl JobRecord {
    pub(super) fn new(number: u64, work: Work, by: &str, created_ms: i64) -> Self {
        Self {
            number,
            work,
            state: JobState::Queued,
            done: 0,
            total: 0,
            created_ms,
            started_ms: None,
            ended_ms: None,
            attempts: 0,
            failure: None,
            by: by.to_owned(),
        }
    }

    /// Adds the record to a batch, where its state belongs.
    pub(crate) fn put(&self, core: &Core, batch: &mut Batch) -> Result<()> {
        let (now, before) = match self.state.is_over() {
            true => (state::PAST_JOBS, state::JOBS),
            false => (state::JOBS, state::PAST_JOBS),
        };
        let family = core.vault.placement.family(Family::State);
        batch.delete(family, &key(before, self.number));
        if self.state.is_over() && self.request().is_some() {
            requests::put_end(core, batch, self);
        }
        core.vault.put(batch, Family::State, &key(now, self.number), &records::encode(self)?)
    }

    /// Puts the record down, with what else the batch has.
    pub(super) fn keep(&self, core: &Core, mut batch: Batch) -> Result<()> {
        self.put(core, &mut batch)?;
        core.store.write(&batch, Durability::Synced).map_err(failed)
    }

    pub(super) fn to_job(&self) -> Result<Job> {
        Ok(Job {
            number: self.number,
            kind: match self.work {
                Work::Reindex(_) => "reindex",
                Work::Request(_) => "request",
            },
            state: self.state,
            done: self.done,
            total: self.total,
            created: timestamp(self.created_ms)?,
            started: self.started_ms.map(timestamp).transpose()?,
            ended: self.ended_ms.map(timestamp).transpose()?,
            attempts: self.attempts,
            failure: self.failure.clone(),
            by: self.by.clone(),
        })
    }
}

/// The jobs that are not over, and the number for the next one.
pub(crate) fn read(vault: &Vault, reader: &dyn Reader) -> Result<(Vec<JobRecord>, u64)> {
    let (current, past) = (of(vault, reader, state::JOBS)?, last_number(vault, reader)?);
    let next = current.last().map_or(0, |record| record.number).max(past) + 1;
    Ok((current, next))
}

/// The jobs that are over, the oldest first.
pub(super) fn past(vault: &Vault, reader: &dyn Reader) -> Result<Vec<JobRecord>> {
    of(vault, reader, state::PAST_JOBS)
}

/// One of those that are over.
pub(super) fn past_one(vault: &Vault, reader: &dyn Reader, number: u64) -> Result<Option<JobRecord>> {
    let bytes = vault.get(reader, Family::State, &key(state::PAST_JOBS, number))?;
    bytes.map(|bytes| records::decode(&bytes)).transpose()
}

/// Adds to a batch that one of those that are over is forgotten.
pub(super) fn forget(core: &Core, batch: &mut Batch, number: u64) {
    batch.delete(core.vault.placement.family(Family::State), &key(state::PAST_JOBS, number));
    requests::forget(core, batch, number);
}

/// Whether a tenant has jobs that are not over. Opens no record.
pub(crate) fn are_waiting(reader: &dyn Reader, family: fornax_store::FamilyId) -> Result<bool> {
    let range = KeyRange::prefix(state::JOBS);
    let mut cursor = reader.scan(family, &range, Direction::Forward).map_err(failed)?;
    Ok(cursor.next().map_err(failed)?.is_some())
}

fn of(vault: &Vault, reader: &dyn Reader, prefix: &[u8]) -> Result<Vec<JobRecord>> {
    let family = vault.placement.family(Family::State);
    let mut cursor = reader.scan(family, &KeyRange::prefix(prefix), Direction::Forward).map_err(failed)?;
    let mut found = Vec::new();
    while let Some((key, sealed)) = cursor.next().map_err(failed)? {
        found.push(records::decode(&vault.open_record(Family::State, key, sealed)?)?);
    }
    Ok(found)
}

fn last_number(vault: &Vault, reader: &dyn Reader) -> Result<u64> {
    let family = vault.placement.family(Family::State);
    let range = KeyRange::prefix(state::PAST_JOBS);
    let mut cursor = reader.scan(family, &range, Direction::Reverse).map_err(failed)?;
    let Some((key, _)) = cursor.next().map_err(failed)? else { return Ok(0) };
    let number = key.last_chunk::<8>().ok_or_else(|| corrupted("a job's key is cut"))?;
    Ok(u64::from_be_bytes(*number))
}
