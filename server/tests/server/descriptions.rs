//! What the server tells of itself: statements of what it can do, and definitions of its operations. What they claim is done, and what they
//! do not claim is refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Server};

const JSON: (&str, &str) = ("Content-Type", "application/fhir+json");
const STRICT: (&str, &str) = ("Prefer", "handling=strict");

fn started(options: &[&str]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(&folder.path().join("data"), options);
    (folder, server)
}

/// Texts of a list, by a member of each item, or of the items themselves.
fn texts(list: &Value, member: &str) -> Vec<String> {
    let text = |item: &Value| {
        let item = if item.is_string() { item } else { &item[member] };
        item.as_str().expect("a text").to_owned()
    };
    list.as_array().into_iter().flatten().map(text).collect()
}

fn types(statement: &Value) -> &Vec<Value> {
    statement["rest"][0]["resource"].as_array().expect("types")
}

/// Whether the server knows what is asked, whatever it then says of this request.
fn is_known(answer: &Answer) -> bool {
    match answer.status {
        405 => false,
        404 => {
            let issue = answer.value()["issue"][0].clone();
            issue["code"] == "not-found" && !issue["diagnostics"].to_string().contains("nothing is here")
        }
        status => status < 500,
    }
}

/// Whether a body is a valid resource.
fn check_valid(server: &Server, answer: &Answer, what: &str) {
    assert_eq!(answer.status, 200, "{what}: {}", answer.text());
    let name = answer.value()["resourceType"].as_str().expect("a type").to_owned();
    let outcome = server.json("POST", &format!("{name}/$validate"), answer.text()).value();
    assert_eq!(outcome["issue"][0]["severity"], "information", "{what}: {outcome}");
}

#[test]
fn statements_are_valid_in_every_mode() {
    let (_folder, server) = started(&[]);
    for mode in ["", "?mode=full", "?mode=normative", "?mode=terminology"] {
        check_valid(&server, &server.get(&format!("metadata{mode}")), mode);
        let xml =
            server.get(&format!("metadata{mode}{}_format=xml", if mode.is_empty() { '?' } else { '&' }));
        assert!(xml.status == 200 && xml.text().starts_with("<?xml"), "{mode}");
    }
    assert_eq!(server.get("metadata?mode=much").status, 400);
    let (full, normative) = (server.get("metadata").value(), server.get("metadata?mode=normative").value());
    assert_eq!((&full["fhirVersion"], &full["kind"]), (&json!("4.0.1"), &json!("instance")));
    assert_eq!(full["implementation"]["url"], format!("{}/fhir", server.origin));
    assert_eq!(full["instantiates"], Value::Null);
    // These are for trial use in R4.
    let patient = |statement: &Value| types(statement).iter().find(|one| one["type"] == "Patient").cloned();
    let (all, less) = (patient(&full).expect("a type"), patient(&normative).expect("a type"));
    for member in ["versioning", "conditionalCreate", "referencePolicy", "searchInclude"] {
        assert!(!all[member].is_null() && less[member].is_null(), "{member}");
    }
    assert_eq!(all["searchParam"], less["searchParam"]);
    assert!(full["rest"][0]["security"].is_object() && normative["rest"][0]["security"].is_null());
    let terminology = server.get("metadata?mode=terminology").value();
    assert_eq!((&terminology["codeSearch"], &terminology["lockedDate"]), (&json!("explicit"), &json!(false)));
    for member in ["expansion", "validateCode", "translation", "closure", "codeSystem"] {
        assert_eq!(terminology[member], Value::Null, "there is no such operation");
    }
}

#[test]
fn statements_go_by_the_options() {
    let check = |options: &[&str], cors: bool, delete: &str| {
        let (_folder, server) = started(options);
        let statement = server.get("metadata").value();
        assert_eq!(statement["rest"][0]["security"]["cors"], cors, "{options:?}");
        assert_eq!(types(&statement)[0]["conditionalDelete"], delete, "{options:?}");
    };
    check(&[], false, "single");
    check(&["--cors-origin", "https://app.example.org"], true, "single");
    check(&["--conditional-delete-max", "5"], false, "multiple");
}

#[test]
fn what_a_client_has_is_not_sent_again() {
    let (_folder, server) = started(&[]);
    for path in ["metadata", "metadata?mode=terminology", "/openapi.json"] {
        let first = server.get(path);
        let tag = first.header("etag").expect("a tag").to_owned();
        assert_eq!(first.header("cache-control"), Some("no-cache"), "{path}");
        let again = server.send("GET", path, &[("If-None-Match", &tag)], b"");
        assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, Some(&*tag)), "{path}");
        assert_eq!(server.send("GET", path, &[("If-None-Match", "W/\"1\"")], b"").bytes, first.bytes);
    }
    assert_eq!(server.get("Patient").header("cache-control"), Some("no-store"));
}

