//! Group commit: whoever comes while a group is being written waits, and all who waited are the next group, with one sync.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::core::Core;
use crate::error::Result;
use crate::resource::Version;
use crate::write::prepare::Work;
use crate::write::sequence::{SequenceState, write_group};

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
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Arc<Ticket>>,
    is_led: bool,
}

/// One caller's place in the queue.
struct Ticket {
    stage: Mutex<Stage>,
    changed: Condvar,
}

enum Stage {
    Waiting(Box<Work>),
    /// Its caller leads the next group.
    Leading(Box<Work>),
    Taken,
    Done(Result<Outcome>),
}

impl Sequencer {
    pub(crate) fn new(state: SequenceState) -> Self {
        Self { queue: Mutex::default(), state: Mutex::new(state) }
    }

    /// Commits work and returns when it is durable and published.
    pub(crate) fn commit(&self, core: &Core, work: Work) -> Result<Outcome> {
        let ticket =
            Arc::new(Ticket { stage: Mutex::new(Stage::Waiting(Box::new(work))), changed: Condvar::new() });
        let leads = {
            let mut queue = self.queue.lock();
            queue.waiting.push(Arc::clone(&ticket));
            !std::mem::replace(&mut queue.is_led, true)
        };
        if !leads && let Some(outcome) = ticket.wait() {
            return outcome;
        }
        self.lead(core);
        ticket.outcome()
    }

    /// Writes all who wait as one group, then hands the lead to the first of those who came meanwhile.
    fn lead(&self, core: &Core) {
        let group = std::mem::take(&mut self.queue.lock().waiting);
        let works: Vec<Work> = group.iter().filter_map(|ticket| ticket.take()).collect();
        let outcomes = write_group(core, &mut self.state.lock(), works);
        let next = {
            let mut queue = self.queue.lock();
            let next = queue.waiting.first().cloned();
            queue.is_led = next.is_some();
            next
        };
        if let Some(next) = next {
            next.hand_lead();
        }
        for (ticket, outcome) in group.iter().zip(outcomes) {
            ticket.finish(outcome);
        }
    }

    /// Runs something between groups.
    pub(crate) fn between_groups<T>(&self, run: impl FnOnce(&mut SequenceState) -> T) -> T {
        run(&mut self.state.lock())
    }
}

impl Ticket {
    /// Waits for the outcome; `None`: for the lead instead.
    fn wait(&self) -> Option<Result<Outcome>> {
        let mut stage = self.stage.lock();
        loop {
            match std::mem::replace(&mut *stage, Stage::Taken) {
                Stage::Done(outcome) => return Some(outcome),
                Stage::Leading(work) => {
                    *stage = Stage::Waiting(work);
                    return None;
                }
                before => *stage = before,
            }
            self.changed.wait(&mut stage);
        }
    }

    fn hand_lead(&self) {
        let mut stage = self.stage.lock();
        if let Stage::Waiting(work) = std::mem::replace(&mut *stage, Stage::Taken) {
            *stage = Stage::Leading(work);
        }
        self.changed.notify_one();
    }

    fn take(&self) -> Option<Work> {
        match std::mem::replace(&mut *self.stage.lock(), Stage::Taken) {
            Stage::Waiting(work) | Stage::Leading(work) => Some(*work),
            Stage::Taken | Stage::Done(_) => None,
        }
    }

    fn finish(&self, outcome: Result<Outcome>) {
        *self.stage.lock() = Stage::Done(outcome);
        self.changed.notify_one();
    }

    fn outcome(&self) -> Result<Outcome> {
        match std::mem::replace(&mut *self.stage.lock(), Stage::Taken) {
            Stage::Done(outcome) => outcome,
            _ => Err(crate::records::bug("a group left a change without an outcome")),
        }
    }
}
