//! JSON as servers store it.

/// The same JSON without white space between its tokens.
pub fn compact(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |letter: &char| {
        quoted ^= *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        quoted || !letter.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}
