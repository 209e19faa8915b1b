//! Searches for contained resources: their order, their pages, what a page says of them, and what may not ask for them.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax::{
    AsOf, Change, Engine, ErrorKind, Options, Principal, SearchPage, SearchRequest, Tenant, TenantId,
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn me() -> Principal {
    Principal::named("me")
}

fn rig() -> (TempDir, Engine, Tenant) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (folder, engine, tenant)
}

fn put(tenant: &Tenant, name: &str, body: Value) {
    let (resource_type, id) = name.split_once('/').unwrap();
    let mut body = body;
    body["resourceType"] = resource_type.into();
    body["id"] = id.into();
    tenant.commit(&Change::update(resource_type, id, body.to_string().into_bytes()), &me()).unwrap();
}

/// An Observation that contains patients of these ids and genders.
fn containing(patients: &[(&str, &str)]) -> Value {
    let patients: Vec<Value> = patients
        .iter()
        .map(|(id, gender)| json!({ "resourceType": "Patient", "id": id, "gender": gender, "active": true }))
        .collect();
    json!({ "status": "final", "code": { "text": "x" }, "contained": patients })
}

fn shown(page: &SearchPage) -> Vec<String> {
    let versions = page.matches.iter().map(|version| format!("{}/{}", version.resource_type, version.id));
    let contained = page.contained.iter().map(|inner| {
        format!("{}/{}#{}", inner.container_type, inner.container_id, inner.id.as_deref().unwrap_or(""))
    });
    versions.chain(contained).collect()
}

/// All pages of a search; each but the last is full, and all tell the same total.
fn pages(tenant: &Tenant, query: &str, count: usize) -> Vec<String> {
    let request = SearchRequest::of("Patient", format!("{query}&_count={count}"));
    let mut page = tenant.search(&request, &me()).unwrap();
    let (mut found, total) = (shown(&page), page.total);
    while let Some(next) = page.next {
        assert_eq!(page.matches.len() + page.contained.len(), count, "{query}");
        page = tenant.search_page("Patient", &next, &me()).unwrap();
        assert_eq!(page.total, total, "{query}");
        assert!(!shown(&page).is_empty(), "{query}");
        found.extend(shown(&page));
    }
    assert!(total.is_none_or(|total| total == found.len() as u64), "{query}: {total:?} {found:?}");
    found
}

#[test]
fn pages_of_any_size_show_each_match_once_and_in_order() {
    let (_folder, _engine, tenant) = rig();
    put(&tenant, "Patient/z", json!({ "gender": "male" }));
    put(&tenant, "Observation/c", containing(&[("1", "male"), ("2", "male"), ("3", "male")]));
    put(&tenant, "Observation/b", containing(&[("1", "female")]));
    put(&tenant, "Patient/y", json!({ "gender": "male" }));
    put(&tenant, "Observation/a", containing(&[("1", "male"), ("2", "male")]));
    put(&tenant, "Observation/d", containing(&[("1", "male")]));
    // Written once more, it comes last.
    put(&tenant, "Observation/c", containing(&[("1", "male"), ("2", "female"), ("3", "male")]));
    let ordinary = ["Patient/z", "Patient/y"];
    let containers = ["Observation/a", "Observation/d", "Observation/c"];
    let inner =
        ["Observation/a#1", "Observation/a#2", "Observation/d#1", "Observation/c#1", "Observation/c#3"];
    for total in ["accurate", "none"] {
        for count in 1..9 {
            let check = |query: &str, expected: &[&str]| {
                let found = pages(&tenant, &format!("gender=male&{query}&_total={total}"), count);
                assert_eq!(found, expected, "{query} {total} {count}");
            };
            check("_contained=true", &containers);
            check("_contained=true&_containedType=contained", &inner);
            check("_contained=both", &[&ordinary[..], &containers].concat());
            check("_contained=both&_containedType=contained", &[&ordinary[..], &inner].concat());
        }
    }
}

