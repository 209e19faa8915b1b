//! Conditional updates, patches and deletes, updates that change nothing, and all of them in Bundles.

use std::sync::Barrier;

use serde_json::{Value, json};

use crate::support::{Answer, Server};

fn started() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

fn patient(id: Option<&str>, identifier: &str, family: &str) -> String {
    let mut body = json!({"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": identifier}],
        "name": [{"family": family}]});
    if let Some(id) = id {
        body["id"] = json!(id);
    }
    body.to_string()
}

fn version(answer: &Answer) -> (u16, String, String) {
    let body = answer.value();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    (answer.status, text(&body["id"]), text(&body["meta"]["versionId"]))
}

#[test]
fn a_conditional_update_answers_none_one_and_several() {
    let (_folder, server) = started();
    let put = |query: &str, body: &str| server.json("PUT", &format!("Patient?{query}"), body);
    let made = put("identifier=urn:x|1", &patient(None, "1", "a"));
    assert_eq!(made.status, 201);
    let id = version(&made).1;
    assert_eq!(
        version(&put("identifier=urn:x|1", &patient(None, "1", "b"))),
        (200, id.clone(), "2".to_owned())
    );
    let own = patient(Some(&id), "1", "c");
    assert_eq!(version(&put("identifier=urn:x|1&_format=json", &own)), (200, id.clone(), "3".to_owned()));
    assert_eq!(put("identifier=urn:x|1", &patient(Some("other"), "1", "d")).status, 400);
    assert_eq!(version(&put("identifier=urn:x|2", &patient(Some("mine"), "2", "e"))).1, "mine");
    // The id is taken by one that the criteria do not match.
    assert_eq!(put("identifier=urn:x|3", &patient(Some("mine"), "3", "f")).status, 409);
    assert_eq!(server.json("POST", "Patient", &patient(None, "1", "g")).status, 201);
    assert_eq!(put("identifier=urn:x|1", &patient(None, "1", "h")).status, 412);
    for without_criteria in ["", "_format=json", "_sort=name"] {
        assert_eq!(put(without_criteria, &patient(None, "1", "i")).status, 412, "{without_criteria}");
    }
    assert_eq!(put("no-such=1", &patient(None, "1", "i")).status, 400);
    assert_eq!(server.get("Patient/mine").value()["name"][0]["family"], "e");
}

#[test]
fn a_conditional_delete_deletes_one_or_all_or_none() {
    let (folder, server) = started();
    for identifier in ["1", "2", "2", "3"] {
        assert_eq!(server.json("POST", "Patient", &patient(None, identifier, "a")).status, 201);
    }
    let delete =
        |server: &Server, query: &str| server.send("DELETE", &format!("Patient?{query}"), &[], b"").status;
    let count = |server: &Server| server.get("Patient?_summary=count").value()["total"].as_u64();
    assert_eq!(delete(&server, "identifier=urn:x|1"), 204);
    assert_eq!(delete(&server, "identifier=urn:x|1"), 204);
    assert_eq!(delete(&server, "identifier=urn:x|2"), 412);
    assert_eq!(delete(&server, ""), 412);
    assert_eq!(count(&server), Some(3));
    drop(server);
    let server = Server::start_with(&folder.path().join("data"), &["--conditional-delete-max", "2"]);
    assert_eq!(delete(&server, "family=a"), 412, "three match");
    assert_eq!(delete(&server, "identifier=urn:x|2"), 204);
    assert_eq!(count(&server), Some(1));
    let statement = server.get("metadata").value();
    assert_eq!(statement["rest"][0]["resource"][0]["conditionalDelete"], "multiple");
    assert_eq!(statement["rest"][0]["resource"][0]["conditionalUpdate"], true);
    let outcome = server.send("DELETE", "Patient?family=a", &[("prefer", "return=OperationOutcome")], b"");
    assert_eq!(
        (outcome.status, outcome.value()["issue"][0]["severity"].as_str()),
        (200, Some("information"))
    );
}

