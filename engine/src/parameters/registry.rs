//! Which search parameters a tenant is searched by, and which it will be when all resources are indexed by them.
//!
//! A definition has a number, which stands in the index's terms and columns. Another definition gets another number, and no number
//! is given twice, so that what an index has under a number is always of one definition. A definition is in force when every
//! document of the index was made by it.

use std::collections::{HashMap, HashSet};

use fornax_definitions::{Coded, Definitions, Readiness, SearchKind, SearchParameter};
use fornax_index::Indexer;
use serde::{Deserialize, Serialize};

use super::definition::{ParameterDefinition, Reason, coded};

/// A definition and its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub number: u16,
    pub definition: ParameterDefinition,
    /// The numbers of its components.
    pub components: Vec<u16>,
}

/// The record of a tenant's search parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registry {
    /// What the numbers are above of: they hold for these definitions only.
    pub fingerprint: u64,
    /// The next number.
    next: u16,
    /// By what is searched.
    pub in_force: Vec<Row>,
    /// By what shall be: what the resources say.
    pub wanted: Vec<Row>,
    /// The index that is searched.
    pub generation: u32,
    /// The last index that was begun.
    pub begun: u32,
}

/// What the resources say, and what of it is not followed.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub definitions: Vec<ParameterDefinition>,
    /// URLs, each with the reason.
    pub refused: Vec<(String, Reason)>,
}

impl Survey {
    /// Sorts definitions out, the last written first.
    pub(crate) fn of(
        read: impl IntoIterator<Item = (String, Result<ParameterDefinition, Reason>)>,
        indexer: &Indexer,
        parameters_max: usize,
    ) -> Self {
        let mut survey = Self::default();
        let mut taken: HashSet<(String, String)> = HashSet::new();
        for (url, definition) in read {
            let kept = definition.and_then(|definition| {
                let mut base = definition.bases(indexer.definitions());
                if base.is_empty() {
                    return Err(Reason::OfRelease);
                }
                if !matches!(definition.compiles(indexer), Some(Ok(()))) {
                    return Err(Reason::Expression);
                }
                base.retain(|name| taken.insert((name.clone(), definition.code.clone())));
                if base.is_empty() {
                    return Err(Reason::Overridden);
                }
                if survey.definitions.len() == parameters_max {
                    return Err(Reason::TooMany);
                }
                Ok(ParameterDefinition { base, ..definition })
            });
            match kept {
                Ok(definition) => survey.definitions.push(definition),
                Err(reason) => survey.refused.push((url, reason)),
            }
        }
        survey
    }
}

impl Registry {
    /// The same, of these definitions: without numbers that are of others.
    pub(crate) fn of(self, definitions: &Definitions) -> Self {
        let fingerprint = definitions.fingerprint();
        if self.fingerprint == fingerprint {
            return self;
        }
        let next = definitions.added_from().number();
        let Self { generation, begun, .. } = self;
        Self { fingerprint, next, generation, begun, in_force: Vec::new(), wanted: Vec::new() }
    }

    /// Takes in what the resources say. What ceased to be wanted is not searched by any more, but where a new definition of the
    /// same URL will take its place. Answers URLs that can't be followed; says nothing of which rows are new: see
    /// [`Registry::waiting`].
    pub(crate) fn want(&mut self, survey: Survey, definitions: &Definitions) -> Vec<(String, Reason)> {
        let mut refused = survey.refused;
        let (composite, simple): (Vec<_>, Vec<_>) =
            survey.definitions.into_iter().partition(|one| one.kind == SearchKind::Composite.code());
        let known: Vec<Row> = self.in_force.iter().chain(&self.wanted).cloned().collect();
        let mut wanted: Vec<Row> = Vec::new();
        for definition in simple {
            match self.row(definition, Vec::new(), &known) {
                Ok(row) => wanted.push(row),
                Err(url) => refused.push((url, Reason::TooMany)),
            }
        }
        let by_url: HashMap<String, (u16, String)> = wanted
            .iter()
            .map(|row| (row.definition.url.clone(), (row.number, row.definition.kind.clone())))
            .collect();
        for definition in composite {
            let numbers: Option<Vec<u16>> =
                definition.components.iter().map(|(url, _)| component(url, definitions, &by_url)).collect();
            match numbers.filter(|numbers| !numbers.is_empty()) {
                None => refused.push((definition.url, Reason::Component)),
                Some(numbers) => match self.row(definition, numbers, &known) {
                    Ok(row) => wanted.push(row),
                    Err(url) => refused.push((url, Reason::TooMany)),
                },
            }
        }
        self.in_force = self.still_serving(&self.in_force, &wanted);
        self.wanted = wanted;
        refused
    }

