//! Group commit: whoever comes while a group is being written waits, and all who waited are the next group, with one sync. A
//! caller with much work brings it all at once.

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
    Waiting(Vec<Work>),
    /// Its caller leads the next group.
    Leading(Vec<Work>),
    Taken,
    Done(Vec<Result<Outcome>>),
}

impl Sequencer {
    pub(crate) fn new(state: SequenceState) -> Self {
        Self { queue: Mutex::default(), state: Mutex::new(state) }
    }

    /// Commits pieces of work, each for itself, and returns when all are durable and published, or refused. The outcomes are
    /// in the order of the works.
    pub(crate) fn commit(&self, core: &Core, works: Vec<Work>) -> Vec<Result<Outcome>> {
        let ticket = Arc::new(Ticket { stage: Mutex::new(Stage::Waiting(works)), changed: Condvar::new() });
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

    /// Writes all who wait as one group, then hands the lead to the first of those who came meanwhile.
    fn lead(&self, core: &Core) {
        let group = std::mem::take(&mut self.queue.lock().waiting);
        let taken: Vec<Vec<Work>> = group.iter().map(|ticket| ticket.take()).collect();
        let counts: Vec<usize> = taken.iter().map(Vec::len).collect();
        let works = taken.into_iter().flatten().collect();
        let mut outcomes = write_group(core, &mut self.state.lock(), works).into_iter();
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
