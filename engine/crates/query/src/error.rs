//! Why a search is refused. No message holds a value: a value can be an identifier or a name.

use std::fmt;

use fornax_definitions::{Coded, SearchKind};

use crate::pairs::Pair;

/// A parameter in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name as the client wrote it, decoded, its modifier included; empty where it can't be read. For the client only: it can be anything.
    pub parameter: String,
    /// Which parameter it is, counted from 1 over query string and form.
    pub position: usize,
    /// Which character of the value, counted from 1, where the value is an expression.
    pub character: Option<usize>,
}

impl Place {
    /// Without a word of the client's.
    fn numbers(&self) -> String {
        let character = self.character.map_or(String::new(), |character| format!(", character {character}"));
        format!("parameter {}{character}", self.position)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parameter.as_str() {
            "" => out.write_str(&self.numbers()),
            name => write!(out, "'{name}' ({})", self.numbers()),
        }
    }
}

/// A refused search. `Display` is for the client: it repeats words of the request, and is not for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A parameter that breaks the search grammar.
    #[error("{place}: {fault}")]
    Invalid {
        /// Which.
        place: Place,
        /// How.
        fault: Fault,
    },
    /// A parameter that the type does not have, where none may be passed over.
    #[error("{place}: not a search parameter of this type")]
    Unknown {
        /// Which.
        place: Place,
    },
    /// Part of the specification that this server does not do. Passing it over would widen the result.
    #[error("{place}: {feature} not supported")]
    NotSupported {
        /// Which.
        place: Place,
        /// What.
        feature: Feature,
    },
    /// A search parameter that not all resources are indexed by yet: any answer would leave some out.
    #[error("{place}: resources are still being indexed by this search parameter; try again later")]
    NotReady {
        /// Which.
        place: Place,
    },
    /// A search over a type that does not exist.
    #[error("unknown resource type")]
    UnknownType,
    /// A search in a compartment of a type that has none.
    #[error("resources of this type have no compartment")]
    NoCompartment,
    /// More than the limits allow.
    #[error("{}the search has more than {max} {bound}", before(place.as_ref()))]
    Limit {
        /// Where, when it is one parameter's.
        place: Option<Place>,
        /// What there is too much of.
        bound: Bound,
        /// How much is allowed.
        max: usize,
    },
}

impl QueryError {
    /// The same, at that byte of the pair's value, if it is of the pair and does not say yet where in it.
    pub(crate) fn within(mut self, pair: &Pair, byte: usize) -> Self {
        let place = match &mut self {
            Self::Invalid { place, .. }
            | Self::Unknown { place }
            | Self::NotSupported { place, .. }
            | Self::NotReady { place } => Some(place),
            Self::Limit { place, .. } => place.as_mut(),
            Self::UnknownType | Self::NoCompartment => None,
        };
        if let Some(place) = place.filter(|place| place.character.is_none()) {
            *place = pair.place_at(byte);
        }
        self
    }
}

fn before(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |place| format!("{place}: "))
}

