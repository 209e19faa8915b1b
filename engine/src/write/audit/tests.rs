#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax_store::{Direction, KeyRange};

use super::*;
use crate::core::Core;
use crate::{BundleOptions, Change, Engine, Options, TenantId};

/// The rows in order, each checked against the chain, and where that ends.
fn rows(core: &Core) -> (Vec<AuditRow>, ChainPoint) {
    let family = core.vault.placement.family(Family::Audit);
    let snapshot = core.store.snapshot().unwrap();
    let mut cursor = snapshot.scan(family, &KeyRange::all(), Direction::Forward).unwrap();
    let (mut rows, mut chain) = (Vec::new(), ChainPoint::start(core.vault.tenant));
    while let Some((key, sealed)) = cursor.next().unwrap() {
        assert!(key.len() + sealed.len() <= 200, "a row is compact: {} bytes", key.len() + sealed.len());
        let plain = core.vault.open_record(Family::Audit, key, sealed).unwrap();
        chain = chain.next(&plain);
        assert_eq!(key, chain.position.to_be_bytes());
        rows.push(records::decode(&plain).unwrap());
    }
    (rows, chain)
}

#[test]
fn every_commit_has_its_row_in_an_unbroken_chain() {
    let folder = tempfile::tempdir().unwrap();
    let long_name = "n".repeat(300);
    let check = |core: &Core, expected: &[(&str, u32)]| {
        let (rows, chain) = rows(core);
        let found: Vec<_> = rows.iter().map(|row| (&*row.principal, row.changes)).collect();
        assert_eq!(found, expected);
        assert!(rows.is_sorted_by_key(|row| (row.seq, row.at_ms)));
        assert_eq!(core.sequencer.between_groups(core, |state| state.head.audit), chain);
    };
    let basic = |id: &str| {
        let body = format!(r#"{{"resourceType":"Basic","id":"{id}","code":{{"text":"x"}}}}"#);
        Change::update("Basic", id, body.into_bytes())
    };
    let entry = |n: usize| {
        format!(
            r#"{{"resource":{{"resourceType":"Basic","code":{{"text":"{n}"}}}},"request":{{"method":"POST","url":"Basic"}}}}"#
        )
    };
    let mut expected = vec![("ada", 1), ("ada", 1), (&long_name[..64], 1), ("grace", 2_000)];
    {
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        tenant.commit(&basic("1"), &Principal::named("ada")).unwrap();
        tenant.commit(&Change::delete("Basic", "1"), &Principal::named("ada")).unwrap();
        // Nothing is written, so there is nothing to tell.
        tenant.commit(&Change::delete("Basic", "1"), &Principal::named("ada")).unwrap();
        tenant.commit(&basic("2"), &Principal::named(&*long_name)).unwrap();
        let entries: Vec<String> = (0..2_000).map(entry).collect();
        let bundle =
            format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
        tenant
            .process_bundle(bundle.into_bytes(), &BundleOptions::default(), &Principal::named("grace"))
            .unwrap();
        check(tenant.core(), &expected);
    }
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    tenant.commit(&basic("3"), &Principal::named("ada")).unwrap();
    expected.push(("ada", 1));
    check(tenant.core(), &expected);
}
