//! Random patches: the outcome is that of a naive oracle, and no input makes anything panic.

mod json_oracle;
mod merge_oracle;
mod names_oracle;

use fornax_definitions::r4;
use fornax_model::{Document, Limits};
use fornax_patch::{Patch, PatchError, Patcher};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

fn parse(text: &str) -> Document {
    Document::parse(text, &Limits::default()).expect("JSON")
}

fn patcher() -> Patcher {
    Patcher::new(r4(), fornax_patch::Limits::default())
}

type Read = for<'p> fn(&Patcher, fornax_model::Node<'p>) -> Result<Patch<'p>, PatchError>;

fn json(resource: &str, patch: &str) -> Result<Vec<u8>, PatchError> {
    applied(resource, patch, Patcher::read_json)
}

fn merge(resource: &str, patch: &str) -> Result<Vec<u8>, PatchError> {
    applied(resource, patch, Patcher::read_merge)
}

fn fhirpath(resource: &str, patch: &str) -> Result<Vec<u8>, PatchError> {
    applied(resource, patch, Patcher::read_parameters)
}

fn applied(resource: &str, patch: &str, read: Read) -> Result<Vec<u8>, PatchError> {
    let (resource, patch) = (parse(resource), parse(patch));
    let patcher = patcher();
    patcher.apply(&read(&patcher, patch.root())?, resource.root())
}

/// Whatever comes in: what comes out is a document, and the resource has the type and id that it had.
fn any_bytes(resource: &[u8], patch: &[u8], read: Read) {
    let parse = |bytes: &[u8]| Document::parse(bytes, &Limits::default()).ok();
    let (Some(resource), Some(patch)) = (parse(resource), parse(patch)) else { return };
    let patcher = patcher();
    let Ok(patch) = read(&patcher, patch.root()) else { return };
    let Ok(outcome) = patcher.apply(&patch, resource.root()) else { return };
    let outcome = parse(&outcome).expect("a document");
    for name in ["resourceType", "id"] {
        let of = |root: fornax_model::Node<'_>| {
            root.get(name).map(|value| (value.kind(), value.as_str().map(String::from)))
        };
        assert_eq!(of(outcome.root()), of(resource.root()), "{name}");
    }
}

#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Remove(Index),
    /// What stands at the first place comes again at the second.
    Repeat(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = prop::sample::select(b"{}[]\",:\\/~-.0123abcdeinoprtuvxNSPV_( )'".as_slice());
    prop_oneof![
        (any::<Index>(), byte).prop_map(|(at, byte)| Damage::Set(at, byte)),
        any::<Index>().prop_map(Damage::Remove),
        any::<(Index, Index)>().prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for damage in damages {
        let length = bytes.len();
        match *damage {
            Damage::Set(at, byte) => bytes[at.index(length)] = byte,
            Damage::Remove(at) => drop(bytes.remove(at.index(length))),
            Damage::Repeat(from, to) => {
                let from = from.index(length);
                let piece = bytes[from..length.min(from + 16)].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","name":[{"given":["a",null],"_given":[null,{"id":"b"}],
    "family":"F"}],"deceasedBoolean":false,"extension":[{"url":"u","valueQuantity":{"value":1.50}}],
    "contained":[{"resourceType":"Basic","id":"c","code":{"text":"x"}}]}"#;

const JSON_PATCH: &str = r#"[{"op":"test","path":"/name/0/given/0","value":"a"},{"op":"add","path":"/name/0/given/-","value":"c"},
    {"op":"move","from":"/name/0/family","path":"/name/0/text"},{"op":"copy","from":"/name/0","path":"/name/1"},
    {"op":"remove","path":"/name/0/_given/1/id"},{"op":"replace","path":"/deceasedBoolean","value":true}]"#;

const MERGE_PATCH: &str = r#"{"name":[{"given":["a",null],"_given":[null,{"id":"b"}]}],"deceasedBoolean":null,"active":true,
    "maritalStatus":{"text":"x","coding":null},"contact":{"name":{"family":null}},"birthDate":"2000"}"#;

