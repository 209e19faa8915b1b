//! The facade end to end, on a directory of its own: what is written is read, searched, kept, and walled off.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax::{
    BundleOptions, BundleResponse, Change, Committed, Engine, EntryResponse, Error, ErrorKind, Handling,
    HistoryRequest, HistoryScope, Options, Principal, Read, ReturnBodies, SearchPage, SearchRequest, Tenant,
    TenantId, Version, VersionId,
};
use tempfile::TempDir;

struct Rig {
    folder: TempDir,
    engine: Option<Engine>,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(Options::at(folder.path().join("data"))).unwrap();
        Self { folder, engine: Some(engine) }
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    fn tenant(&self) -> Tenant {
        self.engine().tenant(&TenantId::default_tenant()).unwrap()
    }

    /// Closes cleanly and opens again.
    fn reopen(&mut self) {
        self.engine.take().unwrap().close().unwrap();
        self.engine = Some(Engine::open(Options::at(self.folder.path().join("data"))).unwrap());
    }
}

fn options() -> BundleOptions {
    BundleOptions {
        own_bases: vec!["http://own/fhir".to_owned()],
        bodies: ReturnBodies::Yes,
        handling: Handling::Lenient,
        provenance: None,
    }
}

fn tester() -> Principal {
    Principal::named("tester")
}

fn create(tenant: &Tenant, resource_type: &str, body: &str) -> Version {
    match tenant.commit(&Change::create(resource_type, body.into()), &tester()).unwrap() {
        Committed::Created(version) => version,
        other => panic!("{other:?}"),
    }
}

fn text(version: &Version) -> String {
    String::from_utf8(version.to_json()).unwrap()
}

fn search(tenant: &Tenant, query: &str) -> Result<SearchPage, Error> {
    let (resource_type, query) = query.split_once('?').unwrap_or((query, ""));
    let request = SearchRequest {
        own_bases: vec!["http://own/fhir".to_owned()],
        ..SearchRequest::of(resource_type, query)
    };
    tenant.search(&request, &tester())
}

fn ids(tenant: &Tenant, query: &str) -> Vec<String> {
    search(tenant, query).unwrap().matches.iter().map(|version| version.id.to_string()).collect()
}

fn put(tenant: &Tenant, resource_type: &str, id: &str, rest: &str) -> Result<Committed, Error> {
    let body = format!(r#"{{"resourceType":"{resource_type}","id":"{id}"{rest}}}"#);
    tenant.commit(&Change::update(resource_type, id, body.into()), &tester())
}

fn bundle(tenant: &Tenant, kind: &str, entries: &[String]) -> Result<BundleResponse, Error> {
    let body = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","));
    tenant.process_bundle(body.into_bytes(), &options(), &tester())
}

