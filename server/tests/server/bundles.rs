//! What becomes of links in transactions, and Bundles that are stored.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::json;
use tempfile::TempDir;

use crate::support::Server;

#[test]
fn a_transaction_rewrites_every_kind_of_link() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let stays = "urn:uuid:11111111-1111-4111-8111-111111111111";
    let patient = "urn:uuid:22222222-2222-4222-8222-222222222222";
    let binary = "urn:uuid:33333333-3333-4333-8333-333333333333";
    let plan = "http://other.example/fhir/PlanDefinition/p";
    let document = json!({
        "resourceType": "DocumentReference",
        "status": "current",
        // A string: not a link, though it reads like one.
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": patient},
        "subject": {"reference": patient},
        "author": [{"reference": format!("{patient}/_history/1")}],
        "text": {
            "status": "generated",
            "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"{patient}\">{patient}</a><img src='{binary}' alt=\"x\"/></div>"),
        },
        "extension": [
            {"url": "http://example.org/uri", "valueUri": patient},
            {"url": "http://example.org/canonical", "valueCanonical": patient},
            {"url": "http://example.org/reference", "valueReference": {"reference": patient}},
            {"url": "http://example.org/string", "valueString": patient},
            {"url": "http://example.org/other", "valueUri": stays},
        ],
        "content": [{"attachment": {"url": binary}}],
        "contained": [{"resourceType": "Basic", "id": "b", "code": {"text": "b"}, "implicitRules": patient}],
    });
    let planned = json!({"resourceType": "PlanDefinition", "url": plan, "status": "draft"});
    let other = json!({"resourceType": "Basic", "code": {"text": "x"},
        "extension": [{"url": "http://example.org/a", "valueCanonical": plan}, {"url": "http://example.org/b", "valueUrl": plan}]});
    let entry = |full_url: &str, resource: serde_json::Value| {
        let url = resource["resourceType"].clone();
        json!({"fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": url}})
    };
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        entry("urn:uuid:44444444-4444-4444-8444-444444444444", document),
        entry(patient, json!({"resourceType": "Patient"})),
        entry(binary, json!({"resourceType": "Binary", "contentType": "image/png", "data": "AAAA"})),
        entry(plan, planned),
        entry("urn:uuid:55555555-5555-4555-8555-555555555555", other),
    ]});
    let answer = server.send(
        "POST",
        "/fhir",
        &[("Content-Type", "application/fhir+json"), ("Prefer", "return=representation")],
        bundle.to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let made = answer.value();
    let resource = |index: usize| made["entry"][index]["resource"].clone();
    let place = |index: usize| {
        format!(
            "{}/{}",
            resource(index)["resourceType"].as_str().unwrap(),
            resource(index)["id"].as_str().unwrap()
        )
    };
    let (document, patient_at, binary_at, plan_at) = (resource(0), place(1), place(2), place(3));
    assert_eq!(document["masterIdentifier"]["value"], patient);
    assert_eq!(document["subject"]["reference"], *patient_at);
    assert_eq!(document["author"][0]["reference"], format!("{patient}/_history/1"));
    let div = document["text"]["div"].as_str().unwrap();
    assert!(div.contains(&format!("<a href=\"{patient_at}\">{patient}</a><img src='{binary_at}'")), "{div}");
    let extension = |index: usize, name: &str| document["extension"][index][name].clone();
    assert_eq!(extension(0, "valueUri"), *patient_at);
    assert_eq!(extension(1, "valueCanonical"), *patient_at);
    assert_eq!(extension(2, "valueReference")["reference"], *patient_at);
    assert_eq!(extension(3, "valueString"), patient);
    assert_eq!(extension(4, "valueUri"), stays);
    assert_eq!(document["content"][0]["attachment"]["url"], *binary_at);
    assert_eq!(document["contained"][0]["implicitRules"], *patient_at);
    // A canonical URL is not a place, though it be the entry's fullUrl.
    assert_eq!(resource(3)["url"], plan);
    assert_eq!(resource(4)["extension"][0]["valueCanonical"], plan);
    assert_eq!(resource(4)["extension"][1]["valueUrl"], *plan_at);
    server.stop();
}

#[test]
fn other_bundles_are_stored_as_they_are() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    for kind in ["message", "document", "collection", "searchset", "history"] {
        let own = format!("{}/fhir/Patient/p", server.origin);
        let bundle = format!(
            r#"{{"resourceType":"Bundle","id":"{kind}","type":"{kind}","entry":[{{"fullUrl":"{own}","resource":{{"resourceType":"Patient","id":"p","managingOrganization":{{"reference":"{own}"}},"generalPractitioner":[{{"reference":"Practitioner?identifier=a|b"}}]}}}}]}}"#
        );
        let put = server.json("PUT", &format!("/fhir/Bundle/{kind}"), &bundle);
        assert_eq!(put.status, 201, "{kind}: {}", put.text());
        let read = server.get(&format!("/fhir/Bundle/{kind}")).value();
        let sent: serde_json::Value = serde_json::from_str(&bundle).unwrap();
        assert_eq!(read["entry"], sent["entry"], "{kind}");
    }
    assert_eq!(server.total("Patient"), 0);
    server.stop();
}
