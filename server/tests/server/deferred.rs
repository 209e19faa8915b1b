//! Requests that are carried out later: `Prefer: respond-async`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Answer, FORNAX, Server};

type Header<'a> = (&'a str, &'a str);
/// What is asked: method, path, headers and body; then the entry's status, a pointer into it, and what is there.
type Row<'a> = (&'a str, &'a str, &'a [Header<'a>], &'a str, &'a str, &'a str, Value);

const JSON: Header<'_> = ("content-type", "application/fhir+json");
const LATER: Header<'_> = ("prefer", "respond-async");

fn started() -> (TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

fn patient(id: &str, family: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","identifier":[{{"system":"urn:x","value":"{id}"}}],"name":[{{"family":"{family}"}}]}}"#
    )
}

/// Defers a request and answers where its status is.
#[track_caller]
fn deferred(server: &Server, (method, path): (&str, &str), headers: &[Header<'_>], body: &str) -> String {
    let headers: Vec<_> = headers.iter().copied().chain([LATER]).collect();
    let answer = server.send(method, path, &headers, body.as_bytes());
    assert_eq!(answer.status, 202, "{method} {path}: {}", answer.text());
    assert_eq!(answer.header("preference-applied"), Some("respond-async"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    let location = answer.header("content-location").expect("where its status is");
    location.strip_prefix(&server.origin).expect("an own URL").to_owned()
}

/// Asks for the status until it is over.
fn over(server: &Server, status: &str) -> Answer {
    loop {
        let answer = server.get(status);
        if answer.status != 202 {
            return answer;
        }
        let progress = answer.header("x-progress").expect("how it stands");
        assert!(["request: queued", "request: running"].contains(&progress), "{progress}");
    }
}

/// The entry that a deferred request came to.
#[track_caller]
fn entry(server: &Server, request: (&str, &str), headers: &[Header<'_>], body: &str) -> Value {
    let answer = over(server, &deferred(server, request, headers, body));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let bundle = answer.value();
    assert_eq!((&bundle["resourceType"], &bundle["type"]), (&"Bundle".into(), &"batch-response".into()));
    assert_eq!(bundle["entry"].as_array().map(Vec::len), Some(1));
    bundle["entry"][0].clone()
}

#[test]
fn every_interaction_can_wait() {
    let (_folder, server) = started();
    let made = entry(&server, ("PUT", "Patient/p"), &[JSON], &patient("p", "Ada"));
    let response = &made["response"];
    assert_eq!((&response["status"], &response["etag"]), (&"201 Created".into(), &"W/\"1\"".into()));
    assert_eq!(response["location"], format!("{}/fhir/Patient/p/_history/1", server.origin));
    let time = made["resource"]["meta"]["lastUpdated"].as_str().expect("a time").to_owned();
    assert_eq!(response["lastModified"].as_str().map(|text| &text[..19]), Some(&time[..19]));
    let made = entry(&server, ("POST", "Patient"), &[JSON], &patient("x", "Bea"));
    let location = made["response"]["location"].as_str().expect("a URL");
    let bea =
        location.split("/_history").next().and_then(|url| url.rsplit('/').next()).expect("an id").to_owned();

    let batch = r#"{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p"}},
        {"request":{"method":"GET","url":"Patient/none"}}]}"#;
    let transaction = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{},"request":{{"method":"PUT","url":"Patient/q"}}}}]}}"#,
        patient("q", "Cyd")
    );
    let if_match = ("if-match", "W/\"1\"");
    let if_none_exist = ("if-none-exist", "identifier=urn:x|p");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let merge = ("content-type", "application/merge-patch+json");
    let minimal = ("prefer", "return=minimal");
    #[rustfmt::skip]
    let rows: [Row<'_>; 20] = [
        ("GET", "Patient/p", &[], "", "200 OK", "/resource/name/0/family", "Ada".into()),
        ("GET", "Patient/none", &[], "", "404 Not Found", "/response/outcome/issue/0/code", "not-found".into()),
        ("GET", "Patient?family=Ada", &[], "", "200 OK", "/resource/total", 1.into()),
        ("GET", "?_type=Patient", &[], "", "200 OK", "/resource/total", 2.into()),
        ("GET", "Patient?family:unknown=Ada", &[], "", "400 Bad Request", "/response/outcome/issue/0/severity", "error".into()),
        ("POST", "Patient/_search", &[form], "family=Ada&_format=json", "200 OK", "/resource/entry/0/resource/id", "p".into()),
        ("POST", "Patient", &[JSON, if_none_exist], &patient("y", "Eve"), "200 OK", "/resource/id", "p".into()),
        ("PUT", "Patient/p", &[JSON, if_match, minimal], &patient("p", "Ada2"), "200 OK", "/response/etag", "W/\"2\"".into()),
        ("PUT", "Patient/p", &[JSON, if_match], &patient("p", "Ada3"), "412 Precondition Failed", "/response/outcome/issue/0/code", "conflict".into()),
        ("PUT", "Patient?identifier=urn:x|p", &[JSON], &patient("p", "Ada4"), "200 OK", "/resource/meta/versionId", "3".into()),
        ("PATCH", "Patient/p", &[merge], r#"{"gender":"female"}"#, "200 OK", "/resource/gender", "female".into()),
        ("PATCH", "Patient/p", &[merge], r#"{"birthDate":"x"}"#, "422 Unprocessable Entity", "/response/outcome/issue/0/severity", "error".into()),
        ("GET", "Patient/p/_history", &[], "", "200 OK", "/resource/total", 4.into()),
        ("GET", "Patient/_history?_count=1", &[], "", "200 OK", "/resource/entry/0/resource/id", "p".into()),
        ("GET", "Patient/p/_history/1", &[], "", "200 OK", "/resource/name/0/family", "Ada".into()),
        ("GET", "Patient/p/$everything", &[], "", "200 OK", "/resource/entry/0/resource/id", "p".into()),
        ("POST", "Patient/$validate", &[JSON], &patient("z", "Zoe"), "200 OK", "/resource/resourceType", "OperationOutcome".into()),
        ("POST", "", &[JSON], batch, "200 OK", "/resource/entry/1/response/status", "404 Not Found".into()),
        ("POST", "", &[JSON], &transaction, "200 OK", "/resource/type", "transaction-response".into()),
        ("DELETE", &format!("Patient/{bea}"), &[], "", "204 No Content", "/resource", Value::Null),
    ];
    for (method, path, headers, body, status, pointer, expected) in rows {
        let found = entry(&server, (method, path), headers, body);
        assert_eq!(found["response"]["status"], status, "{method} {path}: {found}");
        assert_eq!(found.pointer(pointer).unwrap_or(&Value::Null), &expected, "{method} {path}: {found}");
    }
    assert_eq!((server.total("Patient"), server.get("Patient/q").status), (2, 200));
}

#[test]
fn what_is_wrong_at_once_and_what_does_not_wait() {
    let (_folder, server) = started();
    server.json("PUT", "Patient/p", &patient("p", "Ada"));
    let rows: [(&str, &str, Header<'_>, &str, u16); 9] = [
        ("GET", "Patent/p", JSON, "", 404),
        ("PUT", "Patient", ("content-type", "text/plain"), "x", 415),
        ("PUT", "Patient/q", ("content-type", "application/fhir+xml"), "<Patient", 400),
        ("GET", "metadata", JSON, "", 200),
        ("GET", "_jobs", JSON, "", 200),
        ("GET", "$graphql?query={Patient(id:\"p\"){id}}", JSON, "", 200),
        ("HEAD", "Patient/p", JSON, "", 200),
        ("POST", "Binary", ("content-type", "text/plain"), "content", 201),
        ("GET", "_jobs/9", JSON, "", 404),
    ];
    for (method, path, header, body, status) in rows {
        let path = path.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
        let answer = server.send(method, &path, &[header, LATER], body.as_bytes());
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        assert_eq!(answer.header("preference-applied"), None);
    }
    assert_eq!(server.get("_jobs").value()["parameter"].as_array().map_or(0, Vec::len), 0);
}

#[test]
fn a_deferred_request_comes_and_is_answered_as_xml() {
    let (_folder, server) = started();
    let xml =
        r#"<Patient xmlns="http://hl7.org/fhir"><id value="p"/><name><family value="Ada"/></name></Patient>"#;
    let status = deferred(&server, ("PUT", "Patient/p"), &[("content-type", "application/fhir+xml")], xml);
    over(&server, &status);
    let answer = server.send("GET", &status, &[("accept", "application/fhir+xml")], b"");
    let expected = "<entry><resource><Patient>";
    assert!(answer.text().contains(expected) && answer.text().contains("201 Created"), "{}", answer.text());
}

#[test]
fn an_answer_is_forgotten_when_it_is_deleted() {
    let (_folder, server) = started();
    let status = deferred(&server, ("PUT", "Patient/p"), &[JSON], &patient("p", "Ada"));
    assert_eq!(over(&server, &status).status, 200);
    let list = server.get("_jobs");
    assert!(list.text().contains("request") && !list.text().contains("Ada"), "{}", list.text());
    assert_eq!(server.send("DELETE", &status, &[], b"").status, 202);
    assert_eq!(server.get(&status).status, 404);
    assert_eq!(server.send("DELETE", &status, &[], b"").status, 409);
    assert_eq!(server.get("Patient/p").status, 200, "what was done is");
}

#[test]
fn deferred_requests_are_of_one_tenant() {
    let (folder, server) = started();
    let data = folder.path().join("data");
    let made = Command::new(FORNAX).args(["tenant", "create", "other", "--data"]).arg(&data).status();
    assert!(made.expect("the command runs").success());
    let status = deferred(&server, ("PUT", "/t/other/fhir/Patient/p"), &[JSON], &patient("p", "Ada"));
    assert_eq!(status, "/t/other/fhir/_jobs/1");
    assert_eq!(over(&server, &status).status, 200);
    assert_eq!(server.get("_jobs/1").status, 404);
    assert_eq!((server.get("Patient/p").status, server.get("/t/other/fhir/Patient/p").status), (404, 200));
}

/// Whether a file in the folder, or below, holds the text.
fn holds(folder: &Path, text: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        // A socket is no file.
        std::fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text))
    })
}

