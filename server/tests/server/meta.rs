//! Tags, security labels and profiles; and Provenance that comes with a write.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, Server};

fn put(server: &Server, resource: &Value) -> Answer {
    let path = format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap());
    server.json("PUT", &path, &resource.to_string())
}

fn meta(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let parameters = answer.value();
    assert_eq!(parameters["parameter"][0]["name"], "return");
    parameters["parameter"][0]["valueMeta"].clone()
}

fn parameters(meta: &Value) -> String {
    json!({"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}).to_string()
}

#[test]
fn labels_are_told_added_and_deleted() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let profile = "http://example.org/fhir/StructureDefinition/p";
    put(
        &server,
        &json!({"resourceType": "Basic", "id": "b", "code": {"text": "x"}, "meta": {"profile": [profile]}}),
    );
    let first = meta(&server.get("Basic/b/$meta"));
    assert_eq!((&first["versionId"], &first["profile"][0]), (&json!("1"), &json!(profile)));
    let more =
        json!({"tag": [{"system": "urn:t", "code": "1"}], "security": [{"system": "urn:s", "code": "R"}]});
    let added = meta(&server.json("POST", "Basic/b/$meta-add", &parameters(&more)));
    assert_eq!(
        (&added["versionId"], &added["tag"], &added["security"]),
        (&json!("2"), &more["tag"], &more["security"])
    );
    assert_eq!(server.total("Basic?_tag=urn:t|1&_security=urn:s|R"), 1);
    // What is there already makes no version.
    let again = meta(&server.json("POST", "Basic/b/$meta-add", &parameters(&more)));
    assert_eq!(again["versionId"], "2");
    assert_eq!(meta(&server.get("Basic/b/_history/1/$meta")), first);
    let stale = server.send(
        "POST",
        "Basic/b/$meta-delete",
        &[("Content-Type", "application/fhir+json"), ("If-Match", "W/\"1\"")],
        parameters(&more).as_bytes(),
    );
    assert_eq!(stale.status, 412);
    let less = json!({"profile": [profile], "tag": [{"system": "urn:t", "code": "1", "display": "any"}]});
    let deleted = meta(&server.json("POST", "Basic/b/$meta-delete", &parameters(&less)));
    assert_eq!((deleted.get("profile"), deleted.get("tag")), (None, None));
    assert_eq!(deleted["security"], more["security"]);
    assert_eq!(server.total("Basic?_tag=urn:t|1"), 0);
    for (path, body, status) in [
        ("Basic/none/$meta-add", parameters(&more), 404),
        ("Basic/b/$meta-add", parameters(&json!({"source": "urn:x"})), 400),
        ("Basic/b/$meta-add", r#"{"resourceType":"Parameters"}"#.to_owned(), 400),
        ("Basic/b/$meta-add", parameters(&json!({"tag": [{"code": 1}]})), 422),
    ] {
        let answer = server.json("POST", path, &body);
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text());
    }
    assert_eq!(server.get("Basic/b/$meta-add").status, 405);
    assert_eq!(server.get("Basic/none/$meta").status, 404);
    server.stop();
}

#[test]
fn labels_outlive_updates_and_profiles_do_not() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let labelled = |text: &str, meta: Value| json!({"resourceType": "Basic", "id": "b", "code": {"text": text}, "meta": meta});
    let full =
        json!({"profile": ["urn:p"], "security": [{"system": "urn:s", "code": "R"}], "tag": [{"code": "t"}]});
    put(&server, &labelled("1", full.clone()));
    let plain = |text: &str| json!({"resourceType": "Basic", "id": "b", "code": {"text": text}});
    let stored = |answer: &Answer| {
        assert!(answer.status < 300, "{}", answer.text());
        let meta = answer.value()["meta"].clone();
        (meta["profile"].clone(), meta["security"].clone(), meta["tag"].clone())
    };
    let kept = (Value::Null, full["security"].clone(), full["tag"].clone());
    assert_eq!(stored(&put(&server, &plain("2"))), kept);
    assert_eq!(stored(&server.get("Basic/b")), kept);
    assert_eq!(server.total("Basic?_security=urn:s|R"), 1);
    // The same once more is no change.
    assert_eq!(put(&server, &plain("2")).value()["meta"]["versionId"], "2");
    let other = json!({"tag": [{"code": "u"}]});
    let both = (Value::Null, full["security"].clone(), json!([{"code": "u"}, {"code": "t"}]));
    assert_eq!(stored(&put(&server, &labelled("3", other))), both);
    // In transactions and batches too.
    for kind in ["transaction", "batch"] {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [
            {"resource": plain(kind), "request": {"method": "PUT", "url": "Basic/b"}},
        ]});
        assert_eq!(server.json("POST", "/fhir", &bundle.to_string()).status, 200);
        assert_eq!(stored(&server.get("Basic/b")), both, "{kind}");
    }
    let conditional = server.json("PUT", "Basic?_id=b", &plain("conditional").to_string());
    assert_eq!(stored(&conditional), both);
    // A patch says what becomes of all.
    let patch = r#"[{"op":"remove","path":"/meta/security"}]"#;
    let patched =
        server.send("PATCH", "Basic/b", &[("Content-Type", "application/json-patch+json")], patch.as_bytes());
    assert_eq!(stored(&patched), (Value::Null, Value::Null, both.2.clone()));
    // What was deleted has left nothing behind.
    assert_eq!(server.send("DELETE", "Basic/b", &[], b"").status, 204);
    assert_eq!(stored(&put(&server, &plain("9"))), (Value::Null, Value::Null, Value::Null));
    server.stop();
}

