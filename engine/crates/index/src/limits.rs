//! What one resource may grow to in the index.

/// Bounds on search values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Search values of one resource, over all parameters.
    pub values_max: usize,
    /// Combinations of the values of composites' components within one element, over all composites of one resource.
    pub combinations_max: usize,
    /// Words of the narrative, and of all else: those that follow are not found.
    pub words_max: usize,
    /// Values of one added search parameter in one resource: one that selects more has none there.
    pub added_values_max: usize,
}

impl Default for Limits {
    /// 200,000 values, 20,000 combinations, 100,000 words, 1,000 values of an added search parameter.
    fn default() -> Self {
        Self { values_max: 200_000, combinations_max: 20_000, words_max: 100_000, added_values_max: 1_000 }
    }
}
