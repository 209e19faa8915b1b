//! A name for each request, for the client and the log alike.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries it, in requests and responses.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const BYTES_MAX: usize = 64;

/// Makes names that differ within a process, and between processes in all likelihood.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        // The standard library seeds each state at random.
        Self { process: RandomState::new().hash_one(0), next: AtomicU64::new(1) }
    }

    /// The client's own name for the request, or a new one. A client's is taken when it can do no harm in a log: 1 to 64
    /// letters, digits, hyphens, dots and underscores.
    pub(crate) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let is_harmless = |value: &&HeaderValue| {
            let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
            (1..=BYTES_MAX).contains(&value.len()) && value.as_bytes().iter().all(allowed)
        };
        headers.get(X_REQUEST_ID).filter(is_harmless).cloned().unwrap_or_else(|| self.make())
    }

    fn make(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:016x}-{number}", self.process);
        HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &str, is_taken: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_str(sent).expect("a header's value"));
        let id = RequestIds::new().of(&headers);
        assert_eq!(id == sent, is_taken, "{sent}");
    }

    #[test]
    fn a_harmless_name_is_taken() {
        check("a1-b2.C_3", true);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
        check("", false);
        check("two words", false);
        check("quote\"", false);
    }

    #[test]
    fn made_names_differ() {
        let (one, other) = (RequestIds::new(), RequestIds::new());
        let none = HeaderMap::new();
        assert_ne!(one.of(&none), one.of(&none));
        assert_ne!(one.of(&none), other.of(&none));
    }
}
