#![allow(clippy::unwrap_used, reason = "tests panic")]

use jiff::Timestamp;

use super::*;
use crate::{
    BundleOptions, Change, Engine, ErrorKind, HistoryRequest, HistoryScope, Options, Read, SearchRequest,
    Tenant, TenantId, VersionId,
};

fn me() -> Principal {
    Principal::named("me")
}

fn put(tenant: &Tenant, id: &str, text: &str) {
    let body = format!(r#"{{"resourceType":"Basic","id":"{id}","code":{{"text":"{text}"}}}}"#);
    tenant.commit(&Change::update("Basic", id, body.into_bytes()), &me()).unwrap();
}

fn remove(tenant: &Tenant, id: &str) {
    tenant.commit(&Change::delete("Basic", id), &me()).unwrap();
}

/// One transaction that puts `basic-0` and so on.
fn put_many(tenant: &Tenant, count: usize, text: &str) {
    let entry = |n| {
        format!(
            r#"{{"resource":{{"resourceType":"Basic","id":"basic-{n}","code":{{"text":"{text}"}}}},"request":{{"method":"PUT","url":"Basic/basic-{n}"}}}}"#
        )
    };
    let entries: Vec<String> = (0..count).map(entry).collect();
    let bundle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me()).unwrap();
}

/// `id@version` of a history, newest first, walked page by page, and the total that its pages state.
fn history(tenant: &Tenant, scope: &HistoryScope) -> (Vec<String>, u64) {
    let request = HistoryRequest { count: Some(2), ..HistoryRequest::default() };
    let mut page = tenant.history(scope, &request, &me()).unwrap();
    let total = page.total;
    let mut all = Vec::new();
    loop {
        all.extend(page.versions.iter().map(|version| format!("{}@{}", version.id, version.version.0)));
        let Some(next) = page.next else { return (all, total) };
        page = tenant.history_page(scope, &next, &me()).unwrap();
    }
}

fn assert_sound(tenant: &Tenant) {
    assert_eq!(tenant.verify().unwrap().findings, [""; 0]);
}

/// All that came before is forgotten.
fn forget_all(tenant: &Tenant) -> u64 {
    tenant.forget_history(Timestamp::MAX, &me()).unwrap()
}

#[test]
fn what_was_replaced_goes_and_what_is_current_stays() {
    let folder = tempfile::tempdir().unwrap();
    let system = HistoryScope::System;
    let check = |tenant: &Tenant| {
        let (versions, total) = history(tenant, &system);
        assert_eq!(versions, ["b@4", "d@2", "c@1", "a@3"]);
        assert_eq!(total, 4);
        assert_eq!(history(tenant, &HistoryScope::Type("Basic".into())).0, versions);
        assert_eq!(history(tenant, &HistoryScope::Instance("Basic".into(), "a".into())).0, ["a@3"]);
        assert!(matches!(tenant.vread("Basic", "a", VersionId(2), &me()).unwrap(), Read::Missing));
        assert!(matches!(tenant.vread("Basic", "a", VersionId(3), &me()).unwrap(), Read::Current(_)));
        assert!(matches!(tenant.read("Basic", "d", &me()).unwrap(), Read::Deleted(_)));
        let found = tenant.search(&SearchRequest::of("Basic", ""), &me()).unwrap();
        assert_eq!((found.total, found.matches.len()), (Some(3), 3));
        assert_sound(tenant);
    };
    {
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        put(&tenant, "a", "1");
        put(&tenant, "b", "1");
        put(&tenant, "a", "2");
        put(&tenant, "a", "3");
        // Gone, and there again: a version whose predecessor is a deletion.
        put(&tenant, "b", "2");
        remove(&tenant, "b");
        put(&tenant, "c", "1");
        put(&tenant, "d", "1");
        remove(&tenant, "d");
        put(&tenant, "b", "4");
        assert_eq!(history(&tenant, &system).1, 10);
        assert_eq!(forget_all(&tenant), 6);
        assert_eq!(forget_all(&tenant), 0);
        check(&tenant);
        tenant.compact().unwrap();
        check(&tenant);
    }
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    check(&tenant);
    // It goes on from there.
    put(&tenant, "a", "4");
    assert_eq!(history(&tenant, &system).1, 5);
    assert_eq!(forget_all(&tenant), 1);
    assert_eq!(history(&tenant, &system).0, ["a@4", "b@4", "d@2", "c@1"]);
    assert_sound(&tenant);
}

#[test]
fn a_time_is_kept_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    put(&tenant, "a", "1");
    let Read::Current(first) = tenant.read("Basic", "a", &me()).unwrap() else { panic!("it was put") };
    let before = Timestamp::from_millisecond(first.last_updated.as_millisecond() - 1).unwrap();
    let instance = HistoryScope::Instance("Basic".into(), "a".into());
    put(&tenant, "a", "2");
    put(&tenant, "a", "3");
    assert_eq!(tenant.forget_history(before, &me()).unwrap(), 0);
    assert_eq!(history(&tenant, &instance).0, ["a@3", "a@2", "a@1"]);
    let Read::Current(third) = tenant.read("Basic", "a", &me()).unwrap() else { panic!("it was put") };
    assert_eq!(tenant.forget_history(third.last_updated, &me()).unwrap(), 2);
    assert_eq!(history(&tenant, &instance).0, ["a@3"]);
}

#[test]
fn pages_of_before_are_gone_and_not_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    put_many(&tenant, 3, "1");
    let search = tenant.search(&SearchRequest::of("Basic", "_count=1"), &me()).unwrap().next.unwrap();
    let request = HistoryRequest { count: Some(1), ..HistoryRequest::default() };
    let past = tenant.history(&HistoryScope::System, &request, &me()).unwrap().next.unwrap();
    put(&tenant, "basic-0", "2");
    forget_all(&tenant);
    let searched = tenant.search_page("Basic", &search, &me()).map(drop);
    let looked_back = tenant.history_page(&HistoryScope::System, &past, &me()).map(drop);
    for refused in [searched, looked_back] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Gone);
    }
}

/// A staged transaction keeps its time in a record of its own, and many batches are needed.
#[test]
fn large_transactions_are_forgotten_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    {
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        for round in 0..3 {
            put_many(&tenant, 2_500, &round.to_string());
        }
        remove(&tenant, "basic-7");
        assert_eq!(forget_all(&tenant), 5_001);
        assert_eq!(history(&tenant, &HistoryScope::Type("Basic".into())).1, 2_500);
        tenant.compact().unwrap();
        assert_sound(&tenant);
    }
    // Without its index, it is built again from what is left of the log.
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    assert_eq!(tenant.search(&SearchRequest::of("Basic", "_count=0"), &me()).unwrap().total, Some(2_499));
    assert_sound(&tenant);
}

/// What a crash leaves: the floor is raised, and the sweep is not done.
#[test]
fn a_sweep_that_was_cut_off_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    {
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        (1..=5).for_each(|n| put(&tenant, "a", &n.to_string()));
        tenant.core().flush_fresh().unwrap();
        raise_floor(tenant.core(), 4, &me()).unwrap();
        tenant.core().merge_index(MergeWorth::Anything).unwrap();
        assert_sound(&tenant);
    }
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    assert_sound(&tenant);
    // Nothing was replaced before 1970, so this only ends what was begun.
    assert_eq!(tenant.forget_history(Timestamp::UNIX_EPOCH, &me()).unwrap(), 3);
    assert_eq!(history(&tenant, &HistoryScope::System).0, ["a@5", "a@4"]);
    assert_sound(&tenant);
}
