//! Locations: where a site is found.

use crate::dice::Dice;
use crate::facilities::Site;
use crate::facilities::organization::write_address;
use crate::json::{Decimal, Place};
use crate::resources::{Profile, Resources};

/// Writes the Location of a site.
pub fn write(site: &Site<'_>, organization: &Place, out: &mut Resources) -> Place {
    let place = out.begin("Location", Profile::UsCore("us-core-location"));
    let mut dice = Dice::new(place.seed);
    let json = &mut out.json;
    json.only("identifier", |json| {
        json.text("system", "https://ehr.example.org/locations");
        json.text("value", place.id.as_str());
    });
    json.text("status", "active");
    json.text("name", &site.name);
    json.text("mode", "instance");
    let (code, display) = if site.is_hospital { ("HOSP", "Hospital") } else { ("OF", "Outpatient facility") };
    json.only("type", |json| {
        json.only("coding", |json| {
            json.text("system", "http://terminology.hl7.org/CodeSystem/v3-RoleCode");
            json.text("code", code);
            json.text("display", display);
        });
        json.text("text", display);
    });
    json.only("telecom", |json| {
        json.text("system", "phone");
        json.text("value", &site.phone);
    });
    json.object("address", |json| write_address(json, site));
    json.object("physicalType", |json| {
        json.only("coding", |json| {
            json.text("system", "http://terminology.hl7.org/CodeSystem/location-physical-type");
            json.text("code", "bu");
            json.text("display", "Building");
        });
    });
    json.object("position", |json| {
        // Somewhere in the town; positions have a tenth of a kilometre.
        let near =
            |middle: i64, dice: &mut Dice| Decimal { digits: middle + dice.between(-40, 40), places: 3 };
        json.decimal("longitude", near(site.town.longitude, &mut dice));
        json.decimal("latitude", near(site.town.latitude, &mut dice));
    });
    json.object("managingOrganization", |json| {
        json.place(organization);
        json.text("display", &site.name);
    });
    out.end();
    place
}
