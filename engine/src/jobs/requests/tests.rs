#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::{Effect, Request};
use crate::clock::Clock;
use crate::{Engine, ErrorKind, JobAction, JobState, Limits, Options, Principal, Tenant, TenantId};

fn me() -> Principal {
    Principal::named("tester")
}

/// A clock that stands until it is set.
struct Set(AtomicI64);

impl Clock for Set {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

const DAY_MS: i64 = 86_400_000;

fn open_at(directory: &Path, limits: Limits, clock: &Arc<Set>) -> (Engine, Tenant) {
    let options = Options { limits, ..Options::at(directory) };
    let engine = Engine::open_with(options, Arc::<Set>::clone(clock)).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

fn open(directory: &Path, limits: Limits) -> (Engine, Tenant) {
    open_at(directory, limits, &Arc::new(Set(AtomicI64::new(1_000 * DAY_MS))))
}

fn defer(tenant: &Tenant, effect: Effect, text: &str) -> u64 {
    tenant.defer(&Request { effect, bytes: text.as_bytes().to_vec() }, &me()).unwrap().number
}

/// The number and the text of the next request.
fn due(tenant: &Tenant) -> Option<(u64, String)> {
    let due = tenant.due_request().unwrap()?;
    Some((due.number, String::from_utf8(due.bytes).unwrap()))
}

fn answer_of(tenant: &Tenant, number: u64) -> Result<String, ErrorKind> {
    tenant.request_answer(number).map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|error| error.kind())
}

fn state(tenant: &Tenant, number: u64) -> JobState {
    tenant.job(number).unwrap().state
}

#[test]
fn requests_come_in_their_order_and_their_answers_stay() {
    let directory = tempfile::tempdir().unwrap();
    {
        let (_engine, tenant) = open(directory.path(), Limits::default());
        assert_eq!(
            [defer(&tenant, Effect::Reads, "one"), defer(&tenant, Effect::Writes, "two"), 3],
            [1, 2, defer(&tenant, Effect::Reads, "three")]
        );
        assert_eq!(due(&tenant), Some((1, "one".to_owned())));
        assert_eq!((tenant.job(1).unwrap().kind, state(&tenant, 1)), ("request", JobState::Running));
        assert_eq!(answer_of(&tenant, 1), Err(ErrorKind::NotFound));
        tenant.answer_request(1, b"done").unwrap();
        assert_eq!((state(&tenant, 1), answer_of(&tenant, 1)), (JobState::Completed, Ok("done".to_owned())));
        assert_eq!(due(&tenant).map(|(number, _)| number), Some(2));
        tenant.answer_request(2, b"").unwrap();
    }
    let (engine, tenant) = open(directory.path(), Limits::default());
    assert_eq!(answer_of(&tenant, 1), Ok("done".to_owned()));
    assert_eq!(answer_of(&tenant, 2), Ok(String::new()));
    assert_eq!(due(&tenant), Some((3, "three".to_owned())));
    assert_eq!(due(&tenant), None);
    let other = "other".parse().unwrap();
    engine.create_tenant(&other).unwrap();
    assert_eq!(answer_of(&engine.tenant(&other).unwrap(), 1), Err(ErrorKind::NotFound));
}

/// The process ends while two requests are under way, again and again.
#[test]
fn what_may_have_been_written_is_not_written_again() {
    let directory = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let (_engine, tenant) = open(directory.path(), Limits::default());
        if round == 1 {
            defer(&tenant, Effect::Reads, "read");
            defer(&tenant, Effect::Writes, "write");
            assert_eq!(due(&tenant).map(|(number, _)| number), Some(1));
            assert_eq!(due(&tenant).map(|(number, _)| number), Some(2));
        } else {
            let job = tenant.job(2).unwrap();
            assert_eq!(job.state, JobState::Failed);
            assert!(job.failure.unwrap().contains("may or may not"));
            let refused = tenant.control_job(2, JobAction::Retry).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Conflict);
            assert_eq!(due(&tenant), Some((1, "read".to_owned())));
            assert_eq!(due(&tenant), None);
        }
    }
    let (_engine, tenant) = open(directory.path(), Limits::default());
    assert_eq!((state(&tenant, 1), due(&tenant)), (JobState::Failed, None));
}

#[test]
fn a_request_is_called_off_at_any_time() {
    let directory = tempfile::tempdir().unwrap();
    let (_engine, tenant) = open(directory.path(), Limits::default());
    for text in ["waits", "runs", "is over", "pauses"] {
        defer(&tenant, Effect::Reads, text);
    }
    tenant.control_job(4, JobAction::Pause).unwrap();
    tenant.control_job(1, JobAction::Cancel).unwrap();
    let running = tenant.due_request().unwrap().unwrap();
    assert_eq!(due(&tenant), Some((3, "is over".to_owned())));
    assert_eq!(due(&tenant), None);
    assert_eq!(tenant.control_job(2, JobAction::Pause).unwrap_err().kind(), ErrorKind::Conflict);
    tenant.answer_request(3, b"answer").unwrap();
    assert!(!running.cancellation.is_cancelled());
    tenant.control_job(2, JobAction::Cancel).unwrap();
    assert!(running.cancellation.is_cancelled());
    tenant.answer_request(2, b"too late").unwrap();
    tenant.control_job(3, JobAction::Cancel).unwrap();
    for number in 1..=3 {
        assert_eq!(
            (state(&tenant, number), answer_of(&tenant, number)),
            (JobState::Cancelled, Err(ErrorKind::NotFound))
        );
    }
    tenant.control_job(4, JobAction::Resume).unwrap();
    assert_eq!(due(&tenant), Some((4, "pauses".to_owned())));
}

#[test]
fn requests_and_answers_have_limits() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits { jobs_max: 2, deferred_bytes_max: 10, past_jobs_days: 1, ..Limits::default() };
    let clock = Arc::new(Set(AtomicI64::new(1_000 * DAY_MS)));
    let (_engine, tenant) = open_at(directory.path(), limits, &clock);
    let refused = |text: &str| {
        let request = Request { effect: Effect::Reads, bytes: text.as_bytes().to_vec() };
        tenant.defer(&request, &me()).unwrap_err().kind()
    };
    assert_eq!(refused("01234567890"), ErrorKind::Busy);
    defer(&tenant, Effect::Reads, "012345");
    assert_eq!(refused("01234"), ErrorKind::Busy);
    defer(&tenant, Effect::Reads, "0123");
    assert_eq!(refused(""), ErrorKind::Busy);
    // Another kind of work is not kept waiting by them.
    tenant.reindex(&me()).unwrap();
    for number in [1, 2] {
        due(&tenant).unwrap();
        tenant.answer_request(number, b"012345").unwrap();
    }
    // Both together are too much: the older one is gone.
    assert_eq!(tenant.job(1).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(answer_of(&tenant, 1), Err(ErrorKind::NotFound));
    assert_eq!(answer_of(&tenant, 2), Ok("012345".to_owned()));
    clock.0.fetch_add(DAY_MS + 1, Ordering::Relaxed);
    assert_eq!(answer_of(&tenant, 2), Err(ErrorKind::NotFound), "it is too old");
}
