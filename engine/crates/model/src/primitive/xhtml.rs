//! A narrative's content: one `div`, well-formed, with something to see in it.
//!
//! What elements and attributes a narrative may have is for validation to say.

use super::PrimitiveFault;
use super::text::is_space;

const DEPTH_MAX: usize = 256;
const MALFORMED: PrimitiveFault = PrimitiveFault::Malformed("well-formed XHTML");

/// Checks a narrative's content.
pub(super) fn check(text: &str) -> Result<(), PrimitiveFault> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text.trim_matches(|letter: char| letter.is_ascii_whitespace());
    let mut shows_something = false;
    if !rest.starts_with("<div") {
        return Err(PrimitiveFault::Malformed("XHTML in one div"));
    }
    loop {
        let tag = rest.find('<').ok_or(MALFORMED)?;
        shows_something |= has_text(&rest[..tag])?;
        rest = &rest[tag..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("--").ok_or(MALFORMED)?;
            rest = comment[end..].strip_prefix("-->").ok_or(MALFORMED)?;
        } else if let Some(closing) = rest.strip_prefix("</") {
            let (name, after) = name(closing)?;
            if open.pop() != Some(name) {
                return Err(MALFORMED);
            }
            rest = after.trim_ascii_start().strip_prefix('>').ok_or(MALFORMED)?;
        } else {
            let tag = Tag::read(&rest[1..])?;
            shows_something |= tag.name == "img";
            rest = tag.after;
            if open.is_empty() && tag.name != "div" {
                return Err(MALFORMED);
            }
            if !tag.is_empty {
                open.push(tag.name);
            }
            if open.len() > DEPTH_MAX {
                return Err(PrimitiveFault::OutOfRange);
            }
        }
        if open.is_empty() {
            break;
        }
    }
    match (rest, shows_something) {
        ("", true) => Ok(()),
        ("", false) => Err(PrimitiveFault::Empty),
        _ => Err(PrimitiveFault::Malformed("XHTML in one div")),
    }
}

/// A tag that opens an element.
struct Tag<'a> {
    name: &'a str,
    /// Whether the element ends here.
    is_empty: bool,
    after: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads what follows the opening bracket.
    fn read(text: &'a str) -> Result<Self, PrimitiveFault> {
        let (name, mut rest) = name(text)?;
        loop {
            let trimmed = rest.trim_ascii_start();
            if let Some(after) = trimmed.strip_prefix('>') {
                return Ok(Self { name, is_empty: false, after });
            }
            if let Some(after) = trimmed.strip_prefix("/>") {
                return Ok(Self { name, is_empty: true, after });
            }
            if trimmed.len() == rest.len() {
                return Err(MALFORMED);
            }
            rest = attribute(trimmed)?;
        }
    }
}

/// Reads `name="value"`, in either kind of quotes, and returns what follows.
fn attribute(text: &str) -> Result<&str, PrimitiveFault> {
    let (_, rest) = name(text)?;
    let value = rest.trim_ascii_start().strip_prefix('=').ok_or(MALFORMED)?.trim_ascii_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or(MALFORMED)?;
    let (value, after) = value[1..].split_once(quote).ok_or(MALFORMED)?;
    if value.contains('<') {
        return Err(MALFORMED);
    }
    has_text(value)?;
    Ok(after)
}

/// Splits the name of an element or attribute off.
fn name(text: &str) -> Result<(&str, &str), PrimitiveFault> {
    let belongs = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.');
    let end = text.find(|letter| !belongs(letter)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
        Ok((name, rest))
    } else {
        Err(MALFORMED)
    }
}

/// Whether there is more than white space between two tags. Its references to characters must be whole.
fn has_text(text: &str) -> Result<bool, PrimitiveFault> {
    let mut rest = text;
    while let Some((_, reference)) = rest.split_once('&') {
        let (name, after) = reference.split_once(';').ok_or(MALFORMED)?;
        let is_number = |digits: &str| match digits.strip_prefix('x') {
            Some(digits) => !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
            None => !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()),
        };
        let is_whole = match name.strip_prefix('#') {
            Some(number) => is_number(number),
            None => !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_alphanumeric()),
        };
        if !is_whole {
            return Err(MALFORMED);
        }
        rest = after;
    }
    Ok(text.bytes().any(|byte| !is_space(byte)))
}
