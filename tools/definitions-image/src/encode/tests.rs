//! A small set of definitions with one of everything: there and back, and with every kind of damage.

use fornax_definitions::image::{HEADER_BYTES, fingerprint};
use fornax_definitions::{Definitions, ImageError, OperationLevel};
use serde_json::json;

use super::encode;
use crate::ToolError;
use crate::source::Source;

fn read<T: serde::de::DeserializeOwned>(definitions: serde_json::Value) -> Vec<T> {
    serde_json::from_value(definitions).unwrap()
}

fn small() -> Source {
    let string = json!([{"code": "http://hl7.org/fhirpath/System.String"}]);
    let types = json!([
        {"name": "Resource", "kind": "resource", "abstract": true, "snapshot": {"element": [
            {"path": "Resource", "min": 0, "max": "*"},
            {"path": "Resource.id", "min": 0, "max": "1", "type": string, "isSummary": true}
        ]}},
        {"name": "List", "kind": "resource", "abstract": false, "baseDefinition": "Resource", "snapshot": {"element": [
            {"path": "List", "min": 0, "max": "*"},
            {"path": "List.id", "min": 0, "max": "1", "type": string, "isSummary": true},
            {"path": "List.code", "min": 1, "max": "1", "type": [{"code": "string"}], "isModifier": true,
             "binding": {"strength": "required", "valueSet": "http://example.org/set"}},
            {"path": "List.mode", "min": 0, "max": "1", "type": [{"code": "code"}],
             "binding": {"strength": "required", "valueSet": "http://example.org/codes|4.0.1"}},
            {"path": "List.entry", "min": 0, "max": "*", "type": [{"code": "Element"}]},
            {"path": "List.entry.id", "min": 0, "max": "1", "type": string},
            {"path": "List.entry.item[x]", "min": 0, "max": "200", "type": [
                {"code": "string", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/List", "Resource"]},
                {"code": "Element", "profile": ["string"]}
            ]},
            {"path": "List.entry.entry", "min": 0, "max": "*", "contentReference": "#List.entry"}
        ]}},
        {"name": "string", "kind": "primitive-type", "abstract": false, "baseDefinition": "Element", "snapshot":
            {"element": [
                {"path": "string", "min": 0, "max": "*"},
                {"path": "string.id", "min": 0, "max": "1", "type": string},
                {"path": "string.value", "min": 0, "max": "1", "type": string}
            ]}},
        {"name": "code", "kind": "primitive-type", "abstract": false, "baseDefinition": "string", "snapshot":
            {"element": [
                {"path": "code", "min": 0, "max": "*"},
                {"path": "code.id", "min": 0, "max": "1", "type": string},
                {"path": "code.value", "min": 0, "max": "1", "type": string}
            ]}},
        {"name": "Element", "kind": "complex-type", "abstract": true, "snapshot": {"element": [
            {"path": "Element", "min": 0, "max": "*"},
            {"path": "Element.id", "min": 0, "max": "1", "type": string}
        ]}}
    ]);
    let parameters = json!([
        {"url": "http://example.org/b", "code": "both", "type": "composite", "base": ["List"], "multipleOr": false,
         "expression": "List.entry", "component": [{"definition": "http://example.org/c", "expression": "code"}]},
        {"url": "http://example.org/c", "code": "code", "type": "token", "base": ["Resource"], "xpathUsage": "normal",
         "expression": "List.code", "comparator": ["eq"], "modifier": ["not"], "chain": ["name"], "target": ["List"]}
    ]);
    let part =
        json!({"name": "inner", "use": "out", "min": 0, "max": "*", "type": "Any", "searchType": "token"});
    Source {
        types: read(types),
        parameters: read(parameters),
        compartments: read(json!([
            {"url": "http://example.org/compartment", "code": "List", "resource": [{"code": "List", "param": ["code"]}]}
        ])),
        operations: read(json!([
            {"url": "http://example.org/operation", "code": "turn", "resource": ["Resource"], "system": false,
             "type": true, "instance": false, "affectsState": true, "parameter": [
                {"name": "outer", "use": "out", "min": 0, "max": "1", "part": [part]}
             ]}
        ])),
        value_sets: read(json!([
            {"url": "http://example.org/unbound", "compose": {"include": [{"system": "http://example.org/other"}]}},
            {"url": "http://example.org/codes", "compose": {"include": [
                {"system": "http://example.org/b"}, {"valueSet": ["http://example.org/set"]},
                {"system": "http://example.org/a"}, {"system": "http://example.org/b"}
            ]}},
            {"url": "http://example.org/set", "compose": {"include": [{"system": "http://example.org/c"}]}}
        ])),
    }
}

#[test]
fn there_and_back() {
    let image: &'static [u8] = encode("9.9.9", &small()).unwrap().leak();
    let definitions = Definitions::decode(image).unwrap();
    assert_eq!(definitions.release(), "9.9.9");
    let names: Vec<&str> = definitions.types().iter().map(|one| one.name).collect();
    assert_eq!(names, ["Element", "string", "code", "Resource", "List", "List.entry"]);
    let id = |name: &str| definitions.type_named(name).unwrap().id;

    let item = definitions.child(id("List.entry"), "itemString").unwrap();
    assert_eq!((item.element.max, &*item.value.targets), (Some(200), &[id("List"), id("Resource")][..]));
    assert_eq!(definitions.child(id("List.entry"), "entry").unwrap().value.type_id, id("List.entry"));
    let inherited = |name: &str| definitions.child(id(name), "id").unwrap().element.id;
    assert_eq!(inherited("List"), inherited("Resource"));
    assert_eq!(inherited("List.entry"), inherited("string"));
    assert_ne!(inherited("List"), inherited("string"));

    let both = definitions.parameter(id("List"), "both").unwrap();
    assert_eq!(definitions.parameter_of(both.components[0].parameter).code, "code");
    assert!(definitions.parameter(id("Resource"), "both").is_none());
    assert_eq!(definitions.compartment("List").unwrap().parameters(id("List")), ["code"]);
    let turn = definitions.operation(OperationLevel::Type(id("List")), "turn").unwrap();
    assert_eq!((turn.parameters[0].parts[0].name, turn.affects_state), ("inner", Some(true)));
    let bound = ["http://example.org/a", "http://example.org/b"];
    assert_eq!(definitions.systems("http://example.org/codes"), bound);
    assert_eq!(definitions.systems("http://example.org/codes|4.0.1"), bound);
    // Bound to a string, and to nothing.
    assert!(definitions.systems("http://example.org/set").is_empty());
    assert!(definitions.systems("http://example.org/unbound").is_empty());
}

/// The order of the source's definitions has no part in the bytes.
#[test]
fn order_does_not_matter() {
    let mut turned = small();
    turned.types.reverse();
    turned.parameters.reverse();
    turned.value_sets.reverse();
    assert_eq!(encode("9.9.9", &turned).unwrap(), encode("9.9.9", &small()).unwrap());
}

#[test]
fn what_an_image_cannot_state_is_refused() {
    let check = |change: fn(&mut Source), wanted: fn(&ToolError) -> bool| {
        let mut source = small();
        change(&mut source);
        let error = encode("9.9.9", &source).unwrap_err();
        assert!(wanted(&error), "{error}");
    };
    let unknown_type = |error: &ToolError| matches!(error, ToolError::UnknownType(_));
    let unknown_code = |error: &ToolError| matches!(error, ToolError::UnknownCode(_));
    let shape = |error: &ToolError| matches!(error, ToolError::Element(_));
    check(|source| source.types.truncate(2), unknown_type);
    check(|source| source.types[0].base_definition = Some("List".to_owned()), unknown_type);
    check(|source| source.types[0].kind = "logical".to_owned(), unknown_code);
    check(|source| source.types[1].snapshot.element[2].max = "many".to_owned(), unknown_code);
    check(|source| source.types[1].snapshot.element[4].types.clear(), shape);
    check(|source| source.parameters[0].kind = "colour".to_owned(), unknown_code);
    check(|source| source.parameters[0].base.push("Patient".to_owned()), unknown_type);
    check(|source| source.parameters.truncate(1), |error| matches!(error, ToolError::UnknownParameter(_)));
}

fn sealed(payload: &[u8], header: &[u8]) -> &'static [u8] {
    let mut image = header[..HEADER_BYTES - 8].to_vec();
    image.extend_from_slice(&fingerprint(payload).to_le_bytes());
    image.extend_from_slice(payload);
    image.leak()
}

