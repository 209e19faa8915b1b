//! The search parameters of one resource type, ready for extraction and for queries.

use fornax_definitions::{Definitions, ParameterId, SearchKind, SearchParameter, TypeId};
use fornax_fhirpath::{Compiler, ExtractionPlan};
use fornax_query::{has_values, implied_systems};

use crate::columns::Columns;
use crate::error::IndexError;

/// The parameters of one type that have values here.
#[derive(Debug)]
pub(crate) struct TypePlan {
    pub resource: TypeId,
    /// The type's name: the term of its kind.
    pub name: &'static str,
    /// Of the release's parameters.
    pub extraction: ExtractionPlan,
    /// One for each added parameter: none that fails on a resource keeps others from being read.
    pub added: Box<[ExtractionPlan]>,
    /// In the order of numbers.
    rows: Box<[Row]>,
}

/// One parameter.
#[derive(Debug)]
pub(crate) struct Row {
    pub parameter: ParameterId,
    pub kind: SearchKind,
    pub columns: Columns,
    /// What its values identify a resource by.
    pub identity: Option<IdentityKind>,
    /// The systems of codes that have none written beside them.
    pub implied_systems: Box<[&'static str]>,
}

/// Which values of a parameter identify a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityKind {
    Identifier,
    CanonicalUrl,
}

/// The place of a row in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowId(u16);

impl RowId {
    pub const FIRST: Self = Self(0);
}

impl TypePlan {
    pub fn new(compiler: &Compiler, definitions: &Definitions, resource: TypeId) -> Result<Self, IndexError> {
        let indexed = || definitions.indexed_parameters(resource).filter(|parameter| is_extracted(parameter));
        let mut rows: Vec<Row> =
            indexed().filter_map(|parameter| Row::new(parameter, resource, definitions)).collect();
        rows.sort_unstable_by_key(|row| row.parameter);
        rows.dedup_by_key(|row| row.parameter);
        let (released, added): (Vec<_>, Vec<_>) =
            indexed().partition(|parameter| definitions.is_of_release(parameter.id));
        let alone = |parameter| ExtractionPlan::new(compiler, resource, [parameter]);
        Ok(Self {
            resource,
            name: definitions.type_of(resource).name,
            extraction: ExtractionPlan::new(compiler, resource, released)?,
            added: added.into_iter().map(alone).collect::<Result<_, _>>()?,
            rows: rows.into(),
        })
    }

    pub fn find(&self, parameter: ParameterId) -> Option<RowId> {
        let at = self.rows.binary_search_by_key(&parameter, |row| row.parameter).ok()?;
        Some(RowId(at as u16))
    }

    /// The systems that go without saying for a parameter.
    pub fn implied_systems(&self, parameter: ParameterId) -> &[&'static str] {
        self.find(parameter).map_or(&[], |row| &self.row(row).implied_systems)
    }

    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[usize::from(id.0)]
    }
}

impl Row {
    fn new(parameter: &SearchParameter, resource: TypeId, definitions: &Definitions) -> Option<Self> {
        let identity = match (&*parameter.code, parameter.kind) {
            _ if !definitions.is_of_release(parameter.id) => None,
            ("identifier", SearchKind::Token) => Some(IdentityKind::Identifier),
            ("url", SearchKind::Uri) => Some(IdentityKind::CanonicalUrl),
            _ => None,
        };
        let columns = Columns::of(parameter, definitions)?;
        let implied_systems = implied_systems(definitions, parameter, resource).into();
        Some(Self { parameter: parameter.id, kind: parameter.kind, columns, identity, implied_systems })
    }
}

/// Whether a parameter's values are read from the body. The id is the rid's own, and the time of the last update is the
/// store's, not the body's.
fn is_extracted(parameter: &SearchParameter) -> bool {
    has_values(parameter) && !matches!(&*parameter.code, ID | LAST_UPDATED)
}

/// The parameter that asks for ids.
pub(crate) const ID: &str = "_id";
/// The parameter that asks for the time of the last update.
pub(crate) const LAST_UPDATED: &str = "_lastUpdated";
