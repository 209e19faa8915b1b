//! Counts, downloads and joins of many: each first and then again, until it is known.

use std::collections::HashMap;
use std::time::Duration;

use fornax::Tenant;

use crate::measured::{Search, percentile, shown};
use crate::pools::Pools;

const RUNS: usize = 21;
/// Eight clients at once, for what many ask for together.
const CLIENTS: usize = 8;

/// Distinct codes, the most frequent first.
fn ranked(codes: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    codes.for_each(|code| *counts.entry(code).or_default() += 1);
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_unstable_by(|one, next| (next.1, &next.0).cmp(&(one.1, &one.0)));
    ranked.into_iter().map(|(code, _)| code).collect()
}

pub fn measure(tenant: &Tenant, pools: &Pools) {
    let codes = ranked(pools.codes.iter().map(|code| code.join("%7C")));
    let measured = &ranked(pools.quantities.iter().map(|[code, ..]| code.clone()))[0];
    let categories = ranked(pools.categories.iter().map(|category| category.join("%7C"))).join(",");
    let (often, seldom) = (&codes[0], &codes[codes.len() - 1]);
    let middle = &codes[codes.len() / 2];
    let list = |count: usize| codes.iter().take(count).cloned().collect::<Vec<_>>().join(",");
    let patients = pools.patients.join(",");
    let lab = "category=laboratory";
    println!("| count | matches | p50 | p99 | hits a second |\n|---|---|---|---|---|");
    let counts = [
        ("the most frequent code", format!("code={often}")),
        ("a code in the middle", format!("code={middle}")),
        ("the rarest code", format!("code={seldom}")),
        ("10 codes", format!("code={}", list(10))),
        ("100 codes, or all there are", format!("code={}", list(100))),
        ("status, category and 5 codes", format!("status=final&category={categories}&code={}", list(5))),
        ("code and date", format!("code={often}&date=ge2024")),
        ("category and date", format!("{lab}&date=ge2024")),
        ("code and value-quantity", format!("code={measured}&value-quantity=gt10")),
        ("a year of dates", "date=ge2024-01-01&date=lt2025-01-01".to_owned()),
        ("category=laboratory&patient.birthdate", format!("{lab}&patient.birthdate=lt1970")),
        ("encounter.class, ten thousands joined", "encounter.class=AMB".to_owned()),
    ];
    for (name, query) in counts {
        count(tenant, name, &Search::of("Observation", format!("{query}&_summary=count")));
    }
    let form = format!("code={often}&patient={patients}&_summary=count");
    let many = Search { form, ..Search::of("Observation", "") };
    count(tenant, &format!("code and {} patients, by POST", pools.patients.len()), &many);
    count(
        tenant,
        "birthdate gt and lt",
        &Search::of("Patient", "birthdate=gt1950&birthdate=lt1980&_summary=count"),
    );
    let chained = "reason-reference:Condition.subject:Patient.birthdate=lt1970&_summary=count";
    count(
        tenant,
        "Encounter?reason-reference:Condition.subject:Patient.birthdate",
        &Search::of("Encounter", chained),
    );
    let reverse = "_has:Observation:patient:status=final&_summary=count";
    count(
        tenant,
        "Patient?_has:Observation:patient, hundred thousands on its side",
        &Search::of("Patient", reverse),
    );

    println!("\n| download, `_count=1000` | resources | time | resources a second |\n|---|---|---|---|");
    let downloads = [
        ("the most frequent code", format!("code={often}&_count=1000&_total=none")),
        ("the same, `_elements=subject`", format!("code={often}&_elements=subject&_count=1000&_total=none")),
        ("10 codes", format!("code={}&_count=1000&_total=none", list(10))),
    ];
    for (name, query) in downloads {
        let search = Search::of("Observation", query);
        search.download(tenant);
        let (count, time) = search.download(tenant);
        let rate = count as f64 / time.as_secs_f64();
        println!("| {name} | {count} | {} | {rate:.0} |", shown(time));
    }

    println!("\n| first page of 20, {CLIENTS} clients | matches | p50 | p99 |\n|---|---|---|---|");
    let sorts = [
        ("`_sort=-date`", Search::of("Observation", "_sort=-date&_count=20")),
        ("`_sort=code,-date`", Search::of("Observation", "_sort=code,-date&_count=20")),
        ("`_sort=value-quantity`", Search::of("Observation", "_sort=value-quantity&_count=20")),
        ("of all types, `_sort=-_lastUpdated`", Search::of("", "_sort=-_lastUpdated&_count=20")),
    ];
    for (name, search) in sorts {
        together(tenant, name, &search);
    }
    println!();
}

/// Counts of single tokens where a part of the documents is superseded.
pub fn superseded(tenant: &Tenant, pools: &Pools) {
    let codes = ranked(pools.codes.iter().map(|code| code.join("%7C")));
    println!("| count, a tenth superseded | matches | p50 | p99 | hits a second |\n|---|---|---|---|---|");
    let rows = [("the most frequent code", &codes[0]), ("a code in the middle", &codes[codes.len() / 2])];
    for (name, code) in rows {
        count(tenant, name, &Search::of("Observation", format!("code={code}&_summary=count")));
    }
    println!();
}

fn count(tenant: &Tenant, name: &str, search: &Search) {
    search.run(tenant);
    let runs: Vec<_> = (0..RUNS).map(|_| search.run(tenant)).collect();
    let mut times: Vec<Duration> = runs.iter().map(|run| run.2).collect();
    times.sort_unstable();
    let (matches, p50, p99) = (runs[0].0, percentile(&times, 50), percentile(&times, 99));
    let rate = matches as f64 / p50.as_secs_f64() / 1e6;
    println!("| {name} | {matches} | {} | {} | {rate:.1} M |", shown(p50), shown(p99));
}

fn together(tenant: &Tenant, name: &str, search: &Search) {
    let (matches, _, _) = search.run(tenant);
    let client = || (0..RUNS).map(|_| search.run(tenant).2).collect::<Vec<_>>();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        started.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    times.sort_unstable();
    println!(
        "| {name} | {matches} | {} | {} |",
        shown(percentile(&times, 50)),
        shown(percentile(&times, 99))
    );
}
