//! Histories: of a time, of a List, of the past; and what is deleted from them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::Server;

/// `Type/id@version` of the entries, in order.
fn versions(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().cloned().unwrap_or_else(Vec::new);
    let name = |entry: &Value| {
        let url = entry["fullUrl"].as_str().expect("a fullUrl").to_owned();
        let mut parts = url.rsplit('/');
        let (id, of) = (parts.next().expect("an id"), parts.next().expect("a type"));
        let tag = entry["response"]["etag"].as_str().expect("a tag");
        format!("{of}/{id}@{}", tag.trim_start_matches("W/").trim_matches('"'))
    };
    entries.iter().map(name).collect()
}

fn history(server: &Server, path: &str) -> Vec<String> {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let bundle = answer.value();
    let found = versions(&bundle);
    assert_eq!(bundle["total"], found.len(), "{path}");
    found
}

fn basic(server: &Server, id: &str, text: &str) -> String {
    let body = json!({"resourceType": "Basic", "id": id, "code": {"text": text}});
    let answer = server.json("PUT", &format!("Basic/{id}"), &body.to_string());
    assert!(answer.status < 300, "{}", answer.text());
    answer.value()["meta"]["lastUpdated"].as_str().expect("a time").to_owned()
}

#[test]
fn histories_of_a_time_and_of_the_past() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    // Each commit has its own millisecond: something else is written until the next one has come.
    let mut count = 0;
    let mut times: Vec<String> = Vec::new();
    for (id, text) in [("a", "1"), ("b", "1"), ("a", "2"), ("c", "1")] {
        let time = basic(&server, id, text);
        let mut clock = time.clone();
        while clock == time {
            count += 1;
            let body = json!({"resourceType": "Patient", "id": "clock", "multipleBirthInteger": count});
            let put = server.json("PUT", "Patient/clock", &body.to_string());
            put.value()["meta"]["lastUpdated"].as_str().expect("a time").clone_into(&mut clock);
        }
        times.push(time);
    }
    assert_eq!(server.send("DELETE", "Basic/b", &[], b"").status, 204);
    let all = history(&server, "Basic/_history");
    assert_eq!(all, ["Basic/b@2", "Basic/c@1", "Basic/a@2", "Basic/b@1", "Basic/a@1"]);
    // At the moment of the third commit: what was current then.
    let at = |time: &str| history(&server, &format!("Basic/_history?_at={time}"));
    let expected = ["Basic/a@2", "Basic/b@1"];
    assert_eq!(at(&times[2]), expected);
    assert_eq!(at(&times[0]), ["Basic/a@1"]);
    // A year holds all; one long ago holds none.
    assert_eq!(at(&times[0][..4]), all);
    assert_eq!(at("1999"), [""; 0]);
    assert_eq!(history(&server, &format!("Basic/b/_history?_at={}", times[3])), ["Basic/b@1"]);
    // Page by page it is the same.
    let paged = server.get(&format!("Basic/_history?_at={}&_count=1", times[2]));
    let next = paged.link("next").expect("a next page");
    let next = server.get(next.strip_prefix(&server.origin).expect("a link of this server"));
    let both = [versions(&paged.value()), versions(&next.value())].concat();
    assert_eq!(both, expected);
    assert_eq!(next.value()["total"], 2);
    // As of the third commit.
    let then = history(&server, &format!("Basic/_history?_asof={}", times[2]));
    assert_eq!(then, ["Basic/a@2", "Basic/b@1", "Basic/a@1"]);
    assert_eq!(server.get(&format!("Basic/c/_history?_asof={}", times[2])).status, 404);
    assert_eq!(server.get("_history?_asof=2999-01-01T00:00:00Z").status, 400);
    assert_eq!(server.get("_history?_at=yesterday").status, 400);
    server.stop();
}

