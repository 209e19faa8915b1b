#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::sync::Arc;

use super::*;
use crate::write::{Prepared, prepare};
use crate::{Change, Engine, Options, Read, SearchRequest, Tenant, TenantId};

pub(super) struct Rig {
    folder: tempfile::TempDir,
    engine: Engine,
}

impl Rig {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        Self { folder, engine }
    }

    /// What a process that ends leaves to the next one.
    pub(super) fn crash(self) -> Self {
        let Self { folder, engine } = self;
        drop(engine);
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        Self { folder, engine }
    }

    pub(super) fn tenant(&self) -> Tenant {
        self.engine.tenant(&TenantId::default_tenant()).unwrap()
    }
}

pub(super) fn principal() -> Principal {
    Principal::named("tester")
}

pub(super) fn body(id: &str, identifier: &str) -> Vec<u8> {
    let identifier = format!(r#"[{{"system":"urn:x","value":"{identifier}"}}]"#);
    format!(r#"{{"resourceType":"Basic","id":"{id}","code":{{"text":"x"}},"identifier":{identifier}}}"#)
        .into_bytes()
}

pub(super) fn put(id: &str, identifier: &str) -> Change {
    Change::update("Basic", id, body(id, identifier))
}

pub(super) fn prepared(core: &Core, changes: &[Change]) -> Vec<PreparedWrite> {
    let one = |change| match prepare(core, change, &principal()).unwrap() {
        Prepared::Work(work) => work.writes,
        Prepared::Existing(_) => Vec::new(),
    };
    changes.iter().flat_map(one).collect()
}

/// Ids found by an identifier, by search and by conditional create alike.
pub(super) fn found(tenant: &Tenant, identifier: &str) -> u64 {
    let request = SearchRequest {
        handling: crate::Handling::Strict,
        ..SearchRequest::of("Basic", format!("identifier=urn:x|{identifier}"))
    };
    let total = tenant.search(&request, &principal()).unwrap().total.unwrap();
    let conditional =
        Change::create_if_none_exist("Basic", body("x", "x"), format!("identifier=urn:x|{identifier}"));
    let prepared = prepare(tenant.core(), &conditional, &principal()).unwrap();
    assert_eq!(u64::from(matches!(prepared, Prepared::Existing(_))), total, "{identifier}");
    total
}

pub(super) fn version(tenant: &Tenant, id: &str) -> Option<u64> {
    match tenant.read("Basic", id, &principal()).unwrap() {
        Read::Current(version) => Some(version.version.0),
        Read::Deleted(_) | Read::Missing => None,
    }
}

/// How writes are staged.
#[derive(Clone, Copy, Debug)]
enum Way {
    Chunks,
    Bulk,
}

const WAYS: [Way; 2] = [Way::Chunks, Way::Bulk];

/// One resource that is there, and a transaction over it and a new one, staged.
fn stage<'a>(core: &'a Core, tenant: &Tenant, way: Way) -> Staging<'a> {
    tenant.commit(&put("old", "1"), &principal()).unwrap();
    let mut staging = Staging::begin(core, 3);
    let (old, new) = (put("old", "2"), put("new", "3"));
    match way {
        Way::Chunks => {
            staging.add(prepared(core, &[old]), ReturnBodies::Yes).unwrap();
            let rest = prepared(core, &[new, Change::delete("Basic", "none")]);
            staging.add(rest, ReturnBodies::Yes).unwrap();
        }
        Way::Bulk => {
            staging.add_bulk(&prepared(core, &[old])).unwrap();
            staging.add_bulk(&prepared(core, &[new])).unwrap();
        }
    }
    staging
}

/// Nothing of the staged transaction is to be seen.
pub(super) fn check_nothing(tenant: &Tenant) {
    assert_eq!((version(tenant, "old"), version(tenant, "new")), (Some(1), None));
    assert_eq!(["1", "2", "3"].map(|identifier| found(tenant, identifier)), [1, 0, 0]);
}

#[test]
fn nothing_is_seen_before_the_commit_and_all_after_it() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        let staging = stage(&core, &tenant, way);
        check_nothing(&tenant);
        // A commit meanwhile is seen at once.
        tenant.commit(&put("other", "4"), &principal()).unwrap();
        assert_eq!(found(&tenant, "4"), 1);
        check_nothing(&tenant);
        let written = staging.commit(&[], &principal()).unwrap().unwrap();
        assert!(matches!(&written[..], [Written::Updated(_), Written::Created(_), ..]));
        assert!(matches!(written.get(2), None | Some(Written::Deleted(None))));
        let check_all = |tenant: &Tenant| {
            assert_eq!(["old", "new", "other"].map(|id| version(tenant, id)), [Some(2), Some(1), Some(1)]);
            assert_eq!(["1", "2", "3", "4"].map(|identifier| found(tenant, identifier)), [0, 1, 1, 1]);
        };
        check_all(&tenant);
        drop((tenant, core));
        let rig = rig.crash();
        check_all(&rig.tenant());
        rig.tenant().commit(&put("new", "5"), &principal()).unwrap();
        assert_eq!((found(&rig.tenant(), "3"), found(&rig.tenant(), "5")), (0, 1));
    }
}

#[test]
fn what_is_given_up_leaves_nothing() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        drop(stage(&core, &tenant, way));
        check_nothing(&tenant);
        tenant.commit(&put("new", "3"), &principal()).unwrap();
        assert_eq!((version(&tenant, "new"), found(&tenant, "3")), (Some(1), 1));
    }
}