#[test]
fn what_a_tenant_is_searched_by_is_told_of_it_alone() {
    let (folder, server) = started(&[]);
    let made = std::process::Command::new(crate::support::FORNAX)
        .args(["tenant", "create", "other", "--data"])
        .arg(folder.path().join("data"))
        .status();
    assert!(made.expect("the command runs").success());
    let tag = |base: &str| server.get(&format!("{base}/metadata")).header("etag").expect("a tag").to_owned();
    let before = tag("/t/other/fhir");
    let own = json!({ "resourceType": "SearchParameter", "url": "http://example.org/fhir/SearchParameter/nick", "name": "nick",
        "status": "active", "description": "x", "code": "nick", "base": ["Patient"], "type": "string",
        "expression": "Patient.name.where(use = 'nickname').given" });
    assert_eq!(server.json("POST", "/t/other/fhir/SearchParameter", &own.to_string()).status, 201);
    let has = |path: &str| server.get(path).text().contains("http://example.org/fhir/SearchParameter/nick");
    assert!(has("/t/other/fhir/metadata") && has("/t/other/fhir/openapi.json"));
    assert!(!has("/fhir/metadata") && !has("/fhir/openapi.json"));
    assert_ne!(tag("/t/other/fhir"), before);
}

#[test]
fn every_claimed_interaction_is_known() {
    let (_folder, server) = started(&[]);
    let statement = server.get("metadata").value();
    let rest = &statement["rest"][0];
    assert_eq!(
        texts(&rest["interaction"], "code"),
        ["batch", "history-system", "search-system", "transaction"]
    );
    for kind in ["batch", "transaction"] {
        let body = json!({ "resourceType": "Bundle", "type": kind });
        assert_eq!(server.json("POST", "", &body.to_string()).status, 200, "{kind}");
    }
    assert_eq!((server.get("_history").status, server.get("?_id=x").status), (200, 200));
    for one in types(&statement) {
        let name = one["type"].as_str().expect("a type");
        let codes = texts(&one["interaction"], "code");
        let expected = [
            "create",
            "delete",
            "history-instance",
            "history-type",
            "patch",
            "read",
            "search-type",
            "update",
            "vread",
        ];
        assert_eq!(codes, expected, "{name}");
        let ask = |method: &str, path: &str, body: &str| {
            let headers = if body.is_empty() { &[][..] } else { &[JSON][..] };
            server.send(method, &format!("{name}{path}"), headers, body.as_bytes())
        };
        // JSON for a Binary would be its content.
        let body = r#"{"resourceType":"Nothing"}"#;
        for (method, path, body) in [
            ("POST", "", body),
            ("PUT", "/none", body),
            ("PATCH", "/none", body),
            ("GET", "/none", ""),
            ("GET", "/none/_history", ""),
            ("GET", "/none/_history/1", ""),
        ] {
            let answer = ask(method, path, body);
            assert!(
                (400..500).contains(&answer.status) && is_known(&answer),
                "{method} {name}{path}: {}",
                answer.text()
            );
        }
        assert_eq!(
            (ask("DELETE", "/none", "").status, ask("GET", "/_history", "").status),
            (204, 200),
            "{name}"
        );
    }
    assert_eq!(server.get("Nonsense").status, 404);
}

#[test]
fn every_claimed_parameter_is_searched_by() {
    let (_folder, server) = started(&[]);
    let statement = server.get("metadata").value();
    let search = |path: &str, query: &str| {
        let answer = server.send("GET", &format!("{path}?_count=0&{query}"), &[STRICT], b"");
        assert_eq!(answer.status, 200, "{path}?{query}: {}", answer.text());
        assert_eq!(answer.value()["entry"], Value::Null, "{path}?{query}: {}", answer.text());
    };
    let asked = |name: &str| match name {
        "_id" | "_text" | "_content" | "_list" => format!("{name}=x"),
        "_lastUpdated" => "_lastUpdated=2020".to_owned(),
        "_filter" => "_filter=_id%20eq%20x".to_owned(),
        "_has" => "_has:Observation:patient:status=final".to_owned(),
        "_type" => "_type=Patient,Observation".to_owned(),
        name => format!("{name}:missing=true"),
    };
    for one in types(&statement) {
        let name = one["type"].as_str().expect("a type");
        let parameters = texts(&one["searchParam"], "name");
        assert_eq!(parameters.iter().collect::<BTreeSet<_>>().len(), parameters.len(), "{name}");
        assert!(texts(&one["searchParam"], "definition").iter().all(|url| !url.is_empty()));
        let queries: Vec<String> = parameters.iter().map(|parameter| asked(parameter)).collect();
        for some in queries.chunks(10) {
            search(name, &some.join("&"));
        }
        for (parameter, list) in [("_include", "searchInclude"), ("_revinclude", "searchRevInclude")] {
            for some in texts(&one[list], "").chunks(10) {
                let pairs: Vec<String> = some.iter().map(|path| format!("{parameter}={path}")).collect();
                search(name, &pairs.join("&"));
            }
        }
    }
    for parameter in texts(&statement["rest"][0]["searchParam"], "name") {
        search("", &asked(&parameter));
    }
    assert_eq!(server.send("GET", "Patient?surname=x", &[STRICT], b"").status, 400);
    let compartments = texts(&statement["rest"][0]["compartment"], "");
    let of = |name: &str| format!("http://hl7.org/fhir/CompartmentDefinition/{name}");
    assert_eq!(
        compartments.iter().cloned().collect::<BTreeSet<_>>(),
        ["device", "encounter", "patient", "practitioner", "relatedPerson"].map(of).into()
    );
    for one in types(&statement) {
        let name = one["type"].as_str().expect("a type");
        let is_claimed = compartments
            .iter()
            .any(|url| url.to_ascii_lowercase().ends_with(&format!("/{}", name.to_ascii_lowercase())));
        assert_eq!(server.get(&format!("{name}/1/*")).status == 200, is_claimed, "{name}");
    }
}