    /// The row of a definition: under the number of one that selects the same, or under a new one.
    fn row(
        &mut self,
        definition: ParameterDefinition,
        components: Vec<u16>,
        known: &[Row],
    ) -> Result<Row, String> {
        let number = match known.iter().find(|row| row.serves(&definition, &components)) {
            Some(row) => row.number,
            None => {
                let Some(next) = self.next.checked_add(1) else { return Err(definition.url) };
                std::mem::replace(&mut self.next, next)
            }
        };
        Ok(Row { number, definition, components })
    }

    /// What is searched by when these rows are complete in the index: as it is wanted now, or still as it was where a new definition
    /// of the same URL waits.
    fn still_serving(&self, complete: &[Row], wanted: &[Row]) -> Vec<Row> {
        let kept = complete.iter().filter_map(|row| {
            let same = wanted.iter().find(|wanted| wanted.number == row.number);
            let redefined = || wanted.iter().any(|wanted| wanted.definition.url == row.definition.url);
            same.or_else(|| redefined().then_some(row)).cloned()
        });
        kept.collect()
    }

    /// From here on all documents are made by these rows and no others.
    pub(crate) fn complete(&mut self, rows: &[Row]) {
        self.in_force = self.still_serving(rows, &self.wanted);
    }

    /// From here on all documents are made by these rows too.
    pub(crate) fn complete_also(&mut self, rows: Vec<Row>) {
        self.in_force.extend(rows);
        self.in_force = self.still_serving(&self.in_force, &self.wanted);
    }

    /// What is wanted and not yet in force.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Row> {
        self.wanted.iter().filter(|wanted| !self.is_in_force(wanted.number))
    }

    /// Whether a definition is searched by.
    pub(crate) fn is_in_force(&self, number: u16) -> bool {
        self.in_force.iter().any(|row| row.number == number)
    }

    /// What queries know: what is in force, and what waits.
    pub(crate) fn parameters(&self, definitions: &Definitions) -> Vec<SearchParameter> {
        let ready = self.in_force.iter().map(|row| (row, Readiness::Ready));
        let waiting = self.waiting().map(|row| (row, Readiness::Waiting));
        let made = ready.chain(waiting).filter_map(|(row, readiness)| {
            Some(SearchParameter { readiness, ..row.to_parameter(definitions)? })
        });
        made.collect()
    }
}

impl Row {
    /// Whether what is in the index under this row is what that definition selects.
    fn serves(&self, definition: &ParameterDefinition, components: &[u16]) -> bool {
        let own = &self.definition;
        (&own.code, &own.kind, &own.expression)
            == (&definition.code, &definition.kind, &definition.expression)
            && own.components == definition.components
            && self.components == components
            && definition.base.iter().all(|name| own.base.contains(name))
    }

    /// Ready to be searched by.
    pub(crate) fn to_parameter(&self, definitions: &Definitions) -> Option<SearchParameter> {
        self.definition.to_parameter(definitions, self.number, &self.components)
    }
}

/// The number of a component that a composite can take.
fn component(url: &str, definitions: &Definitions, wanted: &HashMap<String, (u16, String)>) -> Option<u16> {
    let (number, kind) = match wanted.get(url) {
        Some((number, kind)) => (*number, coded(kind)?),
        None => definitions.parameter_at(url).map(|found| (found.id.number(), found.kind))?,
    };
    (!matches!(kind, SearchKind::Composite | SearchKind::Special)).then_some(number)
}

#[cfg(test)]
mod tests;
