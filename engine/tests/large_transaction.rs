//! Transactions that are large enough to be staged, through the facade.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::sync::atomic::{AtomicBool, Ordering};

use fornax::{
    BundleOptions, BundleResponse, Change, Committed, Engine, EntryResponse, Error, ErrorKind, Handling,
    HistoryRequest, HistoryScope, Options, Principal, SearchRequest, Tenant, TenantId,
};

const ENTRIES: usize = 2_300;

fn tester() -> Principal {
    Principal::named("tester")
}

fn open(folder: &tempfile::TempDir) -> (Engine, Tenant) {
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

/// Patients and what refers to them, in reverse: references point ahead.
fn entries(tag: &str) -> Vec<String> {
    let patient = |n: usize| {
        format!(
            r#"{{"fullUrl":"urn:uuid:00000000-0000-4000-8000-{n:012}","resource":{{"resourceType":"Patient","identifier":[{{"system":"urn:{tag}","value":"{n}"}}]}},"request":{{"method":"POST","url":"Patient"}}}}"#
        )
    };
    let basic = |n: usize| {
        format!(
            r#"{{"resource":{{"resourceType":"Basic","id":"{tag}-{n}","code":{{"text":"x"}},"subject":{{"reference":"urn:uuid:00000000-0000-4000-8000-{n:012}"}}}},"request":{{"method":"PUT","url":"Basic/{tag}-{n}"}}}}"#
        )
    };
    (0..ENTRIES / 2).map(basic).chain((0..ENTRIES / 2).map(patient)).collect()
}

fn transaction(tenant: &Tenant, entries: &[String]) -> Result<BundleResponse, Error> {
    let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    tenant.process_bundle(body.into_bytes(), &BundleOptions::default(), &tester())
}

fn total(tenant: &Tenant, search: &str) -> u64 {
    let (resource_type, query) = search.split_once('?').unwrap_or((search, ""));
    let request = SearchRequest { handling: Handling::Strict, ..SearchRequest::of(resource_type, query) };
    tenant.search(&request, &tester()).unwrap().total.unwrap()
}

fn commits(tenant: &Tenant) -> u64 {
    let request = HistoryRequest { count: Some(1), ..HistoryRequest::default() };
    tenant.history(&HistoryScope::System, &request, &tester()).unwrap().total
}

#[test]
fn all_of_it_is_there_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, tenant) = open(&folder);
    let response = transaction(&tenant, &entries("one")).unwrap();
    let mut times = Vec::new();
    for entry in &response.entries {
        let EntryResponse::Committed(Committed::Created(version)) = entry else { panic!("{entry:?}") };
        times.push(version.last_updated);
    }
    times.dedup();
    assert_eq!((response.entries.len(), times.len()), (ENTRIES, 1), "one commit has one time");
    let EntryResponse::Committed(Committed::Created(patient)) = &response.entries[ENTRIES / 2 + 5] else {
        panic!("a patient")
    };
    let check = |tenant: &Tenant| {
        assert_eq!(
            (total(tenant, "Basic"), total(tenant, "Patient")),
            (ENTRIES as u64 / 2, ENTRIES as u64 / 2)
        );
        assert_eq!(total(tenant, "Patient?identifier=urn:one|5"), 1);
        assert_eq!(total(tenant, &format!("Basic?_id=one-5&subject=Patient/{}", patient.id)), 1);
        assert_eq!(commits(tenant), ENTRIES as u64);
        let fornax::Read::Current(read) = tenant.read("Patient", &patient.id, &tester()).unwrap() else {
            panic!("it is there")
        };
        assert_eq!((read.last_updated, read.version), (patient.last_updated, patient.version));
    };
    check(&tenant);
    engine.close().unwrap();
    drop((tenant, engine));
    let (_engine, tenant) = open(&folder);
    check(&tenant);
    // Once more: what has an id is updated, what has none is made again.
    transaction(&tenant, &entries("one")).unwrap();
    assert_eq!((total(&tenant, "Basic"), total(&tenant, "Patient")), (ENTRIES as u64 / 2, ENTRIES as u64));
    assert_eq!(commits(&tenant), 2 * ENTRIES as u64);
}

#[test]
fn half_of_it_is_never_there() {
    let folder = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(&folder);
    let refused = |last: &str, kind: ErrorKind| {
        let mut entries = entries("two");
        entries.push(last.to_owned());
        let error = transaction(&tenant, &entries).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(
            (total(&tenant, "Basic"), total(&tenant, "Patient"), commits(&tenant)),
            (0, 0, 0),
            "{last}"
        );
    };
    refused(
        r#"{"resource":{"resourceType":"Patient","surname":"x"},"request":{"method":"PUT","url":"Patient/x"}}"#,
        ErrorKind::Unprocessable,
    );
    refused(
        r#"{"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Patient?identifier=urn:none|1"}},"request":{"method":"POST","url":"Basic"}}"#,
        ErrorKind::Precondition,
    );
    refused(
        r#"{"resource":{"resourceType":"Basic","id":"z","code":{"text":"x"}},"request":{"method":"PUT","url":"Basic/z","ifMatch":"W/\"3\""}}"#,
        ErrorKind::Precondition,
    );
    transaction(&tenant, &entries("two")).unwrap();
    assert_eq!(total(&tenant, "Patient?identifier=urn:two|5"), 1);
}

#[test]
fn others_write_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, tenant) = open(&folder);
    let is_over = AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut written = 0;
            while !is_over.load(Ordering::Relaxed) {
                let body = br#"{"resourceType":"Observation","status":"final","code":{"text":"x"}}"#.to_vec();
                tenant.commit(&Change::create("Observation", body), &tester()).unwrap();
                written += 1;
                assert_eq!(total(&tenant, "Observation"), written, "each is seen at once");
                let patients = total(&tenant, "Patient");
                assert!(
                    patients == 0 || patients.is_multiple_of(ENTRIES as u64 / 2),
                    "half of a transaction is seen: {patients}"
                );
            }
            written
        });
        for tag in ["a", "b", "c"] {
            transaction(&tenant, &entries(tag)).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        other.join().unwrap()
    });
    let check = |tenant: &Tenant| {
        assert_eq!(
            (total(tenant, "Observation"), total(tenant, "Patient")),
            (written, 3 * ENTRIES as u64 / 2)
        );
        let mut page = tenant
            .history(
                &HistoryScope::System,
                &HistoryRequest { count: Some(1000), ..HistoryRequest::default() },
                &tester(),
            )
            .unwrap();
        let mut last = None;
        let mut versions = 0;
        loop {
            for version in &page.versions {
                assert!(last.is_none_or(|last| version.last_updated <= last), "time never goes backwards");
                last = Some(version.last_updated);
                versions += 1;
            }
            let Some(next) = page.next else { break };
            page = tenant.history_page(&HistoryScope::System, &next, &tester()).unwrap();
        }
        assert_eq!(versions, written + 3 * ENTRIES as u64);
    };
    check(&tenant);
    drop((tenant, engine));
    check(&open(&folder).1);
}
