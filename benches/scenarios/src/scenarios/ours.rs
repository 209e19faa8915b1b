//! Scenario 8: what others refuse, or do by reading everything. Of it, encryption on and off, many tenants and cold starts are
//! asked of a server's directory and not over HTTP, so that they are no part of this.

use super::analytic::{distinct, run_apart};
use super::asked::Ask;
use super::families::{token, tokens_of};
use super::search::PAGE;
use super::{Bench, Family, Scenario};
use crate::Failure;
use crate::data::{Coding, Values};
use crate::http::encoded;
use crate::report::StageReport;

/// Codes in one search: those of the data, and others that nothing has.
const CODES: usize = 10_000;
/// Patients in the same search.
const PATIENTS: usize = 1000;
const DEEP: Ask = Ask::Pages { matches_max: 100, pages_max: 50 };

fn kinds(values: &Values) -> Vec<(Family, Ask)> {
    let page = Ask::Page { matches_max: PAGE };
    let observations = |group: &str, query: &str| Family::fixed(group, "Observation", query, query);
    vec![
        (observations("sorted", "_sort=-date"), page),
        (observations("sorted", "_sort=value-quantity"), page),
        (observations("50 pages of 100", "_sort=date,-code"), DEEP),
        (observations("modifier", "status:not=final"), page),
        (observations("modifier", "value-quantity:missing=true"), page),
        (
            Family::new("text", "Observation", "_content", |values, dice| {
                Some(format!("_content={}", encoded(dice.pick::<String>(&values.pools.words)?)))
            }),
            page,
        ),
        (
            Family::new("joined", "Observation", "patient.gender&code", |values, dice| {
                let code = token(dice.pick(&values.pools.codes)?);
                Some(format!("patient.gender=female&code={code}"))
            }),
            page,
        ),
        (
            Family::new("joined", "Patient", "_has:Observation:patient:code", |values, dice| {
                let code = token(dice.pick(&values.pools.codes)?);
                Some(format!("_has:Observation:patient:code={code}"))
            }),
            page,
        ),
        (of_many(values), Ask::CountByForm),
    ]
}

fn of_many(values: &Values) -> Family {
    let unknown = (0..CODES)
        .map(|number| Coding { system: "http://loinc.org".to_owned(), code: format!("none-{number}") });
    let codes: Vec<Coding> = values.codes_ranked.iter().cloned().chain(unknown).take(CODES).collect();
    let patients = distinct(&values.patients, PATIENTS);
    let name = format!("{CODES} codes and {} patients, by POST", patients.len());
    let query = format!("code={}&patient={}", tokens_of(&codes), patients.join(","));
    Family::fixed("count", "Observation", &name, query)
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let values = bench.values().await?;
    run_apart(bench, Scenario::Ours, kinds(&values)).await
}
