//! Binary content in its own form: made into a Binary resource on its way in, and out of one again, piece by piece, so that
//! it is never held in both forms at once.
//!
//! Source: <http://hl7.org/fhir/R4/binary.html>.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use fornax_model::{Document, Limits as ModelLimits, Node, write};

use crate::Change;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{BODY_BYTES_MAX, corrupted};
use crate::resource::Version;

/// Takes bits that others left set behind the end.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Bytes of content that become one group of characters, and how many these are.
const GROUP: (usize, usize) = (3, 4);
/// Bytes of content decoded at a time.
const PIECE_BYTES: usize = 48 << 10;

const RESOURCE_TYPE: &str = "Binary";

/// What comes with the content of a Binary resource.
#[derive(Clone, Debug)]
pub struct BinaryHead {
    /// The id to put it under; `None`: a new one.
    pub id: Option<String>,
    /// The media type: `Binary.contentType`.
    pub content_type: String,
    /// A reference to what rules over access to it: `Binary.securityContext`, the header `X-Security-Context`.
    pub security_context: Option<String>,
    /// Bytes of content to come, if that is known: room is made for them.
    pub bytes_expected: Option<usize>,
}

/// The content of a Binary resource on its way in. [`Tenant::begin_binary`](crate::Tenant::begin_binary) begins one.
pub struct BinaryUpload {
    id: String,
    is_new: bool,
    json: Vec<u8>,
    /// What does not make a group yet.
    rest: Vec<u8>,
    has_data: bool,
    /// Bytes of base64 to come.
    expected: usize,
    json_bytes_max: usize,
}

const DATA: &[u8] = b",\"data\":\"";
const DATA_END: &[u8] = b"\"}";

impl BinaryUpload {
    pub(crate) fn begin(id: String, head: &BinaryHead, json_bytes_max: usize) -> Self {
        let mut json = b"{\"resourceType\":\"Binary\",\"id\":".to_vec();
        write::string_into(&mut json, &id);
        json.extend_from_slice(b",\"contentType\":");
        write::string_into(&mut json, &head.content_type);
        if let Some(reference) = &head.security_context {
            json.extend_from_slice(b",\"securityContext\":{\"reference\":");
            write::string_into(&mut json, reference);
            json.push(b'}');
        }
        let expected = head.bytes_expected.unwrap_or(0).div_ceil(GROUP.0).saturating_mul(GROUP.1);
        let expected = expected.min(json_bytes_max);
        Self {
            id,
            is_new: head.id.is_none(),
            json,
            rest: Vec::new(),
            has_data: false,
            expected,
            json_bytes_max,
        }
    }

    /// Adds content.
    ///
    /// # Errors
    /// `Limit`: the resource would be too large.
    pub fn append(&mut self, content: &[u8]) -> Result<()> {
        let encoded_bytes = (self.rest.len() + content.len()).div_ceil(GROUP.0) * GROUP.1;
        if self.json.len() + encoded_bytes + DATA.len() + DATA_END.len() > self.json_bytes_max {
            let text = format!("a resource of {} bytes at most is taken", self.json_bytes_max);
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-long", text)));
        }
        let mut content = content;
        if !self.rest.is_empty() {
            let missing = (GROUP.0 - self.rest.len()).min(content.len());
            self.rest.extend_from_slice(&content[..missing]);
            content = &content[missing..];
            if self.rest.len() < GROUP.0 {
                return Ok(());
            }
            let group = std::mem::take(&mut self.rest);
            self.encode(&group);
        }
        let whole = content.len() - content.len() % GROUP.0;
        self.encode(&content[..whole]);
        self.rest.extend_from_slice(&content[whole..]);
        Ok(())
    }

    fn encode(&mut self, content: &[u8]) {
        if content.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.has_data, true) {
            // Not before some has come: a length that is only said holds nothing up.
            self.json.reserve(self.expected);
            self.json.extend_from_slice(DATA);
        }
        let (start, encoded_bytes) = (self.json.len(), content.len().div_ceil(GROUP.0) * GROUP.1);
        self.json.resize(start + encoded_bytes, 0);
        // The room is as large as it takes, so there is nothing that could fail.
        let written = BASE64.encode_slice(content, &mut self.json[start..]);
        self.json.truncate(start + written.unwrap_or(0));
    }

    /// Bytes that it holds in memory.
    pub fn bytes(&self) -> usize {
        self.json.len() + self.rest.len()
    }

    /// The change that creates the resource, or updates it where an id was given.
    pub fn finish(mut self) -> Change {
        let rest = std::mem::take(&mut self.rest);
        self.encode(&rest);
        self.json.extend_from_slice(if self.has_data { DATA_END } else { b"}" });
        if self.is_new {
            Change::create_under(RESOURCE_TYPE, self.id, self.json)
        } else {
            Change::update(RESOURCE_TYPE, self.id, self.json)
        }
    }
}

