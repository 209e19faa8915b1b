//! Why a request is refused: a status, issues for the client, and a cause for the log.

use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use fornax::{ErrorKind, Issue, Version};

use super::conditions::headers_of;

/// A failed request. Its issues hold no patient data, path, key or tenant.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    /// At least one.
    pub issues: Vec<Issue>,
    /// `Allow`, `Retry-After` and what else goes with the status.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// For the log alone.
    pub cause: Option<fornax::Error>,
}

/// Seconds after which a busy server may be asked again.
const RETRY_AFTER_S: u64 = 1;

impl Refusal {
    pub(crate) fn new(status: StatusCode, issue: Issue) -> Self {
        Self { status, issues: vec![issue], headers: Vec::new(), cause: None }
    }

    /// The request itself is wrong (400).
    pub(crate) fn invalid(diagnostics: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Issue::error("value", diagnostics))
    }

    /// The server is too busy (429, 503), and nothing was done: the client may try again.
    pub(crate) fn busy(status: StatusCode, diagnostics: impl Into<String>) -> Self {
        Self::new(status, Issue::error("throttled", diagnostics)).after(RETRY_AFTER_S)
    }

    /// FHIR has it, the server has not (400).
    pub(crate) fn not_supported(diagnostics: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Issue::error("not-supported", diagnostics))
    }

    /// The resource was deleted, by this version (410).
    pub(crate) fn gone(version: &Version) -> Self {
        let refusal = Self::new(StatusCode::GONE, Issue::error("deleted", "the resource was deleted"));
        Self { headers: headers_of(version).collect(), ..refusal }
    }

    /// The server itself is at fault (500).
    pub(crate) fn mistake() -> Self {
        let issue = Issue::error("exception", "a mistake in the server; the log says where");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, issue)
    }

    /// The body is larger than the server takes (413).
    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let text = format!("the body is larger than {bytes_max} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Issue::error("too-long", text))
    }

    /// The method means nothing here (405).
    pub(crate) fn not_allowed(allow: &str) -> Self {
        let text = format!("allowed here: {allow}");
        let mut refusal = Self::new(StatusCode::METHOD_NOT_ALLOWED, Issue::error("not-supported", text));
        if let Ok(allow) = HeaderValue::from_str(allow) {
            refusal.headers.push((ALLOW, allow));
        }
        refusal
    }

    fn after(mut self, seconds: u64) -> Self {
        self.headers.push((RETRY_AFTER, seconds.into()));
        self
    }
}

impl From<fornax::Error> for Refusal {
    fn from(error: fornax::Error) -> Self {
        let status = status(error.kind(), error.issues());
        let refusal = Self {
            status,
            issues: error.issues().to_vec(),
            headers: Vec::new(),
            cause: status.is_server_error().then_some(error),
        };
        match refusal.cause.as_ref().map(fornax::Error::kind) {
            Some(ErrorKind::Busy) => refusal.after(RETRY_AFTER_S),
            _ => refusal,
        }
    }
}

/// The status of a failure.
pub(crate) fn status(kind: ErrorKind, issues: &[Issue]) -> StatusCode {
    match kind {
        ErrorKind::Invalid | ErrorKind::NotSupported => StatusCode::BAD_REQUEST,
        ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Gone => StatusCode::GONE,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Precondition => StatusCode::PRECONDITION_FAILED,
        ErrorKind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        ErrorKind::Denied => StatusCode::FORBIDDEN,
        // Too much work is not too many bytes.
        ErrorKind::Limit if issues.iter().any(|issue| issue.code == "too-costly") => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ErrorKind::Limit => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::Busy | ErrorKind::Closed => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Corrupted | ErrorKind::Io | ErrorKind::Bug => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests;
