//! The schema as clients ask for it.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod shared;

use std::collections::BTreeSet;

use fornax_graphql::{Limits, Status};
use serde_json::Value;
use shared::{Memory, ask, on_instance, on_system};

/// The same fields as the query that GraphiQL and code generators send.
const QUERY: &str = "query IntrospectionQuery {
  __schema {
    description
    queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}";

fn asked(query: &str) -> Value {
    let (status, body) = ask(&Memory::of(&[]), on_system(query), &Limits::default());
    assert_eq!(status, Status::Executed, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert!(answer.get("errors").is_none());
    answer["data"].clone()
}

fn items<'v>(value: &'v Value, member: &str) -> &'v [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}

/// The named type at the core.
fn core(of: &Value) -> &str {
    let mut of = of;
    while of["name"].is_null() {
        of = &of["ofType"];
    }
    of["name"].as_str().unwrap()
}

#[test]
fn the_clients_query_is_answered() {
    let (status, body) = ask(&Memory::of(&[]), on_system(QUERY), &Limits::default());
    assert_eq!(status, Status::Executed);
    assert!(body.len() < 24 << 20, "{} bytes", body.len());
    let answer: Value = serde_json::from_str(&body).unwrap();
    let schema = &answer["data"]["__schema"];
    assert_eq!(schema["queryType"]["name"], "Query");
    let types = items(schema, "types");
    let names: BTreeSet<&str> = types.iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), types.len(), "each type once");
    for name in [
        "Patient",
        "PatientContact",
        "ElementBase",
        "PatientConnection",
        "PatientEdge",
        "Resource",
        "dateTime",
        "__Type",
    ] {
        assert!(names.contains(name), "{name}");
    }
    for of in types {
        let owner = &of["name"];
        let fields = items(of, "fields");
        assert!(
            !matches!(of["kind"].as_str(), Some("OBJECT" | "INTERFACE")) || !fields.is_empty(),
            "{owner}"
        );
        let own: BTreeSet<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(own.len(), fields.len(), "{owner}: each field once");
        for field in fields {
            assert!(names.contains(core(&field["type"])), "{owner}.{}", field["name"]);
            for argument in items(field, "args") {
                assert!(names.contains(core(&argument["type"])), "{owner}.{}", field["name"]);
                let name = argument["name"].as_str().unwrap();
                assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{name}");
            }
        }
    }
    let resource = types.iter().find(|of| of["name"] == "Resource").unwrap();
    assert_eq!(items(resource, "possibleTypes").len(), 146);
}

/// What the schema names can be asked for.
#[test]
fn described_fields_can_be_selected() {
    let described =
        asked("{ __schema { types { kind name fields { name type { kind ofType { kind } } } } } }");
    let types = items(&described["__schema"], "types");
    let of = types.iter().find(|of| of["name"] == "Patient").unwrap();
    let is_leaf = |of: &Value| {
        let of = if of["kind"] == "LIST" { &of["ofType"] } else { of };
        of["kind"] == "SCALAR"
    };
    let mut text = String::new();
    for field in items(of, "fields") {
        let name = field["name"].as_str().unwrap();
        let is_search = name.ends_with("List") || name.ends_with("Connection");
        if !is_search {
            text.push_str(name);
            text.push_str(if is_leaf(&field["type"]) { " " } else { " { __typename } " });
        }
    }
    let patient = r#"{"resourceType":"Patient"}"#;
    let (status, body) =
        ask(&Memory::of(&[]), on_instance(patient, &format!("{{ {text} }}")), &Limits::default());
    assert_eq!(status, Status::Executed, "{body}");
}

#[test]
fn single_types() {
    let check = |query: &str, data: &str| {
        let (_, body) = ask(&Memory::of(&[]), on_system(query), &Limits::default());
        assert_eq!(body, format!("{{\"data\":{data}}}"), "{query}");
    };
    check("{ __type(name: \"Nothing\") { name } }", r#"{"__type":null}"#);
    check(
        "{ __type(name: \"Patient\") { kind name interfaces { name } __typename } }",
        r#"{"__type":{"kind":"OBJECT","name":"Patient","interfaces":[{"name":"Resource"}],"__typename":"__Type"}}"#,
    );
    check(
        "{ __type(name: \"PatientEdge\") { fields { name type { name } } } }",
        r#"{"__type":{"fields":[{"name":"mode","type":{"name":"code"}},{"name":"score","type":{"name":"Float"}},{"name":"resource","type":{"name":"Patient"}}]}}"#,
    );
    let patient = r#"{"resourceType":"Patient"}"#;
    let (_, body) = ask(
        &Memory::of(&[]),
        on_instance(patient, "{ __schema { queryType { name } } }"),
        &Limits::default(),
    );
    assert_eq!(body, r#"{"data":{"__schema":{"queryType":{"name":"Patient"}}}}"#);
}
