//! The columns of each kind of search parameter.
//!
//! A column's name is the parameter's number in hexadecimal and letters from `g` on:
//!
//! | kind | columns |
//! |---|---|
//! | date | `l`, `h`: both ends in microseconds, aligned; also sort keys |
//! | number, quantity | `n`: each value as one plain integer, of a stretch both ends; also the sort key |
//! | | `l0`-`l2`, `h0`-`h2`: exact ends, aligned, only in documents with the presence form 1, then for all values |
//! | quantity | `u`, `v`, `w`: aligned with these, hashes of the unit's system and code, its code, its name; 0 for none |
//! | reference | `r`: the rids of local targets; also the sort key |
//! | special | of a place `y`, `x`: degrees to the north and to the east, a billion to each, aligned |
//! | composite | of component 0 `x0…`, of component 1 `x1…` and so on, all aligned, only in documents with the presence form 2 |
//! | | of a date `l`, `h`; of a number or quantity as above; of a string `s0` to `s31`; of a token hashes of its terms: |
//! | | `t0` of the code, `t1` of system and code, `t2` of the system; likewise of a reference with its version in `t1`, of a URI |
//! | string, token, URI | `s0`, `s1` ...: sort keys, eight bytes each: the first 32 bytes of a folded string, 16 of a code, 64 of a URI |
//!
//! Of several texts the least and the greatest are kept, in this order and aligned: where one has a part that the other has
//! not, `NO_PART` stands for the other's.

use std::sync::{Arc, LazyLock};

use fornax_definitions::{Definitions, ParameterId, SearchKind, SearchParameter, Usage};
use fornax_postings::ColumnName;

use crate::encoding::{EXACT_PARTS, ID_PARTS};
use crate::fold::FOLDED_BYTES_MAX;

/// The column of `meta.lastUpdated`, in microseconds since 1970 began; every document has it.
pub const LAST_UPDATED: &str = "updated";

/// Columns that documents of every type have.
pub(crate) struct EveryColumns {
    pub last_updated: ColumnName,
    /// Sort keys of the id.
    pub id: [ColumnName; ID_PARTS],
}

pub(crate) static EVERY: LazyLock<EveryColumns> = LazyLock::new(|| EveryColumns {
    last_updated: LAST_UPDATED.into(),
    id: std::array::from_fn(|part| format!("id{part}").into()),
});

/// The columns of one parameter.
#[derive(Debug)]
pub(crate) enum Columns {
    Date {
        low: ColumnName,
        high: ColumnName,
    },
    Number(Box<NumberColumns>),
    Reference(ColumnName),
    Text(Box<[ColumnName]>),
    /// Latitude and longitude.
    Place([ColumnName; 2]),
    Composite(Box<[ComponentColumns]>),
}

/// A component of a composite, and its columns.
#[derive(Debug)]
pub(crate) struct ComponentColumns {
    /// The parameter that it is like.
    pub parameter: ParameterId,
    pub kind: SearchKind,
    pub columns: PartColumns,
}

/// The aligned columns of one component.
#[derive(Debug)]
pub(crate) enum PartColumns {
    Date {
        low: ColumnName,
        high: ColumnName,
    },
    Number(Box<NumberColumns>),
    /// The parts of a folded string.
    Text(Box<[ColumnName]>),
    /// Hashes of terms.
    Terms([ColumnName; TERM_HASHES]),
}

/// Terms of one value that are told apart: the value alone, with what it lies in or its version, and what it lies in alone.
pub(crate) const TERM_HASHES: usize = 3;

#[derive(Clone, Debug)]
pub(crate) struct NumberColumns {
    pub plain: ColumnName,
    pub low: [ColumnName; EXACT_PARTS],
    pub high: [ColumnName; EXACT_PARTS],
    pub unit: [ColumnName; 3],
}

impl Columns {
    /// `None` for kinds that are not indexed.
    pub fn of(parameter: &SearchParameter, definitions: &Definitions) -> Option<Self> {
        let names = Names(format!("{:x}", parameter.id.index()));
        Some(match parameter.kind {
            SearchKind::Date => Self::Date { low: names.one("l"), high: names.one("h") },
            SearchKind::Number | SearchKind::Quantity => Self::Number(Box::new(names.number())),
            SearchKind::Reference => Self::Reference(names.one("r")),
            SearchKind::Token => Self::Text(names.texts(2)),
            SearchKind::String => Self::Text(names.texts(4)),
            SearchKind::Uri => Self::Text(names.texts(8)),
            SearchKind::Composite => {
                let components = parameter.components.iter().enumerate();
                let components = components.map(|(index, component)| {
                    let parameter = definitions.parameter_of(component.parameter);
                    ComponentColumns::of(parameter, &Names(format!("{}x{index}", names.0)))
                });
                Self::Composite(components.collect::<Option<_>>()?)
            }
            SearchKind::Special if parameter.usage == Some(Usage::Nearby) => {
                Self::Place([names.one("y"), names.one("x")])
            }
            SearchKind::Special => return None,
        })
    }
}

impl ComponentColumns {
    fn of(parameter: &SearchParameter, names: &Names) -> Option<Self> {
        let columns = match parameter.kind {
            SearchKind::Date => PartColumns::Date { low: names.one("l"), high: names.one("h") },
            SearchKind::Number | SearchKind::Quantity => PartColumns::Number(Box::new(names.number())),
            SearchKind::String => PartColumns::Text(names.texts(FOLDED_BYTES_MAX / 8)),
            SearchKind::Token | SearchKind::Reference | SearchKind::Uri => {
                PartColumns::Terms(names.numbered('t'))
            }
            SearchKind::Composite | SearchKind::Special => return None,
        };
        Some(Self { parameter: parameter.id, kind: parameter.kind, columns })
    }
}

/// Makes names with the same beginning.
struct Names(String);

impl Names {
    fn one(&self, suffix: &str) -> ColumnName {
        Arc::from(format!("{}{suffix}", self.0))
    }

    fn numbered<const COUNT: usize>(&self, letter: char) -> [ColumnName; COUNT] {
        std::array::from_fn(|part| self.one(&format!("{letter}{part}")))
    }

    fn texts(&self, count: usize) -> Box<[ColumnName]> {
        (0..count).map(|part| self.one(&format!("s{part}"))).collect()
    }

    fn number(&self) -> NumberColumns {
        NumberColumns {
            plain: self.one("n"),
            low: self.numbered('l'),
            high: self.numbered('h'),
            unit: [self.one("u"), self.one("v"), self.one("w")],
        }
    }
}
