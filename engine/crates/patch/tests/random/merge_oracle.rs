//! JSON Merge Patch on `serde_json`'s values: the RFC's own pseudocode (section 2), and FHIR's rule of empty containers.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::json_oracle::{value, written};

/// A resource, and a patch that removes some of what it names.
pub fn resource_and_patch() -> impl Strategy<Value = (Value, Value)> {
    (value(), value(), prop::collection::vec(any::<bool>(), 24)).prop_map(|(resource, mut patch, removed)| {
        remove_some(&mut patch, &mut removed.into_iter().cycle());
        (resource, patch)
    })
}

fn remove_some(patch: &mut Value, removed: &mut impl Iterator<Item = bool>) {
    for value in patch.as_object_mut().into_iter().flat_map(|members| members.values_mut()) {
        if removed.next() == Some(true) && removed.next() == Some(true) {
            *value = Value::Null;
        } else {
            remove_some(value, removed);
        }
    }
}

/// The outcome; `None`: the patch would leave no object.
pub fn patched(resource: &Value, patch: &Value) -> Option<Value> {
    let mut target = resource.clone();
    patch.is_object().then(|| merge(&mut target, patch))?;
    Some(written(target))
}

fn merge(target: &mut Value, patch: &Value) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().expect("it is one by now");
    for (name, value) in changes {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}
