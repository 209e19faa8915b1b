//! How much one search may bring.

/// Bounds on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resources that come along with the matches of one page; beyond it the page says that it is
    /// [cut](crate::Completeness::Cut).
    pub included_max: usize,
}

impl Default for Limits {
    /// 10,000 resources beside the matches.
    fn default() -> Self {
        Self { included_max: 10_000 }
    }
}
