#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::sync::Arc;

use super::super::tests::{Rig, check_nothing, found, prepared, principal, put, version};
use super::*;

/// Where a process may end, or another writer come between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Reserved,
    PutDown,
    Ingested,
    LedTo,
}

const POINTS: [Point; 4] = [Point::Reserved, Point::PutDown, Point::Ingested, Point::LedTo];

/// As `add_bulk` does it, with something else at a point on the way.
fn add_with(staging: &mut Staging<'_>, writes: &[PreparedWrite], point: Point, between: impl FnOnce()) {
    let mut reserved = Vec::new();
    staging.between_groups(|staging, state| staging.reserve(state, writes, &mut reserved)).unwrap();
    let mut between = Some(between);
    let mut at = |reached: Point| {
        if reached == point {
            between.take().unwrap()();
        }
    };
    at(Point::Reserved);
    staging.put_chunks_alone(&reserved).unwrap();
    at(Point::PutDown);
    staging.ingest(&reserved).unwrap();
    at(Point::Ingested);
    staging.between_groups(|staging, state| staging.lead_to(state, &reserved)).unwrap();
    at(Point::LedTo);
}

/// As far as a point, and not beyond it.
fn add_up_to(staging: &mut Staging<'_>, writes: &[PreparedWrite], point: Point) {
    let mut reserved = Vec::new();
    staging.between_groups(|staging, state| staging.reserve(state, writes, &mut reserved)).unwrap();
    if point >= Point::PutDown {
        staging.put_chunks_alone(&reserved).unwrap();
    }
    if point >= Point::Ingested {
        staging.ingest(&reserved).unwrap();
    }
    if point >= Point::LedTo {
        staging.between_groups(|staging, state| staging.lead_to(state, &reserved)).unwrap();
    }
}

#[test]
fn wherever_a_process_ends_nothing_is_left() {
    for point in POINTS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        tenant.commit(&put("old", "1"), &principal()).unwrap();
        let mut staging = Staging::begin(&core, 2);
        add_up_to(&mut staging, &prepared(&core, &[put("old", "2"), put("new", "3")]), point);
        std::mem::forget(staging);
        drop((tenant, core));
        let rig = rig.crash();
        let tenant = rig.tenant();
        check_nothing(&tenant);
        assert!(tenant.verify().unwrap().findings.is_empty(), "{point:?}");
        tenant.commit(&put("new", "4"), &principal()).unwrap();
        assert_eq!((version(&tenant, "new"), found(&tenant, "3"), found(&tenant, "4")), (Some(1), 0, 1));
    }
}

#[test]
fn wherever_it_is_given_up_nothing_is_left() {
    for point in POINTS {
        let rig = Rig::new();
        let tenant = rig.tenant();
        let core = Arc::clone(tenant.core());
        tenant.commit(&put("old", "1"), &principal()).unwrap();
        let mut staging = Staging::begin(&core, 2);
        add_up_to(&mut staging, &prepared(&core, &[put("old", "2"), put("new", "3")]), point);
        drop(staging);
        check_nothing(&tenant);
        assert!(tenant.verify().unwrap().findings.is_empty(), "{point:?}");
    }
}

#[test]
fn wherever_another_write_comes_between_it_comes_first() {
    for point in POINTS {
        for (id, identifier) in [("old", "7"), ("new", "7"), ("new", "3")] {
            let rig = Rig::new();
            let tenant = rig.tenant();
            let core = Arc::clone(tenant.core());
            tenant.commit(&put("old", "1"), &principal()).unwrap();
            let mut staging = Staging::begin(&core, 2);
            let writes = prepared(&core, &[put("old", "2"), put("new", "3")]);
            add_with(&mut staging, &writes, point, || {
                tenant.commit(&put(id, identifier), &principal()).unwrap();
            });
            let before = version(&tenant, id);
            assert!(staging.commit(&[], &principal()).unwrap().is_none(), "{point:?} {id}");
            assert_eq!((version(&tenant, id), found(&tenant, identifier)), (before, 1), "{point:?} {id}");
            assert_eq!(found(&tenant, "2"), 0);
            assert!(tenant.verify().unwrap().findings.is_empty(), "{point:?} {id}");
        }
    }
}

#[test]
fn what_it_replaces_may_be_forgotten_meanwhile() {
    let rig = Rig::new();
    let tenant = rig.tenant();
    let core = Arc::clone(tenant.core());
    tenant.commit(&put("old", "1"), &principal()).unwrap();
    let mut staging = Staging::begin(&core, 2);
    let writes = prepared(&core, &[put("old", "2"), put("new", "3")]);
    add_with(&mut staging, &writes, Point::Ingested, || {
        tenant.commit(&put("old", "7"), &principal()).unwrap();
        tenant.forget_history(jiff::Timestamp::MAX, &principal()).unwrap();
    });
    assert!(staging.commit(&[], &principal()).unwrap().is_none());
    assert_eq!((version(&tenant, "old"), found(&tenant, "7")), (Some(2), 1));
}