fn entry(full_url: &str, method: &str, url: &str, resource: &str) -> String {
    let resource = if resource.is_empty() { String::new() } else { format!(r#""resource":{resource},"#) };
    format!(r#"{{"fullUrl":"{full_url}",{resource}"request":{{"method":"{method}","url":"{url}"}}}}"#)
}

#[test]
fn a_resource_through_its_life() {
    let mut rig = Rig::new();
    let tenant = rig.tenant();
    let body = r#"{ "resourceType": "Observation", "id": "theirs", "meta": {"versionId": "9", "lastUpdated": "1999-01-01T00:00:00Z"},
        "status": "final", "code": {"text": "a  b"}, "valueQuantity": {"value": 1.50} }"#;
    let made = create(&tenant, "Observation", body);
    assert_eq!(made.version, VersionId(1));
    assert_ne!(&*made.id, "theirs");
    let json = text(&made);
    assert!(json.contains(r#""value":1.50"#) && json.contains(r#""text":"a  b""#), "{json}");
    assert!(json.contains(r#""meta":{"versionId":"1","lastUpdated":""#) && !json.contains("1999"), "{json}");

    let updated =
        put(&tenant, "Observation", &made.id, r#","status":"amended","code":{"text":"b"}"#).unwrap();
    assert!(matches!(&updated, Committed::Updated(version) if version.version == VersionId(2)));
    let stale = Change::delete("Observation", &*made.id).if_match(VersionId(1));
    assert_eq!(tenant.commit(&stale, &tester()).unwrap_err().kind(), ErrorKind::Precondition);
    let right = Change::delete("Observation", &*made.id).if_match(VersionId(2));
    assert!(matches!(tenant.commit(&right, &tester()).unwrap(), Committed::Deleted(Some(_))));
    assert!(matches!(
        tenant.commit(&Change::delete("Observation", &*made.id), &tester()).unwrap(),
        Committed::Deleted(None)
    ));

    drop(tenant);
    for _ in 0..2 {
        let tenant = rig.tenant();
        assert!(matches!(tenant.read("Observation", &made.id, &tester()).unwrap(), Read::Deleted(_)));
        let first = tenant.vread("Observation", &made.id, VersionId(1), &tester()).unwrap();
        assert!(matches!(&first, Read::Current(version) if text(version) == json), "{first:?}");
        assert!(matches!(
            tenant.vread("Observation", &made.id, VersionId(4), &tester()).unwrap(),
            Read::Missing
        ));
        assert!(matches!(
            tenant.vread("Observation", &made.id, VersionId(0), &tester()).unwrap(),
            Read::Missing
        ));
        for scope in [
            HistoryScope::Instance("Observation".into(), made.id.to_string()),
            HistoryScope::Type("Observation".into()),
            HistoryScope::System,
        ] {
            let page = tenant
                .history(&scope, &HistoryRequest { count: Some(2), ..HistoryRequest::default() }, &tester())
                .unwrap();
            let next = tenant.history_page(&scope, &page.next.unwrap(), &tester()).unwrap();
            let versions: Vec<u64> =
                page.versions.iter().chain(&next.versions).map(|version| version.version.0).collect();
            assert_eq!((page.total, versions), (3, vec![3, 2, 1]), "{scope:?}");
            assert!(next.next.is_none());
        }
        drop(tenant);
        rig.reopen();
    }
}

#[test]
fn writes_are_searchable_at_once_and_pages_are_snapshots() {
    let mut rig = Rig::new();
    let tenant = rig.tenant();
    let ada = create(
        &tenant,
        "Patient",
        r#"{"resourceType":"Patient","name":[{"family":"Zzyzx-Müller"}],"birthDate":"1815-12-10"}"#,
    );
    for n in 0..30 {
        let body = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"{}"}}]}},
               "subject":{{"reference":"Patient/{}"}},"effectiveDateTime":"2020-01-{:02}"}}"#,
            n % 3,
            ada.id,
            n + 1
        );
        create(&tenant, "Observation", &body);
    }
    let rows: [(&str, u64); 14] = [
        ("Patient?family=zzyzx-muller", 1),
        ("Patient?name=ZZYZX", 1),
        ("Patient?birthdate=1815", 1),
        ("Patient?birthdate=lt1815", 0),
        ("Observation?code=1", 10),
        ("Observation?code=http://loinc.org|1", 10),
        ("Observation?code=http://other|1", 0),
        ("Observation?code=0,1", 20),
        ("Observation?code=0&code=1", 0),
        (&format!("Observation?patient={}", ada.id), 30),
        (&format!("Observation?subject=Patient/{}&date=ge2020-01-21", ada.id), 10),
        (&format!("Observation?subject=http://own/fhir/Patient/{}", ada.id), 30),
        (&format!("Patient?_id={}", ada.id), 1),
        ("Observation", 30),
    ];
    for (query, total) in rows {
        assert_eq!(search(&tenant, query).unwrap().total, Some(total), "{query}");
    }

    let mut page = search(&tenant, "Observation?_sort=-date&_count=7").unwrap();
    drop(tenant);
    let mut seen = Vec::new();
    loop {
        seen.extend(page.matches.iter().map(|version| version.id.to_string()));
        create(
            &rig.tenant(),
            "Observation",
            r#"{"resourceType":"Observation","status":"final","code":{"text":"between"}}"#,
        );
        let Some(next) = page.next else { break };
        rig.reopen();
        page = rig.tenant().search_page("Observation", &next, &tester()).unwrap();
        assert_eq!(page.total, Some(30));
    }
    let tenant = rig.tenant();
    assert_eq!(seen.len(), 30);
    assert_eq!(seen, ids(&tenant, "Observation?_sort=-date&_count=30"));

    let included = search(&tenant, "Observation?code=1&_count=2&_include=Observation:subject").unwrap();
    assert_eq!((included.matches.len(), included.includes.len()), (2, 1));
    let reverse = search(&tenant, "Patient?family=zzyzx&_revinclude=Observation:subject").unwrap();
    assert_eq!((reverse.matches.len(), reverse.includes.len()), (1, 30));
    let cut = search(&tenant, "Patient?_elements=birthDate").unwrap();
    let json = text(&cut.matches[0]);
    assert!(json.contains("1815-12-10") && json.contains("SUBSETTED") && !json.contains("Zzyzx"), "{json}");
    let count = search(&tenant, "Patient?_summary=count").unwrap();
    assert_eq!((count.total, count.matches.len()), (Some(1), 0));
}