#[test]
fn only_what_is_not_there_is_made() {
    let (_folder, server) = started();
    let put = |tag: &str, family: &str| {
        let headers = [("content-type", "application/fhir+json"), ("if-none-match", tag)];
        server.send("PUT", "Patient/p", &headers, patient(Some("p"), "1", family).as_bytes()).status
    };
    assert_eq!(put("*", "a"), 201);
    assert_eq!(put("*", "b"), 412);
    assert_eq!(put("W/\"1\"", "b"), 400);
    assert_eq!(server.send("DELETE", "Patient/p", &[], b"").status, 204);
    assert_eq!(put("*", "c"), 201);
    assert_eq!(server.get("Patient/p").value()["meta"]["versionId"], "3");
}

#[test]
fn an_update_that_changes_nothing_makes_no_version() {
    let (folder, server) = started();
    let put = |server: &Server, body: &str| version(&server.json("PUT", "Patient/p", body));
    let at = |number: &str, status: u16| (status, "p".to_owned(), number.to_owned());
    let body = patient(Some("p"), "1", "a");
    assert_eq!(put(&server, &body), at("1", 201));
    let read = server.get("Patient/p");
    let unchanged = server.json("PUT", "Patient/p", &body.replace(',', " ,\n"));
    assert_eq!(version(&unchanged), at("1", 200));
    assert_eq!(unchanged.header("last-modified"), read.header("last-modified"));
    // What a client read, with the server's own metadata, is nothing new either.
    assert_eq!(put(&server, std::str::from_utf8(&read.bytes).expect("UTF-8")), at("1", 200));
    assert_eq!(put(&server, &patient(Some("p"), "1", "b")), at("2", 200));
    let entry = |method: &str| {
        json!({"resource": serde_json::from_str::<Value>(&patient(Some("p"), "1", "b")).expect("JSON"),
        "request": {"method": method, "url": "Patient/p"}})
    };
    for kind in ["batch", "transaction"] {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [entry("PUT")]}).to_string();
        let answer = server.json("POST", "", &bundle).value();
        assert_eq!(answer["entry"][0]["response"]["status"], "200 OK");
        assert_eq!(answer["entry"][0]["response"]["etag"], "W/\"2\"");
    }
    assert_eq!(server.get("Patient/p/_history").value()["total"], 2);
    // Deleted and put again it is new.
    assert_eq!(server.send("DELETE", "Patient/p", &[], b"").status, 204);
    assert_eq!(put(&server, &patient(Some("p"), "1", "b")), at("4", 201));
    drop(server);
    let server = Server::start_with(&folder.path().join("data"), &["--version-unchanged"]);
    assert_eq!(put(&server, &patient(Some("p"), "1", "b")), at("5", 200));
}

const JSON_PATCH: &str = "application/json-patch+json";
const MERGE_PATCH: &str = "application/merge-patch+json";
const XML_PATCH: &str = "application/xml-patch+xml";
const PARAMETERS: &str = "application/fhir+json";

/// `[{"op":"replace","path":"/name/0/family","value":"patched"}]`
const REPLACE_FAMILY: &str =
    "W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9uYW1lLzAvZmFtaWx5IiwidmFsdWUiOiJwYXRjaGVkIn1d";

fn fhirpath_patch(value: &str) -> String {
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": "Patient.name[0].family"},
        {"name": "value", "valueString": value}]}]})
    .to_string()
}

