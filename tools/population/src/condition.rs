//! Conditions: lasting ones on the problem list, others as what a visit found.

use crate::calendar::{Day, Moment};
use crate::chart::{Chart, Diagnosis, Known, Stay};
use crate::datatype::{coded, note, refer, refer_to};
use crate::dice::Dice;
use crate::encounter::within;
use crate::json::Json;
use crate::resources::Profile;
use crate::tables::{Course, HealthProblem};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

/// When a problem began, and when it was over.
struct Span {
    onset: Day,
    over: Option<Moment>,
}

/// Writes the lasting problems that have begun before a visit and that the record does not know yet.
pub fn write_lasting(chart: &mut Chart<'_>, stay: &mut Stay<'_>) {
    let health = chart.health;
    for (at, lasting) in health.lasting.iter().enumerate() {
        let known = chart.problems.iter().any(|known| known.lasting == at);
        // A visit that is about the problem always finds it; others find it if it began before.
        if known || lasting.onset > stay.visit.start.day() {
            continue;
        }
        let span = Span { onset: lasting.onset, over: None };
        let condition = write(chart, stay, lasting.problem, &span);
        chart.problems.push(Known { lasting: at, condition });
        chart.vouched.push(condition);
    }
}

/// Writes what a visit found, and names it as a diagnosis.
pub fn write_found<'v>(chart: &mut Chart<'_>, stay: &mut Stay<'v>) {
    let visit = stay.visit;
    if let Some(problem) = visit.found {
        let varying = match problem.course {
            Course::Pregnancy => problem.days,
            _ => problem.days * chart.dice.between(70, 130) / 100,
        };
        let over = visit.start.plus_minutes(varying * 1440);
        let days = chart.dice.between(0, 3);
        let onset = visit.start.day().plus(-days).max(chart.person.birth.day());
        let over = (over < chart.person.record_until).then_some(over);
        let condition = write(chart, stay, problem, &Span { onset, over });
        stay.diagnoses.push(Diagnosis { problem, condition });
    }
}

/// Names the lasting problem that a visit is about as a diagnosis.
pub fn name_subject<'v>(chart: &Chart<'v>, stay: &mut Stay<'v>) {
    let known = chart.problems.iter().find(|known| Some(known.lasting) == stay.visit.about);
    let health: &'v crate::health::Health<'v> = chart.health;
    if let Some(known) = known {
        let problem = health.lasting[known.lasting].problem;
        stay.diagnoses.push(Diagnosis { problem, condition: known.condition });
    }
}

fn write(chart: &mut Chart<'_>, stay: &Stay<'_>, problem: &HealthProblem, span: &Span) -> crate::json::Place {
    let listed = !matches!(problem.course, Course::Acute | Course::Injury | Course::Hospital | Course::Covid);
    let profile = if listed {
        "us-core-condition-problems-health-concerns"
    } else {
        "us-core-condition-encounter-diagnosis"
    };
    let care = chart.care(stay.visit);
    let place = chart.out.begin("Condition", Profile::UsCore(profile));
    let mut dice = Dice::new(place.seed);
    let resolved = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    if dice.happens(25) {
        json.only("extension", |json| {
            json.text("url", "http://hl7.org/fhir/StructureDefinition/condition-assertedDate");
            json.day("valueDateTime", stay.visit.start.day());
        });
    }
    let over = span.over.or(resolved.then_some(chart.person.record_until));
    let (code, display) = if over.is_some() { ("resolved", "Resolved") } else { ("active", "Active") };
    coded(json, "clinicalStatus", (CLINICAL, code, if dice.happens(25) { display } else { "" }));
    let (code, display) =
        if dice.happens(97) { ("confirmed", "Confirmed") } else { ("provisional", "Provisional") };
    coded(json, "verificationStatus", (VERIFICATION, code, if dice.happens(25) { display } else { "" }));
    write_category(json, problem, listed);
    let severity = [("24484000", "Severe"), ("6736007", "Moderate"), ("255604002", "Mild")];
    if dice.happens(15) && problem.course != Course::Social {
        let (code, display) = *dice.pick(&severity);
        coded(json, "severity", ("http://snomed.info/sct", code, display));
    }
    json.raw("code", problem.concept.json(chart.person.naming));
    refer(json, "subject", &chart.patient);
    within(json, stay);
    let onset = if span.onset == stay.visit.start.day() {
        stay.visit.start
    } else {
        span.onset.at_minute(0).max(chart.person.birth)
    };
    json.moment("onsetDateTime", onset.min(stay.visit.start));
    if let Some(over) = over {
        json.moment("abatementDateTime", over);
    }
    json.moment("recordedDate", stay.visit.start);
    if dice.happens(20) {
        refer_to(json, "recorder", &care.practitioner);
        refer_to(json, "asserter", &care.practitioner);
    }
    if resolved && span.over.is_some() {
        note(json, "Reviewed: resolved without complications.");
    }
    chart.out.end();
    place
}

fn write_category(json: &mut Json, problem: &HealthProblem, listed: bool) {
    json.list("category", |json| {
        let (code, display) = match (problem.course, listed) {
            (Course::Social, _) => ("health-concern", "Health Concern"),
            (_, true) => ("problem-list-item", "Problem List Item"),
            (_, false) => ("encounter-diagnosis", "Encounter Diagnosis"),
        };
        let system = if problem.course == Course::Social {
            "http://hl7.org/fhir/us/core/CodeSystem/condition-category"
        } else {
            CATEGORY
        };
        crate::datatype::coded_element(json, (system, code, display));
        if problem.course == Course::Social {
            crate::datatype::coded_element(
                json,
                ("http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "sdoh", "SDOH"),
            );
        }
    });
}
