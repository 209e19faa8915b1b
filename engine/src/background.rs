//! Threads that tend the indexes, each with a duty of its own so that none waits for another's: one brings fresh documents to disk, by
//! their number and age; one merges segments; one builds in memory what the next search will need, while there are searches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};
use fornax_postings::MergeWorth;
use parking_lot::Mutex;

use crate::core::{Core, index_failed};
use crate::engine::io_failed;
use crate::error::Result;
use crate::parameters;

/// How often tenants are looked at.
const TICK: Duration = Duration::from_millis(200);
/// How often those are that are being searched.
const SEARCHED_TICK: Duration = Duration::from_millis(5);
/// How many of these ticks after its last search a tenant counts as being searched: 2 s.
const SEARCHED_TICKS: u32 = 400;
/// Pending documents that a search can build itself, in some milliseconds.
const PENDING_DOCUMENTS: usize = 200;
/// Fresh documents that are flushed at once.
const FLUSH_DOCUMENTS: usize = 10_000;
/// Ticks after which fewer are flushed too: 5 s, so that catching up at the next opening stays short.
const FLUSH_TICKS: u32 = 25;

pub(crate) type Watched = Arc<Mutex<Vec<Weak<Core>>>>;
/// Tends a tenant at one of the ticks. True: it wants to be looked at again soon.
type Duty = fn(&Core, u32) -> Result<bool>;

const DUTIES: [(&str, Duty); 3] = [("fornax-flush", flush), ("fornax-merge", merge), ("fornax-build", build)];

/// The background of an engine.
pub(crate) struct Background {
    cores: Watched,
    stop: Mutex<Option<Sender<()>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Background {
    pub(crate) fn start() -> Result<Self> {
        let cores = Watched::default();
        // Nothing is ever sent: the threads stop when the sender is gone.
        let (stop, stopped) = bounded(0);
        let mut threads = Vec::new();
        for (name, duty) in DUTIES {
            let (watched, stopped) = (Arc::clone(&cores), stopped.clone());
            let work = move || tend(&watched, &stopped, duty);
            threads.push(std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(io_failed)?);
        }
        Ok(Self { cores, stop: Mutex::new(Some(stop)), threads: Mutex::new(threads) })
    }

    /// The tenants that are looked after.
    pub(crate) fn watched(&self) -> &Watched {
        &self.cores
    }

    /// Looks after a tenant for as long as it is open.
    pub(crate) fn watch(&self, core: &Arc<Core>) {
        let mut cores = self.cores.lock();
        cores.retain(|core| core.strong_count() > 0);
        cores.push(Arc::downgrade(core));
    }

    /// Returns when nothing is under way any more.
    pub(crate) fn stop(&self) {
        drop(self.stop.lock().take());
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a background thread ended by a panic");
            }
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Does a duty at every tick, until it is told to stop.
fn tend(watched: &Watched, stopped: &Receiver<()>, duty: Duty) {
    let (mut tick, mut pause) = (0_u32, TICK);
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        (tick, pause) = (tick.wrapping_add(1), TICK);
        let open: Vec<Arc<Core>> = watched.lock().iter().filter_map(Weak::upgrade).collect();
        for core in open.into_iter().filter(|core| core.check_open().is_ok()) {
            match catch_unwind(AssertUnwindSafe(|| duty(&core, tick))) {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => pause = SEARCHED_TICK,
                Ok(Err(error)) => {
                    tracing::error!(error = %error, cause = ?std::error::Error::source(&error), "the index could not be tended");
                }
                // The hook has told where. The other tenants need this thread.
                Err(_) => core.close(),
            }
        }
    }
}

fn flush(core: &Core, tick: u32) -> Result<bool> {
    parameters::refresh(core)?;
    core.remove_replaced()?;
    // By time also where only deletions came, which make no documents.
    if core.index().postings.fresh_documents() >= FLUSH_DOCUMENTS || tick.is_multiple_of(FLUSH_TICKS) {
        core.flush_fresh()?;
    }
    Ok(false)
}

fn merge(core: &Core, _tick: u32) -> Result<bool> {
    if core.take_may_merge() {
        core.merge_index(MergeWorth::Third)?;
    }
    Ok(false)
}

fn build(core: &Core, _tick: u32) -> Result<bool> {
    let is_searched = core.is_being_searched(SEARCHED_TICKS);
    if is_searched {
        core.index().postings.build_fresh(PENDING_DOCUMENTS).map_err(index_failed)?;
    }
    while core.index().postings.merge_fresh(core.retention.floor()).map_err(index_failed)? {}
    Ok(is_searched)
}
