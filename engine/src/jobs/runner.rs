//! The threads that do jobs: a step of one tenant's, then one of the next tenant's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;

use super::Jobs;
use super::control::take_back;
use super::record::{JobRecord, JobState, Work};
use crate::core::Core;
use crate::engine::io_failed;
use crate::error::{ErrorKind, Result};
use crate::records;
use crate::reindex::{self, Build, Step};

/// How often tenants are looked at for jobs.
const TICK: Duration = Duration::from_millis(20);
/// How often a job is taken up without getting on before it counts as failed.
const ATTEMPTS_MAX: u32 = 5;

/// See the module.
pub(crate) struct Runner {
    stop: Mutex<Option<Sender<()>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Runner {
    pub(crate) fn start(cores: &Arc<Mutex<Vec<Weak<Core>>>>, threads: usize) -> Result<Self> {
        // Nothing is ever sent: the threads stop when the sender is gone.
        let (stop, stopped) = bounded(0);
        let mut started = Vec::new();
        for _ in 0..threads {
            let (cores, stopped) = (Arc::clone(cores), stopped.clone());
            let work = move || run(&cores, &stopped);
            started.push(
                std::thread::Builder::new().name("fornax-jobs".to_owned()).spawn(work).map_err(io_failed)?,
            );
        }
        Ok(Self { stop: Mutex::new(Some(stop)), threads: Mutex::new(started) })
    }

    /// Returns when the steps under way are done.
    pub(crate) fn stop(&self) {
        drop(self.stop.lock().take());
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that does jobs ended by a panic");
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(cores: &Mutex<Vec<Weak<Core>>>, stopped: &Receiver<()>) {
    let mut pause = TICK;
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        pause = TICK;
        let open: Vec<Arc<Core>> = cores.lock().iter().filter_map(Weak::upgrade).collect();
        for core in open.into_iter().filter(|core| core.check_open().is_ok()) {
            match catch_unwind(AssertUnwindSafe(|| core.jobs.step(&core))) {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => pause = Duration::ZERO,
                Ok(Err(error)) => {
                    tracing::error!(error = %error, cause = ?std::error::Error::source(&error), "a job's record could not be kept");
                }
                // The hook has told where. The other tenants need this thread.
                Err(_) => core.close(),
            }
        }
    }
}

/// A job that a thread works at.
struct Claim {
    record: JobRecord,
    build: Option<Build>,
}

impl Jobs {
    /// Does a step of the tenant's first job. Says whether it got on.
    pub(crate) fn step(&self, core: &Core) -> Result<bool> {
        let Some(mut claim) = self.claim(core)? else { return Ok(false) };
        let number = claim.record.number;
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            let Work::Reindex(work) = &mut claim.record.work else {
                return Err(records::bug("a request has no steps"));
            };
            reindex::step(core, work, &mut claim.build, number)
        }));
        let mut table = self.table.lock();
        table.claimed = None;
        let stepped = match stepped {
            Ok(stepped) => stepped,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let Some(now) = table.records.get(&number) else {
            // Called off meanwhile.
            drop(claim.build);
            take_back(core, &claim.record.work)?;
            self.changed.notify_all();
            return Ok(true);
        };
        // A pause asked for meanwhile counts.
        claim.record.state = now.state;
        let got_on = match stepped {
            Ok(step) => note(&mut claim.record, &step),
            Err(error) if core.check_open().is_err() => return Err(error),
            Err(error) => {
                let is_final = !matches!(error.kind(), ErrorKind::Io | ErrorKind::Busy)
                    || claim.record.attempts >= ATTEMPTS_MAX;
                tracing::error!(job = number, error = %error, cause = ?std::error::Error::source(&error), "a step of a job failed");
                claim.build = None;
                if is_final {
                    claim.record.state = JobState::Failed;
                    claim.record.failure = Some(error.to_string());
                }
                false
            }
        };
        let is_under_way = claim.record.state == JobState::Running;
        table.build = claim.build.filter(|_| is_under_way).map(|build| (number, build));
        self.put(core, &mut table, claim.record)?;
        Ok(got_on)
    }

    /// The first job that may run, for this thread alone.
    fn claim(&self, core: &Core) -> Result<Option<Claim>> {
        let mut table = self.table.lock();
        if table.claimed.is_some() {
            return Ok(None);
        }
        let may_run = |record: &&JobRecord| {
            matches!(record.work, Work::Reindex(_))
                && matches!(record.state, JobState::Queued | JobState::Running)
        };
        let Some(mut record) = table.records.values().find(may_run).cloned() else { return Ok(None) };
        let number = record.number;
        let build = table.build.take().filter(|(of, _)| *of == number).map(|(_, build)| build);
        if build.is_none() {
            // It is taken up, perhaps not for the first time.
            record.attempts += 1;
            record.started_ms.get_or_insert(core.clock.now_ms());
            record.state = JobState::Running;
            if record.attempts > ATTEMPTS_MAX {
                record.state = JobState::Failed;
                record.failure = Some(format!("it was taken up {ATTEMPTS_MAX} times and did not get on"));
            }
            self.put(core, &mut table, record.clone())?;
            if record.state == JobState::Failed {
                return Ok(None);
            }
        }
        table.claimed = Some(number);
        Ok(Some(Claim { record, build }))
    }
}

/// Notes what a step came to. Says whether the next one may follow at once.
fn note(record: &mut JobRecord, step: &Step) -> bool {
    let (done, total) = match step {
        Step::On { done, total } | Step::Later { done, total } => (*done, *total),
        Step::Over { total } => {
            record.state = JobState::Completed;
            (*total, *total)
        }
    };
    if done > record.done {
        record.attempts = 0;
    }
    (record.done, record.total) = (done, total);
    !matches!(step, Step::Later { .. })
}
