#![allow(clippy::unwrap_used, reason = "tests panic")]

use super::*;
use crate::{Change, Engine, Handling, Options, Read, SearchRequest, Tenant, TenantId};

struct Rig {
    engine: Engine,
    folder: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { engine: Engine::open(Options::at(folder.path())).unwrap(), folder }
    }

    fn tenant(&self) -> Tenant {
        self.engine.tenant(&TenantId::default_tenant()).unwrap()
    }

    fn reopened(self) -> Self {
        let Self { engine, folder } = self;
        engine.close().unwrap();
        drop(engine);
        Self { engine: Engine::open(Options::at(folder.path())).unwrap(), folder }
    }
}

fn me() -> Principal {
    Principal::named("tester")
}

fn patient(number: usize, family: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"p{number}","identifier":[{{"system":"urn:x","value":"{number}"}}],"name":[{{"family":"{family}"}}]}}"#
    )
}

fn observation(number: usize, patient: usize) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o{number}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/p{patient}"}}}}"#
    )
}

fn import_of(tenant: &Tenant, lines: &[String], options: &ImportOptions) -> ImportReport {
    let mut lines = lines.iter().map(|line| Ok(line.clone().into_bytes()));
    tenant.import(&mut lines, options, &me()).unwrap()
}

fn count(tenant: &Tenant, resource_type: &str, query: &str) -> u64 {
    let request = SearchRequest {
        handling: Handling::Strict,
        ..SearchRequest::of(resource_type, format!("{query}&_summary=count"))
    };
    tenant.search(&request, &me()).unwrap().total.unwrap()
}

fn family(tenant: &Tenant, id: &str) -> (u64, String) {
    let Read::Current(version) = tenant.read("Patient", id, &me()).unwrap() else { panic!("{id}") };
    let json: serde_json::Value = serde_json::from_slice(&version.to_json()).unwrap();
    (version.version.0, json["name"][0]["family"].as_str().unwrap().to_owned())
}

const PATIENTS: usize = 1_500;

/// Enough for commits in bulk: observations first, which refer to patients that are to come.
fn population() -> Vec<String> {
    let observations = (0..2 * PATIENTS).map(|number| observation(number, number % PATIENTS));
    observations.chain((0..PATIENTS).map(|number| patient(number, "first"))).collect()
}

fn check_population(tenant: &Tenant) {
    assert_eq!(count(tenant, "Patient", "family=first"), PATIENTS as u64);
    assert_eq!(count(tenant, "Observation", "patient.family=first"), 2 * PATIENTS as u64);
    assert_eq!(count(tenant, "Patient", "_has:Observation:patient:status=final"), PATIENTS as u64);
    assert_eq!(count(tenant, "Patient", "identifier=urn:x|7"), 1);
    assert_eq!(family(tenant, "p7"), (1, "first".to_owned()));
}

#[test]
fn what_is_imported_is_found_now_and_after_opening_again() {
    let options = [
        ImportOptions::default(),
        ImportOptions { threads: 4, commit_lines_max: 1_100, ..ImportOptions::default() },
        ImportOptions { threads: 1, commit_lines_max: 10, ..ImportOptions::default() },
    ];
    for options in options {
        let rig = Rig::new();
        let report = import_of(&rig.tenant(), &population(), &options);
        assert!(report.stopped.is_none() && report.refused.is_empty(), "{report:?}");
        assert_eq!((report.created, report.updated, report.lines), (4_500, 0, 4_500));
        check_population(&rig.tenant());
        let rig = rig.reopened();
        check_population(&rig.tenant());
        let verification = rig.tenant().verify().unwrap();
        assert!(verification.findings.is_empty(), "{:?}", verification.findings);
        assert_eq!(verification.resources, 4_500);
    }
}

