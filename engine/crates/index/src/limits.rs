//! What one resource may grow to in the index.

/// Bounds on search values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Search values of one resource, over all parameters.
    pub values_max: usize,
    /// Combinations of the values of composites' components within one element, over all composites of one resource.
    pub combinations_max: usize,
}

impl Default for Limits {
    /// 200,000 values, 20,000 combinations.
    fn default() -> Self {
        Self { values_max: 200_000, combinations_max: 20_000 }
    }
}
