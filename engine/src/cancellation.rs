//! Giving a search up while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends the searches of the tenant handles that were [bound to it](crate::Tenant::until), from another thread. Clones are one and the
/// same.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// One that ends nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends what runs, within about a millisecond, and what begins later. What is already being read or written is not undone.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the two are clones of one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
