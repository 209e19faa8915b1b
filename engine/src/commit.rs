//! From a change to its outcome: prepare, sequence, and prepare again when something it was prepared on has changed.

use crate::change::{Action, Committed};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::write::{Outcome, Prepared, Work, Written, prepare};
use crate::{Change, Principal};

/// How often a change is prepared before the caller is told that others are in the way.
const TRIES: usize = 8;

/// Commits one change.
pub(crate) fn commit(core: &Core, change: &Change, principal: &Principal) -> Result<Committed> {
    for _ in 0..TRIES {
        let work = match prepare(core, change, principal)? {
            Prepared::Work(work) => work,
            Prepared::Existing(version) => return Ok(Committed::Existing(version)),
        };
        let told = work.told();
        if let Some(mut written) = sequence(core, work)? {
            written.truncate(told);
            if let Action::DeleteAll { .. } = change.action {
                return Ok(Committed::DeletedAll(written.len()));
            }
            // Criteria of a delete may match nothing.
            return Ok(written.pop().map_or(Committed::Deleted(None), Committed::from));
        }
    }
    Err(contended())
}

/// Commits prepared work; `None`: it must be prepared again.
pub(crate) fn sequence(core: &Core, work: Work) -> Result<Option<Vec<Written>>> {
    sequence_all(core, vec![work])
        .pop()
        .unwrap_or_else(|| Err(crate::records::bug("work without an outcome")))
}

/// Commits prepared pieces of work, each for itself, with as few syncs as can be. The outcomes are in their order.
pub(crate) fn sequence_all(core: &Core, works: Vec<Work>) -> Vec<Result<Option<Vec<Written>>>> {
    if let Err(error) = core.make_room() {
        return works.iter().map(|_| Err(error.repeated())).collect();
    }
    let outcomes = core.sequencer.commit(core, works).into_iter();
    outcomes
        .map(|outcome| {
            Ok(match outcome? {
                Outcome::Committed(written) => Some(written),
                Outcome::Stale => None,
            })
        })
        .collect()
}

pub(crate) fn contended() -> Error {
    Error::new(
        ErrorKind::Conflict,
        Issue::error("conflict", "too many other writes to the same resources; try again"),
    )
}

impl From<Written> for Committed {
    fn from(written: Written) -> Self {
        match written {
            Written::Created(version) => Self::Created(version),
            Written::Updated(version) => Self::Updated(version),
            Written::Unchanged(version) => Self::Unchanged(version),
            Written::Deleted(version) => Self::Deleted(version),
        }
    }
}
