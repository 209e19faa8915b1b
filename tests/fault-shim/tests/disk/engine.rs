//! The whole engine above a disk that fails: the n-th call fails, for n = 1, 2, 3 and so on, until there is no n-th. After
//! each, the directory opens and holds all that was acknowledged, readable and searchable, and nothing half.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use fornax::{Engine, Handling, Options, Principal, Read, SearchRequest, Tenant, TenantId};

use crate::places::{beside, copy, failed_calls};

/// Commits under faults.
const COMMITS: usize = 4;
/// Entries of a transaction that is large enough to be staged.
const STAGED: usize = 2_000;
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// What a committing process acknowledged, and its last words.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    small: Vec<usize>,
    staged: bool,
    last_words: String,
}

/// Faults for a process: `kind:n`, or `kind:n+` for all from the n-th on.
struct Faults<'a> {
    fail: &'a str,
    errno: i32,
    counts: &'a Path,
}

fn commit(folder: &Path, staged: usize, faults: Option<&Faults<'_>>) -> Report {
    let mut command = Command::new(beside("examples/committer"));
    command.arg(folder).args([COMMITS.to_string(), staged.to_string()]);
    if let Some(faults) = faults {
        command.env("LD_PRELOAD", beside("deps/libfornax_fault_shim.so"));
        command.env("FAULT_SHIM_FOLDER", folder).env("FAULT_SHIM_COUNTS", faults.counts);
        command.env("FAULT_SHIM_FAIL", faults.fail).env("FAULT_SHIM_ERRNO", faults.errno.to_string());
    }
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the committer starts");
    let mut report = Report::default();
    for line in BufReader::new(child.stdout.take().expect("its output is a pipe")).lines() {
        let line = line.expect("its output is text");
        match line.strip_prefix("small ") {
            Some(number) => report.small.push(number.parse().expect("a number")),
            None if line == "staged" => report.staged = true,
            None => report.last_words = line,
        }
    }
    assert!(child.wait().expect("the committer ends").success(), "{report:?}");
    report
}

fn total(tenant: &Tenant, query: &str) -> u64 {
    let request = SearchRequest { handling: Handling::Strict, ..SearchRequest::of("Basic", query) };
    tenant.search(&request, &Principal::named("checker")).expect("a search").total.expect("a total")
}

/// Opens the directory and compares it with what was acknowledged; one commit more may be there.
fn check(folder: &Path, acknowledged: &[&Report], context: &str) {
    let engine = Engine::open(Options::at(folder)).unwrap_or_else(|error| panic!("{context}: {error:?}"));
    let tenant = engine.tenant(&TenantId::default_tenant()).expect("the tenant");
    let mut small = 0;
    for number in acknowledged.iter().flat_map(|report| &report.small) {
        let read = tenant.read("Basic", &format!("small-{number}"), &Principal::named("checker"));
        assert!(matches!(read, Ok(Read::Current(_))), "{context}: small-{number}: {read:?}");
        assert_eq!(total(&tenant, &format!("identifier=urn:small|{number}")), 1, "{context}: {number}");
        small += 1;
    }
    let found = total(&tenant, "identifier=urn:small|");
    assert!((small..=small + 1).contains(&found), "{context}: {found} of {small}");
    let staged = total(&tenant, "identifier=urn:staged|");
    let is_staged = acknowledged.iter().any(|report| report.staged);
    assert!(staged == STAGED as u64 || (staged == 0 && !is_staged), "{context}: {staged} staged");
    engine.close().unwrap_or_else(|error| panic!("{context}: {error:?}"));
}

/// Runs the same commits with each n-th call failing. Answers how many calls there were.
fn check_all(is_old: bool, kind: &str, all: &str, errno: i32) -> u64 {
    let place = tempfile::tempdir().expect("a folder is made");
    let (before, folder) = (place.path().join("before"), place.path().join("data"));
    let counts = place.path().join("counts");
    fs::create_dir(&before).expect("a folder is made");
    let old = if is_old { commit(&before, 0, None) } else { Report::default() };
    for nth in 1.. {
        copy(&before, &folder).expect("the directory is copied");
        fs::write(&counts, [0; 40]).expect("the counts are reset");
        let fail = format!("{kind}:{nth}{all}");
        let faults = Faults { fail: &fail, errno, counts: &counts };
        let report = commit(&folder, STAGED, Some(&faults));
        check(&folder, &[&old, &report], &format!("{fail}: {}", report.last_words));
        if failed_calls(&counts) == 0 {
            assert_eq!((report.last_words.as_str(), report.staged), ("done", true), "{fail}");
            return nth - 1;
        }
    }
    0
}

#[test]
fn any_sync_below_the_engine_may_fail() {
    // Each commit syncs once, so that fewer would mean that the shim sees nothing.
    assert!(check_all(true, "sync", "", EIO) > COMMITS as u64);
}

#[test]
fn any_write_below_the_engine_may_fail_half_done() {
    assert!(check_all(true, "write", "", EIO) > COMMITS as u64);
}

#[test]
fn the_disk_may_be_full_below_the_engine_from_any_write_on() {
    assert!(check_all(true, "write", "+", ENOSPC) > COMMITS as u64);
}

#[test]
fn any_change_of_names_below_the_engine_may_fail() {
    assert!(check_all(true, "change", "", EIO) > 1);
}

#[test]
fn a_new_directory_may_fail_at_any_change_of_names() {
    assert!(check_all(false, "change", "", EIO) > 1);
}
