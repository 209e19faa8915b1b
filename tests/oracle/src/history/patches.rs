//! Random patches: of elements that bodies have, rarely such as do not fit, or are none.

use super::bodies::{identifier, reference};
use super::random::Random;
use super::vocabulary_table as words;
use crate::json::Json;
use crate::patch::{Patch, PatchKind};
use crate::repository::UNHEARD_OF;

/// An element that is patched: its name, the type of its value, and values.
type Scalar = (&'static str, &'static str, &'static [&'static str]);

const BOOLEANS: &[&str] = &["true", "false"];

fn scalars(resource_type: &str) -> &'static [Scalar] {
    match resource_type {
        "Patient" => &[
            ("active", "Boolean", BOOLEANS),
            ("gender", "Code", &["male", "female"]),
            ("birthDate", "Date", words::DAYS),
        ],
        "Practitioner" => &[("active", "Boolean", BOOLEANS), ("gender", "Code", &["male", "female"])],
        "Organization" => &[("active", "Boolean", BOOLEANS), ("name", "String", words::NAMES)],
        "Encounter" => &[("status", "Code", &["planned", "finished"])],
        "Observation" => &[("status", "Code", &["final", "amended"])],
        "MedicationRequest" => &[
            ("status", "Code", &["active", "stopped"]),
            ("intent", "Code", &["order", "plan"]),
            ("priority", "Code", &["routine", "urgent"]),
        ],
        "Group" => &[("actual", "Boolean", BOOLEANS), ("type", "Code", &["person", "animal"])],
        "List" => &[("status", "Code", &["current", "retired"]), ("title", "String", words::NAMES)],
        _ => &[("recordedDate", "DateTime", words::DAYS)],
    }
}

