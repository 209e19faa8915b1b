//! The official package, as it lies beside the checkout.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Deserializer, Value};

/// The file names of what is compared.
const PATTERNS: &[&str] = &[
    "*/hl7.fhir.r4.core/package/StructureDefinition-*.json",
    "*/hl7.fhir.r4.core/package/SearchParameter-*.json",
    "*/hl7.fhir.r4.core/package/CompartmentDefinition-*.json",
    "*/hl7.fhir.r4.core/package/OperationDefinition-*.json",
];

/// All definitions of the package that the image must have; `None`, and a line that says so, when it isn't there.
#[expect(clippy::print_stdout, reason = "a test that is passed over says so")]
pub fn resources() -> Option<Vec<Value>> {
    let package = folder().join("packages/r4-core/files.tar.zst");
    if !package.exists() {
        assert!(std::env::var_os("CI").is_none(), "no official package at {}", package.display());
        println!("skipped: no official package at {}", package.display());
        return None;
    }
    let tar = Command::new("tar")
        .args(["--use-compress-program", "zstd -d --long=27", "--to-stdout", "--wildcards", "-x", "-f"])
        .arg(&package)
        .args(PATTERNS)
        .output()
        .expect("tar runs");
    assert!(tar.status.success(), "{}", String::from_utf8_lossy(&tar.stderr));
    // One document after the other: the files' names are not needed.
    let documents = Deserializer::from_slice(&tar.stdout).into_iter::<Value>();
    let resources = documents.map(|document| document.expect("the package is JSON"));
    Some(resources.filter(is_in_scope).collect())
}

fn folder() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from)
}

/// Types, but neither logical models nor profiles; the two constraints on Quantity count as types.
fn is_in_scope(resource: &Value) -> bool {
    let is_named = |names: &[&str]| names.iter().any(|name| resource["name"] == *name);
    resource["resourceType"] != "StructureDefinition"
        || resource["kind"] != "logical"
            && (resource["derivation"] != "constraint" || is_named(&["SimpleQuantity", "MoneyQuantity"]))
}
