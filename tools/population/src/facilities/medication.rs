//! Medications.

use crate::concept::Naming;
use crate::resources::{Profile, Resources};
use crate::tables;

/// Writes a Medication.
pub fn write(medication: &tables::Medication, out: &mut Resources) {
    out.begin("Medication", Profile::UsCore("us-core-medication"));
    let json = &mut out.json;
    json.raw("code", medication.concept.json(Naming::Full));
    json.text("status", "active");
    if let Some((code, display)) = form(medication.form) {
        json.object("form", |json| {
            json.only("coding", |json| {
                json.text("system", "http://snomed.info/sct");
                json.text("code", code);
                json.text("display", display);
            });
            json.text("text", display);
        });
    }
    out.end();
}

fn form(form: &str) -> Option<(&'static str, &'static str)> {
    Some(match form {
        "tablet" => ("385055001", "Tablet"),
        "capsule" => ("385049006", "Capsule"),
        "solution" => ("385023001", "Oral solution"),
        "injection" => ("385219001", "Solution for injection"),
        "cream" => ("385099005", "Cutaneous cream"),
        _ => return None,
    })
}
