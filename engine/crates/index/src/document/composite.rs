//! Composites in a document.
//!
//! Most resources have one element only from which all components of a composite come, and nothing else that the components'
//! own parameters would find: then what these have in the index says it all, and the composite adds nothing but its presence.
//! Other resources get a row for every combination of the components' values of one element, in aligned columns.

use fornax_postings::Rid;

use super::Writer;
use crate::columns::{Columns, ComponentColumns, PartColumns, TERM_HASHES};
use crate::encoding;
use crate::hash::hash64;
use crate::plan::Row;
use crate::term::Term;
use crate::values::{PartEntry, SearchValues, Value};

/// What a text column holds past a text's end, where another row's text goes on: eight zero bytes.
const PAST_END: i64 = i64::MIN;

impl Writer<'_> {
    pub(super) fn composite(&mut self, row: &Row, parts: &[PartEntry]) {
        let Columns::Composite(components) = &row.columns else { return };
        let instances: Vec<Vec<&[PartEntry]>> = instances(parts, components.len()).collect();
        if instances.is_empty() {
            return;
        }
        self.term(row.parameter, Term::Present);
        if let [instance] = &instances[..]
            && self.values.is_told_apart(components, instance)
        {
            return;
        }
        self.term(row.parameter, Term::Aligned);
        let text_parts = self.text_parts(parts);
        for instance in &instances {
            each_combination(instance, &mut |combination| {
                for (component, value) in components.iter().zip(combination) {
                    self.part(component, *value, text_parts);
                }
            });
        }
    }

    /// How many columns the longest string takes.
    fn text_parts(&self, parts: &[PartEntry]) -> usize {
        let texts = parts.iter().filter_map(|part| match part.value {
            Value::String { folded, .. } => Some(self.values.text(folded).len() / 8 + 1),
            _ => None,
        });
        texts.max().unwrap_or(0)
    }

    fn part(&mut self, component: &ComponentColumns, value: Value, text_parts: usize) {
        let values = self.values;
        match (&component.columns, value) {
            (PartColumns::Date { low, high }, Value::Date(interval)) => {
                self.document.add_value(low, interval.low);
                self.document.add_value(high, interval.high);
            }
            (PartColumns::Number(columns), Value::Number { stretch, unit }) => {
                self.exact(columns, &values.stretches[stretch as usize], unit);
            }
            (PartColumns::Text(columns), Value::String { folded, .. }) => {
                let parts = encoding::text(values.text(folded).as_bytes(), columns.len());
                let parts = parts.chain(std::iter::repeat(PAST_END));
                for (column, part) in columns.iter().zip(parts).take(text_parts) {
                    self.document.add_value(column, part);
                }
            }
            (PartColumns::Terms(columns), value) => {
                let hashes = values.term_hashes(value, self.targets, component, &mut self.bytes);
                for (column, hash) in columns.iter().zip(hashes) {
                    self.document.add_value(column, hash);
                }
            }
            _ => {}
        }
    }
}

impl SearchValues {
    fn term_hashes(
        &self,
        value: Value,
        targets: &[Rid],
        component: &ComponentColumns,
        bytes: &mut Vec<u8>,
    ) -> [i64; TERM_HASHES] {
        let mut hashes = [NO_TERM; TERM_HASHES];
        self.each_term(value, targets, |slot, term| {
            if let Some(hash) = hashes.get_mut(slot as usize) {
                *hash = term_hash(term, component, bytes);
            }
        });
        hashes
    }

    /// Whether the components' own parameters have just the values of this one instance.
    fn is_told_apart(&self, components: &[ComponentColumns], instance: &[&[PartEntry]]) -> bool {
        components.iter().zip(instance).all(|(component, parts)| {
            let Some(row) = self.plan.find(component.parameter) else { return false };
            let own = self.of(row).iter().map(|entry| entry.value).filter(|value| is_asked_for(*value));
            own.count() == parts.len() && {
                let own = self.of(row).iter().map(|entry| entry.value).filter(|value| is_asked_for(*value));
                own.zip(parts.iter()).all(|(own, part)| self.is_same(own, part.value))
            }
        })
    }

    fn is_same(&self, one: Value, other: Value) -> bool {
        let texts = |one, other| self.text_of(one) == self.text_of(other);
        match (one, other) {
            (
                Value::Code { system, code, source },
                Value::Code { system: other_system, code: other_code, source: other_source },
            ) => source == other_source && texts(system, other_system) && texts(code, other_code),
            (Value::String { exact, .. }, Value::String { exact: other, .. }) => {
                self.text(exact) == self.text(other)
            }
            (Value::Uri { uri, bare }, Value::Uri { uri: other, bare: other_bare }) => {
                self.text(uri) == self.text(other) && texts(bare, other_bare)
            }
            (Value::Date(one), Value::Date(other)) => one == other,
            (Value::Number { stretch, unit }, Value::Number { stretch: other_stretch, unit: other_unit }) => {
                let names = |unit: Option<u32>| unit.map(|unit| self.unit_texts(unit));
                self.stretches[stretch as usize] == self.stretches[other_stretch as usize]
                    && names(unit) == names(other_unit)
            }
            (Value::Local { target, version }, Value::Local { target: other, version: other_version }) => {
                target == other && texts(version, other_version)
            }
            (Value::Url { url, version }, Value::Url { url: other, version: other_version }) => {
                self.text(url) == self.text(other) && texts(version, other_version)
            }
            _ => false,
        }
    }
}

/// In the column of hashes of terms: there is none.
pub(crate) const NO_TERM: i64 = 0;

/// The hash of a term of a component.
pub(crate) fn term_hash(term: Term<'_>, component: &ComponentColumns, bytes: &mut Vec<u8>) -> i64 {
    term.write(component.parameter, bytes);
    ((hash64(0, &[bytes]) >> 1) as i64).max(1)
}

/// Whether a component may ask for the value.
pub(crate) fn is_asked_for(value: Value) -> bool {
    !matches!(value, Value::CodedText(_) | Value::OfType { .. } | Value::Identifier { .. })
}

/// The values of elements from which every component comes: for each element its values by component.
pub(crate) fn instances(parts: &[PartEntry], components: usize) -> impl Iterator<Item = Vec<&[PartEntry]>> {
    let by_instance = parts.chunk_by(|one, next| one.instance == next.instance);
    let by_component =
        by_instance.map(|parts| parts.chunk_by(|one, next| one.component == next.component).collect());
    by_component.filter(move |parts: &Vec<&[PartEntry]>| parts.len() == components)
}

/// Calls `each` with one value of every component, for every combination.
fn each_combination(instance: &[&[PartEntry]], each: &mut impl FnMut(&[Value])) {
    let mut places = vec![0; instance.len()];
    loop {
        let combination: Vec<Value> =
            instance.iter().zip(&places).map(|(parts, &place)| parts[place].value).collect();
        each(&combination);
        let Some(turned) = (0..places.len()).rev().find(|&at| places[at] + 1 < instance[at].len()) else {
            return;
        };
        places[turned] += 1;
        places[turned + 1..].fill(0);
    }
}
