//! What an expression and its evaluation may grow to.

/// Bounds of parsing, compiling and evaluating.
///
/// All are checked before the memory or time is spent; each ends in [`Error::Limit`](crate::Error::Limit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one expression's text.
    pub expression_bytes_max: usize,
    /// Levels of one expression's syntax tree; it bounds the recursion of compiling and evaluating.
    pub depth_max: usize,
    /// Operations and visited nodes of one evaluation.
    pub steps_max: u64,
    /// Items alive at one moment of an evaluation, results included.
    pub items_max: usize,
    /// Bytes of a string that an evaluation makes.
    pub string_bytes_max: usize,
    /// Bytes that one compiled regular expression may take.
    pub pattern_bytes_max: usize,
}

impl Default for Limits {
    /// 64 KiB of text, 128 levels, 10 million steps, 1 million items, 1 MiB strings, 1 MiB patterns.
    fn default() -> Self {
        Self {
            expression_bytes_max: 64 << 10,
            depth_max: 128,
            steps_max: 10_000_000,
            items_max: 1_000_000,
            string_bytes_max: 1 << 20,
            pattern_bytes_max: 1 << 20,
        }
    }
}

/// Which of the [`Limits`] was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::expression_bytes_max`].
    ExpressionBytes,
    /// [`Limits::depth_max`].
    Depth,
    /// [`Limits::steps_max`].
    Steps,
    /// [`Limits::items_max`].
    Items,
    /// [`Limits::string_bytes_max`].
    StringBytes,
    /// [`Limits::pattern_bytes_max`].
    PatternBytes,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ExpressionBytes => "length of an expression",
            Self::Depth => "nesting",
            Self::Steps => "steps of an evaluation",
            Self::Items => "items of an evaluation",
            Self::StringBytes => "length of a string",
            Self::PatternBytes => "size of a regular expression",
        })
    }
}
