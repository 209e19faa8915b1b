//! Later changes fit what there was.

use std::collections::{BTreeMap, BTreeSet};

use fornax_population::{Change, PopulationError, Rates};
use serde_json::Value;

use super::{bodies, population, references, text};

#[test]
fn changes_are_of_what_there_is() {
    let population = population(1, 100);
    for (updates, deletes) in [(20, 10), (60, 30), (90, 0), (0, 30), (0, 0)] {
        let rates = Rates::new(updates, deletes).unwrap();
        for number in 0..30 {
            let patient = population.patient(number);
            let before: BTreeMap<(&str, &str), &str> =
                patient.iter().map(|resource| ((resource.kind(), resource.id()), resource.json())).collect();
            let (mut seen, mut gone) = (BTreeSet::new(), BTreeSet::new());
            let changes = population.changes(number, rates);
            for change in changes.iter() {
                let (resource, deleted) = match change {
                    Change::Update(resource) => (resource, false),
                    Change::Delete(resource) => (resource, true),
                };
                let old = before[&(resource.kind(), resource.id())];
                assert_ne!(deleted, old != resource.json(), "{old}");
                assert!(seen.insert(resource.id().to_owned()), "{} twice", resource.id());
                if deleted {
                    gone.insert(format!("{}/{}", resource.kind(), resource.id()));
                }
            }
            for body in bodies(&patient) {
                let lost = references(&body).into_iter().find(|reference| gone.contains(*reference));
                assert!(lost.is_none(), "{lost:?} is still needed by {body}");
            }
        }
    }
}

#[test]
fn rates_are_reached() {
    let population = population(2, 200);
    for (updates, deletes) in [(20, 10), (5, 1), (50, 30)] {
        let rates = Rates::new(updates, deletes).unwrap();
        let (mut all, mut counts) = (0, [0, 0]);
        for number in 0..100 {
            all += population.patient(number).len();
            for change in population.changes(number, rates).iter() {
                counts[usize::from(matches!(change, Change::Delete(_)))] += 1;
            }
        }
        for (count, percent) in counts.into_iter().zip([updates, deletes]) {
            let reached = 100.0 * f64::from(count) / all as f64;
            assert!((reached - f64::from(percent)).abs() < 0.3, "{reached} instead of {percent}");
        }
    }
}

#[test]
fn a_batch_has_an_entry_for_each_change() {
    let changes = population(3, 10).changes(4, Rates::new(20, 10).unwrap());
    let mut batch = String::new();
    changes.write_batch(&mut batch);
    let bundle: Value = serde_json::from_str(&batch).unwrap();
    assert_eq!((text(&bundle, "resourceType"), text(&bundle, "type")), ("Bundle", "batch"));
    let entries = bundle["entry"].as_array().unwrap();
    assert_eq!(entries.len(), changes.len());
    for (entry, change) in entries.iter().zip(changes.iter()) {
        let (method, resource) = match change {
            Change::Update(resource) => ("PUT", resource),
            Change::Delete(resource) => ("DELETE", resource),
        };
        assert_eq!(text(&entry["request"], "method"), method);
        assert_eq!(text(&entry["request"], "url"), format!("{}/{}", resource.kind(), resource.id()));
        assert_eq!(entry["resource"].is_object(), method == "PUT");
    }
}

#[test]
fn rates_that_cannot_be() {
    for (updates, deletes) in [(0, 31), (61, 30), (91, 0), (255, 255)] {
        let rates = Rates::new(updates, deletes);
        assert!(matches!(rates, Err(PopulationError::Rates { .. })), "{updates} {deletes}");
    }
}
