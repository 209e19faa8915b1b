//! What a search asks, in terms and columns.

use std::sync::Arc;

use crate::document::ColumnName;
use crate::rid_set::RidSet;
use crate::schema::Field;

/// A condition on documents.
#[derive(Clone, Debug)]
pub enum Clause {
    /// Every document.
    All,
    /// Documents with this term.
    Term(Field, Box<[u8]>),
    /// Documents with a term that starts so.
    Prefix(Field, Box<[u8]>),
    /// Documents with this word in their text.
    Word(Box<str>),
    /// Documents with a value for which all tests hold. Several tests are on aligned columns: they hold for values at the same
    /// place, as for the two ends of an interval or the parts of a composite.
    Values(Vec<Test>),
    /// Documents of these resources.
    Rids(Arc<RidSet>),
    /// Documents with a value in this column that is one of these resources.
    Joined(ColumnName, Arc<RidSet>),
    /// All hold. None: every document.
    And(Vec<Self>),
    /// At least one holds. None: no document.
    Or(Vec<Self>),
    /// Does not hold.
    Not(Box<Self>),
}

/// A value of `column` lies in `low..=high`.
#[derive(Clone, Debug)]
pub struct Test {
    /// The column.
    pub column: ColumnName,
    /// The least value that passes.
    pub low: i64,
    /// The greatest value that passes.
    pub high: i64,
}

impl Clause {
    /// A term.
    pub fn term(field: Field, term: &[u8]) -> Self {
        Self::Term(field, term.into())
    }

    /// One value in `low..=high`.
    pub fn range(column: &ColumnName, low: i64, high: i64) -> Self {
        Self::Values(vec![Test { column: Arc::clone(column), low, high }])
    }
}
