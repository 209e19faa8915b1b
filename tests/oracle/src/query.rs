//! Reading a search: a query string into what is asked.

use crate::compartment;
use crate::criteria::Criterion;
use crate::parameters::{Kind, Parameter, is_resource_type, parameter, resource_types};
use crate::refusal::Refusal;
use crate::version::{Key, Stored};

/// A search: `Patient?..`, `?_type=A,B&..`, `?..` over all types, `Patient/x/Observation?..`, `Patient/x/*?..`.
#[derive(Clone, Debug)]
pub struct Query {
    /// Over which resources.
    pub scope: Scope,
    /// What is asked of each type: all of it must hold.
    pub asked: Vec<Asked>,
    /// By what the matches are sorted, the first first.
    pub sort: Vec<SortKey>,
    /// Matches on a page, if anything was said.
    pub count: Option<usize>,
    /// Matches on all pages together, if anything was said.
    pub max: Option<usize>,
    /// Whether the matches are counted, and shown.
    pub answer: Answer,
    /// What comes along with the matches.
    pub includes: Vec<Include>,
}

/// What a search looks at.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The resource types.
    pub types: Types,
    /// Only what is in the compartment of this patient.
    pub compartment: Option<Key>,
}

/// The resource types that a search looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Types {
    /// One, in the path.
    One(String),
    /// Those of `_type`.
    Named(Vec<String>),
    /// All there are.
    All,
}

/// What is asked of the resources of a type.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The resource type.
    pub resource_type: String,
    /// All of them must hold.
    pub criteria: Vec<Criterion>,
}

/// What a search is to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Matches and their number.
    Counted,
    /// Matches.
    Uncounted,
    /// The number.
    CountOnly,
}

/// One item of `_sort`.
#[derive(Clone, Copy, Debug)]
pub struct SortKey {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// In which direction.
    pub direction: Direction,
}

/// In which direction matches are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// `_include` or `_revinclude`.
#[derive(Clone, Debug)]
pub struct Include {
    /// From matches to what they refer to, or the other way round.
    pub way: Way,
    /// From what it starts.
    pub start: Start,
    /// The type that refers; `None`: any.
    pub source: Option<String>,
    /// By this parameter; `None`: by any.
    pub parameter: Option<&'static Parameter>,
    /// To resources of this type only.
    pub target: Option<String>,
}

/// From what an include starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The matches of the page.
    Matches,
    /// Those, and all that was included: `:iterate`.
    Everything,
}

/// From where an include leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `_include`.
    Forward,
    /// `_revinclude`.
    Reverse,
}

impl Scope {
    /// Reads the path of a search, and its `_type`.
    ///
    /// # Errors
    /// `NotSupported`: no such type, or no such compartment. `Invalid`: several `_type`, or an unknown one in it.
    fn parse(path: &str, pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let parts: Vec<&str> = path.split('/').collect();
        let (compartment, name) = match parts[..] {
            [name] => (None, name),
            ["Patient", id, name] => (Some(Key::of("Patient", id)), name),
            _ => return Err(Refusal::NotSupported),
        };
        let mut named = pairs.iter().filter(|(name, value)| name == "_type" && !value.is_empty());
        let types = match (name, named.next(), named.next()) {
            ("" | "*", _, Some(_)) => return Err(Refusal::Invalid),
            ("" | "*", Some((_, names)), None) => Types::Named(names.split(',').map(str::to_owned).collect()),
            ("" | "*", None, _) => Types::All,
            (name, ..) => Types::One(name.to_owned()),
        };
        let is_known = match &types {
            Types::One(name) => is_resource_type(name),
            Types::Named(names) => names.iter().all(|name| is_resource_type(name)),
            Types::All => true,
        };
        match &types {
            Types::Named(_) if !is_known => Err(Refusal::Invalid),
            // A `*` stands for all types within a compartment only.
            _ if is_known && (name == "*") <= compartment.is_some() => Ok(Self { types, compartment }),
            _ => Err(Refusal::NotSupported),
        }
    }

