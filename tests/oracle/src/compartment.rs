//! The Patient compartment: what belongs to a patient (compartmentdefinition-patient.html).

use crate::matching::refers;
use crate::parameters::parameter;
use crate::version::{Key, Stored};

/// By which parameters a resource of a type refers to the patient to whom it belongs. Other types belong to nobody.
const PATIENT: &[(&str, &[&str])] = &[
    ("Condition", &["patient", "asserter"]),
    ("Encounter", &["patient"]),
    ("Group", &["member"]),
    ("List", &["subject", "source"]),
    ("MedicationRequest", &["subject"]),
    ("Observation", &["subject", "performer"]),
    ("Patient", &["link"]),
];

/// The types that have a part in it.
pub fn types() -> impl Iterator<Item = &'static str> {
    PATIENT.iter().map(|(resource_type, _)| *resource_type)
}

/// Whether a resource is in a patient's compartment. The patient is.
pub fn belongs(version: &Stored, patient: &Key) -> bool {
    let of_its_type = PATIENT.iter().filter(|(name, _)| *name == version.key.resource_type);
    let mut codes = of_its_type.flat_map(|(name, codes)| codes.iter().map(|code| (*name, *code)));
    version.key == *patient
        || codes.any(|(name, code)| parameter(name, code).is_some_and(|by| refers(by, version, patient)))
}
