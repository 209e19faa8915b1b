//! Binary resources in their own form: content in, content and parts of it out.
//!
//! Source: <http://hl7.org/fhir/R4/binary.html#rest>; ranges: RFC 9110, section 14.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, IF_RANGE, ORIGIN,
    RANGE, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use fornax::{BinaryContent, BinaryHead, Issue, Version};
use fornax_model::{Document, Limits};
use hyper::body::{Body, Frame, SizeHint};

use super::origin::BaseUrls;
use super::refusal::Refusal;
use super::reply::Reply;

/// The resource type whose content has a form of its own.
pub(crate) const BINARY: &str = "Binary";

/// A page that may do nothing, and belongs to no origin.
pub(crate) const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

const X_SECURITY_CONTEXT: HeaderName = HeaderName::from_static("x-security-context");

/// What the headers of a write say of its content.
///
/// # Errors
/// 400: one of them is not text. 403: a page of another origin sent it. Browsers send some media types without asking first,
/// so that any page could write through its visitor.
pub(crate) fn head(
    headers: &HeaderMap,
    id: Option<&str>,
    base_urls: &BaseUrls,
) -> Result<BinaryHead, Refusal> {
    let text = |name: &HeaderName| match headers.get(name).map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text.trim().to_owned())),
        Some(Err(_)) => Err(Refusal::invalid(format!("the header {name} is not ASCII"))),
    };
    let is_own = |origin: &str| {
        // Browsers write hosts in small letters, whatever the operator did.
        let starts = |base: &str| {
            let (start, rest) = (base.get(..origin.len()), base.get(origin.len()..));
            start.is_some_and(|start| start.eq_ignore_ascii_case(origin))
                && rest.is_some_and(|rest| rest.starts_with('/'))
        };
        base_urls.all.iter().any(|base| starts(base))
    };
    if text(&ORIGIN)?.is_some_and(|origin| !is_own(&origin)) {
        let issue = Issue::error("security", "content is taken from pages of this server's origin only");
        return Err(Refusal::new(StatusCode::FORBIDDEN, issue));
    }
    Ok(BinaryHead {
        id: id.map(ToOwned::to_owned),
        content_type: text(&CONTENT_TYPE)?.ok_or_else(|| Refusal::invalid("the content has no type"))?,
        security_context: text(&X_SECURITY_CONTEXT)?,
        bytes_expected: text(&CONTENT_LENGTH)?.and_then(|length| length.parse().ok()),
    })
}

/// Whether JSON that was sent to a Binary is content, and not a resource. What does not parse is no JSON of any kind.
pub(crate) fn is_content(json: &[u8]) -> bool {
    let bytes_max = fornax::Limits::default().resource_bytes_max;
    if json.len() > bytes_max {
        // Too large for either.
        return false;
    }
    let parsed = Document::parse(json, &Limits::default());
    parsed.is_ok_and(|document| document.root().get("resourceType").is_none())
}

/// The answer to a read in the content's own form; `None`: the version has none.
///
/// # Errors
/// 416: the range begins behind the end.
pub(crate) fn reply(
    version: &Version,
    (method, headers): (&Method, &HeaderMap),
) -> Result<Option<Reply>, Refusal> {
    let Some(content) = BinaryContent::of(version)? else { return Ok(None) };
    let bytes = content.bytes();
    // Ranges are defined for GET alone.
    let asked = if method == Method::GET { asked(headers, bytes) } else { Asked::Whole };
    let range = match asked {
        Asked::Whole => None,
        Asked::Part(range) => Some(range),
        Asked::Nothing => {
            let issue = Issue::error("value", "the content has nothing in that range");
            let mut refusal = Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, issue);
            refusal.headers.extend(header(CONTENT_RANGE, &format!("bytes */{bytes}")));
            return Err(refusal);
        }
    };
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut about = HeaderMap::new();
    if let Some(range) = &range {
        let text = format!("bytes {}-{}/{bytes}", range.start, range.end - 1);
        about.extend(header(CONTENT_RANGE, &text));
    }
    let content_type = HeaderValue::from_str(content.content_type());
    let unknown = HeaderValue::from_static("application/octet-stream");
    about.insert(CONTENT_TYPE, content_type.unwrap_or(unknown));
    about.extend(content.security_context().and_then(|context| header(X_SECURITY_CONTEXT, context)));
    about.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    about.insert(VARY, HeaderValue::from_static("Accept"));
    // Whoever wrote the content does not get to run it under this server's origin.
    about.insert(CONTENT_SECURITY_POLICY, SANDBOX);
    let pieces = Pieces { left: range.unwrap_or(0..bytes), content };
    Ok(Some(Reply::content(status, about, pieces).about(version)))
}

