use std::path::Path;

use super::{Build, ReindexRecord, Step, step};
use crate::catch_up::DOCUMENTS_AT_ONCE;
use crate::change::BundleOptions;
use crate::{
    Change, Engine, JobAction, JobState, Limits, Options, Principal, SearchRequest, Tenant, TenantId,
};

fn me() -> Principal {
    Principal::named("tester")
}

/// Jobs do not run by themselves.
fn open(directory: &Path) -> (Engine, Tenant) {
    let limits = Limits { running_jobs_max: 0, ..Limits::default() };
    let engine = Engine::open(Options { limits, ..Options::at(directory) }).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

fn load(tenant: &Tenant, count: usize) {
    let entry = r#"{"resource":{"resourceType":"Basic","code":{"text":"x"}},"request":{"method":"POST","url":"Basic"}}"#;
    let entries = vec![entry; count].join(",");
    let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    tenant.process_bundle(body.into_bytes(), &BundleOptions::default(), &me()).unwrap();
}

fn total(tenant: &Tenant) -> Option<u64> {
    tenant.search(&SearchRequest::of("Basic", ""), &me()).unwrap().total
}

/// A step of the first job, as its record then stands.
fn go_on(tenant: &Tenant, record: &mut ReindexRecord, build: &mut Option<Build>) -> Step {
    step(tenant.core(), record, build, 1).unwrap()
}

#[test]
fn it_goes_on_from_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let before = {
        let (_engine, tenant) = open(directory.path());
        load(&tenant, DOCUMENTS_AT_ONCE);
        load(&tenant, 1);
        tenant.reindex(&me()).unwrap();
        assert!(tenant.core().jobs.step(tenant.core()).unwrap());
        let job = tenant.job(1).unwrap();
        assert!((1..job.total).contains(&job.done), "{job:?}");
        job.done
    };
    let (_engine, tenant) = open(directory.path());
    let core = tenant.core();
    let reopened = super::open(core, core.jobs.half_built().unwrap(), &[]).unwrap();
    assert_eq!(reopened.0.postings.applied(), before);
    drop(reopened);
    assert!(core.jobs.step(core).unwrap());
    assert_eq!(tenant.job(1).unwrap().state, JobState::Completed);
    assert!(!core.jobs.step(core).unwrap(), "nothing is left to do");
    assert_eq!(total(&tenant), Some(DOCUMENTS_AT_ONCE as u64 + 1));
    assert_eq!(core.index().generation, 1);
    // Cut off between its end and its record.
    let (mut record, mut build) = (ReindexRecord::Begun { generation: 1, rows: Vec::new(), gone: 0 }, None);
    assert!(matches!(go_on(&tenant, &mut record, &mut build), Step::Over { .. }));
    assert!(tenant.verify().unwrap().findings.is_empty());
}

#[test]
fn a_job_called_off_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path());
    load(&tenant, DOCUMENTS_AT_ONCE);
    load(&tenant, 1);
    tenant.reindex(&me()).unwrap();
    assert!(tenant.core().jobs.step(tenant.core()).unwrap());
    let folders = || std::fs::read_dir(directory.path().join("index")).unwrap().count();
    assert_eq!(folders(), 2);
    tenant.control_job(1, JobAction::Cancel).unwrap();
    assert_eq!(folders(), 1);
    assert!(!tenant.core().jobs.step(tenant.core()).unwrap());
    assert_eq!(total(&tenant), Some(DOCUMENTS_AT_ONCE as u64 + 1));
}

#[test]
fn what_is_forgotten_meanwhile_makes_it_begin_again() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path());
    let put = |text: &str| {
        let body = format!(r#"{{"resourceType":"Basic","id":"1","code":{{"text":"{text}"}}}}"#);
        tenant.commit(&Change::update("Basic", "1".to_owned(), body.into_bytes()), &me()).unwrap();
    };
    put("a");
    load(&tenant, DOCUMENTS_AT_ONCE);
    let (mut record, mut build) = (ReindexRecord::Asked, None);
    assert!(matches!(go_on(&tenant, &mut record, &mut build), Step::On { .. }));
    put("b");
    assert_eq!(tenant.forget_history("2200-01-01T00:00:00Z".parse().unwrap(), &me()).unwrap(), 1);
    // Else the version that is gone would stay in the index for good.
    assert!(matches!(go_on(&tenant, &mut record, &mut build), Step::On { .. }));
    assert!(matches!(go_on(&tenant, &mut record, &mut build), Step::Over { .. }));
    assert_eq!(total(&tenant), Some(DOCUMENTS_AT_ONCE as u64 + 1));
    assert_eq!(tenant.core().index().generation, 2);
    assert!(tenant.verify().unwrap().findings.is_empty());
    tenant.core().remove_replaced().unwrap();
    let folders = std::fs::read_dir(directory.path().join("index")).unwrap().count();
    assert_eq!(folders, 1, "only the index that is searched is left");
}
