//! Strings and names: where they end, and that their escapes are whole.

use super::Stop;
use crate::error::ParseFault;
use crate::{scan, text};

/// Reads a string's content from `at`, after its opening quote, to its closing quote; tells whether it has escapes.
#[inline(always)]
pub(super) fn content(bytes: &[u8], at: usize) -> Result<(usize, bool), Stop> {
    let stop = scan::special(bytes, at);
    if bytes.get(stop) == Some(&b'"') { Ok((stop, false)) } else { escaped_content(bytes, stop) }
}

#[inline(never)]
fn escaped_content(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Stop> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok((at, true)),
            Some(b'\\') => at = escape(bytes, at)?,
            Some(_) => return Err(Stop::syntax("a control character in a string", at)),
            None => return Err(Stop::syntax("the document ends within a string", at)),
        }
        at = scan::special(bytes, at);
    }
}

/// Reads the escape whose backslash is at `at`.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Stop> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match text::unicode(&bytes[at + 2..]) {
            Some((_, length)) => Ok(at + 2 + length),
            None if text::has_hex4(&bytes[at + 2..]) => {
                Err(Stop { fault: ParseFault::Encoding("half a surrogate pair"), at })
            }
            None => Err(Stop::syntax("expected four hexadecimal digits", at)),
        },
        Some(_) => Err(Stop::syntax("an unknown escape", at)),
        None => Err(Stop::syntax("the document ends within a string", at)),
    }
}
