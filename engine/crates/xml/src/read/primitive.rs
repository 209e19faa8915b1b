//! A primitive's text as a JSON value.

use fornax_definitions::JsonKind;
use fornax_model::write::string_into;

/// Appends the value that a text is; says what is wrong with the text where it is none.
pub(super) fn value_into(out: &mut Vec<u8>, text: &str, kind: JsonKind) -> Result<(), &'static str> {
    match kind {
        _ if text.is_empty() => return Err("an empty attribute"),
        JsonKind::String => string_into(out, text),
        JsonKind::Boolean if matches!(text, "true" | "false") => out.extend_from_slice(text.as_bytes()),
        JsonKind::Boolean => return Err("neither true nor false"),
        JsonKind::Integer => {
            // FHIR allows a plus, JSON does not.
            let number = text.strip_prefix('+').filter(|digits| !digits.starts_with('-')).unwrap_or(text);
            if after_whole(number) != Some("") {
                return Err("not a whole number");
            }
            out.extend_from_slice(number.as_bytes());
        }
        JsonKind::Decimal if is_number(text) => out.extend_from_slice(text.as_bytes()),
        JsonKind::Decimal => return Err("not a decimal number"),
    }
    Ok(())
}

/// Whether a text is a number as JSON writes it (RFC 8259, section 6).
fn is_number(text: &str) -> bool {
    let Some(mut rest) = after_whole(text) else { return false };
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = after_digits(fraction);
        if rest.len() == fraction.len() {
            return false;
        }
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !digits.is_empty() && after_digits(digits).is_empty();
    }
    rest.is_empty()
}

/// What follows a whole number; `None` when none comes first.
fn after_whole(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let rest = after_digits(digits);
    let length = digits.len() - rest.len();
    let is_whole = length == 1 || length > 1 && !digits.starts_with('0');
    is_whole.then_some(rest)
}

fn after_digits(text: &str) -> &str {
    text.trim_start_matches(|letter: char| letter.is_ascii_digit())
}
