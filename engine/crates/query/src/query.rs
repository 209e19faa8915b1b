//! A search as it will be run, and how it is written back.

use fornax_definitions::{Definitions, ParameterId, TypeId};
use fornax_model::date::instant_text;

use crate::condition::Condition;
use crate::error::QueryError;
use crate::limits::Limits;
use crate::pairs;
use crate::scope::Types;

/// A search.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The types that are searched.
    pub types: Types,
    /// `_type` as given, decoded.
    pub type_text: Option<String>,
    /// What the compartment asks.
    pub within: Option<Condition>,
    /// All must hold; in the order given. Without any, every resource of the types matches.
    pub filters: Vec<Filter>,
    /// First key first; empty for the server's own order.
    pub sort: Vec<SortKey>,
    /// Matches on a page as asked for, already lowered to the limit; never 0.
    pub count: Option<u32>,
    /// Matches on all pages together (`_maxresults`); never 0.
    pub max_results: Option<u64>,
    /// What `Bundle.total` holds.
    pub total: Total,
    /// Which part of each resource is wanted.
    pub summary: Summary,
    /// Top-level elements wanted, by their names in the definitions or in JSON; empty for all.
    pub elements: Vec<String>,
    /// What comes along with the matches.
    pub includes: Vec<Include>,
    /// The moment as of which it is answered (`_asof`), in microseconds since 1970; `None`: now.
    pub as_of_us: Option<i64>,
    /// Whether contained resources are searched (`_contained`).
    pub contained: Contained,
    /// What stands for contained resources that match (`_containedType`).
    pub contained_as: ContainedAs,
    /// Whether the result shall say how it came about (`_explain=true`).
    pub is_explained: bool,
    /// Parameters that were passed over, each with the reason: warnings in the result.
    pub ignored: Vec<QueryError>,
}

/// One parameter that says what must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// What it says.
    pub condition: Condition,
    /// The parameter's name as given, its modifier included.
    pub name: String,
    /// The values as given, decoded.
    pub text: String,
}

/// One key of `_sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// What is compared.
    pub by: SortBy,
    /// Which end comes first.
    pub direction: Direction,
}

/// What `_sort` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The values of a search parameter.
    Parameter(ParameterId),
    /// How well resources fit the words asked for. What fits best is first when ascending (`_score`), last when descending
    /// (`-_score`).
    Score,
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

/// `_contained`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contained {
    /// Resources that stand for themselves are searched; the default (`false`).
    Unsearched,
    /// Contained resources alone are searched (`true`).
    Alone,
    /// Both are.
    Both,
}

/// `_containedType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainedAs {
    /// The resource that contains them; the default.
    Container,
    /// The contained resource itself.
    Itself,
}

/// `_include` or `_revinclude`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// Which way the references are followed.
    pub way: Way,
    /// Whether they are followed from what was included, too (`:iterate`).
    pub reach: Reach,
    /// The type that holds the references; `None` for every one.
    pub source: Option<TypeId>,
    /// The search parameter that finds them; `None` for all of the source's (`*`).
    pub parameter: Option<ParameterId>,
    /// The types of the other end that are wanted.
    pub target: Types,
    /// As given, decoded; empty where it goes without saying.
    pub text: String,
}

/// From where an include starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From the matches.
    Matches,
    /// From the matches and from what is included.
    Included,
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
    /// A search for everything of these types.
    pub fn all(types: Types) -> Self {
        Self {
            types,
            type_text: None,
            within: None,
            filters: Vec::new(),
            sort: Vec::new(),
            count: None,
            max_results: None,
            total: Total::Accurate,
            summary: Summary::False,
            elements: Vec::new(),
            includes: Vec::new(),
            as_of_us: None,
            contained: Contained::Unsearched,
            contained_as: ContainedAs::Container,
            is_explained: false,
            ignored: Vec::new(),
        }
    }

    /// All that must hold of a match, beside its type.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.within.iter().chain(self.filters.iter().map(|filter| &filter.condition))
    }

    /// The search parameters that it goes by, in order, each once.
    pub fn parameters(&self) -> Vec<ParameterId> {
        let sorted_by = self.sort.iter().filter_map(|key| match key.by {
            SortBy::Parameter(parameter) => Some(parameter),
            SortBy::Score => None,
        });
        let mut found: Vec<_> =
            sorted_by.chain(self.includes.iter().filter_map(|include| include.parameter)).collect();
        self.conditions().for_each(|condition| condition.add_parameters(&mut found));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Matches on a page.
    pub fn page_size(&self, limits: &Limits) -> u32 {
        self.count.unwrap_or(limits.count_default)
    }

    /// The query string of what is applied, encoded, without `?`: filters as given, then result parameters in a fixed
    /// order, without what was passed over.
    pub fn to_query_string(&self, definitions: &Definitions) -> String {
        let mut out = String::new();
        if let Some(types) = &self.type_text {
            pairs::append(&mut out, "_type", types);
        }
        for filter in &self.filters {
            pairs::append(&mut out, &filter.name, &filter.text);
        }
        for include in self.includes.iter().filter(|include| !include.text.is_empty()) {
            let name = match include.reach {
                Reach::Matches => include.way.name().to_owned(),
                Reach::Included => format!("{}:iterate", include.way.name()),
            };
            pairs::append(&mut out, &name, &include.text);
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
        if let Some(moment) = self.as_of_us.and_then(instant_text) {
            pairs::append(&mut out, "_asof", &moment);
        }
        if let Some(word) = self.contained.word() {
            pairs::append(&mut out, "_contained", word);
            if self.contained_as == ContainedAs::Itself {
                pairs::append(&mut out, "_containedType", "contained");
            }
        }
        if self.is_explained {
            pairs::append(&mut out, "_explain", "true");
        }
        if let Some(max) = self.max_results {
            pairs::append(&mut out, "_maxresults", &max.to_string());
        }
        if let Some(count) = self.count {
            pairs::append(&mut out, "_count", &count.to_string());
        }
        out
    }
}

/// The name of [`SortBy::Score`].
pub(crate) const SCORE: &str = "_score";

impl SortKey {
    fn text(self, definitions: &Definitions) -> String {
        let sign = if self.direction == Direction::Descending { "-" } else { "" };
        let code = match self.by {
            SortBy::Parameter(parameter) => &*definitions.parameter_of(parameter).code,
            SortBy::Score => SCORE,
        };
        format!("{sign}{code}")
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

impl Contained {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Unsearched => None,
            Self::Alone => Some("true"),
            Self::Both => Some("both"),
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
