//! Criteria of conditional creates and references, alone and within Bundles.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax::{
    BundleOptions, Change, Committed, Engine, EntryResponse, ErrorKind, Options, Principal, Read,
    ReturnBodies, TenantId,
};
use serde_json::{Value, json};

fn me() -> Principal {
    Principal::named("me")
}

/// Criteria are resolved last, as things stand after the transaction's own writes.
#[test]
fn conditional_references_see_what_the_transaction_writes() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let patient = |value: &str, family: &str| {
        json!({ "resourceType": "Patient", "identifier": [{ "system": "urn:a", "value": value }],
                "name": [{ "family": family }] })
    };
    let entry = |method: &str, url: &str, mut resource: Value| {
        if let Some(id) = url.split_once('/').map(|(_, id)| id) {
            resource["id"] = id.into();
        }
        json!({ "resource": resource, "request": { "method": method, "url": url } })
    };
    let observation = |reference: &str| {
        let body = json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" },
                           "subject": { "reference": reference } });
        entry("POST", "Observation", body)
    };
    let delete = |url: &str| json!({ "request": { "method": "DELETE", "url": url } });
    let run = |entries: Vec<Value>| {
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        let options = BundleOptions { bodies: ReturnBodies::Yes, ..BundleOptions::default() };
        let response = tenant.process_bundle(bundle.to_string().into_bytes(), &options, &me());
        response.map_err(|error| error.kind()).map(|response| {
            let last = response.entries.last().expect("an entry");
            let EntryResponse::Committed(Committed::Created(version)) = last else { panic!("{last:?}") };
            let body: Value = serde_json::from_slice(&version.to_json()).unwrap();
            body["subject"]["reference"].as_str().expect("a reference").to_owned()
        })
    };
    let by_identifier = observation("Patient?identifier=urn:a|1");
    let by_name = observation("Patient?family=lovelace");
    let refused = Err(ErrorKind::Precondition);
    assert_eq!(run(vec![by_identifier.clone()]), refused);
    // One that it creates, by a point get and by a search.
    for observation in [&by_identifier, &by_name] {
        let made =
            run(vec![entry("POST", "Patient", patient("1", "Lovelace")), observation.clone()]).unwrap();
        let id = made.strip_prefix("Patient/").expect("a local reference").to_owned();
        assert!(matches!(tenant.read("Patient", &id, &me()).unwrap(), Read::Current(_)));
        // One that it deletes.
        assert_eq!(run(vec![delete(&made), observation.clone()]), refused);
        // One that it changes so that it does not match any more, and another that matches since.
        let changes = vec![
            entry("PUT", &made, patient("2", "Byron")),
            entry("PUT", "Patient/other", patient("1", "Lovelace")),
            observation.clone(),
        ];
        assert_eq!(run(changes), Ok("Patient/other".to_owned()));
        // Another one beside it.
        assert_eq!(
            run(vec![entry("POST", "Patient", patient("1", "Lovelace")), observation.clone()]),
            refused
        );
        tenant.commit(&Change::delete("Patient", "other"), &me()).unwrap();
        tenant.commit(&Change::delete("Patient", id), &me()).unwrap();
    }
}

#[test]
fn a_batch_deletes_before_it_creates_and_criteria_know_the_own_address() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let body = |id: &str| {
        json!({ "resourceType": "Basic", "id": id, "code": { "text": "x" }, "subject": { "reference": "Patient/1" },
                "identifier": [{ "system": "urn:a", "value": "1" }] })
    };
    tenant.commit(&Change::update("Basic", "a", body("a").to_string().into_bytes()), &me()).unwrap();
    let without_id = |mut body: Value| {
        body.as_object_mut().expect("an object").remove("id");
        body
    };
    let criteria = "subject=https://own.example/fhir/Patient/1";
    let change =
        Change::create_if_none_exist("Basic", without_id(body("")).to_string().into_bytes(), criteria)
            .own_bases(vec!["https://own.example/fhir".to_owned()]);
    assert!(matches!(tenant.commit(&change, &me()).unwrap(), Committed::Existing(_)));
    let bundle = json!({ "resourceType": "Bundle", "type": "batch", "entry": [
        { "resource": without_id(body("")),
          "request": { "method": "POST", "url": "Basic", "ifNoneExist": "identifier=1" } },
        { "request": { "method": "GET", "url": "Basic?identifier=1" } },
        { "request": { "method": "DELETE", "url": "Basic/a" } },
    ] });
    let response =
        tenant.process_bundle(bundle.to_string().into_bytes(), &BundleOptions::default(), &me()).unwrap();
    assert!(matches!(response.entries[0], EntryResponse::Committed(Committed::Created(_))));
    let EntryResponse::Search(found) = &response.entries[1] else { panic!("{:?}", response.entries[1]) };
    assert_eq!(found.total, Some(1));
    assert!(matches!(response.entries[2], EntryResponse::Committed(Committed::Deleted(Some(_)))));
}