#[test]
fn what_is_wrong_is_refused_with_its_place_and_nothing_is_written() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    let rows: [(&str, &str, ErrorKind, Option<&str>); 8] = [
        ("Patient", "{not json", ErrorKind::Invalid, None),
        (
            "Patient",
            r#"{"resourceType":"Patient","surname":"X"}"#,
            ErrorKind::Unprocessable,
            Some("Patient.surname"),
        ),
        (
            "Patient",
            r#"{"resourceType":"Patient","birthDate":"last year"}"#,
            ErrorKind::Unprocessable,
            Some("Patient.birthDate"),
        ),
        (
            "Patient",
            r#"{"resourceType":"Patient","gender":"male","gender":"female"}"#,
            ErrorKind::Invalid,
            None,
        ),
        (
            "Patient",
            r#"{"resourceType":"Patient","name":[]}"#,
            ErrorKind::Unprocessable,
            Some("Patient.name"),
        ),
        (
            "Patient",
            r#"{"resourceType":"Observation","status":"final","code":{}}"#,
            ErrorKind::Unprocessable,
            None,
        ),
        (
            "Patient",
            r#"{"resourceType":"Basic","code":{"text":"x"}}"#,
            ErrorKind::Invalid,
            Some("resourceType"),
        ),
        ("Nothing", r#"{"resourceType":"Nothing"}"#, ErrorKind::NotSupported, None),
    ];
    for (resource_type, body, kind, place) in rows {
        let error = tenant.commit(&Change::create(resource_type, body.into()), &tester()).unwrap_err();
        assert_eq!(error.kind(), kind, "{body}: {error}");
        if let Some(place) = place {
            assert!(
                error.issues().iter().any(|issue| issue.expression.as_deref() == Some(place)),
                "{body}: {error:?}"
            );
        }
    }
    let deep =
        format!(r#"{{"resourceType":"Patient","extension":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(
        tenant.commit(&Change::create("Patient", deep.into()), &tester()).unwrap_err().kind(),
        ErrorKind::Invalid
    );
    let other_id = Change::update("Patient", "a", r#"{"resourceType":"Patient","id":"b"}"#.into());
    assert_eq!(tenant.commit(&other_id, &tester()).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(put(&tenant, "Patient", "not an id", "").unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(search(&tenant, "Patient").unwrap().total, Some(0));
}

#[test]
fn conditional_creates_make_one_however_many_come() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    let body =
        r#"{"resourceType":"Basic","code":{"text":"x"},"identifier":[{"system":"urn:once","value":"1"}]}"#;
    for criteria in ["identifier=urn:once|1", "_lastUpdated=gt2000&code:text=x", "identifier=urn:once|"] {
        let change = Change::create_if_none_exist("Basic", body.into(), criteria);
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| tenant.commit(&change, &tester()))).collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            outcomes.filter(|outcome| matches!(outcome, Ok(Committed::Created(_)))).count()
        });
        let total = search(&tenant, "Basic?identifier=urn:once%7C1").unwrap().total;
        assert_eq!(total, Some(1), "{criteria}");
        assert!(made <= 1, "{criteria}: {made}");
    }
}