/// The content of a Binary resource on its way out.
#[derive(Clone, Debug)]
pub struct BinaryContent {
    content_type: String,
    security_context: Option<String>,
    /// Holds the characters at `data`, groups without anything between.
    text: Arc<String>,
    data: Range<usize>,
    bytes: u64,
}

impl BinaryContent {
    /// The content of a version; `None`: it is no Binary, or a deletion.
    ///
    /// # Errors
    /// `Corrupted`: what is stored is no Binary that could have been accepted.
    pub fn of(version: &Version) -> Result<Option<Self>> {
        if version.resource_type != RESOURCE_TYPE || version.body.text.is_empty() {
            return Ok(None);
        }
        let limits = ModelLimits { document_bytes_max: BODY_BYTES_MAX, ..ModelLimits::default() };
        let document = Document::parse_shared(Arc::clone(&version.body.text), &limits)
            .map_err(|error| corrupted("a stored body is not JSON").caused_by(error))?;
        let root = document.root();
        let text_of = |node: Node<'_>| node.as_str().map(String::from);
        let content_type = root.get("contentType").and_then(text_of);
        let security_context =
            root.get("securityContext").and_then(|context| context.get("reference")).and_then(text_of);
        let (text, data) = match root.get("data") {
            None => (Arc::clone(document.text()), 0..0),
            Some(data) => characters(&document, data)?,
        };
        let characters = text.get(data.clone()).ok_or_else(|| corrupted("a Binary's data"))?;
        let padding = characters.bytes().rev().take(2).filter(|&byte| byte == b'=').count();
        let bytes = ((characters.len() - padding) * GROUP.0 / GROUP.1) as u64;
        Ok(Some(Self {
            // It may be there as an extension only.
            content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            security_context,
            text,
            data,
            bytes,
        }))
    }

    /// Its media type, as it was given.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The reference to what rules over access to it.
    pub fn security_context(&self) -> Option<&str> {
        self.security_context.as_deref()
    }

    /// Bytes of content.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of memory that it holds, whatever part of it is read.
    pub fn held_bytes(&self) -> usize {
        self.text.capacity()
    }

    /// Content from `at` on, at most up to `end`: some of it, and none only at the end.
    ///
    /// # Errors
    /// `Corrupted`: what is stored there is not base64.
    pub fn piece(&self, at: u64, end: u64) -> Result<Vec<u8>> {
        let end = end.min(self.bytes);
        if at >= end {
            return Ok(Vec::new());
        }
        let (at, wanted) = (at as usize, ((end - at) as usize).min(PIECE_BYTES));
        let skipped = at % GROUP.0;
        let groups = at / GROUP.0..(at + wanted).div_ceil(GROUP.0);
        let characters = &self.text.as_bytes()[self.data.clone()];
        let encoded = &characters[groups.start * GROUP.1..(groups.end * GROUP.1).min(characters.len())];
        let mut piece = BASE64
            .decode(encoded)
            .map_err(|error| corrupted("a Binary's data is not base64").caused_by(error))?;
        piece.drain(..skipped);
        piece.truncate(wanted);
        Ok(piece)
    }
}

/// The text that holds a string's characters without escapes and white space, and where.
fn characters(document: &Document, data: Node<'_>) -> Result<(Arc<String>, Range<usize>)> {
    let content = data.as_str().ok_or_else(|| corrupted("a Binary's data is no string"))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let span = data.span();
    if span.len() == content.len() + 2 && content.bytes().all(is_plain) {
        return Ok((Arc::clone(document.text()), span.start + 1..span.end - 1));
    }
    // Others may have broken it into lines, or escaped its slashes.
    let text: String = content.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    let data = 0..text.len();
    Ok((Arc::new(text), data))
}

#[cfg(test)]
mod tests;
