//! From search values to an index document: the terms of `term`, the columns of `columns`.

mod composite;
mod terms;

pub(crate) use composite::{instances, is_asked_for, term_hash};

use fornax_definitions::ParameterId;
use fornax_postings::{ColumnName, Field, IndexDocument, NO_PART, Rid, Seq, TextField};
use smallvec::SmallVec;

use crate::columns::{Columns, EVERY, NumberColumns};
use crate::encoding;
use crate::hash::hash64;
use crate::number::Stretch;
use crate::plan::Row;
use crate::term::{Term, contained_kind};
use crate::values::{Entry, SearchValues, UnitText, Value};

impl SearchValues {
    /// One version of the resource as the index keeps it, but for the time of its commit.
    ///
    /// `targets` are the rids of [`SearchValues::references`], in that order.
    ///
    /// # Panics
    /// When `targets` has another length.
    pub fn to_document(&self, rid: Rid, seq: Seq, targets: &[Rid]) -> UndatedDocument {
        assert_eq!(targets.len(), self.references.len(), "a rid for each reference");
        let mut document = IndexDocument::new(rid, seq);
        document.add_term(Field::Kind, self.plan.name.as_bytes());
        for name in &self.contained {
            document.add_term(Field::Kind, &contained_kind(name));
        }
        for (column, part) in EVERY.id.iter().zip(encoding::id(self.text(self.id))) {
            document.add_value(column, part);
        }
        let mut writer = Writer { values: self, targets, document, bytes: Vec::with_capacity(128) };
        for entries in self.entries.chunk_by(|one, next| one.row == next.row) {
            writer.parameter(self.plan.row(entries[0].row), entries);
        }
        for parts in self.parts.chunk_by(|one, next| one.row == next.row) {
            writer.composite(self.plan.row(parts[0].row), parts);
        }
        writer.document.add_text(TextField::Narrative, self.texts.narrative.as_str());
        writer.document.add_text(TextField::Content, self.texts.content.as_str());
        UndatedDocument(writer.document)
    }
}

/// A document whose commit has no time yet.
#[derive(Debug)]
pub struct UndatedDocument(IndexDocument);

impl UndatedDocument {
    /// The document, committed at this time in microseconds since 1970 UTC.
    pub fn dated(self, last_updated_us: i64) -> IndexDocument {
        let mut document = self.0;
        document.add_value(&EVERY.last_updated, last_updated_us);
        document
    }

    /// The resource.
    pub fn rid(&self) -> Rid {
        self.0.rid
    }
}

