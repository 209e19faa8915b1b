#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax_store::{Batch, Durability, FamilyId};

use super::*;
use crate::{BundleOptions, Change, Engine, Options, Principal, Tenant};

fn put(tenant: &Tenant, id: &str, identifier: &str) {
    let body = format!(
        r#"{{"resourceType":"Basic","id":"{id}","code":{{"text":"x"}},"identifier":[{{"value":"{identifier}"}}],"subject":{{"reference":"Patient/none"}}}}"#
    );
    tenant.commit(&Change::update("Basic", id, body.into_bytes()), &Principal::named("tester")).unwrap();
}

/// A tenant with some of everything: versions, a deletion, a shared identifier, a large transaction.
fn rig() -> (tempfile::TempDir, Engine, Tenant) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    put(&tenant, "one", "1");
    put(&tenant, "one", "2");
    put(&tenant, "two", "2");
    put(&tenant, "gone", "3");
    tenant.commit(&Change::delete("Basic", "gone"), &Principal::named("tester")).unwrap();
    let entry = |n: usize| {
        format!(
            r#"{{"resource":{{"resourceType":"Patient","active":true,"multipleBirthInteger":{n}}},"request":{{"method":"POST","url":"Patient"}}}}"#
        )
    };
    let entries: Vec<String> = (0..2_000).map(entry).collect();
    let bundle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    tenant
        .process_bundle(bundle.into_bytes(), &BundleOptions::default(), &Principal::named("tester"))
        .unwrap();
    (folder, engine, tenant)
}

fn family(core: &Core, family: Family) -> FamilyId {
    core.vault.placement.family(family)
}

/// Verifies after `change` has been made to the store, and looks for this finding.
fn check(change: impl Fn(&Core, &mut Batch), finding: &str) {
    let (_folder, _engine, tenant) = rig();
    let core = tenant.core();
    let mut batch = Batch::new();
    change(core, &mut batch);
    core.store.write(&batch, Durability::Buffered).unwrap();
    let report = tenant.verify().unwrap();
    assert!(report.findings.iter().any(|found| found.contains(finding)), "{finding}: {:?}", report.findings);
}

/// The same of a tenant in which a resource, of number 0 of its type, refers to another.
fn check_links(change: impl Fn(&Core, &mut Batch, (Rid, Rid)), finding: &str) {
    let (_folder, _engine, tenant) = rig();
    let core = tenant.core();
    tenant.set_referential_integrity(ReferentialIntegrity::Off).unwrap();
    let me = Principal::named("tester");
    for id in ["one", "two"] {
        tenant.commit(&Change::delete("Basic", id), &me).unwrap();
    }
    let body =
        |id: &str, more: &str| format!(r#"{{"resourceType":"Patient","id":"{id}"{more}}}"#).into_bytes();
    tenant.commit(&Change::update("Patient", "t", body("t", "")), &me).unwrap();
    let link = r#","link":[{"type":"refer","other":{"reference":"Patient/t"}}]"#;
    tenant.commit(&Change::update("Patient", "s", body("s", link)), &me).unwrap();
    tenant.set_referential_integrity(ReferentialIntegrity::Block).unwrap();
    assert_eq!(tenant.verify().unwrap().findings, [""; 0]);
    let view = View::now(core).unwrap();
    let rid = |id: &str| view.id("Patient", id).unwrap().unwrap().rid;
    let mut batch = Batch::new();
    change(core, &mut batch, (rid("t"), rid("s")));
    core.store.write(&batch, Durability::Buffered).unwrap();
    let report = tenant.verify().unwrap();
    assert!(report.findings.iter().any(|found| found.contains(finding)), "{finding}: {:?}", report.findings);
}

#[test]
fn links_that_do_not_agree_are_found() {
    check_links(
        |core, batch, (target, source)| {
            batch.delete(family(core, Family::Identity), keys::link(target, source).as_bytes());
        },
        "1 resources have 1 links, and there are rows of 1 and 0",
    );
    check_links(
        |core, batch, (_, source)| {
            batch.delete(family(core, Family::Identity), keys::links_from(source).as_bytes());
        },
        "are not those of its body",
    );
    check_links(
        |core, batch, (target, source)| {
            let key = keys::link(source, target);
            core.vault.put(batch, Family::Identity, key.as_bytes(), &[]).unwrap();
        },
        "it does not refer to it",
    );
    check_links(
        |core, batch, (target, source)| {
            batch.put(family(core, Family::Identity), keys::link(target, source).as_bytes(), b"not sealed");
        },
        "it does not refer to it",
    );
}

#[test]
fn a_sound_tenant_has_no_findings() {
    let (folder, engine, tenant) = rig();
    let check = |tenant: &Tenant| {
        let report = tenant.verify().unwrap();
        assert_eq!(report.findings, [""; 0]);
        assert_eq!((report.resources, report.versions, report.commits), (2_002, 2_005, 6));
    };
    check(&tenant);
    drop((engine, tenant));
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    check(&engine.tenant(&TenantId::default_tenant()).unwrap());
}

#[test]
fn what_does_not_agree_is_found() {
    let rid = |core: &Core, id: &str| View::now(core).unwrap().id("Basic", id).unwrap().unwrap().rid;
    let remove_version = |core: &Core, batch: &mut Batch| {
        batch.delete(family(core, Family::Versions), keys::version(rid(core, "two"), 3).as_bytes());
    };
    check(remove_version, "index of Basic: 0 are missing, 1 should not be there");
    check(remove_version, "commit 3: version ");
    check(remove_version, "the log names 2005 versions, and there are 2004");
    check(remove_version, "it does not bear it");
    check(
        |core, batch| batch.delete(family(core, Family::Ids), &core.vault.id_digest("Basic", "one")),
        "does not lead to its newest version",
    );
    check(
        |core, batch| batch.delete_range(family(core, Family::Identity), &KeyRange::all()),
        "does not lead to it",
    );
    check(
        |core, batch| batch.delete(family(core, Family::Log), keys::log(2).as_bytes()),
        "the log names 2004 versions, and there are 2005",
    );
    check(
        |core, batch| {
            batch.put(
                family(core, Family::Versions),
                keys::version(rid(core, "one"), 1).as_bytes(),
                b"not sealed by us, and long enough",
            );
        },
        "@1: a stored record does not open",
    );
    check(
        |core, batch| batch.delete(family(core, Family::Audit), &6_u64.to_be_bytes()),
        "the audit chain does not end where the head says",
    );
    check(
        |core, batch| {
            batch.put(
                family(core, Family::Audit),
                &2_u64.to_be_bytes(),
                b"not sealed by us, and long enough",
            );
        },
        "audit row 2: ",
    );
}
