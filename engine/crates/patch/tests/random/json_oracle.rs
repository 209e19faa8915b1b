//! JSON Patch on `serde_json`'s values, written from the RFC and the two rules that FHIR adds.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0..4).prop_map(Value::from),
        prop::sample::select(vec![json!(1.0), json!(0.5), json!("a"), json!("1"), json!(true)]),
    ]
}

/// Without nulls and empty containers: an empty one in an outcome is one that was emptied.
pub fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        let name = prop::sample::select(vec!["a", "b", "_a", "0", "-", "~/"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::Array),
            prop::collection::vec((name, inner), 1..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

/// All pointers into a value, and a few that lead nowhere.
fn pointers(value: &Value, here: &str, out: &mut Vec<String>) {
    out.push(here.to_owned());
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| pointers(item, &format!("{here}/{index}"), out));
            out.extend(["-", "0", "01"].map(|token| format!("{here}/{token}")));
            out.push(format!("{here}/{}", items.len()));
        }
        Value::Object(members) => {
            for (name, item) in members {
                let token = name.replace('~', "~0").replace('/', "~1");
                pointers(item, &format!("{here}/{token}"), out);
            }
            out.extend(
                ["a", "b", "_a", "new", "new/-", "new/0", "new/1"].map(|token| format!("{here}/{token}")),
            );
        }
        _ => out.push(format!("{here}/a")),
    }
}

fn operation() -> impl Strategy<Value = (u8, Index, Index, Value)> {
    (0..9_u8, any::<Index>(), any::<Index>(), value())
}

/// A resource, and operations whose pointers are chosen from those into it as it is by then.
pub fn resource_and_patch() -> impl Strategy<Value = (Value, Vec<Value>)> {
    (value(), prop::collection::vec(operation(), 0..8)).prop_map(|(resource, steps)| {
        let mut now = resource.clone();
        let mut patch = Vec::new();
        for (kind, one, other, value) in steps {
            let mut all = Vec::new();
            pointers(&now, "", &mut all);
            let (path, from) = (&all[one.index(all.len())], &all[other.index(all.len())]);
            let there = now.pointer(path).cloned();
            let operation = match kind {
                0..3 => json!({"op": "add", "path": path, "value": value}),
                3 | 4 => json!({"op": "remove", "path": path}),
                5 => json!({"op": "replace", "path": path, "value": value}),
                6 => json!({"op": "move", "path": path, "from": from}),
                7 => json!({"op": "copy", "path": path, "from": from}),
                _ => json!({"op": "test", "path": path, "value": there.unwrap_or(value)}),
            };
            let mut next = now.clone();
            if step(&mut next, &operation).is_some() {
                now = next;
                patch.push(operation);
            } else if other.index(8) == 0 {
                // One in eight of those that fail stays, as the last.
                patch.push(operation);
                break;
            }
        }
        (resource, patch)
    })
}

/// The outcome; `None` when an operation fails.
pub fn patched(resource: &Value, patch: &[Value]) -> Option<Value> {
    let mut now = resource.clone();
    patch.iter().try_for_each(|operation| step(&mut now, operation))?;
    Some(written(now))
}

fn step(now: &mut Value, operation: &Value) -> Option<()> {
    let text = |name: &str| operation[name].as_str().expect("a pointer");
    let path = text("path");
    match operation["op"].as_str().expect("an operation") {
        "add" => add(now, path, operation["value"].clone()),
        "remove" => remove(now, path).map(drop),
        "replace" => {
            *find(now, path)? = operation["value"].clone();
            Some(())
        }
        "move" => {
            let from = text("from");
            find(now, from)?;
            if path == from {
                return Some(());
            }
            if path.starts_with(&format!("{from}/")) {
                return None;
            }
            let value = remove(now, from)?;
            add(now, path, value)
        }
        "copy" => {
            let value = find(now, text("from"))?.clone();
            add(now, path, value)
        }
        _ => is_equal(find(now, path)?, &operation["value"]).then_some(()),
    }
}

fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let is_there = |(name, value): (&String, &Value)| {
                right.get(name).is_some_and(|other| is_equal(value, other))
            };
            left.len() == right.len() && left.iter().all(is_there)
        }
        _ => left == right,
    }
}

/// `serde_json` follows pointers as the RFC says.
fn find<'v>(root: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    root.pointer_mut(path)
}

fn last(path: &str) -> Option<(&str, String)> {
    let (around, token) = path.rsplit_once('/')?;
    Some((around, token.replace("~1", "/").replace("~0", "~")))
}

fn index(token: &str) -> Option<usize> {
    (token == "0" || !token.starts_with(['0', '+'])).then(|| token.parse().ok())?
}

fn add(root: &mut Value, path: &str, value: Value) -> Option<()> {
    let Some((around, token)) = last(path) else {
        *root = value;
        return Some(());
    };
    if find(root, around).is_none()
        && matches!(&*token, "-" | "0")
        && let Some((outer, name)) = last(around)
    {
        let members = find(root, outer)?.as_object_mut()?;
        members.insert(name, json!([value]));
        return Some(());
    }
    match find(root, around)? {
        Value::Array(items) => {
            let at = if token == "-" { items.len() } else { index(&token)? };
            (at <= items.len()).then(|| items.insert(at, value))
        }
        Value::Object(members) => {
            members.insert(token, value);
            Some(())
        }
        _ => None,
    }
}

fn remove(root: &mut Value, path: &str) -> Option<Value> {
    let (around, token) = last(path)?;
    match find(root, around)? {
        Value::Array(items) => {
            let at = index(&token)?;
            (at < items.len()).then(|| items.remove(at))
        }
        Value::Object(members) => members.remove(&token),
        _ => None,
    }
}

/// What is written of a value: without empty containers, but for itself.
pub fn written(value: Value) -> Value {
    let is_array = value.is_array();
    pruned(value, false).unwrap_or(if is_array { json!([]) } else { json!({}) })
}

/// Without empty containers; in an array under a name with an underscore a null takes their place.
fn pruned(value: Value, is_beside: bool) -> Option<Value> {
    match value {
        Value::Array(items) => {
            let items = items.into_iter().map(|item| pruned(item, false));
            let items: Vec<Value> = match is_beside {
                true => items.map(|item| item.unwrap_or(Value::Null)).collect(),
                false => items.flatten().collect(),
            };
            (!items.iter().all(Value::is_null)).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            let members: Map<String, Value> = members
                .into_iter()
                .filter_map(|(name, value)| {
                    let value = pruned(value, name.starts_with('_'))?;
                    Some((name, value))
                })
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other),
    }
}
