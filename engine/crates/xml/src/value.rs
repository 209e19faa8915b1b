//! The text that an attribute's value stands for.

use std::borrow::Cow;

use crate::characters::is_character;
use crate::error::{Stop, XmlFault};

/// Resolves references and turns line ends and tabs into spaces (XML 1.0, 3.3.3).
pub(crate) fn decode(raw: &str, at: usize) -> Result<Cow<'_, str>, Stop> {
    let special = |text: &str| text.bytes().position(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r'));
    let Some(first) = special(raw) else { return Ok(Cow::Borrowed(raw)) };
    let mut text = String::with_capacity(raw.len());
    text.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while !rest.is_empty() {
        if let Some(reference) = rest.strip_prefix('&') {
            let here = at + raw.len() - rest.len();
            let (name, after) = reference.split_once(';').ok_or(Stop::syntax(UNCLOSED, here))?;
            text.push(resolve(name).map_err(|fault| Stop::new(fault, here))?);
            rest = after;
        } else {
            text.push(' ');
            rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
        }
        let plain = special(rest).unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Ok(Cow::Owned(text))
}

const UNCLOSED: &str = "a reference without its semicolon";
const NO_CHARACTER: XmlFault = XmlFault::Syntax("a reference to a character that XML can't hold");

/// The character that a reference of that name means: one of the five that XML itself defines, or a number.
pub(crate) fn resolve(name: &str) -> Result<char, XmlFault> {
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
        let are_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        let code = are_digits.then(|| u32::from_str_radix(digits, radix).ok()).flatten();
        return code.and_then(char::from_u32).filter(|&letter| is_character(letter)).ok_or(NO_CHARACTER);
    }
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(XmlFault::Forbidden("a reference to an entity other than the five that XML defines")),
    }
}
