//! Query strings and forms, for the few parameters that the server itself reads.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but the characters that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The first value of a parameter, decoded; `None`: it is not there, or is not UTF-8.
pub(crate) fn value<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    pairs(query).find(|(found, _)| found == name).map(|(_, value)| value)
}

/// All parameters in order, decoded; those that are not UTF-8 are left out.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let split = |pair| match str::split_once(pair, '=') {
        Some((name, value)) => (name, value),
        None => (pair, ""),
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(split);
    pairs.filter_map(|(name, value)| Some((decoded(name)?, decoded(value)?)))
}

/// The query as it is, without some parameters.
pub(crate) fn without(query: &str, names: &[&str]) -> String {
    let is_kept = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        !decoded(name).is_some_and(|name| names.contains(&&*name))
    };
    query.split('&').filter(is_kept).collect::<Vec<_>>().join("&")
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return percent_decode_str(&spaced).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned()));
    }
    percent_decode_str(text).decode_utf8().ok()
}

/// A query of these parts; some may be empty.
pub(crate) fn joined(parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&")
}

/// A value as it stands in a URL.
pub(crate) fn encoded(value: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(value, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, name: &str, expected: Option<&str>) {
        assert_eq!(value(query, name).as_deref(), expected, "{name} in {query}");
    }

    #[test]
    fn values() {
        check("", "_count", None);
        check("_count=5", "_count", Some("5"));
        check("a=1&_count=5&_count=6", "_count", Some("5"));
        check("&&_count", "_count", Some(""));
        check("_since=2020-01-01T00%3A00%3A00%2B01:00", "_since", Some("2020-01-01T00:00:00+01:00"));
        check("name=a+b%20c", "name", Some("a b c"));
        check("%5Fcount=5", "_count", Some("5"));
        check("a=b=c", "a", Some("b=c"));
        check("a=%ff", "a", None);
    }

    #[test]
    fn some_are_left_out() {
        let names = ["_format", "_pretty"];
        assert_eq!(without("a=1&_format=json&b=%2F&%5Fpretty=true&c", &names), "a=1&b=%2F&c");
        assert_eq!(without("", &names), "");
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let text = "a b+c&d=e/f-_.~é";
        assert_eq!(value(&format!("x={}", encoded(text)), "x").as_deref(), Some(text));
    }
}