#[test]
fn what_a_crash_left_is_taken_back() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        std::mem::forget(stage(&core, &tenant, way));
        drop((tenant, core));
        let rig = rig.crash();
        let tenant = rig.tenant();
        check_nothing(&tenant);
        let core = tenant.core();
        let rid = |id: &str| crate::view::View::now(core).unwrap().id("Basic", id).unwrap().unwrap().rid;
        let staged = rid("new");
        tenant.commit(&put("later", "6"), &principal()).unwrap();
        assert_ne!(rid("later"), staged, "no number is given twice");
        tenant.commit(&put("new", "3"), &principal()).unwrap();
        assert_eq!((version(&tenant, "new"), found(&tenant, "3")), (Some(1), 1));
    }
}

#[test]
fn a_write_meanwhile_to_the_same_resource_comes_first() {
    for way in WAYS {
        for (id, identifier) in [("old", "7"), ("new", "7"), ("new", "3")] {
            let rig = Rig::new();
            let tenant = rig.tenant();
            let core = Arc::clone(tenant.core());
            let staging = stage(&core, &tenant, way);
            tenant.commit(&put(id, identifier), &principal()).unwrap();
            let before = version(&tenant, id);
            assert!(staging.commit(&[], &principal()).unwrap().is_none(), "{id}");
            assert_eq!((version(&tenant, id), found(&tenant, identifier)), (before, 1), "{id} {identifier}");
            assert_eq!(found(&tenant, "2"), 0);
        }
    }
}

#[test]
fn what_overtakes_a_staged_resource_bears_only_its_own_identities() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        let staging = stage(&core, &tenant, way);
        tenant.commit(&put("new", "7"), &principal()).unwrap();
        tenant.commit(&put("new", "8"), &principal()).unwrap();
        assert_eq!(["3", "7", "8"].map(|identifier| found(&tenant, identifier)), [0, 0, 1]);
        drop(staging);
        assert_eq!(["3", "7", "8"].map(|identifier| found(&tenant, identifier)), [0, 0, 1]);
    }
}

#[test]
fn a_conditional_create_and_a_staged_one_do_not_both_go_through() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        let staging = stage(&core, &tenant, way);
        let conditional = Change::create_if_none_exist("Basic", body("x", "3"), "identifier=urn:x|3");
        // Prepared before the transaction is committed, sequenced after it.
        let Prepared::Work(work) = prepare(&core, &conditional, &principal()).unwrap() else {
            panic!("nothing is there")
        };
        staging.commit(&[], &principal()).unwrap().unwrap();
        assert!(crate::commit::sequence(&core, work).unwrap().is_none(), "it must look again");
        assert_eq!(found(&tenant, "3"), 1);
    }
}

#[test]
fn a_condition_on_a_resource_that_is_written_as_well_holds() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    let core = Arc::clone(tenant.core());
    tenant.commit(&put("old", "1"), &principal()).unwrap();
    let view = crate::view::View::now(&core).unwrap();
    let basic = core.types.named("Basic").unwrap();
    let criteria = crate::write::Criteria::parse(&core, basic, "identifier=urn:x|1", &[]).unwrap();
    let (condition, _) = criteria.find(&core, &view).unwrap();
    let mut staging = Staging::begin(&core, 1);
    let other = String::from_utf8(body("old", "1")).unwrap().replace("\"text\":\"x\"", "\"text\":\"y\"");
    let change = Change::update("Basic", "old", other.into_bytes());
    staging.add(prepared(&core, &[change]), ReturnBodies::No).unwrap();
    // Others whose condition rests on the same resource go through meanwhile.
    let other = Change::create_if_none_exist("Basic", body("x", "9"), "identifier=urn:x|9");
    tenant.commit(&other, &principal()).unwrap();
    assert!(staging.commit(&[condition], &principal()).unwrap().is_some());
    assert_eq!(version(&tenant, "old"), Some(2));
}

#[test]
fn a_conditional_create_sees_what_overtook_a_staged_one() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        let staging = stage(&core, &tenant, way);
        let conditional = Change::create_if_none_exist("Basic", body("x", "8"), "identifier=urn:x|8");
        let Prepared::Work(work) = prepare(&core, &conditional, &principal()).unwrap() else {
            panic!("nothing is there")
        };
        tenant.commit(&put("new", "8"), &principal()).unwrap();
        assert!(crate::commit::sequence(&core, work).unwrap().is_none(), "it must look again");
        assert!(staging.commit(&[], &principal()).unwrap().is_none());
        assert_eq!(found(&tenant, "8"), 1);
    }
}

#[test]
fn a_write_while_chunks_are_taken_back_goes_through() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        let staging = stage(&core, &tenant, way);
        let chunk = staging.chunks - 1;
        core.sequencer.between_groups(&core, |state| staged::take_back(&core, state, chunk)).unwrap();
        tenant.commit(&put("new", "7"), &principal()).unwrap();
        assert_eq!((version(&tenant, "new"), found(&tenant, "3"), found(&tenant, "7")), (Some(1), 0, 1));
        drop(staging);
        assert_eq!((version(&tenant, "new"), found(&tenant, "7")), (Some(1), 1));
    }
}

#[test]
fn a_conditional_update_does_not_see_what_is_staged() {
    for way in WAYS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        let staging = stage(&core, &tenant, way);
        let update = Change::update_matching("Basic", "identifier=urn:x|77", body("new", "77"));
        tenant.commit(&update, &principal()).unwrap();
        assert_eq!((version(&tenant, "new"), found(&tenant, "77"), found(&tenant, "3")), (Some(1), 1, 0));
        assert!(staging.commit(&[], &principal()).unwrap().is_none(), "it was overtaken");
    }
}
