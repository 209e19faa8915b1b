//! What can be wrong with what a caller asks for.

/// Why there is no such population.
#[derive(Debug, thiserror::Error)]
pub enum PopulationError {
    /// A day that does not exist or is not written as `2026-01-01`.
    #[error("{0:?} is no day such as 2026-01-01")]
    Day(String),
    /// A last day too early or too late for lives to end there.
    #[error("the last day must lie between 2000-01-01 and 2100-01-01, and is {0}")]
    Until(crate::Day),
    /// More patients than there are.
    #[error("a population has at most {max} patients, not {asked}")]
    Patients {
        /// As asked for.
        asked: u64,
        /// The limit.
        max: u64,
    },
    /// Rates of change that can't be reached.
    #[error(
        "updates ({updates} %) and deletes ({deletes} %) can't be more than {together_max} % together, and deletes no more than {deletes_max} %"
    )]
    Rates {
        /// As asked for.
        updates: u8,
        /// As asked for.
        deletes: u8,
        /// The limit of both.
        together_max: u8,
        /// The limit of deletes.
        deletes_max: u8,
    },
    /// One of the crate's own tables is not well formed.
    #[error("table {0}")]
    Table(String),
}
