//! FHIR's XML over HTTP, in and out.

mod published;

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use fornax::xml::to_json;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const FHIR_XML: &str = "application/fhir+xml; charset=utf-8";
const XML: (&str, &str) = ("Content-Type", "application/fhir+xml");
const AS_XML: (&str, &str) = ("Accept", "application/fhir+xml");
const ADA: &str = r#"<Patient xmlns="http://hl7.org/fhir"><id value="ada"/><name><family value="Lovelace"/><given value="Ada"/></name></Patient>"#;

fn rig() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

/// What an answer in XML would be as JSON.
fn value(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some(FHIR_XML), "{}", answer.text());
    value_of(&answer.bytes)
}

fn value_of(xml: &[u8]) -> Value {
    let text = || String::from_utf8_lossy(xml).into_owned();
    let json = to_json(xml, &fornax::Limits::default()).unwrap_or_else(|error| panic!("{error}: {}", text()));
    serde_json::from_slice(&json).expect("JSON")
}

fn link(bundle: &Value, relation: &str) -> String {
    let mut links = bundle["link"].as_array().expect("links").iter();
    let link = links.find(|link| link["relation"] == relation).expect("a link");
    link["url"].as_str().expect("a URL").to_owned()
}

/// A refusal in XML: its status, the code and the place of its first issue.
fn check_refused(answer: &Answer, status: u16, code: &str, place: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let outcome = value(answer);
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let issue = &outcome["issue"][0];
    assert_eq!((&issue["code"], issue["expression"][0].as_str()), (&json!(code), place), "{outcome}");
}

#[test]
fn a_resource_comes_as_xml_by_any_of_its_names() {
    let (_folder, server) = rig();
    let put = |content_type: &str| {
        server.send("PUT", "Patient/ada", &[("Content-Type", content_type)], ADA.as_bytes())
    };
    for name in ["application/fhir+xml", "application/xml", "text/xml; charset=UTF-8"] {
        let answer = put(name);
        assert!(answer.status < 300, "{name}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("application/fhir+json; charset=utf-8"),
            "it is the default"
        );
        assert_eq!(answer.value()["name"], json!([{"family": "Lovelace", "given": ["Ada"]}]));
    }
    for name in [
        "application/fhir+xml; charset=iso-8859-1",
        "application/fhir+xml; fhirVersion=3.0",
        "application/xhtml+xml",
    ] {
        assert_eq!(put(name).status, 415, "{name}");
    }
    let made = server.send("POST", "Patient", &[XML, AS_XML], ADA.as_bytes());
    assert_eq!(made.status, 201);
    let location = made.header("location").expect("a location");
    assert!(
        location.ends_with(&format!("/Patient/{}/_history/1", value(&made)["id"].as_str().expect("an id")))
    );
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(ADA.as_bytes()).expect("memory takes all");
    let packed = packer.finish().expect("memory takes all");
    let answer = server.send("PUT", "Patient/ada", &[XML, ("Content-Encoding", "gzip")], &packed);
    // However it came, it said the same.
    assert_eq!((answer.status, answer.header("etag")), (200, Some("W/\"1\"")));
    assert_eq!(server.total("Patient?family=lovelace"), 2);
}