fn header(name: HeaderName, text: &str) -> Option<(HeaderName, HeaderValue)> {
    HeaderValue::from_str(text).ok().map(|value| (name, value))
}

/// What part of the content is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    /// Not empty, and within the content.
    Part(Range<u64>),
    /// What is not there.
    Nothing,
}

/// Reads `Range`. Several ranges, other units and what does not parse are answered with the whole, as RFC 9110 allows; so is
/// `If-Range`, since the entity tags of FHIR are weak.
fn asked(headers: &HeaderMap, bytes: u64) -> Asked {
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let range = range.filter(|_| !headers.contains_key(IF_RANGE));
    let Some((first, last)) = range.and_then(|text| text.trim().strip_prefix("bytes=")?.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>();
    let range = match (first.trim(), last.trim()) {
        // Of nothing, the last so many bytes are nothing, and that is all there is.
        ("", suffix) if bytes == 0 && number(suffix).is_ok_and(|length| length > 0) => return Asked::Whole,
        ("", suffix) => number(suffix).map(|length| bytes.saturating_sub(length)..bytes),
        (first, "") => number(first).map(|first| first..bytes),
        (first, last) => match (number(first), number(last)) {
            (Ok(first), Ok(last)) if first <= last => Ok(first..last.saturating_add(1).min(bytes)),
            _ => return Asked::Whole,
        },
    };
    match range {
        Err(_) => Asked::Whole,
        Ok(range) if range.start >= range.end => Asked::Nothing,
        Ok(range) => Asked::Part(range),
    }
}

/// Content on its way out, decoded as it goes.
#[derive(Debug)]
pub(crate) struct Pieces {
    content: BinaryContent,
    left: Range<u64>,
}

impl Pieces {
    /// Bytes of memory that it holds until the end.
    pub(crate) fn held_bytes(&self) -> usize {
        self.content.held_bytes()
    }

    /// Bytes to come.
    pub(crate) fn bytes(&self) -> usize {
        (self.left.end - self.left.start) as usize
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = fornax::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, fornax::Error>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let piece = self.content.piece(self.left.start, self.left.end).inspect_err(|error| {
            // The client only sees that the answer ends too soon.
            tracing::error!(cause = ?std::error::Error::source(error), "stored content does not decode");
        });
        Poll::Ready(Some(piece.map(|piece| {
            self.left.start += piece.len() as u64;
            Frame::data(Bytes::from(piece))
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.end - self.left.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, bytes: u64, want: &Asked) {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(range).expect("a header"));
        assert_eq!(&asked(&headers, bytes), want, "{range} of {bytes}");
        headers.insert(IF_RANGE, HeaderValue::from_static("W/\"1\""));
        assert_eq!(asked(&headers, bytes), Asked::Whole);
    }

    #[test]
    fn ranges_are_read_as_rfc_9110_has_them() {
        check("bytes=0-0", 10, &Asked::Part(0..1));
        check("bytes=2-5", 10, &Asked::Part(2..6));
        check("bytes=2-", 10, &Asked::Part(2..10));
        check("bytes=2-100", 10, &Asked::Part(2..10));
        check("bytes=2-18446744073709551615", 10, &Asked::Part(2..10));
        check("bytes=-3", 10, &Asked::Part(7..10));
        check("bytes=-30", 10, &Asked::Part(0..10));
        check("bytes=10-", 10, &Asked::Nothing);
        check("bytes=10-12", 10, &Asked::Nothing);
        check("bytes=-0", 10, &Asked::Nothing);
        check("bytes=0-", 0, &Asked::Nothing);
        check("bytes=-5", 0, &Asked::Whole);
        for passed_over in
            ["bytes=5-2", "bytes=0-1,4-5", "bytes=x-y", "bytes=-", "bytes", "pages=1-2", "bytes=1"]
        {
            check(passed_over, 10, &Asked::Whole);
        }
    }
}
