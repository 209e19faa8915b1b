//! Eight bytes at a time.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const LANES: usize = 8;

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let lanes = bytes.get(at..at + LANES)?;
    Some(u64::from_le_bytes([lanes[0], lanes[1], lanes[2], lanes[3], lanes[4], lanes[5], lanes[6], lanes[7]]))
}

/// Marks the high bit of lanes that are zero. Lanes above the lowest marked one may be marked wrongly.
#[inline(always)]
fn zero_lanes(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// Marks the high bit of lanes that are `"`, `\` or below a space, with the same reserve.
#[inline(always)]
fn special_lanes(word: u64) -> u64 {
    let control = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
    zero_lanes(word ^ (LOW * b'"' as u64)) | zero_lanes(word ^ (LOW * b'\\' as u64)) | control
}

#[inline(always)]
fn lane(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// The next byte at or after `at` that is `"`, `\` or a control character; the end if there is none.
#[inline(always)]
pub(crate) fn special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = word(bytes, at) {
        let marks = special_lanes(word);
        if marks != 0 {
            return at + lane(marks);
        }
        at += LANES;
    }
    while at < bytes.len() && !matches!(bytes[at], b'"' | b'\\' | 0..=0x1f) {
        at += 1;
    }
    at
}

/// The next byte at or after `at` that is not JSON's white space; the end if there is none.
#[inline(always)]
pub(crate) fn space(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at).is_some_and(|&byte| byte > b' ') { at } else { space_run(bytes, at) }
}

#[inline]
fn space_run(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(b' ') => at += spaces(bytes, at),
            Some(b'\n' | b'\r' | b'\t') => at += 1,
            _ => return at,
        }
    }
}

/// How many spaces there are in the first eight bytes from `at`, where one is.
#[inline(always)]
fn spaces(bytes: &[u8], at: usize) -> usize {
    match word(bytes, at) {
        Some(word) => lane(word ^ (LOW * b' ' as u64)).min(LANES),
        None => 1,
    }
}

/// A number that names of one object seldom share: made of both ends and the length.
#[inline(always)]
pub(crate) fn fingerprint(name: &[u8]) -> u32 {
    let length = name.len();
    let (head, tail) = match (word(name, 0), length.checked_sub(LANES)) {
        (Some(head), Some(at)) => (head, word(name, at).unwrap_or(0)),
        _ => (name.iter().fold(0, |head, &byte| head << 8 | u64::from(byte)), 0),
    };
    let mixed = (head ^ tail.rotate_left(29) ^ (length as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32
}
