//! FHIR's XML format, for those who speak it: made into the JSON that all else takes, and made of the JSON that all else gives.
//!
//! Source: <http://hl7.org/fhir/R4/xml.html>; what is read and written is in docs/XML.md.

use fornax_model::{Document, Limits as ModelLimits};
use fornax_xml::{Bound, Limits as XmlLimits, WriteError, WriteFault, XmlError, XmlFault};

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::options::Limits;

/// How XML is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In one line, but for narratives that have more.
    Compact,
    /// A line per element, with indents of two spaces.
    Pretty {
        /// Bytes up to which it is laid out so; what is larger becomes compact.
        bytes_max: usize,
    },
}

/// Objects and arrays that an answer may have around a resource: a Bundle in a Bundle.
const AROUND: usize = 16;

/// Reads a resource in XML: its JSON, compact. Takes time in proportion to the bytes.
///
/// Of the limits [`Limits::bundle_bytes_max`] and [`Limits::depth_max`] hold, whatever resource it is.
///
/// # Errors
/// `Invalid`: it is not FHIR's XML; the issue names the element, the line and the column. `Limit`: it is too large.
pub fn to_json(xml: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    fornax_xml::to_json(xml, fornax_definitions::r4(), &xml_limits(limits)).map_err(unread)
}

/// Writes a resource as XML: any that a call of this crate answered, or a Bundle or an OperationOutcome made of such. Takes time in
/// proportion to the bytes.
///
/// # Errors
/// `NotSupported`: XML can't hold it, or it would have more than [`Limits::bundle_bytes_max`]; the issue names the element. `Bug`: it
/// is not JSON.
pub fn to_xml(json: Vec<u8>, layout: Layout, limits: &Limits) -> Result<Vec<u8>> {
    let within = xml_limits(limits);
    let model_limits = ModelLimits {
        document_bytes_max: usize::MAX,
        string_bytes_max: usize::MAX,
        depth_max: limits.depth_max as usize + AROUND,
        ..ModelLimits::default()
    };
    let document = Document::parse(json, &model_limits).map_err(|error| {
        Error::new(ErrorKind::Bug, Issue::error("exception", "an answer is not JSON")).caused_by(error)
    })?;
    let write = |layout, limits: &XmlLimits| {
        fornax_xml::to_xml(document.root(), fornax_definitions::r4(), layout, limits)
    };
    if let Layout::Pretty { bytes_max } = layout {
        let document_bytes_max = bytes_max.min(within.document_bytes_max);
        match write(fornax_xml::Layout::Pretty, &XmlLimits { document_bytes_max, ..within.clone() }) {
            Err(WriteError { fault: WriteFault::Bytes(_), .. }) => {}
            written => return written.map_err(unwritten),
        }
    }
    write(fornax_xml::Layout::Compact, &within).map_err(unwritten)
}

fn xml_limits(limits: &Limits) -> XmlLimits {
    XmlLimits {
        document_bytes_max: limits.bundle_bytes_max,
        attribute_bytes_max: limits.bundle_bytes_max,
        depth_max: limits.depth_max as usize,
        ..XmlLimits::default()
    }
}

fn unread(error: XmlError) -> Error {
    let (kind, code) = match error.fault {
        XmlFault::Limit { bound: Bound::DocumentBytes, .. } => (ErrorKind::Limit, "too-long"),
        _ => (ErrorKind::Invalid, "structure"),
    };
    Error::new(kind, placed(Issue::error(code, error.to_string()), error.path))
}

fn unwritten(error: WriteError) -> Error {
    let text = format!("not to be had as XML: {error}");
    Error::new(ErrorKind::NotSupported, placed(Issue::error("not-supported", text), error.path))
}

/// The issue at this place, unless a name in it is not fit to be shown.
fn placed(issue: Issue, path: String) -> Issue {
    if path.is_empty() || path.contains('?') { issue } else { issue.at(path) }
}

#[cfg(test)]
mod tests;