/// Deletes come first, and of creates under the same criteria only the first makes a resource.
#[test]
fn a_conditional_create_knows_what_the_transaction_did_before() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let run = |entries: Vec<Value>| {
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        let response =
            tenant.process_bundle(bundle.to_string().into_bytes(), &BundleOptions::default(), &me());
        response.map_err(|error| error.kind()).map(|response| {
            let outcome = |entry: &EntryResponse| match entry {
                EntryResponse::Committed(Committed::Created(version)) => format!("created {}", version.id),
                EntryResponse::Committed(Committed::Existing(version)) => format!("existing {}", version.id),
                EntryResponse::Committed(Committed::Deleted(Some(_))) => "deleted".to_owned(),
                other => panic!("{other:?}"),
            };
            response.entries.iter().map(outcome).collect::<Vec<_>>()
        })
    };
    let create = |criteria: Option<&str>, full_url: &str| {
        let body = json!({ "resourceType": "Organization", "name": "North",
                           "identifier": [{ "system": "urn:a", "value": "1" }] });
        let mut request = json!({ "method": "POST", "url": "Organization" });
        if let Some(criteria) = criteria {
            request["ifNoneExist"] = criteria.into();
        }
        json!({ "fullUrl": full_url, "resource": body, "request": request })
    };
    for criteria in ["identifier=urn:a|1", "name=north"] {
        let first = run(vec![create(Some(criteria), "urn:uuid:1")]).unwrap()[0].clone();
        let id = first.strip_prefix("created ").expect("a new one").to_owned();
        assert_eq!(run(vec![create(Some(criteria), "urn:uuid:1")]), Ok(vec![format!("existing {id}")]));
        let delete = json!({ "request": { "method": "DELETE", "url": format!("Organization/{id}") } });
        // Who refers to the second one refers to the first.
        let unit = json!({ "resource": { "resourceType": "Location", "managingOrganization": { "reference": "urn:uuid:3" } },
                           "request": { "method": "POST", "url": "Location" } });
        let outcomes = run(vec![
            create(Some(criteria), "urn:uuid:2"),
            create(Some(criteria), "urn:uuid:3"),
            unit,
            delete,
        ])
        .unwrap();
        let made = outcomes[0].strip_prefix("created ").expect("a new one").to_owned();
        assert_eq!((&*outcomes[1], &*outcomes[3]), (&*format!("existing {made}"), "deleted"));
        let location = outcomes[2].strip_prefix("created ").expect("a new one");
        let Read::Current(location) = tenant.read("Location", location, &me()).unwrap() else {
            panic!("it was made")
        };
        let body: Value = serde_json::from_slice(&location.to_json()).unwrap();
        assert_eq!(body["managingOrganization"]["reference"], format!("Organization/{made}"));
        // Beside one that is there and stays, a plain create of another: then there are two.
        assert_eq!(
            run(vec![create(None, "urn:uuid:4"), create(Some(criteria), "urn:uuid:5")]),
            Err(ErrorKind::Precondition)
        );
        tenant.commit(&Change::delete("Organization", made), &me()).unwrap();
    }
    let mut broken = create(Some("name=north"), "urn:uuid:6");
    broken["resource"]["name"] = json!(["North"]);
    assert_eq!(run(vec![broken, create(Some("name=north"), "urn:uuid:7")]), Err(ErrorKind::Unprocessable));
}

/// Criteria that no point get answers rest on a whole type, and yet each entry of a batch goes through.
#[test]
fn conditional_creates_of_a_batch_do_not_stand_in_each_others_way() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let entry = |n: usize| {
        let body = json!({ "resourceType": "Organization", "name": format!("No {n}") });
        let criteria = format!("name=No {n}&_summary=count&_sort=name");
        json!({ "resource": body, "request": { "method": "POST", "url": "Organization", "ifNoneExist": criteria } })
    };
    let plain = json!({ "resource": { "resourceType": "Organization", "name": "Other" },
                        "request": { "method": "POST", "url": "Organization" } });
    for round in 0..2 {
        let entries: Vec<Value> = (10..30).map(entry).chain([plain.clone()]).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "batch", "entry": entries });
        let response =
            tenant.process_bundle(bundle.to_string().into_bytes(), &BundleOptions::default(), &me()).unwrap();
        for entry in &response.entries[..20] {
            let EntryResponse::Committed(committed) = entry else { panic!("{entry:?}") };
            assert_eq!(matches!(committed, Committed::Existing(_)), round == 1, "{committed:?}");
        }
    }
}

/// `Patient/1` may be an entry of one server or of another: nobody is given the other's observation.
#[test]
fn a_relative_reference_that_fits_two_entries_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let patient = |base: &str| {
        json!({ "fullUrl": format!("{base}/Patient/1"), "resource": { "resourceType": "Patient" },
                "request": { "method": "POST", "url": "Patient" } })
    };
    let run = |reference: &str| {
        let observation = json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" },
                                  "subject": { "reference": reference } });
        let entries = json!([patient("http://a.example/fhir"), patient("http://b.example/fhir"),
            { "resource": observation, "request": { "method": "POST", "url": "Observation" } }]);
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        let response =
            tenant.process_bundle(bundle.to_string().into_bytes(), &BundleOptions::default(), &me());
        response.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(run("Patient/1"), Err(ErrorKind::Invalid));
    assert_eq!(run("http://a.example/fhir/Patient/1"), Ok(()));
    assert_eq!(run("Patient/2"), Ok(()));
}

/// The limit of a resource holds for those that are stored as they came, too.
#[test]
fn an_entry_that_needs_no_change_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::at(folder.path());
    options.limits.resource_bytes_max = 1_000;
    let engine = Engine::open(options).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let run = |bytes: usize| {
        let text = "x".repeat(bytes);
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{{"resourceType":"Basic","id":"1","code":{{"text":"{text}"}}}},"request":{{"method":"PUT","url":"Basic/1"}}}}]}}"#
        );
        let response = tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me());
        response.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(run(800), Ok(()));
    assert_eq!(run(1_000), Err(ErrorKind::Limit));
}