/// Nobody's label is lost between an update's preparation and its commit.
#[test]
fn labels_come_amid_updates_and_stay() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    put(&server, &json!({"resourceType": "Basic", "id": "b", "code": {"text": "0"}}));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for n in 0..25 {
                    let text = format!("{thread} {n}");
                    let resource = json!({"resourceType": "Basic", "id": "b", "code": {"text": text}});
                    let answer = put(server, &resource);
                    assert!(matches!(answer.status, 200 | 409), "{}", answer.text());
                    let label = json!({"tag": [{"code": format!("{thread}-{n}")}]});
                    let answer = server.json("POST", "Basic/b/$meta-add", &parameters(&label));
                    if answer.status == 200 {
                        assert_eq!(server.total(&format!("Basic?_tag={thread}-{n}")), 1);
                    }
                }
            });
        }
    });
    let history = server.get("Basic/b/_history?_count=1000").value();
    let tags = |entry: &Value| entry["resource"]["meta"]["tag"].as_array().map_or(0, Vec::len);
    let entries = history["entry"].as_array().unwrap();
    assert!(tags(&entries[0]) > 50, "{}", tags(&entries[0]));
    // Newest first: no version has fewer than the one before it.
    assert!(entries.windows(2).all(|pair| tags(&pair[0]) >= tags(&pair[1])));
    server.stop();
}

