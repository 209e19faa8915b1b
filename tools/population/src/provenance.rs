//! Provenances: who vouches for what.

use crate::calendar::Moment;
use crate::chart::Chart;
use crate::datatype::{coded, refer_all, refer_to, write_named};
use crate::dice::Dice;
use crate::facilities::Care;
use crate::json::Json;
use crate::resources::Profile;

/// Writes a Provenance for what came together since the last one.
pub fn write(chart: &mut Chart<'_>, care: &Care, recorded: Moment) {
    let targets = std::mem::take(&mut chart.vouched);
    if targets.is_empty() {
        return;
    }
    let place = chart.out.begin("Provenance", Profile::UsCore("us-core-provenance"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    refer_all(json, "target", &targets);
    json.instant("recorded", recorded, dice.below(1000) as u16);
    if changed {
        coded(
            json,
            "activity",
            ("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "UPDATE", "revise"),
        );
    }
    json.list("agent", |json| {
        let agent = |json: &mut Json, kind: (&str, &str, &str)| {
            json.element(|json| {
                json.object("type", |json| write_named(json, kind));
                refer_to(json, "who", &care.practitioner);
                refer_to(json, "onBehalfOf", &care.organization);
            });
        };
        agent(
            json,
            ("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author", "Author"),
        );
        let system = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type";
        agent(json, (system, "transmitter", "Transmitter"));
    });
    chart.out.end();
}
