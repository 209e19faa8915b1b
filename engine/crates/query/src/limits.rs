//! How much a search may ask for.

/// Bounds on one search request. Each is checked before the work that it bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Query string and form body together, still encoded.
    pub request_bytes_max: usize,
    /// Parameters, counting repeats.
    pub parameters_max: usize,
    /// One parameter's name, decoded.
    pub name_bytes_max: usize,
    /// One value of a parameter, between commas, decoded.
    pub value_bytes_max: usize,
    /// Values of all filters together: each costs a look-up.
    pub values_max: usize,
    /// Links of chains and of `_has` in one parameter's name, or in one path of a `_filter`.
    pub links_max: usize,
    /// Meanings of all parameters together: a chain without types means something else for every type that it may lead to, and for
    /// every one of these again.
    pub meanings_max: usize,
    /// Tests in one `_filter`.
    pub filter_tests_max: usize,
    /// How deep one `_filter` nests: parentheses, brackets, and changes between `and` and `or`.
    pub filter_depth_max: usize,
    /// Words in one expression of `_text`, `_content` or a string's `:text`.
    pub text_words_max: usize,
    /// How deep one such expression nests: parentheses and `NOT`.
    pub text_depth_max: usize,
    /// Keys in `_sort`.
    pub sort_keys_max: usize,
    /// `_include` and `_revinclude` together.
    pub includes_max: usize,
    /// Names in `_elements`.
    pub elements_max: usize,
    /// Matches on a page when `_count` is absent.
    pub count_default: u32,
    /// Matches on a page at most; a larger `_count` is lowered to this.
    pub count_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes_max: 1 << 20,
            parameters_max: 256,
            name_bytes_max: 512,
            value_bytes_max: 8 << 10,
            values_max: 20_000,
            links_max: 8,
            meanings_max: 20_000,
            filter_tests_max: 256,
            filter_depth_max: 16,
            text_words_max: 256,
            text_depth_max: 16,
            sort_keys_max: 8,
            includes_max: 64,
            elements_max: 128,
            count_default: 20,
            count_max: 1_000,
        }
    }
}