#[test]
fn deferred_requests_and_answers_are_sealed() {
    let (folder, server) = started();
    let family = "Unmistakable";
    over(&server, &deferred(&server, ("PUT", "Patient/p"), &[JSON], &patient("p", family)));
    over(&server, &deferred(&server, ("GET", "Patient?family=Unmistakable"), &[], ""));
    let metrics = server.get("/metrics");
    assert!(!metrics.text().contains(family));
    let log = server.stop_for_log();
    assert!(log.contains("deferred request") && !log.contains(family), "{log}");
    assert!(!holds(folder.path(), family.as_bytes()));
}

fn transaction(text: &str, count: usize) -> String {
    let entry = format!(
        r#"{{"resource":{{"resourceType":"Basic","code":{{"text":"{text}"}}}},"request":{{"method":"POST","url":"Basic"}}}}"#
    );
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, vec![entry; count].join(","))
}

/// The server is killed as soon as it has accepted: what it accepted is done once, or its status says that it may be.
#[test]
fn a_deferred_write_is_never_done_twice_whatever_ends_the_server() {
    const RESOURCES: u64 = 200;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (mut expected, mut server) = (0, Server::start(&data));
    for round in 0..8 {
        let status =
            deferred(&server, ("POST", ""), &[JSON], &transaction(&format!("r{round}"), RESOURCES as usize));
        if round % 2 == 0 {
            // It is under way, or all but.
            while server
                .get(&status)
                .header("x-progress")
                .is_some_and(|progress| progress.ends_with("queued"))
            {}
        }
        server.kill();
        server = Server::start(&data);
        let answer = over(&server, &status);
        let found = server.total("Basic") - expected;
        match answer.status {
            200 => assert_eq!(found, RESOURCES, "{}", answer.text()),
            500 => {
                assert!(answer.text().contains("may or may not"), "{}", answer.text());
                assert!([0, RESOURCES].contains(&found), "{found}");
            }
            other => panic!("{other}: {}", answer.text()),
        }
        expected += found;
    }
    // One that is asked to stop leaves nothing half done.
    let statuses: Vec<String> = (0..5)
        .map(|round| deferred(&server, ("POST", ""), &[JSON], &transaction(&format!("s{round}"), 50)))
        .collect();
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&data);
    for status in statuses {
        let answer = over(&server, &status);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(server.total("Basic"), expected + 250);
}
