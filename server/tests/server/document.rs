//! `$document`.

use serde_json::{Value, json};

use crate::operations::{put, started};
use crate::support::{Answer, Server};

fn refers(name: &str) -> Value {
    json!({ "reference": name })
}

/// A Composition with these members beside those that it must have.
fn compose(server: &Server, id: &str, more: &Value) {
    let mut body = json!({ "status": "final", "type": { "text": "x" }, "date": "2020-01-01", "title": "x",
        "subject": refers("Patient/a"), "author": [refers("Practitioner/d")] });
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    put(server, &format!("Composition/{id}"), body);
}

fn clinic() -> (tempfile::TempDir, Server) {
    let (folder, server) = started();
    for name in
        ["Patient/a", "Patient/b", "Practitioner/d", "Practitioner/e", "Organization/o", "Medication/m"]
    {
        put(&server, name, json!({}));
    }
    let class = json!({ "code": "AMB" });
    put(
        &server,
        "Encounter/v",
        json!({ "status": "finished", "class": class, "serviceProvider": refers("Organization/none") }),
    );
    for id in ["1", "2"] {
        let code = json!({ "text": "x" });
        put(
            &server,
            &format!("Observation/{id}"),
            json!({ "status": "final", "code": code, "subject": refers("Patient/b") }),
        );
    }
    (folder, server)
}

/// The full URLs of the entries, without the base, in order.
fn entries(server: &Server, answer: &Answer) -> Vec<String> {
    let value = answer.value();
    assert_eq!((answer.status, &value["type"]), (200, &json!("document")), "{}", answer.text());
    let base = format!("{}/fhir/", server.origin);
    let of = |entry: &Value| {
        let url =
            entry["fullUrl"].as_str().expect("a URL").strip_prefix(&base).expect("of this server").to_owned();
        let resource = &entry["resource"];
        let text = |name: &str| resource[name].as_str().expect("a text").to_owned();
        assert_eq!(url, format!("{}/{}", text("resourceType"), text("id")));
        url
    };
    value["entry"].as_array().expect("entries").iter().map(of).collect()
}

#[test]
fn a_document_is_the_composition_and_what_it_refers_to() {
    let (_folder, server) = clinic();
    compose(
        &server,
        "c",
        &json!({
            "contained": [{ "resourceType": "List", "id": "l", "status": "current", "mode": "working",
                "entry": [{ "item": refers("Medication/m") }] }],
            "encounter": refers("Encounter/v"), "custodian": refers("Organization/o"),
            "attester": [{ "mode": "legal", "party": refers("Practitioner/e") }, { "mode": "legal", "party": refers("Practitioner/d") }],
            "relatesTo": [{ "code": "appends", "targetReference": refers("Composition/none") }],
            "section": [{ "title": "x", "entry": [refers("Observation/2"), refers("#l"), { "display": "said" }],
                "section": [{ "title": "y", "author": [refers("Practitioner/e")], "entry": [refers("Observation/1"), refers("Observation/2")] }] }] }),
    );
    let answer = server.get("Composition/c/$document");
    let mut found = entries(&server, &answer);
    assert_eq!(found.remove(0), "Composition/c", "it comes first");
    found.sort();
    let all = [
        "Encounter/v",
        "Medication/m",
        "Observation/1",
        "Observation/2",
        "Organization/o",
        "Patient/a",
        "Practitioner/d",
        "Practitioner/e",
    ];
    assert_eq!(found, all, "each is there once");
    let value = answer.value();
    assert_eq!(value["identifier"]["system"], "urn:ietf:rfc:3986");
    assert!(value["identifier"]["value"].as_str().expect("a value").starts_with("urn:uuid:"));
    assert!(value["timestamp"].is_string() && value.get("id").is_none() && value.get("total").is_none());
    assert_eq!(server.total("Bundle"), 0);
    assert_eq!(server.json("POST", "Composition/c/$document", "").status, 200);

    let parameters =
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "persist", "valueBoolean": true }] });
    let stored = server.json("POST", "Composition/c/$document", &parameters.to_string());
    let location = stored.header("location").expect("a location").to_owned();
    assert_eq!(entries(&server, &stored).len(), 9);
    let path = location.strip_prefix(&server.origin).expect("of this server").to_owned();
    assert_eq!(server.get(&path).value(), stored.value());
    assert_eq!(server.get(&format!("Bundle/{}", stored.id())).value()["type"], "document");
    assert_eq!(server.get("Composition/c/$document?persist=true").status, 200);
    assert_eq!(server.total("Bundle"), 2);
    assert_eq!(server.send("HEAD", "Composition/c/$document?persist=true", &[], b"").status, 400);
    assert_eq!(server.total("Bundle"), 2, "a HEAD stores nothing");
}

#[test]
fn a_version_that_is_referred_to_is_the_one_that_is_there() {
    let (_folder, server) = clinic();
    let changed = json!({ "resourceType": "Patient", "id": "a", "gender": "female" });
    assert_eq!(server.json("PUT", "Patient/a", &changed.to_string()).status, 200);
    compose(&server, "c", &json!({ "subject": refers("Patient/a/_history/1") }));
    let value = server.get("Composition/c/$document").value();
    assert_eq!(value["entry"][1]["resource"]["meta"]["versionId"], "1");
    assert_eq!(value["entry"][1]["resource"].get("gender"), None);
}

#[test]
fn a_document_is_whole_or_refused() {
    let (_folder, server) = clinic();
    let check = |id: &str, more: &Value, code: &str, place: &str| {
        compose(&server, id, more);
        let answer = server.get(&format!("Composition/{id}/$document"));
        let issue = answer.value()["issue"][0].clone();
        assert_eq!((answer.status, &issue["code"]), (422, &json!(code)), "{}", answer.text());
        assert_eq!(issue["expression"][0], place);
    };
    assert_eq!(server.send("DELETE", "Observation/2", &[], b"").status, 204);
    let section = |name: &str| json!({ "section": [{ "title": "x", "entry": [refers("Observation/1"), refers(name)] }] });
    let place = "Composition.section[0].entry[1].reference";
    check("1", &section("Observation/none"), "not-found", place);
    check("2", &section("Observation/2"), "deleted", place);
    check("3", &section("Observation/1/_history/7"), "not-found", place);
    check("4", &section("https://other.example/fhir/Observation/1"), "not-supported", place);
    check("5", &section("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"), "not-supported", place);
    check("6", &json!({ "subject": refers("Patient/none") }), "not-found", "Composition.subject.reference");

    let status = |path: &str| server.get(path).status;
    assert_eq!(status("Composition/none/$document"), 404);
    assert_eq!(server.send("DELETE", "Composition/1", &[], b"").status, 204);
    assert_eq!(status("Composition/1/$document"), 410);
    assert_eq!(status("Patient/a/$document"), 404);
    compose(&server, "7", &json!({}));
    let graph = server.get("Composition/7/$document?graph=http://example.org/g");
    assert_eq!(graph.status, 400);
    assert!(graph.text().contains("graph"), "{}", graph.text());
    assert_eq!(status("Composition/7/$document?persist=maybe"), 400);
    assert_eq!(server.total("Bundle"), 0);
}