const PARAMETERS: &str = r#"{"resourceType":"Parameters","parameter":[
    {"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},
        {"name":"name","valueString":"contact"},{"name":"value","part":[{"name":"gender","valueCode":"male"}]}]},
    {"name":"operation","part":[{"name":"type","valueCode":"insert"},{"name":"path","valueString":"Patient.name[0].given"},
        {"name":"index","valueInteger":1},{"name":"value","valueString":"x","_valueString":{"id":"i"}}]},
    {"name":"operation","part":[{"name":"type","valueCode":"move"},{"name":"path","valueString":"Patient.name.given"},
        {"name":"source","valueInteger":1},{"name":"destination","valueInteger":0}]},
    {"name":"operation","part":[{"name":"type","valueCode":"delete"},
        {"name":"path","valueString":"Patient.name.given.where($this = 'a')"}]},
    {"name":"operation","part":[{"name":"type","valueCode":"replace"},
        {"name":"path","valueString":"Patient.extension('u').value"},{"name":"value","valueString":"y"}]}]}"#;

#[test]
fn what_is_damaged_below_applies_whole() {
    json(PATIENT, JSON_PATCH).expect("applies");
    merge(PATIENT, MERGE_PATCH).expect("applies");
    fhirpath(PATIENT, PARAMETERS).expect("applies");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn json_patches((resource, patch) in json_oracle::resource_and_patch()) {
        let outcome = json(&resource.to_string(), &Value::Array(patch.clone()).to_string());
        let expected = json_oracle::patched(&resource, &patch);
        match (outcome, expected) {
            (Ok(outcome), Some(expected)) => {
                let outcome: Value = serde_json::from_slice(&outcome).expect("JSON");
                prop_assert_eq!(outcome, expected);
            }
            (Err(_), None) => {}
            (outcome, expected) => prop_assert!(false, "{:?} {:?}", outcome, expected),
        }
    }

    #[test]
    fn merge_patches((resource, patch) in merge_oracle::resource_and_patch()) {
        let outcome = merge(&resource.to_string(), &patch.to_string());
        match (outcome, merge_oracle::patched(&resource, &patch)) {
            (Ok(outcome), Some(expected)) => {
                let outcome: Value = serde_json::from_slice(&outcome).expect("JSON");
                prop_assert_eq!(outcome, expected);
            }
            (Err(_), None) => {}
            (outcome, expected) => prop_assert!(false, "{:?} {:?}", outcome, expected),
        }
    }

    #[test]
    fn fhirpath_patches((names, operations) in names_oracle::names_and_operations()) {
        let outcome = fhirpath(&names_oracle::resource(&names), &names_oracle::parameters(&operations));
        match (outcome, names_oracle::patched(names, &operations)) {
            (Ok(outcome), Some(expected)) => {
                let (outcome, expected): (Value, Value) = (
                    serde_json::from_slice(&outcome).expect("JSON"),
                    serde_json::from_str(&names_oracle::resource(&expected)).expect("JSON"),
                );
                prop_assert_eq!(outcome, expected);
            }
            (Err(_), None) => {}
            (outcome, expected) => prop_assert!(false, "{:?} {:?}", outcome, expected),
        }
    }

    #[test]
    fn damaged_json_patches(damages in prop::collection::vec(damage(), 0..4), others in prop::collection::vec(damage(), 0..3)) {
        any_bytes(&damaged(PATIENT, &others), &damaged(JSON_PATCH, &damages), Patcher::read_json);
    }

    #[test]
    fn damaged_merge_patches(damages in prop::collection::vec(damage(), 0..4), others in prop::collection::vec(damage(), 0..3)) {
        any_bytes(&damaged(PATIENT, &others), &damaged(MERGE_PATCH, &damages), Patcher::read_merge);
    }

    #[test]
    fn damaged_fhirpath_patches(damages in prop::collection::vec(damage(), 0..4), others in prop::collection::vec(damage(), 0..3)) {
        any_bytes(&damaged(PATIENT, &others), &damaged(PARAMETERS, &damages), Patcher::read_parameters);
    }
}
