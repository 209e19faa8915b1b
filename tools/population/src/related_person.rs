//! RelatedPersons: parents of children, and whom to call for grown ups.

use crate::chart::Chart;
use crate::datatype::{refer, write_named};
use crate::dice::Dice;
use crate::patient::write_address;
use crate::resources::Profile;

/// Writes a RelatedPerson.
pub fn write(chart: &mut Chart<'_>) {
    let person = chart.person;
    let place = chart.out.begin("RelatedPerson", Profile::UsCore("us-core-relatedperson"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    let child = person.age(person.record_until) < 18.0;
    let (code, display, female) = match dice.below(10) {
        0..7 if child => ("MTH", "mother", true),
        _ if child => ("FTH", "father", false),
        0..4 => ("WIFE", "wife", true),
        4..7 => ("HUSB", "husband", false),
        7..9 => ("DAU", "natural daughter", true),
        _ => ("SON", "natural son", false),
    };
    json.raw("active", "true");
    refer(json, "patient", &chart.patient);
    json.only("relationship", |json| {
        write_named(json, ("http://terminology.hl7.org/CodeSystem/v3-RoleCode", code, display));
    });
    json.only("name", |json| {
        let givens = if female { &person.culture.females } else { &person.culture.males };
        json.text("family", person.family.latin);
        json.list("given", |json| json.value(dice.pick(givens).latin));
    });
    json.only("telecom", |json| {
        let (old, new) = (dice.below(10_000_000), dice.below(10_000_000));
        let number = if changed { new } else { old };
        json.text("system", "phone");
        json.text("value", &format!("555-{:03}-{:04}", number / 10_000, number % 10_000));
        json.text("use", "mobile");
    });
    json.text("gender", if female { "female" } else { "male" });
    json.only("address", |json| write_address(json, &person.home, "home", None));
    chart.out.end();
}
