//! Searches over several types, in compartments, and what a search says of itself, from outside.

use serde_json::Value;

use crate::support::Server;

fn rig() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let put = |path: &str, rest: &str| {
        let (name, id) = path.split_once('/').expect("a type and an id");
        let body = format!(r#"{{"resourceType":"{name}","id":"{id}"{rest}}}"#);
        assert_eq!(server.json("PUT", path, &body).status, 201, "{path}");
    };
    put("Patient/p", r#","gender":"female""#);
    put("Patient/q", "");
    let observation = |of: &str| {
        format!(r#","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{of}"}}"#)
    };
    for n in 0..3 {
        put(&format!("Observation/o{n}"), &observation("p"));
    }
    put("Observation/other", &observation("q"));
    put("Condition/c", r#","subject":{"reference":"Patient/p"}"#);
    (folder, server)
}

fn names(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().into_iter().flatten();
    let matches = entries.filter(|entry| entry["search"]["mode"] == "match");
    let name = |entry: &Value| {
        let url = entry["fullUrl"].as_str().expect("a fullUrl");
        url.rsplitn(3, '/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
    };
    let mut names: Vec<String> = matches.map(name).collect();
    names.sort();
    names
}

#[test]
fn several_types_are_searched_at_once() {
    let (_folder, server) = rig();
    let check = |path: &str, expected: &[&str]| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(names(&answer.value()), expected, "{path}");
        assert_eq!(answer.value()["total"], expected.len(), "{path}");
    };
    check("?_type=Patient,Condition", &["Condition/c", "Patient/p", "Patient/q"]);
    check("?_id=p,c", &["Condition/c", "Patient/p"]);
    check("Patient/p/Observation", &["Observation/o0", "Observation/o1", "Observation/o2"]);
    check("Patient/p/*?_type=Condition,Patient", &["Condition/c", "Patient/p"]);
    check("Patient/q/*", &["Observation/other", "Patient/q"]);
    check("Patient/nobody/Observation", &[]);
    let form = |path: &str, form: &str| {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = server.send("POST", path, &headers, form.as_bytes());
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        names(&answer.value())
    };
    assert_eq!(form("_search", "_id=p"), ["Patient/p"]);
    assert_eq!(form("Patient/p/Observation/_search?_sort=_id", "_id=o1,other"), ["Observation/o1"]);
    assert_eq!(server.get("Patient/p/Nonsense").status, 404);
    assert_eq!(server.get("Organization/x/Observation").status, 400);
}

#[test]
fn pages_of_a_compartment_go_on_where_they_were() {
    let (_folder, server) = rig();
    let mut page = server.get("Patient/p/Observation?_count=1&_sort=_id");
    let own = page.link("self").expect("a self link");
    assert!(own.ends_with("/fhir/Patient/p/Observation?_sort=_id&_count=1"), "{own}");
    let mut found = names(&page.value());
    // What is written meanwhile is in no later page.
    let late = r#"{"resourceType":"Observation","id":"o1a","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}"#;
    assert_eq!(server.json("PUT", "Observation/o1a", late).status, 201);
    while let Some(next) = page.link("next") {
        page = server.get(next.strip_prefix(&server.origin).expect("a link to this server"));
        found.extend(names(&page.value()));
    }
    assert_eq!(found, ["Observation/o0", "Observation/o1", "Observation/o2"]);
}

#[test]
fn a_search_explains_itself() {
    let (_folder, server) = rig();
    let bundle = server.get("Observation?patient.gender=female&_explain=true").value();
    assert_eq!(bundle["total"], 3);
    let entries = bundle["entry"].as_array().expect("entries");
    let outcome = &entries.last().expect("an entry");
    assert_eq!(outcome["search"]["mode"], "outcome");
    let issues = outcome["resource"]["issue"].as_array().expect("issues");
    let lines: Vec<&str> = issues.iter().filter_map(|issue| issue["diagnostics"].as_str()).collect();
    assert!(issues.iter().all(|issue| issue["severity"] == "information"), "{bundle}");
    assert!(lines.iter().any(|line| line.starts_with("patient.gender: at most ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("page: 3 found; looked at ")), "{lines:?}");
}

#[test]
fn the_past_is_searched_and_read() {
    let (_folder, server) = rig();
    let patient = server.get("Patient/p").value();
    let then = patient["meta"]["lastUpdated"].as_str().expect("a time").to_owned();
    let last = server.get("Condition/c").value()["meta"]["lastUpdated"].as_str().expect("a time").to_owned();
    let write = |path: &str, rest: &str| {
        let (name, id) = path.split_once('/').expect("a type and an id");
        let body = format!(r#"{{"resourceType":"{name}","id":"{id}"{rest}}}"#);
        server.json("PUT", path, &body).value()["meta"]["lastUpdated"].as_str().map(str::to_owned)
    };
    // Until the clock has gone on. What changes nothing would be no commit.
    let mut texts = (0..).map(|number| format!(r#","code":{{"text":"x{number}"}}"#));
    while texts.next().and_then(|text| write("Basic/b", &text)).as_ref() == Some(&last) {}
    assert!(write("Patient/p", r#","gender":"male""#).is_some());
    assert_eq!(server.send("DELETE", "Observation/o1", &[], b"").status, 204);
    let check = |path: &str, expected: &[&str]| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(names(&answer.value()), expected, "{path}");
        answer
    };
    let all = ["Observation/o0", "Observation/o1", "Observation/o2"];
    check("Patient/p/Observation", &["Observation/o0", "Observation/o2"]);
    check(&format!("Patient/p/Observation?_asof={last}"), &all);
    check(&format!("Observation?patient.gender=female&_asof={last}"), &all);
    check(&format!("?_type=Observation&_id=o1&_asof={last}"), &["Observation/o1"]);
    check("Observation?_asof=2001-01-01T00:00:00Z", &[]);
    let page = check(&format!("Patient/p/Observation?_sort=_id&_count=2&_asof={last}"), &all[..2]);
    assert!(page.link("self").expect("a self link").contains("_asof="), "{}", page.text());
    let next = page.link("next").expect("a second page");
    check(next.strip_prefix(&server.origin).expect("a link to this server"), &all[2..]);
    let form = server.send(
        "POST",
        "Patient/_search",
        &[("Content-Type", "application/x-www-form-urlencoded")],
        format!("gender=female&_asof={last}").as_bytes(),
    );
    assert_eq!(names(&form.value()), ["Patient/p"]);
    let gender = |path: &str| server.get(path).value()["gender"].clone();
    assert_eq!(gender("Patient/p"), "male");
    assert_eq!(gender(&format!("Patient/p?_asof={then}")), "female");
    let status = |path: &str| server.get(path).status;
    assert_eq!(status(&format!("Observation/o1?_asof={last}")), 200);
    assert_eq!(status("Observation/o1"), 410);
    assert_eq!(status("Patient/p?_asof=2001-01-01T00:00:00Z"), 404);
    assert_eq!(status("Patient?_asof=yesterday"), 400);
    assert_eq!(status("Patient?_asof=9998-01-01T00:00:00Z"), 400);
    assert_eq!(status(&format!("Patient/p/_history/1?_asof={last}")), 400);
    assert_eq!(status(&format!("Patient/p/_history?_asof={last}")), 200);
}

#[test]
fn links_lead_to_the_first_the_previous_and_the_last_page() {
    let (_folder, server) = rig();
    let at = |link: &str| server.get(link.strip_prefix(&server.origin).expect("a link to this server"));
    let first = server.get("Observation?_sort=_id&_count=2&_format=json");
    let own = first.link("self").expect("a self link");
    assert_eq!(first.link("first").as_ref(), Some(&own));
    assert_eq!((first.link("previous"), first.link("last")), (None, None));
    let second = at(&first.link("next").expect("a second page"));
    assert_eq!(second.link("first"), Some(own));
    assert_eq!(second.link("next"), None);
    assert_eq!(names(&second.value()), ["Observation/o2", "Observation/other"]);
    let last = at(&second.link("last").expect("it is the last"));
    assert_eq!(names(&last.value()), names(&second.value()));
    let back = at(&second.link("previous").expect("a page before"));
    assert_eq!(names(&back.value()), names(&first.value()));
    let whole = server.get("Observation?_maxresults=3");
    assert_eq!((whole.value()["total"].as_u64(), names(&whole.value()).len()), (Some(4), 3));
    assert_eq!((whole.link("next"), whole.link("last")), (None, whole.link("self")));
}

#[test]
fn contained_resources_are_found_and_shown() {
    let (_folder, server) = rig();
    let body = r##"{"resourceType":"Observation","id":"inside","status":"final","code":{"text":"x"},"subject":{"reference":"#p"},
        "contained":[{"resourceType":"Patient","id":"p","gender":"female"},{"resourceType":"Patient","gender":"female"}]}"##;
    assert_eq!(server.json("PUT", "Observation/inside", body).status, 201);
    let entries = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let bundle = answer.value();
        let entries = bundle["entry"].as_array().expect("entries").clone();
        assert_eq!(bundle["total"], entries.len(), "{path}");
        assert!(entries.iter().all(|entry| entry["search"]["mode"] == "match"), "{bundle}");
        entries
    };
    let base = format!("{}/fhir", server.origin);
    let [container] = &entries("Patient?gender=female&_contained=true")[..] else { panic!("one entry") };
    assert_eq!(container["fullUrl"], format!("{base}/Observation/inside"));
    assert_eq!(container["resource"]["meta"]["versionId"], "1");
    let both = entries("Patient?gender=female&_contained=both&_containedType=contained");
    let [ordinary, inner, nameless] = &both[..] else { panic!("three entries: {both:?}") };
    assert_eq!(ordinary["fullUrl"], format!("{base}/Patient/p"));
    assert_eq!(inner["fullUrl"], format!("{base}/Observation/inside#p"));
    let resource = serde_json::json!({ "resourceType": "Patient", "id": "p", "gender": "female" });
    assert_eq!(inner["resource"], resource);
    assert_eq!((&nameless["fullUrl"], &nameless["resource"]["gender"]), (&Value::Null, &"female".into()));
    let mut page = server.get("Patient?gender=female&_contained=both&_containedType=contained&_count=1");
    let own = page.link("self").expect("a self link");
    assert!(own.ends_with("?gender=female&_contained=both&_containedType=contained&_count=1"), "{own}");
    let mut found = vec![page.value()["entry"][0].clone()];
    while let Some(next) = page.link("next") {
        page = server.get(next.strip_prefix(&server.origin).expect("a link to this server"));
        found.push(page.value()["entry"][0].clone());
    }
    assert_eq!(found, both);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let posted = server.send("POST", "Patient/_search", &form, b"gender=female&_contained=true");
    assert_eq!(posted.value()["entry"][0]["fullUrl"], container["fullUrl"]);
    for path in
        ["Patient?_contained=true&_sort=_id", "Patient?_contained=1", "Patient/p/Observation?_contained=true"]
    {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}
