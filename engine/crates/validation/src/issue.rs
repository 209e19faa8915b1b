//! What is wrong with a resource, and where, in the words of an OperationOutcome.

use std::fmt;

use crate::fault::Fault;

/// One thing that is wrong. Nothing in it is data of the resource but names that have the form of an element's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of thing it is.
    pub code: IssueCode,
    /// The element as FHIRPath names it, from the checked resource on: `Patient.name[0].given[1]`, and
    /// `Observation.value` for JSON's `valueQuantity`. Of what is missing or unknown, where it would be. Empty for a
    /// resource whose type is not known.
    pub path: String,
    /// What is wrong, for the client.
    pub message: String,
}

/// How bad an issue is (R4, value set `issue-severity`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// What is at the path was not looked into.
    Fatal,
    /// Refused.
    Error,
}

/// The kind of an issue (R4, value set `issue-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueCode {
    /// Not how the definitions arrange elements in JSON.
    Structure,
    /// Something is missing.
    Required,
    /// Not a value of the element's primitive type.
    Value,
    /// A rule that spans elements is broken.
    Invariant,
    /// Over one of the [`Limits`](crate::Limits).
    TooCostly,
}

impl Severity {
    /// As an OperationOutcome writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
        }
    }
}

impl IssueCode {
    /// As an OperationOutcome writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Required => "required",
            Self::Value => "value",
            Self::Invariant => "invariant",
            Self::TooCostly => "too-costly",
        }
    }
}

impl Issue {
    pub(crate) fn new(path: String, fault: Fault) -> Self {
        Self { severity: fault.severity(), code: fault.code(), path, message: fault.to_string() }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{}{separator}{}", self.path, self.message)
    }
}