#[test]
fn what_is_not_fhirs_xml_is_refused_with_its_place() {
    let (_folder, server) = rig();
    let check = |body: &str, status, code: &str, place: Option<&str>, text: &str| {
        let answer = server.send("POST", "Patient", &[XML, AS_XML], body.as_bytes());
        check_refused(&answer, status, code, place);
        let diagnostics = value(&answer)["issue"][0]["diagnostics"].to_string();
        assert!(diagnostics.contains(text) && !diagnostics.contains("Xyzzy"), "{body}: {diagnostics}");
    };
    check("", 400, "structure", None, "line 1, column 1");
    check("{}", 400, "structure", None, "line 1, column 1");
    check("<Patient/>", 400, "structure", Some("Patient"), "line 1, column 1");
    check(
        "<Patient xmlns=\"http://hl7.org/fhir\">\n  <Xyzzy value=\"Xyzzy\"/></Patient>"
            .replace("<Xyzzy", "<surname")
            .as_str(),
        400,
        "structure",
        Some("Patient.surname"),
        "line 2, column 3",
    );
    check(
        r#"<Patient xmlns="http://hl7.org/fhir"><active value="Xyzzy"/></Patient>"#,
        400,
        "structure",
        Some("Patient.active"),
        "line 1, column",
    );
    check(
        r#"<!DOCTYPE Patient [<!ENTITY x "Xyzzy">]><Patient xmlns="http://hl7.org/fhir"/>"#,
        400,
        "structure",
        None,
        "line 1, column 1",
    );
    // What is FHIR's XML is judged as JSON is.
    check(
        r#"<Patient xmlns="http://hl7.org/fhir"><birthDate value="last year"/></Patient>"#,
        422,
        "value",
        Some("Patient.birthDate"),
        "",
    );
    let deep = format!("{}{}", "<extension>".repeat(1_000), "</extension>".repeat(1_000));
    check(
        &format!(r#"<Patient xmlns="http://hl7.org/fhir">{deep}</Patient>"#),
        400,
        "structure",
        Some(&format!("Patient{}", ".extension[0]".repeat(64) + ".extension")),
        "depth",
    );
    assert_eq!(server.total("Patient"), 0);
}

#[test]
fn answers_come_as_xml_to_who_asks_for_it() {
    let (_folder, server) = rig();
    assert_eq!(server.send("PUT", "Patient/ada", &[XML], ADA.as_bytes()).status, 201);
    let check = |accept: &str, query: &str, content_type: &str| {
        let headers = [("Accept", accept)];
        let headers = if accept.is_empty() { &[][..] } else { &headers };
        let answer = server.send("GET", &format!("Patient/ada{query}"), headers, b"");
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(content_type)),
            "{accept} {query}"
        );
        assert_eq!(answer.header("etag"), Some("W/\"1\""));
        assert!(answer.header("last-modified").is_some());
        assert!(answer.header("vary").is_some_and(|names| names.contains("Accept")));
        answer
    };
    let (xml, json) = ("application/xml; charset=utf-8", "application/fhir+json; charset=utf-8");
    let answer = check("application/fhir+xml", "", FHIR_XML);
    let meta = &value(&answer)["meta"];
    let (version, updated) = (&meta["versionId"], meta["lastUpdated"].as_str().expect("a time"));
    assert_eq!(version, "1");
    let expected = ADA.replace(
        "<name>",
        &format!("<meta><versionId value=\"1\"/><lastUpdated value=\"{updated}\"/></meta><name>"),
    );
    assert_eq!(answer.text(), format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{expected}"));
    // A browser would run what a narrative has in it.
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    check("application/xml", "", xml);
    check("text/xml", "", xml);
    check("application/fhir+xml;q=0.8, application/fhir+json;q=0.9", "", json);
    check("application/fhir+xml;q=0.9, application/fhir+json;q=0.8", "", FHIR_XML);
    check("", "", json);
    check("*/*", "", json);
    for format in ["xml", "application/fhir+xml", "application/fhir%2Bxml"] {
        check("application/fhir+json", &format!("?_format={format}"), FHIR_XML);
    }
    check("application/fhir+json", "?_format=text/xml", xml);
    check("application/fhir+xml", "?_format=json", json);
    assert_eq!(server.get("Patient/ada?_format=ttl").status, 406);
    let unchanged = server.send("GET", "Patient/ada", &[AS_XML, ("If-None-Match", "W/\"1\"")], b"");
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
    let head = server.send("HEAD", "Patient/ada", &[AS_XML], b"");
    assert_eq!((head.status, head.bytes.len(), head.header("content-type")), (200, 0, Some(FHIR_XML)));
    assert_eq!(head.header("content-length"), Some(&*answer.bytes.len().to_string()));
    let statement = server.get("metadata?_format=xml");
    let formats = json!(["application/fhir+json", "application/fhir+xml", "json", "xml"]);
    assert_eq!(value(&statement)["format"], formats);
    assert_eq!(
        server.get("/metrics").header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
}

#[test]
fn answers_in_xml_are_laid_out_and_packed() {
    let (_folder, server) = rig();
    let text = "a long note ".repeat(8_000);
    let body = format!(
        r#"<Basic xmlns="http://hl7.org/fhir"><id value="b"/><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"> <p>a</p>
b</div></text><code><text value="{}"/></code></Basic>"#,
        text.trim()
    );
    // More than is made into XML without a change of threads, and than is made without room for it.
    assert!(body.len() > 64 << 10);
    assert_eq!(server.send("PUT", "Basic/b", &[XML], body.as_bytes()).status, 201);
    let pretty = server.get("Basic/b?_format=xml&_pretty=true");
    assert!(pretty.text().contains("\n  <code>\n    <text value=\"a long note"), "{}", &pretty.text()[..400]);
    assert!(pretty.text().contains("> <p>a</p>\nb</div>\n"), "{}", &pretty.text()[..400]);
    let plain = server.send("GET", "Basic/b", &[AS_XML], b"");
    assert!(plain.bytes.len() < pretty.bytes.len());
    assert_eq!(value(&plain), value(&pretty));
    let packed = server.send("GET", "Basic/b", &[AS_XML, ("Accept-Encoding", "gzip")], b"");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.bytes.len() < plain.bytes.len() / 10);
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed.bytes).read_to_end(&mut unpacked).expect("gzip");
    assert_eq!(unpacked, plain.bytes);
}

