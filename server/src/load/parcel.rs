//! What a document asks a server to do.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::documents::{Document, Form};

/// What is sent to a server in one request.
#[derive(Debug)]
pub(crate) enum Parcel<'a> {
    /// All or nothing; sent as it is.
    Transaction { body: &'a [u8], entries: Vec<Entry<'a>> },
    /// Entries that stand alone, so that any part of them can be sent.
    Batch(Vec<Entry<'a>>),
}

/// An entry of a Bundle.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// Its number in the Bundle from 0, or its line's number from 1.
    pub number: u64,
    pub resource_type: String,
    pub method: Method,
    /// Whether doing it twice comes to the same as doing it once.
    pub is_repeatable: bool,
    /// The entry as JSON.
    pub json: Cow<'a, str>,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Post,
    Put,
    Delete,
    /// What writes nothing, or is for the server to judge.
    Other,
}

/// A document, or a line of one, that asks for nothing.
#[derive(Debug, thiserror::Error)]
#[error("not JSON of FHIR: {error}")]
pub(crate) struct Unreadable {
    /// The number of the line, where the document has several.
    pub line: Option<u64>,
    error: serde_json::Error,
}

#[derive(Deserialize)]
struct ResourceHead<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    /// A code in Bundles; in other resources it may be anything.
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct BundleEntries<'a> {
    #[serde(borrow, default)]
    entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct EntryHead<'a> {
    #[serde(borrow)]
    resource: Option<EntryResource<'a>>,
    #[serde(borrow)]
    request: Option<EntryRequest<'a>>,
}

#[derive(Deserialize)]
struct EntryResource<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Cow<'a, str>,
}

#[derive(Deserialize)]
struct EntryRequest<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow, rename = "ifNoneExist")]
    if_none_exist: Option<Cow<'a, str>>,
}

impl<'a> Parcel<'a> {
    /// What the document asks, and what of it can't be read.
    pub(crate) fn of(document: &'a Document) -> (Self, Vec<Unreadable>) {
        match document.form {
            Form::Lines { first } => {
                let (entries, unreadable) = lines(&document.text, first);
                (Self::Batch(entries), unreadable)
            }
            Form::Json => match Self::of_json(document) {
                Ok(parcel) => (parcel, Vec::new()),
                Err(error) => (Self::Batch(Vec::new()), vec![Unreadable { line: None, error }]),
            },
        }
    }

    fn of_json(document: &'a Document) -> Result<Self, serde_json::Error> {
        let head: ResourceHead<'a> = serde_json::from_slice(&document.text)?;
        let kind = head.kind.filter(|_| head.resource_type == "Bundle").map(RawValue::get);
        match kind {
            Some("\"transaction\"") => {
                Ok(Self::Transaction { body: &document.text, entries: entries(&document.text)? })
            }
            Some("\"batch\"") => Ok(Self::Batch(entries(&document.text)?)),
            _ => Ok(Self::Batch(vec![single(0, &document.text, &head)?])),
        }
    }

    pub(crate) fn entries(&self) -> &[Entry<'a>] {
        match self {
            Self::Transaction { entries, .. } | Self::Batch(entries) => entries,
        }
    }
}

fn lines(text: &[u8], first: u64) -> (Vec<Entry<'_>>, Vec<Unreadable>) {
    let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
    let numbered = (first..).zip(text.split(|&byte| byte == b'\n'));
    for (line, text) in numbered.filter(|(_, text)| !text.trim_ascii().is_empty()) {
        match serde_json::from_slice(text).and_then(|head| single(line, text, &head)) {
            Ok(entry) => entries.push(entry),
            Err(error) => unreadable.push(Unreadable { line: Some(line), error }),
        }
    }
    (entries, unreadable)
}

/// A resource as an entry: put under its id, or posted when it has none.
fn single<'a>(number: u64, text: &[u8], head: &ResourceHead<'_>) -> Result<Entry<'a>, serde_json::Error> {
    let resource_type = &*head.resource_type;
    let (method, verb, url) = match &head.id {
        Some(id) => (Method::Put, "PUT", format!("{resource_type}/{id}")),
        None => (Method::Post, "POST", resource_type.to_owned()),
    };
    let resource: &RawValue = serde_json::from_slice(text)?;
    let url = serde_json::to_string(&url)?;
    let json = format!(r#"{{"resource":{resource},"request":{{"method":"{verb}","url":{url}}}}}"#);
    let is_repeatable = method == Method::Put;
    Ok(Entry {
        number,
        resource_type: resource_type.to_owned(),
        method,
        is_repeatable,
        json: Cow::Owned(json),
    })
}

fn entries(bundle: &[u8]) -> Result<Vec<Entry<'_>>, serde_json::Error> {
    let bundle: BundleEntries<'_> = serde_json::from_slice(bundle)?;
    (0..).zip(bundle.entry).map(|(number, json)| entry(number, json.get())).collect()
}

fn entry(number: u64, json: &str) -> Result<Entry<'_>, serde_json::Error> {
    let EntryHead { resource, request } = serde_json::from_str(json)?;
    let (method, is_repeatable, url) = match &request {
        None => (Method::Other, true, ""),
        Some(request) => match &*request.method {
            "POST" => (Method::Post, request.if_none_exist.is_some(), &*request.url),
            "PUT" => (Method::Put, true, &*request.url),
            "DELETE" => (Method::Delete, true, &*request.url),
            "GET" | "HEAD" => (Method::Other, true, &*request.url),
            _ => (Method::Other, false, &*request.url),
        },
    };
    let of_url = || url.split(['/', '?']).next().unwrap_or("").to_owned();
    let resource_type = resource.map_or_else(of_url, |resource| resource.resource_type.into_owned());
    Ok(Entry { number, resource_type, method, is_repeatable, json: Cow::Borrowed(json) })
}

#[cfg(test)]
mod tests;
