//! An answer, before it is sent.

use std::io::Write;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, LOCATION, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use fornax::Version;

use super::conditions::headers_of;
use super::limits::Limits;
use super::negotiation::{Encoding, Form, Layout};
use super::outcome;
use super::pretty::pretty;
use super::refusal::Refusal;

/// Status, headers, and the body in one piece.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// JSON; empty for none.
    pub body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Self {
        Self { status, headers: HeaderMap::new(), body }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::json(status, Vec::new())
    }

    /// The same answer, with the headers that tell of a version.
    pub(crate) fn about(mut self, version: &Version) -> Self {
        self.headers.extend(headers_of(version));
        self
    }

    /// The same answer, with the version's URL.
    pub(crate) fn located(mut self, url: &str) -> Self {
        if let Ok(url) = HeaderValue::from_str(url) {
            self.headers.insert(LOCATION, url);
        }
        self
    }

    /// Brings the body into the form that the client asked for. Takes a while for a large one.
    pub(crate) fn in_form(mut self, form: Form, limits: &Limits) -> Self {
        if self.body.is_empty() {
            return self;
        }
        if form.layout == Layout::Pretty {
            self.body = pretty(&self.body);
        }
        if form.encoding == Encoding::Gzip
            && self.body.len() >= limits.gzip_bytes_min
            && let Ok(packed) = gzip(&self.body)
        {
            self.body = packed;
            self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media.content_type()));
        self.headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        self
    }

    /// The answer as it goes out. No cache on the way may keep what is about patients.
    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

impl From<&Refusal> for Reply {
    fn from(refusal: &Refusal) -> Self {
        let body = outcome::operation_outcome(&refusal.issues);
        Self { status: refusal.status, headers: refusal.headers.iter().cloned().collect(), body }
    }
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::negotiation::Media;
    use super::*;

    const GZIP: Form = Form { media: Media::Json, encoding: Encoding::Gzip, layout: Layout::Compact };

    #[test]
    fn a_large_body_is_packed_for_those_who_take_it() {
        let body = format!("\"{}\"", "a".repeat(10_000)).into_bytes();
        let limits = Limits::default();
        let reply = Reply::json(StatusCode::OK, body.clone()).in_form(GZIP, &limits);
        assert_eq!(reply.headers[CONTENT_ENCODING], "gzip");
        assert_eq!(reply.headers[CONTENT_TYPE], "application/json; charset=utf-8");
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*reply.body).read_to_end(&mut plain).expect("gzip");
        assert_eq!(plain, body);
        let reply = Reply::json(StatusCode::OK, body.clone()).in_form(Form::PLAIN, &limits);
        assert_eq!((reply.headers.get(CONTENT_ENCODING), reply.body), (None, body));
    }

    #[test]
    fn a_small_or_empty_body_is_not_packed() {
        let limits = Limits::default();
        let small = Reply::json(StatusCode::OK, b"{}".to_vec()).in_form(GZIP, &limits);
        assert_eq!((small.headers.get(CONTENT_ENCODING), &*small.body), (None, &b"{}"[..]));
        let empty = Reply::empty(StatusCode::NO_CONTENT).in_form(GZIP, &limits);
        assert!(empty.headers.is_empty());
    }
}
