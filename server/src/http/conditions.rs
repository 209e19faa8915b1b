//! Conditions in headers: `If-Match`, `If-None-Match`, `If-Modified-Since`; and the values they are about.

use axum::http::header::{ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use fornax::{Version, VersionId};
use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

use super::refusal::Refusal;

/// The version that `If-Match` names; `None`: there is no such header.
///
/// # Errors
/// 400: it is not one version.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<VersionId>, Refusal> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(version_of_tag);
    version.map(Some).ok_or_else(|| Refusal::invalid("If-Match takes one version, such as W/\"3\""))
}

/// Whether a write is to make what is not there yet: `If-None-Match: *`.
///
/// # Errors
/// 400: it names versions, which a write must not.
pub(crate) fn if_none_match_any(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut values = headers.get_all(IF_NONE_MATCH).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(false),
        (Some(value), None) if value.as_bytes().trim_ascii() == b"*" => Ok(true),
        _ => Err(Refusal::invalid("If-None-Match of a write is *: only if there is no such resource")),
    }
}

/// A header that would be passed over by a write, so that it is refused.
///
/// # Errors
/// 400: one of these stands on it.
pub(crate) fn none_of(headers: &HeaderMap, names: &[HeaderName]) -> Result<(), Refusal> {
    match names.iter().find(|name| headers.contains_key(*name)) {
        None => Ok(()),
        Some(name) => Err(Refusal::invalid(format!("{name} is not for this interaction"))),
    }
}

/// A Provenance that comes with a write, as JSON (hl7.org/fhir/R4/provenance.html#header).
pub(crate) const X_PROVENANCE: HeaderName = HeaderName::from_static("x-provenance");

/// The Provenance that comes with a write; `None`: there is no such header.
///
/// # Errors
/// 400: there are several.
pub(crate) fn provenance(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Refusal> {
    let mut values = headers.get_all(X_PROVENANCE).into_iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value.map(|value| value.as_bytes().to_vec())),
        _ => Err(Refusal::invalid("X-Provenance takes one Provenance")),
    }
}

/// Names of conditions.
pub(crate) const IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");

/// The criteria of `If-None-Exist`, as a query string; `None`: there is no such header.
///
/// # Errors
/// 400: it is empty, or not ASCII.
pub(crate) fn if_none_exist(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(IF_NONE_EXIST) else { return Ok(None) };
    let criteria = value.to_str().ok().map(|text| text.trim().trim_start_matches('?'));
    let criteria = criteria.filter(|criteria| !criteria.is_empty());
    criteria
        .map(|criteria| Some(criteria.to_owned()))
        .ok_or_else(|| Refusal::invalid("If-None-Exist takes a query"))
}

/// Whether a client that asks for this version has it already. `If-None-Match` outweighs `If-Modified-Since`.
pub(crate) fn is_known(headers: &HeaderMap, version: &Version) -> bool {
    is_known_as(headers, version.version, version.last_updated)
}

fn is_known_as(headers: &HeaderMap, version: VersionId, last_updated: Timestamp) -> bool {
    let mut tags = headers.get_all(IF_NONE_MATCH).into_iter().peekable();
    if tags.peek().is_some() {
        let mut tags =
            tags.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).map(str::trim);
        return tags.any(|tag| tag == "*" || version_of_tag(tag) == Some(version));
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(time_of_http_date);
    // An HTTP date has no fraction of a second.
    since.is_some_and(|since| last_updated.as_second() <= since.as_second())
}

/// The version that an entity tag names. Weak or not makes no difference: a version never changes.
fn version_of_tag(tag: &str) -> Option<VersionId> {
    let tag = tag.trim();
    let number = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    version_of(number)
}

/// A version by its number, as a URL has it.
pub(crate) fn version_of(text: &str) -> Option<VersionId> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    is_plain.then(|| text.parse().ok().map(VersionId))?
}

/// The headers that conditions of later requests rest on: `ETag`, `Last-Modified`.
pub(crate) fn headers_of(version: &Version) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let tag = HeaderValue::from_str(&version.entity_tag()).ok().map(|tag| (ETAG, tag));
    let date = http_date(version.last_updated).map(|date| (LAST_MODIFIED, date));
    tag.into_iter().chain(date)
}

/// A time that HTTP wrote.
pub(crate) fn time_of_http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// A time as HTTP writes it; `None`: it is before or beyond the years that HTTP can write.
fn http_date(time: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()?;
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests;
