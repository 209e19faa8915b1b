use axum::http::HeaderValue;

use super::*;

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers
            .append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value"));
    }
    headers
}

fn check_form(accept: &str, query: &str, expected: Option<Media>) {
    let lines = [("accept", accept)];
    let lines = if accept.is_empty() { &[][..] } else { &lines };
    let found = Form::wanted(&headers(lines), query).map_err(|refusal| refusal.status.as_u16());
    assert_eq!(found.map(|form| form.media), expected.ok_or(406), "{accept} ?{query}");
}

#[test]
fn accept_and_format() {
    let fhir = Some(Media::FhirJson);
    let json = Some(Media::Json);
    check_form("", "", fhir);
    check_form("*/*", "", fhir);
    check_form("application/fhir+json", "", fhir);
    check_form("application/fhir+json; fhirVersion=4.0", "", fhir);
    check_form("application/fhir+json; fhirVersion=5.0", "", None);
    check_form("application/json", "", json);
    check_form("Application/JSON", "", json);
    check_form("application/json, */*;q=0.1", "", json);
    check_form("application/json, application/fhir+json", "", fhir);
    check_form("application/json;q=0.9, application/fhir+json;q=0.5", "", json);
    check_form("application/json, */*", "", json);
    check_form("application/*", "", fhir);
    check_form("application/fhir+json;q=0", "", None);
    check_form("application/fhir+json;q=lots", "", None);
    check_form("text/html,application/xhtml+xml,*/*;q=0.8", "", fhir);
    check_form("application/fhir+xml", "_format=json", fhir);
    check_form("application/fhir+xml", "_format=application/fhir+json", fhir);
    check_form("application/fhir+xml", "_format=application/fhir%2Bjson", fhir);
    check_form("application/fhir+json", "_format=ttl", None);
    check_form("application/fhir+json", "_format=html", None);
    check_form("application/fhir+json", "_format=", fhir);
}

#[test]
fn accept_and_format_of_xml() {
    let fhir = Some(Media::FhirXml);
    let xml = Some(Media::Xml);
    check_form("application/fhir+xml", "", fhir);
    check_form("application/fhir+xml; charset=utf-8; fhirVersion=4.0", "", fhir);
    check_form("application/fhir+xml; fhirVersion=3.0", "", None);
    check_form("application/xml", "", xml);
    check_form("Text/XML", "", xml);
    check_form("application/xml, application/fhir+xml", "", fhir);
    check_form("application/fhir+xml, application/fhir+json;q=0.2", "", fhir);
    check_form("application/fhir+xml;q=0.2, application/fhir+json", "", Some(Media::FhirJson));
    check_form("application/fhir+xml, application/fhir+json", "", Some(Media::FhirJson));
    check_form("application/fhir+xml, */*", "", fhir);
    check_form("*/*, application/fhir+xml;q=0.9", "", Some(Media::FhirJson));
    check_form("*/*, application/fhir+json;q=0, application/json;q=0", "", fhir);
    check_form("application/fhir+xml;q=0, application/xml;q=0, */*;q=0.1", "", Some(Media::FhirJson));
    check_form("application/fhir+turtle, application/fhir+xml;q=0.1", "", fhir);
    check_form("application/fhir+turtle", "", None);
    check_form("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", xml);
    for format in ["xml", "application/fhir+xml", "application/fhir%2Bxml", "application/fhir%20xml", "XML"] {
        check_form("application/fhir+json", &format!("_format={format}"), fhir);
    }
    for format in ["application/xml", "text/xml", "text%2Fxml"] {
        check_form("application/fhir+json", &format!("_format={format}"), xml);
    }
}

#[test]
fn links_carry_a_form_that_is_read_again() {
    let check = |query: &str, expected: &str| {
        let carried = Form::carried(query);
        assert_eq!(carried, expected, "{query}");
        let of = |query: &str| Form::wanted(&HeaderMap::new(), query).expect("a form");
        assert_eq!(of(&carried), of(query), "{query}");
    };
    check("", "");
    check("_format=&_pretty=&x=1", "");
    check("x=1&_format=xml&_pretty=true", "_format=xml&_pretty=true");
    check("_format=application/fhir+xml", "_format=application%2Ffhir%2Bxml");
    check("_format=application/fhir%2Bjson&_pretty=false", "_format=application%2Ffhir%2Bjson&_pretty=false");
}

