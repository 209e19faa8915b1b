//! Which pages of other origins a browser lets ask this server, and read what it answers: those that the operator names, and no others.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::conditions::{IF_NONE_EXIST, X_PROVENANCE};
use super::request_id::X_REQUEST_ID;
use super::source::X_REQUEST_SOURCE;

/// For so long a browser need not ask again.
const ASKED_AGAIN: Duration = Duration::from_secs(600);

const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What FHIR's clients send beside what any page may.
fn sent() -> [HeaderName; 11] {
    let prefer = HeaderName::from_static("prefer");
    [
        ACCEPT,
        AUTHORIZATION,
        CONTENT_TYPE,
        IF_MATCH,
        IF_MODIFIED_SINCE,
        IF_NONE_MATCH,
        IF_NONE_EXIST,
        prefer,
        X_PROVENANCE,
        X_REQUEST_ID,
        X_REQUEST_SOURCE,
    ]
}

/// What they read beside what any page may.
fn read() -> [HeaderName; 7] {
    let of_jobs = ["content-location", "x-progress"].map(HeaderName::from_static);
    let [status, progress] = of_jobs;
    [ETAG, LAST_MODIFIED, LOCATION, RETRY_AFTER, status, progress, X_REQUEST_ID]
}

/// Lets pages of these origins in.
pub(crate) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods(METHODS)
        .allow_headers(sent())
        .expose_headers(read())
        .max_age(ASKED_AGAIN)
}

/// An origin as a browser writes it: scheme, host and port, in small letters, without a slash at the end.
///
/// # Errors
/// What it must be.
pub(crate) fn origin(text: &str) -> Result<HeaderValue, String> {
    let wrong = || "an origin is http:// or https:// and a host, with a port where it has one: https://app.example.org";
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    match rest {
        Some(host) if !host.is_empty() && host.bytes().all(is_host) => {
            HeaderValue::from_str(text).map_err(|_| wrong().to_owned())
        }
        _ => Err(wrong().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for good in ["https://app.example.org", "http://localhost:3000", "http://[::1]:8080"] {
            assert_eq!(origin(good).expect("an origin"), good);
        }
        for bad in [
            "",
            "*",
            "null",
            "app.example.org",
            "https://",
            "https://app.example.org/",
            "https://App.example.org",
            "https://a b",
            "ftp://a",
            "https://*.example.org",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
