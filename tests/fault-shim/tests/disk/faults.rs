//! The n-th call below RocksDB fails, for n = 1, 2, 3 and so on, until there is no n-th.

use std::fs;

use crate::child::{Acknowledged, check, write, writer};
use crate::places::{beside, copy, failed_calls};

/// Batches under faults.
const UNDER_FAULTS: u64 = 14;

/// What the writer finds.
#[derive(Clone, Copy)]
enum Found {
    Nothing,
    /// A store with this many batches, some of them only in the log.
    Batches(u64),
}

/// How many calls of a kind fail.
#[derive(Clone, Copy)]
enum Failing {
    One,
    AllFrom,
}

/// Runs the same writer with each n-th call failing, and returns how many calls there were.
fn check_all(found: Found, kind: &str, failing: Failing, errno: i32) -> u64 {
    let place = tempfile::tempdir().expect("a folder is made");
    let (before, folder, counts) =
        (place.path().join("before"), place.path().join("store"), place.path().join("counts"));
    fs::create_dir(&before).expect("a folder is made");
    let mut written = Acknowledged::new();
    let mut total = UNDER_FAULTS;
    if let Found::Batches(batches) = found {
        assert_eq!(write(&mut writer(&before, 1, batches), &mut written, None).last_words, "done");
        total += batches;
    }
    for nth in 1.. {
        copy(&before, &folder).expect("the store is copied");
        fs::write(&counts, [0; 40]).expect("the counts are reset");
        let all = match failing {
            Failing::One => "",
            Failing::AllFrom => "+",
        };
        let fault = format!("{kind}:{nth}{all}");
        let mut command = writer(&folder, 1, UNDER_FAULTS);
        command.env("LD_PRELOAD", beside("deps/libfornax_fault_shim.so"));
        command.env("FAULT_SHIM_FOLDER", &folder).env("FAULT_SHIM_COUNTS", &counts);
        command.env("FAULT_SHIM_FAIL", &fault).env("FAULT_SHIM_ERRNO", errno.to_string());
        let mut acknowledged = written.clone();
        let end = write(&mut command, &mut acknowledged, None);
        assert!(end.success, "{fault}: {end:?}");
        check(&folder, 1, &acknowledged, &format!("{fault}: {end:?}"));
        if failed_calls(&counts) == 0 {
            assert_eq!(end.last_words, "done", "{fault}");
            assert_eq!(acknowledged[&0], total);
            return nth - 1;
        }
    }
    0
}

const OLD: Found = Found::Batches(7);
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

#[test]
fn any_sync_may_fail_once() {
    // Each batch syncs once, so that fewer would mean that the shim sees nothing.
    assert!(check_all(OLD, "sync", Failing::One, EIO) > UNDER_FAULTS);
}

#[test]
fn all_syncs_may_fail_from_any_on() {
    assert!(check_all(OLD, "sync", Failing::AllFrom, EIO) > UNDER_FAULTS);
}

#[test]
fn any_write_may_fail_half_done() {
    assert!(check_all(OLD, "write", Failing::One, EIO) > UNDER_FAULTS);
}

#[test]
fn the_disk_may_be_full_from_any_write_on() {
    assert!(check_all(OLD, "write", Failing::AllFrom, ENOSPC) > UNDER_FAULTS);
}

#[test]
fn any_read_may_fail() {
    assert!(check_all(OLD, "read", Failing::One, EIO) > 1);
}

#[test]
fn any_change_of_names_may_fail() {
    assert!(check_all(OLD, "change", Failing::One, EIO) > 1);
}

#[test]
fn a_new_store_may_fail_at_any_sync() {
    assert!(check_all(Found::Nothing, "sync", Failing::One, EIO) > UNDER_FAULTS);
}

#[test]
fn a_new_store_may_fail_at_any_change_of_names() {
    assert!(check_all(Found::Nothing, "change", Failing::One, EIO) > 1);
}
