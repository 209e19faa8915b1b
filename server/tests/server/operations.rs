//! Operations on resources.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Server};

fn started() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

fn put(server: &Server, name: &str, mut body: Value) {
    let (resource_type, id) = name.split_once('/').expect("a name");
    body["resourceType"] = json!(resource_type);
    body["id"] = json!(id);
    assert_eq!(server.json("PUT", name, &body.to_string()).status, 201, "{name}");
}

/// What a page holds.
fn names(answer: &Answer) -> BTreeSet<String> {
    let value = answer.value();
    let entries = value["entry"].as_array().cloned().unwrap_or_else(Vec::new);
    let name = |entry: &Value| {
        let text = |member: &str| entry["resource"][member].as_str().expect("a name").to_owned();
        format!("{}/{}", text("resourceType"), text("id"))
    };
    entries.iter().map(name).collect()
}

#[test]
fn everything_of_a_patient_and_of_an_encounter() {
    let (_folder, server) = started();
    let refers = |reference: &str| json!({ "reference": reference });
    put(&server, "Patient/a", json!({ "managingOrganization": refers("Organization/o") }));
    put(&server, "Patient/b", json!({}));
    put(&server, "Organization/o", json!({ "name": "x" }));
    put(&server, "Practitioner/d", json!({}));
    put(
        &server,
        "Encounter/e",
        json!({ "status": "finished", "class": { "code": "AMB" }, "subject": refers("Patient/a") }),
    );
    let observation = |patient: &str| {
        json!({ "status": "final", "code": { "text": "x" }, "subject": refers(patient),
        "encounter": refers("Encounter/e"), "performer": [refers("Practitioner/d")] })
    };
    put(&server, "Observation/1", observation("Patient/a"));
    put(&server, "Observation/2", observation("Patient/b"));
    let of = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        names(&answer)
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let all = set(&["Patient/a", "Organization/o", "Practitioner/d", "Encounter/e", "Observation/1"]);
    assert_eq!(of("Patient/a/$everything"), all);
    assert_eq!(
        of("Patient/a/$everything?_type=Observation&_count=10"),
        set(&["Observation/1", "Patient/a", "Encounter/e", "Practitioner/d"])
    );
    assert_eq!(
        of("Encounter/e/$everything"),
        set(&["Encounter/e", "Observation/1", "Observation/2", "Patient/a", "Patient/b", "Practitioner/d"])
    );
    assert_eq!(of("Patient/a/$everything?_since=2100-01-01T00:00:00Z"), set(&[]));
    // Page by page it is the same.
    let mut found = BTreeSet::new();
    let mut page = server.get("Patient/a/$everything?_count=1");
    loop {
        found.extend(names(&page));
        let Some(next) = page.link("next") else { break };
        page = server.get(next.strip_prefix(&server.origin).expect("a link of this server"));
    }
    assert_eq!(found, all);

    assert_eq!(server.get("Patient/none/$everything").status, 404);
    assert_eq!(server.get("Observation/1/$everything").status, 400);
    assert_eq!(server.get("Patient/a/$everything?start=2020-01-01").status, 400);
    assert_eq!(server.get("Patient/a/$everything?_since=yesterday").status, 400);
    assert_eq!(server.send("DELETE", "Patient/a/$everything", &[], b"").status, 405);
}

#[test]
fn operations_are_told_of() {
    let (_folder, server) = started();
    assert_eq!(
        server.get("$versions").value()["parameter"][1],
        json!({ "name": "default", "valueCode": "4.0" })
    );
    let statement = server.get("metadata").value();
    let of = |name: &str| {
        let types = statement["rest"][0]["resource"].as_array().expect("types");
        let of_type = types.iter().find(|one| one["type"] == name).expect("the type");
        let operations = of_type["operation"].as_array().expect("operations");
        operations.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("Patient"), of("Observation")),
        (vec!["everything".to_owned(), "validate".to_owned()], vec!["validate".to_owned()])
    );
}

#[test]
fn a_resource_is_validated_and_not_written() {
    let (_folder, server) = started();
    let validated = |path: &str, body: &str| {
        let answer = server.json("POST", path, body);
        let issue = answer.value()["issue"][0].clone();
        let text = |name: &str| issue[name].as_str().unwrap_or("").to_owned();
        (answer.status, text("severity"), issue["expression"][0].as_str().unwrap_or("").to_owned())
    };
    let row = |status: u16, severity: &str, place: &str| (status, severity.to_owned(), place.to_owned());
    let good = r#"{"resourceType":"Patient","gender":"female"}"#;
    let bad = r#"{"resourceType":"Patient","birthDate":"yesterday"}"#;
    assert_eq!(validated("Patient/$validate", good), row(200, "information", ""));
    assert_eq!(validated("Patient/$validate", bad), row(200, "error", "Patient.birthDate"));
    assert_eq!(validated("Observation/$validate", good), row(200, "error", "resourceType"));
    assert_eq!(validated("Patient/$validate", "{"), row(400, "error", ""));
    let own = r#"{"resourceType":"Patient","id":"a"}"#;
    assert_eq!(validated("Patient/a/$validate", own), row(200, "information", ""));
    assert_eq!(validated("Patient/b/$validate", own), row(200, "error", "Patient.id"));
    let among = |rest: &str| {
        format!(
            r#"{{"resourceType":"Parameters","parameter":[{{"name":"resource","resource":{bad}}}{rest}]}}"#
        )
    };
    assert_eq!(validated("Patient/$validate", &among("")), row(200, "error", "Patient.birthDate"));
    let profile = among(r#",{"name":"profile","valueUri":"http://example.org/p"}"#);
    assert_eq!(validated("Patient/$validate", &profile).0, 400);
    assert_eq!(validated("Patient/$validate?profile=http://example.org/p", good).0, 400);
    assert_eq!(validated("Patient/$validate", r#"{"resourceType":"Parameters"}"#).0, 400);
    assert_eq!(server.total("Patient"), 0);

    let pdf = server.send("POST", "Binary/$validate", &[("content-type", "application/pdf")], b"x");
    assert_eq!((pdf.status, server.total("Binary")), (415, 0), "content is not validated, nor written");
    put(&server, "Patient/a", json!({}));
    assert_eq!(server.get("Patient/a/$validate").value()["issue"][0]["severity"], "information");
    assert_eq!(server.get("Patient/none/$validate").status, 404);
    assert_eq!(server.get("Patient/$validate").status, 405);
}