#[test]
fn histories_of_a_list() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    for (id, text) in [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("c", "1")] {
        basic(&server, id, text);
    }
    let list = json!({"resourceType": "List", "id": "l", "status": "current", "mode": "working", "entry": [
        {"item": {"reference": "Basic/a"}}, {"item": {"reference": "Basic/b/_history/1"}},
        {"item": {"reference": "Basic/never"}}, {"item": {"reference": "http://elsewhere.example/Basic/c"}},
        {"item": {"display": "nothing"}}, {"item": {"reference": "Basic/a"}},
    ]});
    assert_eq!(server.json("PUT", "List/l", &list.to_string()).status, 201);
    let expected = ["Basic/b@1", "Basic/a@2", "Basic/a@1"];
    assert_eq!(history(&server, "_history?_list=l"), expected);
    assert_eq!(history(&server, "Basic/_history?_list=l"), expected);
    assert_eq!(history(&server, "Patient/_history?_list=l"), [""; 0]);
    let first = server.get("_history?_list=l&_count=2");
    assert_eq!(versions(&first.value()), expected[..2]);
    let next = first.link("next").expect("a next page");
    let next = server.get(next.strip_prefix(&server.origin).expect("a link of this server"));
    assert_eq!(versions(&next.value()), expected[2..]);
    assert_eq!(server.get("_history?_list=none").status, 404);
    assert_eq!(server.get("_history?_list=$current-problems").status, 400);
    server.stop();
}

#[test]
fn history_is_deleted() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    for text in ["1", "2", "3", "4"] {
        basic(&server, "a", text);
    }
    let delete = |path: &str| server.send("DELETE", path, &[], b"").status;
    assert_eq!(delete("Basic/a/_history/2"), 204);
    assert_eq!(history(&server, "Basic/a/_history"), ["Basic/a@4", "Basic/a@3", "Basic/a@1"]);
    assert_eq!(server.get("Basic/a/_history/2").status, 404);
    assert_eq!(delete("Basic/a/_history/2"), 404);
    assert_eq!(delete("Basic/a/_history/4"), 409);
    assert_eq!(delete("Basic/a/_history/x"), 404);
    assert_eq!(delete("Basic/none/_history"), 404);
    assert_eq!(delete("Basic/a/_history"), 204);
    assert_eq!(history(&server, "_history"), ["Basic/a@4"]);
    basic(&server, "a", "5");
    assert_eq!(server.send("POST", "Basic/a/$purge-history", &[], b"").status, 204);
    assert_eq!(history(&server, "_history"), ["Basic/a@5"]);
    assert_eq!(delete("_history"), 405);
    server.stop();
}

#[test]
fn a_patient_is_erased() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    for id in ["p", "q"] {
        server.json(
            "PUT",
            &format!("Patient/{id}"),
            &json!({"resourceType": "Patient", "id": id}).to_string(),
        );
    }
    let about = |id: &str, patients: &[&str]| {
        let participants: Vec<Value> = patients
            .iter()
            .map(
                |patient| json!({"actor": {"reference": format!("Patient/{patient}")}, "status": "accepted"}),
            )
            .collect();
        let body =
            json!({"resourceType": "Appointment", "id": id, "status": "booked", "participant": participants});
        assert_eq!(server.json("PUT", &format!("Appointment/{id}"), &body.to_string()).status, 201);
    };
    about("one", &["p"]);
    about("both", &["p", "q"]);
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "compartment", "valueBoolean": true}, {"name": "compact", "valueBoolean": true},
    ]});
    let deferred = server.send("GET", "Patient/p", &[("Prefer", "respond-async")], b"");
    let status = deferred.header("content-location").expect("a status").to_owned();
    let status = status.strip_prefix(&server.origin).expect("a URL of this server").to_owned();
    while server.get(&status).status == 202 {}
    assert!(server.get(&status).text().contains(r#""id":"p""#));
    let erased = server.json("POST", "Patient/p/$erase", &parameters.to_string());
    assert_eq!(server.get(&status).status, 404, "an answer would show what is gone");
    assert_eq!(erased.status, 200, "{}", erased.text());
    let expected = json!({"resourceType": "Parameters", "parameter": [
        {"name": "resources", "valueDecimal": 2}, {"name": "versions", "valueDecimal": 4},
        {"name": "kept", "valueReference": {"reference": "Appointment/both"}},
    ]});
    assert_eq!(erased.value(), expected);
    assert_eq!(server.get("Patient/p").status, 404);
    assert_eq!(server.get("Patient/p/_history/1").status, 404);
    assert_eq!(history(&server, "_history"), ["Appointment/both@1", "Patient/q@1"]);
    let again = server.json("POST", "Patient/p/$erase", &parameters.to_string());
    assert_eq!(again.status, 404);
    assert_eq!(server.get("Patient/q/$erase").status, 405);
    let wrong = r#"{"resourceType":"Parameters","parameter":[{"name":"compartment","valueString":"yes"}]}"#;
    assert_eq!(server.json("POST", "Patient/q/$erase", wrong).status, 400);
    server.stop();
}
