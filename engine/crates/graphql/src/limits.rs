//! How much one request may ask for.

/// Bounds on one request. The first five are checked before anything is read, the others while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the query's text.
    pub query_bytes_max: usize,
    /// Tokens of the query's text.
    pub tokens_max: usize,
    /// How deep fields stand in one another, fragments opened.
    pub depth_max: usize,
    /// Fields of the operation, aliases among them, fragments opened wherever they are spread.
    pub fields_max: usize,
    /// Resources and searches that the operation may lead to, as [`list_estimate`](Self::list_estimate) guesses.
    pub cost_max: u64,
    /// How many matches a search counts as in the estimate when `_count` does not say.
    pub list_estimate: u64,
    /// Fields given a value and items looked at, over all resources.
    pub values_max: usize,
    /// Resources read and found.
    pub resources_max: usize,
    /// Bytes of these resources.
    pub resource_bytes_max: usize,
    /// Searches, and further pages of them.
    pub searches_max: usize,
    /// Matches asked for in one page when a list gives no `_count`.
    pub page_max: usize,
    /// Evaluations of FHIRPath expressions.
    pub evaluations_max: usize,
    /// Steps of one such evaluation.
    pub evaluation_steps_max: u64,
    /// Bytes of the answer.
    pub response_bytes_max: usize,
    /// Errors that are told; the others are counted.
    pub errors_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            query_bytes_max: 64 << 10,
            tokens_max: 10_000,
            depth_max: 32,
            fields_max: 2_000,
            cost_max: 50_000,
            list_estimate: 20,
            values_max: 2_000_000,
            resources_max: 5_000,
            resource_bytes_max: 64 << 20,
            searches_max: 500,
            page_max: 1_000,
            evaluations_max: 5_000,
            evaluation_steps_max: 50_000,
            response_bytes_max: 32 << 20,
            errors_max: 100,
        }
    }
}