#[test]
fn errors_come_as_xml() {
    let (_folder, server) = rig();
    let id = value(&server.send("POST", "Patient", &[XML, AS_XML], ADA.as_bytes()))["id"].clone();
    let instance = format!("Patient/{}", id.as_str().expect("an id"));
    let get = |path: &str| server.send("GET", path, &[AS_XML], b"");
    check_refused(&get("Patient/none"), 404, "not-found", None);
    check_refused(&get("Nonsense"), 404, "not-supported", None);
    check_refused(&get("/elsewhere"), 404, "not-found", None);
    check_refused(&get("Patient?birthdate=soon"), 400, "value", None);
    check_refused(&get(&format!("Patient?family={}", "x".repeat(20_000))), 414, "too-long", None);
    let outcome = server.send("DELETE", &instance, &[AS_XML, ("Prefer", "return=OperationOutcome")], b"");
    assert_eq!(value(&outcome)["issue"][0]["severity"], "information");
    let gone = get(&instance);
    check_refused(&gone, 410, "deleted", None);
    assert_eq!(gone.header("etag"), Some("W/\"2\""));
    let odd = server.send("POST", "Patient", &[AS_XML, ("Content-Type", "text/plain")], b"x");
    check_refused(&odd, 415, "not-supported", None);
    let other = server.send("PUT", "Patient/other", &[XML, AS_XML], ADA.as_bytes());
    check_refused(&other, 400, "value", Some("Patient.id"));
    // A form that is none is told in the form that is the default.
    assert_eq!(get("Patient?_format=none").value()["resourceType"], "OperationOutcome");
    // What a client sends comes back only as far as XML can hold it.
    check_refused(&get("Patient?birthdate=%01%EF%BF%BF"), 400, "value", None);
    let warned = get("Patient?sur%01name=x");
    assert_eq!(value(&warned)["entry"][0]["search"]["mode"], "outcome", "{}", warned.text());
}

#[test]
fn bundles_come_as_xml_and_their_links_lead_on_in_xml() {
    let (_folder, server) = rig();
    for _ in 0..3 {
        assert_eq!(server.send("POST", "Patient", &[XML], ADA.as_bytes()).status, 201);
    }
    let follow = |link: &str| server.get(link.strip_prefix(&server.origin).expect("a link to this server"));
    let first =
        value(&server.get("Patient?family=lovelace&_count=2&_format=application/fhir+xml&_pretty=true"));
    assert_eq!((&first["total"], first["entry"].as_array().map(Vec::len)), (&json!(3), Some(2)));
    assert_eq!(first["entry"][0]["resource"]["name"][0]["family"], "Lovelace");
    assert_eq!(first["entry"][0]["search"]["mode"], "match");
    assert!(link(&first, "self").ends_with("&_format=application%2Ffhir%2Bxml&_pretty=true"), "{first}");
    let second = follow(&link(&first, "next"));
    assert!(second.text().contains("\n  <entry>"), "{}", second.text());
    assert_eq!(value(&second)["entry"].as_array().map(Vec::len), Some(1));
    // A header is sent again with each request, so that links need not carry it.
    let accepted = value(&server.send("GET", "Patient?_count=2", &[AS_XML], b""));
    assert!(!link(&accepted, "next").contains("_format"));
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let posted = server.send("POST", "Patient/_search", &[form], b"family=lovelace&_count=1&_format=xml");
    assert!(link(&value(&posted), "next").ends_with("&_format=xml"));
    let nothing = value(&server.get("Patient?family=nobody&_format=xml"));
    assert_eq!((&nothing["total"], &nothing["entry"]), (&json!(0), &Value::Null));
    let history = value(&server.get("Patient/_history?_count=2&_format=xml"));
    assert_eq!(history["type"], "history");
    assert_eq!(history["entry"][0]["request"]["method"], "POST");
    assert!(link(&history, "self").ends_with("?_count=2&_format=xml"), "{history}");
    assert_eq!(value(&follow(&link(&history, "next")))["entry"].as_array().map(Vec::len), Some(1));
}

const ENTRIES: &str = r#"<entry><fullUrl value="urn:uuid:4f1c9b8e-2a55-4d7a-9f7e-1f2b3c4d5e6f"/><resource><Patient><active value="true"/></Patient></resource><request><method value="POST"/><url value="Patient"/></request></entry>
    <entry><resource><Basic><code><text value="x"/></code><subject><reference value="urn:uuid:4f1c9b8e-2a55-4d7a-9f7e-1f2b3c4d5e6f"/></subject></Basic></resource><request><method value="POST"/><url value="Basic"/></request></entry>"#;
const WRONG: &str = r#"<entry><resource><Patient><birthDate value="x"/></Patient></resource><request><method value="POST"/><url value="Patient"/></request></entry>"#;

