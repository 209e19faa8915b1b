//! Laboratory: specimens, results and reports.

use crate::calendar::Moment;
use crate::chart::{Chart, Stay};
use crate::concept::system;
use crate::datatype::{quantity, refer, write_named};
use crate::diagnostic_report;
use crate::dice::{Dice, seed_of};
use crate::json::{Decimal, Json, Place};
use crate::observation::{Begun, Category, Heading, begin, write_absent};
use crate::resources::Profile;
use crate::service_request;
use crate::tables::{Course, Finding, Lab, Panel};
use crate::visits::VisitKind;

const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

/// Orders what is ordered at such a visit, and reports it.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let tables = chart.tables;
    let age = chart.years(stay.visit);
    let mut ordered: Vec<usize> = Vec::new();
    let problems = stay.diagnoses.iter().map(|diagnosis| diagnosis.problem);
    for problem in problems.filter(|problem| !problem.panels.is_empty()) {
        let lasting =
            matches!(problem.course, Course::Chronic | Course::Cancer | Course::Diabetic | Course::History);
        if chart.dice.happens(if lasting { 62 } else { 80 }) {
            ordered.extend(&problem.panels);
        }
    }
    let others = match stay.visit.kind {
        VisitKind::Wellness if age >= 40 => chart.dice.below(3),
        VisitKind::Wellness | VisitKind::Emergency => u64::from(chart.dice.happens(45)),
        VisitKind::Inpatient | VisitKind::Delivery => 1 + chart.dice.below(3),
        VisitKind::FirstPrenatal => 1,
        VisitKind::Child | VisitKind::Symptom | VisitKind::FollowUp => u64::from(chart.dice.happens(10)),
        _ => 0,
    };
    let panels: Vec<usize> = (0..tables.panels.len()).collect();
    for _ in 0..others {
        let weight =
            |at: &usize| if tables.panels[*at].from_age <= age { tables.panels[*at].weight } else { 0 };
        ordered.extend(chart.dice.weigh(&panels, weight));
    }
    let mut seen: Vec<usize> = Vec::new();
    for panel in ordered {
        if !seen.contains(&panel) {
            seen.push(panel);
            write_report(chart, stay, &tables.panels[panel]);
        }
    }
    write_single(chart, stay);
}

/// Tests and looks that are reported alone.
fn write_single(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let tables = chart.tables;
    let at = Chart::during(stay.visit, 12);
    let age = chart.years(stay.visit);
    let man = chart.person.sex == crate::tables::Sex::Male;
    let check_up = stay.visit.kind == VisitKind::Wellness;
    let mut labs: Vec<&str> = Vec::new();
    labs.extend((man && check_up && age > 50 && chart.dice.happens(50)).then_some("2857-1"));
    labs.extend((check_up && age > 30 && chart.dice.happens(15)).then_some("4548-4"));
    labs.extend((check_up && chart.dice.happens(8)).then_some("1989-3"));
    let breath = stay
        .diagnoses
        .iter()
        .any(|diagnosis| matches!(diagnosis.problem.concept.code, "195967001" | "13645005" | "185086009"));
    labs.extend(breath.then_some("19926-5"));
    for code in labs {
        if let Some(lab) = tables.labs.iter().find(|lab| lab.concept.code == code) {
            write_result(chart, stay, lab, (at, None));
        }
    }
    let covid = stay.diagnoses.iter().any(|diagnosis| diagnosis.problem.course == Course::Covid);
    let feverish =
        matches!(stay.visit.kind, VisitKind::Symptom | VisitKind::Emergency) && chart.dice.happens(12);
    let kinds = [
        (covid, "covid", Category::Laboratory),
        (feverish, "rapid", Category::Laboratory),
        (stay.visit.kind == VisitKind::FirstPrenatal, "blood", Category::Laboratory),
        (man && check_up && age > 50 && chart.dice.happens(25), "exam", Category::Exam),
    ];
    for (_, kind, category) in kinds.into_iter().filter(|(wanted, ..)| *wanted) {
        for finding in tables.findings.iter().filter(|finding| finding.kind == kind) {
            write_finding(chart, stay, finding, (at, category, None));
        }
    }
}

fn write_report(chart: &mut Chart<'_>, stay: &Stay<'_>, panel: &Panel) {
    let tables = chart.tables;
    let drawn = Chart::during(stay.visit, 10);
    let order = chart.dice.happens(30).then(|| service_request::write_lab(chart, stay, panel));
    let specimen = write_specimen(chart, panel.concept.display.contains("Urine"), drawn);
    let mut results: Vec<(Place, &str)> = Vec::new();
    for at in &panel.labs {
        let lab = &tables.labs[*at];
        results.push((write_result(chart, stay, lab, (drawn, Some(&specimen))), lab.concept.display));
    }
    for at in &panel.findings {
        let finding = &tables.findings[*at];
        let about = (drawn, Category::Laboratory, Some(&specimen));
        results.push((write_finding(chart, stay, finding, about), finding.concept.display));
    }
    diagnostic_report::write_lab(chart, stay, (panel, order.as_ref()), &results);
}

