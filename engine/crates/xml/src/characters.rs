//! Which characters XML has, and of which its names are made (XML 1.0, 2.2 and 2.3).

/// White space as XML means it.
pub(crate) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Whether XML can hold a character at all, be it as a reference.
pub(crate) fn is_character(letter: char) -> bool {
    !matches!(letter, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// Where the first character is that XML can't hold.
pub(crate) fn forbidden(text: &str) -> Option<usize> {
    let mut suspects = text.as_bytes().chunks(CHUNK).enumerate().filter(|(_, chunk)| {
        // Without a branch, so that many bytes are looked at at once.
        chunk.iter().fold(false, |any, &byte| any | is_suspect(byte))
    });
    suspects.find_map(|(number, chunk)| {
        let at = |(within, _): (usize, &u8)| number * CHUNK + within;
        let mut places = chunk.iter().enumerate().filter(|(_, byte)| is_suspect(**byte)).map(at);
        places.find(|&place| !text[place..].starts_with(is_character))
    })
}

const CHUNK: usize = 64;

/// Whether a character that XML can't hold may begin so: both non-characters begin with 0xef, which is rare.
fn is_suspect(byte: u8) -> bool {
    (byte < b' ') & (byte != b'\t') & (byte != b'\r') & (byte != b'\n') | (byte == 0xef)
}

/// Whether a text is a name, perhaps with a prefix.
pub(crate) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(is_name_start) && letters.all(is_name_letter)
}

fn is_name_letter(letter: char) -> bool {
    is_name_start(letter)
        || matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

fn is_name_start(letter: char) -> bool {
    matches!(letter,
        'A'..='Z' | 'a'..='z' | '_' | ':'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}