#[test]
fn patches_of_all_kinds() {
    let (_folder, server) = started();
    let patch = |url: &str, kind: &str, headers: &[(&str, &str)], body: &str| {
        let all: Vec<(&str, &str)> = headers.iter().copied().chain([("content-type", kind)]).collect();
        server.send("PATCH", url, &all, body.as_bytes())
    };
    server.json("PUT", "Patient/p", &patient(Some("p"), "1", "a"));
    let json = r#"[{"op":"test","path":"/meta/versionId","value":"1"},{"op":"replace","path":"/name/0/family","value":"b"}]"#;
    assert_eq!(version(&patch("Patient/p", JSON_PATCH, &[], json)), (200, "p".to_owned(), "2".to_owned()));
    assert_eq!(patch("Patient/p", JSON_PATCH, &[], json).status, 422, "the test fails now");
    let xml = r#"<diff xmlns="urn:ietf:params:xml:ns:pidf-diff" xmlns:f="http://hl7.org/fhir"><replace sel="f:Patient/f:name/f:family/@value">c</replace></diff>"#;
    let answer = patch("Patient/p", XML_PATCH, &[], xml);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    assert_eq!(answer.value()["name"][0]["family"], "c");
    let answer = patch("Patient/p", PARAMETERS, &[], &fhirpath_patch("d"));
    assert_eq!(answer.value()["name"][0]["family"], "d");
    assert_eq!(patch("Patient/p", PARAMETERS, &[("if-match", "W/\"1\"")], &fhirpath_patch("e")).status, 412);
    assert_eq!(patch("Patient/p", PARAMETERS, &[("if-match", "W/\"4\"")], &fhirpath_patch("e")).status, 200);
    let by_criteria = patch("Patient?identifier=urn:x|1", PARAMETERS, &[], &fhirpath_patch("f"));
    assert_eq!(version(&by_criteria), (200, "p".to_owned(), "6".to_owned()));
    assert_eq!(version(&patch("Patient/p", PARAMETERS, &[], &fhirpath_patch("f"))).2, "6", "nothing changes");
    let part = |name: &str, value: &str| format!(r#"<part><name value="{name}"/>{value}</part>"#);
    let parts = [
        part("type", r#"<valueCode value="replace"/>"#),
        part("path", r#"<valueString value="Patient.name[0].family"/>"#),
        part("value", r#"<valueString value="g"/>"#),
    ];
    let parameters = format!(
        r#"<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>{}</parameter></Parameters>"#,
        parts.concat()
    );
    let answer =
        patch("Patient/p", "application/fhir+xml", &[("accept", "application/fhir+json")], &parameters);
    assert_eq!(answer.value()["name"][0]["family"], "g");

    let rows = [
        ("Patient/p", JSON_PATCH, "{}", 400),
        ("Patient/p", JSON_PATCH, "[", 400),
        ("Patient/p", JSON_PATCH, r#"[{"op":"remove","path":"/nothing"}]"#, 422),
        ("Patient/p", JSON_PATCH, r#"[{"op":"replace","path":"/id","value":"q"}]"#, 422),
        ("Patient/p", JSON_PATCH, r#"[{"op":"add","path":"/nonsense","value":1}]"#, 422),
        ("Patient/p", JSON_PATCH, r#"[{"op":"add","path":"/birthDate","value":"yesterday"}]"#, 422),
        ("Patient/p", XML_PATCH, "<x", 400),
        ("Patient/p", PARAMETERS, r#"{"resourceType":"Patient"}"#, 400),
        ("Patient/p", "application/json", r#"{"resourceType":"Patient","active":true}"#, 400),
        ("Patient/p", "application/json", "1", 400),
        ("Patient/p", "application/fhir+json", r#"{"active":true}"#, 400),
        ("Patient/p", MERGE_PATCH, r#"[{"op":"remove","path":"/name"}]"#, 400),
        ("Patient/p", MERGE_PATCH, r#"{"id":"q"}"#, 422),
        ("Patient/p", MERGE_PATCH, r#"{"birthDate":"yesterday"}"#, 422),
        ("Patient/none", MERGE_PATCH, "{}", 404),
        ("Patient/p", "text/plain", "[]", 415),
        ("Patient/none", JSON_PATCH, "[]", 404),
        ("Patient?identifier=urn:x|9", JSON_PATCH, "[]", 404),
        ("Patient", JSON_PATCH, "[]", 412),
    ];
    for (url, kind, body, status) in rows {
        let answer = patch(url, kind, &[], body);
        assert_eq!(answer.status, status, "{url} {body}: {}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.value()["resourceType"], "OperationOutcome");
    }
    server.send("DELETE", "Patient/p", &[], b"");
    assert_eq!(patch("Patient/p", JSON_PATCH, &[], "[]").status, 410);
    let allowed = server.send("POST", "Patient/p", &[("content-type", "application/fhir+json")], b"{}");
    assert_eq!((allowed.status, allowed.header("allow")), (405, Some("GET, HEAD, PUT, PATCH, DELETE")));
}

/// A merge patch, by its own name and by that which some clients call each patch by.
#[test]
fn merge_patches() {
    let (_folder, server) = started();
    let observation = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},
        "valueQuantity":{"value":1.50,"unit":"g"},"note":[{"text":"a"},{"text":"b"}]}"#;
    server.json("PUT", "Observation/o", observation);
    let patch = |kind: &str, body: &str| {
        let answer = server.send("PATCH", "Observation/o", &[("content-type", kind)], body.as_bytes());
        assert_eq!(answer.status, 200, "{kind} {body}: {}", answer.text());
        answer
    };
    let answer = patch(MERGE_PATCH, r#"{"valueQuantity":{"unit":"kg","code":null},"note":null}"#);
    assert!(answer.text().contains(r#""value":1.50,"unit":"kg"}"#), "{}", answer.text());
    assert_eq!(answer.value().get("note"), None);
    let answer = patch("application/json", r#"{"id":"o","valueQuantity":{"value":2.0}}"#);
    assert!(answer.text().contains(r#""value":2.0,"unit":"kg"}"#), "{}", answer.text());
    let json = r#"[{"op":"replace","path":"/status","value":"amended"}]"#;
    assert_eq!(patch("application/json; charset=utf-8", json).value()["status"], "amended");
    let parameters = fhirpath_patch("y").replace("Patient.name[0].family", "Observation.code.text");
    assert_eq!(patch("application/json", &parameters).value()["code"]["text"], "y");
    assert_eq!(version(&patch(MERGE_PATCH, "{}")).2, "5", "nothing changes");

    let data = "eyJzdGF0dXMiOiJmaW5hbCIsInZhbHVlUXVhbnRpdHkiOnsidW5pdCI6bnVsbH19";
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": {"resourceType": "Binary", "contentType": MERGE_PATCH, "data": data},
            "request": {"method": "PATCH", "url": "Observation/o"}}]});
    let answer = server.json("POST", "", &bundle.to_string());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let found = server.get("Observation/o");
    assert_eq!(found.value()["status"], "final");
    assert!(found.text().contains(r#""valueQuantity":{"value":2.0}"#), "{}", found.text());
    let formats = server.get("metadata").value()["patchFormat"].clone();
    assert!(formats.as_array().expect("formats").iter().any(|format| format == MERGE_PATCH), "{formats}");
}

#[test]
fn patches_and_conditions_in_bundles() {
    let (_folder, server) = started();
    for kind in ["batch", "transaction"] {
        let id = format!("p-{kind}");
        let identifier = |suffix: &str| format!("{kind}-{suffix}");
        let body = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        server.json("PUT", &format!("Patient/{id}"), &patient(Some(&id), &identifier("1"), "a"));
        server.json(
            "PUT",
            &format!("Patient/{id}-gone"),
            &patient(Some(&format!("{id}-gone")), &identifier("2"), "a"),
        );
        let entries = json!([
            {"request": {"method": "GET", "url": format!("Patient/{id}"), "ifNoneMatch": "W/\"2\""}},
            {"request": {"method": "HEAD", "url": format!("Patient/{id}")}},
            {"resource": {"resourceType": "Binary", "contentType": JSON_PATCH, "data": REPLACE_FAMILY},
                "request": {"method": "PATCH", "url": format!("Patient/{id}"), "ifMatch": "W/\"1\""}},
            {"resource": body(&patient(None, &identifier("3"), "made")),
                "request": {"method": "PUT", "url": format!("Patient?identifier=urn:x|{}", identifier("3"))}},
            {"request": {"method": "DELETE", "url": format!("Patient?identifier=urn:x|{}", identifier("2"))}},
            {"request": {"method": "DELETE", "url": format!("Patient?identifier=urn:x|{}", identifier("none"))}},
            {"resource": body(&patient(Some(&format!("{id}-new")), &identifier("4"), "new")),
                "request": {"method": "PUT", "url": format!("Patient/{id}-new"), "ifNoneMatch": "*"}},
        ]);
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": entries}).to_string();
        let answer = server.json("POST", "", &bundle);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        let answer = answer.value();
        let statuses: Vec<&str> = answer["entry"]
            .as_array()
            .expect("entries")
            .iter()
            .map(|entry| entry["response"]["status"].as_str().expect("a status"))
            .collect();
        let expected = [
            "304 Not Modified",
            "200 OK",
            "200 OK",
            "201 Created",
            "204 No Content",
            "204 No Content",
            "201 Created",
        ];
        assert_eq!(statuses, expected, "{kind}: {answer}");
        assert_eq!(answer["entry"][1].get("resource"), None);
        assert_eq!(answer["entry"][1]["response"]["etag"], "W/\"2\"");
        assert_eq!(server.get(&format!("Patient/{id}")).value()["name"][0]["family"], "patched");
        assert_eq!(server.get(&format!("Patient/{id}-gone")).status, 410);

        let parameters = json!({"resource": body(&fhirpath_patch("again")),
            "request": {"method": "PATCH", "url": format!("Patient?identifier=urn:x|{}", identifier("1"))}});
        let stale = json!({"resource": body(&fhirpath_patch("never")),
            "request": {"method": "PATCH", "url": format!("Patient/{id}-new"), "ifMatch": "W/\"7\""}});
        let bundle =
            json!({"resourceType": "Bundle", "type": kind, "entry": [parameters, stale]}).to_string();
        let answer = server.json("POST", "", &bundle);
        let is_batch = kind == "batch";
        assert_eq!(answer.status, if is_batch { 200 } else { 412 });
        let family = if is_batch { "again" } else { "patched" };
        assert_eq!(server.get(&format!("Patient/{id}")).value()["name"][0]["family"], family);
    }
}

/// A hundred clients put the same identity at once: one resource, and no update is lost.
#[test]
fn conditional_updates_at_once_make_one_resource() {
    let (_folder, server) = started();
    let clients = 100;
    let barrier = Barrier::new(clients);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| {
                let (server, barrier) = (&server, &barrier);
                scope.spawn(move || {
                    let body = patient(None, "1", &format!("f{client}"));
                    barrier.wait();
                    server.json("PUT", "Patient?identifier=urn:x|1", &body).status
                })
            })
            .collect();
        running.into_iter().map(|running| running.join().expect("a client")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    let done = statuses.iter().filter(|status| matches!(status, 200 | 201)).count();
    // Those who found others in the way too often were told so, and wrote nothing.
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201 | 409)), "{statuses:?}");
    let found = server.get("Patient?identifier=urn:x|1").value();
    assert_eq!(found["total"], 1);
    assert_eq!(found["entry"][0]["resource"]["meta"]["versionId"], done.to_string());
}

/// A hundred clients create the same identity at once: one resource, which all are told of.
#[test]
fn conditional_creates_at_once_make_one_resource() {
    let (_folder, server) = started();
    let clients = 100;
    let barrier = Barrier::new(clients);
    let made: Vec<(u16, String)> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| {
                let (server, barrier) = (&server, &barrier);
                scope.spawn(move || {
                    let body = patient(None, "1", &format!("f{client}"));
                    let headers =
                        [("Content-Type", "application/fhir+json"), ("If-None-Exist", "identifier=urn:x|1")];
                    barrier.wait();
                    let answer = server.send("POST", "Patient", &headers, body.as_bytes());
                    (answer.status, answer.id())
                })
            })
            .collect();
        running.into_iter().map(|running| running.join().expect("a client")).collect()
    });
    let id = &made[0].1;
    assert!(made.iter().all(|(status, other)| matches!(status, 200 | 201) && other == id), "{made:?}");
    assert_eq!(made.iter().filter(|(status, _)| *status == 201).count(), 1, "{made:?}");
    assert_eq!(server.total("Patient"), 1);
}

/// Clients read, add one, and put with `If-Match` until it holds: none is lost.
#[test]
fn interleaved_updates_lose_nothing() {
    let (_folder, server) = started();
    let put = |count: u64, tag: &str| {
        let body = format!(r#"{{"resourceType":"Patient","id":"n","multipleBirthInteger":{count}}}"#);
        let headers = [("Content-Type", "application/fhir+json"), ("If-Match", tag)];
        let sent = if tag.is_empty() { &headers[..1] } else { &headers };
        server.send("PUT", "Patient/n", sent, body.as_bytes()).status
    };
    assert_eq!(put(0, ""), 201);
    let (clients, times) = (8, 10);
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                for _ in 0..times {
                    loop {
                        let read = server.get("Patient/n");
                        let count = read.value()["multipleBirthInteger"].as_u64().expect("a count");
                        match put(count + 1, read.header("etag").expect("a tag")) {
                            200 => break,
                            status => assert_eq!(status, 412),
                        }
                    }
                }
            });
        }
    });
    let last = server.get("Patient/n").value();
    assert_eq!(last["multipleBirthInteger"], clients * times);
    assert_eq!(last["meta"]["versionId"], (clients * times + 1).to_string());
}

/// Patches that add to a list, at once: each finds the one before.
#[test]
fn patches_at_once_lose_nothing() {
    let (_folder, server) = started();
    server.json("PUT", "Patient/p", &patient(Some("p"), "1", "a"));
    let clients = 16;
    let barrier = Barrier::new(clients);
    let done: usize = std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| {
                let (server, barrier) = (&server, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let patch =
                        format!(r#"[{{"op":"add","path":"/name/-","value":{{"family":"f{client}"}}}}]"#);
                    loop {
                        let answer = server.send(
                            "PATCH",
                            "Patient/p",
                            &[("content-type", JSON_PATCH)],
                            patch.as_bytes(),
                        );
                        match answer.status {
                            200 => break 1,
                            409 => {}
                            other => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        running.into_iter().map(|running| running.join().expect("a client")).sum()
    });
    let found = server.get("Patient/p").value();
    assert_eq!(found["name"].as_array().expect("names").len(), 1 + done);
    assert_eq!(found["meta"]["versionId"], (1 + done).to_string());
}

fn transaction(server: &Server, entries: &Value) -> Answer {
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string();
    server.json("POST", "", &bundle)
}

fn entry(method: &str, url: &str, resource: &str) -> Value {
    let mut entry = json!({"request": {"method": method, "url": url}});
    if !resource.is_empty() {
        entry["resource"] = serde_json::from_str(resource).expect("JSON");
    }
    entry
}

#[test]
fn a_patch_in_a_transaction_leaves_the_references_that_were_there() {
    let (_folder, server) = started();
    server.json("PUT", "Patient/1", &patient(Some("1"), "1", "a"));
    let observation = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"}}"#;
    server.json("PUT", "Observation/o", observation);
    let mut other = entry("POST", "Patient", &patient(None, "2", "b"));
    other["fullUrl"] = json!("http://other.example.org/fhir/Patient/1");
    let part = |name: &str, kind: &str, value: &str| json!({"name": name, kind: value});
    let status = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        part("type", "valueCode", "replace"), part("path", "valueString", "Observation.status"),
        part("value", "valueCode", "amended")]}]});
    let answer = transaction(&server, &json!([other, entry("PATCH", "Observation/o", &status.to_string())]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let patched = server.get("Observation/o").value();
    assert_eq!(
        (&patched["status"], &patched["subject"]["reference"]),
        (&json!("amended"), &json!("Patient/1"))
    );
}

#[test]
fn conditional_entries_of_a_transaction_know_of_each_other() {
    let (_folder, server) = started();
    server.json("PUT", "Patient/old", &patient(Some("old"), "1", "a"));
    let mut create = entry("POST", "Patient", &patient(None, "1", "new"));
    create["request"]["ifNoneExist"] = json!("identifier=urn:x|1");
    let delete = entry("DELETE", "Patient?identifier=urn:x|1", "");
    let answer = transaction(&server, &json!([create, delete]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.value()["entry"][0]["response"]["status"], "201 Created");
    assert_eq!((server.get("Patient/old").status, server.total("Patient?family=new")), (410, 1));

    let put = |family: &str| entry("PUT", "Patient?identifier=urn:x|2", &patient(None, "2", family));
    assert_eq!(transaction(&server, &json!([put("a"), put("b")])).status, 409);
    let mut create = entry("POST", "Patient", &patient(None, "2", "c"));
    create["request"]["ifNoneExist"] = json!("identifier=urn:x|2");
    assert_eq!(transaction(&server, &json!([create.clone(), put("d")])).status, 409);
    assert_eq!(server.total("Patient?identifier=urn:x|2"), 0);
}

#[test]
fn a_batch_patches_one_resource_as_often_as_it_says() {
    let (_folder, server) = started();
    server.json("PUT", "Patient/p", &patient(Some("p"), "1", "a"));
    let patch = |number: usize| entry("PATCH", "Patient/p", &fhirpath_patch(&format!("f{number}")));
    let entries: Vec<Value> = (0..12).map(patch).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": entries}).to_string();
    let answer = server.json("POST", "", &bundle).value();
    assert!((0..12).all(|at| answer["entry"][at]["response"]["status"] == "200 OK"), "{answer}");
    let found = server.get("Patient/p").value();
    assert_eq!((&found["meta"]["versionId"], &found["name"][0]["family"]), (&json!("13"), &json!("f11")));
}

#[test]
fn conditions_are_never_passed_over() {
    let (_folder, server) = started();
    server.json("PUT", "Patient/p", &patient(Some("p"), "1", "a"));
    let send = |method: &str, url: &str, header: (&str, &str)| {
        let headers = [("content-type", "application/fhir+json"), header];
        server.send(method, url, &headers, patient(Some("p"), "1", "b").as_bytes()).status
    };
    assert_eq!(send("POST", "Patient", ("if-match", "W/\"1\"")), 400);
    assert_eq!(send("PUT", "Patient/p", ("if-none-exist", "identifier=urn:x|1")), 400);
    let delete = |url: &str, header: (&str, &str)| server.send("DELETE", url, &[header], b"").status;
    assert_eq!(delete("Patient/p", ("if-none-exist", "identifier=urn:x|1")), 400);
    assert_eq!(delete("Patient?identifier=urn:x|9", ("if-match", "W/\"1\"")), 412);
    assert_eq!(server.get("Patient/p").value()["meta"]["versionId"], "1");
}

#[test]
fn criteria_of_a_create_may_stand_in_its_query() {
    let (_folder, server) = started();
    let post = |path: &str| server.json("POST", path, &patient(None, "1", "a"));
    let made = post("Patient?identifier=urn:x|1&_format=json");
    assert_eq!(made.status, 201);
    let found = post("Patient?identifier=urn:x|1");
    assert_eq!((found.status, found.id()), (200, made.id()));
    assert_eq!(post("Patient?_format=json").status, 201, "that is no criterion");
    assert_eq!(post("Patient?identifier=urn:x|1").status, 412, "there are two now");
    assert_eq!(post("Patient?nonsense=1").status, 400);
    let both = [("content-type", "application/fhir+json"), ("if-none-exist", "identifier=urn:x|2")];
    let body = patient(None, "2", "a");
    assert_eq!(server.send("POST", "Patient?identifier=urn:x|2", &both, body.as_bytes()).status, 400);
}
