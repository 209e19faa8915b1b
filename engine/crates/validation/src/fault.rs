//! All that can be wrong with a shape: one row each, with its text and its code.

use fornax_model::PrimitiveFault;

use crate::issue::{IssueCode, Severity};

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("resourceType is missing")]
    NoResourceType,
    #[error("resourceType must be a JSON string")]
    ResourceTypeKind,
    #[error("resourceType is not the name of a type that resources can have")]
    NotAResourceType,
    #[error("not an element of {0}")]
    Unknown(&'static str),
    #[error("must be a JSON object")]
    NotAnObject,
    #[error("must be a JSON array")]
    NotAnArray,
    #[error("must not be a JSON array")]
    Array,
    #[error("must not be null")]
    Null,
    #[error("must not be null where no extension stands in for it")]
    NullAlone,
    #[error("must not be empty")]
    Empty,
    #[error("values and their extensions must be lists of one length")]
    Unaligned,
    #[error("must be of one type only")]
    SecondType,
    #[error("missing")]
    Missing,
    #[error("must have more than an id")]
    IdOnly,
    #[error("an extension must have a value or extensions")]
    ExtensionEmpty,
    #[error("an extension must not have both a value and extensions")]
    ExtensionBoth,
    #[error("a contained resource must not contain others")]
    NestedContained,
    #[error("more than {0} elements deep")]
    Depth(usize),
    #[error("{0}")]
    Primitive(#[from] PrimitiveFault),
}

impl Fault {
    pub fn code(self) -> IssueCode {
        match self {
            Self::ResourceTypeKind
            | Self::NotAResourceType
            | Self::Unknown(_)
            | Self::NotAnObject
            | Self::NotAnArray
            | Self::Array
            | Self::Null
            | Self::NullAlone
            | Self::Empty
            | Self::Unaligned
            | Self::SecondType
            | Self::Primitive(PrimitiveFault::Kind { .. }) => IssueCode::Structure,
            Self::NoResourceType | Self::Missing => IssueCode::Required,
            Self::Primitive(_) => IssueCode::Value,
            Self::IdOnly | Self::ExtensionEmpty | Self::ExtensionBoth | Self::NestedContained => {
                IssueCode::Invariant
            }
            Self::Depth(_) => IssueCode::TooCostly,
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            Self::NoResourceType | Self::ResourceTypeKind | Self::NotAResourceType | Self::Depth(_) => {
                Severity::Fatal
            }
            _ => Severity::Error,
        }
    }
}
