//! What can go wrong.

use fornax_fhirpath::ParameterError;

/// Why a resource or a query can't be brought to the index, one variant per thing a caller does differently.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// The definitions hold a search parameter that does not compile: no resource of the type can be indexed.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A search parameter's expression can't be evaluated on this resource.
    #[error("a search parameter can't be evaluated: {0}")]
    Evaluation(#[from] fornax_fhirpath::Error),
    /// The resource has more search values than [`Limits::values_max`](crate::Limits::values_max).
    #[error("more than {max} search values")]
    Values {
        /// The limit.
        max: usize,
    },
    /// The components of its composites have more combinations than
    /// [`Limits::combinations_max`](crate::Limits::combinations_max).
    #[error("more than {max} combinations of values of composite search parameters")]
    Combinations {
        /// The limit.
        max: usize,
    },
    /// A filter is on a parameter that has no values in this index.
    #[error("the search parameter {url} is not indexed")]
    NotIndexed {
        /// Its canonical URL.
        url: String,
    },
    /// Other resources decide whether this one matches.
    #[error("the search asks for what other resources say")]
    Join,
}
