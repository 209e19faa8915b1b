//! What can be wrong with an expression, or with the data that it meets.

use crate::limits::Limit;

/// Why an expression was not compiled or not evaluated.
///
/// `at` is the byte offset in the expression's text. No text of the evaluated document is in any message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not FHIRPath.
    #[error("{problem} at {at}")]
    Syntax {
        /// Where it stops making sense.
        at: u32,
        /// What is wrong there.
        problem: String,
    },
    /// A name that means nothing here.
    #[error("unknown {what} `{name}` at {at}")]
    Unknown {
        /// Where the name stands.
        at: u32,
        /// What kind of thing was looked for.
        what: Named,
        /// The name as written.
        name: String,
    },
    /// Correct FHIRPath that this engine does not evaluate.
    #[error("{what} is not supported, at {at}")]
    NotSupported {
        /// Where it stands.
        at: u32,
        /// The function or feature.
        what: String,
    },
    /// The data does not fit the expression: more items than one, or another type than the operation takes.
    #[error("{problem} at {at}")]
    Mismatch {
        /// The operation that can't be carried out.
        at: u32,
        /// What it met.
        problem: &'static str,
    },
    /// The caller's environment lacks something that the expression asks for, such as the time.
    #[error("{what} is not given, but asked for at {at}")]
    NotGiven {
        /// The function or variable that asks.
        at: u32,
        /// What is lacking.
        what: &'static str,
    },
    /// One of the [`Limits`](crate::Limits) was reached.
    #[error("limit reached at {at}: {limit}")]
    Limit {
        /// Where in the expression.
        at: u32,
        /// Which one.
        limit: Limit,
    },
}

/// What a name in an expression can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A function.
    Function,
    /// A type.
    Type,
    /// An element of every type that the path can have reached.
    Element,
    /// A `%` variable.
    Variable,
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Function => "function",
            Self::Type => "type",
            Self::Element => "element",
            Self::Variable => "variable",
        })
    }
}

impl Error {
    pub(crate) fn syntax(at: u32, problem: impl Into<String>) -> Self {
        Self::Syntax { at, problem: problem.into() }
    }

    pub(crate) fn mismatch(at: u32, problem: &'static str) -> Self {
        Self::Mismatch { at, problem }
    }

    /// The byte offset in the expression's text that the error is about.
    pub fn at(&self) -> u32 {
        match self {
            Self::Syntax { at, .. }
            | Self::Unknown { at, .. }
            | Self::NotSupported { at, .. }
            | Self::Mismatch { at, .. }
            | Self::NotGiven { at, .. }
            | Self::Limit { at, .. } => *at,
        }
    }
}
