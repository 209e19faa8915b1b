//! All that can be wrong with a patch: one row each, with its text and its kind.

use std::fmt;

use crate::limits::Bound;

/// Why a patch was not read or not applied, or could not be made. Nothing of it has taken effect.
///
/// The text of the error names the operation and what is wrong, and holds nothing of the resource. The place is the
/// client's own text, which may hold data of a patient: it is for the answer to that client, never for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchError {
    /// What the caller is to make of it.
    pub kind: ErrorKind,
    /// Which operation is at fault, from 1; absent when the patch as a whole is.
    pub operation: Option<usize>,
    /// The pointer or path at fault, as the patch has it; empty where the operation has none.
    pub place: String,
    problem: Problem,
}

/// What a caller does with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The patch is not one, whatever it is applied to: HTTP 400.
    Malformed,
    /// The patch does not fit this resource: HTTP 422.
    NotApplicable,
    /// One of the [`Limits`](crate::Limits): HTTP 413 or 422.
    Limit,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    // The patch is malformed.
    #[error("a JSON Patch is an array of objects")]
    NotAnArray,
    #[error("a JSON Merge Patch of a resource is an object")]
    NotAnObject,
    #[error("a FHIRPath Patch is a Parameters resource")]
    NotParameters,
    #[error("each parameter must be called operation and have parts")]
    NotAnOperation,
    #[error("an operation must be an object with a string as op")]
    NoOperation,
    #[error("no such type of operation")]
    UnknownOperation,
    #[error("{0} is missing, or not of the right type")]
    Missing(&'static str),
    #[error("a part that no operation has")]
    UnknownPart,
    #[error("two parts of one name")]
    SecondPart,
    #[error("a value must be one value[x], one resource, or parts")]
    NoValue,
    #[error("not a JSON Pointer")]
    Pointer,
    #[error("a value can't be moved into itself")]
    IntoItself,
    #[error("not a list: the path must end in the name of an element")]
    NotAListPath,
    #[error("not a path: {0}")]
    Path(fornax_fhirpath::Error),

    // The patch does not fit the resource.
    #[error("no value is there")]
    NoTarget,
    #[error("no item is there, or not an index")]
    NoIndex,
    #[error("the value there is not equal")]
    Unequal,
    #[error("this can't be done to the resource as a whole")]
    Whole,
    #[error("the resource's type and id can't be changed")]
    Identity,
    #[error("not a resource of a known type")]
    NotAResource,
    #[error("no element matches the path")]
    NoMatch,
    #[error("several elements match the path")]
    SeveralMatches,
    #[error("the path leads to something that is no element of the resource")]
    NotAnElement,
    #[error("no such element, or none that can be set")]
    UnknownElement,
    #[error("the element is not a list")]
    NotAList,
    #[error("the element is there already, and is not a list")]
    Present,
    #[error("the value is not of a type that the element may have")]
    WrongType,
    #[error("the path can't be evaluated: {0}")]
    Evaluation(fornax_fhirpath::Error),
    #[error("the resource does not have the shape that its type defines")]
    Shape,

    #[error("limit reached: {0}")]
    Limit(Bound),
}

impl Problem {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAnArray
            | Self::NotAnObject
            | Self::NotParameters
            | Self::NotAnOperation
            | Self::NoOperation
            | Self::UnknownOperation
            | Self::Missing(_)
            | Self::UnknownPart
            | Self::SecondPart
            | Self::NoValue
            | Self::Pointer
            | Self::IntoItself
            | Self::NotAListPath
            | Self::Path(_) => ErrorKind::Malformed,
            Self::NoTarget
            | Self::NoIndex
            | Self::Unequal
            | Self::Whole
            | Self::Identity
            | Self::NotAResource
            | Self::NoMatch
            | Self::SeveralMatches
            | Self::NotAnElement
            | Self::UnknownElement
            | Self::NotAList
            | Self::Present
            | Self::WrongType
            | Self::Evaluation(_)
            | Self::Shape => ErrorKind::NotApplicable,
            Self::Limit(_) => ErrorKind::Limit,
        }
    }

    /// A fault of the patch as a whole.
    pub fn whole(self) -> PatchError {
        PatchError { kind: self.kind(), operation: None, place: String::new(), problem: self }
    }

    /// A fault of two versions at that place.
    pub fn of_element(self, place: &str) -> PatchError {
        PatchError { place: place.to_owned(), ..self.whole() }
    }

    /// A fault of the operation that `index` others stand before.
    pub fn at(self, index: usize, place: &str) -> PatchError {
        PatchError { operation: Some(index + 1), place: place.to_owned(), ..self.whole() }
    }
}

impl std::error::Error for PatchError {}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "operation {operation}: ")?;
        }
        self.problem.fmt(f)
    }
}
