//! Extraction agrees with HL7's own FHIRPath engine on every example of the specification.
//!
//! `tests/fhirpath-oracle` evaluates the official search parameters with the npm package `fhirpath`; here the plans
//! do, and the two must select the same. Needs node, npm, tar, zstd and the shared data: in CI their lack is a failure,
//! elsewhere it is said and the test ends.
#![allow(clippy::disallowed_methods, reason = "the other engine's files are read and written")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fornax_definitions::{TypeKind, r4};
use fornax_fhirpath::{Compiler, Element, Environment, Extracted, ExtractionPlan, Item, Part};
use fornax_model::{Document, Limits, Node, NodeId};
use serde_json::Value;

/// What one parameter selects in one file.
#[derive(Debug, Default, PartialEq)]
struct Selected {
    /// Types and values of a simple parameter.
    values: BTreeSet<String>,
    /// Of a composite: for each instance the values by component. Instances without values are left out, and equal ones
    /// are one: a union drops them.
    instances: BTreeSet<BTreeMap<u64, BTreeSet<String>>>,
}

/// What the other engine said.
#[derive(Debug, Default)]
struct Expected {
    selected: Selected,
    /// Its words on why it could not tell.
    error: Option<String>,
    /// As for the error, of the expression in which R5's `ofType` stands for R4's `as`.
    corrected_error: Option<String>,
}

/// Where the two differ, and why it is the other engine that departs from the specification or from R4's intent.
struct Known {
    reason: &'static str,
    applies: fn(parameter: &str, expected: &Expected, actual: &Selected) -> bool,
    /// How often, exactly: a difference that is gone is noticed.
    count: usize,
}

const KNOWN: &[Known] = &[
    Known {
        reason: "R4 writes `as` of several items; the engine takes one only. With R5's `ofType` it selects the same.",
        applies: |_, expected, actual| {
            let words = "Expected singleton on left side of 'as'";
            let corrected = expected.corrected_error.is_none() && expected.selected == *actual;
            expected.error.as_deref() == Some(words) && corrected
        },
        count: 111,
    },
    Known {
        reason: "The engine can't make a union of quantities one of which has a comparator. FHIR.Quantity is a complex \
                 type: its equality is that of its children.",
        applies: |_, expected, actual| {
            let words = "Cannot convert a FHIR.Quantity that has a comparator";
            expected.corrected_error.as_deref() == Some(words) && actual.values.len() == 2
        },
        count: 2,
    },
    Known {
        reason: "The engine compares decimals to 8 places, so a union takes 1e-22 and 1e-245 for one. FHIR's decimals \
                 have no such bound.",
        applies: |parameter, expected, actual| {
            let is_quantity = parameter.ends_with("-quantity");
            let lacks = |value: &String| value.contains("e-245");
            let values = actual.values.difference(&expected.selected.values);
            let instances = actual.instances.difference(&expected.selected.instances);
            let lacking: Vec<_> =
                values.chain(instances.flat_map(|instance| instance.get(&1)).flatten()).collect();
            is_quantity && !lacking.is_empty() && lacking.into_iter().all(lacks)
        },
        count: 3,
    },
    Known {
        reason: "R4 writes `value.as(DateTime)`, FHIRPath's own type, of a value that is FHIR's `dateTime`: as written \
                 the component never has a date.",
        applies: |parameter, _, actual| {
            let is_date = |value: &String| value.starts_with("FHIR.dateTime");
            let mut instances = actual.instances.iter();
            parameter.ends_with("/Observation-code-value-date")
                && instances.all(|instance| instance.get(&1).into_iter().flatten().all(is_date))
        },
        count: 1,
    },
];

#[test]
fn extraction_agrees_with_the_reference_engine() {
    let Some(setup) = Setup::find() else { return };
    let expected = expected(&setup);
    let actual = actual(&setup.examples);
    let nothing = (Expected::default(), Selected::default());
    let keys: BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
    let mut counts = vec![0; KNOWN.len()];
    let mut unexplained = Vec::new();
    for key in &keys {
        let expected = expected.get(*key).unwrap_or(&nothing.0);
        let actual = actual.get(*key).unwrap_or(&nothing.1);
        if expected.error.is_none() && expected.selected == *actual {
            continue;
        }
        match KNOWN.iter().position(|known| (known.applies)(&key.1, expected, actual)) {
            Some(place) => counts[place] += 1,
            None => unexplained.push(format!("{key:?}\n  expected {expected:?}\n  actual {actual:?}")),
        }
    }
    assert!(keys.len() > 7_000, "only {} selections compared", keys.len());
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
    for (known, count) in KNOWN.iter().zip(counts) {
        assert_eq!(count, known.count, "{}", known.reason);
    }
}

struct Setup {
    examples: PathBuf,
    definitions: PathBuf,
    output: PathBuf,
}

