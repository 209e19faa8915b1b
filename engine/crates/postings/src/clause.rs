//! What a search asks, in terms and columns.

use std::fmt;
use std::sync::Arc;

use crate::circle::Circle;
use crate::document::ColumnName;
use crate::found::Found;
use crate::rid_set::RidSet;
use crate::schema::{Field, TextField};
use crate::search::Hit;

/// A condition on documents.
#[derive(Clone, Debug)]
pub enum Clause {
    /// Every document.
    All,
    /// Documents with this term.
    Term(Field, Box<[u8]>),
    /// Documents with a term that starts so.
    Prefix(Field, Box<[u8]>),
    /// Documents with a term that starts so and whose rest passes the test. Every term that starts so is looked at.
    Terms(Field, Box<[u8]>, TermTest),
    /// What the terms that start so stand for: one of the clauses that are made of their rests.
    Expanded(Field, Box<[u8]>, Expansion),
    /// Documents that have this in one of these texts. A page can be put in the order of how well they fit.
    Text(&'static [TextField], Pattern),
    /// Documents with a term that starts so and whose rest passes, as [`Clause::Terms`]. It counts in that order, too.
    TextTerms(Field, Box<[u8]>, TermTest),
    /// What of these was worked out before.
    Found(Arc<Found>),
    /// Documents with a value for which all tests hold. Several tests are on aligned columns: they hold for values at the same
    /// place, as for the two ends of an interval or the parts of a composite.
    Values(Vec<Test>),
    /// Documents with a value for which all tests of one of the ways hold: as many [`Values`](Self::Values), put to each document once.
    Ways(Vec<Vec<Test>>),
    /// Documents with a place in the circle: its latitude in the one column, its longitude, aligned, in the other.
    Within([ColumnName; 2], Circle),
    /// Documents of these resources.
    Rids(Arc<RidSet>),
    /// These documents, found without a look at any other. In the order of commit and resource.
    Versions(Arc<[Hit]>),
    /// Documents that name one of these resources.
    Joined(Link, Arc<RidSet>),
    /// Documents that name a resource which the clause finds.
    Refers(Link, Box<Self>),
    /// Documents of resources that are named, by this link, by a document which the clause finds.
    Referred(Link, Box<Self>),
    /// All hold. None: every document.
    And(Vec<Self>),
    /// At least one holds. None: no document.
    Or(Vec<Self>),
    /// Does not hold.
    Not(Box<Self>),
}

/// What is looked for in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// A word.
    Word(Box<str>),
    /// Words, one right after the other. None: no document.
    Phrase(Box<[Box<str>]>),
    /// A word that starts so.
    Start(Box<str>),
}

/// How documents name resources: by their numbers in a column, and by a term for each.
#[derive(Clone, Debug)]
pub struct Link {
    /// The column.
    pub column: ColumnName,
    /// Where the terms are.
    pub field: Field,
    /// What the terms start with; the number follows, in eight bytes, big-endian.
    pub prefix: Box<[u8]>,
}

/// A test on the rest of a term.
#[derive(Clone)]
pub struct TermTest(Arc<Passes>);

/// Whether the rest of a term passes.
type Passes = dyn Fn(&[u8]) -> bool + Send + Sync;

impl TermTest {
    /// A test.
    pub fn new(passes: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(passes))
    }

    pub(crate) fn holds(&self, rest: &[u8]) -> bool {
        (self.0)(rest)
    }
}

impl fmt::Debug for TermTest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TermTest")
    }
}

/// Makes a clause of the rest of a term.
#[derive(Clone)]
pub struct Expansion(Arc<Makes>);

/// What a term's rest stands for; `None`: nothing.
type Makes = dyn Fn(&[u8]) -> Option<Clause> + Send + Sync;

impl Expansion {
    /// An expansion.
    pub fn new(make: impl Fn(&[u8]) -> Option<Clause> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }

    pub(crate) fn of(&self, rest: &[u8]) -> Option<Clause> {
        (self.0)(rest)
    }
}

impl fmt::Debug for Expansion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Expansion")
    }
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

    /// Whether it has to be worked out first what other clauses or many terms find.
    pub(crate) fn is_join(&self) -> bool {
        match self {
            Self::Refers(..) | Self::Referred(..) | Self::Expanded(..) => true,
            Self::Text(_, Pattern::Start(_)) | Self::TextTerms(..) => true,
            Self::And(clauses) | Self::Or(clauses) => clauses.iter().any(Self::is_join),
            Self::Not(clause) => clause.is_join(),
            _ => false,
        }
    }

    /// One value in `low..=high`.
    pub fn range(column: &ColumnName, low: i64, high: i64) -> Self {
        Self::Values(vec![Test { column: Arc::clone(column), low, high }])
    }
}