/// An element that refers to another resource, and the types of that.
fn link(resource_type: &str) -> Option<(&'static str, &'static [&'static str])> {
    match resource_type {
        "Patient" => Some(("managingOrganization", &["Organization"])),
        "Organization" => Some(("partOf", &["Organization"])),
        "Group" => Some(("managingEntity", &["Organization", "Practitioner"])),
        "Practitioner" => None,
        _ => Some(("subject", &["Patient", "Patient", "Group"])),
    }
}

/// A patch of a resource of this type.
pub fn patch(random: &mut Random, resource_type: &str) -> Patch {
    let count = random.below(3) + 1;
    if random.chance(50) {
        let operations = (0..count).map(|_| json_operation(random, resource_type)).collect();
        return of(PatchKind::Json, &format!("[{}]", of_different_elements(operations).join(",")));
    }
    let operations = (0..count).map(|_| fhirpath_operation(random, resource_type)).collect();
    let operations = of_different_elements(operations);
    let parameters = format!(r#"{{"resourceType":"Parameters","parameter":[{}]}}"#, operations.join(","));
    of(PatchKind::FhirPath, &parameters)
}

/// No more than one for each element: one that goes and comes again may stand at another place, which the oracle does not see.
fn of_different_elements(operations: Vec<(&'static str, String)>) -> Vec<String> {
    let mut seen = Vec::new();
    let is_first = |(name, text): (&'static str, String)| {
        let is_new = !seen.contains(&name);
        seen.push(name);
        is_new.then_some(text)
    };
    operations.into_iter().filter_map(is_first).collect()
}

/// # Panics
/// When the text is no JSON.
fn of(kind: PatchKind, text: &str) -> Patch {
    let Some(body) = Json::parse(text) else { panic!("no JSON: {text}") };
    Patch { kind, body }
}

fn value_text(value_type: &str, value: &str) -> String {
    if value_type == "Boolean" { value.to_owned() } else { Json::text_of(value).to_string() }
}

/// An operation, and the element that it is about.
fn json_operation(random: &mut Random, resource_type: &str) -> (&'static str, String) {
    let (name, value_type, values) = random.of_all(scalars(resource_type));
    let value = value_text(value_type, random.of_all(values));
    match (random.below(20), link(resource_type)) {
        (0..=3, _) => (name, format!(r#"{{"op":"add","path":"/{name}","value":{value}}}"#)),
        (4..=6, _) => (name, format!(r#"{{"op":"replace","path":"/{name}","value":{value}}}"#)),
        (7, _) => (name, format!(r#"{{"op":"remove","path":"/{name}"}}"#)),
        (8, _) => ("", format!(r#"{{"op":"test","path":"/{name}","value":{value}}}"#)),
        (9..=11, _) => {
            let place = random.of_all(&["-", "-", "0", "1"]);
            let value = identifier(random);
            let text = format!(r#"{{"op":"add","path":"/identifier/{place}","value":{value}}}"#);
            ("identifier", text)
        }
        (12 | 13, _) => {
            ("identifier", format!(r#"{{"op":"remove","path":"/identifier/{}"}}"#, random.below(2)))
        }
        (14 | 15, Some((name, targets))) => {
            (name, format!(r#"{{"op":"add","path":"/{name}","value":{}}}"#, reference(random, targets)))
        }
        (16, _) => {
            let source = Json::text_of(random.of_all(words::SOURCES));
            ("source", format!(r#"{{"op":"add","path":"/meta/source","value":{source}}}"#))
        }
        (17, _) => ("source", r#"{"op":"remove","path":"/meta/source"}"#.to_owned()),
        (18, _) => {
            let version = random.below(2) + 1;
            ("", format!(r#"{{"op":"test","path":"/meta/versionId","value":"{version}"}}"#))
        }
        _ => ("", odd_json_operation(random)),
    }
}

fn odd_json_operation(random: &mut Random) -> String {
    match random.below(4) {
        0 => r#"{"op":"dance","path":"/meta"}"#.to_owned(),
        1 => r#"{"op":"replace","path":"/id","value":"z"}"#.to_owned(),
        2 => format!(r#"{{"op":"add","path":"/{UNHEARD_OF}","value":true}}"#),
        _ => r#"{"op":"remove","path":"/identifier/7"}"#.to_owned(),
    }
}

/// An operation, and the element that it is about.
fn fhirpath_operation(random: &mut Random, resource_type: &str) -> (&'static str, String) {
    let (name, value_type, values) = random.of_all(scalars(resource_type));
    let value = (value_type, value_text(value_type, random.of_all(values)));
    let place = format!("{resource_type}.{name}");
    let identifiers = format!("{resource_type}.identifier");
    match (random.below(20), link(resource_type)) {
        (0..=2, _) => (name, operation("add", resource_type, &[named(name), valued(&value)])),
        (3..=7, _) => (name, operation("replace", &place, &[valued(&value)])),
        (8 | 9, _) => (name, operation("delete", &place, &[])),
        (10 | 11, _) => {
            let value = ("Identifier", identifier(random));
            ("identifier", operation("add", resource_type, &[named("identifier"), valued(&value)]))
        }
        (12 | 13, _) => {
            let index = format!(r#"{{"name":"index","valueInteger":{}}}"#, random.below(2));
            let parts = [index, valued(&("Identifier", identifier(random)))];
            ("identifier", operation("insert", &identifiers, &parts))
        }
        (14 | 15, _) => {
            ("identifier", operation("delete", &format!("{identifiers}[{}]", random.below(2)), &[]))
        }
        (16 | 17, Some((name, targets))) => {
            let value = ("Reference", reference(random, targets));
            (name, operation("replace", &format!("{resource_type}.{name}"), &[valued(&value)]))
        }
        (18, Some((name, targets))) => {
            let value = ("Reference", reference(random, targets));
            (name, operation("add", resource_type, &[named(name), valued(&value)]))
        }
        _ => match random.below(2) {
            0 => ("", operation("dance", resource_type, &[])),
            _ => ("", operation("replace", "Device.status", &[valued(&("Code", "\"active\"".to_owned()))])),
        },
    }
}

fn named(name: &str) -> String {
    format!(r#"{{"name":"name","valueString":"{name}"}}"#)
}

fn valued((value_type, value): &(&str, String)) -> String {
    format!(r#"{{"name":"value","value{value_type}":{value}}}"#)
}

fn operation(kind: &str, path: &str, more: &[String]) -> String {
    let mut parts = vec![
        format!(r#"{{"name":"type","valueCode":"{kind}"}}"#),
        format!(r#"{{"name":"path","valueString":"{path}"}}"#),
    ];
    parts.extend_from_slice(more);
    format!(r#"{{"name":"operation","part":[{}]}}"#, parts.join(","))
}
