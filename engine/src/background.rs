//! One thread that brings fresh index documents to disk, by their number and age.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam::channel::{RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;

use crate::core::Core;
use crate::engine::io_failed;
use crate::error::Result;

/// How often tenants are looked at.
const TICK: Duration = Duration::from_millis(200);
/// Fresh documents that are flushed at once.
const FLUSH_DOCUMENTS: usize = 10_000;
/// Ticks after which fewer are flushed too: 5 s, so that catching up at the next opening stays short.
const FLUSH_TICKS: u32 = 25;

/// The background of an engine.
pub(crate) struct Background {
    cores: Arc<Mutex<Vec<Weak<Core>>>>,
    stop: Sender<()>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Background {
    pub(crate) fn start() -> Result<Self> {
        let cores: Arc<Mutex<Vec<Weak<Core>>>> = Arc::default();
        let (stop, stopped) = bounded(1);
        let watched = Arc::clone(&cores);
        let work = move || {
            let mut ticks = 0;
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                ticks += 1;
                let open: Vec<Arc<Core>> = watched.lock().iter().filter_map(Weak::upgrade).collect();
                for core in open {
                    let tended = AssertUnwindSafe(|| tend(&core, ticks % FLUSH_TICKS == 0));
                    if catch_unwind(tended).is_err() {
                        // The hook has told where. The other tenants need this thread.
                        core.close();
                    }
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("fornax-background".to_owned())
            .spawn(work)
            .map_err(io_failed)?;
        Ok(Self { cores, stop, thread: Mutex::new(Some(thread)) })
    }

    /// Looks after a tenant for as long as it is open.
    pub(crate) fn watch(&self, core: &Arc<Core>) {
        let mut cores = self.cores.lock();
        cores.retain(|core| core.strong_count() > 0);
        cores.push(Arc::downgrade(core));
    }

    /// Returns when nothing is under way any more.
    pub(crate) fn stop(&self) {
        if let Some(thread) = self.thread.lock().take() {
            // The thread may have ended by itself.
            let _ended = self.stop.send(());
            if thread.join().is_err() {
                tracing::error!("the background thread ended by a panic");
            }
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}

fn tend(core: &Core, is_time: bool) {
    if core.check_open().is_err() {
        return;
    }
    let documents = core.postings.fresh_documents();
    let outcome = if documents >= FLUSH_DOCUMENTS || (is_time && documents > 0) {
        core.flush_index()
    } else {
        core.postings.merge_fresh(0).map(|_| ()).map_err(crate::core::index_failed)
    };
    if let Err(error) = outcome {
        tracing::error!(error = %error, cause = ?std::error::Error::source(&error), "the index could not be brought to disk");
    }
}
