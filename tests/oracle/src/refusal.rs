//! Why a repository refuses: what a caller would do differently.

use std::fmt;

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The request does not parse.
    Invalid,
    /// It breaks a rule of FHIR.
    Unprocessable,
    /// FHIR has it, the repository has not.
    NotSupported,
    /// Nothing is there.
    NotFound,
    /// It is deleted.
    Gone,
    /// Two parts of the request contradict each other.
    Conflict,
    /// A condition does not hold.
    Precondition,
    /// More than the repository does at once.
    Limit,
    /// Anything else, which no history expects.
    Unexpected,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
