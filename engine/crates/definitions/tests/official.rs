//! The image against the official package: both are written out as facts, a line each, and no line may differ.

#[path = "official/image_facts.rs"]
mod image_facts;
#[path = "official/package_facts.rs"]
mod package_facts;
#[path = "official/shared.rs"]
mod shared;

use std::slice;

use serde_json::Value;

/// Fewer than 4.0.1 has for certain would mean that the package was read in part.
const FACTS_MIN: usize = 10_000;

/// The one parameter of R5's that R4 is given: `_language`.
const BEYOND: &str = "http://hl7.org/fhir/SearchParameter/Resource-language";

#[test]
fn no_fact_differs() {
    let Some(resources) = shared::resources() else { return };
    let official = package_facts::lines(&resources);
    let ours = image_facts::lines(fornax_definitions::r4());
    let missing: Vec<&String> = official.difference(&ours).collect();
    let (beyond, surplus): (Vec<&String>, Vec<&String>) =
        ours.difference(&official).partition(|line| line.contains(BEYOND));
    assert!(!beyond.is_empty(), "{BEYOND} is gone: nothing is beyond 4.0.1 then");
    assert!(
        missing.is_empty(),
        "{} facts missing, as {:#?}",
        missing.len(),
        &missing[..missing.len().min(20)]
    );
    assert!(
        surplus.is_empty(),
        "{} facts too many, as {:#?}",
        surplus.len(),
        &surplus[..surplus.len().min(20)]
    );
    assert!(official.len() > FACTS_MIN, "{} facts only", official.len());
    println!("{} facts agree", official.len());
}

/// Changing any fact of the package's must show: else the comparison above would pass over it.
#[test]
fn every_kind_of_fact_is_compared() {
    let Some(resources) = shared::resources() else { return };
    let find = |id: &str| resources.iter().find(|resource| resource["id"] == id).unwrap();
    let check = |id: &str, pointer: &str, value: Value| {
        let before = find(id);
        let mut after = before.clone();
        let place = after.pointer_mut(pointer).unwrap_or_else(|| panic!("{id}{pointer}"));
        assert_ne!(*place, value, "{id}{pointer}");
        *place = value;
        let lines = |resource| package_facts::lines(slice::from_ref(resource));
        assert_ne!(lines(before), lines(&after), "{id}{pointer}");
    };
    check("Patient", "/abstract", true.into());
    check("Patient", "/baseDefinition", "http://hl7.org/fhir/StructureDefinition/Resource".into());
    check("Age", "/derivation", "constraint".into());
    // Patient.identifier
    check("Patient", "/snapshot/element/9/min", 1.into());
    check("Patient", "/snapshot/element/9/max", "1".into());
    check("Patient", "/snapshot/element/9/isSummary", false.into());
    check("Patient", "/snapshot/element/9/isModifier", true.into());
    check("Patient", "/snapshot/element/9/type/0/code", "string".into());
    check("Patient", "/snapshot/element/9/path", "Patient.identifiers".into());
    // Patient.gender
    check("Patient", "/snapshot/element/13/binding/strength", "example".into());
    check("Patient", "/snapshot/element/13/binding/valueSet", "http://example.org".into());
    check("Patient", "/snapshot/element/1", find("Patient")["snapshot"]["element"][2].clone());
    // Extension.value[x], Observation.subject, Observation.component.referenceRange
    check("Extension", "/snapshot/element/4/type/3/code", "string".into());
    check("Observation", "/snapshot/element/15/type/0/targetProfile/1", "http://example.org".into());
    check("clinical-code", "/code", "codes".into());
    check("clinical-code", "/base/3", "Patient".into());
    check("clinical-code", "/type", "string".into());
    check("clinical-code", "/expression", "Observation.code".into());
    check("clinical-code", "/url", "http://example.org".into());
    check("clinical-code", "/xpathUsage", "phonetic".into());
    check("clinical-date", "/comparator/2", "eq".into());
    check("clinical-patient", "/target/1", "Device".into());
    check("Encounter-part-of", "/modifier/0", "not".into());
    check("example-reference", "/chain/0", "family".into());
    check("Observation-code-value-quantity", "/component/1/definition", "http://example.org".into());
    check("Observation-code-value-quantity", "/component/1/expression", "value".into());
    check("Observation-code-value-quantity", "/multipleOr", true.into());
    check("patient", "/resource/1/code", "Patient".into());
    check("patient", "/resource/43/param/0", "owner".into());
    check("ValueSet-expand", "/code", "expansion".into());
    check("ValueSet-expand", "/resource/0", "CodeSystem".into());
    check("ValueSet-expand", "/system", true.into());
    check("ValueSet-expand", "/affectsState", true.into());
    check("ValueSet-expand", "/parameter/0/name", "address".into());
    check("ValueSet-expand", "/parameter/0/use", "out".into());
    check("ValueSet-expand", "/parameter/0/min", 1.into());
    check("ValueSet-expand", "/parameter/0/max", "*".into());
    check("ValueSet-expand", "/parameter/0/type", "Any".into());
    check("CodeSystem-lookup", "/parameter/10/part/0/name", "lang".into());
}