#[test]
fn later_pages_and_the_past_show_what_was_there() {
    let (_folder, _engine, tenant) = rig();
    for id in ["a", "b", "c"] {
        put(&tenant, &format!("Observation/{id}"), containing(&[("1", "male"), ("2", "male")]));
    }
    let query = "gender=male&_contained=true&_containedType=contained";
    let request = SearchRequest::of("Patient", format!("{query}&_count=3"));
    let first = tenant.search(&request, &me()).unwrap();
    put(&tenant, "Observation/a", containing(&[("1", "female"), ("2", "female")]));
    put(&tenant, "Observation/b", json!({ "status": "final", "code": { "text": "x" } }));
    tenant.commit(&Change::delete("Observation", "c"), &me()).unwrap();
    put(&tenant, "Observation/d", containing(&[("1", "male")]));
    let second = tenant.search_page("Patient", &first.next.clone().unwrap(), &me()).unwrap();
    assert_eq!(shown(&first), ["Observation/a#1", "Observation/a#2", "Observation/b#1"]);
    assert_eq!(shown(&second), ["Observation/b#2", "Observation/c#1", "Observation/c#2"]);
    assert_eq!((first.total, second.total, second.next), (Some(6), Some(6), None));
    assert_eq!(pages(&tenant, query, 10), ["Observation/d#1"]);
    let then = SearchRequest { as_of: Some(AsOf::Commit(first.commit)), ..request };
    assert_eq!(shown(&tenant.search(&then, &me()).unwrap()), shown(&first));
}

#[test]
fn what_is_shown_is_the_contained_resource_as_it_stands() {
    let (_folder, _engine, tenant) = rig();
    put(&tenant, "Observation/a", containing(&[("1", "male")]));
    let inner = |query: &str| {
        let query = format!("_contained=true&_containedType=contained{query}");
        let page = tenant.search(&SearchRequest::of("Patient", query), &me()).unwrap();
        serde_json::from_str::<Value>(&page.contained[0].json).unwrap()
    };
    let whole = json!({ "resourceType": "Patient", "id": "1", "gender": "male", "active": true });
    assert_eq!(inner(""), whole);
    let part = inner("&_elements=gender");
    assert_eq!((&part["gender"], &part["active"]), (&json!("male"), &Value::Null));
    assert_eq!(part["meta"]["tag"][0]["code"], "SUBSETTED");
    let page =
        tenant.search(&SearchRequest::of("Patient", "_contained=true&_containedType=contained"), &me());
    assert_eq!(page.unwrap().applied, "_contained=true&_containedType=contained");
}

#[test]
fn a_search_says_what_it_read() {
    let (_folder, _engine, tenant) = rig();
    put(&tenant, "Observation/a", containing(&[("1", "male"), ("2", "female")]));
    let request = SearchRequest::of("Patient", "gender=male&_contained=true&_explain=true");
    let page = tenant.search(&request, &me()).unwrap();
    let step = page.steps.iter().find(|step| step.what == "contained").unwrap();
    assert_eq!(step.found, Some(1));
    assert!(step.looked_at > 1_000, "{step:?}");
}

#[test]
fn criteria_may_not_ask_for_contained_resources() {
    let (_folder, _engine, tenant) = rig();
    for query in
        ["gender=male&_contained=true", "gender=male&_contained=both", "gender=male&_containedType=contained"]
    {
        let body = json!({ "resourceType": "Patient", "gender": "male" }).to_string();
        let change = Change::create_if_none_exist("Patient", body.into_bytes(), query);
        let error = tenant.commit(&change, &me()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSupported, "{query}");
    }
}

#[test]
fn reading_containers_counts_against_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let limits = fornax::Limits { search_documents_max: 10_000, ..fornax::Limits::default() };
    let engine = Engine::open(Options { limits, ..Options::at(folder.path()) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let search = || tenant.search(&SearchRequest::of("Patient", "_contained=true"), &me());
    for id in ["a", "b"] {
        put(&tenant, &format!("Observation/{id}"), containing(&[("1", "male")]));
    }
    assert_eq!(search().unwrap().total, Some(2));
    put(&tenant, "Observation/c", containing(&[("1", "male")]));
    assert_eq!(search().unwrap_err().kind(), ErrorKind::Limit);
}
