//! Surveys: depression scores, and questions on how people live.

use crate::calendar::Moment;
use crate::chart::{Chart, Stay};
use crate::concept::{Concept, system};
use crate::datatype::{quantity, refer_all, write_named};
use crate::json::{Decimal, Place};
use crate::observation::{Begun, Category, Heading, begin, write_absent};
use crate::visits::VisitKind;

const PROFILE: &str = "us-core-observation-screening-assessment";
/// How often in two weeks, from 0 to 3.
const ANSWERS: [(&str, &str); 4] = [
    ("LA6568-5", "Not at all"),
    ("LA6569-3", "Several days"),
    ("LA6570-1", "More than half the days"),
    ("LA6571-9", "Nearly every day"),
];

/// Asks what is asked at such a visit.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let at = Chart::during(stay.visit, 8);
    let age = chart.years(stay.visit);
    let check_up = matches!(stay.visit.kind, VisitKind::Wellness | VisitKind::Child);
    let sad = stay
        .diagnoses
        .iter()
        .any(|diagnosis| matches!(diagnosis.problem.concept.code, "370143000" | "36923009"));
    if age >= 12 && ((check_up && chart.dice.happens(50)) || sad) {
        let short = write_score(chart, stay, at, &SHORT_SCORE);
        if sad || chart.dice.happens(12) {
            write_depression(chart, stay, at, short);
        }
    }
    for (score, percent) in [(&ANXIETY_SCORE, 18), (&ALCOHOL_SCORE, 15), (&DRUG_SCORE, 8)] {
        if check_up && age >= 18 && chart.dice.happens(percent) {
            write_score(chart, stay, at, score);
        }
    }
    if check_up && age >= 18 && chart.dice.happens(14) {
        write_social(chart, stay, at);
    }
}

/// A score, and the most that it can be.
struct Score {
    code: &'static str,
    most: f64,
    /// Whether sadness decides; else chance.
    of_sadness: bool,
}

const SHORT_SCORE: Score = Score {
    code: r#"{"coding":[{"system":"http://loinc.org","code":"55758-7","display":"Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"}],"text":"Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"}"#,
    most: 6.0,
    of_sadness: true,
};
const ANXIETY_SCORE: Score = Score {
    code: r#"{"coding":[{"system":"http://loinc.org","code":"70274-6","display":"Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"}],"text":"Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"}"#,
    most: 21.0,
    of_sadness: true,
};
const ALCOHOL_SCORE: Score = Score {
    code: r#"{"coding":[{"system":"http://loinc.org","code":"75626-2","display":"Total score [AUDIT-C]"}],"text":"Total score [AUDIT-C]"}"#,
    most: 12.0,
    of_sadness: false,
};
const DRUG_SCORE: Score = Score {
    code: r#"{"coding":[{"system":"http://loinc.org","code":"82667-7","display":"Total score [DAST-10]"}],"text":"Total score [DAST-10]"}"#,
    most: 10.0,
    of_sadness: false,
};
const LONG_SCORE: &str = r#"{"coding":[{"system":"http://loinc.org","code":"44261-6","display":"Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"}],"text":"Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"}"#;
const SOCIAL_PANEL: &str = r#"{"coding":[{"system":"http://loinc.org","code":"93025-5","display":"Protocol for Responding to and Assessing Patients' Assets, Risks, and Experiences [PRAPARE]"}],"text":"Protocol for Responding to and Assessing Patients' Assets, Risks, and Experiences [PRAPARE]"}"#;

fn write_score(chart: &mut Chart<'_>, stay: &Stay<'_>, at: Moment, score: &Score) -> Place {
    let heading = Heading { profile: PROFILE, category: Category::Survey, code: score.code, at };
    let Begun { place, mut dice, corrected } = begin(chart, stay, &heading);
    let share = if score.of_sadness { chart.health.sadness } else { dice.fraction() };
    let points = (score.most * (share * share * share + 0.08 * dice.deviation())).clamp(0.0, score.most);
    let points = if corrected { (points + 1.0).min(score.most) } else { points };
    let json = &mut chart.out.json;
    if dice.happens(60) {
        json.only("performer", |json| json.facility(&chart.person.care.primary.practitioner));
    }
    if dice.happens(2) && !corrected {
        write_absent(json);
    } else {
        quantity(json, "valueQuantity", Decimal::nearest(points, 0), ("{score}", "{score}"));
    }
    chart.out.end();
    place
}

/// The questions of the PHQ-9, one by one, and their sum, which is derived from the short form too.
fn write_depression(chart: &mut Chart<'_>, stay: &Stay<'_>, at: Moment, short: Place) {
    let tables = chart.tables;
    let (mut members, mut sum) = (Vec::new(), 0);
    for question in &tables.depression_questions {
        let code = question.json(chart.person.naming);
        let heading = Heading { profile: PROFILE, category: Category::Survey, code, at };
        let points = (chart.dice.fraction() + chart.health.sadness * 2.6) as usize;
        let begun = begin(chart, stay, &heading);
        let (code, display) = ANSWERS[points.min(3)];
        chart
            .out
            .json
            .object("valueCodeableConcept", |json| write_named(json, (system::LOINC, code, display)));
        chart.out.end();
        members.push(begun.place);
        sum += points.min(3);
    }
    let heading = Heading { profile: PROFILE, category: Category::Survey, code: LONG_SCORE, at };
    begin(chart, stay, &heading);
    let json = &mut chart.out.json;
    quantity(json, "valueQuantity", Decimal { digits: sum as i64, places: 0 }, ("{score}", "{score}"));
    refer_all(json, "hasMember", &members);
    refer_all(json, "derivedFrom", &[short]);
    chart.out.end();
}

/// Questions on how people live: some sites keep the answers apart, others as components of one.
fn write_social(chart: &mut Chart<'_>, stay: &Stay<'_>, at: Moment) {
    let tables = chart.tables;
    let questions: &[(Concept, String)] = &tables.social_questions[1..];
    let apart = chart.dice.happens(50);
    let mut members = Vec::new();
    if apart {
        for (question, answer) in questions.iter().take(6) {
            let code = question.json(chart.person.naming);
            let begun =
                begin(chart, stay, &Heading { profile: PROFILE, category: Category::SocialSurvey, code, at });
            chart.out.json.raw("valueCodeableConcept", answer);
            chart.out.end();
            members.push(begun.place);
        }
    }
    let heading = Heading { profile: PROFILE, category: Category::SocialSurvey, code: SOCIAL_PANEL, at };
    let mut begun = begin(chart, stay, &heading);
    let naming = chart.person.naming;
    let json = &mut chart.out.json;
    refer_all(json, "hasMember", &members);
    if !apart {
        json.list("component", |json| {
            for (question, answer) in questions {
                json.element(|json| {
                    json.raw("code", question.json(naming));
                    match question.code {
                        "63512-8" => {
                            let people = Decimal { digits: begun.dice.between(1, 7), places: 0 };
                            quantity(json, "valueQuantity", people, ("{#}", "{#}"));
                        }
                        "76501-6" => {
                            let dollars = Decimal { digits: begun.dice.between(90, 2400) * 50, places: 0 };
                            quantity(json, "valueQuantity", dollars, ("/a", "/a"));
                        }
                        _ => json.raw("valueCodeableConcept", answer),
                    }
                });
            }
        });
    }
    chart.out.end();
}
