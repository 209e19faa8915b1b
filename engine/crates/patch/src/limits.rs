//! What a patch may ask for, and what it may make of a resource.

use crate::error::Problem;

/// Upper bounds, all inclusive. Each has an error of its own, of the kind [`Limit`](crate::ErrorKind::Limit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Operations of one patch: 1,000.
    pub operations_max: usize,
    /// Bytes of the outcome, and of what the resource is between two operations: 128 MiB.
    pub outcome_bytes_max: usize,
    /// Objects and arrays around a value of the outcome, itself included: 64.
    pub depth_max: usize,
    /// Bytes that one patch copies, moves or writes anew, and members and items that it passes on its way, over all
    /// operations: 2 Gi.
    pub work_max: u64,
    /// Steps of the evaluation of paths, over all operations: 10 million.
    pub path_steps_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations_max: 1_000,
            outcome_bytes_max: 128 << 20,
            depth_max: 64,
            work_max: 2 << 30,
            path_steps_max: 10_000_000,
        }
    }
}

/// Which of the [`Limits`] was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bound {
    /// [`Limits::operations_max`].
    #[error("number of operations")]
    Operations,
    /// [`Limits::outcome_bytes_max`].
    #[error("bytes of the outcome")]
    OutcomeBytes,
    /// [`Limits::depth_max`].
    #[error("nesting depth")]
    Depth,
    /// [`Limits::work_max`].
    #[error("work of the patch")]
    Work,
    /// [`Limits::path_steps_max`], or another limit of expressions.
    #[error("size or cost of a path")]
    Path,
    /// A limit of documents: the number of values, members of an object, bytes of a name, string or number.
    #[error("size of the outcome as a document")]
    Document,
}

/// The work that one application has left.
pub(crate) struct Work {
    left: u64,
    /// Of the evaluation of paths.
    pub path_steps: u64,
}

impl Work {
    pub fn of(limits: &Limits) -> Self {
        Self { left: limits.work_max, path_steps: limits.path_steps_max }
    }

    pub fn charge(&mut self, amount: usize) -> Result<(), Problem> {
        self.left = self.left.checked_sub(amount as u64).ok_or(Problem::Limit(Bound::Work))?;
        Ok(())
    }
}
