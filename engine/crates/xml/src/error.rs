//! Why something is not FHIR's XML, or can't become it, and where.

use crate::place::Place;

/// Why XML was refused, and the place.
///
/// No text in here holds anything of the document but names that look like elements' names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at line {line}, column {column}{}", Within(path))]
pub struct XmlError {
    /// What is wrong.
    pub fault: XmlFault,
    /// From 1.
    pub line: usize,
    /// From 1, in characters; in bytes when the line is not UTF-8.
    pub column: usize,
    /// The element or attribute at the place, as `Patient.name[0].given`. Empty around and before the outermost element.
    pub path: String,
}

/// What is wrong with XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// Not UTF-8, or said not to be.
    #[error("{0}")]
    Encoding(&'static str),
    /// Not XML (XML 1.0, Namespaces in XML 1.0).
    #[error("{0}")]
    Syntax(&'static str),
    /// XML, but of a kind that FHIR does not use and that is not safe to read.
    #[error("{0}")]
    Forbidden(&'static str),
    /// An element, attribute or text that FHIR does not have there.
    #[error("{0}")]
    Structure(&'static str),
    /// A value that JSON can't hold in the place of that element.
    #[error("{0}")]
    Value(&'static str),
    /// One of the [`Limits`](crate::Limits).
    #[error("{bound} over the limit of {max}")]
    Limit {
        /// Which one.
        bound: Bound,
        /// Its value.
        max: usize,
    },
}

/// What a limit is set on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bound {
    /// Bytes of the document.
    #[error("document bytes")]
    DocumentBytes,
    /// Nested elements.
    #[error("nesting depth")]
    Depth,
    /// Elements in the document.
    #[error("number of elements")]
    Elements,
    /// Attributes of an element.
    #[error("number of attributes")]
    Attributes,
    /// Bytes of an attribute's value.
    #[error("bytes of an attribute")]
    AttributeBytes,
    /// Declarations of namespaces in force.
    #[error("number of namespaces")]
    Namespaces,
    /// Operations of a patch.
    #[error("number of operations")]
    Operations,
    /// Bytes of a patch's selector.
    #[error("bytes of a selector")]
    SelectorBytes,
}

/// Why a resource can't be written as XML, and the place. The text holds nothing of the resource but such names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}{}", Within(path))]
pub struct WriteError {
    /// What is wrong.
    pub fault: WriteFault,
    /// The element, as `Patient.name[0].given`. Empty of what is no resource.
    pub path: String,
}

/// What keeps a resource from being written as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteFault {
    /// A control character, or another that XML has no way to write.
    #[error("a character that XML can't hold")]
    Character,
    /// JSON that is not of the form of that element, or a narrative that is no XHTML.
    #[error("{0}")]
    Structure(&'static str),
    /// More elements around an element than [`Limits::depth_max`](crate::Limits::depth_max).
    #[error("nesting depth over the limit of {0}")]
    Depth(usize),
    /// XML of more bytes than [`Limits::document_bytes_max`](crate::Limits::document_bytes_max).
    #[error("document bytes over the limit of {0}")]
    Bytes(usize),
}

/// A fault on its way out, with its place in the text, and the path once it is known.
#[derive(Debug)]
pub(crate) struct Stop {
    pub fault: XmlFault,
    /// Bytes before the place.
    pub at: usize,
    /// Empty until it is known.
    pub path: String,
}

impl Stop {
    pub fn new(fault: XmlFault, at: usize) -> Self {
        Self { fault, at, path: String::new() }
    }

    pub fn syntax(text: &'static str, at: usize) -> Self {
        Self::new(XmlFault::Syntax(text), at)
    }

    pub fn limit(bound: Bound, max: usize, at: usize) -> Self {
        Self::new(XmlFault::Limit { bound, max }, at)
    }

    /// Says in which element this is, unless an inner one is known.
    pub fn within(mut self, place: &Place<'_>) -> Self {
        if self.path.is_empty() {
            self.path = place.to_string();
        }
        self
    }

    /// Puts line and column to it.
    #[cold]
    pub fn located(self, bytes: &[u8]) -> XmlError {
        let before = &bytes[..self.at.min(bytes.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let begin = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |feed| feed + 1);
        let column = match std::str::from_utf8(&before[begin..]) {
            Ok(text) => text.chars().count() + 1,
            Err(_) => before.len() - begin + 1,
        };
        XmlError { fault: self.fault, line, column, path: self.path }
    }
}

pub(crate) struct Within<'a>(pub &'a str);

impl std::fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", in {}", self.0) }
    }
}
