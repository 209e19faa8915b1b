//! JSON without the white space between its tokens.

/// Whether there is no white space outside strings. `json` must have been parsed before.
pub(crate) fn is_compact(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|&byte| byte == b'"' || is_white(byte)) {
        if rest[at] != b'"' {
            return false;
        }
        let Some(end) = string_end(&rest[at + 1..]) else { return true };
        rest = &rest[at + 1 + end..];
    }
    true
}

/// Leaves out white space outside strings; every token stays byte for byte. `json` must have been parsed before.
pub(crate) fn compact(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(quote) = rest.iter().position(|&byte| byte == b'"') {
        push_tokens(&mut out, &rest[..quote]);
        let end = string_end(&rest[quote + 1..]).map_or(rest.len(), |end| quote + 1 + end);
        out.extend_from_slice(&rest[quote..end]);
        rest = &rest[end..];
    }
    push_tokens(&mut out, rest);
    out
}

fn push_tokens(out: &mut Vec<u8>, between: &[u8]) {
    out.extend(between.iter().filter(|byte| !is_white(**byte)));
}

fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// How many bytes to behind the closing quote.
fn string_end(string: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += string[at..].iter().position(|&byte| byte == b'"' || byte == b'\\')?;
        if string[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, want: &str) {
        assert_eq!(String::from_utf8(compact(json.as_bytes())).unwrap(), want);
        assert_eq!(is_compact(json.as_bytes()), json == want);
        assert!(is_compact(want.as_bytes()));
    }

    #[test]
    fn only_white_space_between_tokens_goes() {
        check("", "");
        check(" { \"a b\" : [ 1.50 , null ],\r\n\t\"c\": \" x \" } ", "{\"a b\":[1.50,null],\"c\":\" x \"}");
        check(r#"{"a": "\" ", "b\\": " \\" }"#, r#"{"a":"\" ","b\\":" \\"}"#);
    }
}
