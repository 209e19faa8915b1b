//! Pairs of the specification's examples, each of one type, where the shared data is there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use fornax_model::Document;
use fornax_patch::ErrorKind;
use serde_json::{Value, json};

use crate::{diff, patched, value};

/// Pairs have no more bytes than that together: the long ones are lists of thousands of codes.
const PAIR_BYTES_MAX: usize = 400_000;

/// The examples by type; `None`, and a line that says so, when they are not there.
fn examples() -> Option<BTreeMap<String, Vec<Value>>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from);
    let archive = shared.join("data/fhir-r4-spec-examples/files.tar.zst");
    if !archive.exists() {
        assert!(std::env::var_os("CI").is_none(), "no examples at {}", archive.display());
        println!("skipped: no examples at {}", archive.display());
        return None;
    }
    let output = Command::new("tar")
        .args(["--use-compress-program", "zstd -d --long=27", "--to-stdout", "-x", "-f"])
        .arg(&archive)
        .args(["--wildcards", "*.json"])
        .output()
        .expect("tar runs");
    assert!(output.status.success(), "the examples can't be unpacked");
    // One after the other, some with a byte order mark.
    let text = String::from_utf8(output.stdout).expect("UTF-8").replace('\u{feff}', "");
    let mut by_type: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for resource in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let mut resource = resource.expect("JSON");
        let Some(name) = resource["resourceType"].as_str().map(ToOwned::to_owned) else { continue };
        resource["id"] = json!("x");
        by_type.entry(name).or_default().push(resource);
    }
    Some(by_type)
}

#[test]
fn pairs_of_published_examples() {
    let Some(by_type) = examples() else { return };
    let (mut pairs, mut operations, mut refused) = (0, 0, 0);
    for (name, resources) in &by_type {
        let backwards = resources.windows(2).map(|pair| [&pair[1], &pair[0]]);
        for pair in resources.windows(2).map(|pair| [&pair[0], &pair[1]]).chain(backwards) {
            let (older, newer) = (pair[0].to_string(), pair[1].to_string());
            let is_document = |text: &str| Document::parse(text, &fornax_model::Limits::default()).is_ok();
            if older.len() + newer.len() > PAIR_BYTES_MAX || !is_document(&older) || !is_document(&newer) {
                continue;
            }
            let difference = match diff(&older, &newer) {
                Ok(difference) => difference,
                Err(error) if error.kind == ErrorKind::Limit => {
                    refused += 1;
                    continue;
                }
                Err(error) => panic!("{name}: {error} at {}: {older} to {newer}", error.place),
            };
            let outcome = patched(&older, &difference, 1_000);
            let outcome = outcome.unwrap_or_else(|error| {
                panic!("{name}: {error} at {}: {older} to {newer}: {difference}", error.place)
            });
            assert_eq!(&value(&outcome), pair[1], "{name}: {older}: {difference}");
            pairs += 1;
            operations += value(&difference)["parameter"].as_array().map_or(0, Vec::len);
        }
    }
    println!("{pairs} pairs, {operations} operations; {refused} would take more than a patch may have");
    assert!(pairs > 1_000, "{pairs} pairs");
}
