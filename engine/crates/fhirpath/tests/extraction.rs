//! Plans: what they find, and that they find what the expressions alone do.
#![allow(clippy::disallowed_methods, reason = "the shared examples are read")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fornax_definitions::{Component, SearchParameter, TypeId, r4};
use fornax_fhirpath::{
    Compiler, Dialect, Element, Environment, Error, ExtractionPlan, Item, Limit, Limits, ParameterError, Part,
};
use fornax_model::{Document, Node, NodeId};

const PATIENT: &str = r#"{
    "resourceType": "Patient", "id": "p1", "meta": {"tag": [{"code": "t"}]}, "active": true,
    "contained": [{"resourceType": "Organization", "id": "org"}],
    "extension": [{"url": "http://example.org/a", "valueString": "one"}, {"url": "http://example.org/b"}],
    "_language": {"extension": [{"url": "http://example.org/absent"}]},
    "birthDate": "1974-12-25", "_birthDate": {"id": "b"},
    "name": [{"family": "Chalmers", "given": ["Peter", "James"]},
             {"given": ["Jim", null], "_given": [null, {"id": "g"}]}],
    "telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "2"}, {"system": "phone", "value": "3"}],
    "deceasedDateTime": "2020-01-01",
    "generalPractitioner": [{"reference": "Practitioner/1"}, {"reference": "Organization/2"}]
}"#;

const OBSERVATION: &str = r#"{
    "resourceType": "Observation", "code": {"text": "whole"}, "valueQuantity": {"value": 1},
    "component": [{"code": {"text": "a"}, "valueQuantity": {"value": 2}},
                  {"code": {"text": "b"}, "valueString": "high"},
                  {"valueQuantity": {"value": 3}}]
}"#;

const BUNDLE: &str = r#"{
    "resourceType": "Bundle", "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": {"resourceType": "Group", "id": "g"}}]
}"#;

fn document(source: &str) -> (Document, TypeId) {
    let document = Document::parse(source, &fornax_model::Limits::default()).expect("JSON");
    let name = document.root().get("resourceType").and_then(Node::as_str).expect("a resource").into_owned();
    let type_id = r4().type_named(&name).expect("a type").id;
    (document, type_id)
}

/// A parameter of any expression; its number and URL are those of another.
fn parameter(expression: &'static str, components: &[&'static str]) -> SearchParameter {
    let patient = r4().type_named("Patient").expect("a type").id;
    let other = r4().parameter(patient, "name").expect("a parameter");
    let components = components
        .iter()
        .map(|expression| Component { parameter: other.id, expression: (*expression).into() });
    SearchParameter { expression: Some(expression.into()), components: components.collect(), ..other.clone() }
}

fn shown(item: &Item<'_>) -> String {
    let text = |node: Node<'_>| String::from_utf8_lossy(node.raw()).into_owned();
    match item {
        Item::Element(element) => {
            let extra = element.extra.map_or(String::new(), |extra| format!("+{}", text(extra)));
            let node = element.node.map_or(String::new(), text);
            format!("{} {node}{extra}", r4().type_of(element.type_id).name)
        }
        Item::Value(value) => format!("{:?} {value}", value.system_type()),
        Item::Target(_) => "a target".to_owned(),
    }
}

fn extracted(source: &str, parameter: &SearchParameter) -> Result<Vec<String>, ParameterError> {
    let (document, type_id) = document(source);
    let plan = ExtractionPlan::new(&Compiler::new(r4()), type_id, [parameter])?;
    let root = Element::new(document.root(), type_id);
    let mut instances: Vec<NodeId> = Vec::new();
    let mut found = Vec::new();
    let mut take = |extracted: fornax_fhirpath::Extracted<'_>| {
        assert_eq!(extracted.parameter, parameter.id);
        let item = shown(&extracted.item);
        found.push(match extracted.part {
            Part::Whole => item,
            Part::Component { index, instance } => {
                if !instances.contains(&instance) {
                    instances.push(instance);
                }
                let place = instances.iter().position(|known| *known == instance).expect("just put there");
                format!("{place}.{index} {item}")
            }
        });
    };
    plan.extract(root, &Environment::of(root), &mut take).expect("extracted");
    Ok(found)
}

fn check(source: &str, expression: &'static str, components: &[&'static str], expected: &[&str]) {
    let found = extracted(source, &parameter(expression, components));
    assert_eq!(found.expect("a plan"), expected, "{expression} {components:?}");
}

