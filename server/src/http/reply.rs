//! An answer, before it is sent.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use fornax::{Issue, Severity, Version};
use hyper::body::{Frame, SizeHint};

use super::admission::Room;
use super::binary::{Pieces, SANDBOX};
use super::conditions::headers_of;
use super::limits::Limits;
use super::negotiation::{Encoding, Form, Layout, Media};
use super::outcome;
use super::pretty::pretty;
use super::refusal::Refusal;
use super::xml;

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
    /// JSON in one piece, or what it became in the form that was asked for; empty for none.
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

    /// Whether it is soon in that form: JSON is; XML is made of JSON first.
    pub(crate) fn is_soon_in(&self, form: Form, limits: &Limits) -> bool {
        !form.media.is_xml() || self.body.bytes() <= limits.xml_at_once_bytes_max
    }

    /// Brings JSON into the form that the client asked for. Takes a while for a large one.
    ///
    /// # Errors
    /// 406: XML can't hold it.
    pub(crate) fn in_form(self, form: Form, limits: &Limits) -> Result<Self, Refusal> {
        if self.is_xml_in(form) { self.in_xml(form, limits) } else { Ok(self.in_json(form, limits)) }
    }

    /// The same for what is done, whatever becomes of its answer: where XML can't hold that, it says so under the same status.
    pub(crate) fn done_in_form(self, form: Form, limits: &Limits) -> Self {
        if !self.is_xml_in(form) {
            return self.in_json(form, limits);
        }
        let (status, headers) = (self.status, self.headers.clone());
        self.in_xml(form, limits).unwrap_or_else(|refusal| {
            if let Some(cause) = &refusal.cause {
                tracing::error!(cause = ?std::error::Error::source(cause), "an answer does not become XML");
            }
            let why = refusal.issues.into_iter().map(|issue| Issue {
                severity: Severity::Warning,
                diagnostics: format!("it is done, but {}", issue.diagnostics),
                ..issue
            });
            let body = ReplyBody::Json(outcome::operation_outcome(&why.collect::<Vec<_>>()));
            Self { status, headers, body }.told_in_form(form, limits)
        })
    }

    /// The same for an OperationOutcome, which is sent in any case: as JSON if it must be.
    pub(crate) fn told_in_form(self, form: Form, limits: &Limits) -> Self {
        let (true, ReplyBody::Json(json)) = (form.media.is_xml(), &self.body) else {
            return self.in_json(form, limits);
        };
        let as_json =
            Self { status: self.status, headers: self.headers.clone(), body: ReplyBody::Json(json.clone()) };
        let in_json = |_| as_json.in_json(Form { media: Media::FhirJson, ..form }, limits);
        self.in_xml(form, limits).unwrap_or_else(in_json)
    }

    /// Whether it becomes XML: what says its own type is not FHIR's.
    fn is_xml_in(&self, form: Form) -> bool {
        form.media.is_xml() && !self.headers.contains_key(CONTENT_TYPE)
    }

    fn in_json(mut self, form: Form, limits: &Limits) -> Self {
        let Some(json) = self.take_json() else { return self };
        let laid_out = (form.layout == Layout::Pretty).then(|| pretty(&json, limits.pretty_bytes_max));
        self.packed(laid_out.flatten().unwrap_or(json), form, limits)
    }

    fn in_xml(mut self, form: Form, limits: &Limits) -> Result<Self, Refusal> {
        let Some(json) = self.take_json() else { return Ok(self) };
        let text = xml::written(json, form.layout, limits)?;
        // Browsers show XML, and would run what a narrative has in it.
        self.headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
        Ok(self.packed(text, form, limits))
    }

    /// The JSON that is to be brought into a form; `None`: there is none.
    fn take_json(&mut self) -> Option<Vec<u8>> {
        match &mut self.body {
            ReplyBody::Json(json) if !json.is_empty() => Some(std::mem::take(json)),
            ReplyBody::Json(_) | ReplyBody::Content(_) => None,
        }
    }

    /// The answer with this text, packed if it is worth it.
    fn packed(mut self, text: Vec<u8>, form: Form, limits: &Limits) -> Self {
        let is_worth_it = form.encoding == Encoding::Gzip && text.len() >= limits.gzip_bytes_min;
        let packed = if is_worth_it { gzip(&text).ok() } else { None };
        if packed.is_some() {
            self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        self.body = ReplyBody::Json(packed.unwrap_or(text));
        let media = HeaderValue::from_static(form.media.content_type());
        self.headers.entry(CONTENT_TYPE).or_insert(media);
        self.headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        self
    }

    /// The answer as it goes out, holding its room until it has. No cache on the way may keep what is about patients, nor anything else
    /// that does not say otherwise.
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
        let not_kept = HeaderValue::from_static("no-store");
        response.headers_mut().entry(CACHE_CONTROL).or_insert(not_kept);
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
        let reply = Reply::json(StatusCode::OK, body.clone()).in_form(GZIP, &limits).expect("JSON");
        assert_eq!(reply.headers[CONTENT_ENCODING], "gzip");
        assert_eq!(reply.headers[CONTENT_TYPE], "application/json; charset=utf-8");
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*json(reply)).read_to_end(&mut plain).expect("gzip");
        assert_eq!(plain, body);
        let reply = Reply::json(StatusCode::OK, body.clone()).in_form(Form::PLAIN, &limits).expect("JSON");
        assert_eq!(reply.headers.get(CONTENT_ENCODING), None);
        assert_eq!(json(reply), body);
    }

    const XML: Form = Form { media: Media::FhirXml, encoding: Encoding::Plain, layout: Layout::Compact };

    #[test]
    fn what_xml_cannot_hold_is_refused_unless_it_is_done() {
        let limits = Limits::default();
        let check = |body: &str, expected: Result<&str, u16>, done: &str, told: &str| {
            let reply = || Reply::json(StatusCode::CREATED, body.into()).located("http://x/Patient/1");
            let text = |reply: Reply| {
                assert_eq!(
                    (reply.status, reply.headers[LOCATION].as_bytes()),
                    (StatusCode::CREATED, &b"http://x/Patient/1"[..])
                );
                let content_type = reply.headers[CONTENT_TYPE].to_str().expect("ASCII").to_owned();
                let body = String::from_utf8(json(reply)).expect("UTF-8");
                assert_eq!(
                    body.starts_with("<?xml"),
                    content_type.starts_with("application/fhir+xml"),
                    "{body}"
                );
                body
            };
            let in_form = reply().in_form(XML, &limits).map(text).map_err(|refusal| refusal.status.as_u16());
            match expected {
                Ok(part) => assert!(in_form.as_ref().is_ok_and(|text| text.contains(part)), "{in_form:?}"),
                Err(status) => assert_eq!(in_form, Err(status)),
            }
            let found = text(reply().done_in_form(XML, &limits));
            assert!(found.contains(done), "{found}");
            let found = text(reply().told_in_form(XML, &limits));
            assert!(found.contains(told), "{found}");
        };
        let (good, bad) =
            (r#"{"resourceType":"Patient","id":"1"}"#, r#"{"resourceType":"Patient","id":"\u0001"}"#);
        check(good, Ok("<Patient"), "<Patient", "<Patient");
        check(bad, Err(406), "it is done, but not to be had as XML", bad);
        check("{", Err(500), "it is done, but", "{");
    }

    #[test]
    fn much_is_counted_while_it_becomes_xml() {
        let limits = Limits::default();
        let check = |bytes: usize, form, expected| {
            let reply = Reply::json(StatusCode::OK, vec![b' '; bytes]);
            assert_eq!(xml::bytes_while_written(&reply, form, &limits), expected, "{bytes}");
            assert_eq!(reply.is_soon_in(form, &limits), form == Form::PLAIN || bytes <= 16 << 10, "{bytes}");
        };
        check(16 << 10, XML, None);
        check((16 << 10) + 1, XML, None);
        check(1 << 20, Form::PLAIN, None);
        check(1 << 20, XML, Some(3 << 20));
        check(200 << 20, XML, Some(512 << 20));
    }

    #[test]
    fn a_small_or_empty_body_is_not_packed() {
        let limits = Limits::default();
        let small = Reply::json(StatusCode::OK, b"{}".to_vec()).in_form(GZIP, &limits).expect("JSON");
        assert_eq!(small.headers.get(CONTENT_ENCODING), None);
        assert_eq!(json(small), b"{}");
        let empty = Reply::empty(StatusCode::NO_CONTENT).in_form(GZIP, &limits).expect("JSON");
        assert!(empty.headers.is_empty());
    }
}