#[test]
fn every_claimed_operation_is_called_and_defined_and_no_other() {
    let (_folder, server) = started(&[]);
    let statement = server.get("metadata").value();
    let called = |path: &str| {
        let answers = ["GET", "POST"].map(|method| {
            let headers = if method == "POST" { &[JSON][..] } else { &[][..] };
            server.send(method, path, headers, b"")
        });
        answers.iter().any(is_known)
    };
    let base = format!("{}/fhir", server.origin);
    let defined = |url: &str| {
        let id = url.rsplit('/').next().expect("an id");
        let definition = server.get(&format!("OperationDefinition/{id}"));
        check_valid(&server, &definition, url);
        let definition = definition.value();
        assert_eq!(definition["url"], format!("{base}/OperationDefinition/{id}"));
        assert!(definition["url"] == url || definition["base"] == url, "{url}: {definition}");
        assert!(
            url.starts_with("http://hl7.org/fhir/OperationDefinition/") || url.starts_with(&base),
            "{url}"
        );
    };
    let (mut every, mut urls) = (BTreeSet::new(), BTreeSet::new());
    for one in types(&statement).iter().chain([&statement["rest"][0]]) {
        every.extend(texts(&one["operation"], "name"));
        urls.extend(texts(&one["operation"], "definition"));
    }
    urls.iter().for_each(|url| defined(url));
    for one in types(&statement) {
        let name = one["type"].as_str().expect("a type");
        let claimed = texts(&one["operation"], "name");
        for operation in &every {
            let is_called = [format!("{name}/${operation}"), format!("{name}/none/${operation}")]
                .iter()
                .any(|path| called(path));
            assert_eq!(is_called, claimed.contains(operation), "{name} ${operation}");
        }
    }
    let of_system = texts(&statement["rest"][0]["operation"], "name");
    for operation in &every {
        assert_eq!(called(&format!("${operation}")), of_system.contains(operation), "${operation}");
    }
}

#[test]
fn definitions_that_are_stored_go_before_built_in_ones() {
    let (_folder, server) = started(&[]);
    let everything = server.get("OperationDefinition/Patient-everything").value();
    assert_eq!(everything["base"], "http://hl7.org/fhir/OperationDefinition/Patient-everything");
    assert_eq!((&everything["affectsState"], &everything["resource"]), (&json!(false), &json!(["Patient"])));
    assert_eq!((&everything["type"], &everything["instance"]), (&json!(false), &json!(true)));
    let names: Vec<String> = texts(&everything["parameter"], "name");
    assert!(names.contains(&"_since".to_owned()) && names.contains(&"return".to_owned()), "{names:?}");
    let reindex = server.get("OperationDefinition/reindex").value();
    assert_eq!(
        (&reindex["affectsState"], &reindex["system"], &reindex["base"]),
        (&json!(true), &json!(true), &Value::Null)
    );

    assert_eq!(
        server.get("OperationDefinition?code=reindex").value()["total"],
        0,
        "they are no resources of the tenant"
    );
    assert_eq!(server.get("OperationDefinition/nothing").status, 404);
    assert_eq!(server.get("OperationDefinition/reindex/_history/1").status, 404);
    assert_eq!(server.get("Basic/reindex").status, 404);
    let own = json!({ "resourceType": "OperationDefinition", "id": "reindex", "name": "Mine", "status": "draft", "kind": "operation",
        "code": "reindex", "system": true, "type": false, "instance": false });
    assert_eq!(server.json("PUT", "OperationDefinition/reindex", &own.to_string()).status, 201);
    assert_eq!(server.get("OperationDefinition/reindex").value()["name"], "Mine");
    assert_eq!(server.send("DELETE", "OperationDefinition/reindex", &[], b"").status, 204);
    assert_eq!(server.get("OperationDefinition/reindex").status, 410);
}
