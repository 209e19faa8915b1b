//! `$document`: its limits. What is in a document is tested over HTTP, in `server/tests/server/document.rs`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use fornax::{Change, Engine, ErrorKind, Limits, Options, Principal, TenantId};

#[track_caller]
fn check(limits: Limits, expected: Result<(), (ErrorKind, &str)>) {
    let directory = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options { limits, ..Options::at(directory.path()) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let me = Principal::named("tester");
    let put = |name: &str, id: &str, body: &str| {
        let change = Change::update(name, id, body.as_bytes().to_vec());
        tenant.commit(&change, &me).unwrap();
    };
    put("Patient", "a", r#"{"resourceType":"Patient","id":"a"}"#);
    put("Practitioner", "d", r#"{"resourceType":"Practitioner","id":"d"}"#);
    put(
        "Composition",
        "c",
        r#"{"resourceType":"Composition","id":"c","status":"final","type":{"text":"x"},"date":"2020-01-01","title":"x","subject":{"reference":"Patient/a"},"author":[{"reference":"Practitioner/d"}]}"#,
    );
    let made = tenant.document("c", "http://own.example/fhir", &me);
    assert_eq!(made.map(drop).map_err(|error| (error.kind(), error.issues()[0].code)), expected);
}

#[test]
fn a_document_that_is_too_large_is_refused() {
    check(Limits::default(), Ok(()));
    check(Limits { document_entries_max: 3, ..Limits::default() }, Ok(()));
    let too_costly = Err((ErrorKind::Limit, "too-costly"));
    check(Limits { document_entries_max: 2, ..Limits::default() }, too_costly);
    check(Limits { bundle_response_bytes_max: 200, ..Limits::default() }, too_costly);
}