fn write_specimen(chart: &mut Chart<'_>, is_urine: bool, drawn: Moment) -> Place {
    let place = chart.out.begin("Specimen", Profile::UsCore("us-core-specimen"));
    let mut dice = Dice::new(place.seed);
    let spoiled = chart.out.is_changed(&place);
    let (code, display) = if is_urine {
        ("122575003", "Urine specimen (specimen)")
    } else {
        ("119297000", "Blood specimen (specimen)")
    };
    let json = &mut chart.out.json;
    json.only("identifier", |json| {
        json.text("system", "https://lab.example.org/specimens");
        json.text("value", &(10_000_000 + dice.below(90_000_000)).to_string());
    });
    json.text("status", if spoiled { "unavailable" } else { "available" });
    json.object("type", |json| write_named(json, (system::SNOMED, code, display)));
    refer(json, "subject", &chart.patient);
    json.object("collection", |json| json.moment("collectedDateTime", drawn));
    chart.out.end();
    place
}

/// The value of a test: the trait's where one decides, else that of a healthy person, who differs from others more than from
/// day to day.
fn value(chart: &Chart<'_>, lab: &Lab, at: Moment, dice: &mut Dice) -> f64 {
    let (mean, spread) = chart.health.lab_mean(lab.by, at).unwrap_or_else(|| {
        let (low, high) = lab.normal;
        let code = lab.concept.code.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte));
        let own = Dice::new(seed_of(chart.health.seed, code)).deviation();
        ((low + high) / 2.0 + (high - low) / 5.0 * own, (high - low) / 10.0)
    });
    (mean + spread * dice.deviation()).clamp(lab.range.0, lab.range.1)
}

fn write_result(
    chart: &mut Chart<'_>,
    stay: &Stay<'_>,
    lab: &Lab,
    (at, specimen): (Moment, Option<&Place>),
) -> Place {
    let code = lab.concept.json(chart.person.naming);
    let heading = Heading { profile: "us-core-observation-lab", category: Category::Laboratory, code, at };
    let Begun { place, mut dice, corrected } = begin(chart, stay, &heading);
    let laboratory = &chart.person.care.hospital.organization;
    let number = value(chart, lab, at, &mut dice) * if corrected { 0.97 } else { 1.0 };
    let number = Decimal::nearest(number.max(lab.range.0), lab.places);
    let json = &mut chart.out.json;
    if dice.happens(40) {
        json.only("performer", |json| json.facility(laboratory));
    }
    let unit = (lab.unit, lab.ucum);
    if dice.happens(1) {
        write_absent(json);
    } else {
        quantity(json, "valueQuantity", number, unit);
        if dice.happens(65) {
            write_interpretation(json, number.as_f64(), lab.normal);
        }
    }
    if let Some(specimen) = specimen {
        refer(json, "specimen", specimen);
    }
    if dice.happens(70) {
        json.only("referenceRange", |json| {
            quantity(json, "low", Decimal::nearest(lab.normal.0, lab.places.max(1)), unit);
            quantity(json, "high", Decimal::nearest(lab.normal.1, lab.places.max(1)), unit);
            if dice.happens(30) {
                json.text("text", "normal");
            }
        });
    }
    chart.out.end();
    place
}

fn write_interpretation(json: &mut Json, number: f64, normal: (f64, f64)) {
    let (code, display) = match number {
        low if low < normal.0 => ("L", "Low"),
        high if high > normal.1 => ("H", "High"),
        _ => ("N", "Normal"),
    };
    json.list("interpretation", |json| {
        crate::datatype::coded_element(json, (INTERPRETATION, code, display));
    });
}

fn write_finding(
    chart: &mut Chart<'_>,
    stay: &Stay<'_>,
    finding: &Finding,
    (at, category, specimen): (Moment, Category, Option<&Place>),
) -> Place {
    let code = finding.concept.json(chart.person.naming);
    let profile = if category == Category::Exam {
        "us-core-observation-clinical-result"
    } else {
        "us-core-observation-lab"
    };
    let Begun { place, mut dice, corrected } = begin(chart, stay, &Heading { profile, category, code, at });
    let usual = dice.happens(finding.usual_percent) != corrected;
    let json = &mut chart.out.json;
    let missing_percent = if category == Category::Exam { 9 } else { 1 };
    if dice.happens(missing_percent) && !corrected {
        write_absent(json);
    } else {
        json.raw("valueCodeableConcept", if usual { &finding.usual } else { &finding.unusual });
    }
    if let Some(specimen) = specimen {
        refer(json, "specimen", specimen);
    }
    chart.out.end();
    place
}