    fn names(&self) -> Vec<String> {
        match &self.types {
            Types::One(name) => vec![name.clone()],
            Types::Named(names) => names.clone(),
            Types::All => resource_types().into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether a version is where it looks.
    fn has(&self, version: &Stored) -> bool {
        self.compartment.as_ref().is_none_or(|patient| compartment::belongs(version, patient))
    }
}

impl Query {
    /// Reads `Patient?family=x&_sort=-birthdate`.
    ///
    /// # Errors
    /// What is wrong, or not supported.
    pub fn parse(search: &str) -> Result<Self, Refusal> {
        let (path, query) = search.split_once('?').unwrap_or((search, ""));
        let pairs = pairs(query);
        let scope = Scope::parse(path, &pairs)?;
        let asked = scope.names().into_iter().map(|name| Asked { resource_type: name, criteria: Vec::new() });
        let mut read = Self {
            asked: asked.collect(),
            scope,
            sort: Vec::new(),
            count: None,
            max: None,
            answer: Answer::Counted,
            includes: Vec::new(),
        };
        for (name, value) in &pairs {
            read.take(name, value)?;
        }
        Ok(read)
    }

    /// Takes in one parameter. One that is not known, or has no value, is passed over.
    fn take(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            _ if value.is_empty() => {}
            "_count" if self.count.is_some() => return Err(Refusal::Invalid),
            "_count" => {
                let count = value.parse().map_err(|_| Refusal::Invalid)?;
                self.count = Some(count);
                if count == 0 {
                    self.answer = Answer::CountOnly;
                }
            }
            "_maxresults" if self.max.is_some() => return Err(Refusal::Invalid),
            "_maxresults" => {
                let max = value.parse().map_err(|_| Refusal::Invalid)?;
                self.max = Some(max);
                if max == 0 {
                    self.answer = Answer::CountOnly;
                }
            }
            "_summary" if value == "count" => self.answer = Answer::CountOnly,
            // Who asks for nothing but the number gets it.
            "_total" if value == "none" && self.answer == Answer::Counted => self.answer = Answer::Uncounted,
            "_total" => {}
            "_sort" => {
                let keys: Vec<SortKey> = value.split(',').filter_map(|item| self.sort_key(item)).collect();
                self.sort.extend(keys);
            }
            name => match include_start(name)? {
                Some((way, start)) => self.includes.extend(include(way, start, value)),
                None => self.ask(name, value)?,
            },
        }
        Ok(())
    }

    fn sort_key(&self, item: &str) -> Option<SortKey> {
        let (code, direction) = match item.strip_prefix('-') {
            Some(code) => (code, Direction::Descending),
            None => (item, Direction::Ascending),
        };
        let parameter = match &self.scope.types {
            Types::One(name) => parameter(name, code),
            _ => parameter("Resource", code).filter(|_| ["_id", "_lastUpdated"].contains(&code)),
        };
        let parameter = parameter.filter(|parameter| parameter.element.kind() != Kind::Composite);
        Some(SortKey { parameter: parameter?, direction })
    }

    /// A criterion must be one of every type.
    fn ask(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        // What all types have is what the type has of which all are.
        let is_everywhere = match self.scope.types {
            Types::All => Criterion::parse("Resource", name, value)?.is_some(),
            _ => true,
        };
        let read = self.asked.iter().map(|asked| Criterion::parse(&asked.resource_type, name, value));
        let read: Option<Vec<Criterion>> = read.collect::<Result<_, _>>()?;
        if let Some(read) = read.filter(|_| is_everywhere) {
            for (asked, criterion) in self.asked.iter_mut().zip(read) {
                asked.criteria.push(criterion);
            }
        }
        Ok(())
    }

    /// What is asked of a version, if it is where the search looks.
    pub fn asked_of(&self, version: &Stored) -> Option<&[Criterion]> {
        let is_it = |asked: &&Asked| asked.resource_type == version.key.resource_type;
        let asked = self.asked.iter().find(is_it).filter(|_| self.scope.has(version))?;
        Some(&asked.criteria)
    }

    /// Whether other resources decide about what is found.
    pub fn asks_for_others(&self) -> bool {
        self.asked.iter().flat_map(|asked| &asked.criteria).any(Criterion::is_join)
    }

    /// Whether everything that is where the search looks is found.
    pub fn asks_for_nothing(&self) -> bool {
        self.asked.iter().all(|asked| asked.criteria.is_empty())
    }
}

/// `Invalid`: a modifier that includes have not.
fn include_start(name: &str) -> Result<Option<(Way, Start)>, Refusal> {
    let (name, modifier) = match name.split_once(':') {
        Some((name, modifier)) => (name, Some(modifier)),
        None => (name, None),
    };
    let way = match name {
        "_include" => Way::Forward,
        "_revinclude" => Way::Reverse,
        _ => return Ok(None),
    };
    match modifier {
        None => Ok(Some((way, Start::Matches))),
        Some("iterate" | "recurse") => Ok(Some((way, Start::Everything))),
        Some(_) => Err(Refusal::Invalid),
    }
}

/// `Type:p`, `Type:p:Target`, `Type:*`, `*`.
fn include(way: Way, start: Start, value: &str) -> Option<Include> {
    if value == "*" {
        return Some(Include { way, start, source: None, parameter: None, target: None });
    }
    let mut parts = value.split(':');
    let (source, code) = (parts.next()?, parts.next()?);
    let is_reference = |parameter: &&Parameter| parameter.element.kind() == Kind::Reference;
    let by = parameter(source, code).filter(is_reference);
    let target = parts.next().map(str::to_owned);
    let source = Some(source.to_owned());
    (by.is_some() || code == "*").then_some(Include { way, start, source, parameter: by, target })
}

/// Splits at a separator that no backslash stands before. The backslashes stay.
pub fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in text.chars() {
        if letter == separator && !escaped {
            parts.push(String::new());
            continue;
        }
        escaped = letter == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

/// Removes the backslashes of search values (search.html#escaping).
pub fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    out
}

/// The pairs of a query string, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let nibble = |byte: Option<u8>| char::from(byte.unwrap_or(b'0')).to_digit(16).unwrap_or(0);
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (nibble(rest.next()), nibble(rest.next()));
                u8::try_from(high * 16 + low).unwrap_or(b'?')
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_may_be_escaped() {
        assert_eq!(split(r"a\,b,c", ','), [r"a\,b", "c"]);
        assert_eq!(split(r"a\\,b", ','), [r"a\\", "b"]);
        assert_eq!(unescaped(r"a\,b\\"), r"a,b\");
        assert_eq!(decoded("a%2Bb+c%C3%A9"), "a+b cé");
    }
}
