//! Jobs: everything that takes long, of one tenant, as records that outlive the process.
//!
//! A job is done in steps of some hundred milliseconds. After each its record is put down, with how far it got, so that whoever
//! opens the tenant next goes on from there. One job of a tenant runs at a time; the others wait in the order in which they came. Requests
//! that are carried out later run beside them.

mod control;
mod record;
pub mod requests;
mod runner;

use std::collections::{BTreeMap, BTreeSet};

use fornax_store::Batch;
use parking_lot::{Condvar, Mutex};

pub use self::control::JobAction;
pub use self::record::{Job, JobState};
pub(crate) use self::record::{JobRecord, Work, are_waiting, read};
pub(crate) use self::runner::Runner;

use crate::cancellation::Cancellation;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::reindex::{Build, ReindexRecord};

/// The jobs of an open tenant.
pub(crate) struct Jobs {
    table: Mutex<Table>,
    /// Told of every change of a record.
    changed: Condvar,
}

#[derive(Default)]
struct Table {
    next: u64,
    /// Those that are not over, by number.
    records: BTreeMap<u64, JobRecord>,
    /// The one that a thread works at now.
    claimed: Option<u64>,
    /// Requests under way whose answers will not be kept.
    unanswered: BTreeSet<u64>,
    /// Requests that are being carried out.
    requests: BTreeMap<u64, Cancellation>,
    /// What was opened for a job that is under way.
    build: Option<(u64, Build)>,
}

impl Jobs {
    /// With these jobs that are not over, and this number for the next one.
    pub(crate) fn new(records: Vec<JobRecord>, next: u64) -> Self {
        let records = records.into_iter().map(|record| (record.number, record)).collect();
        let table = Table { next, records, ..Table::default() };
        Self { table: Mutex::new(table), changed: Condvar::new() }
    }

    /// Whether the index is being built anew, or will be.
    pub(crate) fn has_reindex(&self) -> bool {
        self.table.lock().records.values().any(|record| matches!(record.work, Work::Reindex(_)))
    }

    /// Whether another job than this one does, or will.
    pub(crate) fn has_another_reindex(&self, number: u64) -> bool {
        let table = self.table.lock();
        let mut others = table.records.values().filter(|record| record.number != number);
        others.any(|record| matches!(record.work, Work::Reindex(_)))
    }

    /// The generation of an index that is half built.
    pub(crate) fn half_built(&self) -> Option<u32> {
        let table = self.table.lock();
        table.records.values().find_map(|record| match &record.work {
            Work::Reindex(ReindexRecord::Begun { generation, .. }) => Some(*generation),
            Work::Reindex(ReindexRecord::Asked) | Work::Request(_) => None,
        })
    }

    /// What was half built of an index before more versions went than were gone when it began.
    pub(crate) fn stale_build(&self, gone: u64) -> Option<ReindexRecord> {
        let table = self.table.lock();
        table.records.values().find_map(|record| match &record.work {
            Work::Reindex(begun @ ReindexRecord::Begun { gone: then, .. }) if *then != gone => {
                Some(begun.clone())
            }
            Work::Reindex(_) | Work::Request(_) => None,
        })
    }

    /// Adds a job that builds the index anew to a batch. It counts when it was [taken in](Self::take_in).
    ///
    /// # Errors
    /// `Limit`: too many wait already.
    pub(crate) fn begin_reindex(&self, core: &Core, batch: &mut Batch, by: &str) -> Result<JobRecord> {
        let mut table = self.table.lock();
        // Requests are counted apart: they must not keep a search parameter from taking effect.
        let waiting = table.records.values().filter(|record| matches!(record.work, Work::Reindex(_)));
        if waiting.count() >= core.limits.jobs_max {
            let issue = Issue::error("too-costly", "too many jobs wait already");
            return Err(Error::new(ErrorKind::Limit, issue));
        }
        let number = table.next;
        table.next += 1;
        let work = Work::Reindex(ReindexRecord::Asked);
        let record = JobRecord::new(number, work, by, core.clock.now_ms());
        record.put(core, batch)?;
        Ok(record)
    }

    /// Takes in a job whose record the store has.
    pub(crate) fn take_in(&self, record: JobRecord) {
        self.table.lock().records.insert(record.number, record);
        self.changed.notify_all();
    }
}