#[test]
fn batches_and_transactions_come_and_are_answered_in_xml() {
    let (_folder, server) = rig();
    let bundle = |kind: &str, entries: &[&str], headers: &[(&str, &str)]| {
        let body = format!(
            r#"<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"><type value="{kind}"/>{}</Bundle>"#,
            entries.concat()
        );
        server.send("POST", "", &[&[XML, AS_XML], headers].concat(), body.as_bytes())
    };
    let refused = bundle("transaction", &[ENTRIES, WRONG], &[]);
    check_refused(&refused, 422, "value", Some("Bundle.entry[2].resource.birthDate"));
    assert_eq!(server.total("Patient"), 0);
    let answer = value(&bundle("transaction", &[ENTRIES], &[("Prefer", "return=representation")]));
    assert_eq!(answer["type"], "transaction-response");
    assert_eq!(answer["entry"][0]["response"]["status"], "201 Created");
    let patient = answer["entry"][0]["resource"]["id"].as_str().expect("an id");
    assert_eq!(answer["entry"][1]["resource"]["subject"]["reference"], format!("Patient/{patient}"));
    let batch = value(&bundle("batch", &[ENTRIES, WRONG], &[]));
    let statuses: Vec<&Value> = batch["entry"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| &entry["response"]["status"])
        .collect();
    assert_eq!(statuses[0], "201 Created");
    assert_eq!(statuses[2], "422 Unprocessable Entity");
    assert_eq!(batch["entry"][2]["response"]["outcome"]["issue"][0]["severity"], "error");
    let broken = bundle("batch", &["<entry><surname/></entry>"], &[]);
    check_refused(&broken, 400, "structure", Some("Bundle.entry[0].surname"));
}

#[test]
fn a_binary_is_fhirs_xml_only_when_it_says_so() {
    let (_folder, server) = rig();
    let resource = r#"<Binary xmlns="http://hl7.org/fhir"><id value="b"/><contentType value="text/plain"/><data value="aGVsbG8="/></Binary>"#;
    let put = |id: &str, content_type: &str, body: &str| {
        server.send("PUT", &format!("Binary/{id}"), &[("Content-Type", content_type)], body.as_bytes())
    };
    assert_eq!(put("b", "application/fhir+xml; charset=utf-8", resource).status, 201);
    let content = server.get("Binary/b");
    assert_eq!((content.header("content-type"), &*content.bytes), (Some("text/plain"), &b"hello"[..]));
    for content_type in ["application/xml", "text/xml"] {
        assert!(put("x", content_type, resource).status < 300);
        for accept in ["application/xml", "text/html,application/xml;q=0.9,*/*;q=0.8", "*/*"] {
            let content = server.send("GET", "Binary/x", &[("Accept", accept)], b"");
            assert_eq!(
                (content.header("content-type"), content.text()),
                (Some(content_type), resource),
                "{accept}"
            );
        }
    }
    for query in ["", "?_format=xml"] {
        let read = server.send("GET", &format!("Binary/b{query}"), &[AS_XML], b"");
        assert_eq!(value(&read)["data"], "aGVsbG8=");
    }
    assert_eq!(put("b", "application/fhir+xml", "<a/>").status, 400);
    assert_eq!(put("b", "application/fhir+xml; charset=latin1", resource).status, 415);
}

#[test]
fn what_xml_cannot_hold_is_told_and_never_sent() {
    let (_folder, server) = rig();
    let body = r#"{"resourceType":"Patient","id":"p","name":[{"family":"\ufffe"}]}"#;
    let put = || {
        let headers = [("Content-Type", "application/fhir+json"), AS_XML];
        server.send("PUT", "Patient/p", &headers, body.as_bytes())
    };
    // What is done is told as done, with an address to read it from as JSON.
    for status in [201, 200] {
        let answer = put();
        assert_eq!((answer.status, answer.header("etag")), (status, Some("W/\"1\"")), "{}", answer.text());
        let issue = value(&answer)["issue"][0].clone();
        assert_eq!(
            (&issue["severity"], &issue["expression"][0]),
            (&json!("warning"), &json!("Patient.name[0].family"))
        );
        assert!(
            issue["diagnostics"].as_str().is_some_and(|text| text.starts_with("it is done, but ")),
            "{issue}"
        );
    }
    check_refused(&server.get("Patient/p?_format=xml"), 406, "not-supported", Some("Patient.name[0].family"));
    let found = server.get("Patient?_format=xml");
    check_refused(&found, 406, "not-supported", Some("Bundle.entry[0].resource.name[0].family"));
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(server.send("POST", "Patient/_search", &[form, AS_XML], b"_id=p").status, 406);
    assert_eq!(server.get("Patient/p").value()["id"], "p");
    assert_eq!(
        value(&server.get("Patient/p?_elements=active&_format=xml"))["id"],
        "p",
        "what is left can be sent"
    );
}
