//! The OpenAPI document: its references resolve, its names are unique, and what it lists is there.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::Server;

fn started() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

/// Every `$ref` in it.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

/// Every method of every path: the path, the method, and what is said of it.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").iter();
        methods
            .filter(|(method, _)| *method != "parameters")
            .map(move |(method, operation)| (path, method, operation))
    })
}

#[test]
fn references_resolve_and_names_are_unique() {
    let (_folder, server) = started();
    let answer = server.get("/openapi.json");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert!(answer.bytes.len() < 3_000_000, "{} bytes", answer.bytes.len());
    let packed = server.send("GET", "/openapi.json", &[("Accept-Encoding", "gzip")], b"");
    let mut plain = Vec::new();
    GzDecoder::new(&*packed.bytes).read_to_end(&mut plain).expect("gzip");
    assert_eq!(plain, answer.bytes);
    assert_eq!(server.get("openapi.json").bytes, answer.bytes);

    let document = answer.value();
    assert_eq!(document["servers"][0]["url"], format!("{}/fhir", server.origin));
    assert_eq!(document["servers"][1]["url"], format!("{}/t/{{tenant}}/fhir", server.origin));
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').expect("a place in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for (kind, components) in document["components"].as_object().expect("components") {
        for key in components.as_object().expect("components").keys() {
            assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{key}");
            let is_used = found.contains(&*format!("#/components/{kind}/{key}"));
            // What only some options or operations need.
            let may_wait = ["Resource", "PreconditionRequired"].contains(&&**key) || kind == "schemas";
            assert!(is_used || may_wait, "{kind} {key}");
        }
    }
    let names: Vec<&str> = operations(&document)
        .map(|(.., operation)| operation["operationId"].as_str().expect("a name"))
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in
        ["readPatient", "searchObservation", "everythingPatient", "updateBinaryMatching", "processBundle"]
    {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn path_variables_are_declared_and_parameters_stand_once() {
    let (_folder, server) = started();
    let document = server.get("/openapi.json").value();
    let resolved = |parameter: &Value| {
        let pointer = parameter["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'))
            .expect("a reference");
        let found = document.pointer(pointer).expect("a parameter");
        let text = |member: &str| found[member].as_str().expect("a text").to_owned();
        (text("in"), text("name"))
    };
    for (path, method, operation) in operations(&document) {
        let of_path = document["paths"][path]["parameters"].as_array().into_iter().flatten();
        let all: Vec<_> =
            of_path.chain(operation["parameters"].as_array().into_iter().flatten()).map(resolved).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{method} {path}: {all:?}");
        let declared: BTreeSet<String> =
            all.iter().filter(|(place, _)| place == "path").map(|(_, name)| format!("{{{name}}}")).collect();
        let named = path.split('/').filter(|part| part.starts_with('{')).map(ToOwned::to_owned).collect();
        assert_eq!(declared, named, "{path}");
    }
}

#[test]
fn what_is_listed_is_there() {
    let (_folder, server) = started();
    let document = server.get("/openapi.json").value();
    for (path, method, operation) in operations(&document) {
        if !["System", "Resource", "Patient", "Binary", "Encounter", "Observation"]
            .iter()
            .any(|tag| operation["tags"][0] == *tag)
        {
            continue;
        }
        let sample = path
            .replace("{resourceType}", "Basic")
            .replace("{type}", "Observation")
            .replace("{id}", "1")
            .replace("{vid}", "1")
            .replace("{number}", "7");
        let body: &[u8] = if method == "get" || method == "delete" { b"" } else { b"{}" };
        let content = operation["requestBody"]["$ref"].as_str().map_or("", |reference| {
            let body = document.pointer(&reference[1..]).expect("a body");
            let content = body["content"].as_object().expect("media types");
            content.keys().map(String::as_str).find(|media| *media != "*/*").expect("a media type")
        });
        let headers = if content.is_empty() { &[][..] } else { &[("Content-Type", content)][..] };
        let answer = server.send(&method.to_uppercase(), &format!("/fhir{sample}"), headers, body);
        let status = answer.status;
        assert!(status < 500 && status != 405 && status != 415, "{method} {path}: {}", answer.text());
        let is_elsewhere = status == 404 && answer.text().contains("not-supported");
        assert!(
            !is_elsewhere && !answer.text().contains("nothing is here"),
            "{method} {path}: {}",
            answer.text()
        );
        let is_listed = operation["responses"][status.to_string()].is_object();
        assert!(is_listed, "{method} {path} answers {status}: {}", answer.text());
    }
}
