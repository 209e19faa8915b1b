//! DocumentReferences: clinical notes.

use crate::chart::{Chart, Stay};
use crate::concept::Naming;
use crate::datatype::{coded_element, refer, refer_to};
use crate::diagnostic_report;
use crate::dice::Dice;
use crate::note;
use crate::resources::Profile;
use crate::visits::VisitKind;

/// Writes the note of a visit, as a document and now and then as a report too.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let percent = match stay.visit.kind {
        VisitKind::Inpatient | VisitKind::Emergency | VisitKind::Wellness => 50,
        VisitKind::Vaccination | VisitKind::Death => 0,
        _ => 32,
    };
    if !chart.dice.happens(percent) {
        return;
    }
    let tables = chart.tables;
    let kind = match stay.visit.kind {
        VisitKind::Inpatient | VisitKind::Delivery => 3,
        VisitKind::FollowUp | VisitKind::Virtual => 2,
        _ => chart.dice.below(2) as usize,
    };
    let document = &tables.documents[kind];
    let text = base64(note::of(chart, stay).as_bytes());
    if chart.dice.happens(45) {
        diagnostic_report::write_note(chart, stay, document.json(Naming::Full), &text);
    }
    let care = chart.care(stay.visit);
    let place = chart.out.begin("DocumentReference", Profile::UsCore("us-core-documentreference"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.only("identifier", |json| {
        json.text("system", "urn:ietf:rfc:3986");
        json.text("value", &format!("urn:uuid:{}", place.id.as_str()));
    });
    json.text("status", if changed { "superseded" } else { "current" });
    if dice.happens(30) {
        json.text("docStatus", if changed { "amended" } else { "final" });
    }
    json.raw("type", document.json(Naming::Full));
    json.list("category", |json| {
        let system = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category";
        coded_element(json, (system, "clinical-note", "Clinical Note"));
    });
    refer(json, "subject", &chart.patient);
    json.instant("date", stay.visit.end, dice.below(1000) as u16);
    json.only("author", |json| json.facility(&care.practitioner));
    refer_to(json, "custodian", &care.organization);
    json.only("content", |json| {
        json.object("attachment", |json| {
            json.text("contentType", "text/plain; charset=utf-8");
            if dice.happens(5) {
                json.text("url", &format!("https://ehr.example.org/notes/{}", place.id.as_str()));
            } else {
                json.text("data", &text);
            }
        });
        json.object("format", |json| {
            json.text("system", "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode");
            json.text("code", "urn:ihe:iti:xds:2017:mimeTypeSufficient");
            json.text("display", "mimeType Sufficient");
        });
    });
    json.object("context", |json| {
        json.only("encounter", |json| json.place(&stay.encounter));
        json.object("period", |json| {
            json.moment("start", stay.visit.start);
            json.moment("end", stay.visit.end);
        });
    });
    chart.out.end();
    if dice.happens(50) {
        chart.vouched.push(place);
    }
}

/// Base 64 of RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648() {
        for (plain, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
    }
}
