//! An answer, before it is sent.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, LOCATION, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use fornax::Version;
use hyper::body::{Frame, SizeHint};

use super::admission::Room;
use super::binary::Pieces;
use super::conditions::headers_of;
use super::limits::Limits;
use super::negotiation::{Encoding, Form, Layout};
use super::outcome;
use super::pretty::pretty;
use super::refusal::Refusal;

/// Status, headers, and the body.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: ReplyBody,
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// JSON in one piece; empty for none.
    Json(Vec<u8>),
    /// The content of a Binary, which says itself what it is.
    Content(Pieces),
}

impl ReplyBody {
    /// Bytes that are sent.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Json(json) => json.len(),
            Self::Content(pieces) => pieces.bytes(),
        }
    }

    /// Bytes that are held meanwhile.
    pub(crate) fn held_bytes(&self) -> usize {
        match self {
            Self::Json(json) => json.capacity(),
            Self::Content(pieces) => pieces.held_bytes(),
        }
    }
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Self {
        Self { status, headers: HeaderMap::new(), body: ReplyBody::Json(body) }
    }

    pub(crate) fn content(status: StatusCode, headers: HeaderMap, content: Pieces) -> Self {
        Self { status, headers, body: ReplyBody::Content(content) }
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

    /// Brings JSON into the form that the client asked for. Takes a while for a large one.
    pub(crate) fn in_form(mut self, form: Form, limits: &Limits) -> Self {
        let json = match &mut self.body {
            ReplyBody::Json(json) if !json.is_empty() => json,
            ReplyBody::Json(_) | ReplyBody::Content(_) => return self,
        };
        if form.layout == Layout::Pretty
            && let Some(laid_out) = pretty(json, limits.pretty_bytes_max)
        {
            *json = laid_out;
        }
        if form.encoding == Encoding::Gzip
            && json.len() >= limits.gzip_bytes_min
            && let Ok(packed) = gzip(json)
        {
            *json = packed;
            self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media.content_type()));
        self.headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        self
    }

    /// The answer as it goes out, holding its room until it has. No cache on the way may keep what is about patients.
    pub(crate) fn into_response(self, room: Option<Room>) -> Response {
        let body = match self.body {
            ReplyBody::Json(json) => Body::from(json),
            ReplyBody::Content(pieces) => Body::new(pieces),
        };
        let mut response = Response::new(match room {
            Some(room) => Body::new(Held { body, _room: room }),
            None => body,
        });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let own_pages_only = HeaderValue::from_static("same-origin");
        response.headers_mut().insert("cross-origin-resource-policy", own_pages_only);
        response
    }
}

/// A body under way, and the room that it takes.
struct Held {
    body: Body,
    _room: Room,
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl From<&Refusal> for Reply {
    fn from(refusal: &Refusal) -> Self {
        let body = outcome::operation_outcome(&refusal.issues);
        let headers = refusal.headers.iter().cloned().collect();
        Self { status: refusal.status, headers, body: ReplyBody::Json(body) }
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

    fn json(reply: Reply) -> Vec<u8> {
        match reply.body {
            ReplyBody::Json(json) => json,
            ReplyBody::Content(_) => panic!("content"),
        }
    }

    #[test]
    fn a_large_body_is_packed_for_those_who_take_it() {
        let body = format!("\"{}\"", "a".repeat(10_000)).into_bytes();
        let limits = Limits::default();
        let reply = Reply::json(StatusCode::OK, body.clone()).in_form(GZIP, &limits);
        assert_eq!(reply.headers[CONTENT_ENCODING], "gzip");
        assert_eq!(reply.headers[CONTENT_TYPE], "application/json; charset=utf-8");
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*json(reply)).read_to_end(&mut plain).expect("gzip");
        assert_eq!(plain, body);
        let reply = Reply::json(StatusCode::OK, body.clone()).in_form(Form::PLAIN, &limits);
        assert_eq!(reply.headers.get(CONTENT_ENCODING), None);
        assert_eq!(json(reply), body);
    }

    #[test]
    fn a_small_or_empty_body_is_not_packed() {
        let limits = Limits::default();
        let small = Reply::json(StatusCode::OK, b"{}".to_vec()).in_form(GZIP, &limits);
        assert_eq!(small.headers.get(CONTENT_ENCODING), None);
        assert_eq!(json(small), b"{}");
        let empty = Reply::empty(StatusCode::NO_CONTENT).in_form(GZIP, &limits);
        assert!(empty.headers.is_empty());
    }
}
