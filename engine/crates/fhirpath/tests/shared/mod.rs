//! The data that tests share, beside the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Says why a test did not run. In CI that is a failure.
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
pub fn skipped<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("SKIPPED: {why}");
    None
}

/// Where the shared data lies: `FORNAX_SHARED`, or `shared` beside the checkout.
pub fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("FORNAX_SHARED").map_or(beside, PathBuf::from);
    if folder.is_dir() { Some(folder) } else { skipped("no shared data: set FORNAX_SHARED") }
}

/// Unpacks an archive, once.
pub fn unpack(archive: &Path, into: &Path) -> Option<()> {
    let done = into.with_extension("unpacked");
    if done.is_file() {
        return Some(());
    }
    if !archive.is_file() {
        return skipped(&format!("no {}", archive.display()));
    }
    fs::create_dir_all(into).expect("a folder in the target directory");
    let zstd = Command::new("zstd").args(["-dc", "--long=27"]).arg(archive).stdout(Stdio::piped()).spawn();
    let mut zstd = match zstd {
        Ok(zstd) => zstd,
        Err(error) => return skipped(&format!("zstd: {error}")),
    };
    let packed = zstd.stdout.take().expect("a pipe");
    let tar = Command::new("tar").arg("x").current_dir(into).stdin(packed).status().expect("tar runs");
    assert!(tar.success() && zstd.wait().expect("zstd ends").success(), "unpacking {}", archive.display());
    fs::write(done, "").expect("a mark in the target directory");
    Some(())
}

/// JSON with its numbers as JavaScript sees them, so that `1.0` and `1.00` are one.
pub fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        other => other,
    }
}