impl Setup {
    /// Unpacks the data, installs the other engine and runs it; `None` outside CI if something is lacking.
    fn find() -> Option<Self> {
        let data = shared::folder()?;
        let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let examples = temporary.join("r4-examples");
        shared::unpack(&data.join("data/fhir-r4-spec-examples/files.tar.zst"), &examples)?;
        let package = temporary.join("r4-core");
        shared::unpack(&data.join("packages/r4-core/files.tar.zst"), &package)?;
        let engine = temporary.join("fhirpath-oracle");
        install(&engine)?;
        let setup = Self {
            examples,
            definitions: package.join("hl7.fhir.r4.core/package"),
            output: temporary.join("fhirpath-oracle.ndjson"),
        };
        let mut node = Command::new("node");
        node.arg(engine.join("extract.mjs")).args([&setup.examples, &setup.definitions, &setup.output]);
        match node.status() {
            Ok(status) => assert!(status.success(), "extract.mjs failed"),
            Err(error) => return shared::skipped(&format!("node: {error}")),
        }
        Some(setup)
    }
}

/// `npm ci` into a folder of the target directory; nothing is written into the checkout.
fn install(engine: &Path) -> Option<()> {
    let source = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it"))
        .join("../../../tests/fhirpath-oracle");
    fs::create_dir_all(engine).expect("a folder in the target directory");
    for name in ["package.json", "package-lock.json", "extract.mjs"] {
        fs::copy(source.join(name), engine.join(name)).expect("the oracle's files");
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(engine);
    match npm.status() {
        Ok(status) => assert!(status.success(), "npm ci failed"),
        Err(error) => return shared::skipped(&format!("npm: {error}")),
    }
    Some(())
}

type Key = (String, String);

fn expected(setup: &Setup) -> BTreeMap<Key, Expected> {
    let mut all: BTreeMap<Key, Expected> = BTreeMap::new();
    let mut instances: BTreeMap<Key, BTreeMap<u64, BTreeMap<u64, BTreeSet<String>>>> = BTreeMap::new();
    for line in fs::read_to_string(&setup.output).expect("the oracle's output").lines() {
        let row: Value = serde_json::from_str(line).expect("a row");
        let text = |name: &str| row[name].as_str().expect("a string").to_owned();
        let key = (text("file"), text("parameter"));
        let expected = all.entry(key.clone()).or_default();
        if row["error"].is_string() {
            let of_correction = row["corrected"].as_bool() == Some(true);
            let place = if of_correction { &mut expected.corrected_error } else { &mut expected.error };
            *place = Some(text("error"));
            continue;
        }
        let values: BTreeSet<String> =
            row["values"].as_array().expect("values").iter().map(written).collect();
        match row["component"].as_u64() {
            None => expected.selected.values = values,
            Some(component) => {
                let instance = row["instance"].as_u64().expect("a number");
                instances.entry(key).or_default().entry(instance).or_default().insert(component, values);
            }
        }
    }
    for (key, instances) in instances {
        all.entry(key).or_default().selected.instances = instances.into_values().collect();
    }
    all
}

/// A type and a value as one comparable text. The specification types ids by FHIRPath's own String, and says `string`
/// beside it; the definitions keep the latter.
fn written(row: &Value) -> String {
    let of = row["type"].as_str().expect("a type");
    let of = if of == "System.String" { "FHIR.string" } else { of };
    format!("{of} {}", shared::plain(row["value"].clone()))
}

fn actual(examples: &Path) -> BTreeMap<Key, Selected> {
    let compiler = Compiler::new(r4());
    let mut plans: BTreeMap<String, ExtractionPlan> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(examples).expect("the examples") {
        let path = entry.expect("an example").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let document =
            Document::parse(fs::read(&path).expect("an example"), &Limits::default()).expect("JSON");
        let name =
            document.root().get("resourceType").and_then(Node::as_str).expect("a resource").into_owned();
        let resource = r4().type_named(&name).expect("a type").id;
        let plan = plans.entry(name).or_insert_with(|| {
            ExtractionPlan::new(&compiler, resource, r4().parameters(resource)).expect("a plan")
        });
        let root = Element::new(document.root(), resource);
        let mut found: BTreeMap<Key, Selected> = BTreeMap::new();
        let mut instances: BTreeMap<Key, BTreeMap<NodeId, BTreeMap<u64, BTreeSet<String>>>> = BTreeMap::new();
        let mut take = |Extracted { parameter, part, item }: Extracted<'_>| {
            let key = (file.clone(), r4().parameter_of(parameter).url.to_string());
            let selected = found.entry(key.clone()).or_default();
            let text = written_item(&item);
            match part {
                Part::Whole => selected.values.insert(text),
                Part::Component { index, instance } => {
                    let instances = instances.entry(key).or_default();
                    instances.entry(instance).or_default().entry(u64::from(index)).or_default().insert(text)
                }
            };
        };
        plan.extract(root, &Environment::of(root), &mut take).expect("no limit is reached");
        for (key, instances) in instances {
            found.entry(key).or_default().instances = instances.into_values().collect();
        }
        all.extend(found);
    }
    all
}

fn written_item(item: &Item<'_>) -> String {
    match item {
        Item::Element(element) => {
            let of = r4().type_of(element.type_id);
            let name = if of.kind == TypeKind::Backbone { "BackboneElement" } else { of.name };
            let value =
                element.node.map_or(Value::Null, |node| serde_json::from_slice(node.raw()).expect("JSON"));
            format!("FHIR.{name} {}", shared::plain(value))
        }
        Item::Value(value) => format!("System.{:?} {value}", value.system_type()),
        Item::Target(_) => panic!("no search parameter selects what a reference points to"),
    }
}
