//! ServiceRequests: orders.

use crate::chart::{Chart, Stay};
use crate::concept::system;
use crate::datatype::{refer, refer_all, refer_to, write_named};
use crate::encounter::within;
use crate::json::Place;
use crate::resources::Profile;
use crate::tables::Panel;

/// Writes the order of a laboratory panel.
pub fn write_lab(chart: &mut Chart<'_>, stay: &Stay<'_>, panel: &Panel) -> Place {
    let care = chart.care(stay.visit);
    let place = chart.out.begin("ServiceRequest", Profile::UsCore("us-core-servicerequest"));
    let revoked = chart.out.is_changed(&place);
    let laboratory = &chart.person.care.hospital.organization;
    let at = Chart::during(stay.visit, 9);
    let json = &mut chart.out.json;
    json.text("status", if revoked { "revoked" } else { "completed" });
    json.text("intent", "order");
    json.only("category", |json| {
        write_named(json, (system::SNOMED, "108252007", "Laboratory procedure"));
    });
    json.text("priority", "routine");
    json.raw("code", panel.concept.json(chart.person.naming));
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.moment("occurrenceDateTime", at);
    json.moment("authoredOn", at);
    refer_to(json, "requester", &care.practitioner);
    json.only("performer", |json| json.facility(laboratory));
    let reasons: Vec<Place> = stay.diagnoses.iter().map(|diagnosis| diagnosis.condition).collect();
    refer_all(json, "reasonReference", &reasons);
    chart.out.end();
    place
}