#[test]
fn what_was_there_gets_a_version_and_history() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    import_of(&tenant, &population(), &ImportOptions::default());
    tenant.commit(&Change::delete("Patient", "p3"), &me()).unwrap();
    let again: Vec<String> = (0..PATIENTS + 100).map(|number| patient(number, "second")).collect();
    let report = import_of(&tenant, &again, &ImportOptions::default());
    assert_eq!((report.created, report.updated, report.commits), (101, PATIENTS as u64 - 1, 1));
    assert_eq!(count(&tenant, "Patient", "family=first"), 0);
    assert_eq!(count(&tenant, "Patient", "family=second"), PATIENTS as u64 + 100);
    assert_eq!(family(&tenant, "p7"), (2, "second".to_owned()));
    assert_eq!(family(&tenant, "p3"), (3, "second".to_owned()));
    assert_eq!(count(&tenant, "Patient", "identifier=urn:x|7"), 1);
    assert!(tenant.verify().unwrap().findings.is_empty());
}

#[test]
fn of_lines_for_one_resource_the_last_one_counts() {
    let rig = Rig::new();
    let mut lines: Vec<String> = (0..1_200).map(|number| patient(number, "first")).collect();
    lines.extend((0..1_100).map(|number| patient(number, "second")));
    lines.push(patient(5, "third"));
    for (number, commit_lines_max) in [(1, 1 << 15), (2, 1_000), (3, 700)] {
        let options = ImportOptions { threads: 3, commit_lines_max, ..ImportOptions::default() };
        let report = import_of(&rig.tenant(), &lines, &options);
        assert!(report.stopped.is_none(), "{report:?}");
        assert_eq!(family(&rig.tenant(), "p5"), (3 * number, "third".to_owned()));
        assert_eq!(family(&rig.tenant(), "p6"), (2 * number, "second".to_owned()));
        assert_eq!(family(&rig.tenant(), "p1199"), (1, "first".to_owned()), "it is not changed again");
    }
}