#[test]
fn pretty_and_gzip() {
    let form =
        |encoding, query| Form::wanted(&headers(&[("accept-encoding", encoding)]), query).expect("JSON");
    assert_eq!(form("gzip, deflate, br", "").encoding, Encoding::Gzip);
    assert_eq!(form("deflate, gzip;q=0", "").encoding, Encoding::Plain);
    assert_eq!(form("identity", "").encoding, Encoding::Plain);
    assert_eq!(form("identity", "").layout, Layout::Compact);
    assert_eq!(form("identity", "_pretty=true").layout, Layout::Pretty);
    assert_eq!(form("identity", "_pretty=false").layout, Layout::Compact);
}

fn check_content(takes: Takes, content_type: &str, is_taken: bool) {
    let lines = [("content-type", content_type)];
    let lines = if content_type.is_empty() { &[][..] } else { &lines };
    let found = check_content_type(&headers(lines), takes).map_err(|refusal| refusal.status.as_u16());
    assert_eq!(found, if is_taken { Ok(()) } else { Err(415) }, "{content_type}");
}

#[test]
fn content_types() {
    check_content(Takes::Json, "application/fhir+json", true);
    check_content(Takes::Json, "application/fhir+json; charset=UTF-8; fhirVersion=4.0", true);
    check_content(Takes::Json, "application/json", true);
    check_content(Takes::Json, "application/fhir+json; fhirVersion=3.0", false);
    check_content(Takes::Json, "application/fhir+json; charset=latin1", false);
    for name in ["application/fhir+xml", "application/xml", "text/xml", "TEXT/XML"] {
        check_content(Takes::Json, name, true);
        check_content(Takes::Json, &format!("{name};charset=\"utf-8\"; fhirVersion=4.0"), true);
        check_content(Takes::Json, &format!("{name}; charset=iso-8859-1"), false);
        check_content(Takes::Json, &format!("{name}; fhirVersion=5.0"), false);
        assert!(sends_xml(&headers(&[("content-type", name)])), "{name}");
    }
    for name in ["application/fhir+json", "application/xhtml+xml", "application/json", "*/*"] {
        assert!(!sends_xml(&headers(&[("content-type", name)])), "{name}");
    }
    check_content(Takes::Json, "application/fhir+turtle", false);
    check_content(Takes::Json, "application/*", false);
    check_content(Takes::Json, "*/*", false);
    check_content(Takes::Json, "text/plain", false);
    check_content(Takes::Json, "", false);
    check_content(Takes::Form, "application/x-www-form-urlencoded", true);
    check_content(Takes::Form, "application/json", false);
    check_content(Takes::Nothing, "text/plain", true);
}

#[test]
fn packings() {
    let found =
        |text| content_encoding(&headers(&[("content-encoding", text)])).map_err(|r| r.status.as_u16());
    assert_eq!(found("gzip"), Ok(Encoding::Gzip));
    assert_eq!(found("identity"), Ok(Encoding::Plain));
    assert_eq!(found("identity, GZIP"), Ok(Encoding::Gzip));
    assert_eq!(found("br"), Err(415));
    assert_eq!(found("gzip, gzip"), Err(415));
}

fn check_prefer(lines: &[&str], wanted: Option<Return>, handling: Handling) {
    let lines: Vec<_> = lines.iter().map(|line| ("prefer", *line)).collect();
    let found = Preference::of(&headers(&lines));
    assert_eq!((found.wanted, found.handling), (wanted, handling), "{lines:?}");
}

#[test]
fn prefer() {
    check_prefer(&[], None, Handling::Lenient);
    check_prefer(&["return=minimal"], Some(Return::Minimal), Handling::Lenient);
    check_prefer(&["return=representation; handling=strict"], Some(Return::Representation), Handling::Strict);
    check_prefer(
        &["handling=strict, return=\"OperationOutcome\""],
        Some(Return::OperationOutcome),
        Handling::Strict,
    );
    check_prefer(&["handling=strict", "return=minimal"], Some(Return::Minimal), Handling::Strict);
    check_prefer(&["respond-async", "return=whatever"], None, Handling::Lenient);
    let timing = |text| Preference::of(&headers(&[("prefer", text)])).timing;
    assert_eq!(timing("return=minimal"), Timing::Now);
    assert_eq!(timing("respond-asynchronously"), Timing::Now);
    assert_eq!(timing("return=minimal, Respond-Async, wait=10"), Timing::Later);
    assert_eq!(timing("handling=strict; respond-async"), Timing::Later);
}
