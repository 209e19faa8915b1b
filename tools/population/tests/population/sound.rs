//! Bodies are JSON, ids are unique, references lead somewhere, and time runs forward.

use std::collections::{BTreeMap, BTreeSet};

use fornax_population::{Day, Resource, Resources};
use serde_json::Value;

use super::{bodies, each, population, references, text};

const PATIENTS: u64 = 150;

/// All of them are made, whatever the seed.
const TYPES: &[&str] = &[
    "AllergyIntolerance",
    "CarePlan",
    "CareTeam",
    "Claim",
    "Condition",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ExplanationOfBenefit",
    "Goal",
    "ImagingStudy",
    "Immunization",
    "Location",
    "Medication",
    "MedicationRequest",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "RelatedPerson",
    "ServiceRequest",
    "Specimen",
];

fn address(body: &Value) -> String {
    format!("{}/{}", text(body, "resourceType"), text(body, "id"))
}

#[test]
fn every_type_is_made_and_ids_are_unique() {
    let population = population(1, PATIENTS);
    let (mut types, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let patients = (0..PATIENTS).map(|number| population.patient(number));
    for piece in population.facilities().chain(patients) {
        for resource in piece.iter() {
            types.insert(resource.kind());
            assert!(ids.insert(resource.id().to_owned()), "{} twice", resource.id());
            let begin = format!(r#"{{"resourceType":"{}","id":"{}""#, resource.kind(), resource.id());
            assert!(resource.json().starts_with(&begin), "{}", resource.json());
            assert!(!resource.json().contains('\n'));
        }
    }
    assert_eq!(types.into_iter().collect::<Vec<_>>(), TYPES);
}

#[test]
fn references_lead_to_what_comes_before() {
    let population = population(2, PATIENTS);
    let mut shared = BTreeSet::new();
    for piece in population.facilities() {
        // A piece stands for itself.
        let own = check_references(&piece, &BTreeSet::new());
        shared.extend(own);
    }
    for number in 0..PATIENTS {
        check_references(&population.patient(number), &shared);
    }
}

fn check_references(piece: &Resources, shared: &BTreeSet<String>) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for body in bodies(piece) {
        for reference in references(&body) {
            let contained = reference.strip_prefix('#').is_some_and(|id| {
                body["contained"].as_array().unwrap().iter().any(|contained| text(contained, "id") == id)
            });
            assert!(
                contained || own.contains(reference) || shared.contains(reference),
                "{reference} leads nowhere: {body}"
            );
        }
        own.insert(address(&body));
    }
    own
}

/// Days that may lie ahead, or before a birth.
const FREE: &[&str] = &["dueDate", "expirationDate", "manufactureDate"];

#[test]
fn time_runs_forward() {
    let population = population(3, PATIENTS);
    for number in 0..PATIENTS {
        let bodies = bodies(&population.patient(number));
        let birth = text(&bodies[0], "birthDate").to_owned();
        let end = bodies[0]["deceasedDateTime"]
            .as_str()
            .map_or_else(|| population.plan().until.to_string(), |death| death[..10].to_owned());
        let mut encounters = BTreeMap::new();
        for body in &bodies {
            each("", body, &mut |key, value| check_time(key, value, (&birth, &end)));
            if body["resourceType"] == "Encounter" {
                encounters.insert(address(body), text(&body["period"], "start")[..10].to_owned());
            }
            let within =
                body["encounter"]["reference"].as_str().and_then(|reference| encounters.get(reference));
            for key in ["effectiveDateTime", "occurrenceDateTime", "authoredOn", "recordedDate"] {
                if let (Some(within), Some(at)) = (within, body[key].as_str()) {
                    assert!(&at[..10] >= within.as_str(), "{key} before its encounter: {body}");
                }
            }
        }
    }
}

fn check_time(key: &str, value: &Value, (birth, end): (&str, &str)) {
    if let (Some(start), Some(end)) = (value["start"].as_str(), value["end"].as_str()) {
        assert!(start[..10] <= end[..10], "{value}");
    }
    let day = value.as_str().and_then(|text| text.get(..10)).filter(|text| text.parse::<Day>().is_ok());
    if let Some(day) = day.filter(|_| !FREE.contains(&key)) {
        assert!(birth <= day && day <= end, "{key} {day} is not within {birth} and {end}");
    }
}

#[test]
fn a_transaction_refers_within_itself() {
    let population = population(4, 1000);
    let piece = population.facilities().nth(1).unwrap();
    for resources in [&population.patient(5), &piece] {
        let mut written = String::new();
        resources.write_transaction(&mut written);
        assert!(!written.contains('\n'));
        let bundle: Value = serde_json::from_str(&written).unwrap();
        assert_eq!((text(&bundle, "resourceType"), text(&bundle, "type")), ("Bundle", "transaction"));
        let entries = bundle["entry"].as_array().unwrap();
        assert_eq!(entries.len(), resources.len());
        let mut urls = BTreeSet::new();
        for (entry, plain) in entries.iter().zip(bodies(resources)) {
            assert_eq!(text(entry, "fullUrl"), format!("urn:uuid:{}", text(&plain, "id")));
            assert_eq!(text(&entry["request"], "method"), "PUT");
            assert_eq!(text(&entry["request"], "url"), address(&plain));
            for (local, plain) in references(&entry["resource"]).into_iter().zip(references(&plain)) {
                let inside = plain.split_once('/').map(|(_, id)| format!("urn:uuid:{id}"));
                let inside = inside.filter(|url| urls.contains(url));
                assert_eq!(local, inside.as_deref().unwrap_or(plain));
            }
            urls.insert(text(entry, "fullUrl").to_owned());
        }
    }
}

#[test]
fn ndjson_is_a_line_for_each_resource() {
    let patient = population(5, 10).patient(0);
    let mut lines = String::new();
    patient.write_ndjson(&mut lines);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines, patient.iter().map(Resource::json).collect::<Vec<_>>());
}
