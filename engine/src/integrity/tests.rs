#![allow(clippy::unwrap_used, reason = "tests panic")]

use super::*;
use crate::change::ReturnBodies;
use crate::commit::sequence_all;
use crate::write::{Prepared, Staging, Work, prepare};
use crate::{Change, Engine, Options, Principal, Tenant, TenantId, TenantOptions};

fn me() -> Principal {
    Principal::named("tester")
}

/// A tenant with the patients `p` and `q`.
fn rig(mode: ReferentialIntegrity) -> (tempfile::TempDir, Engine, Tenant) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::at(folder.path());
    options.default_tenant = TenantOptions { referential_integrity: mode, ..TenantOptions::default() };
    let engine = Engine::open(options).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    tenant.commit(&patient("p"), &me()).unwrap();
    tenant.commit(&patient("q"), &me()).unwrap();
    (folder, engine, tenant)
}

fn patient(id: &str) -> Change {
    Change::update("Patient", id, format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#).into_bytes())
}

fn observation(subject: &str) -> Change {
    let body = format!(
        r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{subject}"}}}}"#
    );
    Change::update("Observation", "o", body.into_bytes())
}

fn work(tenant: &Tenant, change: &Change) -> Work {
    match prepare(tenant.core(), change, &me()).unwrap() {
        Prepared::Work(work) => work,
        Prepared::Existing(_) => panic!("nothing asks for it"),
    }
}

/// What becomes of commits of one group, all of them prepared before.
fn check(before: &[Change], group: &[Change], expected: &[Option<ErrorKind>]) {
    let (_folder, _engine, tenant) = rig(ReferentialIntegrity::Block);
    for change in before {
        tenant.commit(change, &me()).unwrap();
    }
    let works = group.iter().map(|change| work(&tenant, change)).collect();
    let outcomes = sequence_all(tenant.core(), works);
    let kinds: Vec<_> = outcomes.into_iter().map(|outcome| outcome.err().map(|error| error.kind())).collect();
    assert_eq!(kinds, expected, "{group:?}");
    assert_eq!(tenant.verify().unwrap().findings, [""; 0], "{group:?}");
}

#[test]
fn commits_of_one_group_know_of_each_other() {
    let delete = || Change::delete("Patient", "p");
    let gone = || Change::delete("Observation", "o");
    check(&[], &[observation("p"), delete()], &[None, Some(ErrorKind::Conflict)]);
    check(&[], &[delete(), observation("p")], &[None, Some(ErrorKind::Unprocessable)]);
    check(&[observation("p")], &[observation("q"), delete()], &[None, None]);
    check(&[observation("p")], &[delete(), observation("q")], &[Some(ErrorKind::Conflict), None]);
    check(&[observation("p")], &[gone(), delete()], &[None, None]);
    check(&[observation("q")], &[observation("p"), gone(), delete()], &[None, None, None]);
    check(&[observation("q")], &[observation("p"), observation("q"), delete()], &[None, None, None]);
    check(&[], &[delete(), patient("p"), observation("p")], &[None, None, None]);
}

#[test]
fn what_was_prepared_under_another_mode_is_looked_at_again() {
    let (_folder, _engine, tenant) = rig(ReferentialIntegrity::Off);
    let (dangles, leads) = (work(&tenant, &observation("none")), work(&tenant, &observation("p")));
    tenant.set_referential_integrity(ReferentialIntegrity::Block).unwrap();
    let mut outcomes = sequence_all(tenant.core(), vec![dangles, leads]).into_iter();
    assert_eq!(outcomes.next().unwrap().err().unwrap().kind(), ErrorKind::Unprocessable);
    assert!(outcomes.next().unwrap().is_ok());
    assert_eq!(tenant.verify().unwrap().findings, [""; 0]);
}

/// Stages a change, then others make theirs, then it commits: whether it does, and with which error.
fn check_staged(
    mode: ReferentialIntegrity,
    (before, staged, meanwhile): (&[Change], &Change, &[Change]),
    expected: std::result::Result<bool, ErrorKind>,
) {
    let (_folder, _engine, tenant) = rig(mode);
    for change in before {
        tenant.commit(change, &me()).unwrap();
    }
    let mut staging = Staging::begin(tenant.core(), 1);
    staging.add(work(&tenant, staged).writes, ReturnBodies::No).unwrap();
    for change in meanwhile {
        tenant.commit(change, &me()).unwrap();
    }
    let outcome = staging.commit(&[], &me());
    let came = outcome.map(|written| written.is_some()).map_err(|error| error.kind());
    assert_eq!(came, expected, "{staged:?} {meanwhile:?}");
    if mode == ReferentialIntegrity::Block {
        assert_eq!(tenant.verify().unwrap().findings, [""; 0], "{staged:?} {meanwhile:?}");
    }
}

#[test]
fn a_staged_commit_knows_what_others_did_meanwhile() {
    let delete = || Change::delete("Patient", "p");
    for mode in [ReferentialIntegrity::Check, ReferentialIntegrity::Block] {
        check_staged(mode, (&[], &observation("p"), &[]), Ok(true));
        // It relied on what is gone: it is to be prepared again.
        check_staged(mode, (&[], &observation("p"), &[delete()]), Ok(false));
        check_staged(mode, (&[], &observation("none"), &[]), Err(ErrorKind::Unprocessable));
        check_staged(mode, (&[], &observation("later"), &[patient("later")]), Ok(true));
    }
    let block = ReferentialIntegrity::Block;
    check_staged(block, (&[], &delete(), &[observation("q")]), Ok(true));
    check_staged(block, (&[], &delete(), &[observation("p")]), Err(ErrorKind::Conflict));
    check_staged(block, (&[observation("p")], &delete(), &[]), Err(ErrorKind::Conflict));
    // Somebody came to refer to it and left again: it looks again, to be sure.
    check_staged(block, (&[observation("p")], &delete(), &[observation("q")]), Ok(true));
    check_staged(ReferentialIntegrity::Check, (&[observation("p")], &delete(), &[]), Ok(true));
}

#[test]
fn rows_of_a_change_that_was_cut_off_go_at_the_next_opening() {
    let (folder, engine, tenant) = rig(ReferentialIntegrity::Off);
    let core = tenant.core();
    let mut batch = Batch::new();
    core.vault.put(&mut batch, Family::Identity, keys::link(1, 2).as_bytes(), &[]).unwrap();
    core.store.write(&batch, Durability::Synced).unwrap();
    assert!(has_rows(&core.vault, &*core.store).unwrap());
    engine.close().unwrap();
    drop((engine, tenant));
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    assert!(!has_rows(&tenant.core().vault, &*tenant.core().store).unwrap());
}
