//! The entries of a Bundle, as requests.

use std::borrow::Cow;

use fornax_model::Node;

use crate::change::BundleKind;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::VersionId;

/// A Bundle to process.
pub(crate) struct Entries<'a> {
    pub kind: BundleKind,
    pub entries: Vec<Entry<'a>>,
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
    pub if_match: Option<VersionId>,
}

/// What an entry asks for; a transaction processes them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Delete,
    Post,
    Put,
    Get,
}

impl<'a> Entries<'a> {
    /// Reads a Bundle of type batch or transaction. Entries of a batch that are malformed make the whole request malformed.
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
            entries.push(Entry::read(node, index)?);
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
            Some("GET") => Method::Get,
            Some("HEAD" | "PATCH") => {
                let issue =
                    Issue::error("not-supported", "entries can't be HEAD or PATCH").at(at("request.method"));
                return Err(Error::new(ErrorKind::NotSupported, issue));
            }
            _ => return Err(invalid("value", "the method is not one of HTTP's", &at("request.method"))),
        };
        let url =
            text("url").ok_or_else(|| invalid("required", "a request without a url", &at("request.url")))?;
        let resource = node.get("resource");
        if matches!(method, Method::Post | Method::Put) && resource.is_none() {
            return Err(invalid("required", "a POST or PUT without a resource", &at("resource")));
        }
        let if_match = text("ifMatch").map(|tag| {
            entity_tag(&tag)
                .ok_or_else(|| invalid("value", "ifMatch is not a weak entity tag", &at("request.ifMatch")))
        });
        Ok(Self {
            index,
            full_url: node.get("fullUrl").and_then(Node::as_str).map(Cow::into_owned),
            method,
            url,
            resource,
            if_none_exist: text("ifNoneExist"),
            if_match: if_match.transpose()?,
        })
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
