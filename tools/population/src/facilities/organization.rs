//! Organizations: sites and payers.

use crate::dice::Dice;
use crate::facilities::{Site, digits};
use crate::json::{Json, Place};
use crate::resources::{Profile, Resources};
use crate::tables::{Payer, Tables};

const TYPE: &str = "http://terminology.hl7.org/CodeSystem/organization-type";

/// Writes the Organization of a site.
pub fn write_site(site: &Site<'_>, out: &mut Resources) -> Place {
    let place = out.begin("Organization", Profile::UsCore("us-core-organization"));
    let json = &mut out.json;
    json.list("identifier", |json| {
        json.element(|json| {
            json.text("system", "http://hl7.org/fhir/sid/us-npi");
            json.text("value", &site.npi);
        });
        json.element(|json| {
            json.text("system", "https://ehr.example.org/organizations");
            json.text("value", place.id.as_str());
        });
    });
    json.raw("active", "true");
    write_type(json, ("prov", "Healthcare Provider"));
    json.text("name", &site.name);
    write_contact(json, &site.phone);
    json.only("address", |json| write_address(json, site));
    out.end();
    place
}

/// Writes the Organization of a payer.
pub fn write_payer(payer: &Payer, tables: &Tables, out: &mut Resources) {
    let place = out.begin("Organization", Profile::UsCore("us-core-organization"));
    let mut dice = Dice::new(place.seed);
    let json = &mut out.json;
    json.only("identifier", |json| {
        json.text("system", "urn:oid:2.16.840.1.113883.6.300");
        json.text("value", &digits(&mut dice, "9", 4));
    });
    json.raw("active", "true");
    write_type(json, ("pay", "Payer"));
    json.text("name", payer.name);
    write_contact(json, &digits(&mut dice, "800555", 4));
    let town = dice.pick(&tables.towns);
    json.only("address", |json| {
        json.list("line", |json| json.value(&format!("P.O. Box {}", dice.between(100, 99_999))));
        json.text("city", town.city);
        json.text("state", town.state);
        json.text("postalCode", &format!("{}{:02}", town.zip, dice.below(100)));
        json.text("country", "US");
    });
    out.end();
}

fn write_type(json: &mut Json, (code, display): (&str, &str)) {
    json.only("type", |json| {
        json.only("coding", |json| {
            json.text("system", TYPE);
            json.text("code", code);
            json.text("display", display);
        });
        json.text("text", display);
    });
}

fn write_contact(json: &mut Json, phone: &str) {
    json.only("telecom", |json| {
        json.text("system", "phone");
        json.text("value", phone);
        json.text("use", "work");
    });
}

/// Members of a site's address.
pub fn write_address(json: &mut Json, site: &Site<'_>) {
    json.list("line", |json| json.value(&site.street));
    json.text("city", &site.town.city.to_uppercase());
    json.text("district", site.town.county);
    json.text("state", site.town.state);
    json.text("postalCode", &site.zip);
    json.text("country", "US");
}
