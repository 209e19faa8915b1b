//! How much one search may do: the limit, giving it up, and what it says of itself.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use fornax::{
    Cancellation, Change, Engine, ErrorKind, Limits, Options, Principal, SearchRequest, Tenant, TenantId,
};

fn me() -> Principal {
    Principal::named("tester")
}

/// Thirty patients, each with a mother among the ten before her.
fn tenant(limits: Limits) -> (tempfile::TempDir, Engine, Tenant) {
    let directory = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options { limits, ..Options::at(directory.path()) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    for n in 0..30 {
        let mother = format!(r#"{{"other":{{"reference":"Patient/p{}"}},"type":"seealso"}}"#, n / 10);
        let body = format!(r#"{{"resourceType":"Patient","id":"p{n}","gender":"female","link":[{mother}]}}"#);
        tenant.commit(&Change::update("Patient", format!("p{n}"), body.into_bytes()), &me()).unwrap();
    }
    (directory, engine, tenant)
}

#[track_caller]
fn check(tenant: &Tenant, query: &str, expected: Result<u64, ErrorKind>) {
    let found = tenant.search(&SearchRequest::of("Patient", query), &me());
    assert_eq!(found.map(|page| page.total.unwrap()).map_err(|error| error.kind()), expected, "{query}");
}

#[test]
fn a_search_ends_where_its_budget_does() {
    let (_directory, _engine, tenant) = tenant(Limits { search_documents_max: 60, ..Limits::default() });
    check(&tenant, "_id=p7", Ok(1));
    check(&tenant, "gender:not=male", Ok(30));
    // Thirty to be joined, thirty to be tested, and what the sets are made of.
    check(&tenant, "link.gender:not=male&link.link.gender:not=male", Err(ErrorKind::Limit));
    let error =
        tenant.search(&SearchRequest::of("Patient", "link.link.link.gender:not=male"), &me()).unwrap_err();
    assert_eq!(error.issues()[0].code, "too-costly");
    // The budget is that of one search, not of the tenant.
    check(&tenant, "_id=p7", Ok(1));
}

#[test]
fn a_search_that_is_given_up_ends() {
    let (_directory, _engine, tenant) = tenant(Limits::default());
    let cancellation = Cancellation::new();
    let bound = tenant.until(&cancellation);
    check(&bound, "gender=female", Ok(30));
    cancellation.cancel();
    check(&bound, "gender=female", Err(ErrorKind::Limit));
    check(&tenant, "gender=female", Ok(30));
}

#[test]
fn a_search_explains_itself_when_asked() {
    let (_directory, _engine, tenant) = tenant(Limits::default());
    let search = |query: &str| tenant.search(&SearchRequest::of("Patient", query), &me()).unwrap();
    let query = "link.gender=female&_id=p7,p17,none&_include=Patient:link";
    let page = search(&format!("{query}&_explain=true"));
    assert_eq!(page.applied, format!("{}&_explain=true", search(query).applied));
    let steps: Vec<_> =
        page.steps.iter().map(|step| (step.what.as_str(), step.documents_at_most, step.found)).collect();
    assert_eq!(
        steps,
        [
            // As many as there are, since a column has no dictionary.
            ("link.gender", Some(30), None),
            ("_id", Some(2), None),
            ("page", None, Some(2)),
            ("included", None, Some(2)),
        ]
    );
    // All women were looked at to know whom the chain may lead to, and two patients for the page.
    assert!(page.steps[0].looked_at >= 30, "{page:?}");
    assert!((2..10).contains(&page.steps[2].looked_at), "{page:?}");
    assert!(search(query).steps.is_empty());
    let counted = search("gender=female&_summary=count&_explain=true");
    assert_eq!(counted.steps.last().unwrap().found, Some(30));
}
