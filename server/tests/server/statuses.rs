//! Statuses and headers that belong to no one interaction: conditions that are asked for, heads that are too long, methods, media types,
//! names of requests.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{Answer, Server};

const JSON: (&str, &str) = ("Content-Type", "application/fhir+json");
const PATCH: (&str, &str) = ("Content-Type", "application/json-patch+json");

fn started(options: &[&str]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(&folder.path().join("data"), options);
    (folder, server)
}

fn basic(id: &str, text: &str) -> Value {
    json!({ "resourceType": "Basic", "id": id, "code": { "text": text }, "identifier": [{ "value": id }] })
}

/// An OperationOutcome of this status and code.
fn check_refused(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    let issue = &answer.value()["issue"][0];
    assert_eq!(issue["code"], code, "{what}: {issue}");
    assert!(answer.header("x-request-id").is_some(), "{what}");
}

#[test]
fn what_is_there_is_written_by_its_version_only_where_that_is_asked_for() {
    let (_folder, server) = started(&["--require-if-match", "--conditional-delete-max", "10"]);
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        server.send(method, path, headers, body.as_bytes())
    };
    let first = ("If-Match", "W/\"1\"");
    let (one, two) = (basic("a", "x").to_string(), basic("a", "y").to_string());
    let patch = r#"[{"op":"replace","path":"/code/text","value":"z"}]"#;
    assert_eq!(send("PUT", "Basic/a", &[JSON], &one).status, 201);
    for (method, path, headers, body) in [
        ("PUT", "Basic/a", &[JSON][..], &*two),
        ("PUT", "Basic/a", &[JSON], &one),
        ("PUT", "Basic?identifier=a", &[JSON], &two),
        ("PATCH", "Basic/a", &[PATCH], patch),
        ("PATCH", "Basic?identifier=a", &[PATCH], patch),
        ("DELETE", "Basic/a", &[], ""),
        ("DELETE", "Basic?identifier=a", &[], ""),
    ] {
        check_refused(&send(method, path, headers, body), 428, "required", &format!("{method} {path}"));
    }
    assert_eq!(server.get("Basic/a").header("etag"), Some("W/\"1\""));
    // What is not there has no version to name.
    assert_eq!(send("DELETE", "Basic/none", &[], "").status, 204);
    assert_eq!(send("DELETE", "Basic?identifier=none", &[], "").status, 204);
    assert_eq!(send("PATCH", "Basic/none", &[PATCH], patch).status, 404);
    assert_eq!(send("PUT", "Basic?identifier=b", &[JSON], &basic("b", "x").to_string()).status, 201);
    assert_eq!(send("POST", "Basic", &[JSON, ("If-None-Exist", "identifier=a")], &one).status, 200);
    check_refused(
        &send("PUT", "Basic/a", &[JSON, ("If-None-Match", "*")], &two),
        412,
        "conflict",
        "made anew",
    );

    assert_eq!(send("PUT", "Basic/a", &[JSON, first], &two).status, 200);
    check_refused(&send("PUT", "Basic/a", &[JSON, first], &two), 412, "conflict", "a stale version");
    assert_eq!(send("PATCH", "Basic?identifier=a", &[PATCH, ("If-Match", "W/\"2\"")], patch).status, 200);
    assert_eq!(send("DELETE", "Basic/a", &[("If-Match", "W/\"3\"")], "").status, 204);
    assert_eq!(send("PUT", "Basic/a", &[JSON], &one).status, 201, "what was deleted is made again");

    let entry = |method: &str, url: &str, tag: Option<&str>, body: Option<Value>| {
        let mut entry = json!({ "request": { "method": method, "url": url } });
        tag.inspect(|tag| entry["request"]["ifMatch"] = json!(tag));
        body.into_iter().for_each(|body| entry["resource"] = body);
        entry
    };
    let bundle = |kind: &str, entries: &[Value]| {
        let body = json!({ "resourceType": "Bundle", "type": kind, "entry": entries });
        server.json("POST", "", &body.to_string())
    };
    let entries = [
        entry("PUT", "Basic/c", None, Some(basic("c", "x"))),
        entry("PUT", "Basic/a", None, Some(basic("a", "y"))),
        entry("DELETE", "Basic/b", None, None),
        entry("PUT", "Basic/a", Some("W/\"5\""), Some(basic("a", "y"))),
    ];
    check_refused(&bundle("transaction", &entries[..2]), 428, "required", "a transaction");
    assert_eq!(server.get("Basic/c").status, 404);
    let answer = bundle("batch", &entries).value();
    let statuses: Vec<&str> = answer["entry"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| &entry["response"]["status"].as_str().expect("a status")[..3])
        .collect();
    assert_eq!(statuses, ["201", "428", "428", "200"]);

    let versioning =
        |server: &Server| server.get("metadata").value()["rest"][0]["resource"][0]["versioning"].clone();
    assert_eq!(versioning(&server), "versioned-update");
    let (_folder, other) = started(&[]);
    assert_eq!(versioning(&other), "versioned");

    let patch = |tag: &str| {
        let operation = json!([{"name": "operation", "part": [{"name": "type", "valueCode": "replace"},
            {"name": "path", "valueString": "Basic.code.text"}, {"name": "value", "valueString": "in a Bundle"}]}]);
        let parameters = json!({"resourceType": "Parameters", "parameter": operation});
        let entry =
            json!({"resource": parameters, "request": {"method": "PATCH", "url": "Basic/e", "ifMatch": tag}});
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]});
        server.json("POST", "/fhir", &bundle.to_string()).status
    };
    assert_eq!(send("PUT", "Basic/e", &[JSON], &basic("e", "x").to_string()).status, 201);
    assert_eq!((patch("W/\"2\""), patch("W/\"1\"")), (412, 200));
    // Nobody erases what he does not know of.
    assert_eq!(server.json("POST", "Basic/e/$erase", r#"{"resourceType":"Parameters"}"#).status, 200);
    assert_eq!(server.get("Basic/e").status, 404);
}

/// The answer to a request as it is written, up to the end of the connection.
fn raw(server: &Server, head: &str) -> String {
    let address = server.origin.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(head.as_bytes()).expect("room for a head");
    let mut answer = Vec::new();
    // The server closes while some of the head is unread, which may reset the connection.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).expect("UTF-8")
}

#[test]
fn heads_that_are_too_long_are_refused() {
    let (_folder, server) = started(&[]);
    let long = "x".repeat(40_000);
    let headers = server.send("GET", "metadata", &[("X-Long", &long), ("X-Request-Id", "mine")], b"");
    check_refused(&headers, 431, "too-long", "40 KB of headers");
    assert_eq!(headers.header("x-request-id"), Some("mine"));
    assert_eq!(server.send("GET", "metadata", &[("X-Long", &long[..30_000])], b"").status, 200);
    check_refused(&server.get(&format!("Patient?family={}", &long[..17_000])), 414, "too-long", "a URL");
    // Beyond these the head is not read to its end, and nobody knows what was asked.
    let much =
        format!("GET /fhir/metadata HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(1 << 20));
    assert!(raw(&server, &much).starts_with("HTTP/1.1 431 "));
    let many = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect::<String>();
    let many = format!("GET /fhir/metadata HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    assert!(raw(&server, &many).starts_with("HTTP/1.1 431 "));
    let url = format!("GET /fhir/Patient?family={} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(70_000));
    assert!(raw(&server, &url).starts_with("HTTP/1.1 414 "));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_request_keeps_its_name() {
    let (_folder, server) = started(&[]);
    let named = |method: &str, path: &str, name: &str| {
        let answer = server.send(method, path, &[("X-Request-Id", name)], b"");
        answer.header("x-request-id").expect("a name").to_owned()
    };
    for (method, path) in [
        ("GET", "metadata"),
        ("GET", "Patient/none"),
        ("GET", "/elsewhere"),
        ("GET", "/t/nobody/fhir/Patient"),
        ("PUT", "metadata"),
        ("POST", "Patient"),
        ("GET", "$nothing"),
        ("DELETE", "Patient/none"),
        ("GET", "Patient?_format=ttl"),
    ] {
        assert_eq!(named(method, path, "a.name-1"), "a.name-1", "{method} {path}");
    }
    assert_ne!(named("GET", "metadata", "two words"), "two words");
}

#[test]
fn methods_without_meaning_are_told_those_that_have_one() {
    let (_folder, server) = started(&[]);
    let check = |method: &str, path: &str, allow: &str| {
        let answer = server.send(method, path, &[JSON], b"{}");
        check_refused(&answer, 405, "not-supported", path);
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    };
    check("DELETE", "", "GET, HEAD, POST");
    check("POST", "metadata", "GET, HEAD");
    check("PUT", "_history", "GET, HEAD");
    check("PUT", "_search", "POST");
    check("POST", "Patient/a", "GET, HEAD, PUT, PATCH, DELETE");
    check("PUT", "Patient/a/_history/1", "GET, HEAD, DELETE");
    check("POST", "Patient/a/Observation", "GET, HEAD");
    check("PUT", "Patient/a/Observation/_search", "POST");
    check("PUT", "Patient/a/$everything", "GET, HEAD, POST");
    check("PUT", "$reindex", "GET, HEAD, POST");
    check("OPTIONS", "Patient", "GET, HEAD, POST, PUT, PATCH, DELETE");
    check("TRACE", "Patient", "GET, HEAD, POST, PUT, PATCH, DELETE");
}

#[test]
fn media_types_that_are_not_known_are_refused() {
    let (_folder, server) = started(&[]);
    let patient = r#"{"resourceType":"Patient","id":"a"}"#;
    assert_eq!(server.json("PUT", "Patient/a", patient).status, 201);
    let taken = |method: &str, path: &str, content_type: &str| {
        let answer = server.send(method, path, &[("Content-Type", content_type)], patient.as_bytes());
        check_refused(&answer, 415, "not-supported", &format!("{method} {path} {content_type}"));
    };
    taken("POST", "", "text/plain");
    taken("PUT", "Patient/a", "application/fhir+turtle");
    taken("PUT", "Patient/a", "application/fhir+json; charset=latin-1");
    taken("PUT", "Patient/a", "application/fhir+json; fhirVersion=5.0");
    taken("PATCH", "Patient/a", "application/merge-patch+xml");
    taken("POST", "Patient/_search", "application/fhir+json");
    taken("POST", "_search", "multipart/form-data");
    taken("POST", "Patient/a/$everything", "application/x-www-form-urlencoded");
    taken("POST", "Patient/$validate", "text/plain");
    let wanted = |path: &str, accept: &str, status: u16| {
        let answer = server.send("GET", path, &[("Accept", accept)], b"");
        assert_eq!(answer.status, status, "{path} {accept}: {}", answer.text());
    };
    wanted("Patient/a", "text/turtle", 406);
    wanted("Patient", "application/fhir+json; fhirVersion=3.0", 406);
    wanted("metadata", "image/png", 406);
    wanted("Patient/a", "image/png, */*;q=0.1", 200);
    wanted("Patient/a?_format=json", "image/png", 200);
    wanted("Patient/a", "application/fhir+json;q=0", 406);
}
