//! `$diff`. Differences have their rows in `engine/crates/patch/tests/diff`.

use serde_json::{Value, json};

use crate::operations::{put, started};
use crate::support::Server;

fn update(server: &Server, body: &Value) {
    let answer = server.json("PUT", "Patient/a", &body.to_string());
    assert!(answer.status < 300, "{}", answer.text());
}

/// Operations in lines: type and path.
fn lines(server: &Server, path: &str) -> Vec<String> {
    let answer = server.get(path);
    let value = answer.value();
    assert_eq!(
        (answer.status, &value["resourceType"]),
        (200, &json!("Parameters")),
        "{path}: {}",
        answer.text()
    );
    let operations = value["parameter"].as_array().cloned().unwrap_or_else(Vec::new);
    let text = |part: &Value, name: &str| part[name].as_str().expect("a text").to_owned();
    let line = |one: &Value| {
        format!("{} {}", text(&one["part"][0], "valueCode"), text(&one["part"][1], "valueString"))
    };
    operations.iter().map(line).collect()
}

/// The versions, each with the members that the server makes.
fn versions(server: &Server) {
    let name = |family: &str| json!([{ "family": family, "given": ["x", "y"] }]);
    let of = |more: Value| {
        let mut body = json!({ "resourceType": "Patient", "id": "a" });
        more.as_object().expect("members").iter().for_each(|(name, value)| body[name] = value.clone());
        body
    };
    update(server, &of(json!({ "name": name("Smith"), "active": true })));
    update(
        server,
        &of(
            json!({ "name": name("Jones"), "active": true, "meta": { "profile": ["http://example.org/p"] } }),
        ),
    );
    update(
        server,
        &of(json!({ "name": name("Jones"), "gender": "female", "contact": [{ "gender": "male" }] })),
    );
}

#[test]
fn a_difference_leads_from_version_to_version() {
    let (_folder, server) = started();
    versions(&server);
    let last = ["add Patient", "insert Patient.contact", "delete Patient.active"];
    let mut found = lines(&server, "Patient/a/$diff");
    found.sort();
    let mut expected: Vec<&str> = last.to_vec();
    expected.push("delete Patient.meta.profile[0]");
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(lines(&server, "Patient/a/$diff?fromVersion=2"), lines(&server, "Patient/a/$diff"));
    assert_eq!(lines(&server, "Patient/a/$diff?fromVersion=3"), [""; 0]);
    assert_eq!(
        lines(&server, "$diff?from=Patient/a/_history/1&to=Patient/a/_history/2"),
        ["insert Patient.meta.profile", "replace Patient.name[0].family"]
    );
    // What was there is told, and does not keep the patch from being applied.
    let difference = server.get("Patient/a/$diff?fromVersion=1");
    let replaced = difference.value()["parameter"].as_array().expect("operations").clone();
    let replaced = replaced.iter().find(|one| one["part"][0]["valueCode"] == "replace").expect("one");
    assert_eq!(replaced["part"][2], json!({ "name": "previousValue", "valueString": "Smith" }));
    assert_eq!(replaced["part"][3], json!({ "name": "value", "valueString": "Jones" }));
    let newest = server.get("Patient/a").value();
    let oldest = server.get("Patient/a/_history/1").value();
    let mut copy = oldest.clone();
    copy["id"] = json!("b");
    put(&server, "Patient/b", copy);
    let patched = server.json("PATCH", "Patient/b", difference.text());
    assert_eq!(patched.status, 200, "{}", patched.text());
    assert_eq!(
        lines(&server, "$diff?from=Patient/a&to=Patient/b"),
        [""; 0],
        "{newest} is {}",
        patched.text()
    );

    let own = format!("{}/fhir/Patient/a/_history/3", server.origin);
    assert_eq!(lines(&server, &format!("$diff?from={own}&to=Patient/b")), [""; 0]);
    let parameters = json!({ "resourceType": "Parameters", "parameter": [
        { "name": "from", "valueString": "Patient/a/_history/1" }, { "name": "to", "valueString": "Patient/a" } ] });
    assert_eq!(server.json("POST", "$diff", &parameters.to_string()).value(), difference.value());
}

#[test]
fn what_has_no_difference_is_refused() {
    let (_folder, server) = started();
    versions(&server);
    put(&server, "Organization/o", json!({ "name": "x" }));
    assert_eq!(server.send("DELETE", "Patient/a", &[], b"").status, 204);
    let check = |path: &str, status: u16, named: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(answer.text().contains(named), "{path}: {}", answer.text());
    };
    check("Patient/a/$diff", 410, "deleted");
    update(&server, &json!({ "resourceType": "Patient", "id": "a" }));
    check("Patient/a/$diff", 400, "fromVersion");
    check("Patient/a/$diff?fromVersion=4", 400, "fromVersion");
    check("Patient/a/$diff?fromVersion=3", 200, "delete");
    check("Patient/a/$diff?fromVersion=9", 404, "");
    check("Patient/a/$diff?fromVersion=first", 400, "fromVersion");
    check("Patient/none/$diff", 404, "");
    check("Organization/o/$diff", 400, "before");
    check("$diff?from=Patient/a", 400, "to");
    check("$diff?to=Patient/a", 400, "from");
    check("$diff?from=Patient&to=Patient/a", 400, "from");
    check("$diff?from=Patient/a&to=Patient/a/_history/x", 400, "to");
    check("$diff?from=Patient/a&to=Organization/o", 400, "one type");
    check("$diff?from=Patient/a/_history/4&to=Patient/a", 410, "from");
    check("$diff?from=Patient/a&to=Patient/none", 404, "to");
    check("$diff?from=https://other.example/fhir/Patient/a&to=Patient/a", 400, "from");
    check("Patient/$diff", 404, "");
}
