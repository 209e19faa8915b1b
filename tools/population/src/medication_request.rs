//! MedicationRequests: coded, or by reference to a Medication.

use crate::chart::{Chart, Stay};
use crate::datatype::{coded, quantity, refer, refer_to, write_coding, write_named};
use crate::dice::Dice;
use crate::encounter::within;
use crate::json::{Decimal, Json};
use crate::resources::Profile;
use crate::tables::{Course, Medication};
use crate::visits::VisitKind;

/// Prescribes what a visit's diagnoses ask for, and renews what is taken.
pub fn write<'v>(chart: &mut Chart<'v>, stay: &mut Stay<'v>) {
    let tables = chart.tables;
    let diagnoses = stay.diagnoses.clone();
    for diagnosis in &diagnoses {
        let problem = diagnosis.problem;
        let lasting = stay
            .visit
            .about
            .filter(|_| !matches!(problem.course, Course::Acute | Course::Injury | Course::Covid));
        let taken = chart.taken.iter().filter(|taken| Some(taken.0) == lasting).count();
        for (at, medication) in problem.medications.iter().enumerate() {
            let wanted = match (lasting, problem.course) {
                (Some(_), _) if at < taken => chart.dice.happens(34),
                // The next step of treatment waits until the one before was tried.
                (Some(_), Course::Cancer) => chart.dice.happens(70),
                (Some(_), _) => at == taken && chart.dice.happens(if at == 0 { 90 } else { 18 }),
                (None, Course::Hospital) => chart.dice.happens(80),
                (None, _) => at == 0 && chart.dice.happens(65),
            };
            if !wanted {
                continue;
            }
            if let Some(lasting) = lasting.filter(|_| at >= taken) {
                chart.taken.push((lasting, *medication));
            }
            write_one(chart, stay, (&tables.medications[*medication], *medication), lasting.is_some());
            stay.prescribed.push(&tables.medications[*medication]);
        }
    }
}

fn write_one(chart: &mut Chart<'_>, stay: &Stay<'_>, (medication, at): (&Medication, usize), lasting: bool) {
    let care = chart.care(stay.visit);
    let person = chart.person;
    let place = chart.out.begin("MedicationRequest", Profile::UsCore("us-core-medicationrequest"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let ended_early = dice.happens(30);
    let recent = stay.visit.start.plus_minutes(400 * 1440) > person.record_until && lasting;
    let status = match (recent && person.death.is_none(), changed) {
        (true, false) => "active",
        (_, true) => "stopped",
        (false, false) if ended_early => "stopped",
        (false, false) => "completed",
    };
    let json = &mut chart.out.json;
    json.text("status", status);
    if changed {
        let system = "http://terminology.hl7.org/CodeSystem/medicationrequest-status-reason";
        coded(json, "statusReason", (system, "clarif", "Prescription requires clarification"));
    }
    json.text("intent", "order");
    let inpatient = stay.visit.kind == VisitKind::Inpatient;
    let (code, display) = if inpatient { ("inpatient", "Inpatient") } else { ("community", "Community") };
    json.only("category", |json| {
        write_named(
            json,
            ("http://terminology.hl7.org/CodeSystem/medicationrequest-category", code, display),
        );
    });
    if dice.happens(25) {
        json.raw("reportedBoolean", "false");
    }
    if dice.happens(25) {
        refer_to(json, "medicationReference", &chart.facilities.medication(chart.tables, at));
    } else {
        json.raw("medicationCodeableConcept", medication.concept.json(person.naming));
    }
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.moment("authoredOn", Chart::during(stay.visit, 14));
    refer_to(json, "requester", &care.practitioner);
    if let Some(diagnosis) = stay.diagnoses.first() {
        json.only("reasonReference", |json| {
            json.place(&diagnosis.condition);
            json.text("display", diagnosis.problem.concept.name(person.naming));
        });
    }
    json.only("dosageInstruction", |json| write_dosage(json, medication, &mut dice));
    json.object("dispenseRequest", |json| {
        let days = if lasting { 90 } else { 10 };
        json.number("numberOfRepeatsAllowed", if lasting { dice.between(1, 5) } else { 0 });
        let amount = Decimal {
            digits: if unit(medication).1 == "mL" { 120 } else { days * medication.daily },
            places: 0,
        };
        quantity(json, "quantity", amount, unit(medication));
        quantity(json, "expectedSupplyDuration", Decimal { digits: days, places: 0 }, ("days", "d"));
    });
    chart.out.end();
    if dice.happens(15) {
        chart.vouched.push(place);
    }
}

fn unit(medication: &Medication) -> (&'static str, &'static str) {
    match medication.form {
        "tablet" => ("tablet", "{tbl}"),
        "capsule" => ("capsule", "{capsule}"),
        "inhaler" | "spray" => ("puff", "{puff}"),
        "solution" | "injection" => ("mL", "mL"),
        "cream" => ("g", "g"),
        _ => ("each", "{each}"),
    }
}

fn write_dosage(json: &mut Json, medication: &Medication, dice: &mut Dice) {
    const ADVICE: &str =
        "Take at regular intervals. Complete the prescribed course unless otherwise directed.";
    let needed = dice.happens(15);
    let (unit, code) = unit(medication);
    json.number("sequence", 1);
    let times = match medication.daily {
        1 => "once a day",
        2 => "twice a day",
        _ => "three times a day",
    };
    let text = if needed { "Take as needed.".to_owned() } else { format!("1 {unit} {times}") };
    json.text("text", &text);
    if dice.happens(25) {
        json.only("additionalInstruction", |json| {
            write_named(json, ("http://snomed.info/sct", "418577003", ADVICE));
        });
    }
    json.object("timing", |json| {
        json.object("repeat", |json| {
            json.number("frequency", medication.daily);
            json.decimal("period", Decimal { digits: 10, places: 1 });
            json.text("periodUnit", "d");
        });
    });
    json.raw("asNeededBoolean", if needed { "true" } else { "false" });
    if matches!(medication.form, "tablet" | "capsule") {
        json.object("route", |json| {
            write_named(json, ("http://snomed.info/sct", "26643006", "Oral route (qualifier value)"));
        });
    }
    json.only("doseAndRate", |json| {
        json.object("type", |json| {
            write_coding(
                json,
                ("http://terminology.hl7.org/CodeSystem/dose-rate-type", "ordered", "Ordered"),
            );
        });
        quantity(json, "doseQuantity", Decimal { digits: 1, places: 0 }, (unit, code));
    });
}
