//! `$lastn`. How codes are grouped has its rows in `engine/src/lastn/tests.rs`.

use serde_json::{Value, json};

use crate::operations::{put, started};
use crate::support::{Answer, Server};

/// An Observation of Patient/a: its codings, each `system|code`, apart by spaces, and when it was made.
fn observe(server: &Server, id: &str, codings: &str, effective: Option<&str>) {
    let coding = |text: &str| {
        let (system, code) = text.split_once('|').expect("a coding");
        json!({ "system": system, "code": code })
    };
    let codings: Vec<Value> = codings.split_whitespace().map(coding).collect();
    let mut body = json!({ "status": "final", "code": { "coding": codings }, "subject": { "reference": "Patient/a" },
        "category": [{ "coding": [{ "code": "vital-signs" }] }] });
    if let Some(at) = effective {
        body["effectiveDateTime"] = json!(at);
    }
    put(server, &format!("Observation/{id}"), body);
}

/// The matches in order.
fn ids(answer: &Answer) -> Vec<String> {
    let value = answer.value();
    assert_eq!((answer.status, &value["type"]), (200, &json!("searchset")), "{}", answer.text());
    let entries = value["entry"].as_array().cloned().unwrap_or_else(Vec::new);
    entries.iter().map(|entry| entry["resource"]["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn the_last_of_each_code_newest_first() {
    let (_folder, server) = started();
    put(&server, "Patient/a", json!({}));
    put(&server, "Patient/b", json!({}));
    observe(&server, "t1", "l|temp", Some("2020-01-01"));
    observe(&server, "t2", "own|fever", Some("2020-01-02T10:00:00Z"));
    observe(&server, "t3", "l|temp own|fever", Some("2020-01-03"));
    observe(&server, "t0", "l|temp", None);
    observe(&server, "w1", "l|weight", Some("2020-02-01T10:00:00Z"));
    observe(&server, "w2", "l|weight", Some("2020-02-01T11:00:00+01:00"));
    observe(&server, "w3", "l|weight", Some("2019-01-01"));
    observe(&server, "n1", "l|never-dated", None);
    observe(&server, "n2", "l|never-dated", None);
    let last = |query: &str| ids(&server.get(&format!("Observation/$lastn?{query}")));
    // What is equally old comes along, the last written first.
    assert_eq!(last("patient=a"), ["w2", "w1", "t3", "n2"]);
    assert_eq!(last("subject=Patient/a&max=2"), ["w2", "w1", "t3", "t2", "n2", "n1"]);
    assert_eq!(last("patient=a&max=3&code=l|temp"), ["t3", "t1", "t0"]);
    assert_eq!(last("patient=a&max=9"), ["w2", "w1", "t3", "t2", "t1", "w3", "n2", "n1", "t0"]);
    assert_eq!(last("patient=Patient/a&category=vital-signs&date=lt2020-01-02"), ["t1", "w3"]);
    assert_eq!(last("patient=b"), [""; 0]);
    assert_eq!(last("patient=a&code:not=l|temp,l|weight,l|never-dated"), ["t2"]);

    let page = server.get("Observation/$lastn?patient=a&max=2&code=l|weight&_elements=status&_format=json");
    assert_eq!(page.value()["total"], json!(2));
    assert!(page.value()["entry"][0]["resource"]["code"]["coding"].is_array(), "it is mandatory");
    assert_eq!(page.value()["entry"][0]["resource"].get("category"), None);
    let own = page.link("self").expect("a link");
    assert_eq!(ids(&server.get(own.strip_prefix(&server.origin).expect("of this server"))), ["w2", "w1"]);
    assert_eq!(page.link("next"), None);
    let parameters = json!({ "resourceType": "Parameters", "parameter": [
        { "name": "max", "valuePositiveInt": 1 }, { "name": "patient", "valueString": "Patient/a" },
        { "name": "code", "valueString": "l|temp" } ] });
    assert_eq!(ids(&server.json("POST", "Observation/$lastn", &parameters.to_string())), ["t3"]);
    assert_eq!(server.send("DELETE", "Observation/t3", &[], b"").status, 204);
    assert_eq!(last("patient=a&code=l|temp"), ["t1"]);
}

#[test]
fn what_it_does_not_take_is_named() {
    let (_folder, server) = started();
    let check = |query: &str, named: &str| {
        let answer = server.get(&format!("Observation/$lastn?{query}"));
        let text = answer.value()["issue"][0]["diagnostics"].as_str().expect("a text").to_owned();
        assert_eq!(answer.status, 400, "{query}");
        assert!(text.contains(named), "{query}: {text}");
    };
    check("", "patient");
    check("code=x", "patient");
    check("patient=", "patient");
    check("patient=a&max=0", "max");
    check("patient=a&max=1&max=2", "max");
    check("patient=a&_sort=date", "_sort");
    check("patient=a&_count=5", "_count");
    check("patient=a&_include=Observation:subject", "_include");
    check("patient=a&_summary=count", "_summary");
    check("patient=a&date=spring", "date");
    assert_eq!(server.get("Patient/$lastn?patient=a").status, 404);
    assert_eq!(server.get("Observation/x/$lastn").status, 404);
}
