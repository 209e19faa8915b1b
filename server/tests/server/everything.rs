//! `$everything` by care dates, and of a group. What is found is in `engine/tests/search_rows/everything.txt`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::operations::{names, put, started};
use crate::support::Server;

fn observation(server: &Server, id: &str, patient: &str, at: &str) {
    let subject = json!({ "reference": patient });
    let code = json!({ "text": "x" });
    let body = json!({ "status": "final", "code": code, "subject": subject, "effectiveDateTime": at, "performer": [{ "reference": "Practitioner/d" }] });
    put(server, &format!("Observation/{id}"), body);
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// All pages, and what the first says that they hold.
fn pages(server: &Server, path: &str) -> (BTreeSet<String>, Value, usize) {
    let mut page = server.get(path);
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    let (mut found, total, mut count) = (names(&page), page.value()["total"].clone(), 1);
    while let Some(next) = page.link("next") {
        assert!(next.contains("everything"), "{next}");
        page = server.get(next.strip_prefix(&server.origin).expect("a link of this server"));
        found.extend(names(&page));
        count += 1;
    }
    (found, total, count)
}

#[test]
fn care_dates_and_members_go_before_pages() {
    let (_folder, server) = started();
    put(&server, "Practitioner/d", json!({}));
    for (patient, year) in [("a", "2020"), ("b", "2021"), ("c", "2021")] {
        put(&server, &format!("Patient/{patient}"), json!({}));
        observation(&server, patient, &format!("Patient/{patient}"), &format!("{year}-05-01"));
    }
    let of = |patient: &str| json!({ "entity": { "reference": format!("Patient/{patient}") } });
    let mut left = of("c");
    left["inactive"] = json!(true);
    put(&server, "Group/g", json!({ "type": "person", "actual": true, "member": [of("a"), of("b"), left] }));

    let all = set(&["Group/g", "Observation/a", "Observation/b", "Patient/a", "Patient/b", "Practitioner/d"]);
    assert_eq!(pages(&server, "Group/g/$everything"), (all.clone(), json!(5), 1));
    assert_eq!(pages(&server, "Group/g/$everything?_count=2"), (all, json!(5), 3));
    let late = set(&["Observation/b"]);
    let narrowed = "Group/g/$everything?_type=Observation&start=2020-06-01&end=2021-12-31";
    assert_eq!(pages(&server, narrowed), (late.clone(), json!(1), 1));
    let page = server.get(narrowed);
    let own = page.link("self").expect("a link");
    assert!(own.contains("start=2020-06-01") && own.contains("end=2021-12-31"), "{own}");
    assert_eq!(pages(&server, own.strip_prefix(&server.origin).expect("of this server")).0, late);
    let parameters = json!({ "resourceType": "Parameters", "parameter": [
        { "name": "start", "valueDate": "2020-06-01" }, { "name": "_type", "valueCode": "Observation" },
        { "name": "_type", "valueCode": "Patient" }, { "name": "_count", "valueInteger": 10 } ] });
    let posted = server.json("POST", "Group/g/$everything", &parameters.to_string());
    assert_eq!(names(&posted), set(&["Observation/b", "Patient/a", "Patient/b"]), "{}", posted.text());
    // A page goes on as it began.
    let page = server.get("Patient/a/$everything?_count=1");
    let next = page.link("next").expect("a next page");
    assert_eq!(server.send("DELETE", "Observation/a", &[], b"").status, 204);
    assert_eq!(server.send("DELETE", "Patient/a", &[], b"").status, 204);
    let next = server.get(next.strip_prefix(&server.origin).expect("of this server"));
    assert_eq!(names(&next), set(&["Observation/a", "Practitioner/d"]));
    assert_eq!(pages(&server, "Group/g/$everything").0.len(), 4, "who is not here has no part in it");

    let status = |path: &str| server.get(path).status;
    assert_eq!(status("Patient/a/$everything"), 410);
    assert_eq!(status("Patient/none/$everything"), 404);
    assert_eq!(status("Group/none/$everything"), 404);
    assert_eq!(status("Patient/$everything"), 404, "an export is for all");
    assert_eq!(status("Practitioner/d/$everything"), 404);
    for wrong in ["start=spring", "end=2020-13-01", "_count=many", "_type=Nonsense", "start=2020&start=2021"]
    {
        let answer = server.get(&format!("Patient/b/$everything?{wrong}"));
        let name = wrong.split_once('=').expect("a pair").0;
        let text = answer.value()["issue"][0]["diagnostics"].as_str().expect("a text").to_owned();
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(text.contains(name), "{wrong}: {text}");
    }
}
