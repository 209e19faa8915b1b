//! The same plan makes the same bytes, in whatever order they are asked for.

use fornax_population::{Plan, Population, PopulationError, Rates, Resources};

use super::population;

/// All that a small plan makes, in all its forms.
fn all(plan: Plan) -> String {
    let population = Population::new(plan).unwrap();
    let mut out = String::new();
    population.facilities().for_each(|piece| piece.write_ndjson(&mut out));
    for number in 0..plan.patients {
        population.patient(number).write_transaction(&mut out);
        population.changes(number, Rates::new(20, 10).unwrap()).write_batch(&mut out);
    }
    out
}

/// FNV-1a.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// Whoever changes this number changes what users get for a seed that they noted down: let the changelog say so.
#[test]
fn the_bytes_of_a_small_plan() {
    assert_eq!(format!("{:016x}", fingerprint(&all(Plan::new(1, 20)))), "0bc0c196fe99f1be");
}

#[test]
fn seeds_and_days_make_the_difference() {
    let plan = Plan::new(1, 3);
    let made = all(plan);
    assert_eq!(made, all(plan));
    assert_ne!(made, all(Plan { seed: 2, ..plan }));
    assert_ne!(made, all(Plan { until: "2020-06-30".parse().unwrap(), ..plan }));
}

#[test]
fn patients_do_not_depend_on_each_other() {
    let population = population(6, 50);
    let mut reused = Resources::new();
    let mut backwards: Vec<String> = Vec::new();
    for number in (0..20).rev() {
        population.fill_patient(number, &mut reused);
        let mut lines = String::new();
        reused.write_ndjson(&mut lines);
        backwards.push(lines);
    }
    for (number, expected) in backwards.iter().rev().enumerate() {
        let mut lines = String::new();
        population.patient(number as u64).write_ndjson(&mut lines);
        assert_eq!(&lines, expected, "patient {number}");
    }
}

#[test]
fn facilities_grow_slowly() {
    for (patients, pieces) in [(0, 9), (100, 11), (10_000, 34), (1_000_000, 259), (1_000_000_000, 601)] {
        assert_eq!(population(1, patients).facility_pieces(), pieces, "{patients}");
    }
}

#[test]
fn plans_that_cannot_be() {
    let plan = Plan::new(1, 1);
    let too_many = Plan { patients: Plan::PATIENTS_MAX + 1, ..plan };
    assert!(matches!(Population::new(too_many), Err(PopulationError::Patients { .. })));
    for day in ["1999-12-31", "2100-01-02"] {
        let plan = Plan { until: day.parse().unwrap(), ..plan };
        assert!(matches!(Population::new(plan), Err(PopulationError::Until(_))), "{day}");
    }
    for day in ["2000-01-01", "2100-01-01"] {
        let plan = Plan { until: day.parse().unwrap(), ..plan };
        assert!(!Population::new(plan).unwrap().patient(0).is_empty(), "{day}");
    }
}
