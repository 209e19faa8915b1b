//! FHIR's data types, as members of a resource.

use crate::concept::system;
use crate::json::{Decimal, Facility, Json, Place};

/// `"key":{"coding":[{...}]}` of a code that stands in no table.
pub fn coded(json: &mut Json, key: &str, (system, code, display): (&str, &str, &str)) {
    json.object(key, |json| write_coding(json, (system, code, display)));
}

/// `{"coding":[{...}]}` in a list.
pub fn coded_element(json: &mut Json, coding: (&str, &str, &str)) {
    json.element(|json| write_coding(json, coding));
}

/// `"coding":[{...}]`; an empty display is left out.
pub fn write_coding(json: &mut Json, (system, code, display): (&str, &str, &str)) {
    json.only("coding", |json| {
        json.text("system", system);
        json.text("code", code);
        if !display.is_empty() {
            json.text("display", display);
        }
    });
}

/// `"coding":[{...}],"text":"..."`
pub fn write_named(json: &mut Json, coding: (&str, &str, &str)) {
    write_coding(json, coding);
    json.text("text", coding.2);
}

/// `"key":{"reference":"Type/id"}` to a resource of the same patient.
pub fn refer(json: &mut Json, key: &str, place: &Place) {
    json.object(key, |json| json.place(place));
}

/// `"key":{"reference":"Type/id","display":"..."}` to a facility.
pub fn refer_to(json: &mut Json, key: &str, facility: &Facility) {
    json.object(key, |json| json.facility(facility));
}

/// `"key":[{"reference":"Type/id"}]`; nothing for no places.
pub fn refer_all(json: &mut Json, key: &str, places: &[Place]) {
    if !places.is_empty() {
        json.list(key, |json| places.iter().for_each(|place| json.element(|json| json.place(place))));
    }
}

/// `"key":{"value":1.5,"unit":"..","system":"http://unitsofmeasure.org","code":".."}`
pub fn quantity(json: &mut Json, key: &str, value: Decimal, (unit, ucum): (&str, &str)) {
    json.object(key, |json| {
        json.decimal("value", value);
        json.text("unit", unit);
        json.text("system", system::UCUM);
        json.text("code", ucum);
    });
}

/// `"key":{"value":12.34,"currency":"USD"}`
pub fn money(json: &mut Json, key: &str, cents: i64) {
    json.object(key, |json| {
        json.decimal("value", Decimal { digits: cents, places: 2 });
        json.text("currency", "USD");
    });
}

/// `"key":[{"text":"..."}]`, as notes are.
pub fn note(json: &mut Json, text: &str) {
    json.only("note", |json| json.text("text", text));
}
