//! What a check may grow to.

/// Bounds of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Issues that are found before the check stops: 50. Zero counts as one: what is wrong is never passed over.
    pub issues_max: usize,
    /// Elements around an element, which bounds the recursion: 64. What lies deeper is refused.
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { issues_max: 50, depth_max: 64 }
    }
}
