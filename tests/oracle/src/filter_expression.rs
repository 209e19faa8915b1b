//! `_filter` (search_filter.html): reading an expression, and what it asks of resources of a type.

use crate::criteria::{Criterion, chain};
use crate::json::Json;
use crate::parameters::{Kind, Parameter, parameter};
use crate::query::split;
use crate::refusal::Refusal;
use crate::wanted::Wanted;

/// How deep parentheses and brackets may go, and how deep what they mean.
const DEPTH_MAX: usize = 16;
/// How many tests there may be.
const TESTS_MAX: usize = 256;
/// How many names may stand before the last one, those around brackets counted.
const LINKS_MAX: usize = 8;

/// An expression as it is written.
#[derive(Clone, Debug)]
enum Filter {
    Test { links: Vec<Link>, name: String, operator: String, value: String },
    Not(Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
}

/// `name.` or `name[filter].`
#[derive(Clone, Debug)]
struct Link {
    name: String,
    filter: Option<Filter>,
}

/// What an expression asks of a type.
///
/// # Errors
/// What is wrong with it; names that the type does not have are.
pub fn criterion(resource_type: &str, text: &str) -> Result<Criterion, Refusal> {
    let letters: Vec<char> = text.chars().collect();
    let mut reader = Reader { letters: &letters, at: 0, open: 0, links: 0, tests: 0 };
    let filter = reader.filter()?;
    if reader.at < letters.len() {
        return Err(Refusal::Invalid);
    }
    asked(&filter, resource_type)?.ok_or(Refusal::Invalid)
}

/// Goes through the letters.
struct Reader<'a> {
    letters: &'a [char],
    at: usize,
    open: usize,
    links: usize,
    tests: usize,
}

impl Reader<'_> {
    fn spaces(&mut self) {
        while self.letters.get(self.at).is_some_and(|letter| letter.is_whitespace()) {
            self.at += 1;
        }
    }

    /// At least one.
    fn space(&mut self) -> Result<(), Refusal> {
        let before = self.at;
        self.spaces();
        if self.at > before { Ok(()) } else { Err(Refusal::Invalid) }
    }

    fn next_is(&self, letter: char) -> bool {
        self.letters.get(self.at) == Some(&letter)
    }

    fn expect(&mut self, letter: char) -> Result<(), Refusal> {
        let is_there = self.next_is(letter);
        self.at += 1;
        if is_there { Ok(()) } else { Err(Refusal::Invalid) }
    }

    fn text_while(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let rest = &self.letters[self.at.min(self.letters.len())..];
        let text: String = rest.iter().copied().take_while(|letter| belongs(*letter)).collect();
        self.at += text.chars().count();
        text
    }

    fn name(&mut self) -> Result<String, Refusal> {
        let name = self.text_while(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
        let begins_well = name.starts_with(|letter: char| letter == '_' || letter.is_ascii_alphabetic());
        if begins_well { Ok(name) } else { Err(Refusal::Invalid) }
    }

    /// From left to right, `and` and `or` alike.
    fn filter(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.part()?;
        loop {
            self.spaces();
            let before = self.at;
            let word =
                self.text_while(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
            left = match word.as_str() {
                "and" => Filter::And(Box::new(left), Box::new(self.part()?)),
                "or" => Filter::Or(Box::new(left), Box::new(self.part()?)),
                _ => {
                    self.at = before;
                    return Ok(left);
                }
            };
            within_depth(&left)?;
        }
    }

    fn part(&mut self) -> Result<Filter, Refusal> {
        self.spaces();
        if self.next_is('(') {
            return self.between('(', ')');
        }
        let name = self.name()?;
        if name != "not" {
            return self.test(name);
        }
        self.spaces();
        let filter = Filter::Not(Box::new(self.between('(', ')')?));
        within_depth(&filter).map(|()| filter)
    }

    fn between(&mut self, opening: char, closing: char) -> Result<Filter, Refusal> {
        self.expect(opening)?;
        self.open += 1;
        if self.open > DEPTH_MAX {
            return Err(Refusal::Limit);
        }
        let filter = self.filter()?;
        self.open -= 1;
        self.expect(closing)?;
        Ok(filter)
    }

    fn test(&mut self, first: String) -> Result<Filter, Refusal> {
        let links_before = self.links;
        let (mut links, mut name) = (Vec::new(), first);
        while self.next_is('.') || self.next_is('[') {
            self.links += 1;
            if self.links > LINKS_MAX {
                return Err(Refusal::Limit);
            }
            let filter = if self.next_is('[') { Some(self.between('[', ']')?) } else { None };
            self.expect('.')?;
            links.push(Link { name, filter });
            name = self.name()?;
        }
        self.links = links_before;
        self.space()?;
        let operator = self.name()?;
        match operator.as_str() {
            "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "lt" | "ge" | "le" | "ap" | "sa" | "eb" | "pr"
            | "po" | "re" | "ss" | "sb" | "in" | "ni" => {}
            _ => return Err(Refusal::Invalid),
        }
        self.space()?;
        let value = self.value()?;
        self.tests += 1;
        if self.tests > TESTS_MAX {
            return Err(Refusal::Limit);
        }
        let filter = Filter::Test { links, name, operator, value };
        within_depth(&filter).map(|()| filter)
    }

    /// A JSON string, or what goes on to the next space, `)` or `]`.
    fn value(&mut self) -> Result<String, Refusal> {
        if !self.next_is('"') {
            let value = self.text_while(|letter| !letter.is_whitespace() && letter != ')' && letter != ']');
            return if value.is_empty() { Err(Refusal::Invalid) } else { Ok(value) };
        }
        let start = self.at;
        let mut is_escaped = true;
        while let Some(letter) = self.letters.get(self.at) {
            self.at += 1;
            if *letter == '"' && !is_escaped {
                break;
            }
            // The first quotation mark ends nothing.
            is_escaped = (*letter == '\\' && !is_escaped) && self.at > start + 1;
        }
        let literal: String = self.letters[start..self.at].iter().collect();
        match Json::parse(&literal) {
            Some(Json::Text(text)) => Ok(text),
            _ => Err(Refusal::Invalid),
        }
    }
}

fn within_depth(filter: &Filter) -> Result<(), Refusal> {
    if depth(filter) > DEPTH_MAX { Err(Refusal::Limit) } else { Ok(()) }
}

/// A row of the same word is one level, however long it is.
fn depth(filter: &Filter) -> usize {
    match filter {
        Filter::Test { links, .. } => {
            let filters = links.iter().filter_map(|link| link.filter.as_ref());
            filters.map(|filter| depth(filter) + 1).max().unwrap_or(0)
        }
        Filter::Not(filter) => depth(filter) + 1,
        Filter::And(left, right) | Filter::Or(left, right) => {
            let goes_on = matches!(
                (filter, &**left),
                (Filter::And(..), Filter::And(..)) | (Filter::Or(..), Filter::Or(..))
            );
            let left = if goes_on { depth(left) } else { depth(left) + 1 };
            left.max(depth(right) + 1)
        }
    }
}

/// `None`: the type does not have one of the names.
fn asked(filter: &Filter, resource_type: &str) -> Result<Option<Criterion>, Refusal> {
    let both = |one: &Filter, other: &Filter| -> Result<Option<Vec<Criterion>>, Refusal> {
        let one = asked(one, resource_type)?;
        Ok(if let Some(one) = one {
            asked(other, resource_type)?.map(|other| vec![one, other])
        } else {
            None
        })
    };
    Ok(match filter {
        Filter::Test { links, name, operator, value } => {
            let test = Tested { name, operator, value };
            let criterion = test.behind(links, resource_type)?;
            // Nothing is at the end of the path, whatever is on its way.
            let is_none = operator == "pr" && value == "false";
            criterion.map(|one| if is_none { Criterion::Not(Box::new(one)) } else { one })
        }
        Filter::Not(filter) => asked(filter, resource_type)?.map(|one| Criterion::Not(Box::new(one))),
        Filter::And(one, other) => both(one, other)?.map(Criterion::All),
        Filter::Or(one, other) => both(one, other)?.map(Criterion::Any),
    })
}

/// What is at the end of a path.
struct Tested<'a> {
    name: &'a str,
    operator: &'a str,
    value: &'a str,
}