#[test]
fn lines_that_are_wrong_are_named_and_the_others_imported() {
    let rig = Rig::new();
    let wrong = [
        (2, r#"{"resourceType":"Patient""#, ErrorKind::Invalid),
        (4, r#"{"resourceType":"Patient"}"#, ErrorKind::Invalid),
        (5, r#"{"id":"x"}"#, ErrorKind::Invalid),
        (6, r#"{"resourceType":"Nothing","id":"x"}"#, ErrorKind::NotSupported),
        (7, r#"{"resourceType":"Patient","id":"x","name":"y"}"#, ErrorKind::Unprocessable),
        (8, r#"{"resourceType":"Patient","id":"x y"}"#, ErrorKind::Unprocessable),
    ];
    let mut lines: Vec<String> = (0..9).map(|number| patient(number, "first")).collect();
    lines[2].clear();
    for (number, line, _) in wrong {
        lines[number - 1] = line.to_owned();
    }
    let report = import_of(&rig.tenant(), &lines, &ImportOptions::default());
    let refused: Vec<_> =
        report.refused.iter().map(|line| (line.number as usize, line.error.kind())).collect();
    assert_eq!(refused, wrong.map(|(number, _, kind)| (number, kind)));
    assert!(report.stopped.is_none());
    assert_eq!((report.created, report.lines), (2, 9));
    assert_eq!(count(&rig.tenant(), "Patient", "family=first"), 2);
}

#[test]
fn an_import_stops_at_too_many_wrong_lines_or_where_it_cannot_read_and_keeps_what_was_committed() {
    let rig = Rig::new();
    let options = ImportOptions { commit_lines_max: 1_000, refused_max: 1, ..ImportOptions::default() };
    let mut lines: Vec<String> = (0..3_000).map(|number| patient(number, "first")).collect();
    lines[1_500].clear();
    lines[1_501] = "{".to_owned();
    lines[1_502] = "[".to_owned();
    let report = import_of(&rig.tenant(), &lines, &options);
    assert_eq!(report.stopped.map(|error| error.kind()), Some(ErrorKind::Invalid));
    assert_eq!((report.created, report.lines), (1_000, 1_000));
    assert_eq!(count(&rig.tenant(), "Patient", "family=first"), 1_000);

    let readable = (0..1_200).map(|number| Ok(patient(number, "second").into_bytes()));
    let mut lines = readable.chain([Err(io::Error::other("gone"))]).chain([Ok(Vec::new())]);
    let report = rig.tenant().import(&mut lines, &ImportOptions::default(), &me()).unwrap();
    assert_eq!(report.stopped.map(|error| error.kind()), Some(ErrorKind::Io));
    assert_eq!((report.created, report.updated, report.lines), (200, 1_000, 1_200));
    assert_eq!(count(&rig.tenant(), "Patient", "family=second"), 1_200);
}

#[test]
fn others_write_the_same_resources_meanwhile() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    let lines: Vec<String> = (0..4_000).map(|number| patient(number, "imported")).collect();
    let options = ImportOptions { commit_lines_max: 1_000, ..ImportOptions::default() };
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let tenant = tenant.clone();
                scope.spawn(move || {
                    for number in (writer..4_000).step_by(8) {
                        let body = patient(number, "written").into_bytes();
                        tenant.commit(&Change::update("Patient", format!("p{number}"), body), &me()).unwrap();
                    }
                })
            })
            .collect();
        let report = import_of(&tenant, &lines, &options);
        assert!(report.stopped.is_none() && report.refused.is_empty(), "{report:?}");
        assert_eq!(report.created + report.updated, 4_000);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    let versions = |number: usize| family(&tenant, &format!("p{number}")).0;
    let expected = |number: usize| if number % 8 < 2 { 2 } else { 1 };
    assert!((0..4_000).all(|number| versions(number) == expected(number)));
    assert_eq!(count(&tenant, "Patient", "family:missing=false"), 4_000);
    assert!(tenant.verify().unwrap().findings.is_empty());
}

#[test]
fn options_that_can_do_nothing_are_refused() {
    let rig = Rig::new();
    for options in [
        ImportOptions { threads: 0, ..ImportOptions::default() },
        ImportOptions { commit_lines_max: 0, ..ImportOptions::default() },
        ImportOptions { commit_bytes_max: 0, ..ImportOptions::default() },
    ] {
        let outcome = rig.tenant().import(&mut std::iter::empty(), &options, &me());
        assert_eq!(outcome.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::Invalid));
    }
}

#[test]
fn what_is_imported_again_makes_no_commit() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    import_of(&tenant, &population(), &ImportOptions::default());
    let commits = tenant.verify().unwrap().commits;
    let report = import_of(&tenant, &population(), &ImportOptions::default());
    assert_eq!((report.created, report.updated, report.unchanged, report.commits), (0, 0, 4_500, 0));
    let verification = tenant.verify().unwrap();
    assert_eq!((verification.commits, verification.findings), (commits, Vec::<String>::new()));
    drop(tenant);
    let rig = rig.reopened();
    check_population(&rig.tenant());
}

/// Lines of patients from a number on.
struct Patients(usize);

impl Iterator for Patients {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0 += 1;
        (self.0 < 3_000).then(|| Ok(patient(self.0, "first").into_bytes()))
    }
}

#[test]
fn many_threads_end_when_the_import_is_stopped() {
    let rig = Rig::new();
    let options =
        ImportOptions { threads: 8, commit_lines_max: 10, refused_max: 0, ..ImportOptions::default() };
    let mut lines = Patients(0).take(500).chain([Ok(b"{".to_vec())]).chain(Patients(500));
    let report = rig.tenant().import(&mut lines, &options, &me()).unwrap();
    assert_eq!(report.stopped.map(|error| error.kind()), Some(ErrorKind::Invalid));
    assert_eq!((report.created, report.lines), (500, 500));
}
