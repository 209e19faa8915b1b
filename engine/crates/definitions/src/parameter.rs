//! Search parameters.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Coded, TypeId};

/// A search parameter's number within one [`Definitions`](crate::Definitions): dense, from zero. Another image numbers
/// otherwise, so whoever stores it stores the image's fingerprint beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(u16);

impl ParameterId {
    /// The parameter of that number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The place in a table with one row per search parameter.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How to search, and on what.
#[derive(Clone, Debug)]
pub struct SearchParameter {
    /// Its own number.
    pub id: ParameterId,
    /// The canonical URL. Unique.
    pub url: Cow<'static, str>,
    /// The name in a search URL; `_id` and its like start with an underscore.
    pub code: Cow<'static, str>,
    /// How values are written and compared.
    pub kind: SearchKind,
    /// The FHIRPath that selects the values. Absent where the specification gives none (`_text`, `_filter` ...): such a
    /// parameter can't be evaluated from a resource alone.
    pub expression: Option<Cow<'static, str>>,
    /// How the selected values are used; absent for `_filter`.
    pub usage: Option<Usage>,
    /// The types that it is for. Empty where the specification leaves it out: such a parameter is found by URL only.
    pub base: Arc<[TypeId]>,
    /// What a reference parameter may point to; empty when nothing is said.
    pub targets: Arc<[TypeId]>,
    /// The parts of a composite, in the order in which a search writes their values.
    pub components: Box<[Component]>,
    /// Prefixes allowed; empty when nothing is said.
    pub comparators: Box<[Comparator]>,
    /// Modifiers allowed; empty when nothing is said.
    pub modifiers: Box<[Modifier]>,
    /// Chains allowed; empty when nothing is said.
    pub chains: Box<[Cow<'static, str>]>,
    /// Whether one parameter may list several values; absent when nothing is said.
    pub multiple_or: Option<bool>,
    /// Whether it may be repeated; absent when nothing is said.
    pub multiple_and: Option<bool>,
    /// An illustration of the specification, not for use: found by URL only.
    pub is_example: bool,
    /// Whether it can be searched by.
    pub readiness: Readiness,
}

/// Whether a search parameter can be searched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// Not before all resources are indexed by it.
    Waiting,
}

/// One part of a composite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The parameter whose kind this part has.
    pub parameter: ParameterId,
    /// FHIRPath, relative to each value of the composite's expression.
    pub expression: Cow<'static, str>,
}

/// How a search parameter's values are written and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SearchKind {
    /// Numbers.
    Number,
    /// Dates, times and periods.
    Date,
    /// Text, without case and accents.
    String,
    /// Codes, identifiers and booleans.
    Token,
    /// References and canonical URLs.
    Reference,
    /// Several values of one place.
    Composite,
    /// Numbers with a unit.
    Quantity,
    /// URIs, exactly.
    Uri,
    /// Each has rules of its own.
    Special,
}

impl Coded for SearchKind {
    const ALL: &'static [Self] = &[
        Self::Number,
        Self::Date,
        Self::String,
        Self::Token,
        Self::Reference,
        Self::Composite,
        Self::Quantity,
        Self::Uri,
        Self::Special,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::String => "string",
            Self::Token => "token",
            Self::Reference => "reference",
            Self::Composite => "composite",
            Self::Quantity => "quantity",
            Self::Uri => "uri",
            Self::Special => "special",
        }
    }
}

/// How the selected values are used. The specification calls it the XPath's usage; it holds for the expression too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// As the kind says.
    Normal,
    /// By how they sound.
    Phonetic,
    /// By how near they are.
    Nearby,
    /// By distance.
    Distance,
    /// As the parameter's own text says.
    Other,
}

impl Coded for Usage {
    const ALL: &'static [Self] = &[Self::Normal, Self::Phonetic, Self::Nearby, Self::Distance, Self::Other];

    fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Phonetic => "phonetic",
            Self::Nearby => "nearby",
            Self::Distance => "distance",
            Self::Other => "other",
        }
    }
}

/// A prefix of a number, date or quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Less.
    Lt,
    /// Greater or equal.
    Ge,
    /// Less or equal.
    Le,
    /// Starts after.
    Sa,
    /// Ends before.
    Eb,
    /// About.
    Ap,
}

impl Coded for Comparator {
    const ALL: &'static [Self] =
        &[Self::Eq, Self::Ne, Self::Gt, Self::Lt, Self::Ge, Self::Le, Self::Sa, Self::Eb, Self::Ap];

    fn code(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Lt => "lt",
            Self::Ge => "ge",
            Self::Le => "le",
            Self::Sa => "sa",
            Self::Eb => "eb",
            Self::Ap => "ap",
        }
    }
}

/// What may follow a parameter's name after a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `:missing`
    Missing,
    /// `:exact`
    Exact,
    /// `:contains`
    Contains,
    /// `:not`
    Not,
    /// `:text`
    Text,
    /// `:in`
    In,
    /// `:not-in`
    NotIn,
    /// `:below`
    Below,
    /// `:above`
    Above,
    /// A resource type, as in `subject:Patient`.
    Type,
    /// `:identifier`
    Identifier,
    /// `:of-type`
    OfType,
}

impl Coded for Modifier {
    const ALL: &'static [Self] = &[
        Self::Missing,
        Self::Exact,
        Self::Contains,
        Self::Not,
        Self::Text,
        Self::In,
        Self::NotIn,
        Self::Below,
        Self::Above,
        Self::Type,
        Self::Identifier,
        Self::OfType,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Exact => "exact",
            Self::Contains => "contains",
            Self::Not => "not",
            Self::Text => "text",
            Self::In => "in",
            Self::NotIn => "not-in",
            Self::Below => "below",
            Self::Above => "above",
            Self::Type => "type",
            Self::Identifier => "identifier",
            Self::OfType => "ofType",
        }
    }
}
