//! Pages of a search: how far they go, where they end, and the way back.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax::{
    Change, Engine, Limits, Options, Principal, SearchPage, SearchRequest, Tenant, TenantId, Version,
};

fn me() -> Principal {
    Principal::named("tester")
}

/// Patients `p00` to `p29`, each with a text of so many bytes, and a practitioner of each.
fn tenant(limits: Limits, bytes: usize) -> (tempfile::TempDir, Engine, Tenant) {
    let directory = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options { limits, ..Options::at(directory.path()) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    for n in 0..30 {
        put(&tenant, "Practitioner", &format!("d{n:02}"), "");
        let name = "x".repeat(bytes);
        let members = format!(
            r#","name":[{{"text":"{name}"}}],"generalPractitioner":[{{"reference":"Practitioner/d{n:02}"}}]"#
        );
        put(&tenant, "Patient", &format!("p{n:02}"), &members);
    }
    (directory, engine, tenant)
}

fn put(tenant: &Tenant, resource_type: &str, id: &str, members: &str) {
    let body = format!(r#"{{"resourceType":"{resource_type}","id":"{id}"{members}}}"#);
    tenant.commit(&Change::update(resource_type, id, body.into_bytes()), &me()).unwrap();
}

fn ids(versions: &[Version]) -> Vec<String> {
    versions.iter().map(|version| version.id.to_string()).collect()
}

fn expected(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|n| format!("p{n:02}")).collect()
}

fn first(tenant: &Tenant, query: &str) -> SearchPage {
    tenant.search(&SearchRequest::of("Patient", query), &me()).unwrap()
}

fn at(tenant: &Tenant, token: &str) -> SearchPage {
    tenant.search_page("Patient", token, &me()).unwrap()
}

/// All pages, from the first on.
fn pages(tenant: &Tenant, query: &str) -> Vec<SearchPage> {
    let mut pages = vec![first(tenant, query)];
    while let Some(next) = &pages.last().unwrap().next {
        let page = at(tenant, next);
        pages.push(page);
    }
    pages
}

#[test]
fn no_more_come_than_are_asked_for() {
    let (_directory, _engine, tenant) = tenant(Limits::default(), 1);
    let check = |query: &str, sizes: &[usize]| {
        let pages = pages(&tenant, query);
        let found: Vec<usize> = pages.iter().map(|page| page.matches.len()).collect();
        assert_eq!(found, sizes, "{query}");
        let all: Vec<String> = pages.iter().flat_map(|page| ids(&page.matches)).collect();
        assert_eq!(all, expected(0, sizes.iter().sum()), "{query}");
        assert!(pages.iter().all(|page| page.total == Some(30)), "{query}");
    };
    check("_sort=_id&_maxresults=7&_count=3", &[3, 3, 1]);
    check("_sort=_id&_maxresults=6&_count=3", &[3, 3]);
    check("_sort=_id&_maxresults=2&_count=3", &[2]);
    check("_maxresults=5&_count=4", &[4, 1]);
    check("_maxresults=25", &[20, 5]);
    check("_maxresults=99&_count=25", &[25, 5]);
    check("_maxresults=99999999999999999999&_count=30", &[30]);
    check("_maxresults=0", &[0]);
    let page = first(&tenant, "_sort=_id&_maxresults=2&_include=Patient:general-practitioner");
    assert_eq!(page.includes.len(), 2);
    assert!(page.applied.contains("_maxresults=2"));
}

/// What is written meanwhile is on no page, whichever way one goes.
#[test]
fn one_can_go_back() {
    let (_directory, _engine, tenant) = tenant(Limits::default(), 1);
    for query in ["_sort=-_id&_count=4", "_count=4", "_count=4&_maxresults=10"] {
        let forth = pages(&tenant, query);
        put(&tenant, "Patient", "p00", r#","gender":"other""#);
        assert!(forth[0].previous.is_none(), "{query}");
        let mut page = forth.last().unwrap().clone();
        for there in forth.iter().rev().skip(1) {
            page = at(&tenant, page.previous.as_ref().unwrap());
            assert_eq!(ids(&page.matches), ids(&there.matches), "{query}");
            assert_eq!(page.total, there.total, "{query}");
        }
        assert!(page.previous.is_none(), "{query}");
        // And forth again.
        let next = at(&tenant, page.next.as_ref().unwrap());
        assert_eq!(ids(&next.matches), ids(&forth[1].matches), "{query}");
        assert!(next.previous.is_some(), "{query}");
    }
    // Of many pages the nearest are remembered, and a link stays short.
    let forth = pages(&tenant, "_sort=_lastUpdated,_id&_count=1");
    assert_eq!(forth.len(), 30);
    let bytes = |page: &SearchPage| page.next.as_ref().map_or(0, String::len);
    assert!(bytes(&forth[28]) < 2_000, "{}", bytes(&forth[28]));
    let (mut page, mut back) = (forth[29].clone(), 0);
    while let Some(previous) = &page.previous {
        page = at(&tenant, previous);
        back += 1;
        assert_eq!(ids(&page.matches), ids(&forth[29 - back].matches));
    }
    assert_eq!(back, 16);
}

/// A page that ends early is searched for once.
#[test]
fn pages_end_early_where_bodies_are_large() {
    let limits = Limits { page_bytes_max: 3_500, ..Limits::default() };
    let (_directory, _engine, tenant) = tenant(limits, 1_000);
    for query in ["_sort=_id&_count=10", "_count=10", "_sort=_id&_count=10&_maxresults=8"] {
        let query = format!("{query}&_include=Patient:general-practitioner&_explain=true");
        let pages = pages(&tenant, &query);
        let all: Vec<String> = pages.iter().flat_map(|page| ids(&page.matches)).collect();
        let many = if query.contains("_max") { 8 } else { 30 };
        assert_eq!(all, expected(0, many), "{query}");
        for page in &pages {
            assert!((1..=3).contains(&page.matches.len()), "{query}");
            let mut own = ids(&page.includes);
            own.sort_unstable();
            let with: Vec<String> = ids(&page.matches).iter().map(|id| id.replace('p', "d")).collect();
            assert_eq!(own, with, "{query}");
            let looked_at: u64 = page.steps.iter().map(|step| step.looked_at).sum();
            assert!(looked_at <= 45, "{query}: {:?}", page.steps);
        }
        let back = at(&tenant, pages[2].previous.as_ref().unwrap());
        assert_eq!(ids(&back.matches), ids(&pages[1].matches), "{query}");
    }
}

/// Alternatives that make a query of at least so many bytes, of which the last one finds everybody.
fn long(bytes: usize) -> String {
    let mut query = "_count=7&_id=".to_owned();
    while query.len() < bytes {
        query.push_str(&format!("nobody-{},", query.len()));
    }
    query + &expected(0, 30).join(",")
}

#[test]
fn long_queries_have_pages() {
    let (directory, engine, tenant) = tenant(Limits::default(), 10);
    for bytes in [2_000, 5_000, 8 << 10, 100_000] {
        let query = long(bytes);
        let all: Vec<String> = pages(&tenant, &query).iter().flat_map(|page| ids(&page.matches)).collect();
        assert_eq!(all, expected(0, 30), "{bytes} bytes");

        let request = SearchRequest { form: query.into_bytes(), ..SearchRequest::of("Patient", "") };
        let by_form = tenant.search(&request, &me()).unwrap();
        let next = by_form.next.unwrap();
        assert!(next.len() < 11_000, "{bytes} bytes: a link of {}", next.len());
        let second = at(&tenant, &next);
        assert_eq!(ids(&second.matches), expected(7, 14), "{bytes} bytes");
        let back = at(&tenant, &second.previous.unwrap());
        assert_eq!(ids(&back.matches), expected(0, 7), "{bytes} bytes");
    }

    // A short query is in its link; a long one is forgotten with the process, and that is said.
    let [short, long] = [5_000, 100_000].map(|bytes| first(&tenant, &long(bytes)).next.unwrap());
    engine.close().unwrap();
    drop((tenant, engine));
    let engine = Engine::open(Options::at(directory.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    assert_eq!(ids(&at(&tenant, &short).matches), expected(7, 14));
    let error = tenant.search_page("Patient", &long, &me()).unwrap_err();
    assert_eq!(error.kind(), fornax::ErrorKind::Gone);
}
