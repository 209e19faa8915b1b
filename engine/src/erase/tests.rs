#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::path::Path;

use fornax_store::KeyRange;
use jiff::Timestamp;

use super::*;
use crate::families::Family;
use crate::{
    AsOf, Change, Engine, HistoryRequest, HistoryScope, Options, Read, SearchRequest, Tenant, TenantId, keys,
};

fn me() -> Principal {
    Principal::named("me")
}

fn put(tenant: &Tenant, resource_type: &str, id: &str, more: &str) {
    let body = format!(r#"{{"resourceType":"{resource_type}","id":"{id}"{more}}}"#);
    tenant.commit(&Change::update(resource_type, id, body.into_bytes()), &me()).unwrap();
}

fn basic(tenant: &Tenant, id: &str, text: &str) {
    put(tenant, "Basic", id, &format!(r#","code":{{"text":"{text}"}}"#));
}

fn open(folder: &Path) -> (Engine, Tenant) {
    let engine = Engine::open(Options::at(folder)).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

fn history(tenant: &Tenant, scope: &HistoryScope) -> Vec<String> {
    let page = tenant.history(scope, &HistoryRequest::default(), &me()).unwrap();
    assert_eq!(page.total, page.versions.len() as u64);
    page.versions.iter().map(|version| format!("{}@{}", version.id, version.version.0)).collect()
}

fn instance(resource_type: &str, id: &str) -> HistoryScope {
    HistoryScope::Instance(resource_type.to_owned(), id.to_owned())
}

fn found(tenant: &Tenant, path: &str, as_of: Option<u64>) -> Vec<String> {
    let request = SearchRequest { as_of: as_of.map(AsOf::Commit), ..SearchRequest::of(path, "") };
    let page = tenant.search(&request, &me()).unwrap();
    let mut ids: Vec<String> = page.matches.iter().map(|version| version.id.to_string()).collect();
    ids.sort();
    ids
}

fn commit(tenant: &Tenant) -> u64 {
    tenant.search(&SearchRequest::of("Basic", ""), &me()).unwrap().commit
}

fn assert_sound(tenant: &Tenant) {
    assert_eq!(tenant.verify().unwrap().findings, [""; 0]);
}

fn read_then(tenant: &Tenant, id: &str, commit: u64) -> Result<Read> {
    tenant.read_as_of("Basic", id, AsOf::Commit(commit), &me())
}

#[test]
fn one_version_goes_and_the_others_stay_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut commits = Vec::new();
    {
        let (_engine, tenant) = open(folder.path());
        for text in ["1", "2", "3", "4"] {
            basic(&tenant, "a", text);
            commits.push(commit(&tenant));
        }
        basic(&tenant, "b", "1");
        let purge = |version| tenant.purge_history("Basic", "a", version, &me());
        assert_eq!(purge(Some(VersionId(2))).unwrap(), 1);
        assert_eq!(purge(Some(VersionId(2))).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(purge(Some(VersionId(4))).unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(purge(Some(VersionId(5))).unwrap_err().kind(), ErrorKind::NotFound);
        let missing = tenant.purge_history("Basic", "none", None, &me()).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }
    let check = |tenant: &Tenant| {
        assert_eq!(history(tenant, &instance("Basic", "a")), ["a@4", "a@3", "a@1"]);
        assert_eq!(history(tenant, &HistoryScope::System), ["b@1", "a@4", "a@3", "a@1"]);
        for (number, is_there) in [(1, true), (2, false), (3, true), (4, true)] {
            let read = tenant.vread("Basic", "a", VersionId(number), &me()).unwrap();
            assert_eq!(matches!(read, Read::Current(_)), is_there, "{number}");
        }
        // Nobody is told that an older or a newer one was current then.
        assert_eq!(read_then(tenant, "a", commits[1]).unwrap_err().kind(), ErrorKind::Gone);
        assert_eq!(found(tenant, "Basic", Some(commits[1])), [""; 0]);
        for at in [0, 2, 3] {
            assert!(matches!(read_then(tenant, "a", commits[at]).unwrap(), Read::Current(_)));
            assert_eq!(found(tenant, "Basic", Some(commits[at])), ["a"]);
        }
        assert_sound(tenant);
    };
    let (_engine, tenant) = open(folder.path());
    check(&tenant);
    // An index that is built anew from the log knows it as well.
    let job = tenant.reindex(&me()).unwrap();
    tenant.wait_for_job(job.number).unwrap();
    check(&tenant);
    tenant.compact().unwrap();
    check(&tenant);
    // Two in a row, of which the first one replaced what is left before them.
    assert_eq!(tenant.purge_history("Basic", "a", Some(VersionId(3)), &me()).unwrap(), 1);
    let job = tenant.reindex(&me()).unwrap();
    tenant.wait_for_job(job.number).unwrap();
    for (at, ids) in [(0, &["a"][..]), (1, &[]), (2, &[]), (3, &["a"])] {
        assert_eq!(found(&tenant, "Basic", Some(commits[at])), ids, "{at}");
        assert_eq!(read_then(&tenant, "a", commits[at]).is_ok(), !ids.is_empty(), "{at}");
    }
    assert_sound(&tenant);
    assert_eq!(tenant.purge_history("Basic", "a", None, &me()).unwrap(), 1);
    assert_eq!(history(&tenant, &instance("Basic", "a")), ["a@4"]);
    assert_eq!(read_then(&tenant, "a", commits[0]).unwrap_err().kind(), ErrorKind::Gone);
    assert_sound(&tenant);
    // What was purged is not forgotten once more.
    basic(&tenant, "a", "5");
    assert_eq!(tenant.forget_history(Timestamp::MAX, &me()).unwrap(), 1);
    assert_eq!(history(&tenant, &HistoryScope::System), ["a@5", "b@1"]);
    assert_sound(&tenant);
}

/// The sealed bytes of all versions.
fn sealed(tenant: &Tenant) -> Vec<(Rid, Vec<u8>)> {
    let core = tenant.core();
    let family = core.vault.placement.family(Family::Versions);
    let snapshot = core.store.snapshot().unwrap();
    let mut cursor = snapshot.scan(family, &KeyRange::all(), fornax_store::Direction::Forward).unwrap();
    let mut all = Vec::new();
    while let Some((key, value)) = cursor.next().unwrap() {
        all.push((keys::read_version(key).unwrap().0, value.to_vec()));
    }
    all
}

/// Whether a file below the folder holds the bytes.
fn is_on_disk(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_on_disk(&path, bytes);
        }
        // RocksDB may remove a file meanwhile.
        let content = std::fs::read(&path).unwrap_or_else(|_| Vec::new());
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

fn index_files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder.join("index").read_dir().unwrap().next().unwrap().unwrap().path());
    let mut names: Vec<String> =
        names.unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn nothing_of_an_erased_resource_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, tenant) = open(folder.path());
    let identifier = r#","identifier":[{"system":"urn:s","value":"1"}],"code":{"text":"x"}"#;
    put(&tenant, "Basic", "a", identifier);
    put(&tenant, "Basic", "a", &identifier.replace(":\"x\"", ":\"y\""));
    // So large that it lies in a file of its own, beside one that stays.
    let large = |fill: &str| format!(r#","contentType":"a/b","data":"{}""#, fill.repeat(100_000));
    put(&tenant, "Binary", "gone", &large("QUJD"));
    put(&tenant, "Binary", "stays", &large("REVG"));
    basic(&tenant, "other", r"1");
    put(&tenant, "Basic", "refers", r#","code":{"text":"x"},"subject":{"reference":"Basic/a"}"#);
    tenant.core().flush_fresh().unwrap();
    let before = sealed(&tenant);
    let rid = |resource_type: &str, id: &str| {
        View::now(tenant.core()).unwrap().id(resource_type, id).unwrap().unwrap().rid
    };
    let gone = [rid("Basic", "a"), rid("Binary", "gone")];
    let files = index_files(folder.path());
    let erase = |of: &str, id: &str| tenant.erase(of, id, EraseScope::Resource, &me());
    let erased = erase("Basic", "a").unwrap();
    assert_eq!((erased.resources, erased.versions), (1, 3));
    assert_eq!(erase("Binary", "gone").unwrap().versions, 2);
    assert_eq!(erase("Basic", "a").unwrap_err().kind(), ErrorKind::NotFound);
    let check = |tenant: &Tenant| {
        assert!(matches!(tenant.read("Basic", "a", &me()).unwrap(), Read::Missing));
        let scope = instance("Basic", "a");
        let history_of = tenant.history(&scope, &HistoryRequest::default(), &me());
        assert_eq!(history_of.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(history(tenant, &HistoryScope::System), ["refers@1", "other@1", "stays@1"]);
        assert_eq!(found(tenant, "Basic", None), ["other", "refers"]);
        for commit in 1..=4 {
            assert!(!found(tenant, "Basic", Some(commit)).contains(&"a".to_owned()));
        }
        assert_sound(tenant);
    };
    check(&tenant);
    tenant.compact().unwrap();
    check(&tenant);
    for (rid, bytes) in &before {
        // Enough to tell it from others, little enough to lie within one block.
        let part = &bytes[bytes.len() - 40..];
        assert_eq!(is_on_disk(folder.path(), part), !gone.contains(rid), "{rid:x}");
    }
    let left = index_files(folder.path());
    let is_segment = |name: &&String| !name.ends_with("manifest");
    assert_eq!(files.iter().filter(is_segment).find(|name| left.contains(name)), None);
    drop((tenant, engine));
    let (_engine, tenant) = open(folder.path());
    check(&tenant);
    // It may be written anew, from the beginning, and who refers to it finds it.
    basic(&tenant, "a", "again");
    assert_eq!(history(&tenant, &instance("Basic", "a")), ["a@1"]);
    let search = tenant.search(&SearchRequest::of("Basic", "subject=Basic/a"), &me()).unwrap();
    assert_eq!(search.matches.len(), 1);
    assert_sound(&tenant);
}

#[test]
fn a_compartment_goes_with_what_was_ever_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(folder.path());
    let about = |patient: &str| {
        format!(r#","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}}"#)
    };
    for patient in ["p", "q"] {
        put(&tenant, "Patient", patient, "");
    }
    put(&tenant, "Observation", "now", &about("p"));
    put(&tenant, "Observation", "deleted", &about("p"));
    tenant.commit(&Change::delete("Observation", "deleted"), &me()).unwrap();
    put(&tenant, "Observation", "moved", &about("p"));
    put(&tenant, "Observation", "moved", &about("q"));
    put(&tenant, "Observation", "other", &about("q"));
    put(
        &tenant,
        "Appointment",
        "both",
        r#","status":"booked","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"},{"actor":{"reference":"Patient/q"},"status":"accepted"}]"#,
    );
    // The record that is left where two were one patient.
    put(&tenant, "Patient", "r", r#","link":[{"other":{"reference":"Patient/p"},"type":"replaces"}]"#);
    put(&tenant, "Organization", "o", "");
    let wrong = tenant.erase("Organization", "o", EraseScope::Compartment, &me()).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::NotSupported);
    let erased = tenant.erase("Patient", "p", EraseScope::Compartment, &me()).unwrap();
    // Three resources with a deletion each, and the moved one's first version.
    let expected = Erased {
        resources: 3,
        versions: 7,
        kept: vec!["Appointment/both".to_owned(), "Patient/r".to_owned()],
    };
    assert_eq!(erased, expected);
    let left = ["o@1", "r@1", "both@1", "other@1", "moved@2", "q@1"];
    assert_eq!(history(&tenant, &HistoryScope::System), left);
    assert_eq!(found(&tenant, "Patient/q/*", None), ["both", "moved", "other", "q"]);
    assert_eq!(found(&tenant, "Patient/p/*", None), ["both", "r"]);
    assert_sound(&tenant);
    tenant.compact().unwrap();
    assert_sound(&tenant);
}

#[test]
fn what_was_cut_off_is_finished_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (_engine, tenant) = open(folder.path());
        for id in ["a", "b"] {
            basic(&tenant, id, "1");
            basic(&tenant, id, "2");
        }
        tenant.commit(&Change::delete("Basic", "a"), &me()).unwrap();
        let core = tenant.core();
        let view = View::now(core).unwrap();
        let rid = |id: &str| view.id("Basic", id).unwrap().unwrap().rid;
        let versions = versions_of(&view, rid("a")).unwrap();
        let deleted_by = versions.last().unwrap().0;
        let extent = Extent::Whole { id_digest: core.vault.id_digest("Basic", "a"), deleted_by };
        let whole = Removal { rid: rid("a"), versions, extent };
        let mut versions = versions_of(&view, rid("b")).unwrap();
        versions.pop();
        let some = Removal { rid: rid("b"), versions, extent: Extent::Versions };
        drop(view);
        // As far as a process got that ended right after it had hidden them.
        removal::write_down(core, vec![whole, some], &me()).unwrap();
    }
    for _ in 0..2 {
        let (_engine, tenant) = open(folder.path());
        assert!(matches!(tenant.read("Basic", "a", &me()).unwrap(), Read::Missing));
        assert_eq!(history(&tenant, &HistoryScope::System), ["b@2"]);
        assert_sound(&tenant);
    }
}
