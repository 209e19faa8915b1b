//! Being told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;

/// So long nobody waits without looking whether there was a signal.
const NAP: Duration = Duration::from_millis(50);

/// Whether SIGINT or SIGTERM came.
#[derive(Clone)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches from now on.
    pub(crate) fn watch(runtime: &Runtime) -> Result<Self, Failure> {
        let came = Arc::new(AtomicBool::new(false));
        let _entered = runtime.enter();
        let watched = |kind| signal(kind).map_err(Failure::io("cannot watch for signals"));
        let (mut interrupt, mut terminate) =
            (watched(SignalKind::interrupt())?, watched(SignalKind::terminate())?);
        let told = Arc::clone(&came);
        runtime.spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            told.store(true, Ordering::Relaxed);
        });
        Ok(Self(came))
    }

    /// Fails once a signal came.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Failure::Refused("interrupted; what was written meanwhile is removed".to_owned()));
        }
        Ok(())
    }

    /// Waits until a moment, which may have been.
    pub(crate) fn wait_until(&self, moment: Instant) -> Result<(), Failure> {
        loop {
            self.check()?;
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(NAP));
        }
    }
}
