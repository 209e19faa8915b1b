//! Why bytes are not a document, and where.

/// Why bytes were refused, and the place.
///
/// No text in here holds anything of the document but names of members that look like element names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at line {line}, column {column}{}", Within(path))]
pub struct ParseError {
    /// What is wrong.
    pub fault: ParseFault,
    /// Bytes before the place.
    pub offset: usize,
    /// From 1; lines end with a line feed.
    pub line: usize,
    /// From 1, in characters; in bytes when the line is not UTF-8.
    pub column: usize,
    /// The value at the place, as `Patient.name[0].given`. Empty at the root of what is not a resource.
    pub path: String,
}

/// What is wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseFault {
    /// Not JSON (RFC 8259).
    #[error("{0}")]
    Syntax(&'static str),
    /// Not UTF-8, or with a byte order mark, or with half a surrogate pair.
    #[error("{0}")]
    Encoding(&'static str),
    /// An object has two members of the same name. The place is the second one.
    #[error("a second member of the same name")]
    DuplicateName,
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
    /// Nested objects and arrays.
    #[error("nesting depth")]
    Depth,
    /// Values in the document.
    #[error("number of values")]
    Values,
    /// Members of an object.
    #[error("number of members")]
    Members,
    /// Bytes of a member's name.
    #[error("bytes of a name")]
    NameBytes,
    /// Bytes of a string.
    #[error("bytes of a string")]
    StringBytes,
    /// Bytes of a number.
    #[error("bytes of a number")]
    NumberBytes,
}

struct Within<'a>(&'a str);

impl std::fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", in {}", self.0) }
    }
}
