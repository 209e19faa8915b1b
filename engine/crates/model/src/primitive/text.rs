//! The forms of primitives that are text.

use super::PrimitiveFault;

const STRING_CHARACTERS_MAX: usize = 1 << 20;

/// Any text of up to 1 Mi characters without control characters other than tab and line ends: XML could not hold them.
pub(super) fn check_string(text: &str) -> Result<(), PrimitiveFault> {
    if text.bytes().any(|byte| byte < b' ' && !is_space(byte)) {
        return Err(PrimitiveFault::Malformed("text: a control character"));
    }
    // A character is a byte at least.
    if text.len() > STRING_CHARACTERS_MAX && text.chars().count() > STRING_CHARACTERS_MAX {
        return Err(PrimitiveFault::TooLong { max: STRING_CHARACTERS_MAX });
    }
    Ok(())
}

/// No white space at the ends, nor two in a row.
pub(super) fn is_code(text: &str) -> bool {
    let edges = [text.bytes().next(), text.bytes().last()];
    let has_control = text.bytes().any(|byte| byte < b' ' && !is_space(byte));
    let is_double = text.as_bytes().windows(2).any(|pair| is_space(pair[0]) && is_space(pair[1]));
    !edges.into_iter().flatten().any(is_space) && !is_double && !has_control
}

pub(super) fn is_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

pub(super) fn is_uri(text: &str) -> bool {
    text.bytes().all(|byte| byte > b' ')
}

/// `urn:oid:` and numbers without leading zeros, of which the first is 0, 1 or 2, and there is a second.
pub(super) fn is_oid(text: &str) -> bool {
    let Some((root, rest)) = text.strip_prefix("urn:oid:").and_then(|oid| oid.split_once('.')) else {
        return false;
    };
    let is_arc = |arc: &str| {
        !arc.is_empty()
            && arc.bytes().all(|digit| digit.is_ascii_digit())
            && (arc == "0" || !arc.starts_with('0'))
    };
    matches!(root, "0" | "1" | "2") && rest.split('.').all(is_arc)
}

/// `urn:uuid:` and digits in lower case in groups of 8, 4, 4, 4 and 12.
pub(super) fn is_uuid(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else { return false };
    let is_group = |group: &str, length: usize| {
        group.len() == length && group.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    };
    let groups: Vec<&str> = uuid.splitn(6, '-').collect();
    groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| is_group(group, length))
}

/// Groups of four of the 64 letters, white space between groups only, the last one padded.
pub(super) fn is_base64(text: &str) -> bool {
    let (mut letters, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            _ if is_space(byte) && (letters + padding) % 4 == 0 => {}
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            b'=' => padding += 1,
            _ => return false,
        }
    }
    letters > 0 && padding <= 2 && (letters + padding) % 4 == 0
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
