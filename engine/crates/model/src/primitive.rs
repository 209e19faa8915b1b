//! FHIR's primitive types, and which JSON values are theirs (R4, datatypes, section "Primitive Types").

mod text;
mod xhtml;

use crate::date::{DateTime, Precision, check_time};
use crate::decimal::{Decimal, DecimalFault};
use crate::node::Node;
use crate::tape::Kind;

/// A primitive type of FHIR R4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Primitive {
    /// `true` or `false`.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number from 1.
    PositiveInt,
    /// A whole number from 0.
    UnsignedInt,
    /// A number of any precision.
    Decimal,
    /// Text.
    String,
    /// A word, or words with one white space between any two.
    Code,
    /// The name of a resource.
    Id,
    /// A URI.
    Uri,
    /// A URL.
    Url,
    /// The URI of a definition, perhaps with its version.
    Canonical,
    /// An object identifier as URN.
    Oid,
    /// A UUID as URN.
    Uuid,
    /// Text with marks.
    Markdown,
    /// Bytes.
    Base64Binary,
    /// A year, month or day.
    Date,
    /// A year, month, day, or a moment.
    DateTime,
    /// A moment.
    Instant,
    /// A time of day.
    Time,
    /// A narrative's content.
    Xhtml,
}

/// Why a JSON value is not one of a primitive type. The text never holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrimitiveFault {
    /// Another kind of JSON value.
    #[error("must be a JSON {}", kind_name(*expected))]
    Kind {
        /// The kind that the type takes.
        expected: Kind,
    },
    /// A string without content.
    #[error("must not be empty")]
    Empty,
    /// More characters than the type takes.
    #[error("must not have more than {max} characters")]
    TooLong {
        /// How many it takes.
        max: usize,
    },
    /// A number, date or time that does not exist, or that the type does not reach to.
    #[error("out of range")]
    OutOfRange,
    /// Not of the form of the type.
    #[error("not {0}")]
    Malformed(&'static str),
}

const TABLE: &[(&str, Primitive)] = &[
    ("base64Binary", Primitive::Base64Binary),
    ("boolean", Primitive::Boolean),
    ("canonical", Primitive::Canonical),
    ("code", Primitive::Code),
    ("date", Primitive::Date),
    ("dateTime", Primitive::DateTime),
    ("decimal", Primitive::Decimal),
    ("id", Primitive::Id),
    ("instant", Primitive::Instant),
    ("integer", Primitive::Integer),
    ("markdown", Primitive::Markdown),
    ("oid", Primitive::Oid),
    ("positiveInt", Primitive::PositiveInt),
    ("string", Primitive::String),
    ("time", Primitive::Time),
    ("unsignedInt", Primitive::UnsignedInt),
    ("uri", Primitive::Uri),
    ("url", Primitive::Url),
    ("uuid", Primitive::Uuid),
    ("xhtml", Primitive::Xhtml),
];

impl Primitive {
    /// The type of that name in FHIR; `None` when there is no such primitive type.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(known, _)| *known == name).map(|(_, primitive)| *primitive)
    }

    /// The kind of JSON value that the type takes.
    pub fn kind(self) -> Kind {
        match self {
            Self::Boolean => Kind::Bool,
            Self::Integer | Self::PositiveInt | Self::UnsignedInt | Self::Decimal => Kind::Number,
            _ => Kind::String,
        }
    }

    /// Checks that a value is one of this type. `null`, which stands for a value that is absent in a list, is none.
    pub fn check(self, node: Node<'_>) -> Result<(), PrimitiveFault> {
        if let Some(number) = node.as_number().filter(|_| self.kind() == Kind::Number) {
            return self.check_number(number);
        }
        match node.as_str() {
            Some(text) if self.kind() == Kind::String => self.check_text(&text),
            _ if node.kind() == self.kind() => Ok(()),
            _ => Err(PrimitiveFault::Kind { expected: self.kind() }),
        }
    }

    fn check_number(self, number: &str) -> Result<(), PrimitiveFault> {
        let least = match self {
            Self::PositiveInt => 1,
            Self::UnsignedInt => 0,
            Self::Integer => i32::MIN,
            _ => return Decimal::parse(number).map(|_| ()).map_err(PrimitiveFault::from),
        };
        let digits = number.strip_prefix('-').unwrap_or(number);
        if number == "-0" || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(PrimitiveFault::Malformed("a whole number"));
        }
        match number.parse::<i32>() {
            Ok(value) if value >= least => Ok(()),
            _ => Err(PrimitiveFault::OutOfRange),
        }
    }

    /// Checks a string's text, escapes resolved. Of the types that are no JSON strings, no text is one.
    pub fn check_text(self, text: &str) -> Result<(), PrimitiveFault> {
        if text.is_empty() {
            return Err(PrimitiveFault::Empty);
        }
        let of_form = |fits: bool, form: &'static str| {
            if fits { Ok(()) } else { Err(PrimitiveFault::Malformed(form)) }
        };
        match self {
            Self::Boolean | Self::Integer | Self::PositiveInt | Self::UnsignedInt | Self::Decimal => {
                Err(PrimitiveFault::Kind { expected: self.kind() })
            }
            Self::String | Self::Markdown => text::check_string(text),
            Self::Code => of_form(text::is_code(text), "a code: words with one space between any two"),
            Self::Id => of_form(text::is_id(text), "an id: 1 to 64 letters, digits, hyphens and dots"),
            Self::Uri | Self::Url | Self::Canonical => of_form(text::is_uri(text), "a URI: no white space"),
            Self::Oid => of_form(text::is_oid(text), "an OID as urn:oid"),
            Self::Uuid => of_form(text::is_uuid(text), "a UUID as urn:uuid in lower case"),
            Self::Base64Binary => of_form(text::is_base64(text), "base64"),
            Self::Date | Self::DateTime | Self::Instant => self.check_date(text),
            Self::Time => check_time(text).map_err(|fault| date_fault(fault, "a time as hh:mm:ss")),
            Self::Xhtml => xhtml::check(text),
        }
    }

    fn check_date(self, text: &str) -> Result<(), PrimitiveFault> {
        let form = match self {
            Self::Date => "a date as YYYY, YYYY-MM or YYYY-MM-DD",
            Self::Instant => "an instant as YYYY-MM-DDThh:mm:ss with a zone",
            _ => "a date and time as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone",
        };
        let date = DateTime::parse(text).map_err(|fault| date_fault(fault, form))?;
        let is_moment = date.precision() >= Precision::Second && date.offset().is_some();
        let is_date = date.precision() <= Precision::Day;
        let fits = match self {
            Self::Date => is_date,
            Self::Instant => is_moment,
            _ => is_date || is_moment,
        };
        if fits { Ok(()) } else { Err(PrimitiveFault::Malformed(form)) }
    }
}

fn date_fault(fault: crate::DateFault, form: &'static str) -> PrimitiveFault {
    match fault {
        crate::DateFault::Malformed => PrimitiveFault::Malformed(form),
        crate::DateFault::Impossible => PrimitiveFault::OutOfRange,
    }
}

impl From<DecimalFault> for PrimitiveFault {
    fn from(fault: DecimalFault) -> Self {
        match fault {
            DecimalFault::Malformed => Self::Malformed("a decimal number"),
            DecimalFault::OutOfRange => Self::OutOfRange,
        }
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}

#[cfg(test)]
mod tests;