impl Tested<'_> {
    fn behind(&self, links: &[Link], resource_type: &str) -> Result<Option<Criterion>, Refusal> {
        let Some((link, links)) = links.split_first() else {
            let found = parameter(resource_type, self.name);
            return found.map(|parameter| self.criterion(parameter)).transpose();
        };
        let Some(parameter) = parameter(resource_type, &link.name) else { return Ok(None) };
        if parameter.element.kind() != Kind::Reference {
            return Err(if link.filter.is_some() { Refusal::NotSupported } else { Refusal::Invalid });
        }
        let chain = chain(parameter, parameter.target_types().collect(), |target| {
            let filtered = match &link.filter {
                None => Criterion::All(Vec::new()),
                Some(filter) => match asked(filter, target)? {
                    None => return Ok(None),
                    Some(criterion) => criterion,
                },
            };
            let rest = self.behind(links, target)?;
            Ok(rest.map(|rest| Criterion::All(vec![filtered, rest])))
        });
        chain.map(Some)
    }

    fn criterion(&self, parameter: &'static Parameter) -> Result<Criterion, Refusal> {
        if self.value.trim().is_empty() {
            return Err(Refusal::Invalid);
        }
        if self.operator == "pr" {
            let is_either = ["true", "false"].contains(&self.value);
            return if is_either { Ok(Criterion::Present(parameter)) } else { Err(Refusal::Invalid) };
        }
        let value = match parameter.element.kind() {
            Kind::Token | Kind::Quantity => with_system(self.value),
            Kind::Composite => {
                let parts = split(self.value, '$').into_iter().map(|part| with_system(&part));
                parts.collect::<Vec<_>>().join("$")
            }
            _ => self.value.to_owned(),
        };
        let wanted = Wanted::by_operator(parameter, self.operator, &value)?;
        Ok(Criterion::SomeValue(parameter, vec![wanted]))
    }
}

/// Systems may be called by short names.
fn with_system(value: &str) -> String {
    let mut parts = split(value, '|');
    let at = parts.len().saturating_sub(2);
    let full = match parts[at].as_str() {
        _ if parts.len() < 2 => return value.to_owned(),
        "loinc" => "http://loinc.org",
        "snomed" => "http://snomed.info/sct",
        "rxnorm" => "http://www.nlm.nih.gov/research/umls/rxnorm",
        "ucum" => "http://unitsofmeasure.org",
        _ => return value.to_owned(),
    };
    full.clone_into(&mut parts[at]);
    parts.join("|")
}
