//! `$lastn` of Observation: the last ones of each code.

use std::collections::HashMap;
use std::sync::Arc;

use fornax_definitions::Definitions;
use fornax_model::{Document, Interval, Node};
use fornax_postings::Budget;
use fornax_query::{Direction, Limits, Pairs, Query, SortBy, SortKey, Summary};
use fornax_search::Start;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{Rid, Seq, bug};
use crate::search::{SearchPage, SearchRequest};
use crate::search_run::{self, find, places, refused};
use crate::subset::Subset;
use crate::terminology;
use crate::view::View;
use crate::write::parse_stored;

/// Observations that are in memory at a time.
const AT_ONCE: usize = 500;

const PATH: &str = "Observation";

/// What a search takes and this does not: it has its own order and one page.
const NOT_TAKEN: [&str; 9] = [
    "_contained",
    "_containedType",
    "_count",
    "_explain",
    "_include",
    "_maxresults",
    "_revinclude",
    "_sort",
    "_total",
];

/// An Observation that matches.
struct Candidate {
    place: (Rid, Seq),
    /// A code of it: which one does not matter, as all of them are of one group.
    code: usize,
    /// The last moment of its time.
    until: Option<i64>,
}

/// The page; see [`Tenant::last_observations`](crate::Tenant::last_observations).
pub(crate) fn lastn(
    core: &Core,
    request: &SearchRequest,
    max: u32,
    budget: &Arc<Budget>,
) -> Result<SearchPage> {
    check(request)?;
    let (mut query, _, view) = search_run::read(core, request)?;
    if query.summary == Summary::Count {
        return Err(not_taken("_summary=count"));
    }
    let definitions = view.index.definitions();
    let applied = query.to_query_string(definitions);
    query.sort = newest_first(definitions)?;
    let mut groups = Groups::default();
    let candidates = candidates((core, &view), &query, &mut groups, budget)?;
    let chosen = chosen(&candidates, &mut groups, max);
    let versions = view.versions_within(&chosen, core.limits.page_bytes_max)?;
    if versions.len() < chosen.len() {
        return Err(too_costly("what is found is too large for one page: narrow it by code or category"));
    }
    let warnings = query.ignored.iter().map(|one| Issue::warning("not-supported", one.to_string())).collect();
    Ok(SearchPage {
        path: format!("{PATH}/$lastn"),
        total: Some(versions.len() as u64),
        matches: Subset { core, query: &query }.apply(versions)?,
        scores: None,
        contained: Vec::new(),
        includes: Vec::new(),
        commit: view.seq,
        applied: format!("max={max}&{applied}"),
        next: None,
        previous: None,
        warnings,
        steps: Vec::new(),
    })
}

/// Refuses what is no search for the observations of somebody.
fn check(request: &SearchRequest) -> Result<()> {
    if request.path != PATH {
        return Err(refused_as(ErrorKind::Invalid, "value", "only Observations have a last one"));
    }
    let pairs = Pairs::of_query_and_form(&request.query, &request.form, &Limits::default());
    let pairs = pairs.map_err(|error| refused(&error))?;
    let code = |name: &str| name.split([':', '.']).next().unwrap_or(name).to_owned();
    let names: Vec<String> =
        pairs.iter().filter(|pair| !pair.value.is_empty()).map(|pair| code(&pair.name)).collect();
    if let Some(name) = names.iter().find(|name| NOT_TAKEN.contains(&name.as_str())) {
        return Err(not_taken(name));
    }
    if !names.iter().any(|name| matches!(name.as_str(), "patient" | "subject")) {
        return Err(refused_as(ErrorKind::Invalid, "required", "$lastn needs patient or subject"));
    }
    Ok(())
}

/// By when they were made; those without a time last.
fn newest_first(definitions: &Definitions) -> Result<Vec<SortKey>> {
    let observation = definitions.type_named(PATH).ok_or_else(|| bug("there are no Observations"))?.id;
    let date = definitions.parameter_of_release(observation, "date");
    let by = SortBy::Parameter(date.ok_or_else(|| bug("Observations have no date"))?.id);
    Ok(vec![SortKey { by, direction: Direction::Descending }])
}

