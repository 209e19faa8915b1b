//! Group commit: whoever comes while a group is being written waits, and all who waited are the next group, with one sync. A
//! caller with much work brings it all at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::core::Core;
use crate::error::Result;
use crate::resource::Version;
use crate::write::prepare::{PreparedWrite, Work};
use crate::write::sequence::{SequenceState, write_group};

/// Who writes no more than this is taken into the next group, whoever else waits.
const SMALL_WRITES_MAX: usize = 100;
const SMALL_BYTES_MAX: usize = 1 << 20;
/// Writes, and bytes of bodies as compressed, of all others in a group; but for the first of them. Some 20 ms of work: a
/// small write that comes meanwhile waits for it.
const GROUP_WRITES_MAX: usize = 500;
const GROUP_BYTES_MAX: usize = 64 << 20;

/// What came of one piece of work.
pub(crate) enum Outcome {
    /// One for each of its writes.
    Committed(Vec<Written>),
    /// What it was prepared on has changed since: prepare it again.
    Stale,
}

/// What came of one write.
pub(crate) enum Written {
    Created(Version),
    Updated(Version),
    /// The current version says it already.
    Unchanged(Version),
    Deleted(Option<Version>),
}

/// Takes work in, in groups, one group at a time.
pub(crate) struct Sequencer {
    queue: Mutex<Queue>,
    state: Mutex<SequenceState>,
    /// Held while a transaction is staged.
    pub staging: Mutex<()>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Arc<Ticket>>,
    is_led: bool,
}

/// One caller's place in the queue.
struct Ticket {
    /// How many resources it writes, and the bytes of their bodies.
    writes: usize,
    bytes: usize,
    stage: Mutex<Stage>,
    changed: Condvar,
}

enum Stage {
    Waiting(Vec<Work>),
    /// Its caller leads the next group.
    Leading(Vec<Work>),
    Taken,
    Done(Vec<Result<Outcome>>),
}

impl Sequencer {
    pub(crate) fn new(state: SequenceState) -> Self {
        Self { queue: Mutex::default(), state: Mutex::new(state), staging: Mutex::new(()) }
    }

    /// Commits pieces of work, each for itself, and returns when all are durable and published, or refused. The outcomes are
    /// in the order of the works.
    pub(crate) fn commit(&self, core: &Core, works: Vec<Work>) -> Vec<Result<Outcome>> {
        let writes = works.iter().map(|work| work.writes.len()).sum();
        let bytes = works.iter().flat_map(|work| &work.writes).map(PreparedWrite::bytes).sum();
        let stage = Mutex::new(Stage::Waiting(works));
        let ticket = Arc::new(Ticket { writes, bytes, stage, changed: Condvar::new() });
        let leads = {
            let mut queue = self.queue.lock();
            queue.waiting.push(Arc::clone(&ticket));
            !std::mem::replace(&mut queue.is_led, true)
        };
        if !leads && let Some(outcomes) = ticket.wait() {
            return outcomes;
        }
        self.lead(core);
        ticket.outcomes()
    }

    /// Writes a group of those who wait, then hands the lead to the first of the others.
    fn lead(&self, core: &Core) {
        let group = self.queue.lock().take_group();
        let taken: Vec<Vec<Work>> = group.iter().map(|ticket| ticket.take()).collect();
        let counts: Vec<usize> = taken.iter().map(Vec::len).collect();
        let works = taken.into_iter().flatten().collect();
        let write = AssertUnwindSafe(|| self.between_groups(core, |state| write_group(core, state, works)));
        let outcomes = catch_unwind(write).unwrap_or_else(|_| {
            // Else all who wait would wait for ever.
            let panicked = |_| Err(crate::records::bug("a commit ended by a mistake; the tenant is closed"));
            (0..counts.iter().sum()).map(panicked).collect()
        });
        let mut outcomes = outcomes.into_iter();
        let next = {
            let mut queue = self.queue.lock();
            let next = queue.waiting.first().cloned();
            queue.is_led = next.is_some();
            next
        };
        if let Some(next) = next {
            next.hand_lead();
        }
        for (ticket, count) in group.iter().zip(counts) {
            ticket.finish(outcomes.by_ref().take(count).collect());
        }
    }

    /// Runs something between groups. A panic in it closes the tenant before anyone else sees the state: what that is worth
    /// is known only after opening again.
    pub(crate) fn between_groups<T>(&self, core: &Core, run: impl FnOnce(&mut SequenceState) -> T) -> T {
        let mut state = self.state.lock();
        // Dropped before the lock is.
        let _unless_it_panics = CloseOnPanic { core, panicked_before: std::thread::panicking() };
        run(&mut state)
    }
}

struct CloseOnPanic<'a> {
    core: &'a Core,
    /// The thread unwinds already, for another reason.
    panicked_before: bool,
}

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.panicked_before {
            self.core.close();
        }
    }
}

impl Queue {
    /// All who write little, and of the others the first and as many as keep the group short. The first in line is always
    /// among them.
    fn take_group(&mut self) -> Vec<Arc<Ticket>> {
        let (mut writes, mut bytes) = (0, 0);
        let (group, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|ticket| {
            if ticket.writes <= SMALL_WRITES_MAX && ticket.bytes <= SMALL_BYTES_MAX {
                return true;
            }
            let is_first = writes == 0;
            writes += ticket.writes;
            bytes += ticket.bytes;
            is_first || (writes <= GROUP_WRITES_MAX && bytes <= GROUP_BYTES_MAX)
        });
        self.waiting = waiting;
        group
    }
}

impl Ticket {
    /// Waits for the outcomes; `None`: for the lead instead.
    fn wait(&self) -> Option<Vec<Result<Outcome>>> {
        let mut stage = self.stage.lock();
        loop {
            match std::mem::replace(&mut *stage, Stage::Taken) {
                Stage::Done(outcomes) => return Some(outcomes),
                Stage::Leading(works) => {
                    *stage = Stage::Waiting(works);
                    return None;
                }
                before => *stage = before,
            }
            self.changed.wait(&mut stage);
        }
    }

    fn hand_lead(&self) {
        let mut stage = self.stage.lock();
        if let Stage::Waiting(works) = std::mem::replace(&mut *stage, Stage::Taken) {
            *stage = Stage::Leading(works);
        }
        self.changed.notify_one();
    }

    fn take(&self) -> Vec<Work> {
        match std::mem::replace(&mut *self.stage.lock(), Stage::Taken) {
            Stage::Waiting(works) | Stage::Leading(works) => works,
            Stage::Taken | Stage::Done(_) => Vec::new(),
        }
    }

    fn finish(&self, outcomes: Vec<Result<Outcome>>) {
        *self.stage.lock() = Stage::Done(outcomes);
        self.changed.notify_one();
    }

    fn outcomes(&self) -> Vec<Result<Outcome>> {
        match std::mem::replace(&mut *self.stage.lock(), Stage::Taken) {
            Stage::Done(outcomes) => outcomes,
            _ => vec![Err(crate::records::bug("a group left a change without an outcome"))],
        }
    }
}
