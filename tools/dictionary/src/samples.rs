//! Resources to train on, out of a synthetic population: each type with its share.

use std::collections::BTreeMap;

use fornax_population::{Plan, Population, Resource, Resources};

use crate::ToolError;

/// Each type's share of the bytes that are trained on: what real servers of payers and providers hold, roughly. Few types make up
/// most of all bytes.
const SHARES: &[(&str, u64)] = &[
    ("AllergyIntolerance", 20),
    ("CarePlan", 40),
    ("CareTeam", 30),
    ("Claim", 100),
    ("Condition", 60),
    ("Coverage", 30),
    ("Device", 15),
    ("DiagnosticReport", 60),
    ("DocumentReference", 30),
    ("Encounter", 70),
    ("ExplanationOfBenefit", 130),
    ("Goal", 15),
    ("ImagingStudy", 20),
    ("Immunization", 30),
    ("Location", 12),
    ("Medication", 6),
    ("MedicationRequest", 70),
    ("Observation", 260),
    ("Organization", 12),
    ("Patient", 40),
    ("Practitioner", 12),
    ("PractitionerRole", 12),
    ("Procedure", 55),
    ("Provenance", 20),
    ("RelatedPerson", 8),
    ("ServiceRequest", 18),
    ("Specimen", 8),
];
/// Facilities come as they would with so many patients.
const PATIENTS: u64 = 60_000;
/// Of one type, no patient gives more: a few long records would be all there is.
const OF_A_PATIENT_MAX: usize = 12;

/// Not every server's resources say which profile they follow: so many do not.
const PROFILE_LESS_EVERY: usize = 3;

/// What is still wanted of each type, in bytes.
struct Wanted {
    bytes: BTreeMap<&'static str, usize>,
    taken: Vec<String>,
}

impl Wanted {
    fn new(bytes: usize) -> Self {
        let shares: u64 = SHARES.iter().map(|(_, share)| share).sum();
        let share = |share: u64| (bytes as u64 * share / shares) as usize;
        let bytes = SHARES.iter().map(|(kind, own)| (*kind, share(*own))).collect();
        Self { bytes, taken: Vec::new() }
    }

    fn take(&mut self, resource: Resource<'_>) {
        let Some(left) = self.bytes.get_mut(resource.kind()).filter(|left| **left > 0) else { return };
        let mut json = resource.json().to_owned();
        if self.taken.len().is_multiple_of(PROFILE_LESS_EVERY) {
            drop_profile(&mut json);
        }
        *left = left.saturating_sub(json.len());
        self.taken.push(json);
    }

    fn is_filled(&self) -> bool {
        self.bytes.values().all(|left| *left == 0)
    }
}

/// Takes the `meta` away, which the population writes behind the id.
fn drop_profile(json: &mut String) {
    let (begin, end) = (",\"meta\":{\"profile\":[", "]}");
    if let Some(from) = json.find(begin)
        && let Some(length) = json[from..].find(end)
    {
        json.replace_range(from..from + length + end.len(), "");
    }
}

/// Resources of all types, of `bytes` in all or a little more: patient after patient. The trainer takes what comes together for
/// alike, and a record has something of every type.
pub fn resources(seed: u64, bytes: usize) -> Result<Vec<String>, ToolError> {
    let population = Population::new(Plan::new(seed, PATIENTS))?;
    let mut wanted = Wanted::new(bytes);
    for piece in population.facilities() {
        piece.iter().for_each(|resource| wanted.take(resource));
    }
    let mut record = Resources::new();
    for patient in 0..PATIENTS {
        if wanted.is_filled() {
            break;
        }
        population.fill_patient(patient, &mut record);
        spread(&record).for_each(|resource| wanted.take(resource));
    }
    Ok(wanted.taken)
}

/// Some of a patient's resources of each type, from all of the record.
fn spread(record: &Resources) -> impl Iterator<Item = Resource<'_>> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in record.iter() {
        *counts.entry(resource.kind()).or_insert(0) += 1;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    record.iter().filter(move |resource| {
        let seen = seen.entry(resource.kind()).or_insert(0);
        let every = counts[resource.kind()].div_ceil(OF_A_PATIENT_MAX);
        *seen += 1;
        (*seen - 1).is_multiple_of(every)
    })
}

/// Some resources of one type.
pub fn examples(seed: u64, kind: &str, count: usize) -> Result<Vec<String>, ToolError> {
    let begin = format!("{{\"resourceType\":\"{kind}\"");
    let all = resources(seed, 1 << 20)?;
    let found: Vec<String> =
        all.into_iter().filter(|resource| resource.starts_with(&begin)).take(count).collect();
    if found.is_empty() && count > 0 { Err(ToolError::Usage) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_resources() {
        let make = |seed| resources(seed, 1 << 20).unwrap();
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }

    #[test]
    fn every_type_has_its_share() {
        let all = resources(1, 1 << 20).unwrap();
        for (kind, _) in SHARES {
            let begin = format!("{{\"resourceType\":\"{kind}\"");
            assert!(all.iter().any(|resource| resource.starts_with(&begin)), "{kind}");
        }
        let bytes: usize = all.iter().map(String::len).sum();
        assert!((1 << 20..(1 << 20) + (1 << 18)).contains(&bytes), "{bytes}");
    }
}
