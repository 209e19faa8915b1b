//! Documents read as serde_json reads them.

use fornax_model::{Document, Limits, Node, ParseFault};
use serde::de::IgnoredAny;

use crate::tree::{REPEATED, Tree};

/// Values whose every detail is looked at: more would make large inputs slow.
const DETAILED_MAX: usize = 64;

/// Bytes are a document exactly when serde_json accepts them, and then hold the same values.
///
/// It reads more than a document may hold in that it knows none of the limits, and less in that it refuses numbers beyond
/// a double.
pub fn document(bytes: &[u8]) {
    let ours = Document::parse(bytes, &Limits::default());
    let theirs = serde_json::from_slice::<Tree>(bytes);
    match (ours, theirs) {
        (Ok(document), Ok(tree)) => {
            assert_eq!(document.bytes(), bytes);
            tree.assert_is(document.root());
            details(&document);
        }
        (Ok(_), Err(error)) => assert!(error.to_string().starts_with("number out of range"), "{error}"),
        (Err(error), Ok(_)) => assert!(matches!(error.fault, ParseFault::Limit { .. }), "{error}"),
        (Err(error), Err(theirs)) => {
            assert!(error.offset <= bytes.len());
            assert!(error.line <= error.offset + 1 && error.column <= error.offset + 1);
            if theirs.to_string().starts_with(REPEATED) && is_json(bytes) {
                let is_expected =
                    matches!(error.fault, ParseFault::DuplicateName | ParseFault::Limit { .. } | HALF_PAIR);
                assert!(is_expected, "{error}");
            }
        }
    }
}

/// Which serde_json does not look at where it skips a value.
const HALF_PAIR: ParseFault = ParseFault::Encoding("half a surrogate pair");

/// Whether all of it has the form of JSON, whatever comes twice in it.
fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// Each value by itself, its path, and the document that it makes.
fn details(document: &Document) {
    let mut nodes = Vec::new();
    collect(document.root(), &mut nodes);
    for node in nodes {
        assert_eq!(document.node(node.id()).map(Node::span), Some(node.span()));
        assert!(node.path().is_ascii());
        let part = node.to_document();
        assert_eq!(part.bytes(), node.raw());
        let again = Document::parse(node.raw(), &Limits::default()).expect("a value is a document");
        assert_same(part.root(), again.root());
    }
}

fn assert_same(left: Node<'_>, right: Node<'_>) {
    let (mut all_left, mut all_right) = (Vec::new(), Vec::new());
    collect(left, &mut all_left);
    collect(right, &mut all_right);
    assert_eq!(all_left.len(), all_right.len());
    for (left, right) in all_left.into_iter().zip(all_right) {
        assert_eq!((left.id(), left.kind(), left.span()), (right.id(), right.kind(), right.span()));
        assert_eq!((left.name(), left.as_str()), (right.name(), right.as_str()));
    }
}

/// The value and what is in it, in the order of the text, as far as all is still looked at.
pub(crate) fn collect<'a>(node: Node<'a>, nodes: &mut Vec<Node<'a>>) {
    if nodes.len() < DETAILED_MAX {
        nodes.push(node);
        let inside = node.members().map(|(_, member)| member).chain(node.items());
        inside.for_each(|inner| collect(inner, nodes));
    }
}
