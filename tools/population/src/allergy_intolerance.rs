//! AllergyIntolerances.

use crate::chart::{Chart, Stay};
use crate::datatype::{coded, refer};
use crate::dice::Dice;
use crate::encounter::within;
use crate::resources::Profile;
use crate::tables::Allergen;

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

/// Asks for allergies, which most people have not.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let tables = chart.tables;
    let count = match chart.dice.below(100) {
        0..72 => 0,
        72..88 => 1,
        88..95 => 2,
        _ => 4,
    };
    let mut seen: Vec<&str> = Vec::new();
    for _ in 0..count {
        let allergen = chart.dice.pick(&tables.allergens);
        if !seen.contains(&allergen.concept.code) {
            seen.push(allergen.concept.code);
            write_one(chart, stay, allergen);
        }
    }
}

fn write_one(chart: &mut Chart<'_>, stay: &Stay<'_>, allergen: &Allergen) {
    let naming = chart.person.naming;
    let place = chart.out.begin("AllergyIntolerance", Profile::UsCore("us-core-allergyintolerance"));
    let mut dice = Dice::new(place.seed);
    let resolved = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    coded(json, "clinicalStatus", (CLINICAL, if resolved { "resolved" } else { "active" }, ""));
    coded(json, "verificationStatus", (VERIFICATION, "confirmed", ""));
    json.text("type", if dice.happens(80) { "allergy" } else { "intolerance" });
    json.list("category", |json| json.value(allergen.category));
    json.text("criticality", if dice.happens(80) { "low" } else { "high" });
    json.raw("code", allergen.concept.json(naming));
    refer(json, "patient", &chart.patient);
    within(json, stay);
    json.moment("recordedDate", stay.visit.start);
    if dice.happens(75) {
        json.only("reaction", |json| {
            json.list("manifestation", |json| json.member(allergen.reaction.json(naming)));
            json.text("severity", dice.favour::<&str>(&["mild", "moderate", "severe"]));
        });
    }
    chart.out.end();
    chart.vouched.push(place);
}
