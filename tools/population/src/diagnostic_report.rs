//! DiagnosticReports: of a laboratory, and as notes.

use crate::chart::{Chart, Stay};
use crate::datatype::{coded_element, refer, refer_all};
use crate::dice::Dice;
use crate::encounter::within;
use crate::json::{Json, Place};
use crate::resources::Profile;
use crate::tables::Panel;

/// Writes the report on a panel.
pub fn write_lab(
    chart: &mut Chart<'_>,
    stay: &Stay<'_>,
    (panel, order): (&Panel, Option<&Place>),
    results: &[(Place, &str)],
) {
    let laboratory = &chart.person.care.hospital.organization;
    let place = chart.out.begin("DiagnosticReport", Profile::UsCore("us-core-diagnosticreport-lab"));
    let mut dice = Dice::new(place.seed);
    let status = status(chart, &place, &mut dice);
    let json = &mut chart.out.json;
    if let Some(order) = order {
        refer_all(json, "basedOn", &[*order]);
    }
    json.text("status", status);
    json.list("category", |json| {
        coded_element(json, ("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory"));
    });
    json.raw("code", panel.concept.json(chart.person.naming));
    refer(json, "subject", &chart.patient);
    within(json, stay);
    let at = Chart::during(stay.visit, 10);
    json.moment("effectiveDateTime", at);
    json.instant("issued", at, dice.below(1000) as u16);
    json.only("performer", |json| json.facility(laboratory));
    json.list("result", |json| {
        for (result, display) in results {
            json.element(|json| {
                json.place(result);
                json.text("display", display);
            });
        }
    });
    chart.out.end();
    if dice.happens(15) {
        chart.vouched.push(place);
    }
}

/// Writes a report that is a text.
pub fn write_note(chart: &mut Chart<'_>, stay: &Stay<'_>, code: &str, data: &str) {
    let care = chart.care(stay.visit);
    let place = chart.out.begin("DiagnosticReport", Profile::UsCore("us-core-diagnosticreport-note"));
    let mut dice = Dice::new(place.seed);
    let status = status(chart, &place, &mut dice);
    let json = &mut chart.out.json;
    json.text("status", status);
    json.only("category", |json| {
        json.list("coding", |json| {
            for (code, display) in
                [("34117-2", "History and physical note"), ("51847-2", "Evaluation + Plan note")]
            {
                json.element(|json| {
                    json.text("system", "http://loinc.org");
                    json.text("code", code);
                    json.text("display", display);
                });
            }
        });
    });
    json.raw("code", code);
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.moment("effectiveDateTime", stay.visit.start);
    json.instant("issued", stay.visit.end, dice.below(1000) as u16);
    json.only("performer", |json| json.facility(&care.practitioner));
    write_attachment(json, "presentedForm", data);
    chart.out.end();
}

fn status(chart: &Chart<'_>, place: &Place, dice: &mut Dice) -> &'static str {
    match (dice.happens(3), chart.out.is_changed(place)) {
        (true, false) => "preliminary",
        (false, true) => "amended",
        _ => "final",
    }
}

fn write_attachment(json: &mut Json, key: &str, data: &str) {
    json.only(key, |json| {
        json.text("contentType", "text/plain; charset=utf-8");
        json.text("data", data);
    });
}
