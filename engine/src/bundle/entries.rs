//! The entries of a Bundle, as requests.

use std::borrow::Cow;

use fornax_model::Node;

use crate::change::{BundleKind, Expected};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::VersionId;

/// A Bundle to process.
pub(crate) struct Entries<'a> {
    pub kind: BundleKind,
    /// Those that are malformed are errors.
    pub entries: Vec<Result<Entry<'a>>>,
}

/// One entry's request.
pub(crate) struct Entry<'a> {
    /// Its place in the request, from 0.
    pub index: usize,
    pub full_url: Option<String>,
    pub method: Method,
    /// Relative to the base, without it: `Patient/1`.
    pub url: String,
    pub resource: Option<Node<'a>>,
    pub if_none_exist: Option<String>,
    /// Of a write.
    pub expected: Expected,
    /// Of a read: the versions that the client has.
    pub known: Option<String>,
}

/// What an entry asks for; a transaction processes them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Delete,
    Post,
    Put,
    Patch,
    Get,
    Head,
}

impl Method {
    /// Whether it changes nothing.
    pub(crate) fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

impl<'a> Entries<'a> {
    /// Reads a Bundle of type batch or transaction.
    pub(crate) fn read(bundle: Node<'a>, entries_max: usize) -> Result<Self> {
        if bundle.get("resourceType").and_then(Node::as_str).as_deref() != Some("Bundle") {
            return Err(invalid("structure", "the body is not a Bundle", "resourceType"));
        }
        let kind = match bundle.get("type").and_then(Node::as_str).as_deref() {
            Some("batch") => BundleKind::Batch,
            Some("transaction") => BundleKind::Transaction,
            _ => {
                return Err(invalid(
                    "value",
                    "only Bundles of type batch or transaction are processed",
                    "Bundle.type",
                ));
            }
        };
        let mut entries = Vec::new();
        for (index, node) in bundle.get("entry").into_iter().flat_map(Node::items).enumerate() {
            if index == entries_max {
                let issue = Issue::error("too-costly", "the Bundle has too many entries").at("Bundle.entry");
                return Err(Error::new(ErrorKind::Limit, issue));
            }
            entries.push(Entry::read(node, index));
        }
        Ok(Self { kind, entries })
    }
}

impl<'a> Entry<'a> {
    fn read(node: Node<'a>, index: usize) -> Result<Self> {
        let at = |element: &str| format!("Bundle.entry[{index}].{element}");
        let request = node
            .get("request")
            .ok_or_else(|| invalid("required", "an entry without a request", &at("request")))?;
        let text = |name: &str| request.get(name).and_then(Node::as_str).map(Cow::into_owned);
        let method = match text("method").as_deref() {
            Some("DELETE") => Method::Delete,
            Some("POST") => Method::Post,
            Some("PUT") => Method::Put,
            Some("PATCH") => Method::Patch,
            Some("GET") => Method::Get,
            Some("HEAD") => Method::Head,
            _ => return Err(invalid("value", "the method is not one of HTTP's", &at("request.method"))),
        };
        let url =
            text("url").ok_or_else(|| invalid("required", "a request without a url", &at("request.url")))?;
        let resource = node.get("resource");
        if matches!(method, Method::Post | Method::Put | Method::Patch) && resource.is_none() {
            return Err(invalid("required", "a POST, PUT or PATCH without a resource", &at("resource")));
        }
        // Passing over a condition would write what was not to be written.
        let passed_over = match method {
            Method::Get | Method::Head => &["ifModifiedSince", "ifMatch", "ifNoneExist"][..],
            Method::Post => &["ifNoneMatch", "ifModifiedSince", "ifMatch"],
            Method::Put => &["ifModifiedSince", "ifNoneExist"],
            Method::Patch | Method::Delete => &["ifNoneMatch", "ifModifiedSince", "ifNoneExist"],
        };
        if let Some(name) = passed_over.iter().find(|name| request.get(name).is_some()) {
            let issue = Issue::error("not-supported", "this condition is not supported for this method");
            return Err(Error::new(ErrorKind::NotSupported, issue.at(at(&format!("request.{name}")))));
        }
        let (if_match, if_none_match) = (text("ifMatch"), text("ifNoneMatch"));
        let expected = match (&if_match, &if_none_match) {
            _ if method.is_read() => Expected::Anything,
            (None, None) => Expected::Anything,
            (Some(tag), None) => Expected::Version(entity_tag(tag).ok_or_else(|| {
                invalid("value", "ifMatch is not a weak entity tag", &at("request.ifMatch"))
            })?),
            (None, Some(any)) if any.trim() == "*" => Expected::Nothing,
            (_, Some(_)) => {
                let text = "ifNoneMatch of a write is *, and stands without ifMatch";
                return Err(invalid("value", text, &at("request.ifNoneMatch")));
            }
        };
        Ok(Self {
            index,
            full_url: node.get("fullUrl").and_then(Node::as_str).map(Cow::into_owned),
            method,
            url,
            resource,
            if_none_exist: text("ifNoneExist"),
            expected,
            known: if_none_match.filter(|_| method.is_read()),
        })
    }

    /// The place of its resource within the Bundle.
    pub(crate) fn resource_place(&self) -> String {
        format!("Bundle.entry[{}].resource", self.index)
    }

    /// Two entries contradict each other; this one is the second.
    pub(crate) fn conflict(&self, text: &str, element: &str) -> Error {
        let place = format!("Bundle.entry[{}].{element}", self.index);
        Error::new(ErrorKind::Conflict, Issue::error("duplicate", text).at(place))
    }

    /// An issue at an element of this entry.
    pub(crate) fn invalid(&self, code: &'static str, text: &str, element: &str) -> Error {
        invalid(code, text, &format!("Bundle.entry[{}].{element}", self.index))
    }
}

/// The version in `W/"3"`.
pub(crate) fn entity_tag(tag: &str) -> Option<VersionId> {
    let quoted = tag.trim().strip_prefix("W/").unwrap_or(tag.trim());
    quoted.strip_prefix('"')?.strip_suffix('"')?.parse().ok().map(VersionId)
}

fn invalid(code: &'static str, text: &str, expression: &str) -> Error {
    Error::new(ErrorKind::Invalid, Issue::error(code, text).at(expression))
}