#[test]
fn a_changed_byte_is_noticed() {
    let image = encode("9.9.9", &small()).unwrap();
    for at in 0..image.len() {
        let mut damaged = image.clone();
        damaged[at] ^= 0x10;
        let error = Definitions::decode(damaged.leak()).unwrap_err();
        match at {
            0..6 => assert_eq!(error, ImageError::NotAnImage, "byte {at}"),
            6 => assert_eq!(error, ImageError::Format(0x12)),
            _ => assert!(matches!(error, ImageError::Damaged(_)), "byte {at}: {error}"),
        }
    }
}

/// Damage under a right fingerprint is an error, or other definitions; it never panics, loops or runs out of memory.
#[test]
fn damage_is_survived() {
    let image = encode("9.9.9", &small()).unwrap();
    let (header, payload) = image.split_at(HEADER_BYTES);
    for end in 0..payload.len() {
        let error = Definitions::decode(sealed(&payload[..end], header)).unwrap_err();
        assert!(matches!(error, ImageError::Damaged(_)), "cut at {end}: {error}");
    }
    let longer = [payload, &[0]].concat();
    assert!(Definitions::decode(sealed(&longer, header)).is_err(), "a byte too many");
    let mut refused = 0;
    for at in 0..payload.len() {
        for byte in [0, 1, 2, 3, 0x7f, 0x80, 0xff, payload[at].wrapping_add(1), payload[at].wrapping_sub(1)] {
            let mut damaged = payload.to_vec();
            damaged[at] = byte;
            match Definitions::decode(sealed(&damaged, header)) {
                Ok(definitions) => walk(&definitions),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > payload.len(), "{refused} refused only");
}

/// Touches all that refers to something else.
fn walk(definitions: &Definitions) {
    for one in definitions.types() {
        assert!(definitions.lineage(one.id).count() <= definitions.types().len());
        for element in definitions.elements(one.id) {
            for (member, _) in definitions.member_names(element) {
                assert!(definitions.child(one.id, &member).is_some());
            }
        }
        for parameter in definitions.parameters(one.id) {
            for part in &parameter.components {
                assert!(definitions.parameter_at(&definitions.parameter_of(part.parameter).url).is_some());
            }
        }
        let operation = definitions.operation(OperationLevel::Type(one.id), "turn");
        assert!(operation.is_none_or(|found| found.on_type));
    }
    for compartment in definitions.compartments() {
        for resource in compartment.types() {
            assert!(
                definitions.type_of(resource).id == resource && compartment.parameters(resource).len() < 0xff
            );
        }
    }
}
