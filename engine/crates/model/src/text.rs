//! Escapes of JSON strings.

use std::borrow::Cow;

use crate::scan;
use crate::tape::NameAt;

/// Appends a string to JSON, without the quotes: escapes what must be, and nothing else.
pub fn escape_into(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let stop = scan::special(bytes, at);
        out.extend_from_slice(&bytes[at..stop]);
        let Some(&byte) = bytes.get(stop) else { return };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            control => {
                let digit = |half: u8| HEX[usize::from(half)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(control >> 4), digit(control & 15)]);
            }
        }
        at = stop + 1;
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The text of a string's content, which was checked when it was parsed.
pub(crate) fn unescape(content: &str) -> Cow<'_, str> {
    let Some(first) = content.find('\\') else { return Cow::Borrowed(content) };
    let mut text = String::with_capacity(content.len());
    text.push_str(&content[..first]);
    let mut rest = &content[first..];
    while let Some(escape) = rest.strip_prefix('\\') {
        let (letter, length) = escaped(escape.as_bytes());
        text.push(letter);
        rest = &escape[length..];
        let plain = rest.find('\\').unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(text)
}

/// A member's name; `None` of what is no member.
#[inline]
pub(crate) fn name(document: &str, name: NameAt) -> Option<Cow<'_, str>> {
    let begin = name.quote()? + 1;
    let bytes = document.as_bytes();
    let mut end = scan::special(bytes, begin);
    if !name.is_escaped() {
        return Some(Cow::Borrowed(&document[begin..end]));
    }
    while bytes.get(end) == Some(&b'\\') {
        end = scan::special(bytes, end + 2);
    }
    Some(unescape(&document[begin..end]))
}

/// Whether a member has that name.
#[inline]
pub(crate) fn is_name(document: &str, at: NameAt, expected: &str) -> bool {
    let Some(quote) = at.quote() else { return false };
    if at.is_escaped() {
        return name(document, at).as_deref() == Some(expected);
    }
    let rest = &document.as_bytes()[quote + 1..];
    // A name without escapes holds no quote; one that does could only match beyond the name's end.
    rest.strip_prefix(expected.as_bytes()).is_some_and(|after| after.first() == Some(&b'"'))
        && !expected.contains('"')
}

/// What stands for the bytes after a backslash, and how many they are.
fn escaped(bytes: &[u8]) -> (char, usize) {
    match bytes.first() {
        Some(b'n') => ('\n', 1),
        Some(b'r') => ('\r', 1),
        Some(b't') => ('\t', 1),
        Some(b'b') => ('\u{8}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(b'u') => match unicode(&bytes[1..]) {
            Some((letter, length)) => (letter, length + 1),
            None => (char::REPLACEMENT_CHARACTER, 1),
        },
        Some(&byte) => (char::from(byte), 1),
        None => (char::REPLACEMENT_CHARACTER, 0),
    }
}

/// Reads what follows `\u`: four digits, or a surrogate pair of ten bytes.
pub(crate) fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let high = hex4(bytes.get(..4)?)?;
    if !(0xd800..0xe000).contains(&high) {
        return Some((char::from_u32(high)?, 4));
    }
    let low = hex4(bytes.get(4..10)?.strip_prefix(b"\\u")?)?;
    let is_pair = high < 0xdc00 && (0xdc00..0xe000).contains(&low);
    let code = is_pair.then(|| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
    Some((char::from_u32(code)?, 10))
}

/// Whether four hexadecimal digits come first.
pub(crate) fn has_hex4(bytes: &[u8]) -> bool {
    bytes.get(..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |code, &digit| Some(code << 4 | char::from(digit).to_digit(16)?))
}
