//! Tenants whose dates without a zone are those of a place.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use fornax::{
    BundleOptions, Change, Engine, ErrorKind, Options, Principal, SearchRequest, Tenant, TenantId,
    TenantOptions,
};

fn me() -> Principal {
    Principal::named("tester")
}

fn open(directory: &Path) -> Engine {
    Engine::open(Options::at(directory)).unwrap()
}

fn create(engine: &Engine, name: &str, time_zone: &str) -> Tenant {
    let (id, options) = (
        name.parse().unwrap(),
        TenantOptions { time_zone: time_zone.to_owned(), ..TenantOptions::default() },
    );
    engine.create_tenant_with(&id, &options).unwrap();
    tenant(engine, name)
}

fn tenant(engine: &Engine, name: &str) -> Tenant {
    engine.tenant(&name.parse().unwrap()).unwrap()
}

fn observation(tenant: &Tenant, id: &str, time: &str) {
    let body = format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"effectiveDateTime":"{time}"}}"#
    );
    tenant.commit(&Change::update("Observation", id.to_owned(), body.into_bytes()), &me()).unwrap();
}

/// The ids that are found, in the order of the answer.
fn found(tenant: &Tenant, query: &str) -> String {
    let page = tenant.search(&SearchRequest::of("Observation", query), &me()).unwrap();
    let ids: Vec<&str> = page.matches.iter().map(|version| &*version.id).collect();
    ids.join(" ")
}

#[test]
fn each_tenant_has_days_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    create(&engine, "new-york", "america/new_york");
    create(&engine, "india", "+05:30");
    const TENANTS: [(&str, &str); 3] =
        [("new-york", "America/New_York"), ("india", "+05:30"), ("default", "UTC")];
    for (name, _) in TENANTS {
        let tenant = tenant(&engine, name);
        // New York's 2024-11-03 ends between the first two.
        observation(&tenant, "last", "2024-11-04T04:59:58Z");
        observation(&tenant, "next", "2024-11-04T05:00:00Z");
        observation(&tenant, "noon", "2024-11-03T12:00:00Z");
        observation(&tenant, "day", "2024-11-03");
    }
    let rows = [
        ("date=2024-11-03&_sort=_id", ["day last noon", "day noon", "day noon"]),
        ("date=2024-11-04&_sort=_id", ["next", "last next", "last next"]),
        ("date=sa2024-11-03&_sort=_id", ["next", "last next", "last next"]),
        ("date=eb2024-11-04T05:00:00Z&_sort=_id", ["day last noon", "day last noon", "day last noon"]),
        ("date=eb2024-11-04T04:59:59Z&_sort=_id", ["last noon", "day last noon", "day last noon"]),
        ("date=ge2024-11-03T20:00:00Z&_sort=_id", ["day last next", "last next", "day last next"]),
        ("date=sa2024-11-03T03:00:00Z&_sort=_id", ["day last next noon", "last next noon", "last next noon"]),
        ("_sort=-date&_count=1", ["next", "next", "next"]),
        // By when the day ends.
        ("_sort=-date&_count=2&date=lt2024-11-04T05:00:00Z", ["day last", "last day", "last day"]),
    ];
    let check = |engine: &Engine, when: &str| {
        for (at, (name, zone)) in TENANTS.into_iter().enumerate() {
            let tenant = tenant(engine, name);
            assert_eq!(tenant.statistics().unwrap().time_zone, zone, "{when}");
            for (query, expected) in rows {
                assert_eq!(found(&tenant, query), expected[at], "{query} in {zone} {when}");
            }
        }
    };
    check(&engine, "as written");
    engine.close().unwrap();
    drop(engine);
    let engine = open(folder.path());
    check(&engine, "when opened again");
    for (at, (name, zone)) in TENANTS.into_iter().enumerate() {
        let tenant = tenant(&engine, name);
        let job = tenant.reindex(&me()).unwrap();
        tenant.wait_for_job(job.number).unwrap();
        assert_eq!(found(&tenant, rows[0].0), rows[0].1[at], "in {zone}, by a new index");
    }
    engine.close().unwrap();
}

/// Criteria are judged on what the transaction itself writes, which no index has yet.
#[test]
fn criteria_know_the_zone() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    create(&engine, "new-york", "America/New_York");
    for (name, expected) in [("new-york", 1), ("default", 2)] {
        let tenant = tenant(&engine, name);
        let entry = |criteria: &str| {
            format!(
                r#"{{"request":{{"method":"POST","url":"Observation","ifNoneExist":"{criteria}"}},
                    "resource":{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},
                        "effectiveDateTime":"2024-11-04T04:59:59Z"}}}}"#
            )
        };
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{},{}]}}"#,
            entry("date=1999"),
            entry("date=2024-11-03")
        );
        tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me()).unwrap();
        assert_eq!(found(&tenant, "").split(' ').count(), expected, "{name}");
    }
    engine.close().unwrap();
}

#[test]
fn zones_that_are_not_there_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    let id: TenantId = "mars".parse().unwrap();
    for name in ["Mars/Olympus_Mons", "+25:00", "", "local", "../../etc/localtime"] {
        let options = TenantOptions { time_zone: name.to_owned(), ..TenantOptions::default() };
        let error = engine.create_tenant_with(&id, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
        assert!(!engine.has_tenant(&id), "{name}");
    }
    engine.close().unwrap();
}

#[test]
fn the_first_tenant_has_the_zone_of_the_options() {
    let folder = tempfile::tempdir().unwrap();
    let asked = |zone: &str| {
        let mut options = Options::at(folder.path().join("data"));
        options.default_tenant.time_zone = zone.to_owned();
        options
    };
    assert_eq!(Engine::open(asked("Mars/Olympus_Mons")).err().unwrap().kind(), ErrorKind::Invalid);
    assert!(!folder.path().join("data").exists(), "nothing is made for a zone that is not there");

    // It keeps what it was made with, whatever is asked for later.
    for zone in ["America/New_York", "Europe/Berlin", "UTC"] {
        let engine = Engine::open(asked(zone)).unwrap();
        let default = tenant(&engine, "default");
        if zone == "America/New_York" {
            observation(&default, "late", "2024-01-16T04:30:00Z");
        }
        assert_eq!(default.statistics().unwrap().time_zone, "America/New_York");
        assert_eq!(found(&default, "date=2024-01-15"), "late", "{zone}");
        assert_eq!(found(&default, "date=2024-01-16"), "", "{zone}");
        engine.close().unwrap();
    }
}
