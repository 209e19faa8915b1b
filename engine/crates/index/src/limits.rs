//! What one resource may grow to in the index.

/// Bounds on search values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Search values of one resource, over all parameters.
    pub values_max: usize,
}

impl Default for Limits {
    /// 200,000 values.
    fn default() -> Self {
        Self { values_max: 200_000 }
    }
}