/// All matches in order, and their codes.
fn candidates(
    (core, view): (&Core, &View<'_>),
    query: &Query,
    groups: &mut Groups,
    budget: &Arc<Budget>,
) -> Result<Vec<Candidate>> {
    let mut query = query.clone();
    terminology::resolve(core, view, &mut query, budget)?;
    let (mut found, mut start) = (Vec::new(), Some(Start::default()));
    while let Some(from) = start {
        let page = find((core, view), &query, &from, AT_ONCE, budget)?;
        let most = core.limits.last_observations_max;
        if page.total.is_some_and(|total| total > most) {
            let text = format!("more than {most} observations match: narrow it by code, category or date");
            return Err(too_costly(&text));
        }
        let places = places(&page.hits);
        for (place, version) in places.iter().zip(view.versions(&places)?) {
            let document = parse_stored(&version.body.text)?;
            let code = groups.code_of(document.root().get("code"));
            found.push(Candidate { place: *place, code, until: effective(&document) });
        }
        start = page.next;
    }
    // Of those that are equally old, what was written last comes first.
    for equal in found.chunk_by_mut(|one: &Candidate, other| one.until == other.until) {
        equal.sort_unstable_by_key(|candidate| std::cmp::Reverse(candidate.place.1));
    }
    Ok(found)
}

/// The first `max` of each group, and those as new as the last of them.
fn chosen(candidates: &[Candidate], groups: &mut Groups, max: u32) -> Vec<(Rid, Seq)> {
    let mut taken: HashMap<usize, (u32, Option<i64>)> = HashMap::new();
    let mut chosen = Vec::new();
    for candidate in candidates {
        let (count, last) = taken.entry(groups.of(candidate.code)).or_insert((0, None));
        let is_tied = candidate.until.is_some() && candidate.until == *last;
        if *count < max || is_tied {
            (*count, *last) = (count.saturating_add(1), candidate.until);
            chosen.push(candidate.place);
        }
    }
    chosen
}

/// The last moment of when an Observation was made, by which it is in order; `None`: it does not say, or by a schedule alone. Times without a
/// zone are all of one.
fn effective(observation: &Document) -> Option<i64> {
    let root = observation.root();
    let at = |node: Node<'_>| Interval::parse(&node.as_str()?).ok();
    let whole = match root.get("effectiveDateTime").or_else(|| root.get("effectiveInstant")) {
        Some(node) => at(node),
        None => {
            let period = root.get("effectivePeriod")?;
            Interval::spanning(period.get("start").and_then(at), period.get("end").and_then(at))
        }
    };
    whole.map(|whole| whole.high)
}

/// What an Observation may be of.
#[derive(PartialEq, Eq, Hash)]
enum Code {
    /// Without a system: none is written.
    Coding(Option<String>, String),
    /// Of a concept without a coding; it may have no text either.
    Text(Option<String>),
}

/// Codes, and which of them are one.
#[derive(Default)]
struct Groups {
    codes: HashMap<Code, usize>,
    /// By the number of a code another one of its group; the same number of the one that stands for the group.
    others: Vec<usize>,
}

impl Groups {
    /// The number of a concept's code; all of its codings become one.
    fn code_of(&mut self, concept: Option<Node<'_>>) -> usize {
        let text = |node: Node<'_>, name| node.get(name).and_then(Node::as_str).map(String::from);
        let codings = concept.and_then(|concept| concept.get("coding")).into_iter().flat_map(Node::items);
        let codes =
            codings.filter_map(|coding| Some(Code::Coding(text(coding, "system"), text(coding, "code")?)));
        let mut numbers: Vec<usize> = codes.map(|code| self.number(code)).collect();
        if numbers.is_empty() {
            let text = concept.and_then(|concept| text(concept, "text"));
            numbers.push(self.number(Code::Text(text)));
        }
        let first = self.of(numbers[0]);
        for number in numbers {
            let other = self.of(number);
            self.others[other] = first;
        }
        first
    }

    fn number(&mut self, code: Code) -> usize {
        let next = self.codes.len();
        let number = *self.codes.entry(code).or_insert(next);
        if number == next {
            self.others.push(next);
        }
        number
    }

    /// The code that stands for the group of one.
    fn of(&mut self, mut code: usize) -> usize {
        while self.others[code] != code {
            self.others[code] = self.others[self.others[code]];
            code = self.others[code];
        }
        code
    }
}

fn not_taken(name: &str) -> Error {
    refused_as(ErrorKind::NotSupported, "not-supported", &format!("$lastn does not take {name}"))
}

fn too_costly(text: &str) -> Error {
    refused_as(ErrorKind::Limit, "too-costly", text)
}

fn refused_as(kind: ErrorKind, code: &'static str, text: &str) -> Error {
    Error::new(kind, Issue::error(code, text))
}

#[cfg(test)]
mod tests;
