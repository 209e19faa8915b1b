//! Operations on resources.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Server};

pub fn started() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

pub fn put(server: &Server, name: &str, mut body: Value) {
    let (resource_type, id) = name.split_once('/').expect("a name");
    body["resourceType"] = json!(resource_type);
    body["id"] = json!(id);
    assert_eq!(server.json("PUT", name, &body.to_string()).status, 201, "{name}");
}

/// What a page holds.
pub fn names(answer: &Answer) -> BTreeSet<String> {
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
    put(
        &server,
        "Group/g",
        json!({ "type": "person", "actual": true,
        "member": [{ "entity": refers("Patient/a") }, { "entity": refers("Patient/b") }] }),
    );
    let of = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        names(&answer)
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    // The group is there, and who else is in it is not.
    let all =
        set(&["Patient/a", "Organization/o", "Practitioner/d", "Encounter/e", "Observation/1", "Group/g"]);
    assert_eq!(of("Patient/a/$everything"), all);
    assert_eq!(of("Patient/a/$everything?_type=Observation&_count=10"), set(&["Observation/1"]));
    assert_eq!(
        of("Encounter/e/$everything"),
        set(&["Encounter/e", "Observation/1", "Observation/2", "Patient/a", "Patient/b", "Practitioner/d"])
    );
    assert_eq!(of("Patient/a/$everything?_since=2100-01-01T00:00:00Z"), set(&[]));
    // Page by page it is the same.
    let by_pages = |path: &str| {
        let (mut found, mut page) = (BTreeSet::new(), server.get(path));
        loop {
            found.extend(names(&page));
            let Some(next) = page.link("next") else { break found };
            assert!(next.contains("everything"), "{next}");
            page = server.get(next.strip_prefix(&server.origin).expect("a link of this server"));
        }
    };
    assert_eq!(by_pages("Patient/a/$everything?_count=1"), all);
    let two = "Patient/a/$everything?_count=1&_type=Observation&_type=Encounter";
    assert_eq!(by_pages(two), set(&["Observation/1", "Encounter/e"]));

    assert_eq!(server.get("Patient/none/$everything").status, 404);
    assert_eq!(server.get("Observation/1/$everything").status, 404);
    assert_eq!(server.get("Patient/a/$everything?start=spring").status, 400);
    assert_eq!(server.get("Patient/a/$everything?_since=yesterday").status, 400);
    assert_eq!(server.send("DELETE", "Patient/a/$everything", &[], b"").status, 405);
}

#[test]
fn graphql_of_the_system_and_of_a_resource() {
    let (_folder, server) = started();
    put(
        &server,
        "Patient/a",
        json!({ "name": [{ "family": "Lovelace", "given": ["Ada"] }], "birthDate": "1815-12-10" }),
    );
    for number in 0..3 {
        let value = json!({ "value": number, "unit": "g" });
        put(
            &server,
            &format!("Observation/{number}"),
            json!({ "status": "final", "code": { "text": "x" },
            "subject": { "reference": "Patient/a" }, "valueQuantity": value }),
        );
    }
    let ask = |path: &str, query: &str| {
        let body = json!({ "query": query }).to_string();
        let answer = server.send("POST", path, &[("content-type", "application/json")], body.as_bytes());
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8"),
            "{}",
            answer.text()
        );
        (answer.status, answer.value())
    };
    let query = "{ name { family given } ObservationList(_reference: patient, _count: 2, _sort: \"_id\") { id valueQuantity { value } } }";
    let data = json!({ "name": [{ "family": "Lovelace", "given": ["Ada"] }],
        "ObservationList": [{ "id": "0", "valueQuantity": { "value": 0 } }, { "id": "1", "valueQuantity": { "value": 1 } }] });
    assert_eq!(ask("Patient/a/$graphql", query), (200, json!({ "data": data })));
    let (status, answer) = ask(
        "$graphql",
        "{ Observation(id: 2) { subject { resource { ... on Patient { birthDate } } } } PatientList(family: \"lovelace\") { id } }",
    );
    let data = json!({ "Observation": { "subject": { "resource": { "birthDate": "1815-12-10" } } }, "PatientList": [{ "id": "a" }] });
    assert_eq!((status, answer), (200, json!({ "data": data })));
    // Page by page.
    let (mut found, mut arguments) = (Vec::new(), "_count: 2, _sort: \"_id\"".to_owned());
    for _ in 0..2 {
        let query =
            format!("{{ ObservationConnection({arguments}) {{ next edges {{ resource {{ id }} }} }} }}");
        let (_, answer) = ask("$graphql", &query);
        let page = &answer["data"]["ObservationConnection"];
        let edges = page["edges"].as_array().unwrap_or_else(|| panic!("{answer}"));
        found.extend(edges.iter().map(|edge| edge["resource"]["id"].as_str().expect("an id").to_owned()));
        arguments = format!("_cursor: {}", page["next"]);
    }
    assert_eq!(found, ["0", "1", "2"]);

    let get = server.get("Patient/a/$graphql?query=%7BbirthDate%7D");
    assert_eq!(get.value(), json!({ "data": { "birthDate": "1815-12-10" } }));
    let text =
        server.send("POST", "Patient/a/$graphql", &[("content-type", "application/graphql")], b"{ id }");
    assert_eq!(text.value(), json!({ "data": { "id": "a" } }));
    let variables = json!({ "query": "query q($id: ID) { Patient(id: $id) { id } }", "operationName": "q", "variables": { "id": "a" } });
    let answer = server.send(
        "POST",
        "$graphql",
        &[("content-type", "application/json")],
        variables.to_string().as_bytes(),
    );
    assert_eq!(answer.value(), json!({ "data": { "Patient": { "id": "a" } } }));

    assert_eq!(ask("$graphql", "{").0, 400);
    assert_eq!(ask("$graphql", "{ Patient(id: a) { nothing } }").0, 400);
    assert!(ask("$graphql", "{ PatientList(nothing: 1) { id } }").1["errors"].is_array());
    assert_eq!(server.get("Patient/none/$graphql?query=%7Bid%7D").status, 404);
    assert_eq!(server.send("POST", "$graphql", &[("content-type", "text/plain")], b"{ id }").status, 415);
    assert_eq!(server.send("POST", "$graphql", &[("content-type", "application/json")], b"[]").status, 400);
}

