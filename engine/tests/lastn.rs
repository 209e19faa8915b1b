//! `$lastn`: its limits, and as of when it is. What it finds is tested over HTTP, in `server/tests/server/lastn.rs`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use fornax::{AsOf, Change, Engine, ErrorKind, Limits, Options, Principal, SearchRequest, Tenant, TenantId};

fn me() -> Principal {
    Principal::named("tester")
}

/// Four observations of one code, each a day after the one before.
fn tenant(limits: Limits) -> (tempfile::TempDir, Engine, Tenant) {
    let directory = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options { limits, ..Options::at(directory.path()) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    for n in 1..5 {
        let body = format!(
            r#"{{"resourceType":"Observation","id":"o{n}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/a"}},"effectiveDateTime":"2020-01-0{n}"}}"#
        );
        tenant.commit(&Change::update("Observation", format!("o{n}"), body.into_bytes()), &me()).unwrap();
    }
    (directory, engine, tenant)
}

fn last(tenant: &Tenant, query: &str, max: u32) -> Result<Vec<String>, (ErrorKind, &'static str)> {
    let page = tenant.last_observations(&SearchRequest::of("Observation", query), max, &me());
    let page = page.map_err(|error| (error.kind(), error.issues()[0].code))?;
    Ok(page.matches.iter().map(|version| version.id.to_string()).collect())
}

#[test]
fn too_many_are_refused() {
    let (_directory, _engine, tenant) = tenant(Limits { last_observations_max: 3, ..Limits::default() });
    let too_costly = Err((ErrorKind::Limit, "too-costly"));
    assert_eq!(last(&tenant, "patient=a", 1), too_costly);
    assert_eq!(last(&tenant, "patient=a&date=ge2020-01-02", 2), Ok(vec!["o4".to_owned(), "o3".to_owned()]));
}

#[test]
fn a_page_that_is_too_large_is_refused() {
    let (_directory, _engine, tenant) = tenant(Limits { page_bytes_max: 500, ..Limits::default() });
    assert_eq!(last(&tenant, "patient=a", 1), Ok(vec!["o4".to_owned()]));
    assert_eq!(last(&tenant, "patient=a", 4), Err((ErrorKind::Limit, "too-costly")));
}

#[test]
fn it_is_as_of_one_commit() {
    let (_directory, _engine, tenant) = tenant(Limits::default());
    let then = tenant.search(&SearchRequest::of("Observation", "_total=none"), &me()).unwrap().commit;
    tenant.commit(&Change::delete("Observation", "o4"), &me()).unwrap();
    assert_eq!(last(&tenant, "patient=a", 1), Ok(vec!["o3".to_owned()]));
    let request =
        SearchRequest { as_of: Some(AsOf::Commit(then)), ..SearchRequest::of("Observation", "patient=a") };
    let page = tenant.last_observations(&request, 1, &me()).unwrap();
    assert_eq!(&*page.matches[0].id, "o4");
}
