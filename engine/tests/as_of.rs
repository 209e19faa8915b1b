//! Searches and reads as of the past: what was found then is found again, as far back as history is kept.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::collections::BTreeMap;
use std::path::Path;

use fornax::{
    AsOf, BundleOptions, Change, Committed, Engine, EntryResponse, Error, ErrorKind, Options, Principal,
    Read, SearchPage, SearchRequest, Tenant, TenantId, Version,
};
use jiff::Timestamp;

fn me() -> Principal {
    Principal::named("tester")
}

fn open(folder: &Path) -> (Engine, Tenant) {
    let mut options = Options::at(folder);
    // Files and merges come soon.
    options.limits.fresh_documents_max = 2;
    let engine = Engine::open(options).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

fn close(engine: Engine, tenant: Tenant) {
    engine.close().unwrap();
    drop((engine, tenant));
}

/// Writes a resource, and answers when.
fn put(tenant: &Tenant, name: &str, members: &str) -> Timestamp {
    let (resource_type, id) = name.split_once('/').unwrap();
    let body = format!(r#"{{"resourceType":"{resource_type}","id":"{id}"{members}}}"#);
    let change = Change::update(resource_type, id, body.into_bytes());
    time_of(&tenant.commit(&change, &me()).unwrap())
}

fn delete(tenant: &Tenant, name: &str) -> Timestamp {
    let (resource_type, id) = name.split_once('/').unwrap();
    time_of(&tenant.commit(&Change::delete(resource_type, id), &me()).unwrap())
}

fn time_of(committed: &Committed) -> Timestamp {
    match committed {
        Committed::Created(version) | Committed::Updated(version) | Committed::Deleted(Some(version)) => {
            version.last_updated
        }
        _ => panic!("nothing was written"),
    }
}

const QUERIES: &[&str] = &[
    "Patient",
    "Patient?_sort=-birthdate&_count=1",
    "Patient?gender=female&_sort=family",
    "Patient?gender:not=female",
    "Patient?birthdate=ge1980",
    "Patient?_id=a,b",
    "Patient?_summary=count",
    "Patient?_list=l",
    "Patient?_has:Observation:patient:code=x",
    "Patient?_revinclude=Observation:subject",
    "Patient?_lastUpdated=ge2020",
    "Observation?patient.gender=female",
    "Observation?_include=Observation:subject&_sort=_id&_count=1",
    "Observation?code:in=http://example.org/set",
    "Observation?code:below=urn:codes|top",
    "Observation?_filter=subject.gender eq female or code eq y",
    "Patient/a/Observation",
    "Patient/a/*",
    "?_type=Patient,Observation&_sort=-_lastUpdated",
];

fn observation(code: &str, of: &str) -> String {
    format!(
        r#","status":"final","code":{{"coding":[{{"system":"urn:codes","code":"{code}"}}]}},"subject":{{"reference":"Patient/{of}"}}"#
    )
}

fn value_set(codes: &str) -> String {
    format!(
        r#","url":"http://example.org/set","status":"active","compose":{{"include":[{{"system":"urn:codes","concept":[{codes}]}}]}}"#
    )
}

fn code_system(below: &str) -> String {
    format!(
        r#","url":"urn:codes","status":"active","content":"complete","concept":[{{"code":"top","concept":[{{"code":"{below}"}}]}}]"#
    )
}

fn list(of: &str) -> String {
    format!(r#","status":"current","mode":"working","entry":[{{"item":{{"reference":"Patient/{of}"}}}}]"#)
}

/// Some history: at each step its time, and what there is then.
fn live(tenant: &Tenant, mut after_each: impl FnMut(Timestamp)) {
    let women = r#","gender":"female","birthDate":"1970","name":[{"family":"Ames"}]"#;
    let men = r#","gender":"male","birthDate":"1990","name":[{"family":"Ames"}]"#;
    after_each(put(tenant, "Patient/a", women));
    after_each(put(tenant, "ValueSet/s", &value_set(r#"{"code":"x"}"#)));
    after_each(put(tenant, "CodeSystem/c", &code_system("x")));
    after_each(put(tenant, "List/l", &list("a")));
    after_each(put(tenant, "Observation/o", &observation("x", "a")));
    after_each(put(tenant, "Patient/b", men));
    after_each(put(tenant, "Observation/p", &observation("y", "b")));
    after_each(put(tenant, "List/l", &list("b")));
    after_each(put(tenant, "ValueSet/s", &value_set(r#"{"code":"y"}"#)));
    after_each(put(tenant, "Patient/a", men));
    after_each(put(tenant, "CodeSystem/c", &code_system("y")));
    after_each(delete(tenant, "Patient/b"));
    after_each(put(tenant, "Observation/o", &observation("y", "b")));
    after_each(put(tenant, "Patient/b", women));
    after_each(delete(tenant, "Observation/p"));
    after_each(put(tenant, "Patient/a", women));
}

/// All pages of a search: every version shown with its body, the totals, and the commit.
fn answer(tenant: &Tenant, query: &str, as_of: Option<AsOf>) -> Result<(Vec<String>, u64), Error> {
    let (path, query) = query.split_once('?').unwrap_or((query, ""));
    let query = query.replace(' ', "%20");
    let shown = |version: &Version| String::from_utf8(version.to_json()).unwrap();
    let mut page = tenant.search(&SearchRequest { as_of, ..SearchRequest::of(path, query) }, &me())?;
    let commit = page.commit;
    let mut all = Vec::new();
    loop {
        all.push(format!("{:?} in all", page.total));
        all.extend(page.matches.iter().map(shown));
        let mut includes: Vec<String> = page.includes.iter().map(shown).collect();
        includes.sort_unstable();
        all.push(format!("and {}", includes.join(", ")));
        assert_eq!(page.commit, commit, "{path}");
        let Some(next) = page.next else { return Ok((all, commit)) };
        page = tenant.search_page(path, &next, &me())?;
    }
}

/// What every query answers; those that are refused by their kinds.
fn answers(tenant: &Tenant, as_of: Option<AsOf>) -> Vec<Result<Vec<String>, ErrorKind>> {
    let ask = |query: &&str| answer(tenant, query, as_of).map(|(all, _)| all).map_err(|error| error.kind());
    QUERIES.iter().map(ask).collect()
}

/// What was answered when it was now: by commit, and by time.
struct Remembered {
    commits: BTreeMap<u64, Vec<Result<Vec<String>, ErrorKind>>>,
    /// Of several commits of one millisecond the last.
    times: BTreeMap<Timestamp, u64>,
}

impl Remembered {
    fn of(tenant: &Tenant) -> Self {
        let mut remembered = Self { commits: BTreeMap::new(), times: BTreeMap::new() };
        let mut note = |time| {
            let commit = answer(tenant, "Patient", None).unwrap().1;
            remembered.commits.insert(commit, answers(tenant, None));
            remembered.times.insert(time, commit);
        };
        live(tenant, &mut note);
        remembered
    }

    /// Everything is as it was, from a time on; and gone before it.
    fn check(&self, tenant: &Tenant, from: Timestamp) {
        let floor = self.times.range(..=from).next_back().map_or(0, |(_, commit)| *commit);
        let expected = |commit: u64| match commit >= floor {
            true => self.commits[&commit].clone(),
            false => vec![Err(ErrorKind::Gone); QUERIES.len()],
        };
        let show = |at: String, asked: Vec<_>, expected: Vec<_>| {
            for (query, (asked, expected)) in QUERIES.iter().zip(asked.into_iter().zip(expected)) {
                assert_eq!(asked, expected, "{query} as of {at}");
            }
        };
        for commit in self.commits.keys() {
            let asked = answers(tenant, Some(AsOf::Commit(*commit)));
            show(format!("commit {commit}"), asked, expected(*commit));
        }
        for (time, commit) in &self.times {
            show(time.to_string(), answers(tenant, Some(AsOf::Instant(*time))), expected(*commit));
        }
    }
}

#[test]
fn what_was_found_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, tenant) = open(folder.path());
    let remembered = Remembered::of(&tenant);
    assert!(remembered.commits.len() > 10);
    remembered.check(&tenant, Timestamp::MIN);
    tenant.compact().unwrap();
    remembered.check(&tenant, Timestamp::MIN);
    close(engine, tenant);

    let (engine, tenant) = open(folder.path());
    remembered.check(&tenant, Timestamp::MIN);
    close(engine, tenant);

    // The log gives the index everything again.
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (engine, tenant) = open(folder.path());
    remembered.check(&tenant, Timestamp::MIN);

    let middle = *remembered.times.keys().nth(remembered.times.len() / 2).unwrap();
    tenant.forget_history(middle, &me()).unwrap();
    remembered.check(&tenant, middle);
    tenant.compact().unwrap();
    remembered.check(&tenant, middle);
    close(engine, tenant);
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (_engine, tenant) = open(folder.path());
    remembered.check(&tenant, middle);
}

fn search(tenant: &Tenant, query: &str) -> Result<SearchPage, Error> {
    tenant.search(&SearchRequest::of("Patient", query), &me())
}

#[test]
fn before_all_there_was_nothing_and_the_future_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(folder.path());
    let first = put(&tenant, "Patient/a", "");
    assert_eq!(search(&tenant, "_asof=1999-12-31T23:59:59Z").unwrap().total, Some(0));
    let page = search(&tenant, &format!("_asof={first}")).unwrap();
    assert_eq!(page.total, Some(1));
    assert_eq!(page.applied, format!("_asof={}", format!("{first:.3}").replace('+', "%2B")));
    let refused = |query: &str| search(&tenant, query).unwrap_err().kind();
    assert_eq!(refused("_asof=9998-01-01T00:00:00Z"), ErrorKind::Invalid);
    for text in ["2020", "2020-01-01", "2020-01-01T12:00:00", "yesterday", "17"] {
        assert_eq!(refused(&format!("_asof={text}")), ErrorKind::Invalid, "{text}");
    }
    let as_of = |moment, query: &str| {
        let request = SearchRequest { as_of: Some(moment), ..SearchRequest::of("Patient", query) };
        tenant.search(&request, &me()).map(|page| page.total.unwrap()).map_err(|error| error.kind())
    };
    assert_eq!(as_of(AsOf::Commit(0), ""), Ok(0));
    assert_eq!(as_of(AsOf::Commit(page.commit), ""), Ok(1));
    assert_eq!(as_of(AsOf::Commit(page.commit + 1), ""), Err(ErrorKind::Invalid));
    assert_eq!(as_of(AsOf::Commit(0), "_asof=2020-01-01T12:00:00Z"), Err(ErrorKind::Invalid));
}

/// A moment that is asked for is no condition for a write.
#[test]
fn criteria_are_of_the_present() {
    let folder = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(folder.path());
    let body = br#"{"resourceType":"Patient"}"#.to_vec();
    let change = Change::create_if_none_exist("Patient", body, "_id=x&_asof=2020-01-01T12:00:00Z");
    assert_eq!(tenant.commit(&change, &me()).unwrap_err().kind(), ErrorKind::NotSupported);
}

#[test]
fn reads_are_of_the_past_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(folder.path());
    put(&tenant, "Patient/a", "");
    let first = search(&tenant, "").unwrap().commit;
    delete(&tenant, "Patient/a");
    let second = search(&tenant, "").unwrap().commit;
    put(&tenant, "Patient/a", "");
    let read = |commit| match tenant.read_as_of("Patient", "a", AsOf::Commit(commit), &me()).unwrap() {
        Read::Current(version) => format!("current {}", version.version.0),
        Read::Deleted(version) => format!("deleted {}", version.version.0),
        Read::Missing => "missing".to_owned(),
    };
    assert_eq!([0, first, second].map(read), ["missing", "current 1", "deleted 2"]);

    let get = |url: &str| {
        let entry = format!(r#"{{"request":{{"method":"GET","url":"{url}"}}}}"#);
        let bundle = format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entry}]}}"#);
        let answered = tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me()).unwrap();
        match answered.entries.into_iter().next().unwrap() {
            EntryResponse::Read(version) => Ok(version.version.0),
            EntryResponse::Search(page) => Ok(page.total.unwrap()),
            EntryResponse::Failed { kind, .. } => Err(kind),
            EntryResponse::Committed(_) | EntryResponse::Headers { .. } => panic!("not asked for"),
        }
    };
    assert_eq!(get("Patient/a"), Ok(3));
    assert_eq!(get("Patient?_asof=2001-01-01T00:00:00Z"), Ok(0));
    assert_eq!(get("Patient/a?_asof=2001-01-01T00:00:00Z"), Err(ErrorKind::NotFound));
    assert_eq!(get("Patient/a?_asof=long%20ago"), Err(ErrorKind::Invalid));
    assert_eq!(get("Patient/a/_history/1?_asof=2001-01-01T00:00:00Z"), Err(ErrorKind::Invalid));
}
