//! XML Patch (RFC 5261): changes to the XML form of a resource.
//!
//! ```
//! use fornax_model::{Document, Limits};
//!
//! let patient = Document::parse(r#"{"resourceType":"Patient","active":true}"#, &Limits::default())?;
//! let patch = r#"<diff xmlns="http://hl7.org/fhir"><replace sel="Patient/active/@value">false</replace></diff>"#;
//! let definitions = fornax_definitions::r4();
//! let patched = fornax_xml::patch::apply(patch.as_bytes(), patient.root(), definitions, &Default::default())?;
//! assert_eq!(patched, br#"{"resourceType":"Patient","active":false}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The outermost element is `diff` or, as in RFC 7351, `patch`, and in it are `add` (at the end, or where `pos` says, or with `type="@..."` as an
//! attribute), `replace` and `remove`. Each has a `sel`: a path of names, `*`, `@...` and `text()`, with predicates that
//! count or compare, as in `Patient/telecom[system/@value='phone'][1]/value/@value`. It must find one place exactly.
//!
//! Prefixes are those that the patch declares. Names without a prefix are of the namespace that the patch declares for
//! such, and where it declares none, FHIR's: nothing else could be meant.

mod operation;
mod selector;
mod tree;

use fornax_definitions::Definitions;
use fornax_model::Node;

use crate::characters::is_blank;
use crate::encoding::decoded;
use crate::error::{Bound, Stop, Within, XmlFault};
use crate::namespaces::Namespace;
use crate::source::{Source, Token};
use crate::write::to_text;
use crate::{Layout, Limits, WriteError, XmlError, to_json};
use operation::{Operation, Patched};
use tree::Tree;

/// Why a patch was not applied. The text holds no value, of the patch or of the resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// It is not a patch.
    #[error("{0}")]
    Patch(XmlError),
    /// One of its operations can't be made.
    #[error("operation {number}: {fault}")]
    Operation {
        /// From 1.
        number: usize,
        /// Why.
        fault: PatchFault,
    },
    /// What it leaves is not a resource.
    #[error("{fault}{}, after the patch", Within(path))]
    Result {
        /// What is wrong.
        fault: XmlFault,
        /// Where, as `Patient.name[0].given`.
        path: String,
    },
    /// The resource can't be written as XML.
    #[error(transparent)]
    Resource(#[from] WriteError),
}

/// Why an operation can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchFault {
    /// The selector finds nothing.
    #[error("nothing is there")]
    Missing,
    /// The selector finds more than one place.
    #[error("more than one place is meant")]
    Several,
    /// What it finds is not of the kind that the operation works on.
    #[error("{0}")]
    Unsuitable(&'static str),
}

/// Applies a patch to a resource: all of its operations in order, or none. The result is JSON, in the order of XML.
///
/// What the patch leaves must be XML that [`to_json`] reads. That it is valid, and still the same resource, is for the
/// caller to see to. Takes time in proportion to the bytes of the resource for each operation, at the most.
pub fn apply(
    xml_patch: &[u8],
    resource: Node<'_>,
    definitions: &Definitions,
    limits: &Limits,
) -> Result<Vec<u8>, PatchError> {
    let text = decoded(xml_patch, limits).map_err(PatchError::Patch)?;
    let before = to_text(resource, definitions, Layout::Compact, limits)?;
    let mut tree = Tree::new();
    let of_result = |stop: Stop| PatchError::Result { fault: stop.fault, path: stop.path };
    let top = Source::new(&before, Namespace::None, limits)
        .and_then(|mut source| tree.read(&mut source, Some(&before)))
        .map_err(of_result)?;
    let Some(&root) = top.iter().find(|&&id| tree.element(id).is_some()) else {
        return Err(of_result(Stop::syntax("no element", 0)));
    };
    let mut patched = Patched { tree, root };
    let of_patch = |stop: Stop| PatchError::Patch(stop.located(text.as_bytes()));
    let mut source = Source::new(text, Namespace::Fhir, limits).map_err(of_patch)?;
    begin(&mut source).map_err(of_patch)?;
    let mut number = 0;
    while let Some(operation) = next(&mut source, &mut patched.tree, limits).map_err(of_patch)? {
        number += 1;
        if number > limits.operations_max {
            return Err(of_patch(Stop::limit(Bound::Operations, limits.operations_max, operation.at)));
        }
        patched.apply(&operation).map_err(|fault| PatchError::Operation { number, fault })?;
    }
    let after = patched.tree.write(patched.root);
    to_json(after.as_bytes(), definitions, limits)
        .map_err(|error| PatchError::Result { fault: error.fault, path: error.path })
}

/// Reads up to where the patch's content begins.
fn begin(source: &mut Source<'_>) -> Result<(), Stop> {
    loop {
        match source.next()? {
            Token::Open(tag) if matches!(tag.name, "diff" | "patch") && !tag.is_empty => return Ok(()),
            Token::Comment(_) => {}
            Token::Text(text) if is_blank(text.raw) => {}
            Token::Open(tag) => return Err(Stop::new(NO_PATCH, tag.at)),
            Token::End(at) => return Err(Stop::new(NO_PATCH, at)),
            Token::Text(piece) | Token::Close(piece) | Token::Reference(piece) | Token::Literal(piece) => {
                return Err(Stop::new(NO_PATCH, piece.at));
            }
        }
    }
}

const NO_PATCH: XmlFault = XmlFault::Structure("must be a diff or patch with operations");

/// The next operation; `None` behind the last.
fn next<'x>(
    source: &mut Source<'x>,
    tree: &mut Tree<'x>,
    limits: &Limits,
) -> Result<Option<Operation<'x>>, Stop> {
    loop {
        match source.next()? {
            Token::Open(tag) => return Operation::read(&tag, source, tree, limits).map(Some),
            Token::Comment(_) => {}
            Token::Text(text) if is_blank(text.raw) => {}
            Token::Close(_) => break,
            Token::End(at) => return Err(Stop::new(NO_PATCH, at)),
            Token::Text(piece) | Token::Reference(piece) | Token::Literal(piece) => {
                return Err(Stop::new(XmlFault::Structure("text between operations"), piece.at));
            }
        }
    }
    loop {
        match source.next()? {
            Token::End(_) => return Ok(None),
            Token::Comment(_) => {}
            Token::Text(text) if is_blank(text.raw) => {}
            Token::Open(tag) => return Err(Stop::syntax("a second outermost element", tag.at)),
            Token::Text(piece) | Token::Close(piece) | Token::Reference(piece) | Token::Literal(piece) => {
                return Err(Stop::syntax("text outside of the outermost element", piece.at));
            }
        }
    }
}
