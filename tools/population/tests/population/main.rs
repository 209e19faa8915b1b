//! What a population promises.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod changes;
mod must_support;
mod plausible;
mod repeatable;
mod sound;

use fornax_population::{Plan, Population, Resources};
use serde_json::Value;

/// A population of that many patients.
fn population(seed: u64, patients: u64) -> Population {
    Population::new(Plan::new(seed, patients)).unwrap()
}

/// The bodies of some resources.
fn bodies(resources: &Resources) -> Vec<Value> {
    resources.iter().map(|resource| serde_json::from_str(resource.json()).unwrap()).collect()
}

/// A string that a body must have.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// Hands out each value of a body, with its key, which is that of its list if it is in one.
fn each<'a>(key: &'a str, value: &'a Value, take: &mut impl FnMut(&'a str, &'a Value)) {
    take(key, value);
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| each(key, value, take)),
        Value::Array(elements) => elements.iter().for_each(|value| each(key, value, take)),
        _ => {}
    }
}

/// All references of a body.
fn references(body: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    each("", body, &mut |key, value| {
        if key == "reference" {
            found.extend(value.as_str());
        }
    });
    found
}
