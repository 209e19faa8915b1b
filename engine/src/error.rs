//! The one error of the facade.

use std::fmt;

/// What kind of failure it is: what a caller does differently, and which HTTP status a server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request does not parse (400).
    Invalid,
    /// The request parses, but its content breaks a rule of FHIR (422).
    Unprocessable,
    /// FHIR has it, Fornax has not (400, or 404 for an unknown resource type).
    NotSupported,
    /// Nothing is there (404).
    NotFound,
    /// It was there and is deleted (410).
    Gone,
    /// Another write came first, or two parts of the request contradict each other (409).
    Conflict,
    /// A condition of the request does not hold: If-Match, or criteria that match several (412).
    Precondition,
    /// A write of what is there names no version, and the options ask for one (428).
    PreconditionRequired,
    /// The principal may not (403).
    Denied,
    /// A limit would be passed (413 for a size, else 422).
    Limit,
    /// Try again later (503).
    Busy,
    /// Stored bytes do not open or do not agree (500); the log says where.
    Corrupted,
    /// The operating system failed (500).
    Io,
    /// The engine was closed, or closed itself after a failed sync (503).
    Closed,
    /// A mistake in Fornax (500).
    Bug,
}

/// One thing that is wrong, as OperationOutcome.issue has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// `error` or `warning`.
    pub severity: Severity,
    /// A code of <http://hl7.org/fhir/issue-type>.
    pub code: &'static str,
    /// For a client to read: holds no patient data, path, key or tenant.
    pub diagnostics: String,
    /// The element, as a FHIRPath expression; `None`: the request as a whole.
    pub expression: Option<String>,
}

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The action failed.
    Error,
    /// The action was done, and something should be known about it.
    Warning,
    /// The action was done, and somebody asked how.
    Information,
}

impl Issue {
    /// An error.
    pub fn error(code: &'static str, diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, diagnostics: diagnostics.into(), expression: None }
    }

    /// A warning.
    pub fn warning(code: &'static str, diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, diagnostics) }
    }

    /// What somebody asked to know.
    pub fn information(diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Information, ..Self::error("informational", diagnostics) }
    }

    /// The same issue, at this element.
    #[must_use]
    pub fn at(self, expression: impl Into<String>) -> Self {
        Self { expression: Some(expression.into()), ..self }
    }
}

/// Why a call failed. Its text and issues are for the client; [`std::error::Error::source`] is for the log.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    issues: Vec<Issue>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A result of the facade.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure with one issue.
    pub fn new(kind: ErrorKind, issue: Issue) -> Self {
        Self { kind, issues: vec![issue], source: None }
    }

    /// A failure with its issues; at least one.
    pub fn with_issues(kind: ErrorKind, issues: Vec<Issue>) -> Self {
        Self { kind, issues, source: None }
    }

    /// The same failure for another caller; the cause stays with the first.
    pub(crate) fn repeated(&self) -> Self {
        Self { kind: self.kind, issues: self.issues.clone(), source: None }
    }

    /// The same failure, with what the log should know of it.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What is wrong; at least one.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.issues.first() {
            Some(issue) => f.write_str(&issue.diagnostics),
            None => write!(f, "{:?}", self.kind),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
