//! In which order searches answer.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax::{Change, Engine, Options, Principal, SearchRequest, TenantId};
use serde_json::json;

fn me() -> Principal {
    Principal::named("me")
}

/// What was found of sorting texts: another value of a resource must not decide between it and others.
#[test]
fn the_value_that_counts_decides_alone() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..2 {
        // The second round finds the documents on disk.
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        let put = |id: &str, families: &[&str]| {
            let names: Vec<_> = families.iter().map(|family| json!({ "family": family })).collect();
            let body = json!({ "resourceType": "Patient", "id": id, "name": names });
            tenant.commit(&Change::update("Patient", id, body.to_string().into_bytes()), &me()).unwrap();
        };
        if round == 0 {
            put("a", &["mm"]);
            put("b", &["mm", "zzzzzzzz"]);
            put("c", &["mm"]);
            put("d", &["aaaaaaaaaaaaaaaaaaaa", "mm"]);
            put("e", &["mm", "mmmmmmmmmmmmmmmmb", "mmmmmmmmmmmmmmmma"]);
        }
        let check = |query: &str, expected: &str| {
            let page = tenant.search(&SearchRequest::of("Patient", query), &me()).unwrap();
            let ids: Vec<&str> = page.matches.iter().map(|version| &*version.id).collect();
            assert_eq!(ids.join(""), expected, "{query}");
        };
        check("_sort=family,-_id", "decba");
        check("_sort=family,_id", "dabce");
        check("_sort=-family,-_id", "bedca");
        check("_sort=-family,_id", "beacd");
        engine.close().unwrap();
    }
}
