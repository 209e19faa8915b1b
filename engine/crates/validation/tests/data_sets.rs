//! Whole sets of resources: what is sound passes, what is broken on purpose does not.
#![allow(clippy::print_stdout)]

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use fornax_model::{Document, Node};
use fornax_validation::{Limits, r4};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// Official examples that break 4.0.1: what each is, its first issue, and how many it has.
const UNSOUND: &[(&str, &str, usize)] = &[
    // A narrative must have something to see in it (invariant txt-2).
    ("ActivityDefinition/blood-tubes-supply", "ActivityDefinition.text.div: must not be empty", 1),
    ("ActivityDefinition/heart-valve-replacement", "ActivityDefinition.text.div: must not be empty", 1),
    ("EventDefinition/example", "EventDefinition.text.div: must not be empty", 1),
    ("Questionnaire/zika-virus-exposure-assessment", "Questionnaire.text.div: must not be empty", 1),
    // Every item must have a linkId; those that display help have none.
    ("Questionnaire/qs1", "Questionnaire.item[0].item[0].linkId: missing", 32),
];

/// Hands out the JSON documents in a packed folder beside the checkout; `false`, and a line that says so, when it
/// isn't there.
fn each_document(archive: &str, mut take: impl FnMut(Document)) -> bool {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from);
    let archive = shared.join("data").join(archive);
    if !archive.exists() {
        assert!(std::env::var_os("CI").is_none(), "no data at {}", archive.display());
        println!("skipped: no data at {}", archive.display());
        return false;
    }
    let mut tar = Command::new("tar")
        .args(["--use-compress-program", "zstd -d --long=27", "--to-stdout", "--wildcards", "-x", "-f"])
        .arg(&archive)
        .arg("*.json")
        .stdout(Stdio::piped())
        .spawn()
        .expect("tar runs");
    // One document after the other: the files' names are not needed.
    let stream = BufReader::with_capacity(1 << 20, tar.stdout.take().expect("a pipe"));
    for document in Deserializer::from_reader(stream).into_iter::<Box<RawValue>>() {
        let text: Box<str> = document.expect("JSON").into();
        take(Document::parse(text.into_string(), &fornax_model::Limits::default()).expect("JSON"));
    }
    assert!(tar.wait().expect("tar ends").success());
    true
}

/// `Patient/1`
fn name(resource: Node<'_>) -> String {
    let member = |name| resource.get(name).and_then(Node::as_str).expect("type and id");
    format!("{}/{}", member("resourceType"), member("id"))
}

#[test]
fn every_synthea_resource_is_sound() {
    let mut resources = 0;
    let there = each_document("synthea-r4-uscore-120/bundles.tar.zst", |bundle| {
        // The check of a Bundle goes into the resources of its entries.
        if let Err(issues) = r4().check(bundle.root(), &Limits::default()) {
            panic!("{issues:#?}");
        }
        resources += bundle.root().get("entry").expect("entries").items().count();
    });
    assert!(!there || resources == 92_114, "{resources} resources");
}

#[test]
fn every_official_example_is_sound_but_for_known_ones() {
    let mut unsound = Vec::new();
    let mut examples = 0;
    let there = each_document("fhir-r4-spec-examples/files.tar.zst", |document| {
        examples += 1;
        if let Err(issues) = r4().check(document.root(), &Limits::default()) {
            unsound.push((name(document.root()), issues[0].to_string(), issues.len()));
        }
    });
    if !there {
        return;
    }
    unsound.sort_unstable();
    let mut known = UNSOUND.to_vec();
    known.sort_unstable();
    let found: Vec<_> =
        unsound.iter().map(|(name, issue, count)| (name.as_str(), issue.as_str(), *count)).collect();
    assert_eq!(found, known);
    assert_eq!(examples, 719);
}

/// Whatever member of an example is emptied or given another name, the example is refused for it.
#[test]
fn every_broken_member_is_found() {
    const EXAMPLE_BYTES_MAX: usize = 6_000;
    let mut members = 0;
    let there = each_document("fhir-r4-spec-examples/files.tar.zst", |document| {
        let is_sound = r4().check(document.root(), &Limits::default()).is_ok();
        if is_sound && document.bytes().len() <= EXAMPLE_BYTES_MAX {
            break_members(&document, document.root(), &mut members);
        }
    });
    assert!(!there || members > 25_000, "{members} members");
}

fn break_members(document: &Document, node: Node<'_>, count: &mut usize) {
    for (_, value) in node.members() {
        *count += 1;
        let (text, span) = (document.bytes(), value.span());
        for broken in ["null", "{}", "[]"] {
            assert_refused(&[&text[..span.start], broken.as_bytes(), &text[span.end..]].concat());
        }
        // The member's name ends with the last quote before its value.
        let quote = text[..span.start].iter().rposition(|&byte| byte == b'"').expect("a name");
        assert_refused(&[&text[..quote], b"Zz", &text[quote..]].concat());
        break_members(document, value, count);
    }
    for item in node.items() {
        break_members(document, item, count);
    }
}

fn assert_refused(bytes: &[u8]) {
    let document = Document::parse(bytes, &fornax_model::Limits::default()).expect("JSON");
    let result = r4().check(document.root(), &Limits::default());
    assert!(result.is_err(), "{}", String::from_utf8_lossy(bytes));
}
