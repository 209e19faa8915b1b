//! A population looks like one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{bodies, population, text};

const PATIENTS: u64 = 300;

/// What is counted of a population.
#[derive(Default)]
struct Census {
    sizes: Vec<usize>,
    bytes: usize,
    kinds: BTreeMap<String, usize>,
    counts: BTreeMap<&'static str, usize>,
    /// Values by the code of what was measured.
    values: BTreeMap<String, Vec<f64>>,
}

impl Census {
    fn take() -> Self {
        let population = population(11, PATIENTS);
        let mut census = Self::default();
        for number in 0..PATIENTS {
            let patient = population.patient(number);
            census.sizes.push(patient.len());
            census.bytes += patient.iter().map(|resource| resource.json().len()).sum::<usize>();
            census.take_patient(&bodies(&patient));
        }
        census.sizes.sort_unstable();
        census
    }

    fn count(&mut self, what: &'static str, holds: bool) {
        *self.counts.entry(what).or_default() += usize::from(holds);
    }

    fn take_patient(&mut self, bodies: &[Value]) {
        let patient = &bodies[0];
        let has = |code: &str| {
            bodies
                .iter()
                .any(|body| body["resourceType"] == "Condition" && body["code"]["coding"][0]["code"] == code)
        };
        let old = text(patient, "birthDate") < "1961";
        self.count("women", patient["gender"] == "female");
        self.count("dead", patient["deceasedDateTime"].is_string());
        self.count("old", old);
        self.count("children", text(patient, "birthDate") > "2008");
        self.count("diabetic", has("44054006"));
        self.count("old and hypertensive", old && (has("59621000") || has("38341003")));
        self.count("child and hypertensive", text(patient, "birthDate") > "2008" && has("59621000"));
        for body in bodies {
            let kind = text(body, "resourceType");
            *self.kinds.entry(kind.to_owned()).or_default() += 1;
            for part in std::iter::once(body).chain(body["component"].as_array().into_iter().flatten()) {
                if let (Some(code), Some(value)) =
                    (part["code"]["coding"][0]["code"].as_str(), part["valueQuantity"]["value"].as_f64())
                {
                    self.values.entry(code.to_owned()).or_default().push(value);
                }
            }
        }
        self.count(
            "diabetic without diabetes",
            !has("44054006") && hba1c(bodies).iter().any(|value| *value >= 6.5),
        );
        self.count("diabetic with it", has("44054006") && hba1c(bodies).iter().any(|value| *value >= 6.5));
    }
}

fn hba1c(bodies: &[Value]) -> Vec<f64> {
    let of = |body: &&Value| body["code"]["coding"][0]["code"] == "4548-4";
    bodies.iter().filter(of).filter_map(|body| body["valueQuantity"]["value"].as_f64()).collect()
}

#[test]
fn numbers_are_those_of_a_population() {
    let census = Census::take();
    let all: usize = census.sizes.iter().sum();
    let mean = all as f64 / PATIENTS as f64;
    let count = |what: &str| census.counts[what] as f64 / PATIENTS as f64;
    let share = |kind: &str| census.kinds[kind] as f64 / all as f64;
    let among = |part: &str, whole: &str| census.counts[part] as f64 / census.counts[whole] as f64;
    for (what, found, low, high) in [
        ("resources of a patient", mean, 220.0, 360.0),
        ("of the one in the middle", census.sizes[all.min(census.sizes.len()) / 2] as f64, 150.0, 320.0),
        ("of the longest record, in means", *census.sizes.last().unwrap() as f64 / mean, 3.0, 12.0),
        ("bytes of a resource", census.bytes as f64 / all as f64, 1100.0, 1700.0),
        ("women", count("women"), 0.44, 0.58),
        ("dead", count("dead"), 0.02, 0.14),
        ("old", count("old"), 0.13, 0.30),
        ("children", count("children"), 0.14, 0.32),
        ("diabetic", count("diabetic"), 0.03, 0.15),
        ("hypertensive among the old", among("old and hypertensive", "old"), 0.35, 0.75),
        ("hypertensive children", count("child and hypertensive"), 0.0, 0.0),
        ("diabetic values without diabetes", count("diabetic without diabetes"), 0.0, 0.01),
        ("diabetic values with it", among("diabetic with it", "diabetic"), 0.4, 1.0),
        ("observations", share("Observation"), 0.45, 0.65),
        ("encounters", share("Encounter"), 0.05, 0.10),
        ("claims", share("Claim"), 0.06, 0.12),
        ("answers of payers", share("ExplanationOfBenefit"), 0.05, 0.10),
        ("conditions", share("Condition"), 0.01, 0.04),
        ("reports", share("DiagnosticReport"), 0.02, 0.05),
    ] {
        assert!((low..=high).contains(&found), "{what}: {found}, not from {low} to {high}");
    }
}

#[test]
fn values_are_those_of_the_living() {
    let census = Census::take();
    for (code, low, mean_low, mean_high, high) in [
        ("8302-2", 40.0, 140.0, 172.0, 210.0),
        ("29463-7", 2.0, 50.0, 90.0, 230.0),
        ("39156-5", 11.0, 22.0, 32.0, 60.0),
        ("8480-6", 70.0, 112.0, 140.0, 216.0),
        ("8462-4", 40.0, 68.0, 90.0, 160.0),
        ("8867-4", 40.0, 70.0, 95.0, 190.0),
        ("8310-5", 35.0, 36.6, 37.9, 41.0),
        ("2708-6", 80.0, 95.0, 99.0, 100.0),
        ("4548-4", 4.0, 5.4, 7.4, 14.0),
        ("2339-0", 45.0, 85.0, 145.0, 420.0),
        ("2951-2", 128.0, 138.0, 142.0, 152.0),
        ("2093-3", 90.0, 160.0, 215.0, 340.0),
        ("718-7", 7.0, 13.0, 15.5, 19.0),
        ("55758-7", 0.0, 0.5, 4.0, 6.0),
    ] {
        let values: Vec<f64> = census
            .values
            .iter()
            .filter(|(own, _)| *own == code)
            .flat_map(|(_, values)| values.clone())
            .collect();
        let values = if code == "2708-6" { census.values["59408-5"].clone() } else { values };
        assert!(values.len() > 30, "{code}: {}", values.len());
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean_low..=mean_high).contains(&mean), "{code}: mean {mean}");
        let outside = values.iter().find(|value| !(low..=high).contains(*value));
        assert!(outside.is_none(), "{code}: {outside:?}");
    }
}

#[test]
fn names_are_of_many_scripts() {
    let population = population(12, 1500);
    let mut names = String::new();
    for number in 0..1500 {
        let patient = population.patient(number);
        let body: Value = serde_json::from_str(patient.iter().next().unwrap().json()).unwrap();
        names.push_str(&body["name"].to_string());
    }
    for part in ["O'", "van de", "García", "Müller", "Nguyễn", "Łu", "-", "maiden"] {
        assert!(names.contains(part), "{part}");
    }
    for (script, letters) in [
        ("Chinese", '\u{4E00}'..='\u{9FFF}'),
        ("Hangul", '\u{AC00}'..='\u{D7AF}'),
        ("kana", '\u{3040}'..='\u{30FF}'),
        ("Cyrillic", '\u{0400}'..='\u{04FF}'),
        ("Greek", '\u{0370}'..='\u{03FF}'),
        ("Arabic", '\u{0600}'..='\u{06FF}'),
    ] {
        assert!(names.chars().any(|letter| letters.contains(&letter)), "{script}");
    }
}
