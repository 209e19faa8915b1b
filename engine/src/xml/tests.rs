use super::*;

fn read(xml: &str) -> Result<String> {
    to_json(xml.as_bytes(), &Limits::default()).map(|json| String::from_utf8(json).expect("UTF-8"))
}

fn check_unread(xml: &str, kind: ErrorKind, text: &str, place: Option<&str>) {
    let limits = Limits { bundle_bytes_max: 100, ..Limits::default() };
    let error = to_json(xml.as_bytes(), &limits).expect_err("an error");
    let issue = &error.issues()[0];
    assert_eq!(
        (error.kind(), &*issue.diagnostics, issue.expression.as_deref()),
        (kind, text, place),
        "{xml}"
    );
}

#[test]
fn what_is_read_is_written_again() {
    let xml = r#"<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>"#;
    let json = r#"{"resourceType":"Patient","active":true}"#;
    assert_eq!(read(xml).expect("JSON"), json);
    let written = to_xml(json.into(), Layout::Compact, &Limits::default()).expect("XML");
    assert_eq!(
        String::from_utf8(written).expect("UTF-8"),
        format!(r#"<?xml version="1.0" encoding="UTF-8"?>{xml}"#)
    );
}

#[test]
fn what_is_not_read_names_its_place_and_no_value() {
    let invalid = ErrorKind::Invalid;
    check_unread("", invalid, "no element at line 1, column 1", None);
    check_unread(
        "<Patient xmlns=\"http://hl7.org/fhir\">\n<surname value=\"X\"/></Patient>",
        invalid,
        "an unknown element at line 2, column 1, in Patient.surname",
        Some("Patient.surname"),
    );
    check_unread(
        "<Patient xmlns=\"http://hl7.org/fhir\"><s-n value=\"X\"/></Patient>",
        invalid,
        "an unknown element at line 1, column 38, in Patient.?",
        None,
    );
    let long = format!("<Patient xmlns=\"http://hl7.org/fhir\">{}</Patient>", " ".repeat(100));
    check_unread(&long, ErrorKind::Limit, "document bytes over the limit of 100 at line 1, column 1", None);
}

#[test]
fn what_xml_cannot_hold_is_not_written() {
    let check = |json: &str, kind, place: Option<&str>| {
        let error = to_xml(json.into(), Layout::Compact, &Limits::default()).expect_err("an error");
        assert_eq!((error.kind(), error.issues()[0].expression.as_deref()), (kind, place), "{json}");
    };
    let unsupported = ErrorKind::NotSupported;
    check(r#"{"resourceType":"Patient","language":"\u0007"}"#, unsupported, Some("Patient.language"));
    check(
        r#"{"resourceType":"Patient","text":{"status":"generated","div":"<p>"}}"#,
        unsupported,
        Some("Patient.text.div"),
    );
    check(r#"{"data":{}}"#, unsupported, Some("Resource"));
    check("{", ErrorKind::Bug, None);
}

#[test]
fn what_is_large_is_compact_and_what_is_larger_is_not_written() {
    let json = br#"{"resourceType":"Patient","name":[{"given":["A","B","C"]}]}"#;
    let limits = Limits { bundle_bytes_max: 180, ..Limits::default() };
    let write = |layout, limits: &Limits| to_xml(json.to_vec(), layout, limits);
    let compact = write(Layout::Compact, &limits).expect("XML");
    let pretty = write(Layout::Pretty { bytes_max: 1_000 }, &Limits::default()).expect("XML");
    assert!(compact.len() < pretty.len());
    for (bytes_max, expected) in [(pretty.len(), &pretty), (pretty.len() - 1, &compact), (0, &compact)] {
        assert_eq!(&write(Layout::Pretty { bytes_max }, &Limits::default()).expect("XML"), expected);
    }
    let limits = Limits { bundle_bytes_max: compact.len() - 1, ..limits };
    for layout in [Layout::Compact, Layout::Pretty { bytes_max: 1_000 }] {
        assert_eq!(write(layout, &limits).expect_err("an error").kind(), ErrorKind::NotSupported);
    }
}
