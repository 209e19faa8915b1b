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
    check_form("application/fhir+xml", "", None);
    check_form("application/fhir+xml, application/fhir+json;q=0.2", "", fhir);
    check_form("application/fhir+json;q=0", "", None);
    check_form("application/fhir+json;q=lots", "", None);
    check_form("text/html,application/xhtml+xml,*/*;q=0.8", "", fhir);
    check_form("application/fhir+xml", "_format=json", fhir);
    check_form("application/fhir+xml", "_format=application/fhir+json", fhir);
    check_form("application/fhir+xml", "_format=application/fhir%2Bjson", fhir);
    check_form("application/fhir+json", "_format=xml", None);
    check_form("application/fhir+json", "_format=ttl", None);
    check_form("application/fhir+json", "_format=", fhir);
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
    check_content(Takes::Json, "application/fhir+xml", false);
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
    assert_eq!(Preference::of(&headers(&lines)), Preference { wanted, handling }, "{lines:?}");
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
}
