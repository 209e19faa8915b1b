use super::*;

/// The place's route, or `-` for what names nothing.
fn check(path: &str, expected: &str) {
    let found = Target::parse(path);
    let shown = found.map_or_else(
        || "-".to_owned(),
        |target| format!("{} {} {}", target.tenant, target.place.route(), target.place.allow()),
    );
    assert_eq!(shown, expected, "{path}");
}

#[test]
fn paths() {
    check("/fhir", "default / GET, HEAD, POST");
    check("/fhir/", "default / GET, HEAD, POST");
    check("/fhir/_search", "default /_search POST");
    check("/fhir/Patient/1/Observation", "default /[compartment]/[id]/[type] GET, HEAD");
    check("/fhir/Patient/1/*", "default /[compartment]/[id]/[type] GET, HEAD");
    check("/fhir/Patient/1/Observation/_search", "default /[compartment]/[id]/[type]/_search POST");
    check("/fhir/metadata", "default /metadata GET, HEAD");
    check("/fhir/$graphql", "default …/$graphql GET, HEAD, POST");
    check("/fhir/Patient/1/$graphql", "default …/$graphql GET, HEAD, POST");
    check("/fhir/$versions", "default …/$versions GET, HEAD, POST");
    check("/fhir/_history", "default /_history GET, HEAD");
    check("/fhir/Patient", "default /[type] GET, HEAD, POST, PUT, PATCH, DELETE");
    check("/fhir/Patient/", "default /[type] GET, HEAD, POST, PUT, PATCH, DELETE");
    check("/fhir/Patient/_search", "default /[type]/_search POST");
    check("/fhir/Patient/_history", "default /[type]/_history GET, HEAD");
    check("/fhir/Patient/1", "default /[type]/[id] GET, HEAD, PUT, PATCH, DELETE");
    check("/fhir/Patient/1/$everything", "default …/$everything GET, HEAD, POST");
    check("/fhir/Patient/$validate", "default …/$validate POST");
    check("/fhir/Patient/1/$validate", "default …/$validate GET, HEAD, POST");
    check("/fhir/Patient/1/_history", "default /[type]/[id]/_history GET, HEAD, DELETE");
    check("/fhir/Patient/1/_history/2", "default /[type]/[id]/_history/[vid] GET, HEAD, DELETE");
    check("/t/clinic-1/fhir/Patient/1", "clinic-1 /[type]/[id] GET, HEAD, PUT, PATCH, DELETE");
    check("/t/clinic-1/fhir", "clinic-1 / GET, HEAD, POST");
}

#[test]
fn paths_that_name_nothing() {
    for path in [
        "/",
        "",
        "fhir",
        "/fhirx",
        "/t",
        "/t/clinic-1",
        "/t/clinic-1/Patient",
        "/t/Not%20Allowed/fhir",
        "/t//fhir",
        "/fhir/patient",
        "/fhir//Patient",
        "/fhir/Patient//",
        "/fhir/Patient/_x/$validate",
        "/fhir/Patient/$x/$validate",
        "/fhir/Patient//$validate",
        "/fhir/Patient/_tags",
        "/fhir/Patient/1/_search",
        "/fhir/Patient/1/observation",
        "/fhir/Patient%2F1%2FObservation",
        "/fhir/Patient/1/Observation%2F2",
        "/fhir/Patient/1/Observation/2",
        "/fhir/Patient/1/_history/2/3",
        "/fhir/%ff",
    ] {
        check(path, "-");
    }
}

#[test]
fn operations_that_are_none_there() {
    for path in [
        "/fhir/Patient/$everything",
        "/fhir/Observation/1/$everything",
        "/fhir/Patient/1/$nothing",
        "/fhir/Patient/1/$",
        "/fhir/$validate",
    ] {
        check(path, "default …/$[unknown] ");
    }
}

#[test]
fn percent_signs_are_decoded_once() {
    let place = |path| Target::parse(path).map(|target| target.place);
    let instance = |id: &str| Some(Place::Instance("Patient".to_owned(), id.to_owned()));
    assert_eq!(place("/fhir/Patient/a%2Db"), instance("a-b"));
    assert_eq!(place("/fhir/Patient/a%252Db"), instance("a%2Db"));
    assert_eq!(place("/fhir/Patient/a%2Fb"), instance("a/b"));
}

#[test]
fn head_is_get() {
    let place = Place::Instance("Patient".to_owned(), "1".to_owned());
    assert_eq!(place.verb(&Method::HEAD), Some(Verb::Read));
    assert_eq!(place.verb(&Method::OPTIONS), None);
    assert_eq!(Place::System.verb(&Method::HEAD), Some(Verb::Search));
    assert_eq!(Place::SystemSearch.verb(&Method::HEAD), None);
}
