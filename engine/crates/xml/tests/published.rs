//! What others published in both formats: some 4,700 files, each read, written and read again.
#![allow(clippy::print_stdout)]

#[path = "published/archive.rs"]
mod archive;
#[path = "published/compare.rs"]
mod compare;

use std::collections::{BTreeMap, BTreeSet};

use archive::each_file;
use compare::difference;
use fornax_model::{Document, Edits, Node};
use fornax_xml::{Layout, Limits, to_json, to_xml};

/// The specification's examples in JSON.
const EXAMPLES: &str = "fhir-r4-spec-examples/files.tar.zst";
/// The same in XML, and instances of every type in both formats.
const INSTANCES: &str = "fhir-r4-xml-and-complete-instances/files.tar.zst";

/// Files whose twins were not made from the same text.
const NO_TWINS: &[(&str, &str)] = &[
    ("xml-spec/conceptmaps.xml", "the narrative of the JSON is laid out anew"),
    ("xml-spec/external-resources.xml", "the narrative of the JSON is laid out anew"),
    ("xml-spec/plandefinition-example-kdn5-simplified.xml", "the narrative of the JSON is laid out anew"),
    ("xml-spec/immunizationrecommendation-example.xml", "the XML has a vaccineCode more"),
    ("xml-spec/observation-decimal.xml", "the JSON has 1.0 where the XML has 1.0e0"),
    ("xml-spec/patient-examples-cypress-template.xml", "the JSON has the first 14 of 225 entries"),
    ("xml-ibm/coverage/parameters-contactdetail.xml", "the ids are random, and of two runs"),
];

fn document(json: Vec<u8>) -> Document {
    Document::parse(json, &fornax_model::Limits::default()).expect("JSON")
}

fn from_xml(xml: &[u8]) -> Result<Vec<u8>, String> {
    to_json(xml, fornax_definitions::r4(), &Limits::default()).map_err(|error| error.to_string())
}

fn into_xml(resource: Node<'_>, layout: Layout) -> Result<Vec<u8>, String> {
    to_xml(resource, fornax_definitions::r4(), layout, &Limits::default()).map_err(|error| error.to_string())
}

/// Checks that a resource comes back from XML, of either layout, with all that it had.
fn there_and_back(resource: &Document) -> Result<(), String> {
    for layout in [Layout::Compact, Layout::Pretty] {
        let json = from_xml(&into_xml(resource.root(), layout)?)?;
        difference(resource.root(), document(json).root()).map_or(Ok(()), Err)?;
    }
    Ok(())
}

/// Fails unless exactly these files are known.
fn assert_known(wrong: &BTreeMap<String, String>, known: &[(&str, &str)]) {
    let names: BTreeSet<&str> = wrong.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = known.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "{wrong:#?}");
}

fn each(archive: &str, mut take: impl FnMut(&str, Vec<u8>)) -> bool {
    each_file(archive, |name, content| take(name.trim_start_matches("./"), content))
}

#[test]
fn json_goes_to_xml_and_back() {
    let (mut files, mut wrong) = (0, BTreeMap::new());
    let mut check = |name: &str, json: Vec<u8>| {
        files += 1;
        if let Err(difference) = there_and_back(&document(json)) {
            wrong.insert(name.to_owned(), difference);
        }
    };
    let is_there = each(EXAMPLES, &mut check)
        & each(INSTANCES, |name, content| {
            if name.ends_with(".json") {
                check(name, content);
            }
        });
    if is_there {
        assert_known(&wrong, &[]);
        assert_eq!(files, 719 + 1_439);
    }
}

#[test]
fn xml_goes_to_json_and_back() {
    let (mut files, mut wrong) = (0, BTreeMap::new());
    let is_there = each(INSTANCES, |name, xml| {
        if !name.ends_with(".xml") {
            return;
        }
        files += 1;
        let again = || -> Result<(), String> {
            let json = from_xml(&xml)?;
            let resource = document(json.clone());
            for layout in [Layout::Compact, Layout::Pretty] {
                let again = from_xml(&into_xml(resource.root(), layout)?)?;
                if again != json {
                    return Err("not the same bytes".to_owned());
                }
            }
            Ok(())
        };
        if let Err(difference) = again() {
            wrong.insert(name.to_owned(), difference);
        }
    });
    if is_there {
        assert_known(&wrong, &[]);
        assert_eq!(files, 2_562);
    }
}

#[test]
fn xml_is_what_its_twin_in_json_is() {
    let mut twins = BTreeMap::new();
    let is_there = each(EXAMPLES, |name, json| drop(twins.insert(name.to_owned(), json)))
        & each(INSTANCES, |name, json| {
            if let Some(name) = name.strip_prefix("json-ibm/") {
                twins.insert(name.to_owned(), json);
            }
        });
    let (mut pairs, mut wrong) = (0, BTreeMap::new());
    each(INSTANCES, |name, xml| {
        let Some(stem) = name.strip_suffix(".xml") else { return };
        let resource = document(from_xml(&xml).expect("FHIR's XML"));
        let twin = match stem.strip_prefix("xml-ibm/") {
            Some(stem) => twins.get(&format!("{stem}.json")),
            None => twins.get(&format!("{}.json", name_of(resource.root()))),
        };
        // There are none of the specification's definitions.
        let Some(twin) = twin else { return assert!(name.starts_with("xml-spec"), "no twin of {name}") };
        pairs += 1;
        let bare = without_test_label(&resource);
        if let Some(difference) = difference(bare.root(), without_test_label(&document(twin.clone())).root())
        {
            wrong.insert(name.to_owned(), difference);
        }
    });
    if is_there {
        assert_known(&wrong, NO_TWINS);
        assert_eq!(pairs, 2_154);
    }
}

fn name_of(resource: Node<'_>) -> String {
    let member = |name| resource.get(name).and_then(Node::as_str).unwrap_or_default();
    format!("{}-{}", member("resourceType"), member("id"))
}

/// The same resource without the label that says that it is no real patient's, which the examples have in XML only.
fn without_test_label(resource: &Document) -> Document {
    let mut edits = Edits::of(resource.root());
    let security = resource.root().get("meta").and_then(|meta| Some((meta, meta.get("security")?)));
    if let Some((meta, security)) = security {
        let is_label = |item: &Node<'_>| item.get("code").and_then(Node::as_str).as_deref() == Some("HTEST");
        if let Some(label) = security.items().find(is_label) {
            let alone = [label, security, meta]
                .into_iter()
                .zip([security.items().count(), meta.members().count(), 0])
                .find(|(_, siblings)| *siblings != 1);
            edits.remove(alone.expect("a meta has siblings").0).expect("within the resource");
        }
    }
    document(edits.apply().expect("one edit"))
}
