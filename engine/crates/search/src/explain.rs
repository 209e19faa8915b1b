//! How a result came about: what was worked out, looked at and found, step by step.

use std::time::{Duration, Instant};

use fornax_index::Resources;
use fornax_postings::{Clause, Places, Snapshot};

/// The record of a resource is read in the time that so many documents take to be looked at: some microseconds.
const DOCUMENTS_A_LOOKUP: u64 = 512;

/// One step of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The parameter, as the client wrote it; `types` and `compartment` for what the path says; `page` and `included` for what
    /// follows.
    pub what: String,
    /// Documents that can match at most, as the dictionaries say it, superseded ones among them; absent where something was
    /// found.
    pub documents_at_most: Option<u64>,
    /// What was found: matches, all of them where they were counted; included resources.
    pub found: Option<u64>,
    /// Documents and terms looked at: for a parameter those of its joins.
    pub looked_at: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// Takes the steps down, if somebody wants to know them.
pub(crate) struct Explaining<'a> {
    snapshot: &'a Snapshot,
    steps: Option<Vec<Step>>,
}

impl<'a> Explaining<'a> {
    pub fn new(snapshot: &'a Snapshot, is_wanted: bool) -> Self {
        Self { snapshot, steps: is_wanted.then(Vec::new) }
    }

    /// All conditions as one clause, their joins worked out; a step for each, in the order of the work.
    pub fn conditions(
        &mut self,
        conditions: Vec<(String, Clause)>,
        resources: &dyn Resources,
    ) -> Result<Clause, fornax_postings::Error> {
        let (names, clauses): (Vec<String>, Vec<Clause>) = conditions.into_iter().unzip();
        let newest = |rid| resources.newest(rid);
        let places = Places { newest: &newest, documents_a_lookup: DOCUMENTS_A_LOOKUP };
        let snapshot = self.snapshot;
        let (mut before, mut begun) = (snapshot.spent(), Instant::now());
        let mut each = |at: usize, clause: &Clause| {
            let Some(steps) = &mut self.steps else { return Ok(()) };
            let (spent, now) = (snapshot.spent(), Instant::now());
            steps.push(Step {
                what: names[at].clone(),
                documents_at_most: Some(snapshot.at_most(clause)?),
                found: None,
                looked_at: spent - before,
                elapsed: now - begun,
            });
            (before, begun) = (spent, now);
            Ok(())
        };
        snapshot.work_out(&clauses, places, &mut each)
    }

    /// Work that finds something; `count` tells how much.
    pub fn work<T, E>(
        &mut self,
        what: &str,
        work: impl FnOnce() -> Result<T, E>,
        count: impl FnOnce(&T) -> u64,
    ) -> Result<T, E> {
        let (before, begun) = (self.snapshot.spent(), Instant::now());
        let done = work()?;
        if let Some(steps) = &mut self.steps {
            let (looked_at, elapsed) = (self.snapshot.spent() - before, begun.elapsed());
            let (what, found) = (what.to_owned(), Some(count(&done)));
            steps.push(Step { what, documents_at_most: None, found, looked_at, elapsed });
        }
        Ok(done)
    }

    /// All steps, in order; none where nobody wants to know them.
    pub fn finish(self) -> Vec<Step> {
        self.steps.into_iter().flatten().collect()
    }
}
