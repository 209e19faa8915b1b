//! Examples that the repository holds, and a linear search among them.

use crate::elements::{Elements, text};
use crate::parameters::{Parameter, Parameters};
use crate::repository::Repository;
use crate::shared_files;
use crate::terms::{Condition, Term};
use crate::values::{Datum, Unread};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A repository with examples in it, and what is known of them without it.
pub struct World {
    pub repository: Repository,
    pub parameters: Parameters,
    elements: Elements,
    by_type: BTreeMap<String, Vec<Example>>,
    /// Those that were not taken: `Type/id: why`
    pub refused: BTreeSet<String>,
}

pub struct Example {
    /// `Type/id`
    pub name: String,
    /// Its numbers are strings, as they were written.
    resource: Value,
}

/// A resource, and what it has of a parameter.
pub type Has<'a> = (&'a Example, Vec<Datum>);

impl World {
    /// `None`: the definitions are not there.
    pub fn new() -> Option<Self> {
        Some(Self {
            elements: Elements::read()?,
            parameters: Parameters::read()?,
            repository: Repository::new(),
            by_type: BTreeMap::new(),
            refused: BTreeSet::new(),
        })
    }

    /// Writes resources; one whose name is taken stays away.
    pub fn load(&mut self, documents: &[String]) {
        for document in documents {
            let mut resource = shared_files::with_numbers_as_written(document);
            let member = |name| text(&resource, name).unwrap().to_owned();
            let (kind, id) = (member("resourceType"), member("id"));
            let name = format!("{kind}/{id}");
            if self.find(&name).is_some() {
                continue;
            }
            match self.repository.put(&kind, &id, document) {
                Ok(stamp) => {
                    let members = resource.as_object_mut().unwrap();
                    let meta = members.entry("meta").or_insert_with(|| json!({}));
                    meta["lastUpdated"] = json!(stamp);
                    self.by_type.entry(kind).or_default().push(Example { name, resource });
                }
                Err(error) => {
                    let issue = &error.issues()[0];
                    let at = issue.expression.as_deref().unwrap_or("the whole");
                    self.refused.insert(format!("{name}: {at}: {}", issue.diagnostics));
                }
            }
        }
    }

    pub fn count(&self) -> usize {
        self.by_type.values().map(Vec::len).sum()
    }

    pub fn find(&self, name: &str) -> Option<&Example> {
        let (kind, _) = name.split_once('/')?;
        self.of(kind).iter().find(|example| example.name == name)
    }

    /// All examples of a type.
    pub fn of(&self, resource_type: &str) -> &[Example] {
        self.by_type.get(resource_type).map_or(&[], Vec::as_slice)
    }

    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.by_type.keys().map(String::as_str)
    }

    /// What every example of a type has of a parameter.
    pub fn values(&self, resource_type: &str, parameter: &Parameter) -> Result<Vec<Has<'_>>, Unread> {
        let read = |example: &Example| self.parameters.values(&self.elements, parameter, &example.resource);
        self.of(resource_type).iter().map(|example| Ok((example, read(example)?))).collect()
    }

    /// Asks the repository; what it finds otherwise than expected, in words.
    pub fn check(&self, resource_type: &str, query: &str, expected: &Expected) -> Option<String> {
        let answer = match self.repository.search(resource_type, query) {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{:?}: {error}", error.kind())),
        };
        let mut words = Vec::new();
        let others = &expected.maybe;
        for (name, found, expected) in
            [("", answer.matches, &expected.matches), ("included ", answer.includes, &expected.includes)]
        {
            let list = |names: BTreeSet<&String>| {
                let shown: Vec<&str> = names.iter().take(5).map(|name| name.as_str()).collect();
                format!("{} ({})", shown.join(" "), names.len())
            };
            let missing: BTreeSet<_> = expected.difference(&found).collect();
            let too_many: BTreeSet<_> =
                found.difference(expected).filter(|name| !others.contains(*name)).collect();
            if !missing.is_empty() {
                words.push(format!("{name}not found: {}", list(missing)));
            }
            if !too_many.is_empty() {
                words.push(format!("{name}found beside: {}", list(too_many)));
            }
        }
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// What a search has to find.
#[derive(Clone, Debug)]
pub struct Expected {
    pub matches: BTreeSet<String>,
    /// What may be found as well.
    pub maybe: BTreeSet<String>,
    pub includes: BTreeSet<String>,
}

impl Expected {
    /// Those that meet a condition, and nothing beside them.
    pub fn of(all: &[Has<'_>], condition: &Condition) -> Self {
        let names = |is_met: &dyn Fn(&[Datum]) -> bool| {
            let met = all.iter().filter(|(_, data)| is_met(data));
            met.map(|(example, _)| example.name.clone()).collect()
        };
        Self {
            matches: names(&|data| condition.holds(data)),
            maybe: names(&|data| condition.may_hold(data)),
            includes: BTreeSet::new(),
        }
    }

    /// Those that meet both.
    pub fn and(self, other: &Self) -> Self {
        let all = |expected: &Self| &expected.matches | &expected.maybe;
        Self {
            matches: &self.matches & &other.matches,
            maybe: &all(&self) & &all(other),
            includes: BTreeSet::new(),
        }
    }
}

/// Terms that say different things, in the order in which they were made; at most so many, taken from all of them evenly.
pub fn different(terms: impl Iterator<Item = Term>, count_max: usize) -> Vec<Term> {
    let mut seen = BTreeSet::new();
    let all: Vec<Term> = terms.filter(|term| seen.insert(term.query(""))).collect();
    if all.len() <= count_max {
        return all;
    }
    (0..count_max).map(|at| all[at * all.len() / count_max].clone()).collect()
}
