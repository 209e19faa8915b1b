//! Group commit: whoever comes while a group is being written waits, and all who waited are the next group, with one sync. A
//! caller with much work brings it all at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::core::Core;
use crate::error::Result;
use crate::resource::Version;
use crate::write::prepare::Work;
use crate::write::sequence::{SequenceState, write_group};

/// Who writes no more than this is taken into the next group, whoever else waits.
const SMALL_WRITES_MAX: usize = 100;
/// Writes of all others in a group.
const GROUP_WRITES_MAX: usize = 2_000;

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
    /// How many resources it writes.
    writes: usize,
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
        let stage = Mutex::new(Stage::Waiting(works));
        let ticket = Arc::new(Ticket { writes, stage, changed: Condvar::new() });
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
        let write = AssertUnwindSafe(|| write_group(core, &mut self.state.lock(), works));
        let outcomes = catch_unwind(write).unwrap_or_else(|_| {
            // Else all who wait would wait for ever. What the state is worth is known only after opening again.
            core.close();
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

    /// Runs something between groups.
    pub(crate) fn between_groups<T>(&self, run: impl FnOnce(&mut SequenceState) -> T) -> T {
        run(&mut self.state.lock())
    }
}

impl Queue {
    /// All who write little, and of the others the first and as many as keep the group short. The first in line is always
    /// among them.
    fn take_group(&mut self) -> Vec<Arc<Ticket>> {
        let mut large = 0;
        let (group, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|ticket| {
            if ticket.writes <= SMALL_WRITES_MAX {
                return true;
            }
            let is_first = large == 0;
            large += ticket.writes;
            is_first || large <= GROUP_WRITES_MAX
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
