//! Referential integrity over HTTP and on the command line.

use std::path::Path;
use std::process::Command;

use crate::support::{FORNAX, Server};

fn tenant(data: &Path, arguments: &[&str]) -> (bool, String) {
    let out = Command::new(FORNAX).arg("tenant").args(arguments).arg("--data").arg(data).output();
    let out = out.expect("the command runs");
    let text = if out.status.success() { out.stdout } else { out.stderr };
    (out.status.success(), String::from_utf8(text).expect("UTF-8"))
}

fn observation(subject: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"x"}},"subject":{{"reference":"{subject}"}}}}"#
    )
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p"}"#;

#[test]
fn references_are_enforced_where_a_tenant_asks_for_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let (made, text) = tenant(&data, &["create", "strict", "--referential-integrity", "strictly"]);
    assert!(!made && text.contains("off, check or block"), "{text}");
    assert!(tenant(&data, &["create", "strict", "--referential-integrity", "block"]).0);
    assert!(tenant(&data, &["show", "strict"]).1.contains("referential integrity block"));
    let policies = |base: &str| {
        let statement = server.get(&format!("{base}/metadata")).value();
        statement["rest"][0]["resource"][0]["referencePolicy"].to_string()
    };
    assert!(policies("/t/strict/fhir").contains("enforced"));
    assert!(!policies("/fhir").contains("enforced"));

    let put = |base: &str, path: &str, body: &str| server.json("PUT", &format!("{base}/{path}"), body);
    let refused = put("/t/strict/fhir", "Observation/o", &observation("Patient/p"));
    let issue = &refused.value()["issue"][0];
    assert_eq!((refused.status, issue["code"].as_str()), (422, Some("not-found")), "{}", refused.text());
    assert_eq!(issue["expression"][0], "Observation.subject");
    assert_eq!(put("/t/strict/fhir", "Patient/p", PATIENT).status, 201);
    // Under the server's own address, it is the same.
    let own = format!("{}/t/strict/fhir/Patient/p", server.origin);
    assert_eq!(put("/t/strict/fhir", "Observation/o", &observation(&own)).status, 201);
    let blocked = server.send("DELETE", "/t/strict/fhir/Patient/p", &[], b"");
    assert_eq!(blocked.status, 409, "{}", blocked.text());
    assert!(blocked.text().contains("1 Observation"), "{}", blocked.text());

    // Elsewhere nothing has changed, until somebody asks.
    assert_eq!(put("/fhir", "Observation/o", &observation("Patient/p")).status, 201);
    let (changed, text) = tenant(&data, &["change", "default", "--referential-integrity", "block"]);
    assert!(!changed && text.contains("1 Observation"), "{text}");
    assert_eq!(put("/fhir", "Patient/p", PATIENT).status, 201);
    assert!(tenant(&data, &["change", "default", "--referential-integrity", "block"]).0);
    assert_eq!(server.send("DELETE", "/fhir/Patient/p", &[], b"").status, 409);
    assert!(tenant(&data, &["change", "strict", "--referential-integrity", "off"]).0);
    assert_eq!(server.send("DELETE", "/t/strict/fhir/Patient/p", &[], b"").status, 204);
    assert_eq!(server.stop(), Some(0));

    // A start changes nothing, and does not pass over what it is asked for.
    let serve = |mode: &str| {
        let out = Command::new(FORNAX)
            .args(["serve", "--listen", "127.0.0.1:0", "--referential-integrity", mode, "--data"])
            .arg(&data)
            .output();
        let out = out.expect("the command runs");
        (out.status.code(), String::from_utf8(out.stderr).expect("UTF-8"))
    };
    let (code, text) = serve("check");
    assert!(code == Some(2) && text.contains("fornax tenant change default"), "{code:?} {text}");
    let server = Server::start_with(&data, &["--referential-integrity", "block"]);
    assert_eq!(server.send("DELETE", "/fhir/Patient/p", &[], b"").status, 409);
    assert_eq!(server.stop(), Some(0));
}