struct Writer<'a> {
    values: &'a SearchValues,
    targets: &'a [Rid],
    document: IndexDocument,
    /// A term in the making.
    bytes: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn parameter(&mut self, row: &Row, entries: &[Entry]) {
        self.term(row.parameter, Term::Present);
        for entry in entries {
            let (values, targets) = (self.values, self.targets);
            values.each_term(entry.value, targets, |_, term| self.term(row.parameter, term));
        }
        match &row.columns {
            Columns::Date { low, high } => self.dates(low, high, entries),
            Columns::Number(columns) => self.numbers(row, columns, entries),
            Columns::Reference(column) => self.references(column, entries),
            Columns::Text(columns) => self.texts(columns, entries),
            Columns::Place(columns) => self.places(columns, entries),
            Columns::Composite(_) => {}
        }
    }

    fn term(&mut self, parameter: ParameterId, term: Term<'_>) {
        let field = term.write(parameter, &mut self.bytes);
        self.document.add_term(field, &self.bytes);
    }

    fn places(&mut self, [north, east]: &[ColumnName; 2], entries: &[Entry]) {
        for entry in entries {
            if let Value::Place { latitude, longitude } = entry.value {
                self.document.add_value(north, latitude);
                self.document.add_value(east, longitude);
            }
        }
    }

    fn dates(&mut self, low: &ColumnName, high: &ColumnName, entries: &[Entry]) {
        for entry in entries {
            if let Value::Date(interval) = entry.value {
                self.document.add_value(low, interval.low);
                self.document.add_value(high, interval.high);
            }
        }
    }

    fn numbers(&mut self, row: &Row, columns: &NumberColumns, entries: &[Entry]) {
        let numbers = || {
            entries.iter().filter_map(|entry| match entry.value {
                Value::Number { stretch, unit } => Some((self.values.stretches[stretch as usize], unit)),
                _ => None,
            })
        };
        let unit_texts = |unit: Option<u32>| unit.map(|unit| self.values.unit_texts(unit));
        let first_unit = numbers().next().map(|(_, unit)| unit_texts(unit));
        let is_plain = numbers()
            .all(|(stretch, unit)| plain_point(&stretch).is_some() && first_unit == Some(unit_texts(unit)));
        let numbers: SmallVec<[(Stretch, Option<u32>); 4]> = numbers().collect();
        if is_plain {
            for point in numbers.iter().filter_map(|(stretch, _)| plain_point(stretch)) {
                self.document.add_value(&columns.plain, point);
            }
            return;
        }
        self.term(row.parameter, Term::ExactNumbers);
        for (stretch, unit) in numbers {
            self.document.add_value(&columns.plain, encoding::plain_end(stretch.low));
            if stretch.low != stretch.high {
                self.document.add_value(&columns.plain, encoding::plain_end(stretch.high));
            }
            self.exact(columns, &stretch, unit);
        }
    }

    fn exact(&mut self, columns: &NumberColumns, stretch: &Stretch, unit: Option<u32>) {
        let ends = columns.low.iter().zip(encoding::exact(stretch.low));
        for (column, part) in ends.chain(columns.high.iter().zip(encoding::exact(stretch.high))) {
            self.document.add_value(column, part);
        }
        let [system, code, name] = unit.map_or([None; 3], |unit| self.values.unit_texts(unit));
        let coding = system.zip(code).map(|(system, code)| unit_hash(&[system, code]));
        let hashes = [coding, code.map(|code| unit_hash(&[code])), name.map(|name| unit_hash(&[name]))];
        for (column, hash) in columns.unit.iter().zip(hashes) {
            self.document.add_value(column, hash.unwrap_or(NO_UNIT));
        }
    }

    fn references(&mut self, column: &ColumnName, entries: &[Entry]) {
        let mut rids: SmallVec<[Rid; 8]> = entries
            .iter()
            .filter_map(|entry| match entry.value {
                Value::Local { target, .. } => Some(self.targets[target as usize]),
                _ => None,
            })
            .collect();
        rids.sort_unstable();
        rids.dedup();
        for rid in rids {
            self.document.add_value(column, rid as i64);
        }
    }

    /// The least and the greatest text as sort keys.
    fn texts(&mut self, columns: &[ColumnName], entries: &[Entry]) {
        let values = self.values;
        let texts = entries.iter().filter_map(|entry| match entry.value {
            Value::Code { code, .. } => values.text_of(code),
            Value::String { folded, .. } => Some(values.text(folded)),
            Value::Uri { uri, .. } => Some(values.text(uri)),
            _ => None,
        });
        let ends = texts.fold(None, |ends: Option<(&str, &str)>, text| match ends {
            None => Some((text, text)),
            Some((least, greatest)) => Some((least.min(text), greatest.max(text))),
        });
        let Some((least, greatest)) = ends else { return };
        let mut parts = encoding::text(least.as_bytes(), columns.len());
        if least == greatest {
            columns.iter().zip(parts).for_each(|(column, part)| self.document.add_value(column, part));
            return;
        }
        let mut others = encoding::text(greatest.as_bytes(), columns.len());
        for column in columns {
            let (part, other) = (parts.next(), others.next());
            if part.is_none() && other.is_none() {
                return;
            }
            self.document.add_value(column, part.unwrap_or(NO_PART));
            self.document.add_value(column, other.unwrap_or(NO_PART));
        }
    }
}

impl SearchValues {
    /// System, code and name.
    pub(crate) fn unit_texts(&self, unit: u32) -> [Option<&str>; 3] {
        let UnitText { system, code, name } = self.units[unit as usize];
        [system, code, name].map(|text| self.text_of(text))
    }
}

/// The plain integer of a stretch that is one number which it holds exactly.
fn plain_point(stretch: &Stretch) -> Option<i64> {
    let (below, above) = encoding::plain(stretch.as_point()?);
    (below == above).then_some(below)
}

/// In the column of a unit's hashes: it has none.
const NO_UNIT: i64 = 0;

/// What the columns of units hold.
pub(crate) fn unit_hash(parts: &[&str]) -> i64 {
    ((hash64(0, parts) >> 1) as i64).max(1)
}
