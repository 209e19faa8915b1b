//! Where a written resource comes from: `X-Request-Source` becomes `meta.source`, followed by `#` and the request's id, where the resource
//! says nothing of it itself.

use axum::http::{HeaderMap, HeaderName};
use fornax_model::{Document, EditError, Edits, Limits, Node};

use super::refusal::Refusal;

pub(crate) const X_REQUEST_SOURCE: HeaderName = HeaderName::from_static("x-request-source");

/// The `meta.source` that a request gives; `None`: none.
///
/// # Errors
/// 400: it is no URI without a fragment.
pub(crate) fn of(headers: &HeaderMap, request_id: &str) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(X_REQUEST_SOURCE) else { return Ok(None) };
    let uri = value.to_str().ok().map(str::trim);
    let is_uri =
        |uri: &&str| !uri.is_empty() && !uri.contains(|letter: char| letter == '#' || letter.is_whitespace());
    let uri = uri
        .filter(is_uri)
        .ok_or_else(|| Refusal::invalid("X-Request-Source takes a URI without a fragment"))?;
    Ok(Some(format!("{uri}#{request_id}")))
}

/// A resource, or a Bundle with the resources that its entries create and update, with that source where they name none. What is no JSON stays as
/// it is: whoever reads it next refuses it.
pub(crate) fn stamped(body: Vec<u8>, source: &str) -> Vec<u8> {
    let Ok(document) = Document::parse(body.as_slice(), &Limits::default()) else { return body };
    let mut edits = Edits::of(document.root());
    match stamp_all(document.root(), source, &mut edits).and_then(|()| edits.apply()) {
        Ok(stamped) => stamped,
        Err(_) => body,
    }
}

fn stamp_all<'a>(root: Node<'a>, source: &str, edits: &mut Edits<'a>) -> Result<(), EditError> {
    let text = |node: Node<'a>, name: &str| node.get(name).and_then(Node::as_str);
    let is_bundle = text(root, "resourceType").as_deref() == Some("Bundle");
    if !is_bundle || !matches!(text(root, "type").as_deref(), Some("batch" | "transaction")) {
        return stamp(root, source, edits);
    }
    for entry in root.get("entry").into_iter().flat_map(Node::items) {
        let method = entry.get("request").and_then(|request| text(request, "method"));
        if let (Some("POST" | "PUT"), Some(resource)) = (method.as_deref(), entry.get("resource")) {
            stamp(resource, source, edits)?;
        }
    }
    Ok(())
}

fn stamp<'a>(resource: Node<'a>, source: &str, edits: &mut Edits<'a>) -> Result<(), EditError> {
    let mut json = Vec::new();
    fornax_model::write::string_into(&mut json, source);
    match (resource.get("meta"), resource.get("resourceType")) {
        (Some(meta), _) if meta.get("source").is_some() => Ok(()),
        (Some(meta), _) if !meta.raw().starts_with(b"{") => Ok(()),
        (Some(meta), _) if meta.members().next().is_none() => {
            edits.replace(meta, [b"{\"source\":", &*json, b"}"].concat())
        }
        (Some(meta), _) => edits.insert_last(meta, "source", &json),
        (None, Some(named)) => edits.insert_after(named, "meta", &[b"{\"source\":", &*json, b"}"].concat()),
        (None, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&stamped(body.as_bytes().to_vec(), "urn:s#1")), expected);
    }

    #[test]
    fn who_names_no_source_gets_one() {
        check(
            r#"{"resourceType":"Basic","id":"1"}"#,
            r#"{"resourceType":"Basic","meta":{"source":"urn:s#1"},"id":"1"}"#,
        );
        check(
            r#"{"resourceType":"Basic","meta":{"tag":[]}}"#,
            r#"{"resourceType":"Basic","meta":{"tag":[],"source":"urn:s#1"}}"#,
        );
        check(
            r#"{"resourceType":"Basic","meta":{}}"#,
            r#"{"resourceType":"Basic","meta":{"source":"urn:s#1"}}"#,
        );
        let named = r#"{"resourceType":"Basic","meta":{"source":"urn:x"}}"#;
        check(named, named);
        check("not JSON", "not JSON");
        check(
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Basic"},"request":{"method":"PUT"}},{"resource":{"resourceType":"Parameters"},"request":{"method":"PATCH"}}]}"#,
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Basic","meta":{"source":"urn:s#1"}},"request":{"method":"PUT"}},{"resource":{"resourceType":"Parameters"},"request":{"method":"PATCH"}}]}"#,
        );
    }
}
