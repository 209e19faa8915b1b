//! Practitioners.

use crate::dice::Dice;
use crate::facilities::organization::write_address;
use crate::facilities::{Site, Staff};
use crate::json::Place;
use crate::resources::{Profile, Resources};
use crate::tables::Sex;

/// Writes a Practitioner.
pub fn write(staff: &Staff<'_>, site: &Site<'_>, out: &mut Resources) -> Place {
    let place = out.begin("Practitioner", Profile::UsCore("us-core-practitioner"));
    let mut dice = Dice::new(place.seed);
    let json = &mut out.json;
    json.only("identifier", |json| {
        json.text("system", "http://hl7.org/fhir/sid/us-npi");
        json.text("value", &staff.npi);
    });
    json.raw("active", "true");
    json.only("name", |json| {
        json.text("family", staff.family);
        json.list("given", |json| json.value(staff.given));
        json.list("prefix", |json| json.value("Dr."));
    });
    json.only("telecom", |json| {
        if dice.happens(40) {
            json.only("extension", |json| {
                json.text("url", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-direct");
                json.raw("valueBoolean", "true");
            });
        }
        let name = |name: &str| name.replace([' ', '\''], "");
        json.text("system", "email");
        json.text("value", &format!("{}.{}@example.com", name(staff.given), name(staff.family)));
        json.text("use", "work");
    });
    json.only("address", |json| write_address(json, site));
    json.text("gender", if staff.sex == Sex::Female { "female" } else { "male" });
    json.only("qualification", |json| {
        json.object("code", |json| {
            json.only("coding", |json| {
                json.text("system", "http://terminology.hl7.org/CodeSystem/v2-0360");
                json.text("code", "MD");
                json.text("display", "Doctor of Medicine");
            });
            json.text("text", "Doctor of Medicine");
        });
    });
    out.end();
    place
}
