//! Immunizations, when they are due.

use crate::chart::{Chart, Stay};
use crate::datatype::{coded, note, quantity, refer, refer_to};
use crate::dice::Dice;
use crate::encounter::within;
use crate::json::Decimal;
use crate::resources::Profile;
use crate::tables::Schedule;
use crate::visits::VisitKind;

/// Gives what is due at such a visit. What one visit misses, no later one makes up.
pub fn write(chart: &mut Chart<'_>, stay: &mut Stay<'_>) {
    let due = match stay.visit.kind {
        VisitKind::Child | VisitKind::Wellness | VisitKind::Vaccination => true,
        VisitKind::FollowUp => chart.dice.happens(40),
        _ => false,
    };
    if !due {
        return;
    }
    let months = chart.person.age(stay.visit.start) * 12.0;
    let (year, month, _) = stay.visit.start.day().civil();
    let season = matches!(month, 9..=12 | 1) && chart.influenza_year != year && months > 6.0;
    let season = season && (stay.visit.kind == VisitKind::Vaccination || chart.dice.happens(75));
    let covid = (2021..2024).contains(&year) && months > 144.0 && chart.dice.happens(30);
    let tables = chart.tables;
    let mut given = Vec::new();
    let (mut influenza, mut corona) = (Vec::new(), Vec::new());
    for (at, vaccine) in tables.vaccines.iter().enumerate().filter(|(_, vaccine)| vaccine.since <= year) {
        match &vaccine.schedule {
            Schedule::Months(doses) => {
                let now = |dose: &&i64| (chart.vaccinated_months..months).contains(&(**dose as f64 - 0.4));
                let accepted = if months < 216.0 { 93 } else { 62 };
                if doses.iter().any(|dose| now(&dose)) && chart.dice.happens(accepted) {
                    given.push(at);
                }
            }
            Schedule::Yearly => influenza.push(at),
            Schedule::Covid => corona.push(at),
        }
    }
    if season && !influenza.is_empty() {
        chart.influenza_year = year;
        given.push(*chart.dice.pick(&influenza));
    }
    if covid && !corona.is_empty() {
        given.push(*chart.dice.pick(&corona));
    }
    chart.vaccinated_months = months;
    for at in given {
        write_one(chart, stay, at);
        stay.vaccines.push(at);
    }
}

fn write_one(chart: &mut Chart<'_>, stay: &Stay<'_>, at: usize) {
    let care = chart.care(stay.visit);
    let place = chart.out.begin("Immunization", Profile::UsCore("us-core-immunization"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let declined = dice.happens(2);
    let json = &mut chart.out.json;
    json.text("status", if declined { "not-done" } else { "completed" });
    if declined {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
        coded(json, "statusReason", (system, "PATOBJ", "patient objection"));
    }
    json.raw("vaccineCode", chart.tables.vaccines[at].concept.json(chart.person.naming));
    refer(json, "patient", &chart.patient);
    within(json, stay);
    json.moment("occurrenceDateTime", Chart::during(stay.visit, 13));
    json.raw("primarySource", "true");
    refer_to(json, "location", &care.location);
    if dice.happens(35) && !declined {
        let lot = 100_000 + dice.below(900_000);
        json.text("lotNumber", &format!("{}{lot}", ["U", "EL", "A"][lot as usize % 3]));
        json.day("expirationDate", stay.visit.start.day().plus(dice.between(60, 500)));
        coded(json, "site", ("http://terminology.hl7.org/CodeSystem/v3-ActSite", "LA", "left arm"));
        coded(
            json,
            "route",
            (
                "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration",
                "IM",
                "Injection, intramuscular",
            ),
        );
        quantity(json, "doseQuantity", Decimal { digits: 5, places: 1 }, ("mL", "mL"));
        json.only("performer", |json| {
            coded(
                json,
                "function",
                ("http://terminology.hl7.org/CodeSystem/v2-0443", "AP", "Administering Provider"),
            );
            refer_to(json, "actor", &care.practitioner);
        });
    }
    if changed {
        note(json, "Lot number verified against the state registry.");
    }
    chart.out.end();
}
