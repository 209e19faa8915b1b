//! Reading a search: a query string into what is asked.

use crate::matching::Test;
use crate::parameters::{Kind, Parameter, is_resource_type, parameter};
use crate::refusal::Refusal;

/// A search over one resource type.
#[derive(Clone, Debug)]
pub struct Query {
    /// The resource type.
    pub resource_type: String,
    /// All of them must hold.
    pub criteria: Vec<Criterion>,
    /// By what the matches are sorted, the first first.
    pub sort: Vec<SortKey>,
    /// Matches on a page, if anything was said.
    pub count: Option<usize>,
    /// Whether the matches are counted, and shown.
    pub answer: Answer,
    /// What comes along with the matches.
    pub includes: Vec<Include>,
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

/// A parameter and the values that it may have: one of them is enough.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// The values.
    pub any_of: Vec<Test>,
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
    /// The type that refers.
    pub source: String,
    /// By this parameter; `None`: by any.
    pub parameter: Option<&'static Parameter>,
    /// To resources of this type only.
    pub target: Option<String>,
}

/// From where an include leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `_include`.
    Forward,
    /// `_revinclude`.
    Reverse,
}

impl Query {
    /// Reads `Patient?family=x&_sort=-birthdate`.
    ///
    /// # Errors
    /// What is wrong, or not supported.
    pub fn parse(search: &str) -> Result<Self, Refusal> {
        let (resource_type, query) = search.split_once('?').unwrap_or((search, ""));
        if !is_resource_type(resource_type) {
            return Err(Refusal::NotSupported);
        }
        let mut read = Self {
            resource_type: resource_type.to_owned(),
            criteria: Vec::new(),
            sort: Vec::new(),
            count: None,
            answer: Answer::Counted,
            includes: Vec::new(),
        };
        for (name, value) in pairs(query) {
            read.take(&name, &value)?;
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
            "_summary" if value == "count" => self.answer = Answer::CountOnly,
            // Who asks for nothing but the number gets it.
            "_total" if value == "none" && self.answer == Answer::Counted => self.answer = Answer::Uncounted,
            "_total" => {}
            "_sort" => {
                let keys: Vec<SortKey> = value.split(',').filter_map(|item| self.sort_key(item)).collect();
                self.sort.extend(keys);
            }
            "_include" => self.includes.extend(self.include(Way::Forward, value)),
            "_revinclude" => self.includes.extend(self.include(Way::Reverse, value)),
            name => self.criteria.extend(self.criterion(name, value)?),
        }
        Ok(())
    }

    fn sort_key(&self, item: &str) -> Option<SortKey> {
        let (code, direction) = match item.strip_prefix('-') {
            Some(code) => (code, Direction::Descending),
            None => (item, Direction::Ascending),
        };
        Some(SortKey { parameter: parameter(&self.resource_type, code)?, direction })
    }

    fn include(&self, way: Way, value: &str) -> Option<Include> {
        let mut parts = value.split(':');
        let (source, code) = (parts.next()?, parts.next().unwrap_or("*"));
        let source = if source == "*" { self.resource_type.as_str() } else { source };
        let is_reference = |parameter: &&Parameter| parameter.element.kind() == Kind::Reference;
        let by = parameter(source, code).filter(is_reference);
        let starts_here = way == Way::Reverse || source == self.resource_type;
        (starts_here && (by.is_some() || code == "*")).then(|| Include {
            way,
            source: source.to_owned(),
            parameter: by,
            target: parts.next().map(str::to_owned),
        })
    }

    fn criterion(&self, name: &str, value: &str) -> Result<Option<Criterion>, Refusal> {
        if name.contains('.') || name.starts_with("_has:") {
            return Err(Refusal::NotSupported);
        }
        let (code, modifier) = match name.split_once(':') {
            Some((code, modifier)) => (code, Some(modifier)),
            None => (name, None),
        };
        let Some(parameter) = parameter(&self.resource_type, code) else { return Ok(None) };
        let tests = split(value, ',').into_iter().map(|value| Test::parse(parameter, modifier, &value));
        Ok(Some(Criterion { parameter, any_of: tests.collect::<Result<_, _>>()? }))
    }
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
