//! Numbers, as RFC 8259 section 6 has them.

/// The end of the number that begins at `at`; else what is missing, and where.
#[inline]
pub(super) fn end(bytes: &[u8], at: usize) -> Result<usize, (&'static str, usize)> {
    let mut at = at + usize::from(bytes[at] == b'-');
    let first = at;
    at = digits(bytes, at)?;
    if bytes[first] == b'0' && at > first + 1 {
        return Err(("a number with a leading zero", first));
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Ok(at)
}

/// The end of one digit or more.
#[inline(always)]
fn digits(bytes: &[u8], at: usize) -> Result<usize, (&'static str, usize)> {
    let mut end = at;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    if end > at { Ok(end) } else { Err(("expected a digit", at)) }
}
