//! Scenario 6: counts and downloads of many, one kind after the other.

use std::sync::Arc;

use super::asked::{Ask, Asked, left_out};
use super::families::{token, tokens_of};
use super::{Bench, Family, Scenario};
use crate::Failure;
use crate::data::{Coding, Values};
use crate::load::Plan;
use crate::report::StageReport;

/// Body temperature, body weight, pain.
const CODES: [&str; 3] = ["8310-5", "29463-7", "72514-3"];
const LOINC: &str = "http://loinc.org";
/// On a page of a download.
const PAGE: u64 = 1000;
/// Patients in one search.
const PATIENTS: usize = 1000;
/// Beyond any data: a download ends at its last page.
const PAGES_MAX: usize = 1_000_000;

fn loinc(code: &str) -> Coding {
    Coding { system: LOINC.to_owned(), code: code.to_owned() }
}

/// Each kind, and what is asked of it.
fn kinds(values: &Values) -> Vec<(Family, Ask)> {
    let mut kinds = Vec::new();
    for (family, with_downloads) in searches(values) {
        let (resource_type, name) = (family.resource_type, family.row.name.clone());
        let name = name.split_once('?').map_or("", |(_, name)| name).to_owned();
        // A fixed family needs no value.
        let query = family.parameters(values, &mut crate::dice::Dice::new(0)).unwrap_or_else(String::new);
        kinds.push((family, Ask::Count));
        if with_downloads == Downloads::Yes {
            let pages = Ask::Pages { matches_max: PAGE, pages_max: PAGES_MAX };
            kinds.push((Family::fixed("download", resource_type, &name, query.clone()), pages));
            let elements = format!("{query}&_elements=subject");
            kinds.push((Family::fixed("download, _elements=subject", resource_type, &name, elements), pages));
        }
    }
    kinds.push((of_patients(values), Ask::CountByForm));
    kinds
}

#[derive(Clone, Copy, PartialEq)]
enum Downloads {
    Yes,
    No,
}

fn searches(values: &Values) -> Vec<(Family, Downloads)> {
    let observations = |name: &str, query: String| Family::fixed("count", "Observation", name, query);
    let ranked = &values.codes_ranked;
    let first = |count: usize| tokens_of(ranked.iter().take(count));
    let some = token(ranked.first().unwrap_or(&loinc(CODES[0])));
    let weight = token(&loinc(CODES[1]));
    let laboratory = "category=laboratory";
    let mut searches = Vec::new();
    for code in CODES {
        let family = observations(&format!("code={code}"), format!("code={}", token(&loinc(code))));
        searches.push((family, Downloads::Yes));
    }
    for count in [10, 100] {
        let there = ranked.len().min(count);
        let family = observations(&format!("code={there} codes"), format!("code={}", first(count)));
        searches.push((family, Downloads::Yes));
    }
    if let Some(query) = five_of_a_category(values) {
        searches.push((observations("status, category and 5 codes", query), Downloads::Yes));
    }
    let rows = [
        ("code and date", format!("code={some}&date=ge2024")),
        ("category and date", format!("{laboratory}&date=ge2024")),
        ("code and value-quantity", format!("code={weight}&value-quantity=gt70")),
        ("a year of dates", "date=ge2024-01-01&date=lt2025-01-01".to_owned()),
        ("category=laboratory&patient.birthdate", format!("{laboratory}&patient.birthdate=lt1970")),
    ];
    searches.extend(rows.map(|(name, query)| (observations(name, query), Downloads::No)));
    for (name, query) in
        [("birthdate=gt", "birthdate=gt1970-01-01"), ("birthdate=lt", "birthdate=lt1970-01-01")]
    {
        searches.push((Family::fixed("count", "Patient", name, query), Downloads::No));
    }
    let chain = "reason-reference:Condition.subject:Patient.birthdate";
    searches.push((Family::fixed("count", "Encounter", chain, format!("{chain}=lt1970")), Downloads::No));
    searches
}

/// The status that is usual, the category of the most frequent code, and frequent codes of that category.
fn five_of_a_category(values: &Values) -> Option<String> {
    let category_of = &values.pools.category_of;
    let category = category_of.get(values.codes_ranked.first()?)?;
    let codes = values.codes_ranked.iter().filter(|code| category_of.get(code) == Some(category));
    Some(format!("status=final&category={}&code={}", token(category), tokens_of(codes.take(5))))
}

/// A code of many patients at once.
fn of_patients(values: &Values) -> Family {
    let patients = distinct(&values.patients, PATIENTS);
    let code = token(values.codes_ranked.first().unwrap_or(&loinc(CODES[0])));
    let name = format!("code and {} patients, by POST", patients.len());
    Family::fixed("count", "Observation", &name, format!("code={code}&patient={}", patients.join(",")))
}

/// The first so many of them.
pub fn distinct(places: &[String], count: usize) -> Vec<String> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.dedup();
    places.truncate(count);
    places
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let values = bench.values().await?;
    run_apart(bench, Scenario::Analytic, kinds(&values)).await
}

/// Runs each kind as a stage of its own, so that the server's CPU is told for each.
pub async fn run_apart(
    bench: &mut Bench<'_>,
    scenario: Scenario,
    kinds: Vec<(Family, Ask)>,
) -> Result<Vec<StageReport>, Failure> {
    let values = bench.values().await?;
    let plan = bench.plan(scenario, kinds.len());
    let mut stages = Vec::new();
    for (family, ask) in kinds {
        let (kept, missing) = left_out(vec![family], &values);
        if let Some(name) = missing.first() {
            (bench.told)(&format!("left out, since the data has no values for it: {name}"));
        }
        for family in kept {
            let name = format!("{}: {}", family.row.group, family.row.name);
            let asked = Asked { ask, family, values: Arc::clone(&values) };
            stages.push(bench.stage(Plan { name, ..plan.clone() }, Arc::new(asked)).await?);
        }
    }
    Ok(stages)
}