#[test]
fn a_provenance_is_of_the_same_commit() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let provenance = r#"{"resourceType":"Provenance","recorded":"2026-01-31T00:00:00Z","agent":[{"who":{"display":"me"}}]}"#;
    let send = |method: &str, path: &str, body: &str, provenance: &str| {
        let headers = [("Content-Type", "application/fhir+json"), ("X-Provenance", provenance)];
        server.send(method, path, &headers, body.as_bytes())
    };
    let targets = || {
        let found = server.get("Provenance?_sort=-_lastUpdated&_count=1").value();
        let targets = found["entry"][0]["resource"]["target"].as_array().cloned().unwrap();
        targets.iter().map(|target| target["reference"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let body = r#"{"resourceType":"Basic","id":"b","code":{"text":"1"}}"#;
    assert_eq!(send("PUT", "Basic/b", body, provenance).status, 201);
    assert_eq!(targets(), ["Basic/b/_history/1"]);
    assert_eq!(server.total("Provenance?target=Basic/b"), 1);
    // Somebody vouches for it anew, so it is a version anew.
    assert_eq!(send("PUT", "Basic/b", body, provenance).status, 200);
    assert_eq!(targets(), ["Basic/b/_history/2"]);
    assert_eq!(send("DELETE", "Basic/b", "", provenance).status, 204);
    assert_eq!(targets(), ["Basic/b/_history/3"]);
    // Nothing is there to be deleted, or told of.
    let before = server.total("Provenance");
    assert_eq!(send("DELETE", "Basic/b", "", provenance).status, 204);
    assert_eq!(server.total("Provenance"), before);
    let entry = |id: &str| {
        let resource = json!({"resourceType": "Basic", "id": id, "code": {"text": "t"}});
        json!({"resource": resource, "request": {"method": "PUT", "url": format!("Basic/{id}")}})
    };
    let bundle = |kind: &str| {
        json!({"resourceType": "Bundle", "type": kind, "entry": [entry("x"), entry("y")]}).to_string()
    };
    let done = send("POST", "/fhir", &bundle("transaction"), provenance);
    assert_eq!(done.value()["entry"].as_array().map(Vec::len), Some(2), "{}", done.text());
    assert_eq!(targets(), ["Basic/x/_history/1", "Basic/y/_history/1"]);
    assert_eq!(send("POST", "/fhir", &bundle("batch"), provenance).status, 400);
    for (wrong, status) in [
        ("not JSON", 400),
        (r#"{"resourceType":"Basic"}"#, 400),
        (r#"{"resourceType":"Provenance","target":[{"reference":"Basic/b"}]}"#, 400),
        (r#"{"resourceType":"Provenance","recorded":"yesterday"}"#, 422),
    ] {
        let answer = send("PUT", "Basic/z", &body.replace("\"b\"", "\"z\""), wrong);
        assert_eq!(answer.status, status, "{wrong}: {}", answer.text());
        let text = answer.value()["issue"][0]["diagnostics"].as_str().unwrap().to_owned();
        assert!(text.contains("Provenance"), "{text}");
    }
    // All or nothing.
    assert_eq!(server.get("Basic/z").status, 404);
    server.stop();
}

#[test]
fn who_names_no_source_gets_that_of_the_request() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let source = "http://feeds.example/one";
    let send = |path: &str, method: &str, body: &Value, id: &str| {
        let headers =
            [("Content-Type", "application/fhir+json"), ("X-Request-Source", source), ("X-Request-Id", id)];
        let answer = server.send(method, path, &headers, body.to_string().as_bytes());
        assert!(answer.status < 300, "{}", answer.text());
        answer
    };
    let basic = |id: &str| json!({"resourceType": "Basic", "id": id, "code": {"text": "x"}});
    let made = send("Basic/a", "PUT", &basic("a"), "r1").value();
    assert_eq!(made["meta"]["source"], format!("{source}#r1"));
    let mut named = basic("b");
    named["meta"] = json!({"source": "http://other.example"});
    assert_eq!(send("Basic/b", "PUT", &named, "r2").value()["meta"]["source"], "http://other.example");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": basic("c"), "request": {"method": "POST", "url": "Basic"}},
    ]});
    send("/fhir", "POST", &bundle, "r3");
    assert_eq!(server.total(&format!("Basic?_source:below={source}")), 2);
    assert_eq!(server.total(&format!("Basic?_source={source}%23r3")), 1);
    let wrong = [("Content-Type", "application/fhir+json"), ("X-Request-Source", "a b")];
    assert_eq!(server.send("PUT", "Basic/d", &wrong, basic("d").to_string().as_bytes()).status, 400);
    server.stop();
}
