//! HL7's own cases of JSON Patch and FHIRPath Patch, whole, where the shared data is there.
#![allow(clippy::print_stdout)]

mod xml;

use std::path::PathBuf;
use std::process::Command;

use fornax_definitions::r4;
use fornax_model::{Document, Limits};
use fornax_patch::{ErrorKind, PatchError, Patcher};
use serde_json::Value;

/// A file of the suite; `None`, and a line that says so, when the suite is not there.
fn file(name: &str) -> Option<String> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from);
    let archive = shared.join("suites/fhirpath-patch-r4/files.tar.zst");
    if !archive.exists() {
        assert!(std::env::var_os("CI").is_none(), "no suite at {}", archive.display());
        println!("skipped: no suite at {}", archive.display());
        return None;
    }
    let output = Command::new("tar")
        .args(["--use-compress-program", "zstd -d --long=27", "--to-stdout", "-x", "-f"])
        .arg(&archive)
        .arg(format!("fhirpath-patch-r4/patch/{name}"))
        .output()
        .expect("tar runs");
    assert!(output.status.success(), "{name} can't be unpacked");
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

fn parse(text: &str) -> Document {
    Document::parse(text, &Limits::default()).expect("JSON")
}

fn patcher() -> Patcher {
    Patcher::new(r4(), fornax_patch::Limits::default())
}

#[test]
fn every_json_case() {
    let Some(text) = file("json-patch-tests.json") else { return };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(cases.len(), 16);
    for case in &cases {
        let (resource, patch) = (parse(&case["doc"].to_string()), parse(&case["patch"].to_string()));
        let patcher = patcher();
        let patched =
            patcher.read_json(patch.root()).and_then(|patch| patcher.apply(&patch, resource.root()));
        match case.get("expected") {
            Some(expected) => {
                let patched: Value = serde_json::from_slice(&patched.expect("applies")).expect("JSON");
                assert_eq!(patched, *expected, "{case}");
            }
            None => assert_eq!(patched.map_err(|error| error.kind), Err(ErrorKind::NotApplicable), "{case}"),
        }
    }
}

fn patched(resource: &str, parameters: &str) -> Result<Vec<u8>, PatchError> {
    let (resource, parameters) = (parse(resource), parse(parameters));
    let patcher = patcher();
    patcher.apply(&patcher.read_parameters(parameters.root())?, resource.root())
}

#[test]
fn every_fhirpath_case() {
    let Some(text) = file("fhir-patch-tests.xml") else { return };
    let suite = xml::parse(&text);
    let cases: Vec<_> = suite.children().collect();
    assert_eq!(cases.len(), 33);
    for case in cases {
        let name = case.attribute("name").expect("a name");
        let resource = |role: &str| {
            let found = case.children().find(|child| child.name == role)?;
            Some(xml::to_json(found.children().next().expect("a resource")).to_string())
        };
        let outcome = patched(&resource("input").expect("a resource"), &resource("diff").expect("a patch"));
        match resource("output") {
            Some(expected) => {
                let outcome = String::from_utf8(outcome.expect(name)).expect("UTF-8");
                assert_eq!(xml::comparable(&outcome), xml::comparable(&expected), "{name}");
            }
            None => assert_eq!(outcome.map_err(|error| error.kind), Err(ErrorKind::NotApplicable), "{name}"),
        }
    }
}
