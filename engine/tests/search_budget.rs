//! How much one search may do: the limit, giving it up, and what it says of itself.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use fornax::{
    BundleOptions, Cancellation, Change, Engine, EntryResponse, ErrorKind, Limits, Options, Principal,
    SearchRequest, Tenant, TenantId,
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
    // Ids are looked up one by one, of each type that they may be of.
    let ids = |count: usize| (0..count).map(|n| format!("x{n}")).collect::<Vec<_>>().join(",");
    check(&tenant, &format!("_id={}", ids(60)), Ok(0));
    check(&tenant, &format!("_id={}", ids(61)), Err(ErrorKind::Limit));
    check(&tenant, &format!("general-practitioner={}", ids(21)), Err(ErrorKind::Limit));
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

/// What a batch of so many searches comes to: totals, or kinds of failures.
fn batch(tenant: &Tenant, url: &str, count: usize) -> Vec<Result<u64, ErrorKind>> {
    let entry = format!(r#"{{"request":{{"method":"GET","url":"{url}"}}}}"#);
    let entries = vec![entry; count].join(",");
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#);
    let answered = tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me()).unwrap();
    let shown = answered.entries.into_iter().map(|entry| match entry {
        EntryResponse::Search(page) => Ok(page.total.unwrap()),
        EntryResponse::Failed { kind, .. } => Err(kind),
        _ => panic!("a batch of searches"),
    });
    shown.collect()
}

#[test]
fn the_searches_of_a_bundle_share_a_budget() {
    let (_directory, _engine, tenant) = tenant(Limits { search_documents_max: 100, ..Limits::default() });
    let url = "Patient?gender:not=male";
    let answers = batch(&tenant, url, 6);
    let done = answers.iter().take_while(|answer| **answer == Ok(30)).count();
    assert!((1..4).contains(&done), "{answers:?}");
    assert!(answers[done..].iter().all(|answer| *answer == Err(ErrorKind::Limit)), "{answers:?}");
    // The next Bundle has its own.
    assert_eq!(batch(&tenant, url, 1), [Ok(30)]);
}

#[test]
fn the_searches_of_a_bundle_that_is_given_up_end() {
    let (_directory, _engine, tenant) = tenant(Limits::default());
    let cancellation = Cancellation::new();
    let bound = tenant.until(&cancellation);
    assert_eq!(batch(&bound, "Patient?gender=female", 2), [Ok(30); 2]);
    cancellation.cancel();
    assert_eq!(batch(&bound, "Patient?gender=female", 2), [Err(ErrorKind::Limit); 2]);
    assert_eq!(batch(&tenant, "Patient?gender=female", 2), [Ok(30); 2]);
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
            // The cheap ones first.
            ("_id", Some(2), None),
            // As many as there are, since a column has no dictionary.
            ("link.gender", Some(30), None),
            ("page", None, Some(2)),
            ("included", None, Some(2)),
        ]
    );
    // All women were looked at to know whom the chain may lead to, and two patients for the page.
    assert!(page.steps[1].looked_at >= 30, "{page:?}");
    assert!((2..10).contains(&page.steps[2].looked_at), "{page:?}");
    assert!(search(query).steps.is_empty());
    let counted = search("gender=female&_summary=count&_explain=true");
    assert_eq!(counted.steps.last().unwrap().found, Some(30));
}

const CROWD: usize = 2_500;

