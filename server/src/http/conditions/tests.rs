use super::*;

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers
            .append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value"));
    }
    headers
}

fn check_match(value: &str, expected: Option<u64>) {
    let found = if_match(&headers(&[("if-match", value)])).map_err(|refusal| refusal.status.as_u16());
    assert_eq!(found, expected.map(|number| Some(VersionId(number))).ok_or(400), "{value}");
}

#[test]
fn if_match_names_one_version() {
    check_match("W/\"3\"", Some(3));
    check_match("\"3\"", Some(3));
    check_match(" W/\"12\" ", Some(12));
    for wrong in [
        "3",
        "W/3",
        "*",
        "W/\"\"",
        "W/\"a\"",
        "W/\"03\"",
        "W/\"+3\"",
        "W/\"1\", W/\"2\"",
        "W/\"99999999999999999999\"",
    ] {
        check_match(wrong, None);
    }
    assert!(if_match(&HeaderMap::new()).expect("no condition").is_none());
}

#[test]
fn if_none_exist_is_a_query() {
    let found = |value| {
        if_none_exist(&headers(&[("if-none-exist", value)])).map_err(|refusal| refusal.status.as_u16())
    };
    assert_eq!(found("identifier=a|b"), Ok(Some("identifier=a|b".to_owned())));
    assert_eq!(found("?identifier=a|b"), Ok(Some("identifier=a|b".to_owned())));
    assert_eq!(found(""), Err(400));
    assert_eq!(found("?"), Err(400));
    assert_eq!(if_none_exist(&HeaderMap::new()).expect("no condition"), None);
}

/// Version 3, written at 12:00:00.250.
fn check_known(lines: &[(&'static str, &str)], expected: bool) {
    let written: Timestamp = "2026-11-24T12:00:00.250Z".parse().expect("a time");
    assert_eq!(is_known_as(&headers(lines), VersionId(3), written), expected, "{lines:?}");
}

#[test]
fn reads_under_conditions() {
    check_known(&[], false);
    check_known(&[("if-none-match", "W/\"3\"")], true);
    check_known(&[("if-none-match", "W/\"2\"")], false);
    check_known(&[("if-none-match", "W/\"2\", W/\"3\"")], true);
    check_known(&[("if-none-match", "W/\"2\""), ("if-none-match", "W/\"3\"")], true);
    check_known(&[("if-none-match", "*")], true);
    check_known(&[("if-modified-since", "Tue, 24 Nov 2026 12:00:00 GMT")], true);
    check_known(&[("if-modified-since", "Tue, 24 Nov 2026 11:59:59 GMT")], false);
    check_known(&[("if-modified-since", "yesterday")], false);
    let later = ("if-modified-since", "Tue, 24 Nov 2026 13:00:00 GMT");
    check_known(&[later], true);
    check_known(&[("if-none-match", "W/\"2\""), later], false);
}

#[test]
fn dates_are_written_as_http_has_them() {
    let written: Timestamp = "2026-11-04T02:03:04.999Z".parse().expect("a time");
    assert_eq!(http_date(written).expect("a date"), "Wed, 04 Nov 2026 02:03:04 GMT");
}
