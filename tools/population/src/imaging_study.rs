//! ImagingStudies: the images that a procedure makes.

use crate::chart::{Chart, Stay};
use crate::concept::system;
use crate::datatype::{refer, refer_to};
use crate::dice::Dice;
use crate::encounter::within;
use crate::facilities::digits;
use crate::json::Place;
use crate::resources::Profile;
use crate::tables::Imaging;

/// Writes the study of a Procedure: one series of one to three images.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>, imaging: &Imaging, procedure: &Place) {
    let care = chart.care(stay.visit);
    let place = chart.out.begin("ImagingStudy", Profile::None);
    let mut dice = Dice::new(place.seed);
    let cancelled = chart.out.is_changed(&place);
    let root = digits(&mut dice, "1.2.840.99999999.1.", 8);
    let images = dice.between(1, 3);
    let started = Chart::during(stay.visit, 12);
    let json = &mut chart.out.json;
    json.only("identifier", |json| {
        json.text("use", "official");
        json.text("system", "urn:ietf:rfc:3986");
        json.text("value", &format!("urn:oid:{root}"));
    });
    json.text("status", if cancelled { "cancelled" } else { "available" });
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.moment("started", started);
    json.number("numberOfSeries", 1);
    json.number("numberOfInstances", images);
    refer(json, "procedureReference", procedure);
    json.list("procedureCode", |json| json.member(imaging.concept.json(chart.person.naming)));
    refer_to(json, "location", &care.location);
    json.only("series", |json| {
        json.text("uid", &format!("{root}.1"));
        json.number("number", 1);
        json.object("modality", |json| {
            json.text("system", "http://dicom.nema.org/resources/ontology/DCM");
            json.text("code", imaging.modality.0);
            json.text("display", imaging.modality.1);
        });
        json.number("numberOfInstances", images);
        json.object("bodySite", |json| {
            json.text("system", system::SNOMED);
            json.text("code", imaging.site.0);
            json.text("display", imaging.site.1);
        });
        json.moment("started", started);
        json.list("instance", |json| {
            for image in 1..=images {
                json.element(|json| {
                    json.text("uid", &format!("{root}.1.{image}"));
                    json.object("sopClass", |json| {
                        json.text("system", "urn:ietf:rfc:3986");
                        json.text("code", "urn:oid:1.2.840.10008.5.1.4.1.1.1.1");
                    });
                    json.number("number", image);
                    json.text("title", imaging.concept.short);
                });
            }
        });
    });
    chart.out.end();
}
