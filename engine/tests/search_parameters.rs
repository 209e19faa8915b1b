//! SearchParameter resources: what a tenant is searched by, and the jobs that bring it about.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use fornax::{
    Change, Engine, ErrorKind, Handling, Issue, JobAction, JobState, Limits, Options, Principal,
    SearchRequest, Tenant, TenantId,
};

fn me() -> Principal {
    Principal::named("tester")
}

/// Without threads that do jobs, they wait.
fn open(directory: &Path, running_jobs_max: usize) -> (Engine, Tenant) {
    let limits = Limits { running_jobs_max, ..Limits::default() };
    let engine = Engine::open(Options { limits, ..Options::at(directory) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

fn put(tenant: &Tenant, resource_type: &str, id: &str, rest: &str) {
    let body = format!(r#"{{"resourceType":"{resource_type}","id":"{id}"{rest}}}"#);
    tenant.commit(&Change::update(resource_type, id.to_owned(), body.into_bytes()), &me()).unwrap();
}

fn patient(tenant: &Tenant, id: &str, tribe: &str) {
    let extension = format!(
        r#","extension":[{{"url":"urn:tribe","valueCode":"{tribe}"}},{{"url":"urn:kin","valueReference":{{"reference":"Person/{tribe}"}}}}]"#
    );
    put(tenant, "Patient", id, &extension);
}

const TRIBE: &str = "Patient.extension.where(url='urn:tribe').value";

fn parameter(tenant: &Tenant, code: &str, kind: &str, base: &str, expression: &str) {
    let rest = format!(
        r#","url":"http://example.org/{code}","name":"{code}","status":"active","description":"d","code":"{code}","base":["{base}"],"type":"{kind}","expression":"{expression}""#
    );
    put(tenant, "SearchParameter", code, &rest);
}

/// The ids that are found, in order.
#[track_caller]
fn check(tenant: &Tenant, path: &str, query: &str, expected: &[&str]) {
    let page = tenant.search(&SearchRequest::of(path, query), &me()).unwrap();
    let mut found: Vec<String> = page.matches.iter().map(|version| version.id.to_string()).collect();
    found.sort_unstable();
    assert_eq!(found, expected, "{path}?{query}");
    assert!(page.warnings.is_empty(), "{path}?{query}: {:?}", page.warnings);
}

#[track_caller]
fn refused(tenant: &Tenant, path: &str, query: &str) -> Issue {
    let request = SearchRequest { handling: Handling::Lenient, ..SearchRequest::of(path, query) };
    let error = tenant.search(&request, &me()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSupported, "{path}?{query}: {error}");
    error.issues()[0].clone()
}

fn statuses(tenant: &Tenant) -> Vec<(String, String)> {
    let of = tenant.search_parameters().unwrap().into_iter();
    of.map(|one| (one.url.trim_start_matches("http://example.org/").to_owned(), one.status)).collect()
}

fn own(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(url, status)| ((*url).to_owned(), (*status).to_owned())).collect()
}

/// Waits until no job is left.
fn finish(tenant: &Tenant) {
    while let Some(job) = tenant.jobs().unwrap().into_iter().find(|job| !job.state.is_over()) {
        let job = tenant.wait_for_job(job.number).unwrap();
        assert_eq!((job.state, job.failure), (JobState::Completed, None));
    }
    assert!(tenant.verify().unwrap().findings.is_empty());
}

#[test]
fn in_an_empty_tenant_a_parameter_counts_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, tenant) = open(directory.path(), 0);
    parameter(&tenant, "tribe", "token", "Patient", TRIBE);
    assert_eq!(statuses(&tenant), own(&[("tribe", "in-force")]));
    patient(&tenant, "a", "red");
    patient(&tenant, "b", "blue");
    check(&tenant, "Patient", "tribe=red", &["a"]);
    check(&tenant, "Patient", "tribe:not=red", &["b"]);
    check(&tenant, "Patient", "tribe:missing=false&_sort=-tribe", &["a", "b"]);
    let capabilities = tenant.capabilities().unwrap();
    let of_patient = capabilities.iter().find(|of| of.name == "Patient").unwrap();
    let listed = of_patient.parameters.iter().find(|one| one.code == "tribe").unwrap();
    assert_eq!((listed.kind, listed.url.as_str()), ("token", "http://example.org/tribe"));
    assert!(tenant.jobs().unwrap().is_empty());

    // Also after the index was lost, and in no other tenant.
    let other: TenantId = "other".parse().unwrap();
    engine.create_tenant(&other).unwrap();
    let request = SearchRequest { handling: Handling::Strict, ..SearchRequest::of("Patient", "tribe=red") };
    let error = engine.tenant(&other).unwrap().search(&request, &me()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    drop(tenant);
    engine.close().unwrap();
    drop(engine);
    std::fs::remove_dir_all(directory.path().join("index")).unwrap();
    let (_engine, tenant) = open(directory.path(), 0);
    check(&tenant, "Patient", "tribe=red", &["a"]);
    assert_eq!(statuses(&tenant), own(&[("tribe", "in-force")]));
}

#[test]
fn until_all_is_indexed_a_parameter_is_refused_wherever_it_stands() {
    let directory = tempfile::tempdir().unwrap();
    {
        let (_engine, tenant) = open(directory.path(), 0);
        patient(&tenant, "a", "red");
        put(&tenant, "Person", "red", "");
        put(
            &tenant,
            "Observation",
            "o",
            r#","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}"#,
        );
        parameter(&tenant, "tribe", "token", "Patient", TRIBE);
        parameter(
            &tenant,
            "kin",
            "reference",
            "Patient",
            "Patient.extension.where(url='urn:kin').value.as(Reference)",
        );
        assert_eq!(statuses(&tenant), own(&[("kin", "waiting"), ("tribe", "waiting")]));
        for query in [
            "tribe=red",
            "tribe:missing=true",
            "_sort=tribe",
            "_filter=tribe eq red",
            "kin.gender=male",
            "_include=Patient:kin",
            "gender=male&tribe:not=red",
        ] {
            let issue = refused(&tenant, "Patient", query);
            assert_eq!(issue.code, "transient", "{query}: {}", issue.diagnostics);
        }
        for (path, query) in [
            ("Observation", "subject.tribe=red"),
            ("Observation", "subject:Patient.tribe=red"),
            ("Person", "_has:Patient:kin:_id=a"),
            ("Person", "_revinclude=Patient:kin"),
        ] {
            assert!(refused(&tenant, path, query).diagnostics.contains("still being indexed"), "{query}");
        }
        patient(&tenant, "b", "red");
        let jobs = tenant.jobs().unwrap();
        assert_eq!(jobs.len(), 1, "the second one is built with the first");
        assert_eq!((jobs[0].kind, jobs[0].state, jobs[0].started), ("reindex", JobState::Queued, None));
    }
    let (_engine, tenant) = open(directory.path(), 1);
    finish(&tenant);
    assert_eq!(statuses(&tenant), own(&[("kin", "in-force"), ("tribe", "in-force")]));
    check(&tenant, "Patient", "tribe=red", &["a", "b"]);
    check(&tenant, "Observation", "subject.tribe=red", &["o"]);
    check(&tenant, "Person", "_has:Patient:kin:_id=a", &["red"]);
    let page = tenant.search(&SearchRequest::of("Patient", "_id=a&_include=Patient:kin"), &me()).unwrap();
    assert_eq!(page.includes.iter().map(|one| &*one.id).collect::<Vec<_>>(), ["red"]);
    // What nobody mentioned before has a number now.
    put(&tenant, "Person", "blue", "");
    patient(&tenant, "c", "blue");
    check(&tenant, "Person", "_has:Patient:kin:_id=c", &["blue"]);
}

#[test]
fn a_changed_parameter_answers_as_before_until_all_is_indexed() {
    let directory = tempfile::tempdir().unwrap();
    let page = {
        let (_engine, tenant) = open(directory.path(), 0);
        parameter(&tenant, "tribe", "token", "Patient", TRIBE);
        for id in ["a", "b", "c"] {
            patient(&tenant, id, "red");
        }
        let page = tenant.search(&SearchRequest::of("Patient", "tribe=red&_count=1"), &me()).unwrap();
        parameter(&tenant, "tribe", "token", "Patient", "Patient.gender");
        check(&tenant, "Patient", "tribe=red", &["a", "b", "c"]);
        check(&tenant, "Patient", "tribe=male", &[]);
        put(&tenant, "Patient", "d", r#","gender":"male""#);
        check(&tenant, "Patient", "tribe=male", &[]);
        page
    };
    let (_engine, tenant) = open(directory.path(), 1);
    finish(&tenant);
    check(&tenant, "Patient", "tribe=male", &["d"]);
    check(&tenant, "Patient", "tribe=red", &[]);
    let error = tenant.search_page(&page.path, &page.next.unwrap(), &me()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);

    // Retired or deleted: not searched by any more, at once.
    tenant.commit(&Change::delete("SearchParameter", "tribe"), &me()).unwrap();
    assert!(statuses(&tenant).is_empty());
    let strict = SearchRequest { handling: Handling::Strict, ..SearchRequest::of("Patient", "tribe=male") };
    assert_eq!(tenant.search(&strict, &me()).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_parameter_of_fhir_can_be_replaced_but_for_what_protects_others() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path(), 1);
    let observation = |id: &str, rest: &str| {
        put(&tenant, "Observation", id, &format!(r#","status":"final"{rest}"#));
    };
    observation(
        "whole",
        r#","code":{"coding":[{"system":"urn:s","code":"x"}]},"subject":{"reference":"Patient/a"}"#,
    );
    observation(
        "part",
        r#","code":{"text":"t"},"component":[{"code":{"coding":[{"system":"urn:s","code":"x"}]}}]"#,
    );
    check(&tenant, "Observation", "code=x", &["whole"]);
    check(&tenant, "Patient/a/Observation", "", &["whole"]);
    parameter(&tenant, "code", "token", "Observation", "Observation.code | Observation.component.code");
    parameter(&tenant, "patient", "reference", "Observation", "Observation.focus");
    parameter(&tenant, "subject", "reference", "Observation", "Observation.focus");
    finish(&tenant);
    check(&tenant, "Observation", "code=x", &["part", "whole"]);
    check(&tenant, "Observation", "patient=a", &[]);
    check(&tenant, "Patient/a/Observation", "", &["whole"]);
    // The same as FHIR's own needs nothing.
    parameter(&tenant, "code", "token", "Observation", "Observation.code");
    let status = statuses(&tenant).remove(0);
    assert!(status.1.contains("FHIR's own"), "{status:?}");
    check(&tenant, "Observation", "code=x", &["whole"]);
}

#[test]
fn a_parameter_that_does_not_compile_is_refused_where_it_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path(), 1);
    let refused = |base: &str, expression: &str| {
        let body = format!(
            r#"{{"resourceType":"SearchParameter","id":"x","url":"urn:x","name":"x","status":"active","description":"d","code":"x","base":["{base}"],"type":"token","expression":"{expression}"}}"#
        );
        let change = Change::update("SearchParameter", "x".to_owned(), body.into_bytes());
        let error = tenant.commit(&change, &me()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unprocessable);
        (error.issues()[0].expression.clone().unwrap(), error.to_string())
    };
    let (place, text) = refused("Patient", "Patient.nmae");
    assert_eq!(place, "SearchParameter.expression");
    assert!(text.contains("Patient"), "{text}");
    assert_eq!(refused("Patient", "Patient.name.where(").0, "SearchParameter.expression");
    // What is not active can be written.
    put(
        &tenant,
        "SearchParameter",
        "y",
        r#","url":"urn:y","name":"y","status":"draft","description":"d","code":"y","base":["Patient"],"type":"token","expression":"Patient.name.where(""#,
    );
    assert_eq!(statuses(&tenant), own(&[("urn:y", "its status is not active")]));
}

#[test]
fn a_parameter_that_fails_on_a_resource_keeps_nobody_from_writing_it() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path(), 1);
    parameter(&tenant, "only", "string", "Patient", "Patient.name.given.single()");
    parameter(&tenant, "much", "string", "Patient", "Patient.descendants().where($this is string)");
    put(&tenant, "Patient", "one", r#","name":[{"given":["Ann"]}]"#);
    put(&tenant, "Patient", "two", r#","name":[{"given":["Ann","Bea"]}]"#);
    let names = vec![r#"{"given":["Ann"]}"#; 1_001].join(",");
    put(&tenant, "Patient", "many", &format!(r#","name":[{names}]"#));
    check(&tenant, "Patient", "only=ann", &["one"]);
    check(&tenant, "Patient", "only:missing=true", &["many", "two"]);
    check(&tenant, "Patient", "much=bea", &["two"]);
    check(&tenant, "Patient", "much:missing=true", &["many"]);
    check(&tenant, "Patient", "given=ann", &["many", "one", "two"]);
    put(&tenant, "Patient", "two", r#","name":[{"given":["Bea"]}]"#);
    check(&tenant, "Patient", "only=bea", &["two"]);
}

#[test]
fn jobs_wait_go_on_and_are_called_off_as_asked() {
    let directory = tempfile::tempdir().unwrap();
    {
        let (_engine, tenant) = open(directory.path(), 0);
        patient(&tenant, "a", "red");
        let job = tenant.reindex(&me()).unwrap();
        assert_eq!((job.number, job.by.as_str()), (1, "tester"));
        assert_eq!(tenant.reindex(&me()).unwrap().number, 1, "one that waits does for both");
        let control = |number, action| tenant.control_job(number, action).map(|job| job.state);
        assert_eq!(control(1, JobAction::Pause).unwrap(), JobState::Paused);
        assert_eq!(control(1, JobAction::Pause).unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(tenant.wait_for_job(1).unwrap().state, JobState::Paused);
        assert_eq!(control(1, JobAction::Retry).unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(control(1, JobAction::Resume).unwrap(), JobState::Queued);
        assert_eq!(control(1, JobAction::Cancel).unwrap(), JobState::Cancelled);
        assert_eq!(control(1, JobAction::Resume).unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(control(9, JobAction::Cancel).unwrap_err().kind(), ErrorKind::NotFound);
        assert!(tenant.job(1).unwrap().ended.is_some());
        assert_eq!(tenant.reindex(&me()).unwrap().number, 2);
    }
    let (_engine, tenant) = open(directory.path(), 1);
    finish(&tenant);
    let jobs: Vec<_> = tenant.jobs().unwrap().into_iter().map(|job| (job.number, job.state)).collect();
    assert_eq!(jobs, [(2, JobState::Completed), (1, JobState::Cancelled)]);
    let done = tenant.job(2).unwrap();
    assert_eq!((done.done, done.total), (1, 1));
    assert_eq!(tenant.job(3).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn jobs_have_limits() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits { running_jobs_max: 0, jobs_max: 1, past_jobs_max: 2, ..Limits::default() };
    let engine = Engine::open(Options { limits, ..Options::at(directory.path()) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    for number in 1..=4 {
        assert_eq!(tenant.reindex(&me()).unwrap().number, number);
        tenant.control_job(number, JobAction::Cancel).unwrap();
    }
    let left: Vec<_> = tenant.jobs().unwrap().iter().map(|job| job.number).collect();
    assert_eq!(left, [4, 3]);
    // A job that has begun does not do for who asks now, and no more may wait.
    tenant.reindex(&me()).unwrap();
    tenant.control_job(5, JobAction::Pause).unwrap();
    assert_eq!(tenant.reindex(&me()).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn writers_go_on_while_the_index_is_built() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path(), 1);
    for number in 0..500 {
        patient(&tenant, &format!("before{number}"), "red");
    }
    parameter(&tenant, "tribe", "token", "Patient", TRIBE);
    let mut number = 0;
    while tenant.jobs().unwrap().iter().any(|job| !job.state.is_over()) {
        patient(&tenant, &format!("during{number}"), "red");
        put(&tenant, "Patient", &format!("before{number}"), "");
        number += 1;
    }
    finish(&tenant);
    let total = |query: &str| tenant.search(&SearchRequest::of("Patient", query), &me()).unwrap().total;
    assert_eq!(total("tribe=red"), Some(500));
    assert_eq!(total("tribe:missing=true"), Some(number));
    // Nothing is left of the index before.
    drop(tenant);
    let folders = std::fs::read_dir(directory.path().join("index")).unwrap();
    let folders: Vec<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(folders.contains(&"00000001-1".to_owned()), "{folders:?}");
}
