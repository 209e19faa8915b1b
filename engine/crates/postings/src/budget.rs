//! How much one search may do before it is ended.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// What one search may look at, and for how long. Shared by all that a search does: what it counts, sorts and joins.
pub struct Budget {
    documents_max: u64,
    documents: AtomicU64,
    stop: Box<Stop>,
}

/// Whether whoever asked has gone, or the time is over.
type Stop = dyn Fn() -> bool + Send + Sync;

/// At first, and after so many documents again, it is asked whether to stop: about a millisecond's work.
const DOCUMENTS_BETWEEN_QUESTIONS: u64 = 1 << 16;

impl Budget {
    /// At most so many documents and terms, each counted as often as it is looked at; `stop` is asked now and then whether to go
    /// on, and answers true to end the search.
    pub fn new(documents_max: u64, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { documents_max, documents: AtomicU64::new(0), stop: Box::new(stop) }
    }

    /// No end.
    pub fn unlimited() -> Self {
        Self::new(u64::MAX, || false)
    }

    /// How many documents and terms were looked at.
    pub fn spent(&self) -> u64 {
        self.documents.load(Ordering::Relaxed)
    }

    /// Refuses to go on, where whoever asked has gone or the time is over.
    pub fn check(&self) -> Result<()> {
        if (self.stop)() { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Takes note of work, before it is done.
    pub(crate) fn spend(&self, documents: u64) -> Result<()> {
        let before = self.documents.fetch_add(documents, Ordering::Relaxed);
        let after = before.saturating_add(documents);
        if after > self.documents_max {
            return Err(Error::Budget { documents_max: self.documents_max });
        }
        let asked = |spent: u64| spent.div_ceil(DOCUMENTS_BETWEEN_QUESTIONS);
        if asked(after) > asked(before) { self.check() } else { Ok(()) }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Budget({} of {})", self.spent(), self.documents_max)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn a_budget_holds() {
        let budget = Budget::new(100, || false);
        budget.spend(64).unwrap();
        budget.spend(36).unwrap();
        assert!(matches!(budget.spend(1), Err(Error::Budget { documents_max: 100 })));
        assert_eq!(budget.spent(), 101);
    }

    #[test]
    fn it_is_asked_now_and_then_whether_to_stop() {
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        let budget = Budget::new(u64::MAX, move || seen.load(Ordering::Relaxed));
        budget.spend(1).unwrap();
        stopped.store(true, Ordering::Relaxed);
        budget.spend(DOCUMENTS_BETWEEN_QUESTIONS - 1).unwrap();
        assert!(matches!(budget.check(), Err(Error::Stopped)));
        assert!(matches!(budget.spend(1), Err(Error::Stopped)));
        let stopped_before = Budget::new(u64::MAX, || true);
        assert!(matches!(stopped_before.spend(1), Err(Error::Stopped)));
    }
}
