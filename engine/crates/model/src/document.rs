//! The bytes of a JSON text with the tape of what is in them.

use std::sync::Arc;

use crate::error::{Bound, ParseError, ParseFault};
use crate::limits::Limits;
use crate::node::{Node, NodeId};
use crate::parse::{Pass, Stop};
use crate::path::Path;
use crate::tape::{Children, Slot};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A JSON text, parsed and immutable. Cheap to clone.
///
/// Holds, beside the bytes themselves, 16 bytes per value.
#[derive(Clone)]
pub struct Document(Arc<Parts>);

pub(crate) struct Parts {
    pub text: Arc<String>,
    /// Never empty: the root is the first.
    pub tape: Vec<Slot>,
}

impl Document {
    /// Parses one JSON text (RFC 8259, strictly), of any kind of value, with nothing but white space around it.
    ///
    /// Takes the bytes over without copying them when they are a `Vec`. Refuses what is not UTF-8, a byte order mark,
    /// halves of surrogate pairs, and two members of one name in an object, whose names are compared after escapes are
    /// resolved. `\u0000` is legal JSON and passes. Costs one pass, no recursion, and no allocation per value.
    pub fn parse(bytes: impl Into<Vec<u8>>, limits: &Limits) -> Result<Self, ParseError> {
        Self::parse_vec(bytes.into(), limits)
    }

    fn parse_vec(bytes: Vec<u8>, limits: &Limits) -> Result<Self, ParseError> {
        let max = limits.document_bytes();
        if bytes.len() > max {
            return Err(at(&bytes, ParseFault::Limit { bound: Bound::DocumentBytes, max }, 0));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse_shared(Arc::new(text), limits),
            Err(error) => Err(not_utf8(error.as_bytes(), error.utf8_error().valid_up_to(), limits)),
        }
    }

    /// The same of a text that others hold as well: it is not copied.
    pub fn parse_shared(text: Arc<String>, limits: &Limits) -> Result<Self, ParseError> {
        let max = limits.document_bytes();
        if text.len() > max {
            return Err(at(text.as_bytes(), ParseFault::Limit { bound: Bound::DocumentBytes, max }, 0));
        }
        if text.as_bytes().starts_with(BYTE_ORDER_MARK) {
            return Err(at(text.as_bytes(), ParseFault::Encoding("a byte order mark"), 0));
        }
        let mut pass = Pass::new(&text, limits);
        match pass.run() {
            Ok(()) => {
                let tape = pass.into_tape();
                Ok(Self(Arc::new(Parts { text, tape })))
            }
            Err(Stop { fault, at: offset }) => {
                Err(ParseError { path: pass.path(), ..at(text.as_bytes(), fault, offset) })
            }
        }
    }

    /// The value that the text is.
    #[inline]
    pub fn root(&self) -> Node<'_> {
        Node::new(&self.0, 0)
    }

    /// The text, exactly as it came in.
    pub fn bytes(&self) -> &[u8] {
        self.0.text.as_bytes()
    }

    /// The same, to be held on to without a copy.
    pub fn text(&self) -> &Arc<String> {
        &self.0.text
    }

    /// The value of that identity; `None` where the document has no such value.
    #[inline]
    pub fn node(&self, id: NodeId) -> Option<Node<'_>> {
        (id.index() < self.0.tape.len()).then(|| Node::new(&self.0, id.index()))
    }
}

impl std::fmt::Debug for Document {
    /// Shows how much it holds, never what: it may be a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document of {} bytes, {} values", self.0.text.len(), self.0.tape.len())
    }
}

impl Parts {
    /// The path from the root to a value. Costs a walk over the siblings of each value on the way.
    pub fn path(&self, target: usize) -> String {
        let mut path = Path::new(&self.text, &self.tape);
        for (container, child) in self.way(0, target) {
            path.enter(container, child);
        }
        path.finish()
    }

    /// The container right around a value that is somewhere within another. Costs the same walk, but from there.
    pub fn container_within(&self, outer: usize, target: usize) -> Option<usize> {
        self.way(outer, target).last().map(|(container, _)| container)
    }

    /// Each container on the way from one value to another within it, with the next step from there.
    fn way(&self, outer: usize, target: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut here = outer;
        std::iter::from_fn(move || {
            let holds = |child: &usize| self.tape[*child].next() > target;
            let child = Children::of(&self.tape, here).find(holds).filter(|_| here < target)?;
            Some((std::mem::replace(&mut here, child), child))
        })
    }

    /// The value at `index` with all that it holds, as a document of its own.
    pub fn extract(&self, index: usize) -> Document {
        let root = self.tape[index];
        let rebased = |slot: &Slot| slot.rebased(root.start(), index);
        let mut tape = Vec::with_capacity(root.next() - index);
        tape.push(rebased(&root.without_name()));
        tape.extend(self.tape[index + 1..root.next()].iter().map(rebased));
        Document(Arc::new(Parts { text: Arc::new(self.text[root.start()..root.end()].to_owned()), tape }))
    }
}

/// An error without a path.
#[cold]
fn at(bytes: &[u8], fault: ParseFault, offset: usize) -> ParseError {
    let before = &bytes[..offset];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let begin = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |feed| feed + 1);
    let column = match std::str::from_utf8(&before[begin..]) {
        Ok(text) => text.chars().count() + 1,
        Err(_) => offset - begin + 1,
    };
    ParseError { fault, offset, line, column, path: String::new() }
}

/// What stands before the first byte that is not UTF-8 tells the path, or is itself what is wrong first.
#[cold]
fn not_utf8(bytes: &[u8], valid: usize, limits: &Limits) -> ParseError {
    let text = std::str::from_utf8(&bytes[..valid]).unwrap_or("");
    let mut pass = Pass::new(text, limits);
    let (fault, offset) = match pass.run() {
        Err(Stop { fault, at }) if at < valid => (fault, at),
        _ => (ParseFault::Encoding("not UTF-8"), valid),
    };
    ParseError { path: pass.path(), ..at(bytes, fault, offset) }
}
