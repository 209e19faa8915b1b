//! `fornax generate`, and that what it writes can be loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{FORNAX, Server};

fn generate(out: &Path, options: &[&str]) -> (bool, String) {
    let output = Command::new(FORNAX)
        .args(["generate", "--patients", "4", "--seed", "7", "--out"])
        .arg(out)
        .args(options)
        .output()
        .expect("the command runs");
    (output.status.success(), String::from_utf8(output.stdout).expect("UTF-8"))
}

/// Loads a folder, of which nothing may be refused; answers the columns of the summary's last line.
fn load(server: &Server, folder: &Path) -> Vec<String> {
    let output = Command::new(FORNAX)
        .args(["load", "--to", &format!("{}/fhir", server.origin), "--errors"])
        .arg(folder.with_extension("errors"))
        .arg(folder)
        .output()
        .expect("the command runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text.lines().last().expect("a line").split_whitespace().map(str::to_owned).collect()
}

fn last_line(table: &str) -> Vec<String> {
    table.lines().last().expect("a line").split_whitespace().map(str::to_owned).collect()
}

/// All files below a folder, by their path from there.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let relative = path.strip_prefix(folder).expect("below it").to_owned();
                found.insert(relative, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn a_population_loads_whole_in_both_forms_and_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let bundles = folder.path().join("bundles");
    let (done, table) = generate(&bundles, &["--updates", "20", "--deletes", "10"]);
    assert!(done);
    let [_, resources, updates, deletes] = &last_line(&table)[..] else { panic!("{table}") };
    let loaded = load(&server, &bundles.join("population"));
    assert_eq!(loaded, ["all", resources, "0", "0", "0", "0"]);
    let changed = load(&server, &bundles.join("changes"));
    assert_eq!(changed, ["all", "0", updates, "0", deletes, "0"]);
    let number = |text: &String| text.parse::<f64>().expect("a number");
    for (changes, percent) in [(updates, 20.0), (deletes, 10.0)] {
        // Facilities, of which there are many beside four patients, do not change.
        let share = number(changes) / number(resources) * 100.0;
        assert!(share > percent / 3.0 && share < percent * 1.2, "{share} instead of {percent}");
    }
    // The same people once more, as NDJSON: all are there already, but for those that were deleted.
    let ndjson = folder.path().join("ndjson");
    let (done, table) = generate(&ndjson, &["--format", "ndjson"]);
    assert!(done && last_line(&table)[1] == *resources);
    let again = load(&server, &ndjson);
    assert_eq!((&again[1], &again[5]), (deletes, &"0".to_owned()));
    assert_eq!(number(&again[1]) + number(&again[2]), number(resources));
}

#[test]
fn the_same_options_make_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = |name: &str, options: &[&str]| {
        let out = folder.path().join(name);
        assert!(generate(&out, options).0);
        files(&out)
    };
    let first = made("1", &["--updates", "9"]);
    assert!(first.len() > 10 && first == made("2", &["--updates", "9"]));
    assert!(first != made("3", &["--updates", "9", "--until", "2025-06-01"]));
    let by_type = made("4", &["--format", "ndjson"]);
    assert!(by_type.contains_key(Path::new("population/Patient.ndjson")));
    assert!(by_type == made("5", &["--format", "ndjson"]));
}

#[test]
fn nothing_is_mixed_and_nothing_beyond_the_bounds_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let used = folder.path().join("used");
    assert!(generate(&used, &[]).0);
    assert!(!generate(&used, &[]).0, "the folder is not empty");
    for wrong in [["--deletes", "31"], ["--updates", "91"], ["--until", "1999-12-31"], ["--until", "soon"]] {
        let out = folder.path().join("wrong");
        assert!(!generate(&out, &wrong).0, "{wrong:?}");
        assert!(!out.exists(), "{wrong:?}");
    }
}
