//! A search as it will be run, and how it is written back.

use fornax_definitions::{Definitions, ParameterId, TypeId};

use crate::error::QueryError;
use crate::limits::Limits;
use crate::pairs;
use crate::value::Values;

/// A search over one resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The type that is searched.
    pub resource: TypeId,
    /// All must hold; in the order given. Without any, every resource of the type matches.
    pub filters: Vec<Filter>,
    /// First key first; empty for the server's own order.
    pub sort: Vec<SortKey>,
    /// Matches on a page as asked for, already lowered to the limit; never 0.
    pub count: Option<u32>,
    /// What `Bundle.total` holds.
    pub total: Total,
    /// Which part of each resource is wanted.
    pub summary: Summary,
    /// Top-level elements wanted, by their names in the definitions or in JSON; empty for all.
    pub elements: Vec<String>,
    /// What comes along with the matches.
    pub includes: Vec<Include>,
    /// Parameters that were passed over, each with the reason: warnings in the result.
    pub ignored: Vec<QueryError>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The search parameter.
    pub parameter: ParameterId,
    /// One of these must match.
    pub values: Values,
    /// The parameter's name as given, its modifier included.
    pub name: String,
    /// The values as given, decoded.
    pub text: String,
}

/// One key of `_sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The search parameter whose values are compared.
    pub parameter: ParameterId,
    /// Which end comes first.
    pub direction: Direction,
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first (`-`).
    Descending,
}

/// `_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// The exact number; the default.
    Accurate,
    /// An estimate will do.
    Estimate,
    /// No total.
    None,
}

/// `_summary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// Whole resources; the default.
    False,
    /// Elements marked as summary.
    True,
    /// Text, id, meta and mandatory elements.
    Text,
    /// Everything but the text.
    Data,
    /// The total alone. `_count=0` means the same.
    Count,
}

/// `_include` or `_revinclude`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// Which way the references are followed.
    pub way: Way,
    /// The type that holds the references: the searched type for `_include`.
    pub source: TypeId,
    /// The search parameter that finds them; `None` for all of the source's (`*`).
    pub parameter: Option<ParameterId>,
    /// The only type of the other end that is wanted.
    pub target: Option<TypeId>,
    /// As given, decoded.
    pub text: String,
}

/// The direction of an include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From a match to what it refers to.
    Include,
    /// From a match to what refers to it.
    RevInclude,
}

impl Query {
    /// A search for everything of a type.
    pub fn all(resource: TypeId) -> Self {
        Self {
            resource,
            filters: Vec::new(),
            sort: Vec::new(),
            count: None,
            total: Total::Accurate,
            summary: Summary::False,
            elements: Vec::new(),
            includes: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Matches on a page.
    pub fn page_size(&self, limits: &Limits) -> u32 {
        self.count.unwrap_or(limits.count_default)
    }

    /// The query string of what is applied, encoded, without `?`: filters as given, then result parameters in a fixed
    /// order, without what was passed over.
    pub fn to_query_string(&self, definitions: &Definitions) -> String {
        let mut out = String::new();
        for filter in &self.filters {
            pairs::append(&mut out, &filter.name, &filter.text);
        }
        for include in &self.includes {
            pairs::append(&mut out, include.way.name(), &include.text);
        }
        if !self.sort.is_empty() {
            let keys: Vec<String> = self.sort.iter().map(|key| key.text(definitions)).collect();
            pairs::append(&mut out, "_sort", &keys.join(","));
        }
        if !self.elements.is_empty() {
            pairs::append(&mut out, "_elements", &self.elements.join(","));
        }
        if let Some(word) = self.summary.word() {
            pairs::append(&mut out, "_summary", word);
        }
        if let Some(word) = self.total.word() {
            pairs::append(&mut out, "_total", word);
        }
        if let Some(count) = self.count {
            pairs::append(&mut out, "_count", &count.to_string());
        }
        out
    }
}

impl SortKey {
    fn text(self, definitions: &Definitions) -> String {
        let sign = if self.direction == Direction::Descending { "-" } else { "" };
        format!("{sign}{}", definitions.parameter_of(self.parameter).code)
    }
}

impl Way {
    /// The parameter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Include => "_include",
            Self::RevInclude => "_revinclude",
        }
    }
}

impl Total {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Accurate => None,
            Self::Estimate => Some("estimate"),
            Self::None => Some("none"),
        }
    }
}

impl Summary {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::False => None,
            Self::True => Some("true"),
            Self::Text => Some("text"),
            Self::Data => Some("data"),
            Self::Count => Some("count"),
        }
    }
}
