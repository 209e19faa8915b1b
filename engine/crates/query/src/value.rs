//! Typed values of filters.

use fornax_definitions::TypeId;
use fornax_model::{DateTime, Decimal};

use crate::text::TextExpression;

/// How a value of an ordered kind compares (R4 search, section "Prefixes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// The default: the value's range holds the resource's.
    Eq,
    /// The opposite.
    Ne,
    /// Above the value, in part or whole.
    Gt,
    /// Below the value, in part or whole.
    Lt,
    /// Above, or equal.
    Ge,
    /// Below, or equal.
    Le,
    /// Begins after the value ends.
    Sa,
    /// Ends before the value begins.
    Eb,
    /// About the value, within a tenth of it (for dates, of its distance from now).
    Ap,
    /// In `_filter`, of dates: has some time in common with the value.
    Po,
    /// In `_filter`, of dates: the resource's range holds the value's.
    Co,
}

/// The alternatives of one filter, of one kind: at least one, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of `_id`: resource ids, not checked for their shape (a wrong one matches nothing).
    Id(Vec<String>),
    /// Codes and systems.
    Token(Vec<TokenValue>),
    /// References.
    Reference(Vec<ReferenceValue>),
    /// Starts of strings, not folded.
    String(Vec<String>),
    /// Points and stretches of time.
    Date(Vec<DateValue>),
    /// Numbers.
    Number(Vec<NumberValue>),
    /// Numbers with units.
    Quantity(Vec<QuantityValue>),
    /// Whole URIs.
    Uri(Vec<String>),
    /// Whole strings, as written (`:exact`).
    Exact(Vec<String>),
    /// Parts of strings, not folded (`:contains`).
    Contains(Vec<String>),
    /// Words of texts: of `_text`, `_content`, and of a string's values (`:text`).
    Words(Vec<TextExpression>),
    /// Starts of what a code is called, not folded (`:text`).
    CodedText(Vec<String>),
    /// Starts of codes, not folded (`:code-text`).
    CodeStart(Vec<String>),
    /// Identifiers of a type (`:of-type`).
    OfType(Vec<OfTypeValue>),
    /// Identifiers that references bear (`:identifier`).
    Identifier(Vec<TokenValue>),
    /// URLs that values lie below, or are (`:below`); without a slash at the end.
    Below(Vec<String>),
    /// URLs that values lie above, or are (`:above`).
    Above(Vec<String>),
    /// Whole strings, not folded (`eq` in `_filter`).
    Whole(Vec<String>),
    /// Ends of strings, not folded (`ew`).
    End(Vec<String>),
    /// What some string is not as a whole, not folded (`ne`).
    OtherString(Vec<String>),
    /// What some code is not (`ne`).
    OtherToken(Vec<TokenValue>),
    /// What some URI is not, other versions aside (`ne`).
    OtherUri(Vec<String>),
    /// Starts of URIs (`sw`).
    UriStart(Vec<String>),
    /// Parts of URIs (`co`).
    UriPart(Vec<String>),
    /// Codes of value sets, by their canonical URLs or `ValueSet/id` (`:in`). What they are has to be worked out before a search.
    InSet(Vec<String>),
    /// Codes and all that their systems put below them (`:below`): system and code. To be worked out, too.
    CodesBelow(Vec<(String, String)>),
    /// Codes and all that their systems put above them (`:above`): system and code. To be worked out, too.
    CodesAbove(Vec<(String, String)>),
    /// References to these resources, and to all that their hierarchy puts below them (`:below`): type and id.
    ReferencesBelow(Vec<(TypeId, String)>),
    /// References to these resources, and to all that their hierarchy puts above them (`:above`): type and id.
    ReferencesAbove(Vec<(TypeId, String)>),
    /// References to members of this group, its type and id. Who they are has to be looked up in the group itself.
    ReferencesToMembers(TypeId, String),
    /// Circles around places (`near`).
    Near(Vec<NearValue>),
    /// Of each alternative a value for every component, in the order of the definition.
    Composite(Vec<Vec<Self>>),
}

