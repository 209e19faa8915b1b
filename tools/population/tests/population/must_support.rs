//! Every element that US Core 6.1.0 must support is there in some resource, but for those that the list gives a reason for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{bodies, population};

/// Profile, path and why it is not made, if it is not. Slices stand as the element that they are of; an extension is named by the
/// last part of its address.
const LIST: &str = include_str!("must_support.tsv");
const PATIENTS: u64 = 200;

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    LIST.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        (cells[0], cells[1], cells[2])
    })
}

/// Whether an element is there: `value[x]` is any of its forms.
fn has(value: &Value, path: &[&str]) -> bool {
    if let Some(elements) = value.as_array() {
        return elements.iter().any(|element| has(element, path));
    }
    let (Some((first, rest)), Some(members)) = (path.split_first(), value.as_object()) else {
        return path.is_empty();
    };
    if let Some(name) = first.strip_prefix("extension(").and_then(|rest| rest.strip_suffix(')')) {
        let extensions = members.get("extension").and_then(Value::as_array).into_iter().flatten();
        let name = format!("/{name}");
        return extensions.into_iter().any(|extension| extension["url"].as_str().unwrap().ends_with(&name));
    }
    match first.strip_suffix("[x]") {
        Some(stem) => members.iter().any(|(key, value)| {
            let form = key
                .strip_prefix(stem)
                .is_some_and(|kind| kind.starts_with(|letter: char| letter.is_uppercase()));
            form && has(value, rest)
        }),
        None => members.get(*first).is_some_and(|value| has(value, rest)),
    }
}

#[test]
fn what_must_be_supported_is_there() {
    let population = population(21, PATIENTS);
    let mut wanted: BTreeMap<&str, Vec<(&str, Vec<&str>)>> = BTreeMap::new();
    for (profile, path, not_made) in rows() {
        if not_made.is_empty() {
            wanted.entry(profile).or_default().push((path, path.split('.').collect()));
        }
    }
    let patients = (0..PATIENTS).map(|number| population.patient(number));
    for piece in population.facilities().chain(patients) {
        for body in bodies(&piece) {
            let Some(profile) = body["meta"]["profile"][0].as_str() else { continue };
            if let Some(paths) = wanted.get_mut(profile.rsplit('/').next().unwrap()) {
                paths.retain(|(_, path)| !has(&body, path));
            }
        }
    }
    wanted.retain(|_, paths| !paths.is_empty());
    assert!(wanted.is_empty(), "{wanted:#?}");
}

/// The package's profiles; none, and a line that says so, where there is no shared data.
fn profiles() -> Option<Vec<Value>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from);
    let package = shared.join("packages/hl7.fhir.us.core-610.tgz");
    if !package.exists() {
        assert!(std::env::var_os("CI").is_none(), "no package at {}", package.display());
        println!("skipped: no package at {}", package.display());
        return None;
    }
    let tar = Command::new("tar")
        .args(["--to-stdout", "--wildcards", "-xzf"])
        .arg(&package)
        .arg("package/StructureDefinition-*.json")
        .output()
        .expect("tar runs");
    assert!(tar.status.success());
    let documents = serde_json::Deserializer::from_slice(&tar.stdout).into_iter::<Value>();
    Some(documents.map(|document| document.expect("JSON")).collect())
}

#[test]
fn the_list_is_that_of_us_core() {
    let Some(profiles) = profiles() else { return };
    let mut expected = BTreeSet::new();
    let constraints =
        |profile: &&Value| profile["kind"] == "resource" && profile["derivation"] == "constraint";
    for profile in profiles.iter().filter(constraints) {
        let id = profile["id"].as_str().unwrap().to_owned();
        let elements = profile["snapshot"]["element"].as_array().unwrap();
        for element in elements.iter().filter(|element| element["mustSupport"] == true) {
            let steps = element["id"].as_str().unwrap().split('.').skip(1);
            let mut path = steps.map(|step| step.split(':').next().unwrap()).collect::<Vec<_>>().join(".");
            if path.ends_with("extension") {
                let address = element["type"][0]["profile"][0].as_str().unwrap();
                path = format!("{path}({})", address.rsplit('/').next().unwrap());
            }
            expected.insert((id.clone(), path));
        }
    }
    let listed = rows().map(|(profile, path, _)| (profile.to_owned(), path.to_owned()));
    assert_eq!(listed.collect::<BTreeSet<_>>(), expected);
}