/// What is wrong with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// `%` without two hexadecimal digits.
    #[error("broken percent-encoding")]
    PercentEncoding,
    /// Decoded bytes that are not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// A backslash before anything but `,`, `|`, `$` or a backslash.
    #[error("a backslash may only stand before a comma, a bar, a dollar sign or a backslash")]
    Escape,
    /// Nothing between two commas, or no name before `=`.
    #[error("empty between its separators")]
    Empty,
    /// No value at all.
    #[error("has no value")]
    NoValue,
    /// Given more than once where it may not be.
    #[error("given more than once")]
    Repeated,
    /// A modifier that the specification does not have.
    #[error("unknown modifier")]
    Modifier,
    /// A modifier on a parameter that takes none.
    #[error("takes no modifier")]
    NoModifier,
    /// A modifier of another kind of parameter.
    #[error("this modifier is not for parameters of this kind")]
    ModifierKind,
    /// A chain on a parameter that is no reference.
    #[error("only a reference can be followed by a chain")]
    ChainKind,
    /// A chain that no type of target can take.
    #[error("no type that it may refer to has such a parameter")]
    ChainTarget,
    /// Not `_has:Type:reference:parameter`.
    #[error("expected _has:Type:reference:parameter, with parameters of that type")]
    Has,
    /// A composite with another number of parts.
    #[error("expected as many parts, separated by $, as the composite has")]
    Composite,
    /// Not `system|code|value`.
    #[error("expected system|code|value of an identifier's type and value")]
    OfType,
    /// Not `system|code`, where a code's place in its system counts.
    #[error("expected system|code")]
    Coding,
    /// A resource of which none can be a part.
    #[error("not a resource here, of a type whose resources are part of each other")]
    Hierarchy,
    /// Not `latitude|longitude|distance|unit`.
    #[error(
        "expected latitude|longitude, or with |distance|unit: degrees to the north and east, and how far"
    )]
    Near,
    /// Not a unit of length.
    #[error("expected a UCUM unit of length, such as km or [mi_us]")]
    Length,
    /// Not a URL, where paths are compared.
    #[error("expected a URL; a URN has no path")]
    Path,
    /// A parameter that only a search over several types takes.
    #[error("only for searches over several types")]
    OneType,
    /// Not `code`, `system|code`, `|code` or `system|`.
    #[error("not a token: expected code, system|code, |code or system|")]
    Token,
    /// Not a date, or not one that exists.
    #[error("not a date: expected YYYY, YYYY-MM, YYYY-MM-DD or a time with minutes")]
    Date,
    /// Not a decimal number.
    #[error("not a number")]
    Number,
    /// A number with more digits or a greater power than can be compared exactly.
    #[error("a number with too many digits or too great a power of ten")]
    NumberRange,
    /// Not `number`, `number|system|code` or `number||code`.
    #[error("not a quantity: expected number, number|system|code or number||code")]
    Quantity,
    /// Not `id`, `Type/id` or an absolute URL.
    #[error("not a reference: expected id, Type/id or an absolute URL")]
    Reference,
    /// A resource type that does not exist.
    #[error("unknown resource type")]
    ResourceType,
    /// Not one of the words that the parameter takes.
    #[error("expected one of: {0}")]
    Choice(&'static str),
    /// Not a moment, which a time without a zone or without seconds is not.
    #[error("expected an instant, such as 2026-01-31T12:00:00Z")]
    Instant,
    /// Not a whole number from 0.
    #[error("expected a whole number from 0")]
    Count,
    /// A name in `_sort` that nothing can be sorted by.
    #[error("not a search parameter that can be sorted by")]
    SortKey,
    /// A name in `_elements` that the type does not have.
    #[error("not an element of this type")]
    Element,
    /// Something else than a `_filter` has at that place.
    #[error("expected {0}")]
    Expected(&'static str),
    /// No operator after a name in a `_filter`.
    #[error("expected a space and an operator: eq, ne, co, sw, ew, gt, lt, ge, le, ap, sa, eb, pr, po, re")]
    Operator,
    /// A string of a `_filter` that is none.
    #[error("not a string: expected a closing quotation mark, and the escapes of JSON")]
    Text,
    /// A name in a `_filter` that is none.
    #[error("not a search parameter of this type")]
    Name,
    /// An operator of a `_filter` for another kind of parameter.
    #[error("this operator is not for parameters of this kind")]
    OperatorKind,
    /// A quotation mark of a text search that no other one closes.
    #[error("expected a closing quotation mark")]
    Quotation,
    /// A star of a text search that follows no word, or stands within one.
    #[error("a star may only stand at the end of a word")]
    Star,
    /// A sort by score where nothing is scored.
    #[error("_score is for searches that ask for words: _text, _content or a string's :text")]
    Unscored,
    /// Not `Type:parameter` or `Type:parameter:Type` of references from or to the searched type.
    #[error("no such reference: expected Type:parameter or Type:parameter:TargetType")]
    Include,
}

/// A part of the specification that is not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A modifier, by its name.
    Modifier(&'static str),
    /// `subject.name`, `subject:Patient.name`, `_has`, `_list`, where a write or a reference depends on it.
    GuardedJoin,
    /// The same, of contained resources.
    ContainedJoin,
    /// What can't stand beside `_contained`.
    BesideContained,
    /// `_contained` in a compartment.
    InCompartment,
    /// Parameters of this kind.
    Kind(SearchKind),
    /// The parameter itself.
    Parameter,
    /// A value of the parameter.
    Value(&'static str),
    /// `name[filter]` in a `_filter`, where the name is no reference's.
    ElementFilter,
}

impl fmt::Display for Feature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modifier(name) => write!(out, "the modifier :{name} is"),
            Self::GuardedJoin => write!(out, "in criteria, what other resources say is"),
            Self::ContainedJoin => write!(out, "beside _contained, what other resources say is"),
            Self::BesideContained => write!(out, "beside _contained, the parameter is"),
            Self::InCompartment => write!(out, "in a compartment, the parameter is"),
            Self::Kind(kind) => write!(out, "{} parameters are", kind.code()),
            Self::Parameter => write!(out, "the parameter is"),
            Self::Value(value) => write!(out, "the value {value} is"),
            Self::ElementFilter => write!(out, "a filter in brackets after what is no reference is"),
        }
    }
}

/// What a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Bytes of query string and form.
    RequestBytes,
    /// Parameters.
    Parameters,
    /// Bytes of a name.
    NameBytes,
    /// Bytes of a value.
    ValueBytes,
    /// Values.
    Values,
    /// Links of chains and `_has` in one name.
    Links,
    /// Meanings of parameters, one for each type that a chain may lead to.
    Meanings,
    /// Tests in a `_filter`.
    FilterTests,
    /// Levels of a `_filter`.
    FilterDepth,
    /// Words of one text expression.
    TextWords,
    /// Levels of one text expression.
    TextDepth,
    /// Sort keys.
    SortKeys,
    /// Includes.
    Includes,
    /// Elements.
    Elements,
}

impl Bound {
    /// Refuses more than the limit allows.
    pub(crate) fn holds(self, count: usize, max: usize) -> Result<(), QueryError> {
        if count > max { Err(QueryError::Limit { place: None, bound: self, max }) } else { Ok(()) }
    }

    /// The same, of one parameter.
    pub(crate) fn holds_in(self, pair: &Pair, count: usize, max: usize) -> Result<(), QueryError> {
        let place = || Some(pair.place());
        if count > max { Err(QueryError::Limit { place: place(), bound: self, max }) } else { Ok(()) }
    }

    /// The same, of what stands at that byte of one parameter's value.
    pub(crate) fn holds_at(
        self,
        (pair, byte): (&Pair, usize),
        count: usize,
        max: usize,
    ) -> Result<(), QueryError> {
        self.holds_in(pair, count, max).map_err(|error| error.within(pair, byte))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::RequestBytes => "bytes",
            Self::Parameters => "parameters",
            Self::NameBytes => "bytes in a parameter's name",
            Self::ValueBytes => "bytes in a value",
            Self::Values => "values",
            Self::Meanings => "types that its chains may lead to: name them, as in subject:Patient.name",
            Self::Links => "links of chains in one name",
            Self::FilterTests => "tests in one filter",
            Self::FilterDepth => "levels in one filter",
            Self::TextWords => "words in one text expression",
            Self::TextDepth => "levels in one text expression",
            Self::SortKeys => "sort keys",
            Self::Includes => "includes",
            Self::Elements => "elements",
        })
    }
}