impl Values {
    /// Whether other resources decide what they are: code systems and value sets, and what is part of what.
    pub(crate) fn is_by_others(&self) -> bool {
        matches!(self, Self::InSet(_) | Self::CodesBelow(_) | Self::CodesAbove(_))
            || matches!(self, Self::ReferencesBelow(_) | Self::ReferencesAbove(_))
            || matches!(self, Self::ReferencesToMembers(..))
    }

    /// How many alternatives there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Id(values)
            | Self::String(values)
            | Self::Uri(values)
            | Self::Exact(values)
            | Self::Contains(values)
            | Self::CodedText(values)
            | Self::CodeStart(values)
            | Self::Below(values)
            | Self::Above(values)
            | Self::Whole(values)
            | Self::End(values)
            | Self::OtherString(values)
            | Self::OtherUri(values)
            | Self::UriStart(values)
            | Self::UriPart(values) => values.len(),
            Self::Token(values) | Self::Identifier(values) | Self::OtherToken(values) => values.len(),
            Self::OfType(values) => values.len(),
            Self::Words(values) => values.iter().map(TextExpression::words).sum(),
            Self::ReferencesToMembers(..) => 1,
            Self::Near(values) => values.len(),
            Self::InSet(values) => values.len(),
            Self::CodesBelow(values) | Self::CodesAbove(values) => values.len(),
            Self::ReferencesBelow(values) | Self::ReferencesAbove(values) => values.len(),
            Self::Composite(values) => values.iter().map(Vec::len).sum(),
            Self::Reference(values) => values.len(),
            Self::Date(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Quantity(values) => values.len(),
        }
    }
}

/// What a token parameter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenValue {
    /// `code`: in any system, or in none.
    Code(String),
    /// `system|code`.
    Coding {
        /// The system's URI.
        system: String,
        /// The code in it.
        code: String,
    },
    /// `|code`: one that has no system.
    CodeWithoutSystem(String),
    /// `system|`: any code in it.
    System(String),
}

/// What `:of-type` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfTypeValue {
    /// The system of a coding of the identifier's type.
    pub system: String,
    /// That coding's code.
    pub code: String,
    /// The identifier's value.
    pub value: String,
}

/// What `near` asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearValue {
    /// Degrees to the north.
    pub latitude: f64,
    /// Degrees to the east.
    pub longitude: f64,
    /// How far, in metres.
    pub distance_m: f64,
}

/// What a reference parameter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceValue {
    /// `id`: a resource here, of any type that the parameter may point to.
    Id(String),
    /// `Type/id`, an absolute URL under one of the server's own bases, or `id` where only one type is possible.
    Local {
        /// The target's type.
        resource: TypeId,
        /// The target's id.
        id: String,
        /// The version, when the reference names one.
        version: Option<String>,
    },
    /// Any other absolute URL or URN; `url|version` for a canonical one.
    Url {
        /// Without the version.
        url: String,
        /// The business version.
        version: Option<String>,
    },
}

/// What a date parameter asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateValue {
    /// How it compares.
    pub prefix: Prefix,
    /// As exact as it was written; it stands for a stretch of time.
    pub date: DateTime,
}

/// What a number parameter asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberValue {
    /// How it compares.
    pub prefix: Prefix,
    /// As written: its digits say how exact it is meant.
    pub number: Decimal,
}

/// What a quantity parameter asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantityValue {
    /// The number and how it compares.
    pub number: NumberValue,
    /// In what.
    pub unit: Unit,
}

/// The unit that a quantity is asked for in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `number`: whatever the unit.
    Any,
    /// `number|system|code`.
    Coding {
        /// The unit system's URI.
        system: String,
        /// The unit's code in it.
        code: String,
    },
    /// `number||code`: the code or the human-readable unit, in any system.
    CodeOrName(String),
}
