//! Coverages: what a payer has agreed to.

use crate::calendar::Day;
use crate::chart::Chart;
use crate::datatype::{coded, refer, write_coding};
use crate::dice::Dice;
use crate::resources::Profile;
use crate::tables::PayerKind;

const CLASS: &str = "http://terminology.hl7.org/CodeSystem/coverage-class";

/// Writes the Coverage.
pub fn write(chart: &mut Chart<'_>) {
    let person = chart.person;
    let payer = &chart.tables.payers[person.payer_at];
    let place = chart.out.begin("Coverage", Profile::UsCore("us-core-coverage"));
    let mut dice = Dice::new(place.seed);
    let cancelled = chart.out.is_changed(&place);
    chart.coverage = place;
    let json = &mut chart.out.json;
    let member = person.member_id.to_string();
    json.only("identifier", |json| {
        coded(json, "type", ("http://terminology.hl7.org/CodeSystem/v2-0203", "MB", "Member Number"));
        json.text("system", "https://payer.example.com/member");
        json.text("value", &member);
    });
    json.text("status", if cancelled { "cancelled" } else { "active" });
    let policy = match payer.policy {
        "MCPOL" => "managed care policy",
        "SUBSIDIZ" => "subsidized health program",
        "PPO" => "preferred provider organization policy",
        "HMO" => "health maintenance organization policy",
        _ => "health insurance plan policy",
    };
    json.object("type", |json| {
        write_coding(json, ("http://terminology.hl7.org/CodeSystem/v3-ActCode", payer.policy, policy));
        json.text("text", payer.name);
    });
    refer(json, "policyHolder", &chart.patient);
    refer(json, "subscriber", &chart.patient);
    json.text("subscriberId", &member);
    refer(json, "beneficiary", &chart.patient);
    coded(
        json,
        "relationship",
        ("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "self", "Self"),
    );
    json.object("period", |json| {
        let from = person.record_from.day();
        let new_year = Day(from.0 - from.0.rem_euclid(365));
        json.day("start", new_year.max(person.birth.day()));
        if cancelled || person.death.is_some() {
            json.day("end", person.record_until.day());
        }
    });
    json.only("payor", |json| json.facility(&person.payer));
    json.list("class", |json| {
        let class = |json: &mut crate::json::Json, code: (&str, &str), value: u64| {
            json.element(|json| {
                coded(json, "type", (CLASS, code.0, code.1));
                json.text("value", &value.to_string());
                json.text("name", payer.name);
            });
        };
        if payer.kind == PayerKind::Private || dice.happens(50) {
            class(json, ("group", "Group"), 100_000 + dice.below(900_000));
        }
        class(json, ("plan", "Plan"), 1000 + dice.below(9000));
    });
    chart.out.end();
}
