//! The HTTP interface, from outside.

use std::io::{Read, Write};

use crate::support::{Answer, Server};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

const JSON: (&str, &str) = ("Content-Type", "application/fhir+json");
const PATIENT: &str = r#"{"resourceType":"Patient","name":[{"family":"Lovelace"}]}"#;

fn rig() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

/// A refusal is an OperationOutcome with this status, whose first issue has this code, and names this place if any.
fn check_refused(answer: &Answer, status: u16, code: &str, place: Option<&str>, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    let value = answer.value();
    assert_eq!(value["resourceType"], "OperationOutcome", "{what}");
    let issue = &value["issue"][0];
    assert_eq!((&issue["severity"], &issue["code"]), (&"error".into(), &code.into()), "{what}: {value}");
    assert_eq!(issue["expression"][0].as_str(), place, "{what}: {value}");
}

#[test]
fn bodies_of_wrong_shape_are_refused_with_the_place() {
    let (_folder, server) = rig();
    let check = |body: &str, status, code, place: Option<&str>| {
        check_refused(
            &server.json("POST", "Patient", body),
            status,
            code,
            place,
            &body[..body.len().min(80)],
        );
    };
    check("{not json", 400, "structure", None);
    check("", 400, "structure", None);
    check("[]", 422, "structure", None);
    check(r#"{"resourceType":"Patient","surname":"X"}"#, 422, "structure", Some("Patient.surname"));
    check(r#"{"resourceType":"Patient","birthDate":"last year"}"#, 422, "value", Some("Patient.birthDate"));
    check(r#"{"resourceType":"Patient","active":"yes"}"#, 422, "structure", Some("Patient.active"));
    check(r#"{"resourceType":"Patient","name":{}}"#, 422, "structure", Some("Patient.name"));
    check(r#"{"resourceType":"Patient","name":[]}"#, 422, "structure", Some("Patient.name"));
    check(r#"{"resourceType":"Patient","name":[{}]}"#, 422, "structure", Some("Patient.name[0]"));
    check(r#"{"resourceType":"Patient","gender":["male"]}"#, 422, "structure", Some("Patient.gender"));
    check(
        r#"{"resourceType":"Patient","gender":"male","gender":"female"}"#,
        400,
        "structure",
        Some("Patient.gender"),
    );
    check(r#"{"resourceType":"Observation","status":"final"}"#, 422, "required", Some("Observation.code"));
    check(r#"{"resourceType":"Nonsense"}"#, 422, "structure", None);
    let deep = format!("Patient.x{}", "[0]".repeat(63));
    check(
        &format!("{{\"resourceType\":\"Patient\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)),
        400,
        "structure",
        Some(&deep),
    );
    check(
        &format!("{{\"resourceType\":\"Patient\",\"multipleBirthInteger\":{}}}", "9".repeat(100_000)),
        400,
        "structure",
        Some("Patient.multipleBirthInteger"),
    );
    assert_eq!(server.total("Patient"), 0);
}

#[test]
fn requests_that_mean_nothing_are_refused() {
    let (_folder, server) = rig();
    let id = server.json("POST", "Patient", PATIENT).id();
    let instance = format!("Patient/{id}");
    let send = |method, path: &str, headers: &[(&str, &str)], body: &str| {
        server.send(method, path, headers, body.as_bytes())
    };
    let check = |answer: Answer, status, code, what: &str| check_refused(&answer, status, code, None, what);
    check(server.get("Patient/no-such-patient"), 404, "not-found", "an unknown id");
    check(server.get("Nonsense/1"), 404, "not-supported", "an unknown type");
    check(server.get("Nonsense"), 404, "not-supported", "a search of an unknown type");
    check(server.get("/elsewhere"), 404, "not-found", "a path outside");
    check(server.get("/t/nobody/fhir/Patient"), 404, "not-found", "an unknown tenant");
    check(server.get(&format!("{instance}/_history/2")), 404, "not-found", "an unknown version");
    check(send("POST", &instance, &[JSON], "{}"), 405, "not-supported", "a method without meaning");
    check(send("PUT", "Patient", &[JSON], PATIENT), 412, "required", "an update without an id or criteria");
    check(
        send("GET", &instance, &[("Accept", "application/fhir+turtle")], ""),
        406,
        "not-supported",
        "Turtle asked for",
    );
    check(
        send("POST", "Patient", &[("Content-Type", "text/plain")], PATIENT),
        415,
        "not-supported",
        "plain text",
    );
    check(
        send("POST", "Patient", &[JSON, ("Content-Encoding", "br")], PATIENT),
        415,
        "not-supported",
        "brotli",
    );
    check(
        send("POST", "Patient", &[JSON, ("Content-Encoding", "gzip")], PATIENT),
        400,
        "value",
        "gzip that is none",
    );
    check(send("PUT", &instance, &[JSON, ("If-Match", "1")], PATIENT), 400, "value", "a tag without quotes");
    check(
        send("PUT", &instance, &[JSON, ("If-None-Match", "W/\"1\"")], PATIENT),
        400,
        "value",
        "a condition of reads",
    );
    check(server.get(&format!("Patient?family={}", "x".repeat(20_000))), 414, "too-long", "a long URL");
    let other = r#"{"resourceType":"Patient","id":"other"}"#;
    check_refused(&send("PUT", &instance, &[JSON], other), 400, "value", Some("Patient.id"), "another id");
    check_refused(&send("PUT", &instance, &[JSON], PATIENT), 400, "value", Some("Patient.id"), "no id");
    check(
        send("PUT", "Patient/a_b", &[JSON], r#"{"resourceType":"Patient","id":"a_b"}"#),
        400,
        "value",
        "a bad id",
    );
    let allow = send("POST", &instance, &[JSON], "{}");
    assert_eq!(allow.header("allow"), Some("GET, HEAD, PUT, PATCH, DELETE"));
    assert_eq!(server.get(&format!("{instance}/_history")).value()["total"], 1, "nothing was written");
}

#[test]
fn searches_that_cannot_be_read_are_refused() {
    let (_folder, server) = rig();
    let strict = [("Prefer", "handling=strict")];
    check_refused(
        &server.send("GET", "Patient?surname=x", &strict, b""),
        400,
        "not-supported",
        None,
        "unknown, strict",
    );
    check_refused(&server.get("Patient?birthdate=soon"), 400, "value", None, "no date");
    check_refused(
        &server.send("GET", "Patient?_sort=surname", &strict, b""),
        400,
        "value",
        None,
        "sorted by what is unknown",
    );
    check_refused(&server.get("Patient?_page=made-up"), 400, "value", None, "no page");
    check_refused(&server.get("Patient/_history?_page=made-up"), 400, "value", None, "no page of a history");
    check_refused(&server.get("Patient/_history?_at=yesterday"), 400, "value", None, "a time that is none");
    let lenient = server.get("Patient?surname=x&gender=male");
    assert_eq!(lenient.status, 200);
    assert_eq!(lenient.value()["entry"][0]["search"]["mode"], "outcome");
    assert!(
        lenient.value()["entry"][0]["resource"]["issue"][0]["diagnostics"].to_string().contains("surname")
    );
    assert!(!lenient.link("self").expect("a link").contains("surname"));
}

#[test]
fn a_resource_lives() {
    let (_folder, server) = rig();
    let made = server.json("POST", "Patient", PATIENT);
    let id = made.id();
    assert_eq!(made.status, 201);
    let version = format!("{}/fhir/Patient/{id}/_history/1", server.origin);
    assert_eq!(made.header("location"), Some(&*version));
    assert_eq!(made.header("etag"), Some("W/\"1\""));
    assert_eq!(made.header("content-type"), Some("application/fhir+json; charset=utf-8"));
    assert!(made.header("last-modified").is_some_and(|date| date.ends_with(" GMT")));
    assert!(made.header("x-request-id").is_some());
    let read = |headers: &[(&str, &str)]| server.send("GET", &format!("Patient/{id}"), headers, b"");
    assert_eq!(read(&[]).bytes, made.bytes);
    let unchanged = read(&[("If-None-Match", "W/\"1\"")]);
    assert_eq!(
        (unchanged.status, unchanged.bytes.len(), unchanged.header("etag")),
        (304, 0, Some("W/\"1\""))
    );
    assert_eq!(read(&[("If-None-Match", "W/\"2\"")]).status, 200);
    let since = made.header("last-modified").expect("a date").to_owned();
    assert_eq!(read(&[("If-Modified-Since", &since)]).status, 304);
    let head = server.send("HEAD", &format!("Patient/{id}"), &[], b"");
    assert_eq!((head.status, head.bytes.len(), head.header("etag")), (200, 0, Some("W/\"1\"")));
    assert_eq!(head.header("content-length"), Some(&*made.bytes.len().to_string()));
    let body = format!(r#"{{"resourceType":"Patient","id":"{id}","active":true}}"#);
    let update = |headers: &[(&str, &str)]| {
        server.send("PUT", &format!("Patient/{id}"), &[headers, &[JSON]].concat(), body.as_bytes())
    };
    check_refused(&update(&[("If-Match", "W/\"7\"")]), 412, "conflict", None, "a stale version");
    let minimal = update(&[("If-Match", "W/\"1\""), ("Prefer", "return=minimal")]);
    assert_eq!((minimal.status, minimal.bytes.len(), minimal.header("etag")), (200, 0, Some("W/\"2\"")));
    let outcome = update(&[("Prefer", "return=OperationOutcome")]);
    assert_eq!(outcome.value()["resourceType"], "OperationOutcome");
    let first = server.get(&format!("Patient/{id}/_history/1"));
    assert_eq!(first.bytes, made.bytes);
    assert_eq!(server.send("DELETE", &format!("Patient/{id}"), &[], b"").status, 204);
    assert_eq!(server.send("DELETE", &format!("Patient/{id}"), &[], b"").status, 204);
    check_refused(&read(&[]), 410, "deleted", None, "a deleted resource");
    assert_eq!(server.total("Patient"), 0);
    assert_eq!(update(&[]).status, 201, "a deleted resource comes back under its id");
    let history = server.get(&format!("Patient/{id}/_history")).value();
    let methods: Vec<&str> = history["entry"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["request"]["method"].as_str().expect("a method"))
        .collect();
    assert_eq!(methods, ["PUT", "DELETE", "PUT", "POST"], "what changes nothing makes no version");
}

#[test]
fn a_part_of_a_resource_may_be_read() {
    let (_folder, server) = rig();
    let body = r#"{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"active":true,"name":[{"family":"Lovelace"}],"maritalStatus":{"text":"married"}}"#;
    let id = server.json("POST", "Patient", body).id();
    let members = |query: &str| -> Vec<String> {
        let value = server.get(&format!("Patient/{id}?{query}")).value();
        value.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(members("_elements=name,active"), ["active", "id", "meta", "name", "resourceType"]);
    assert_eq!(members("_summary=text"), ["id", "meta", "resourceType", "text"]);
    assert_eq!(members("_summary=true&_format=json"), ["active", "id", "meta", "name", "resourceType"]);
    assert_eq!(members("_summary=false").len(), 7);
    let tag = server.get(&format!("Patient/{id}?_elements=name")).value()["meta"]["tag"][0]["code"].clone();
    assert_eq!(tag, "SUBSETTED");
    for wrong in ["_summary=count", "_summary=much", "_elements=surname"] {
        let answer = server.get(&format!("Patient/{id}?{wrong}"));
        check_refused(&answer, 400, "value", None, wrong);
    }
}

#[test]
fn the_same_patient_is_made_once() {
    let (_folder, server) = rig();
    let body = r#"{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}]}"#;
    let make =
        || server.send("POST", "Patient", &[JSON, ("If-None-Exist", "identifier=urn:x|1")], body.as_bytes());
    let (first, second) = (make(), make());
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.bytes, second.bytes);
    for criteria in ["?identifier=urn:x|1", "Patient?identifier=urn:x|1"] {
        let entry = format!(
            r#"{{"resource":{body},"request":{{"method":"POST","url":"/Patient","ifNoneExist":"{criteria}"}}}}"#
        );
        let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entry}]}}"#);
        let answer = server.json("POST", "", &bundle);
        assert_eq!(answer.value()["entry"][0]["response"]["status"], "200 OK", "{}", answer.text());
    }
    server.json("POST", "Patient", body);
    check_refused(&make(), 412, "multiple-matches", None, "two match");
}

#[test]
fn bodies_are_packed_both_ways() {
    let (_folder, server) = rig();
    let note = "a long note ".repeat(1_000);
    let body = format!(r#"{{"resourceType":"Basic","code":{{"text":"{note}"}}}}"#);
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(body.as_bytes()).expect("memory takes all");
    let packed = packed.finish().expect("memory takes all");
    let made = server.send("POST", "Basic", &[JSON, ("Content-Encoding", "gzip")], &packed);
    assert_eq!(made.status, 201, "{}", made.text());
    let read = server.send("GET", &format!("Basic/{}", made.id()), &[("Accept-Encoding", "gzip")], b"");
    assert_eq!(read.header("content-encoding"), Some("gzip"));
    let mut plain = Vec::new();
    GzDecoder::new(&*read.bytes).read_to_end(&mut plain).expect("gzip");
    assert_eq!(plain, made.bytes);
}

#[test]
fn bodies_have_limits() {
    let (_folder, server) = rig();
    let beyond = vec![b' '; (128 << 20) + 1];
    let answer = server.send("POST", "Basic", &[JSON], &beyond);
    check_refused(&answer, 413, "too-long", None, "a body of more than 128 MiB");
    let note = "x".repeat(17 << 20);
    let large = format!(r#"{{"resourceType":"Basic","code":{{"text":"{note}"}}}}"#);
    let answer = server.json("POST", "Basic", &large);
    check_refused(&answer, 413, "structure", None, "a resource of more than 16 MiB");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn searches_by_post_and_pages() {
    let (_folder, server) = rig();
    for day in 10..20 {
        let body = format!(r#"{{"resourceType":"Patient","birthDate":"1990-01-{day}"}}"#);
        assert_eq!(server.json("POST", "Patient", &body).status, 201);
    }
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let posted = server.send("POST", "Patient/_search?_count=2", &form, b"birthdate=ge1990-01-15");
    assert_eq!(posted.value()["total"], 5);
    let mut page = server.get("Patient?_sort=-birthdate&_count=4");
    let mut dates = Vec::new();
    loop {
        let value = page.value();
        let entries = value["entry"].as_array().expect("entries");
        dates.extend(
            entries.iter().map(|entry| entry["resource"]["birthDate"].as_str().expect("a date").to_owned()),
        );
        server.json("POST", "Patient", r#"{"resourceType":"Patient","birthDate":"1990-01-12"}"#);
        let Some(next) = page.link("next") else { break };
        page = server.get(next.strip_prefix(&server.origin).expect("a link to this server"));
        assert_eq!(page.value()["total"], 10);
    }
    let expected: Vec<String> = (10..20).rev().map(|day| format!("1990-01-{day}")).collect();
    assert_eq!(dates, expected);
    assert!(server.get("Patient?_count=5000").link("self").expect("a link").contains("_count=1000"));
}

#[test]
fn a_transaction_is_all_or_nothing_and_a_batch_is_not() {
    let (_folder, server) = rig();
    let good = r#"{"fullUrl":"urn:uuid:4f1c9b8e-2a55-4d7a-9f7e-1f2b3c4d5e6f","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}"#;
    let bad = r#"{"resource":{"resourceType":"Patient","gender":"other","surname":"x"},"request":{"method":"POST","url":"Patient"}}"#;
    let pointing = r#"{"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"urn:uuid:4f1c9b8e-2a55-4d7a-9f7e-1f2b3c4d5e6f"}},"request":{"method":"POST","url":"Basic"}}"#;
    let bundle = |kind: &str, entries: &[&str]| {
        let body = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","));
        server.json("POST", "", &body)
    };
    check_refused(
        &bundle("transaction", &[good, bad]),
        422,
        "structure",
        Some("Bundle.entry[1].resource.surname"),
        "half wrong",
    );
    assert_eq!(server.total("Patient"), 0);
    let half = bundle("batch", &[good, bad]).value();
    let statuses: Vec<&str> = half["entry"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["response"]["status"].as_str().expect("a status"))
        .collect();
    assert_eq!(statuses, ["201 Created", "422 Unprocessable Entity"]);
    assert_eq!(half["entry"][1]["response"]["outcome"]["resourceType"], "OperationOutcome");
    let whole = bundle("transaction", &[pointing, good]).value();
    assert_eq!(
        (&whole["type"], whole["entry"].as_array().expect("entries").len()),
        (&"transaction-response".into(), 2)
    );
    let location = whole["entry"][1]["response"]["location"].as_str().expect("a location");
    let patient =
        location.split("/fhir/").nth(1).and_then(|path| path.split("/_history").next()).expect("an instance");
    assert_eq!(server.total(&format!("Basic?subject={patient}")), 1);
    let twice = bundle("transaction", &[good, good]);
    check_refused(&twice, 409, "duplicate", Some("Bundle.entry[1].fullUrl"), "two of one name");
    check_refused(&bundle("collection", &[good]), 400, "value", Some("Bundle.type"), "a collection");
}

#[test]
fn references_under_the_servers_own_base_are_local() {
    let (_folder, server) = rig();
    let patient = server.json("POST", "Patient", PATIENT).id();
    let own = format!("{}/fhir/Patient/{patient}", server.origin);
    let body =
        format!(r#"{{"resourceType":"Basic","code":{{"text":"x"}},"subject":{{"reference":"{own}"}}}}"#);
    let made = server.json("POST", "Basic", &body);
    assert_eq!(made.value()["subject"]["reference"], format!("Patient/{patient}"));
    assert_eq!(server.total(&format!("Basic?subject=Patient/{patient}")), 1);
    assert_eq!(server.total(&format!("Basic?subject={own}")), 1);
    let entry = format!(r#"{{"request":{{"method":"GET","url":"{own}"}}}}"#);
    let read =
        server.json("POST", "", &format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entry}]}}"#));
    assert_eq!(read.value()["entry"][0]["resource"]["id"], patient);
}

#[test]
fn entries_that_are_wrong_fail_alone_in_a_batch() {
    let (_folder, server) = rig();
    let good = r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}"#;
    let reading = r#"{"request":{"method":"GET","url":"Patient/none"}}"#;
    let guarded = r#"{"resource":{"resourceType":"Basic","id":"1","code":{"text":"x"}},"request":{"method":"PUT","url":"Basic/1","ifNoneMatch":"*"}}"#;
    let bundle = |kind: &str, entries: &[&str]| {
        let body = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","));
        server.json("POST", "", &body)
    };
    let statuses = |answer: &Answer| -> Vec<String> {
        let value = answer.value();
        let entries = value["entry"].as_array().expect("entries").iter();
        entries.map(|entry| entry["response"]["status"].as_str().expect("a status")[..3].to_owned()).collect()
    };
    let patch = r#"{"request":{"method":"PATCH","url":"Patient/1"}}"#;
    let batch = bundle("batch", &[good, "{\"link\":[]}", patch, guarded, reading, good]);
    assert_eq!(statuses(&batch), ["201", "400", "400", "201", "404", "201"]);
    check_refused(
        &bundle("transaction", &[good, &guarded.replace("ifNoneMatch", "ifModifiedSince")]),
        400,
        "not-supported",
        Some("Bundle.entry[1].request.ifModifiedSince"),
        "a condition that would be passed over",
    );
    assert_eq!(server.total("Patient"), 2);
    // The read comes after the commit: it fails alone.
    assert_eq!(statuses(&bundle("transaction", &[reading, good])), ["404", "201"]);
    assert_eq!(server.total("Patient"), 3);
}

#[test]
fn links_carry_the_form_on() {
    let (_folder, server) = rig();
    for _ in 0..3 {
        server.json("POST", "Patient", PATIENT);
    }
    let page = server.get("Patient?_count=2&_format=json&_pretty=true");
    let next = page.link("next").expect("a second page");
    assert!(next.ends_with("&_format=json&_pretty=true"), "{next}");
    assert!(server.get(next.strip_prefix(&server.origin).expect("this server")).text().contains("\n  "));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let turtle = server.send("POST", "Patient/_search", &form, b"_format=ttl");
    check_refused(&turtle, 406, "not-supported", None, "Turtle asked for in a form");
    let history = server.get("Patient/_history?_count=5000&_format=json").link("self").expect("a link");
    assert!(history.ends_with("/Patient/_history?_count=1000&_format=json"), "{history}");
    let strict = server.send("GET", "Patient/_history?x=1", &[("Prefer", "handling=strict")], b"");
    check_refused(&strict, 400, "not-supported", None, "an unknown parameter of a history");
}

#[test]
fn what_would_grow_without_end_is_refused() {
    let (_folder, server) = rig();
    let identifiers: Vec<String> =
        (0..1_001).map(|n| format!(r#"{{"system":"urn:x","value":"{n}"}}"#)).collect();
    let body = |count: usize| {
        let identifiers = identifiers[..count].join(",");
        format!(r#"{{"resourceType":"Basic","id":"x","code":{{"text":"x"}},"identifier":[{identifiers}]}}"#)
    };
    check_refused(&server.json("PUT", "Basic/x", &body(1_001)), 422, "too-costly", None, "1,001 identifiers");
    assert_eq!(server.json("PUT", "Basic/x", &body(1_000)).status, 201);
    assert_eq!(server.get("Basic/x").status, 200);
    assert_eq!(server.send("DELETE", "Basic/x", &[], b"").status, 204);
    assert_eq!(server.total("Basic?identifier=urn:x|7"), 0);
    let include = server.get("MeasureReport?_include=MeasureReport:measure").value();
    assert_eq!(include["entry"][0]["search"]["mode"], "outcome", "what can't be followed is told");
}

#[test]
fn a_tenant_keeps_the_time_zone_it_was_made_with() {
    let (folder, server) = rig();
    let data = folder.path().join("data");
    let tenant = |arguments: &[&str]| {
        let out = std::process::Command::new(crate::support::FORNAX)
            .arg("tenant")
            .args(arguments)
            .arg("--data")
            .arg(&data)
            .output();
        let out = out.expect("the command runs");
        let text = if out.status.success() { out.stdout } else { out.stderr };
        (out.status.success(), String::from_utf8(text).expect("UTF-8"))
    };
    let (made, text) = tenant(&["create", "mars", "--time-zone", "Mars/Olympus_Mons"]);
    assert!(!made && text.contains("there is no such time zone"), "{text}");
    assert_eq!(tenant(&["list"]).1, "default\n", "what was refused is not half there");
    assert!(tenant(&["create", "new-york", "--time-zone", "America/New_York"]).0);
    assert!(tenant(&["create", "west", "--time-zone", "-05:00"]).0);
    let check = |server: &Server| {
        for (name, zone, expected) in
            [("new-york", "America/New_York", 1), ("west", "-05:00", 2), ("default", "UTC", 0)]
        {
            let (shown, text) = tenant(&["show", name]);
            assert!(shown && text.contains(&format!("dates in {zone}\n")), "{text}");
            let base = format!("/t/{name}/fhir/Observation");
            // It ended at 04:00 UTC in New York's summer time, an hour later by the offset alone.
            assert_eq!(server.total(&format!("{base}?date=2024-03-11")), expected, "{name}");
            assert_eq!(server.total(&format!("{base}?date=2024-03")), 2, "{name}");
        }
    };
    for name in ["new-york", "west", "default"] {
        for time in ["2024-03-12T03:30:00Z", "2024-03-12T04:30:00Z"] {
            let body = format!(
                r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"effectiveDateTime":"{time}"}}"#
            );
            assert_eq!(server.json("POST", &format!("/t/{name}/fhir/Observation"), &body).status, 201);
        }
    }
    check(&server);
    assert_eq!(server.stop(), Some(0));
    check(&Server::start(&data));
}

#[test]
fn tenants_are_worlds_of_their_own() {
    let (folder, server) = rig();
    let data = folder.path().join("data");
    let tenant = |arguments: &[&str]| {
        let out = std::process::Command::new(crate::support::FORNAX)
            .arg("tenant")
            .args(arguments)
            .arg("--data")
            .arg(&data)
            .output();
        let out = out.expect("the command runs");
        (out.status.success(), String::from_utf8(out.stdout).expect("UTF-8"))
    };
    assert!(tenant(&["create", "clinic-2"]).0);
    assert!(!tenant(&["create", "clinic-2"]).0, "it is there already");
    assert!(!tenant(&["create", "Clinic"]).0, "a name in capitals");
    assert_eq!(tenant(&["list"]).1, "clinic-2\ndefault\n");
    let id = server.json("POST", "Patient", PATIENT).id();
    check_refused(
        &server.get(&format!("/t/clinic-2/fhir/Patient/{id}")),
        404,
        "not-found",
        None,
        "the other's patient",
    );
    assert_eq!(server.get("/t/clinic-2/fhir/Patient").value()["total"], 0);
    let made = server.json("POST", "/t/clinic-2/fhir/Patient", PATIENT);
    assert!(made.header("location").is_some_and(|url| url.contains("/t/clinic-2/fhir/Patient/")));
    let next = server.json("POST", "/t/clinic-2/fhir/Patient", PATIENT);
    assert_eq!(next.status, 201);
    let page = server.get("/t/clinic-2/fhir/Patient?_count=1").link("next").expect("a second page");
    let token = page.split("_page=").nth(1).expect("a token");
    check_refused(&server.get(&format!("Patient?_page={token}")), 400, "value", None, "the other's page");
    assert!(tenant(&["drop", "clinic-2"]).0);
    assert_eq!(server.get("/t/clinic-2/fhir/Patient").status, 404);
    assert!(!tenant(&["drop", "default"]).0);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(tenant(&["list"]).1, "default\n", "without a server the command opens the directory");
}

#[test]
fn statistics_are_the_same_with_and_without_a_server() {
    let (folder, server) = rig();
    let stats = || {
        let mut command = std::process::Command::new(crate::support::FORNAX);
        let out = command.args(["stats", "--json", "--data"]).arg(folder.path().join("data")).output();
        let value: serde_json::Value =
            serde_json::from_slice(&out.expect("the command runs").stdout).expect("JSON");
        let tenant = &value["tenants"][0];
        (tenant["tenant"].clone(), tenant["types"]["Basic"].clone(), tenant["audit_rows"].clone())
    };
    server.json("POST", "Patient", PATIENT);
    server.json("PUT", "Basic/1", r#"{"resourceType":"Basic","id":"1","code":{"text":"x"}}"#);
    server.json("PUT", "Basic/1", r#"{"resourceType":"Basic","id":"1","code":{"text":"y"}}"#);
    let check = || {
        let (tenant, mut basic, audit_rows) = stats();
        // What is in files depends on when it got there.
        basic["store_bytes"] = 0.into();
        assert_eq!(tenant, "default");
        assert_eq!(basic, serde_json::json!({"resources": 1, "versions": 2, "store_bytes": 0}));
        assert_eq!(audit_rows, 3);
    };
    check();
    assert_eq!(server.stop(), Some(0));
    check();
}

#[test]
fn history_is_forgotten_with_and_without_a_server() {
    let (folder, server) = rig();
    let command = |arguments: &[&str]| {
        let mut command = std::process::Command::new(crate::support::FORNAX);
        let out = command.args(arguments).arg("--data").arg(folder.path().join("data")).output();
        let out = out.expect("the command runs");
        (out.status.success(), String::from_utf8(out.stdout).expect("UTF-8"))
    };
    let put = |text: &str| {
        let body = format!(r#"{{"resourceType":"Basic","id":"1","code":{{"text":"{text}"}}}}"#);
        server.json("PUT", "Basic/1", &body);
    };
    ["x", "y"].into_iter().for_each(put);
    let page = server.get("_history?_count=1").link("next").expect("a second page");
    let page = format!("_history?_page={}", page.split("_page=").nth(1).expect("a token"));
    put("z");
    assert_eq!(server.get(&page).status, 200);
    let (done, text) = command(&["compact"]);
    assert!(done && text.starts_with("tenant default: 0 versions forgotten"), "{text}");
    assert_eq!(server.get("Basic/1/_history").value()["total"], 3);
    assert!(!command(&["compact", "--forget-history-before", "yesterday"]).0);
    assert!(!command(&["compact", "--tenant", "nobody"]).0);
    let forget = ["compact", "--tenant", "default", "--forget-history-before", "2200-01-01T00:00:00Z"];
    let (done, text) = command(&forget);
    assert!(done && text.starts_with("tenant default: 2 versions forgotten"), "{text}");
    assert_eq!(server.get("Basic/1/_history").value()["total"], 1);
    check_refused(&server.get(&page), 410, "expired", None, "a page from before");
    let (shown, text) = command(&["tenant", "show", "default"]);
    assert!(
        shown && text.contains("1 resources in 1 versions") && text.contains("history kept from 2"),
        "{text}"
    );
    assert_eq!(server.stop(), Some(0));
    let (done, text) = command(&forget);
    assert!(done && text.starts_with("tenant default: 0 versions forgotten"), "{text}");
    assert!(command(&["verify"]).0);
}

#[test]
fn a_directory_is_verified_with_and_without_a_server() {
    let (folder, server) = rig();
    let verify = |more: &[&str]| {
        let mut command = std::process::Command::new(crate::support::FORNAX);
        let out = command.args(["verify", "--data"]).arg(folder.path().join("data")).args(more).output();
        let out = out.expect("the command runs");
        (out.status.code(), String::from_utf8(out.stdout).expect("UTF-8"))
    };
    for _ in 0..3 {
        server.json("POST", "Patient", PATIENT);
    }
    let expected = "tenant default: 3 resources, 3 versions, 3 commits, 0 findings\n";
    assert_eq!(verify(&[]), (Some(0), expected.to_owned()));
    assert_eq!(verify(&["--tenant", "default"]), (Some(0), expected.to_owned()));
    assert_eq!(verify(&["--tenant", "none"]).0, Some(1));
    assert_eq!(server.stop(), Some(0));
    assert_eq!(verify(&[]), (Some(0), expected.to_owned()));
    // As the manual says.
    std::fs::remove_dir_all(folder.path().join("data/index")).expect("the index goes");
    assert_eq!(verify(&[]), (Some(0), expected.to_owned()));
}

#[test]
fn probes_metrics_and_the_log_tell_no_patient() {
    let (_folder, server) = rig();
    let family = "Xyzzyquux";
    let body = format!(r#"{{"resourceType":"Patient","id":"{family}","name":[{{"family":"{family}"}}]}}"#);
    server.json("PUT", &format!("Patient/{family}"), &body);
    server.get(&format!("Patient?family={family}"));
    server.get(&format!("Nonsense/{family}"));
    server.json("POST", &format!("Patient?{family}={family}"), &format!("{{\"{family}\":1}}"));
    server.json("POST", "", &format!(r#"{{"resourceType":"Bundle","type":"{family}"}}"#));
    server.send(family, &format!("/{family}"), &[("Host", "127.0.0.1")], b"");
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
    let metrics = server.get("/metrics");
    let count = "fornax_request_seconds_count{tenant=\"default\",method=\"PUT\",route=\"/[type]/[id]\",status=\"201\"} 1";
    assert!(metrics.text().lines().any(|line| line == count), "{}", metrics.text());
    assert!(metrics.text().contains("fornax_resources{tenant=\"default\",type=\"Patient\"} 1"));
    assert!(!metrics.text().contains(family));
    let log = server.stop_for_log();
    assert!(log.lines().any(|line| line.contains("\"route\":\"/[type]\"")), "{log}");
    assert!(!log.contains(family), "{log}");
}

#[test]
fn the_capability_statement_is_true_and_valid() {
    let (_folder, server) = rig();
    let statement = server.get("metadata");
    let value = statement.value();
    assert_eq!((&value["fhirVersion"], &value["kind"]), (&"4.0.1".into(), &"instance".into()));
    assert_eq!(
        server.json("POST", "CapabilityStatement", statement.text()).status,
        201,
        "its own shape is right"
    );
    let resources = value["rest"][0]["resource"].as_array().expect("resources");
    assert_eq!(resources.len(), 146, "all of R4 that can be stored");
    for resource in resources {
        let name = resource["type"].as_str().expect("a type");
        let parameters = resource["searchParam"].as_array().expect("parameters").iter();
        let names: Vec<&str> =
            parameters.map(|parameter| parameter["name"].as_str().expect("a name")).collect();
        let every = names.iter().map(|name| format!("{name}=x")).collect::<Vec<_>>().join("&");
        assert!(every.len() < 16 << 10, "{name}");
        let answer = server.get(&format!("{name}?_count=0&_sort={}", names[0]));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
}

#[test]
fn a_web_page_cannot_reach_in_under_its_own_name() {
    let (_folder, server) = rig();
    let answer = server.send("GET", "metadata", &[("Host", "rebound.example.com")], b"");
    check_refused(&answer, 421, "security", None, "another name");
    assert_eq!(server.send("GET", "metadata", &[("Host", "localhost:1")], b"").status, 200);
}

/// A bundle's link and a reference, as they come out behind a proxy with these headers.
fn behind_proxy(options: &[&str], headers: &[(&str, &str)]) -> (String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(&folder.path().join("data"), options);
    let body = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"https://fhir.example/ehr/fhir/Patient/1"}}"#;
    let made = server.send("POST", "Observation", &[&[JSON], headers].concat(), body.as_bytes());
    assert_eq!(made.status, 201, "{}", made.text());
    let location = made.header("location").expect("a location");
    let (base, _) = location.split_once("/Observation/").expect("a URL of a version");
    assert_eq!(
        server.send("GET", "Observation", headers, b"").link("self").expect("a link"),
        format!("{base}/Observation")
    );
    (
        base.replace(&server.origin, "SERVER"),
        made.value()["subject"]["reference"].as_str().expect("text").to_owned(),
    )
}

#[test]
fn links_and_references_know_the_public_origin() {
    let forwarded =
        [("Forwarded", "for=9.9.9.9;proto=https;host=fhir.example"), ("X-Forwarded-Prefix", "/ehr")];
    let check = |options: &[&str], base: &str, reference: &str| {
        assert_eq!(behind_proxy(options, &forwarded), (base.to_owned(), reference.to_owned()), "{options:?}");
    };
    let public = "https://fhir.example/ehr/fhir";
    let absolute = "https://fhir.example/ehr/fhir/Patient/1";
    check(&[], "SERVER/fhir", absolute);
    check(&["--trusted-proxy", "10.0.0.0/8"], "SERVER/fhir", absolute);
    check(&["--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "127.0.0.1"], public, "Patient/1");
    check(&["--base-url", "https://fhir.example/ehr"], public, "Patient/1");
    check(
        &["--base-url", "https://b.example", "--trusted-proxy", "127.0.0.1"],
        "https://b.example/fhir",
        absolute,
    );
}

#[test]
fn the_default_tenant_is_made_with_the_time_zone_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let serve = |zone: &str| {
        let out = std::process::Command::new(crate::support::FORNAX)
            .args(["serve", "--listen", "127.0.0.1:0", "--time-zone", zone, "--data"])
            .arg(&data)
            .output();
        let out = out.expect("the command runs");
        (out.status.code(), String::from_utf8(out.stderr).expect("UTF-8"))
    };
    let (code, text) = serve("Mars/Olympus_Mons");
    assert!(code == Some(1) && text.contains("there is no such time zone"), "{code:?} {text}");

    let server = Server::start_with(&data, &["--time-zone", "America/New_York"]);
    let body = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveDateTime":"2024-03-12T03:30:00Z"}"#;
    assert_eq!(server.json("POST", "/fhir/Observation", body).status, 201);
    assert_eq!(server.total("/fhir/Observation?date=2024-03-11"), 1);
    assert_eq!(server.stop(), Some(0));

    // It keeps it, and whoever asks for another one is told.
    let (code, text) = serve("Europe/Berlin");
    assert!(code == Some(2) && text.contains("America/New_York"), "{code:?} {text}");
    let server = Server::start(&data);
    assert_eq!(server.total("/fhir/Observation?date=2024-03-11"), 1);
    assert_eq!(server.stop(), Some(0));
}
