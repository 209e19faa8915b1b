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
//! | string, token, URI | `s0`, `s1` ...: sort keys, eight bytes each: the first 32 bytes of a folded string, 16 of a code, 64 of a URI |
//!
//! Of several texts the least and the greatest are kept, in this order and aligned: where one has a part that the other has
//! not, `NO_PART` stands for the other's.

use std::sync::{Arc, LazyLock};

use fornax_definitions::{ParameterId, SearchKind};
use fornax_postings::ColumnName;

use crate::encoding::{EXACT_PARTS, ID_PARTS};

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
    Date { low: ColumnName, high: ColumnName },
    Number(Box<NumberColumns>),
    Reference(ColumnName),
    Text(Box<[ColumnName]>),
}

#[derive(Debug)]
pub(crate) struct NumberColumns {
    pub plain: ColumnName,
    pub low: [ColumnName; EXACT_PARTS],
    pub high: [ColumnName; EXACT_PARTS],
    pub unit: [ColumnName; 3],
}

impl Columns {
    /// `None` for kinds that are not indexed.
    pub fn of(parameter: ParameterId, kind: SearchKind) -> Option<Self> {
        let name = |suffix: &str| -> ColumnName { Arc::from(format!("{:x}{suffix}", parameter.index())) };
        let parts = |letter: char| std::array::from_fn(|part| name(&format!("{letter}{part}")));
        let texts = |count: usize| Self::Text((0..count).map(|part| name(&format!("s{part}"))).collect());
        Some(match kind {
            SearchKind::Date => Self::Date { low: name("l"), high: name("h") },
            SearchKind::Number | SearchKind::Quantity => Self::Number(Box::new(NumberColumns {
                plain: name("n"),
                low: parts('l'),
                high: parts('h'),
                unit: [name("u"), name("v"), name("w")],
            })),
            SearchKind::Reference => Self::Reference(name("r")),
            SearchKind::Token => texts(2),
            SearchKind::String => texts(4),
            SearchKind::Uri => texts(8),
            SearchKind::Composite | SearchKind::Special => return None,
        })
    }
}