#[test]
fn what_is_no_operation_there_says_where_it_is_one() {
    let (_folder, server) = started();
    let check = |method: &str, path: &str, part: &str| {
        let answer = server.send(method, path, &[], b"");
        let issue = answer.value()["issue"][0].clone();
        assert_eq!((answer.status, &issue["code"]), (404, &json!("not-supported")), "{path}: {issue}");
        let text = issue["diagnostics"].as_str().expect("a text");
        assert!(text.contains(part), "{path}: {text}");
    };
    check("GET", "$nothing", "there is no operation $nothing, of the system");
    check("POST", "Patient/1/$nothing", "of resources of the type Patient");
    check("DELETE", "Patient/$", "there is no operation $, of the type Patient");
    for elsewhere in ["Patient", "Group", "Encounter"] {
        check("GET", "Observation/1/$everything", &format!("[base]/{elsewhere}/[id]/$everything"));
    }
    check("GET", "Patient/$everything", "$everything is no operation of the type Patient: it is called as");
    check("GET", "$validate", "[base]/[type]/$validate, [base]/[type]/[id]/$validate");
    check("GET", "Nonsense/$validate", "no such resource type");
    check("GET", &format!("${}", "x".repeat(1_000)), &format!("${}, of", "x".repeat(63)));
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
    let has = |of_type: &str, name: &str| of(of_type).iter().any(|one| one == name);
    assert!(["everything", "graphql", "validate", "erase"].iter().all(|name| has("Patient", name)));
    assert!(has("Observation", "lastn") && !has("Observation", "everything"));
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

#[test]
fn pages_of_named_origins_may_ask_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let asked = |server: &Server, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "content-type,if-match"),
        ];
        let before = server.send("OPTIONS", "Patient/a", &headers, b"");
        let read = server.send("GET", "metadata", &[("origin", origin)], b"");
        let allowed = |answer: &Answer| answer.header("access-control-allow-origin").map(ToOwned::to_owned);
        assert_eq!(read.status, 200);
        (allowed(&before), allowed(&read), before.header("access-control-allow-headers").is_some())
    };
    let server = Server::start(&data);
    assert_eq!(asked(&server, "https://app.example.org"), (None, None, false));
    drop(server);
    let server = Server::start_with(&data, &["--cors-origin", "https://app.example.org"]);
    let own = Some("https://app.example.org".to_owned());
    assert_eq!(asked(&server, "https://app.example.org"), (own.clone(), own, true));
    let other = asked(&server, "https://app.example.org.evil.example");
    assert_eq!((other.0, other.1), (None, None));
}
