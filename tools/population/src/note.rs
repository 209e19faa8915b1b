//! What a clinician writes after a visit.

use crate::chart::{Chart, Stay};
use crate::concept::Naming;
use crate::dice::{Dice, seed_of};
use crate::health::Smoking;
use crate::tables::Sex;

/// The text of a note.
pub fn of(chart: &Chart<'_>, stay: &Stay<'_>) -> String {
    let mut dice = Dice::new(seed_of(stay.encounter.seed, 1));
    let (person, tables) = (chart.person, chart.tables);
    let mut text = String::with_capacity(1200);
    let mut push = |parts: &[&str]| parts.iter().for_each(|part| text.push_str(part));
    push(&["\n", &stay.visit.start.day().to_string(), "\n\n# Chief Complaint\n"]);
    match stay.diagnoses.first() {
        Some(_) => {
            for _ in 0..=dice.below(2) {
                push(&["- ", *dice.pick(&tables.complaints), "\n"]);
            }
        }
        None => push(&["No complaints.\n"]),
    }
    let years = chart.years(stay.visit).to_string();
    let sex = if person.sex == Sex::Female { "female" } else { "male" };
    let hispanic = if person.culture.is_hispanic() { "hispanic" } else { "non-hispanic" };
    push(&[
        "\n# History of Present Illness\n",
        person.given.latin,
        " is a ",
        &years,
        " year-old ",
        hispanic,
        " ",
    ]);
    push(&[&person.culture.race.1.to_lowercase(), " ", sex]);
    match stay.diagnoses.first() {
        Some(diagnosis) => {
            push(&[" who presents with ", &diagnosis.problem.concept.short.to_lowercase(), ". "]);
        }
        None => push(&[" who is here for a check up. "]),
    }
    push(&[*dice.pick(&tables.reviews), " ", *dice.pick(&tables.reviews), "\n"]);
    push(&["\n# Past Medical History\n"]);
    for known in chart.problems.iter().take(8) {
        push(&["- ", chart.health.lasting[known.lasting].problem.concept.display, "\n"]);
    }
    let smokes = match chart.health.smoking {
        Smoking::Never => "Patient has never smoked.",
        Smoking::Former => "Patient is a former smoker.",
        Smoking::Daily | Smoking::SomeDays => "Patient smokes.",
    };
    push(&["\n# Social History\n", smokes, " Patient currently has ", &person.payer.name, ".\n"]);
    push(&["\n# Medications\n"]);
    if chart.taken.is_empty() {
        push(&["No active medications.\n"]);
    }
    for (_, medication) in chart.taken.iter().take(10) {
        push(&["- ", tables.medications[*medication].concept.name(Naming::Full), "\n"]);
    }
    push(&["\n# Physical Exam\n", *dice.pick(&tables.examinations), "\n\n# Assessment and Plan\n"]);
    for diagnosis in &stay.diagnoses {
        push(&["Patient is presenting with ", diagnosis.problem.concept.display, ". "]);
    }
    push(&[*dice.pick(&tables.advice), "\n"]);
    if !stay.done.is_empty() {
        push(&["\nThe following procedures were conducted:\n"]);
        stay.done.iter().for_each(|done| push(&["- ", done.procedure.concept.display, "\n"]));
    }
    if !stay.prescribed.is_empty() {
        push(&["\nThe patient was prescribed the following medications:\n"]);
        stay.prescribed.iter().for_each(|medication| push(&["- ", medication.concept.display, "\n"]));
    }
    text
}
