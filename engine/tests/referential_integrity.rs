//! Tenants whose references must lead somewhere, and whose resources must stay while others refer to them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicUsize, Ordering};

use fornax::{
    BundleOptions, Change, Committed, Engine, EntryResponse, EraseScope, Error, ErrorKind, ImportOptions,
    ImportReport, Options, Patch, PatchKind, Principal, Read, ReferentialIntegrity, SearchRequest, Tenant,
    TenantId, TenantOptions,
};

fn me() -> Principal {
    Principal::named("tester")
}

const OWN: &str = "http://own/fhir";

struct Rig {
    engine: Engine,
    folder: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { engine: Engine::open(Options::at(folder.path())).unwrap(), folder }
    }

    /// A tenant of its own for each mode, named after it.
    fn tenant(&self, mode: ReferentialIntegrity) -> Tenant {
        let id: TenantId = format!("t-{mode}").parse().unwrap();
        if !self.engine.has_tenant(&id) {
            let options = TenantOptions { referential_integrity: mode, ..TenantOptions::default() };
            self.engine.create_tenant_with(&id, &options).unwrap();
        }
        self.engine.tenant(&id).unwrap()
    }

    /// No tenant may be held any more.
    fn reopened(self, held: Tenant) -> Self {
        let Self { engine, folder } = self;
        engine.close().unwrap();
        drop((engine, held));
        Self { engine: Engine::open(Options::at(folder.path())).unwrap(), folder }
    }
}

fn own(change: Change) -> Change {
    change.own_bases(vec![OWN.to_owned()])
}

