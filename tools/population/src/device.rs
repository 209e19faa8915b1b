//! Devices: implanted ones, with what is printed on their label.

use crate::chart::{Chart, Stay};
use crate::concept::Naming;
use crate::datatype::refer;
use crate::dice::Dice;
use crate::facilities::digits;
use crate::json::Place;
use crate::resources::Profile;
use crate::tables::Implant;

/// Writes a device whose name holds a word.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>, word: &str) -> Place {
    let tables = chart.tables;
    let implants: Vec<&Implant> =
        tables.implants.iter().filter(|implant| implant.concept.display.contains(word)).collect();
    let implant = *chart.dice.pick(&implants);
    let profile =
        if implant.implanted { Profile::UsCore("us-core-implantable-device") } else { Profile::None };
    let place = chart.out.begin("Device", profile);
    let mut dice = Dice::new(place.seed);
    let retired = chart.out.is_changed(&place);
    let (label, lot, serial) =
        (digits(&mut dice, "0", 13), digits(&mut dice, "", 8), digits(&mut dice, "", 12));
    let made = stay.visit.start.day().plus(-dice.between(20, 400));
    let expires = made.plus(365 * 25);
    let short = |day: crate::Day| day.to_string()[2..].replace('-', "");
    let json = &mut chart.out.json;
    json.only("udiCarrier", |json| {
        json.text("deviceIdentifier", &label);
        json.text(
            "carrierHRF",
            &format!("(01){label}(11){}(17){}(10){lot}(21){serial}", short(made), short(expires)),
        );
    });
    json.text("status", if retired { "inactive" } else { "active" });
    json.text("distinctIdentifier", &label);
    json.day("manufactureDate", made);
    json.day("expirationDate", expires);
    json.text("lotNumber", &lot);
    json.text("serialNumber", &serial);
    json.only("deviceName", |json| {
        json.text("name", implant.concept.display);
        json.text("type", "user-friendly-name");
    });
    json.raw("type", implant.concept.json(Naming::Full));
    refer(json, "patient", &chart.patient);
    chart.out.end();
    place
}
