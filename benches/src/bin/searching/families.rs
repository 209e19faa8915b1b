//! Searches by random values, a page of 20 each: every family once in each round.

use std::ops::Range;
use std::time::{Duration, Instant};

use fornax::Tenant;

use crate::clients;
use crate::measured::{Search, percentile, shown, thread_cpu};
use crate::pools::{Pools, encoded};

/// Picks values; the same ones in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        &values[(self.0 % values.len() as u64) as usize]
    }

    /// The day of one of these moments.
    fn day<'a>(&mut self, moments: &'a [String]) -> &'a str {
        &self.pick(moments)[..10]
    }

    /// Letters of one of these texts.
    fn letters(&mut self, texts: &[String], which: Range<usize>) -> String {
        let letters: String = self.pick(texts).chars().skip(which.start).take(which.len()).collect();
        encoded(&letters)
    }
}

/// A family: its name, and a search of it with values that the dice pick.
pub type Family = (&'static str, fn(&Pools, &mut Dice) -> Search);

const PREFIXES: [&str; 7] = ["eq", "lt", "gt", "le", "ge", "sa", "eb"];
const ORDERED: [&str; 4] = ["gt", "ge", "lt", "le"];

fn with(path: &'static str, query: &str) -> Search {
    Search::of(path, format!("{query}&_count=20"))
}

pub const FAMILIES: [Family; 34] = [
    ("Patient?name", |p, d| with("Patient", &format!("name={}", encoded(d.pick::<String>(&p.families))))),
    ("Patient?name:contains", |p, d| {
        with("Patient", &format!("name:contains={}", d.letters(&p.families, 1..4)))
    }),
    ("Patient?address", |p, d| with("Patient", &format!("address={}", d.letters(&p.cities, 0..3)))),
    ("Patient?address:contains", |p, d| {
        with("Patient", &format!("address:contains={}", d.letters(&p.cities, 1..4)))
    }),
    ("Organization?name", |p, d| {
        with("Organization", &format!("name={}", encoded(d.pick::<String>(&p.organizations))))
    }),
    ("Organization?name:contains", |p, d| {
        with("Organization", &format!("name:contains={}", d.letters(&p.organizations, 1..5)))
    }),
    ("Patient?birthdate (prefixes)", |p, d| {
        with("Patient", &format!("birthdate={}{}", d.pick(&PREFIXES), d.pick(&p.birth_dates)))
    }),
    ("Observation?date (prefixes)", |p, d| {
        with("Observation", &format!("date={}{}", d.pick(&PREFIXES), d.day(&p.observed)))
    }),
    ("Encounter?date (prefixes)", |p, d| {
        with("Encounter", &format!("date={}{}", d.pick(&PREFIXES), d.day(&p.encountered)))
    }),
    ("Observation?category=system\\|code", |p, d| {
        with("Observation", &format!("category={}", d.pick(&p.categories).join("%7C")))
    }),
    ("Observation?category=code", |p, d| {
        with("Observation", &format!("category={}", d.pick(&p.categories)[1]))
    }),
    ("Observation?code=system\\|code", |p, d| {
        with("Observation", &format!("code={}", d.pick(&p.codes).join("%7C")))
    }),
    ("Observation?code=code", |p, d| with("Observation", &format!("code={}", d.pick(&p.codes)[1]))),
    ("Observation?code=five", |p, d| {
        let codes: Vec<String> = (0..5).map(|_| d.pick(&p.codes).join("%7C")).collect();
        with("Observation", &format!("code={}", codes.join(",")))
    }),
    ("Encounter?status", |p, d| with("Encounter", &format!("status={}", d.pick(&p.statuses)))),
    ("Encounter?class", |p, d| with("Encounter", &format!("class={}", d.pick(&p.classes).join("%7C")))),
    ("Observation?value-quantity (prefixes)", |p, d| {
        let [_, value, unit] = d.pick(&p.quantities);
        with(
            "Observation",
            &format!("value-quantity={}{value}%7Chttp://unitsofmeasure.org%7C{unit}", d.pick(&ORDERED)),
        )
    }),
    ("Observation?component-value-quantity (prefixes)", |p, d| {
        let [_, value, unit] = d.pick(&p.component_quantities);
        with(
            "Observation",
            &format!(
                "component-value-quantity={}{value}%7Chttp://unitsofmeasure.org%7C{unit}",
                d.pick(&ORDERED)
            ),
        )
    }),
    ("Observation?combo-value-quantity (prefixes)", |p, d| {
        let [_, value, unit] = d.pick(&p.quantities);
        with(
            "Observation",
            &format!("combo-value-quantity={}{value}%7Chttp://unitsofmeasure.org%7C{unit}", d.pick(&ORDERED)),
        )
    }),
    ("Observation?code-value-quantity", |p, d| {
        let [code, value, _] = d.pick(&p.quantities);
        with("Observation", &format!("code-value-quantity={code}$gt{value}"))
    }),
    ("Observation?component-code-value-quantity", |p, d| {
        let [code, value, _] = d.pick(&p.component_quantities);
        with("Observation", &format!("component-code-value-quantity={code}$gt{value}"))
    }),
    ("Observation?combo-code-value-quantity", |p, d| {
        let [code, value, _] = d.pick(&p.quantities);
        with("Observation", &format!("combo-code-value-quantity={code}$gt{value}"))
    }),
    ("Observation?subject", |p, d| with("Observation", &format!("subject=Patient/{}", d.pick(&p.patients)))),
    ("Observation?encounter", |p, d| {
        with("Observation", &format!("encounter=Encounter/{}", d.pick(&p.encounters)))
    }),
    ("Observation?performer", |p, d| with("Observation", &format!("performer={}", d.pick(&p.performers)))),
    ("Encounter?subject", |p, d| with("Encounter", &format!("subject=Patient/{}", d.pick(&p.patients)))),
    ("MedicationRequest?subject", |p, d| {
        with("MedicationRequest", &format!("subject=Patient/{}", d.pick(&p.patients)))
    }),
    ("MedicationRequest?encounter", |p, d| {
        with("MedicationRequest", &format!("encounter=Encounter/{}", d.pick(&p.encounters)))
    }),
    ("Observation?code&_sort=-date", |p, d| {
        with("Observation", &format!("code={}&_sort=-date", d.pick(&p.codes).join("%7C")))
    }),
    ("Observation?status:not", |_, _| with("Observation", "status:not=final")),
    ("Observation?value-quantity:missing", |_, _| with("Observation", "value-quantity:missing=true")),
    ("Observation?_content", |p, d| with("Observation", &format!("_content={}", d.pick(&p.words)))),
    ("Observation?patient.gender&code", |p, d| {
        with("Observation", &format!("patient.gender=female&code={}", d.pick(&p.codes).join("%7C")))
    }),
    ("Patient?_has:Observation:patient:code", |p, d| {
        with("Patient", &format!("_has:Observation:patient:code={}", d.pick(&p.codes).join("%7C")))
    }),
];

/// Calls of each family by one thread.
const CALLS: u64 = 1_000;
/// After so long a family is done, however many calls there were.
const PATIENCE: Duration = Duration::from_secs(3);

pub fn measure(tenant: &Tenant, pools: &Pools) {
    let together = clients::run(tenant, pools);
    println!(
        "| search, a page of 20 | matches | CPU a call | p50, 30 clients | p99, 30 clients |\n|---|---|---|---|---|"
    );
    for ((name, search), mut times) in FAMILIES.into_iter().zip(together) {
        let mut dice = Dice::new(7);
        search(pools, &mut dice).run(tenant);
        let (before, began, mut calls, mut matches) = (thread_cpu(), Instant::now(), 0, Vec::new());
        while calls < CALLS && began.elapsed() < PATIENCE {
            matches.push(search(pools, &mut dice).run(tenant).0);
            calls += 1;
        }
        let cpu = (thread_cpu() - before) / calls as u32;
        matches.sort_unstable();
        times.sort_unstable();
        let median = matches[matches.len() / 2];
        let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
        println!("| `{name}` | {median} | {} | {} | {} |", shown(cpu), shown(p50), shown(p99));
    }
    println!();
}