fn put(tenant: &Tenant, of: &str, id: &str, more: &str) -> Result<Committed, Error> {
    let comma = if more.is_empty() { "" } else { "," };
    let body = format!(r#"{{"resourceType":"{of}","id":"{id}"{comma}{more}}}"#);
    tenant.commit(&own(Change::update(of, id, body.into_bytes())), &me())
}

fn observed(reference: &str) -> String {
    format!(r#""status":"final","code":{{"text":"x"}},"subject":{{"reference":"{reference}"}}"#)
}

fn observe(tenant: &Tenant, id: &str, reference: &str) -> Result<Committed, Error> {
    put(tenant, "Observation", id, &observed(reference))
}

fn delete(tenant: &Tenant, of: &str, id: &str) -> Result<Committed, Error> {
    tenant.commit(&Change::delete(of, id), &me())
}

/// Kind, code and places of what refused a write; empty where it was done.
fn refused<T: std::fmt::Debug>(done: Result<T, Error>) -> String {
    let Err(error) = done else { return String::new() };
    let issues = error.issues().iter();
    let shown = issues.map(|issue| format!("{} {}", issue.code, issue.expression.as_deref().unwrap_or("-")));
    format!("{:?}: {}", error.kind(), shown.collect::<Vec<_>>().join("; "))
}

fn transaction(tenant: &Tenant, entries: &[String]) -> Result<Vec<EntryResponse>, Error> {
    let bundle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    let options = BundleOptions { own_bases: vec![OWN.to_owned()], ..BundleOptions::default() };
    tenant.process_bundle(bundle.into_bytes(), &options, &me()).map(|response| response.entries)
}

fn put_entry(of: &str, id: &str, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(
        r#"{{"resource":{{"resourceType":"{of}","id":"{id}"{comma}{more}}},"request":{{"method":"PUT","url":"{of}/{id}"}}}}"#
    )
}

fn delete_entry(of: &str, id: &str) -> String {
    format!(r#"{{"request":{{"method":"DELETE","url":"{of}/{id}"}}}}"#)
}

fn is_sound(tenant: &Tenant) {
    let report = tenant.verify().unwrap();
    assert_eq!(report.findings, [""; 0]);
}

fn is_there(tenant: &Tenant, of: &str, id: &str) -> bool {
    matches!(tenant.read(of, id, &me()).unwrap(), Read::Current(_))
}

#[test]
fn references_must_lead_somewhere() {
    let rig = Rig::new();
    let reference = |reference: &str| format!(r#"{{"reference":"{reference}"}}"#);
    let subject = |text: &str| observed(text);
    let rows = [
        // What is there, in all forms; and what is not looked at.
        (subject("Patient/a"), ""),
        (subject("Patient/a/_history/7"), ""),
        (subject("http://own/fhir/Patient/a"), ""),
        (subject("http://other/fhir/Patient/none"), ""),
        (subject("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"), ""),
        (r#""status":"final","code":{"text":"x"},"subject":{"identifier":{"value":"1"}}"#.to_owned(), ""),
        // Itself.
        (format!(r#"{},"hasMember":[{}]"#, subject("Patient/a"), reference("Observation/o")), ""),
        // What is not.
        (subject("Patient/none"), "Unprocessable: not-found Observation.subject"),
        (subject("Patient/gone"), "Unprocessable: not-found Observation.subject"),
        (subject("Group/a"), "Unprocessable: not-found Observation.subject"),
        (subject("http://own/fhir/Patient/none"), "Unprocessable: not-found Observation.subject"),
        (subject("Nonsense/a"), "Unprocessable: not-found Observation.subject"),
        (subject("Patient?identifier=1"), "Unprocessable: not-found Observation.subject"),
        (
            format!(
                r#"{},"performer":[{},{}]"#,
                subject("Patient/none"),
                reference("Patient/a"),
                reference("Patient/none")
            ),
            "Unprocessable: not-found Observation.subject; not-found Observation.performer[1]",
        ),
        // In extensions, also beside primitives, and in references themselves.
        (
            format!(
                r#"{},"extension":[{{"url":"http://x","valueReference":{}}}]"#,
                subject("Patient/a"),
                reference("Patient/none")
            ),
            "Unprocessable: not-found Observation.extension[0].value",
        ),
        (
            format!(
                r#"{},"_status":{{"extension":[{{"url":"http://x","valueReference":{}}}]}}"#,
                subject("Patient/a"),
                reference("Patient/none")
            ),
            "Unprocessable: not-found Observation.status.extension[0].value",
        ),
        (
            format!(
                r#""status":"final","code":{{"text":"x"}},"subject":{{"identifier":{{"value":"1","assigner":{}}}}}"#,
                reference("Organization/none")
            ),
            "Unprocessable: not-found Observation.subject.identifier.assigner",
        ),
        // Within what is contained, and to it.
        (
            format!(
                r##""contained":[{{"resourceType":"Patient","id":"p","managingOrganization":{}}}],{}"##,
                reference("Organization/none"),
                subject("#p")
            ),
            "Unprocessable: not-found Observation.contained[0].managingOrganization",
        ),
        (
            format!(
                r##""contained":[{{"resourceType":"Patient","id":"p","link":[{{"type":"refer","other":{{"reference":"#"}}}}]}}],{}"##,
                subject("#p")
            ),
            "",
        ),
        (subject("#p"), "Unprocessable: not-found Observation.subject"),
    ];
    for mode in [ReferentialIntegrity::Check, ReferentialIntegrity::Block] {
        let tenant = rig.tenant(mode);
        put(&tenant, "Patient", "a", "").unwrap();
        put(&tenant, "Patient", "gone", "").unwrap();
        delete(&tenant, "Patient", "gone").unwrap();
        for (more, expected) in &rows {
            assert_eq!(refused(put(&tenant, "Observation", "o", more)), *expected, "{mode}: {more}");
        }
        // A copy of what was judged elsewhere.
        let copy = r#""type":"collection","entry":[{"resource":{"resourceType":"Patient","managingOrganization":{"reference":"Organization/none"}}}]"#;
        put(&tenant, "Bundle", "b", copy).unwrap();
        let many = format!("[{}]", vec![reference("Patient/none"); 100].join(","));
        let many = format!(r#"{},"performer":{many}"#, subject("Patient/a"));
        assert_eq!(put(&tenant, "Observation", "m", &many).unwrap_err().issues().len(), 20);
        is_sound(&tenant);
    }
    let off = rig.tenant(ReferentialIntegrity::Off);
    for (more, _) in &rows {
        assert_eq!(refused(put(&off, "Observation", "o", more)), "", "{more}");
    }
}

#[test]
fn patches_and_creates_are_writes_too() {
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Check);
    put(&tenant, "Patient", "a", "").unwrap();
    observe(&tenant, "o", "Patient/a").unwrap();
    let patch = br#"[{"op":"replace","path":"/subject/reference","value":"Patient/b"}]"#.to_vec();
    let patch = Change::patch("Observation", "o", Patch::new(PatchKind::Json, patch));
    assert_eq!(refused(tenant.commit(&patch, &me())), "Unprocessable: not-found Observation.subject");
    put(&tenant, "Patient", "b", "").unwrap();
    tenant.commit(&patch, &me()).unwrap();
    let body = format!(r#"{{"resourceType":"Observation",{}}}"#, observed("Patient/c"));
    let create = Change::create("Observation", body.into_bytes());
    assert_eq!(refused(tenant.commit(&create, &me())), "Unprocessable: not-found Observation.subject");
    // Here what is referred to may go.
    delete(&tenant, "Patient", "b").unwrap();
    is_sound(&tenant);
}

#[test]
fn what_is_referred_to_stays() {
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Block);
    put(&tenant, "Patient", "a", "").unwrap();
    put(&tenant, "Patient", "b", "").unwrap();
    for id in ["o1", "o2"] {
        observe(&tenant, id, "Patient/a").unwrap();
    }
    put(
        &tenant,
        "Encounter",
        "e",
        r#""status":"planned","class":{"code":"x"},"subject":{"reference":"Patient/a"}"#,
    )
    .unwrap();
    let error = delete(&tenant, "Patient", "a").unwrap_err();
    assert_eq!((error.kind(), error.issues()[0].code), (ErrorKind::Conflict, "business-rule"));
    let text = error.to_string();
    assert!(text.contains("2 Observation") && text.contains("1 Encounter"), "{text}");
    let all = Change::delete_all_matching("Patient", "_id=a,b", 5);
    assert_eq!(tenant.commit(&all, &me()).unwrap_err().kind(), ErrorKind::Conflict);
    assert!(is_there(&tenant, "Patient", "a") && is_there(&tenant, "Patient", "b"));
    // It goes with those that refer to it, once they are gone or refer to another.
    let kept =
        [delete_entry("Patient", "a"), delete_entry("Encounter", "e"), delete_entry("Observation", "o1")];
    assert_eq!(transaction(&tenant, &kept).unwrap_err().kind(), ErrorKind::Conflict);
    let still = [&kept[..], &[put_entry("Observation", "o2", &observed("Patient/a"))]].concat();
    assert_eq!(transaction(&tenant, &still).unwrap_err().kind(), ErrorKind::Unprocessable);
    let moved = [&kept[..], &[put_entry("Observation", "o2", &observed("Patient/b"))]].concat();
    transaction(&tenant, &moved).unwrap();
    assert!(!is_there(&tenant, "Patient", "a"));
    assert_eq!(delete(&tenant, "Patient", "b").unwrap_err().kind(), ErrorKind::Conflict);
    delete(&tenant, "Observation", "o2").unwrap();
    delete(&tenant, "Patient", "b").unwrap();
    // Who refers to itself alone is in nobody's way.
    put(&tenant, "Patient", "s", r#""link":[{"type":"refer","other":{"reference":"Patient/s"}}]"#).unwrap();
    delete(&tenant, "Patient", "s").unwrap();
    // And back again.
    put(&tenant, "Patient", "a", "").unwrap();
    observe(&tenant, "o1", "Patient/a").unwrap();
    let rig = rig.reopened(tenant);
    let tenant = rig.tenant(ReferentialIntegrity::Block);
    assert_eq!(tenant.referential_integrity(), ReferentialIntegrity::Block);
    assert_eq!(delete(&tenant, "Patient", "a").unwrap_err().kind(), ErrorKind::Conflict);
    tenant.forget_history(jiff::Timestamp::now(), &me()).unwrap();
    is_sound(&tenant);
    assert_eq!(delete(&tenant, "Patient", "a").unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn entries_of_a_transaction_lead_to_each_other() {
    let rig = Rig::new();
    for mode in [ReferentialIntegrity::Check, ReferentialIntegrity::Block] {
        let tenant = rig.tenant(mode);
        // Small ones go to the sequencer whole, large ones are staged.
        for (name, count) in [("s", 10), ("l", 2_500)] {
            let id = |at: usize| format!("{name}{at}");
            // Each to the one behind it, the last one to the first.
            let linked = |at: usize| {
                let other = id((at + 1) % count);
                format!(r#""link":[{{"type":"refer","other":{{"reference":"Patient/{other}"}}}}]"#)
            };
            let mut entries: Vec<String> =
                (0..count).map(|at| put_entry("Patient", &id(at), &linked(at))).collect();
            let last = entries.pop().unwrap();
            let place =
                format!("Unprocessable: not-found Bundle.entry[{}].resource.link[0].other", count - 2);
            assert_eq!(refused(transaction(&tenant, &entries)), place, "{mode} {name}");
            entries.push(last);
            transaction(&tenant, &entries).unwrap();
            is_sound(&tenant);
            let mut deletes: Vec<String> = (0..count).map(|at| delete_entry("Patient", &id(at))).collect();
            let last = deletes.pop().unwrap();
            let expected = if mode == ReferentialIntegrity::Block { "Conflict: business-rule -" } else { "" };
            assert_eq!(refused(transaction(&tenant, &deletes)), expected, "{mode} {name}");
            deletes.push(last);
            transaction(&tenant, &deletes).unwrap();
            is_sound(&tenant);
        }
    }
}

#[test]
fn conditional_references_are_resolved_before() {
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Block);
    let patient = r#"{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","identifier":[{"value":"1"}]},"request":{"method":"POST","url":"Patient"}}"#;
    let observation = |reference: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Observation",{}}},"request":{{"method":"POST","url":"Observation"}}}}"#,
            observed(reference)
        )
    };
    let entries = [observation("Patient?identifier=1"), patient.to_owned(), observation("urn:uuid:p")];
    transaction(&tenant, &entries).unwrap();
    let found = tenant.search(&SearchRequest::of("Observation", "subject:Patient.identifier=1"), &me());
    assert_eq!(found.unwrap().matches.len(), 2);
    let one = Change::delete_matching("Patient", "identifier=1");
    assert!(tenant.commit(&one, &me()).unwrap_err().to_string().contains("2 Observation"));
    is_sound(&tenant);
}

fn import(tenant: &Tenant, lines: &[String]) -> ImportReport {
    let mut lines = lines.iter().map(|line| Ok(line.clone().into_bytes()));
    let options = ImportOptions { commit_lines_max: 1_500, threads: 2, ..ImportOptions::default() };
    tenant.import(&mut lines, &options, &me()).unwrap()
}

#[test]
fn imports_obey() {
    let rig = Rig::new();
    let patient = |id: &str| format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
    let observation = |id: &str, reference: &str| {
        format!(r#"{{"resourceType":"Observation","id":"{id}",{}}}"#, observed(reference))
    };
    for mode in [ReferentialIntegrity::Check, ReferentialIntegrity::Block] {
        let tenant = rig.tenant(mode);
        // Few and many; within a commit in any order.
        for (name, count) in [("f", 10), ("m", 1_200)] {
            let mut lines = Vec::new();
            for at in 0..count {
                lines.push(observation(&format!("{name}{at}"), &format!("Patient/{name}{at}")));
                // The last but one is never there; who refers to who refers to it is not, either.
                if at != count - 2 {
                    lines.push(patient(&format!("{name}{at}")));
                }
            }
            let body = observed("Patient/f0").replace(
                "\"status\"",
                &format!(r#""derivedFrom":[{{"reference":"Observation/{name}{}"}}],"status""#, count - 2),
            );
            lines.push(format!(r#"{{"resourceType":"Observation","id":"{name}-after",{body}}}"#));
            let report = import(&tenant, &lines);
            assert!(report.stopped.is_none(), "{:?}", report.stopped);
            let refused: Vec<u64> = report.refused.iter().map(|line| line.number).collect();
            let dangling = 2 * (count as u64 - 2) + 1;
            assert_eq!(refused, [dangling, lines.len() as u64], "{mode} {name}");
            assert_eq!(report.created, lines.len() as u64 - 2);
            let error = &report.refused[0].error;
            assert_eq!(error.issues()[0].expression.as_deref(), Some("Observation.subject"));
            is_sound(&tenant);
        }
        let blocked = delete(&tenant, "Patient", "m0").err().map(|error| error.kind());
        assert_eq!(blocked, (mode == ReferentialIntegrity::Block).then_some(ErrorKind::Conflict));
    }
}

#[test]
fn nothing_dangles_whoever_comes_first() {
    const CLIENTS: usize = 100;
    const PATIENTS: usize = 10;
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Block);
    for at in 0..PATIENTS {
        put(&tenant, "Patient", &format!("p{at}"), "").unwrap();
    }
    let (deleted, blocked, written, refused) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (tenant, deleted, blocked) = (&tenant, &deleted, &blocked);
            let (written, refused) = (&written, &refused);
            scope.spawn(move || {
                for round in 0..6 {
                    let patient = format!("p{}", (client * 7 + round) % PATIENTS);
                    let done = match client % 4 {
                        0 => delete(tenant, "Patient", &patient),
                        1 if round % 2 == 1 => delete(tenant, "Observation", &format!("o{client}")),
                        2 => put(tenant, "Patient", &patient, ""),
                        _ => observe(tenant, &format!("o{client}"), &format!("Patient/{patient}")),
                    };
                    let count = match done {
                        Ok(Committed::Deleted(_)) => deleted,
                        Ok(_) => written,
                        Err(error) if error.kind() == ErrorKind::Conflict => blocked,
                        Err(error) if error.kind() == ErrorKind::Unprocessable => refused,
                        Err(error) => panic!("{error}"),
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let page = tenant.search(&SearchRequest::of("Observation", "_count=1000"), &me()).unwrap();
    for version in &page.matches {
        let body = String::from_utf8(version.to_json()).unwrap();
        let id = body.split("\"Patient/").nth(1).unwrap().split('"').next().unwrap();
        assert!(is_there(&tenant, "Patient", id), "{} dangles", version.id);
    }
    is_sound(&tenant);
    let all = [&deleted, &blocked, &written, &refused].map(|count| count.load(Ordering::Relaxed));
    assert_eq!(all.iter().sum::<usize>(), CLIENTS * 6);
    assert!(all[1] > 0 && all[2] > 0, "{all:?}");
}

#[test]
fn a_staged_transaction_and_deletes_meanwhile_leave_nothing_dangling() {
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Block);
    for round in 0..4 {
        let patient = format!("p{round}");
        put(&tenant, "Patient", &patient, "").unwrap();
        let entries: Vec<String> = (0..2_200)
            .map(|at| {
                put_entry("Observation", &format!("o{round}-{at}"), &observed(&format!("Patient/{patient}")))
            })
            .collect();
        let (staged, deleted) = std::thread::scope(|scope| {
            let staged = scope.spawn(|| transaction(&tenant, &entries).map(|_| ()));
            let deleted = delete(&tenant, "Patient", &patient).is_ok();
            (staged.join().unwrap(), deleted)
        });
        assert_eq!(staged.is_ok(), !deleted, "{staged:?}");
        is_sound(&tenant);
        // The other way round: it deletes what somebody else comes to refer to.
        let other = format!("q{round}");
        put(&tenant, "Patient", &other, "").unwrap();
        let mut deletes: Vec<String> =
            (0..2_200).map(|at| delete_entry("Basic", &format!("b{at}"))).collect();
        deletes.push(delete_entry("Patient", &other));
        let (staged, referred) = std::thread::scope(|scope| {
            let staged = scope.spawn(|| transaction(&tenant, &deletes).map(|_| ()));
            let referred = observe(&tenant, &format!("r{round}"), &format!("Patient/{other}"));
            (staged.join().unwrap(), referred)
        });
        assert_eq!(staged.is_ok(), referred.is_err(), "{staged:?} {referred:?}");
        is_sound(&tenant);
    }
}

#[test]
fn the_mode_changes_while_others_write() {
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Off);
    observe(&tenant, "dangles", "Patient/none").unwrap();
    for at in 0..600 {
        put(&tenant, "Patient", &format!("p{at}"), "").unwrap();
        observe(&tenant, &format!("o{at}"), &format!("Patient/p{at}")).unwrap();
    }
    let error = tenant.set_referential_integrity(ReferentialIntegrity::Block).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    assert!(error.to_string().contains("1 Observation"), "{error}");
    assert_eq!(tenant.referential_integrity(), ReferentialIntegrity::Off);
    delete(&tenant, "Observation", "dangles").unwrap();
    // Nothing that dangles may come in while it changes, and afterwards nothing can.
    let is_over = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (tenant, is_over) = (&tenant, &is_over);
            scope.spawn(move || {
                let mut at = 0;
                while is_over.load(Ordering::Relaxed) == 0 {
                    at += 1;
                    let (patient, id) = (format!("w{client}-{at}"), format!("w{client}-{}", at % 7));
                    put(tenant, "Patient", &patient, "").unwrap();
                    observe(tenant, &id, &format!("Patient/{patient}")).unwrap();
                    if at % 3 == 0 {
                        delete(tenant, "Observation", &id).unwrap();
                        delete(tenant, "Patient", &patient).unwrap();
                    }
                }
            });
        }
        let changed = tenant.set_referential_integrity(ReferentialIntegrity::Block);
        is_over.store(1, Ordering::Relaxed);
        changed.unwrap();
    });
    is_sound(&tenant);
    assert_eq!(delete(&tenant, "Patient", "p5").unwrap_err().kind(), ErrorKind::Conflict);
    tenant.set_referential_integrity(ReferentialIntegrity::Block).unwrap();
    // The rows go with the mode, and come again.
    tenant.set_referential_integrity(ReferentialIntegrity::Check).unwrap();
    delete(&tenant, "Patient", "p5").unwrap();
    assert_eq!(observe(&tenant, "x", "Patient/p5").unwrap_err().kind(), ErrorKind::Unprocessable);
    let error = tenant.set_referential_integrity(ReferentialIntegrity::Block).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    tenant.set_referential_integrity(ReferentialIntegrity::Off).unwrap();
    put(&tenant, "Patient", "p5", "").unwrap();
    tenant.set_referential_integrity(ReferentialIntegrity::Block).unwrap();
    assert_eq!(delete(&tenant, "Patient", "p5").unwrap_err().kind(), ErrorKind::Conflict);
    let rig = rig.reopened(tenant);
    let tenant = rig.tenant(ReferentialIntegrity::Off);
    assert_eq!(tenant.referential_integrity(), ReferentialIntegrity::Block);
    is_sound(&tenant);
}

#[test]
fn the_default_tenant_is_made_with_the_mode_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let open = |mode| {
        let mut options = Options::at(folder.path());
        options.default_tenant.referential_integrity = mode;
        Engine::open(options).unwrap()
    };
    let engine = open(ReferentialIntegrity::Block);
    let mode = |engine: &Engine| engine.tenant(&TenantId::default_tenant()).unwrap().referential_integrity();
    assert_eq!(mode(&engine), ReferentialIntegrity::Block);
    engine.close().unwrap();
    drop(engine);
    // Only where the directory is set up.
    assert_eq!(mode(&open(ReferentialIntegrity::Off)), ReferentialIntegrity::Block);
    for (name, mode) in [
        ("off", ReferentialIntegrity::Off),
        ("check", ReferentialIntegrity::Check),
        ("block", ReferentialIntegrity::Block),
    ] {
        assert_eq!(
            (name.parse::<ReferentialIntegrity>().unwrap(), mode.to_string()),
            (mode, name.to_owned())
        );
    }
    assert!("strict".parse::<ReferentialIntegrity>().is_err());
}

/// A Provenance tells of versions, which outlive their resource.
#[test]
fn a_provenance_stands_in_nobodys_way() {
    let rig = Rig::new();
    for mode in [ReferentialIntegrity::Check, ReferentialIntegrity::Block] {
        let tenant = rig.tenant(mode);
        let provenance =
            br#"{"resourceType":"Provenance","recorded":"2026-01-31T00:00:00Z","agent":[{"who":{"display":"me"}}]}"#;
        let vouched = |change: Change| tenant.commit(&change.provenance(provenance.to_vec()), &me());
        let body = br#"{"resourceType":"Patient","id":"p"}"#.to_vec();
        assert_eq!(refused(vouched(Change::update("Patient", "p", body))), "");
        assert_eq!(refused(vouched(Change::delete("Patient", "p"))), "");
        let request = SearchRequest::of("Provenance", "target=Patient/p");
        assert_eq!(tenant.search(&request, &me()).unwrap().matches.len(), 2);
        is_sound(&tenant);
    }
}

#[test]
fn a_patient_is_erased_with_what_refers_to_it_or_not_at_all() {
    let rig = Rig::new();
    let tenant = rig.tenant(ReferentialIntegrity::Block);
    put(&tenant, "Patient", "p", "").unwrap();
    observe(&tenant, "o", "Patient/p").unwrap();
    let member = r#""type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p"}}]"#;
    put(&tenant, "Group", "g", member).unwrap();
    put(&tenant, "Basic", "b", r#""code":{"text":"x"},"subject":{"reference":"Observation/o"}"#).unwrap();
    let erase = || tenant.erase("Patient", "p", EraseScope::Compartment, &me());
    assert!(refused(erase()).starts_with("Conflict"));
    assert!(is_there(&tenant, "Patient", "p") && is_there(&tenant, "Observation", "o"));
    is_sound(&tenant);
    delete(&tenant, "Basic", "b").unwrap();
    let erased = erase().unwrap();
    assert_eq!((erased.resources, erased.kept), (3, Vec::new()));
    is_sound(&tenant);
}