/// Women, each with an encounter at the same hospital and with an observation of it, and a list of two of them.
fn crowd() -> (tempfile::TempDir, Engine, Tenant) {
    let (directory, engine, tenant) = tenant(Limits::default());
    let entry = |kind: &str, id: String, rest: String| {
        format!(
            r#"{{"resource":{{"resourceType":"{kind}","id":"{id}",{rest}}},"request":{{"method":"PUT","url":"{kind}/{id}"}}}}"#
        )
    };
    let mut entries = vec![
        entry("Organization", "h".to_owned(), r#""name":"Hospital""#.to_owned()),
        entry(
            "List",
            "l".to_owned(),
            r#""status":"current","mode":"working",
               "entry":[{"item":{"reference":"Patient/w7"}},{"item":{"reference":"Patient/w8"}}]"#
                .to_owned(),
        ),
    ];
    for n in 0..CROWD {
        let subject = format!(r#""subject":{{"reference":"Patient/w{n}"}}"#);
        entries.push(entry("Patient", format!("w{n}"), r#""gender":"female""#.to_owned()));
        entries.push(entry(
            "Encounter",
            format!("e{n}"),
            format!(
                r#""status":"finished","class":{{"code":"AMB"}},{subject},"serviceProvider":{{"reference":"Organization/h"}}"#
            ),
        ));
        let encounter = format!(r#""encounter":{{"reference":"Encounter/e{n}"}}"#);
        let said = format!(r#""status":"final","code":{{"text":"x"}},{subject},{encounter}"#);
        entries.push(entry("Observation", format!("o{n}"), said));
    }
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, entries.join(","));
    tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me()).unwrap();
    (directory, engine, tenant)
}

#[test]
fn a_join_beside_what_leaves_few_over_looks_at_few() {
    let (_directory, _engine, tenant) = crowd();
    let all = CROWD as u64;
    for (query, found, looked_at_most) in [
        ("Observation?patient=w7&patient.gender=female", 1, 20),
        ("Observation?patient.gender=female&_id=o7,o8,o9", 3, 40),
        ("Observation?patient.gender:not=male&patient=w7", 1, 20),
        ("Observation?_id=o7&encounter.patient.gender=female", 1, 20),
        ("Observation?_id=o7&patient.gender=male", 0, 20),
        ("Patient?_id=w7&_has:Observation:patient:status=final", 1, 20),
        ("Patient?_id=w7&_has:Observation:patient:encounter.status=finished", 1, 40),
        ("Patient?_list=l&_has:Observation:patient:status=final", 2, 40),
        ("Patient?_has:Observation:patient:_id=o7&_has:Encounter:patient:status=finished", 1, 40),
        (
            "Observation?_filter=patient re w7 and (patient.gender eq male or encounter.status eq finished)",
            1,
            40,
        ),
        ("Patient/w7/Observation?encounter.service-provider.name=hospital", 1, 40),
        // Nothing else leaves few over.
        ("Observation?status=final&patient.gender=female", all, 20 * all),
    ] {
        let (path, query) = query.split_once('?').unwrap();
        let request = SearchRequest::of(path, format!("{query}&_explain=true"));
        let page = tenant.search(&request, &me()).unwrap();
        assert_eq!(page.total, Some(found), "{query}: {page:?}");
        let looked_at: u64 = page.steps.iter().map(|step| step.looked_at).sum();
        assert!(looked_at <= looked_at_most, "{query} looked at {looked_at}: {:?}", page.steps);
        assert!(looked_at_most < all || looked_at >= 2 * all, "{query}: {:?}", page.steps);
    }
}

#[test]
fn a_composite_looks_at_what_has_the_code() {
    let (_directory, _engine, tenant) = tenant(Limits::default());
    for n in 0..100 {
        let code = if n == 7 { "rare" } else { "frequent" };
        let component = |value: u32| {
            let code = format!(r#""code":{{"coding":[{{"system":"urn:s","code":"{code}"}}]}}"#);
            format!(r#"{{{code},"valueQuantity":{{"value":{value},"unit":"mg"}}}}"#)
        };
        let components = format!("[{},{}]", component(n), component(200));
        let said = r#""status":"final","code":{"text":"x"}"#;
        let body = format!(r#"{{"resourceType":"Observation","id":"o{n}",{said},"component":{components}}}"#);
        tenant.commit(&Change::update("Observation", format!("o{n}"), body.into_bytes()), &me()).unwrap();
    }
    for (value, found, looked_at_most) in [
        ("urn:s|rare$7", 1, 10),
        ("urn:s|rare$gt5", 1, 10),
        ("rare$8", 0, 10),
        // The documents of frequent terms are gone through once, for their bitmaps.
        ("urn:s|frequent$200", 99, 600),
    ] {
        let query = format!("component-code-value-quantity={value}&_explain=true");
        let page = tenant.search(&SearchRequest::of("Observation", query), &me()).unwrap();
        assert_eq!(page.total, Some(found), "{value}");
        let looked_at: u64 = page.steps.iter().map(|step| step.looked_at).sum();
        assert!(looked_at <= looked_at_most, "{value} looked at {looked_at}: {:?}", page.steps);
    }
}