#[test]
fn plain_paths() {
    check(PATIENT, "Patient.id", &[], &["string \"p1\""]);
    check(PATIENT, "Resource.meta.tag", &[], &["Coding {\"code\": \"t\"}"]);
    check(PATIENT, "Patient.name.family", &[], &["string \"Chalmers\""]);
    check(
        PATIENT,
        "Patient.name.given",
        &[],
        &["string \"Peter\"", "string \"James\"", "string \"Jim\"", "string +{\"id\": \"g\"}"],
    );
    check(PATIENT, "Patient.birthDate", &[], &["date \"1974-12-25\"+{\"id\": \"b\"}"]);
    check(PATIENT, "Patient.birthDate.id", &[], &["string \"b\""]);
    check(PATIENT, "Patient.language.extension.url", &[], &["uri \"http://example.org/absent\""]);
    check(PATIENT, "Patient.photo", &[], &[]);
    check(PATIENT, "Practitioner.name | Person.name", &[], &[]);
    check(PATIENT, "$this.active", &[], &["boolean true"]);
    check(
        PATIENT,
        "Patient.contained",
        &[],
        &["Organization {\"resourceType\": \"Organization\", \"id\": \"org\"}"],
    );
}

#[test]
fn choices() {
    check(PATIENT, "Patient.deceased", &[], &["dateTime \"2020-01-01\""]);
    check(PATIENT, "Patient.deceased.ofType(dateTime)", &[], &["dateTime \"2020-01-01\""]);
    check(PATIENT, "(Patient.deceased as boolean)", &[], &[]);
    check(PATIENT, "Patient.deceased.as(DateTime)", &[], &["dateTime \"2020-01-01\""]);
    check(OBSERVATION, "(Observation.component.value as Quantity).value", &[], &["decimal 2", "decimal 3"]);
    check(
        OBSERVATION,
        "Observation.component.value",
        &[],
        &["Quantity {\"value\": 2}", "string \"high\"", "Quantity {\"value\": 3}"],
    );
}

#[test]
fn filters() {
    check(PATIENT, "Patient.telecom.where(system = 'phone').value", &[], &["string \"1\"", "string \"3\""]);
    check(
        PATIENT,
        "Patient.telecom.where(system = 'phone').where(value = '3').value",
        &[],
        &["string \"3\""],
    );
    check(
        PATIENT,
        "Patient.generalPractitioner.where(resolve() is Practitioner).reference",
        &[],
        &["string \"Practitioner/1\""],
    );
    check(PATIENT, "Patient.extension('http://example.org/a').value", &[], &["string \"one\""]);
    check(PATIENT, "extension('http://example.org/a').value as string", &[], &["string \"one\""]);
    check(PATIENT, "Patient.where(active).id", &[], &["string \"p1\""]);
    // The filter's elements come when the unfiltered ones do.
    check(
        PATIENT,
        "Patient.telecom.value | Patient.telecom.where(system = 'email').value",
        &[],
        &["string \"1\"", "string \"2\"", "string \"2\"", "string \"3\""],
    );
}

#[test]
fn what_looks_at_several_elements_is_computed() {
    check(PATIENT, "Patient.telecom[1].value", &[], &["string \"2\""]);
    check(PATIENT, "Patient.telecom.first().value", &[], &["string \"1\""]);
    check(PATIENT, "Patient.telecom.where($index = 2).value", &[], &["string \"3\""]);
    check(PATIENT, "Patient.deceased.exists() and Patient.deceased != false", &[], &["Boolean true"]);
    check(PATIENT, "Patient.name.count()", &[], &["Integer 2"]);
    check(PATIENT, "Patient.contained.id", &[], &["string \"org\""]);
    check(PATIENT, "%resource.id", &[], &["string \"p1\""]);
    check(BUNDLE, "Bundle.entry[1].resource", &[], &["Group {\"resourceType\": \"Group\", \"id\": \"g\"}"]);
    check(BUNDLE, "Bundle.entry.resource.ofType(Patient).id", &[], &["string \"p\""]);
    check(
        BUNDLE,
        "Bundle.entry.resource",
        &[],
        &[
            "Patient {\"resourceType\": \"Patient\", \"id\": \"p\"}",
            "Group {\"resourceType\": \"Group\", \"id\": \"g\"}",
        ],
    );
}

