//! The examples run, and print what they promise.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::process::Command;

#[test]
fn embed() {
    let folder = tempfile::tempdir().unwrap();
    let test = std::env::current_exe().unwrap();
    let example = test.ancestors().nth(2).unwrap().join("examples/embed");
    assert!(
        example.exists(),
        "{} is missing: build the whole package, not one target of it",
        example.display()
    );
    let run = |expected: &[&str]| {
        let output = Command::new(&example).arg(folder.path().join("data")).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for part in expected {
            assert!(printed.contains(part), "{part} is missing in {printed}");
        }
    };
    run(&["version 2: ", r#""birthDate":"1815-12-10""#, "1 patients were born before 1900"]);
    for _ in 0..10 {
        run(&["version 2: "]);
    }
    run(&["12 patients were born before 1900", "and 2 more on the next page"]);
}