#[test]
fn a_transaction_is_whole_and_its_references_meet() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    put(&tenant, "Practitioner", "doc", r#","identifier":[{"system":"urn:npi","value":"7"}]"#).unwrap();
    let patient = r#"{"resourceType":"Patient","managingOrganization":{"reference":"Organization/org"}}"#;
    let encounter = r#"{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"subject":{"reference":"urn:uuid:p"},
        "participant":[{"individual":{"reference":"Practitioner?identifier=urn:npi|7"}}],
        "serviceProvider":{"reference":"http://own/fhir/Organization/org"}}"#;
    let entries = [
        entry("urn:uuid:e", "POST", "Encounter", encounter),
        entry("urn:uuid:p", "POST", "Patient", patient),
        entry(
            "http://own/fhir/Organization/org",
            "PUT",
            "Organization/org",
            r#"{"resourceType":"Organization","id":"org"}"#,
        ),
        entry("urn:uuid:g", "GET", "Practitioner/doc", ""),
    ];
    let response = bundle(&tenant, "transaction", &entries).unwrap();
    let names: Vec<_> = response
        .entries
        .iter()
        .map(|entry| match entry {
            EntryResponse::Committed(Committed::Created(version)) | EntryResponse::Read(version) => {
                version.resource_type
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["Encounter", "Patient", "Organization", "Practitioner"]);
    let patient_id = ids(&tenant, "Patient").pop().unwrap();
    let encounter = text(
        &search(&tenant, &format!("Encounter?patient={patient_id}&participant=Practitioner/doc"))
            .unwrap()
            .matches[0],
    );
    assert!(encounter.contains(&format!(r#""reference":"Patient/{patient_id}""#)), "{encounter}");
    assert!(
        encounter.contains(r#""reference":"Practitioner/doc""#)
            && encounter.contains(r#""reference":"Organization/org""#)
    );

    let missing = [
        entry("urn:uuid:1", "POST", "Basic", r#"{"resourceType":"Basic","code":{"text":"a"}}"#),
        entry(
            "urn:uuid:2",
            "POST",
            "Basic",
            r#"{"resourceType":"Basic","code":{"text":"b"},"subject":{"reference":"Patient?identifier=urn:none|none"}}"#,
        ),
    ];
    let error = bundle(&tenant, "transaction", &missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    assert!(error.to_string().contains("Patient?identifier=urn:none|none"), "{error}");
    assert_eq!(search(&tenant, "Basic").unwrap().total, Some(0));
    let wrong = [
        entry("urn:uuid:1", "POST", "Basic", r#"{"resourceType":"Basic","code":{"text":"a"}}"#),
        entry("urn:uuid:2", "POST", "Basic", r#"{"resourceType":"Basic","kode":1}"#),
    ];
    let error = bundle(&tenant, "transaction", &wrong).unwrap_err();
    assert!(
        error
            .issues()
            .iter()
            .any(|issue| issue.expression.as_deref() == Some("Bundle.entry[1].resource.kode")),
        "{error:?}"
    );
    assert_eq!(search(&tenant, "Basic").unwrap().total, Some(0));
    let batch = bundle(&tenant, "batch", &wrong).unwrap();
    assert!(matches!(batch.entries[0], EntryResponse::Committed(Committed::Created(_))));
    assert!(matches!(batch.entries[1], EntryResponse::Failed { kind: ErrorKind::Unprocessable, .. }));
    assert_eq!(search(&tenant, "Basic").unwrap().total, Some(1));
}

#[test]
fn many_writers_lose_nothing() {
    let mut rig = Rig::new();
    let tenant = rig.tenant();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let tenant = &tenant;
            scope.spawn(move || {
                for n in 0..25 {
                    let rest = format!(r#","code":{{"text":"{n}"}},"identifier":[{{"system":"urn:w","value":"{writer}-{n}"}}]"#);
                    put(tenant, "Basic", &format!("shared-{}", n % 5), &rest).unwrap();
                    put(tenant, "Basic", &format!("own-{writer}-{n}"), &rest).unwrap();
                }
            });
        }
    });
    drop(tenant);
    for _ in 0..2 {
        let tenant = rig.tenant();
        assert_eq!(search(&tenant, "Basic").unwrap().total, Some(205));
        for shared in 0..5 {
            let scope = HistoryScope::Instance("Basic".into(), format!("shared-{shared}"));
            let history = tenant.history(&scope, &HistoryRequest::default(), &tester()).unwrap();
            assert_eq!((history.total, history.versions[0].version), (40, VersionId(40)));
        }
        // Of each identity that a shared resource once bore, only the last one's finds it.
        let bearing: u64 = (0..8)
            .map(|w| search(&tenant, &format!("Basic?identifier=urn:w%7C{w}-24")).unwrap().total.unwrap())
            .sum();
        assert!((8..=9).contains(&bearing), "{bearing}");
        drop(tenant);
        rig.reopen();
    }
}

#[test]
fn tenants_are_walled_off_and_a_lost_key_is_no_fresh_start() {
    let mut rig = Rig::new();
    let other: TenantId = "other".parse().unwrap();
    assert_eq!(rig.engine().tenant(&other).err().unwrap().kind(), ErrorKind::NotFound);
    rig.engine().create_tenant(&other).unwrap();
    assert_eq!(rig.engine().create_tenant(&other).unwrap_err().kind(), ErrorKind::Conflict);
    put(&rig.tenant(), "Patient", "1", "").unwrap();
    let page = search(&rig.tenant(), "Patient?_count=1").unwrap();
    assert_eq!(page.matches.len(), 1);
    for _ in 0..2 {
        let there = rig.engine().tenant(&other).unwrap();
        assert!(matches!(there.read("Patient", "1", &tester()).unwrap(), Read::Missing));
        assert_eq!(search(&there, "Patient").unwrap().total, Some(0));
        drop(there);
        rig.reopen();
    }
    rig.engine().drop_tenant(&other).unwrap();
    assert_eq!(rig.engine().tenant(&other).err().unwrap().kind(), ErrorKind::NotFound);
    assert!("Upper Case".parse::<TenantId>().is_err());

    rig.engine.take().unwrap().close().unwrap();
    let data = rig.folder.path().join("data");
    std::fs::rename(data.join("keys"), rig.folder.path().join("keys")).unwrap();
    assert_eq!(Engine::open(Options::at(&data)).err().unwrap().kind(), ErrorKind::Precondition);
    assert!(!data.join("keys").exists());
    std::fs::rename(rig.folder.path().join("keys"), data.join("keys")).unwrap();
    rig.engine = Some(Engine::open(Options::at(&data)).unwrap());
    assert!(matches!(rig.tenant().read("Patient", "1", &tester()).unwrap(), Read::Current(_)));
}

#[test]
fn nothing_is_in_the_clear() {
    let mut rig = Rig::new();
    put(
        &rig.tenant(),
        "Patient",
        "secret-id",
        r#","name":[{"family":"Geheimnis"}],"identifier":[{"system":"urn:s","value":"ssn-99"}]"#,
    )
    .unwrap();
    // Closed, so that no file comes or goes while it is read.
    rig.engine.take().unwrap().close().unwrap();
    let mut folders = vec![rig.folder.path().join("data")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
            for needle in ["secret-id", "geheimnis", "ssn-99", "resourcetype"] {
                let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
                assert!(!found, "{} shows {needle}", path.display());
            }
        }
    }
    assert!(files > 5);
}

#[test]
fn pages_of_large_resources_end_early_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::at(folder.path());
    options.limits.page_bytes_max = 10_000;
    let engine = Engine::open(options).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let note = "x".repeat(4_000);
    for number in 0..7 {
        let body = format!(
            r#"{{"resourceType":"Basic","code":{{"text":"{note}"}},"identifier":[{{"value":"{number}"}}]}}"#
        );
        create(&tenant, "Basic", &body);
    }
    let mut page = search(&tenant, "Basic?_sort=-identifier").unwrap();
    let mut sizes = vec![page.matches.len()];
    let mut texts: Vec<String> = page.matches.iter().map(text).collect();
    while let Some(next) = page.next {
        page = tenant.search_page("Basic", &next, &tester()).unwrap();
        sizes.push(page.matches.len());
        texts.extend(page.matches.iter().map(text));
    }
    assert_eq!(sizes, [2, 2, 2, 1]);
    let expected = (0..7).rev().map(|number| format!(r#""value":"{number}""#));
    assert!(texts.iter().zip(expected).all(|(text, value)| text.contains(&value)), "{texts:?}");
    let scope = HistoryScope::Type("Basic".into());
    let mut page = tenant.history(&scope, &HistoryRequest::default(), &tester()).unwrap();
    let mut versions = page.versions.len();
    while let Some(next) = page.next {
        page = tenant.history_page(&scope, &next, &tester()).unwrap();
        versions += page.versions.len();
    }
    assert_eq!(versions, 7);
}

/// Copies a folder of files.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn an_index_that_is_gone_or_old_is_built_again() {
    let mut rig = Rig::new();
    let index = rig.folder.path().join("data/index/00000001");
    let old = rig.folder.path().join("old");
    create(&rig.tenant(), "Patient", r#"{"resourceType":"Patient","gender":"male"}"#);
    rig.reopen();
    copy(&index, &old);
    let two = create(&rig.tenant(), "Patient", r#"{"resourceType":"Patient","gender":"female"}"#);
    rig.tenant().commit(&Change::delete("Patient", two.id.to_string()), &tester()).unwrap();
    create(&rig.tenant(), "Patient", r#"{"resourceType":"Patient","gender":"female"}"#);
    let check = |tenant: &Tenant| {
        assert_eq!(
            (ids(tenant, "Patient?gender=male").len(), ids(tenant, "Patient?gender=female").len()),
            (1, 1)
        );
    };
    rig.reopen();
    check(&rig.tenant());
    // An older one put back.
    rig.engine.take().unwrap().close().unwrap();
    std::fs::remove_dir_all(&index).unwrap();
    copy(&old, &index);
    rig.engine = Some(Engine::open(Options::at(rig.folder.path().join("data"))).unwrap());
    check(&rig.tenant());
    // None at all.
    rig.engine.take().unwrap().close().unwrap();
    std::fs::remove_dir_all(&index).unwrap();
    rig.engine = Some(Engine::open(Options::at(rig.folder.path().join("data"))).unwrap());
    check(&rig.tenant());
}

/// All files below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn no_plain_text_lies_in_the_directory() {
    let mut rig = Rig::new();
    let tenant = rig.tenant();
    let body = r#"{"resourceType":"Patient","id":"Xyzzyquux-1","name":[{"family":"Plughplover"}],"identifier":[{"system":"urn:frotz","value":"Gnustofrob"}]}"#;
    tenant
        .commit(&Change::update("Patient", "Xyzzyquux-1", body.into()), &Principal::named("Zorkmid"))
        .unwrap();
    assert_eq!(ids(&tenant, "Patient?family=plugh"), ["Xyzzyquux-1"]);
    drop(tenant);
    let data = rig.folder.path().join("data");
    let check = || {
        let mut bytes = 0;
        for path in files(&data) {
            let content = std::fs::read(&path).unwrap().to_ascii_lowercase();
            bytes += content.len();
            for needle in ["xyzzyquux", "plughplover", "urn:frotz", "gnustofrob", "zorkmid", "resourcetype"] {
                let found = content.windows(needle.len()).any(|window| window == needle.as_bytes());
                assert!(!found, "{needle} in {}", path.display());
            }
        }
        assert!(bytes > 1_000, "the files are looked at");
    };
    // In the log of the store; then, closed, in the files of store and index.
    check();
    rig.engine.take().unwrap().close().unwrap();
    check();
}

#[test]
fn a_dropped_tenant_leaves_nothing() {
    let mut rig = Rig::new();
    let clinic: TenantId = "clinic".parse().unwrap();
    rig.engine().create_tenant(&clinic).unwrap();
    let tenant = rig.engine().tenant(&clinic).unwrap();
    create(&tenant, "Patient", r#"{"resourceType":"Patient"}"#);
    let before = files(&rig.folder.path().join("data/keys")).len();
    rig.engine().drop_tenant(&clinic).unwrap();
    let read = tenant.read("Patient", "x", &tester()).unwrap_err();
    assert_eq!(read.kind(), ErrorKind::Closed, "who holds it is refused");
    assert_eq!(rig.engine().tenant(&clinic).err().unwrap().kind(), ErrorKind::NotFound);
    assert_eq!(rig.engine().drop_tenant(&clinic).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(files(&rig.folder.path().join("data/keys")).len(), before - 1);
    assert!(!rig.folder.path().join("data/index/00000002").exists());
    drop(tenant);
    rig.reopen();
    rig.engine().create_tenant(&clinic).unwrap();
    let tenant = rig.engine().tenant(&clinic).unwrap();
    assert_eq!(search(&tenant, "Patient").unwrap().total, Some(0));
}
