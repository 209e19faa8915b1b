//! FHIRPath Patch on a patient's given names, as lists of what each of them is.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A given name: its text, the id beside it, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    text: Option<String>,
    id: Option<String>,
}

/// Names, each its given names. None of either list is ever empty.
pub type Names = Vec<Vec<Given>>;

#[derive(Clone, Debug)]
pub enum Operation {
    Add(usize, Given),
    Insert(usize, usize, Given),
    Delete(usize, usize),
    DeleteId(usize, usize),
    Replace(usize, usize, Given),
    Move(usize, usize, usize),
    MoveName(usize, usize),
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![Just((true, false)), Just((true, true)), Just((false, true))].prop_flat_map(|(text, id)| {
        ("[a-c]", "[x-z]")
            .prop_map(move |(letter, other)| Given { text: text.then_some(letter), id: id.then_some(other) })
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let at = 0..4_usize;
    prop_oneof![
        (at.clone(), given()).prop_map(|(name, given)| Add(name, given)),
        (at.clone(), at.clone(), given()).prop_map(|(name, index, given)| Insert(name, index, given)),
        (at.clone(), at.clone()).prop_map(|(name, index)| Delete(name, index)),
        (at.clone(), at.clone()).prop_map(|(name, index)| DeleteId(name, index)),
        (at.clone(), at.clone(), given()).prop_map(|(name, index, given)| Replace(name, index, given)),
        (at.clone(), at.clone(), at.clone()).prop_map(|(name, from, to)| Move(name, from, to)),
        (at.clone(), at).prop_map(|(from, to)| MoveName(from, to)),
    ]
}

/// One in eight of the operations that fail stays, as the last.
pub fn names_and_operations() -> impl Strategy<Value = (Names, Vec<Operation>)> {
    let names = prop::collection::vec(prop::collection::vec(given(), 1..4), 1..4);
    let operations = prop::collection::vec((operation(), 0..8_u8), 0..12);
    (names, operations).prop_map(|(names, candidates)| {
        let (mut now, mut operations) = (names.clone(), Vec::new());
        for (operation, chance) in candidates {
            if let Some(next) = patched(now.clone(), std::slice::from_ref(&operation)) {
                now = next;
                operations.push(operation);
            } else if chance == 0 {
                operations.push(operation);
                break;
            }
        }
        (names, operations)
    })
}

/// As JSON writes them.
pub fn resource(names: &Names) -> String {
    let list = |list: Vec<Value>| (!list.iter().all(Value::is_null)).then_some(Value::Array(list));
    let name = |given: &Vec<Given>| {
        let mut name = Map::new();
        let texts = given.iter().map(|given| json!(given.text)).collect();
        let ids =
            given.iter().map(|given| given.id.as_ref().map_or(Value::Null, |id| json!({"id": id}))).collect();
        list(texts).map(|texts| name.insert("given".to_owned(), texts));
        list(ids).map(|ids| name.insert("_given".to_owned(), ids));
        Value::Object(name)
    };
    let names: Vec<Value> = names.iter().map(name).collect();
    let mut patient = json!({"resourceType": "Patient"});
    if !names.is_empty() {
        patient["name"] = Value::Array(names);
    }
    patient.to_string()
}

pub fn parameters(operations: &[Operation]) -> String {
    let list: Vec<Value> = operations.iter().map(parameter).collect();
    json!({"resourceType": "Parameters", "parameter": list}).to_string()
}

fn parameter(operation: &Operation) -> Value {
    let value = |given: &Given| {
        let mut part = json!({"name": "value"});
        if let Some(text) = &given.text {
            part["valueString"] = json!(text);
        }
        if let Some(id) = &given.id {
            part["_valueString"] = json!({"id": id});
        }
        part
    };
    let number = |name: &str, number: usize| json!({"name": name, "valueInteger": number});
    let (kind, path, mut parts) = match operation {
        Operation::Add(name, given) => (
            "add",
            format!("Patient.name[{name}]"),
            vec![json!({"name": "name", "valueString": "given"}), value(given)],
        ),
        Operation::Insert(name, index, given) => {
            ("insert", format!("Patient.name[{name}].given"), vec![number("index", *index), value(given)])
        }
        Operation::Delete(name, index) => {
            ("delete", format!("Patient.name[{name}].given[{index}]"), Vec::new())
        }
        Operation::DeleteId(name, index) => {
            ("delete", format!("Patient.name[{name}].given[{index}].id"), Vec::new())
        }
        Operation::Replace(name, index, given) => {
            ("replace", format!("Patient.name[{name}].given[{index}]"), vec![value(given)])
        }
        Operation::Move(name, from, to) => (
            "move",
            format!("Patient.name[{name}].given"),
            vec![number("source", *from), number("destination", *to)],
        ),
        Operation::MoveName(from, to) => {
            ("move", "Patient.name".to_owned(), vec![number("source", *from), number("destination", *to)])
        }
    };
    parts.extend([json!({"name": "type", "valueCode": kind}), json!({"name": "path", "valueString": path})]);
    json!({"name": "operation", "part": parts})
}

/// The outcome; `None` when an operation fails.
pub fn patched(mut names: Names, operations: &[Operation]) -> Option<Names> {
    for operation in operations {
        step(&mut names, operation)?;
        names.retain(|given| !given.is_empty());
    }
    Some(names)
}

fn step(names: &mut Names, operation: &Operation) -> Option<()> {
    match operation {
        Operation::Add(name, given) => names.get_mut(*name)?.push(given.clone()),
        Operation::Insert(name, index, given) => {
            let list = names.get_mut(*name)?;
            (*index <= list.len()).then(|| list.insert(*index, given.clone()))?;
        }
        Operation::Delete(name, index) => {
            if let Some(list) = names.get_mut(*name).filter(|list| *index < list.len()) {
                list.remove(*index);
            }
        }
        Operation::DeleteId(name, index) => {
            if let Some(list) = names.get_mut(*name).filter(|list| *index < list.len()) {
                list[*index].id = None;
                list.retain(|given| given.text.is_some() || given.id.is_some());
            }
        }
        Operation::Replace(name, index, given) => *names.get_mut(*name)?.get_mut(*index)? = given.clone(),
        Operation::Move(name, from, to) => {
            let list = names.get_mut(*name)?;
            moved(list, *from, *to)?;
        }
        Operation::MoveName(from, to) => moved(names, *from, *to)?,
    }
    Some(())
}

fn moved<T>(list: &mut Vec<T>, from: usize, to: usize) -> Option<()> {
    (from < list.len() && to < list.len()).then_some(())?;
    let item = list.remove(from);
    list.insert(to, item);
    Some(())
}
