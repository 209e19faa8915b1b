//! How people live: smoking, work, pregnancy, sexual orientation.

use crate::calendar::Moment;
use crate::chart::{Chart, Stay};
use crate::concept::{Naming, concept_json, system};
use crate::health::Smoking;
use crate::json::Json;
use crate::observation::{Category, Heading, begin};
use crate::resources::Profile;
use crate::tables::Sex;
use crate::visits::VisitKind;

/// Asks what is asked at such a visit.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let at = Chart::during(stay.visit, 6);
    let age = chart.years(stay.visit);
    let check_up = stay.visit.kind == VisitKind::Wellness;
    let known = stay.visit.kind == VisitKind::FollowUp && chart.dice.happens(40);
    if age >= 12 && (check_up || known) {
        write_smoking(chart, stay, at);
    }
    if check_up && age >= 18 && chart.dice.happens(8) {
        write_occupation(chart, stay, at);
    }
    if check_up && age >= 18 && chart.dice.happens(8) {
        let answers = [
            ("20430005", "Heterosexual (finding)"),
            ("38628009", "Homosexual (finding)"),
            ("42035005", "Bisexual (finding)"),
        ];
        let answer = chart.dice.weigh(&answers, |answer| if answer.0 == "20430005" { 93 } else { 4 });
        let about = ("76690-7", "Sexual orientation", "us-core-observation-sexual-orientation");
        write_answer(chart, stay, at, (about, *answer.unwrap_or(&answers[0])));
    }
    let fertile = chart.person.sex == Sex::Female && (15..50).contains(&age);
    let pregnant = matches!(stay.visit.kind, VisitKind::FirstPrenatal | VisitKind::Prenatal);
    if fertile && (stay.visit.kind == VisitKind::FirstPrenatal || (check_up && chart.dice.happens(30))) {
        let answer = if pregnant {
            ("77386006", "Pregnant (finding)")
        } else {
            ("60001007", "Not pregnant (finding)")
        };
        let about = ("82810-3", "Pregnancy status", "us-core-observation-pregnancystatus");
        write_answer(chart, stay, at, (about, answer));
        if !pregnant {
            let answers = [
                ("454381000124105", "Not sure of desire to become pregnant (finding)"),
                ("454391000124108", "No desire to become pregnant (finding)"),
            ];
            let about = (
                "86645-9",
                "Pregnancy intention in the next year - Reported",
                "us-core-observation-pregnancyintent",
            );
            let answer = *chart.dice.pick(&answers);
            write_answer(chart, stay, at, (about, answer));
        }
    }
}

type About = (&'static str, &'static str, &'static str);

fn write_answer(
    chart: &mut Chart<'_>,
    stay: &Stay<'_>,
    at: Moment,
    ((code, display, profile), answer): (About, (&str, &str)),
) {
    let code = concept_json(&[(system::LOINC, code, display)], display);
    begin(chart, stay, &Heading { profile, category: Category::SocialHistory, code: &code, at });
    let answer = concept_json(&[(system::SNOMED, answer.0, answer.1)], answer.1);
    chart.out.json.raw("valueCodeableConcept", &answer);
    chart.out.end();
}

fn write_smoking(chart: &mut Chart<'_>, stay: &Stay<'_>, at: Moment) {
    let display = match chart.person.naming {
        Naming::Full => "Tobacco smoking status",
        Naming::Short => "Tobacco smoking status NHIS",
    };
    let answer = match chart.health.smoking {
        _ if chart.years(stay.visit) < 18 => ("266919005", "Never smoked tobacco (finding)"),
        Smoking::Never => ("266919005", "Never smoked tobacco (finding)"),
        Smoking::Former => ("8517006", "Ex-smoker (finding)"),
        Smoking::Daily => ("449868002", "Smokes tobacco daily (finding)"),
        Smoking::SomeDays => ("428041000124106", "Occasional tobacco smoker (finding)"),
    };
    write_answer(chart, stay, at, (("72166-2", display, "us-core-smokingstatus"), answer));
}

/// Occupations and industries of the Bureau of Labor Statistics, as national codes name them.
const WORK: [(&str, &str, &str, &str); 5] = [
    ("15-1252", "Software Developers", "511210", "Software Publishers"),
    ("29-1141", "Registered Nurses", "622110", "General Medical and Surgical Hospitals"),
    ("41-2031", "Retail Salespersons", "455110", "Department Stores"),
    ("47-2061", "Construction Laborers", "236220", "Commercial and Institutional Building Construction"),
    ("25-2021", "Elementary School Teachers", "611110", "Elementary and Secondary Schools"),
];

fn write_occupation(chart: &mut Chart<'_>, stay: &Stay<'_>, at: Moment) {
    let work = *chart.dice.pick(&WORK);
    let started = at.day().plus(-chart.dice.between(60, 1500)).max(chart.person.birth.day());
    let place = chart.out.begin("Observation", Profile::UsCore("us-core-observation-occupation"));
    let left = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.text("status", if left { "amended" } else { "final" });
    json.list("category", |json| {
        let category = "http://terminology.hl7.org/CodeSystem/observation-category";
        crate::datatype::coded_element(json, (category, "social-history", "Social History"));
    });
    json.raw(
        "code",
        &concept_json(&[(system::LOINC, "11341-5", "History of Occupation")], "History of Occupation"),
    );
    crate::datatype::refer(json, "subject", &chart.patient);
    crate::encounter::within(json, stay);
    json.object("effectivePeriod", |json| {
        json.day("start", started);
        if left {
            json.day("end", at.day());
        }
    });
    let coded = |json: &mut Json, key: &str, system: &str, (code, display): (&str, &str)| {
        json.raw(key, &concept_json(&[(system, code, display)], display));
    };
    coded(json, "valueCodeableConcept", "http://www.bls.gov/soc", (work.0, work.1));
    json.only("component", |json| {
        coded(json, "code", system::LOINC, ("86188-0", "History of Occupation industry"));
        coded(json, "valueCodeableConcept", "http://www.census.gov/naics", (work.2, work.3));
    });
    chart.out.end();
}