#[test]
fn composites() {
    check(
        OBSERVATION,
        "Observation.component",
        &["code.text", "value.as(Quantity).value"],
        &["0.0 string \"a\"", "0.1 decimal 2", "1.0 string \"b\"", "2.1 decimal 3"],
    );
    check(
        OBSERVATION,
        "Observation | Observation.component",
        &["code.text", "value.value"],
        &[
            "0.0 string \"whole\"",
            "0.1 decimal 1",
            "1.0 string \"a\"",
            "1.1 decimal 2",
            "2.0 string \"b\"",
            "3.1 decimal 3",
        ],
    );
    check(
        OBSERVATION,
        "Observation",
        &["component.code.text", "code.text"],
        &["0.1 string \"whole\"", "0.0 string \"a\"", "0.0 string \"b\""],
    );
    // A component that is computed, and a composite that is.
    check(
        OBSERVATION,
        "Observation.component.where(code.exists())",
        &["%resource.code.text", "code.text"],
        &["0.0 string \"whole\"", "0.1 string \"a\"", "1.0 string \"whole\"", "1.1 string \"b\""],
    );
    check(
        OBSERVATION,
        "Observation.component.tail()",
        &["code.text", "value.exists()"],
        &["0.0 string \"b\"", "0.1 Boolean true", "1.1 Boolean true"],
    );
}

#[test]
fn mistakes_name_the_parameter() {
    for (expression, components, at) in [
        ("Patient.nonsense", &[][..], 8),
        ("Patient.name | Patient.nonsense", &[], 23),
        ("Patient.name", &["nonsense"], 0),
        ("Patient.name.where(nonsense)", &[], 19),
        ("Patient.name.as(Nonsense)", &[], 13),
        ("Patient.name.", &[], 13),
    ] {
        let error = extracted(PATIENT, &parameter(expression, components)).expect_err(expression);
        assert_eq!(error.error.at(), at, "{expression}: {error}");
        assert!(error.to_string().contains("SearchParameter/"), "{error}");
    }
}

#[test]
fn the_limits_hold_for_the_whole_walk() {
    let (document, type_id) = document(PATIENT);
    let compiler = Compiler::new(r4()).limits(Limits { steps_max: 10, ..Limits::default() });
    let plan = ExtractionPlan::new(&compiler, type_id, r4().parameters(type_id)).expect("a plan");
    let root = Element::new(document.root(), type_id);
    let error = plan.extract(root, &Environment::of(root), &mut |_| ()).expect_err("more than ten steps");
    assert!(matches!(error, Error::Limit { limit: Limit::Steps, .. }), "{error}");
}

/// With values as FHIRPath's unions compare them.
fn compared(item: &Item<'_>) -> String {
    match item {
        Item::Element(Element { node: Some(node), type_id, .. }) => {
            let value = shared::plain(serde_json::from_slice(node.raw()).expect("JSON"));
            format!("{} {value}", r4().type_of(*type_id).name)
        }
        other => shown(other),
    }
}

/// The walk and the evaluator have little in common: they must agree on every parameter of every example.
#[test]
fn plans_find_what_the_programs_do() {
    let Some(data) = shared::folder() else { return };
    let examples = Path::new(env!("CARGO_TARGET_TMPDIR")).join("r4-examples-for-plans");
    if shared::unpack(&data.join("data/fhir-r4-spec-examples/files.tar.zst"), &examples).is_none() {
        return;
    }
    let compiler = Compiler::new(r4());
    let search = compiler.clone().dialect(Dialect::R4);
    let mut count = 0;
    for entry in std::fs::read_dir(examples).expect("the examples") {
        let source = std::fs::read_to_string(entry.expect("an example").path()).expect("text");
        let (document, type_id) = document(&source);
        let root = Element::new(document.root(), type_id);
        let environment = Environment::of(root);
        let plan = ExtractionPlan::new(&compiler, type_id, r4().parameters(type_id)).expect("a plan");
        let mut by_plan: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut take = |found: fornax_fhirpath::Extracted<'_>| {
            if found.part == Part::Whole {
                let url = &*r4().parameter_of(found.parameter).url;
                by_plan.entry(url).or_default().insert(compared(&found.item));
            }
        };
        plan.extract(root, &environment, &mut take).expect("extracted");
        let mut by_program: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for parameter in r4().parameters(type_id).filter(|parameter| parameter.components.is_empty()) {
            let Some(expression) = &parameter.expression else { continue };
            let program = search.compile(expression, type_id).expect("compiles");
            for item in program.evaluate(root, &environment).expect("evaluated") {
                by_program.entry(&*parameter.url).or_default().insert(compared(&item));
            }
        }
        assert_eq!(by_plan, by_program, "{source}");
        count += by_program.values().map(BTreeSet::len).sum::<usize>();
    }
    assert!(count > 7_000, "only {count} values compared");
}
