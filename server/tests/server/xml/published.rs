//! The specification's examples, written as JSON and as XML: a server makes the same of both.
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use fornax::xml::{Layout, to_xml};
use serde_json::Value;

use super::{AS_XML, XML, rig, value};
use crate::support::Answer;

const EXAMPLES: &str = "data/fhir-r4-spec-examples/files.tar.zst";
/// What is larger than this is not part of the sample, and of what is left every so many-th.
const BYTES_MAX: usize = 30_000;
const EVERY: usize = 4;
/// How many of the sample the server takes.
const TAKEN: usize = 173;

/// A sample of the examples; `None`, and a line that says so, when they are not there. In CI they have to be.
fn examples() -> Option<Vec<Vec<u8>>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from).join(EXAMPLES);
    if !path.exists() {
        assert!(std::env::var_os("CI").is_none(), "no data at {}", path.display());
        println!("skipped: no data at {}", path.display());
        return None;
    }
    let mut unpacked = zstd::Decoder::new(File::open(&path).expect("a file")).expect("zstd");
    unpacked.window_log_max(27).expect("a window");
    let mut archive = tar::Archive::new(unpacked);
    let mut sample = Vec::new();
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("a file");
        if content.len() <= BYTES_MAX && content.starts_with(b"{") {
            sample.push(content);
        }
    }
    Some(sample.into_iter().step_by(EVERY).collect())
}

/// A resource without what says which version it is.
fn without_version(mut resource: Value) -> Value {
    let meta = resource["meta"].as_object_mut().expect("meta");
    meta.remove("versionId");
    meta.remove("lastUpdated");
    resource
}

/// The same of XML, as text: decimals as written.
fn text_without_version(answer: &Answer) -> String {
    assert_eq!(answer.status, 200);
    let mut text = answer.text().to_owned();
    for name in ["<versionId value=\"", "<lastUpdated value=\""] {
        let at = text.find(name).expect("a version has it");
        let end = at + text[at..].find("/>").expect("an empty element") + 2;
        text.replace_range(at..end, "");
    }
    text
}

#[test]
fn the_published_examples_are_the_same_in_either_format() {
    let Some(examples) = examples() else { return };
    let (_folder, server) = rig();
    let mut taken = 0;
    for example in examples {
        let resource: Value = serde_json::from_slice(&example).expect("JSON");
        let (Some(name), Some(id)) = (resource["resourceType"].as_str(), resource["id"].as_str()) else {
            continue;
        };
        // A Binary is read in its own form unless FHIR's is asked for.
        let path = format!("{name}/{id}");
        let written = server.json("PUT", &path, std::str::from_utf8(&example).expect("UTF-8"));
        if written.status != 201 {
            continue;
        }
        taken += 1;
        let read = |format: (&str, &str)| server.send("GET", &path, &[format], b"");
        let json = ("Accept", "application/fhir+json");
        let (from_json, as_xml) = (read(json).value(), read(AS_XML));
        let xml = to_xml(example, Layout::Compact, &fornax::Limits::default()).expect("XML");
        let written = server.send("PUT", &path, &[XML, AS_XML], &xml);
        assert_eq!(written.status, 200, "{path}: {}", written.text());
        // Where its elements stood in the order of XML, nothing has changed.
        assert!(value(&written)["meta"]["versionId"] == "1" || value(&written)["meta"]["versionId"] == "2");
        assert_eq!(without_version(read(json).value()), without_version(from_json), "{path}");
        assert_eq!(text_without_version(&read(AS_XML)), text_without_version(&as_xml), "{path}");
    }
    assert_eq!(taken, TAKEN);
}
