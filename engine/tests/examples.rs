//! The examples run, and print what they promise.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::path::Path;
use std::process::Command;

/// Runs an example on a directory, and answers what it printed.
fn run(name: &str, directory: &Path) -> String {
    let test = std::env::current_exe().unwrap();
    let example = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        example.exists(),
        "{} is missing: build the whole package, not one target of it",
        example.display()
    );
    let output = Command::new(&example).arg(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn check(printed: &str, expected: &[&str]) {
    for part in expected {
        assert!(printed.contains(part), "{part} is missing in {printed}");
    }
}

#[test]
fn embed() {
    let folder = tempfile::tempdir().unwrap();
    let run = || run("embed", &folder.path().join("data"));
    check(&run(), &["version 2: ", r#""birthDate":"1815-12-10""#, "1 patients were born before 1900"]);
    for _ in 0..10 {
        check(&run(), &["version 2: "]);
    }
    check(&run(), &["12 patients were born before 1900", "and 2 more on the next page"]);
}

#[test]
fn shared() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run("shared", &folder.path().join("data"));
    check(
        &printed,
        &["100 patients", "HTTP/1.1 200 OK: {", r#""id":"patient-3-24""#, "HTTP/1.1 404 Not Found"],
    );
}
