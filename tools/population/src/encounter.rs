//! Encounters.

use crate::chart::{Chart, Stay};
use crate::datatype::{coded, quantity, refer, refer_to, write_named};
use crate::dice::Dice;
use crate::json::{Decimal, Json};
use crate::resources::Profile;
use crate::tables::Course;
use crate::visits::{Visit, VisitKind};

/// Writes the Encounter of a visit.
pub fn write<'v>(chart: &mut Chart<'_>, visit: &'v Visit<'v>, last: Last) -> Stay<'v> {
    let (person, tables, care) = (chart.person, chart.tables, chart.care(visit));
    let types: Vec<usize> =
        (0..tables.visits.len()).filter(|at| tables.visits[*at].kind == visit.kind.name()).collect();
    let visit_type = chart.dice.weigh(&types, |at| tables.visits[*at].weight).copied().unwrap_or(0);
    let place = chart.out.begin("Encounter", Profile::UsCore("us-core-encounter"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let recent = visit.end.plus_minutes(90 * 1440) > person.record_until;
    let open = last == Last::Yes && recent && person.death.is_none() && dice.happens(50) && !changed;
    let json = &mut chart.out.json;
    json.only("identifier", |json| {
        json.text("use", "official");
        json.text("system", "https://ehr.example.org/encounters");
        json.text("value", place.id.as_str());
    });
    json.text("status", if open { "in-progress" } else { "finished" });
    let (class, class_name) = tables.visits[visit_type].class;
    json.object("class", |json| {
        json.text("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
        json.text("code", class);
        if dice.happens(50) {
            json.text("display", class_name);
        }
    });
    let type_json = tables.visits[visit_type].concept.json(person.naming);
    json.list("type", |json| json.member(type_json));
    json.object("subject", |json| {
        json.place(&chart.patient);
        json.text("display", &person.name());
    });
    json.only("participant", |json| {
        json.only("type", |json| {
            let performer = ("PPRF", "primary performer");
            let system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
            write_named(json, (system, performer.0, performer.1));
        });
        json.object("period", |json| write_period(json, visit, open));
        refer_to(json, "individual", &care.practitioner);
    });
    json.object("period", |json| write_period(json, visit, open));
    if changed {
        let minutes = Decimal { digits: (visit.end.0 - visit.start.0) / 60, places: 0 };
        quantity(json, "length", minutes, ("min", "min"));
    }
    write_reason(chart, visit, &mut dice);
    if visit.kind.is_stay() || (visit.kind == VisitKind::Emergency && dice.happens(50)) {
        write_discharge(&mut chart.out.json, visit, &mut dice);
    }
    let json = &mut chart.out.json;
    json.only("location", |json| refer_to(json, "location", &care.location));
    refer_to(json, "serviceProvider", &care.organization);
    chart.out.end();
    Stay {
        visit,
        encounter: place,
        visit_type,
        diagnoses: Vec::new(),
        done: Vec::new(),
        prescribed: Vec::new(),
        vaccines: Vec::new(),
    }
}

/// Whether a visit is the last one of the record: the only one that can still be going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It is.
    Yes,
    /// It is not.
    No,
}

fn write_period(json: &mut Json, visit: &Visit<'_>, open: bool) {
    json.moment("start", visit.start);
    if !open {
        json.moment("end", visit.end);
    }
}

/// Why the patient came: a Condition that the record has, or what is found now.
fn write_reason(chart: &mut Chart<'_>, visit: &Visit<'_>, dice: &mut Dice) {
    let json = &mut chart.out.json;
    let known = chart.problems.iter().find(|known| Some(known.lasting) == visit.about);
    if let Some(known) = known.filter(|_| dice.happens(60)) {
        json.list("reasonReference", |json| json.element(|json| json.place(&known.condition)));
        return;
    }
    let lasting =
        visit.about.and_then(|about| chart.health.lasting.get(about)).map(|lasting| lasting.problem);
    if let Some(problem) = visit.found.or(lasting).filter(|problem| problem.course != Course::Social) {
        json.list("reasonCode", |json| json.member(problem.concept.json(chart.person.naming)));
    }
}

fn write_discharge(json: &mut Json, visit: &Visit<'_>, dice: &mut Dice) {
    const SYSTEM: &str = "http://www.nubc.org/patient-discharge";
    let (code, display) = match dice.below(10) {
        0 if visit.kind.is_stay() => ("03", "Discharged/transferred to skilled nursing facility (SNF)"),
        1 if visit.kind.is_stay() => {
            ("06", "Discharged/transferred to home under care of organized home health service")
        }
        _ => ("01", "Discharged to home care or self care (routine discharge)"),
    };
    json.object("hospitalization", |json| {
        coded(json, "dischargeDisposition", (SYSTEM, code, display));
    });
}

/// `"encounter":{...}`
pub fn within(json: &mut Json, stay: &Stay<'_>) {
    refer(json, "encounter", &stay.encounter);
}
