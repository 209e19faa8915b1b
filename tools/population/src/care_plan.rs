//! CarePlans, with the CareTeam that carries them out and the Goals that they are for.

use crate::chart::{Chart, Diagnosis, Stay};
use crate::datatype::{coded, coded_element, note, refer, refer_all, write_named};
use crate::dice::Dice;
use crate::encounter::within;
use crate::json::{Decimal, Json, Place};
use crate::resources::Profile;
use crate::tables::{Course, Goal, Plan};

const PLAN: &str = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category";

/// Plans what is planned for a visit's diagnoses.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let tables = chart.tables;
    for diagnosis in &stay.diagnoses {
        let found = tables.problems.iter().position(|problem| std::ptr::eq(problem, diagnosis.problem));
        let plans: Vec<&Plan> = tables
            .plans
            .iter()
            .filter(|plan| plan.reasons.iter().any(|reason| Some(*reason) == found))
            .collect();
        let lasting = !matches!(
            diagnosis.problem.course,
            Course::Acute | Course::Injury | Course::Covid | Course::Hospital
        );
        if plans.is_empty() || !chart.dice.happens(if lasting { 14 } else { 55 }) {
            continue;
        }
        let team = write_team(chart, stay, diagnosis);
        let goals: Vec<&Goal> = tables
            .goals
            .iter()
            .filter(|goal| {
                goal.reason == found || (goal.reason.is_none() && lasting && chart.dice.happens(8))
            })
            .collect();
        let goals: Vec<Place> =
            goals.into_iter().map(|goal| write_goal(chart, stay, diagnosis, goal)).collect();
        write_plan(chart, stay, (diagnosis, &plans), (&team, &goals));
    }
}

fn write_team(chart: &mut Chart<'_>, stay: &Stay<'_>, diagnosis: &Diagnosis<'_>) -> Place {
    let (care, person) = (chart.care(stay.visit), chart.person);
    let place = chart.out.begin("CareTeam", Profile::UsCore("us-core-careteam"));
    let inactive = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.text("status", if inactive { "inactive" } else { "active" });
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.object("period", |json| {
        json.moment("start", stay.visit.start);
        if inactive {
            json.moment("end", person.record_until);
        }
    });
    json.list("participant", |json| {
        let role = |json: &mut Json, (code, display): (&str, &str)| {
            json.list("role", |json| {
                json.element(|json| write_named(json, ("http://snomed.info/sct", code, display)));
            });
        };
        json.element(|json| {
            role(json, ("116154003", "Patient"));
            json.object("member", |json| {
                json.place(&chart.patient);
                json.text("display", &person.name());
            });
        });
        json.element(|json| {
            role(json, ("223366009", "Healthcare professional (occupation)"));
            json.object("member", |json| json.facility(&care.practitioner));
        });
        json.element(|json| {
            role(json, ("224891009", "Healthcare services (qualifier value)"));
            json.object("member", |json| json.facility(&care.organization));
        });
    });
    json.list("reasonCode", |json| json.member(diagnosis.problem.concept.json(person.naming)));
    json.only("managingOrganization", |json| json.facility(&care.organization));
    chart.out.end();
    place
}

fn write_goal(chart: &mut Chart<'_>, stay: &Stay<'_>, diagnosis: &Diagnosis<'_>, goal: &Goal) -> Place {
    let place = chart.out.begin("Goal", Profile::UsCore("us-core-goal"));
    let mut dice = Dice::new(place.seed);
    let achieved = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.text(
        "lifecycleStatus",
        if achieved { "completed" } else { dice.favour::<&str>(&["active", "accepted"]) },
    );
    let status = if achieved { "achieved" } else { "in-progress" };
    coded(json, "achievementStatus", ("http://terminology.hl7.org/CodeSystem/goal-achievement", status, ""));
    json.object("description", |json| json.text("text", goal.text));
    refer(json, "subject", &chart.patient);
    let start = stay.visit.start.day();
    json.day("startDate", start);
    json.only("target", |json| {
        if let Some((measure, target, unit)) = &goal.measure {
            json.raw("measure", measure.json(chart.person.naming));
            json.object("detailQuantity", |json| {
                json.decimal("value", Decimal::nearest(*target, 1));
                json.text("comparator", "<");
                json.text("unit", unit);
                json.text("system", crate::concept::system::UCUM);
                json.text("code", unit);
            });
        }
        json.day("dueDate", start.plus(dice.between(60, 365)));
    });
    refer_all(json, "addresses", &[diagnosis.condition]);
    chart.out.end();
    place
}

fn write_plan(
    chart: &mut Chart<'_>,
    stay: &Stay<'_>,
    (diagnosis, plans): (&Diagnosis<'_>, &[&Plan]),
    (team, goals): (&Place, &[Place]),
) {
    let (person, care) = (chart.person, chart.care(stay.visit));
    let place = chart.out.begin("CarePlan", Profile::UsCore("us-core-careplan"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let lasting = matches!(diagnosis.problem.course, Course::Chronic | Course::Cancer | Course::Weight);
    let over = (!lasting || changed)
        .then(|| stay.visit.start.plus_minutes(dice.between(14, 90) * 1440).min(person.record_until));
    let first = plans[0];
    let json = &mut chart.out.json;
    json.object("text", |json| {
        let mut div = String::from(r#"<div xmlns="http://www.w3.org/1999/xhtml">Care Plan for "#);
        div.push_str(&escaped(first.concept.name(person.naming)));
        div.push_str(".<br/>Activities: <ul>");
        for plan in plans {
            div.push_str(&format!("<li>{}</li>", escaped(plan.activity.name(person.naming))));
        }
        div.push_str("</ul><br/>Care plan is meant to treat ");
        div.push_str(&escaped(diagnosis.problem.concept.name(person.naming)));
        div.push_str(".</div>");
        json.text("status", "generated");
        json.text("div", &div);
    });
    json.text("status", if over.is_some() { "completed" } else { "active" });
    json.text("intent", "order");
    json.list("category", |json| {
        coded_element(json, (PLAN, "assess-plan", ""));
        json.member(first.concept.json(person.naming));
    });
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.object("period", |json| {
        json.moment("start", stay.visit.start);
        if let Some(over) = over {
            json.moment("end", over);
        }
    });
    refer_all(json, "careTeam", &[*team]);
    refer_all(json, "addresses", &[diagnosis.condition]);
    refer_all(json, "goal", goals);
    json.list("activity", |json| {
        for plan in plans {
            json.element(|json| {
                json.object("detail", |json| {
                    json.raw("code", plan.activity.json(person.naming));
                    json.text("status", if over.is_some() { "completed" } else { "in-progress" });
                    json.object("location", |json| json.text("display", &care.organization.name));
                });
            });
        }
    });
    if changed {
        note(json, "Reviewed with the patient; the plan has been carried out.");
    }
    chart.out.end();
}

/// Text as XHTML has it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
