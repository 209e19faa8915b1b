//! Random pairs.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{diff, patched, value};

/// Members that are there or not.
fn object(members: Vec<(&'static str, Option<Value>)>) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}

/// A list that is not there when it is empty.
fn list(items: Vec<Value>) -> Option<Value> {
    (!items.is_empty()).then_some(Value::Array(items))
}

fn word() -> impl Strategy<Value = Value> {
    "[a-c]".prop_map(Value::String)
}

fn extension() -> impl Strategy<Value = Value> {
    ("[uv]", prop_oneof![word().prop_map(|text| ("valueString", text)), Just(("valueInteger", json!(1)))])
        .prop_map(|(url, (name, value))| object(vec![("url", Some(json!(url))), (name, Some(value))]))
}

/// What stands beside a primitive.
fn beside() -> impl Strategy<Value = Value> {
    prop_oneof![
        word().prop_map(|id| json!({ "id": id })),
        extension().prop_map(|one| json!({ "extension": [one] }))
    ]
}

/// A list of primitives: the values, and what stands beside them. Each item has one of them at least.
fn primitives() -> impl Strategy<Value = (Option<Value>, Option<Value>)> {
    let item = prop_oneof![
        3 => word().prop_map(|word| (word, Value::Null)),
        1 => beside().prop_map(|beside| (Value::Null, beside)),
        1 => (word(), beside()),
    ];
    vec(item, 0..5).prop_map(|items| {
        let (values, beside): (Vec<Value>, Vec<Value>) = items.into_iter().unzip();
        let some = |list: Vec<Value>| (!list.iter().all(Value::is_null)).then_some(Value::Array(list));
        (some(values), some(beside))
    })
}

fn name() -> impl Strategy<Value = Value> {
    (of(word()), primitives(), vec(extension(), 0..2), of(word())).prop_map(
        |(family, (given, beside), extensions, id)| {
            let id = id.or_else(|| Some(json!("x")).filter(|_| family.is_none() && given.is_none()));
            object(vec![
                ("id", id),
                ("extension", list(extensions)),
                ("family", family),
                ("given", given),
                ("_given", beside),
            ])
        },
    )
}

fn contact() -> impl Strategy<Value = Value> {
    (of(name()), vec(word(), 0..3), of(beside())).prop_map(|(name, telecom, beside)| {
        let telecom = telecom.into_iter().map(|value| json!({ "value": value })).collect();
        let gender = beside.is_none().then_some(json!("male"));
        object(vec![("name", name), ("telecom", list(telecom)), ("gender", gender), ("_gender", beside)])
    })
}

fn contained() -> impl Strategy<Value = Value> {
    (word(), word())
        .prop_map(|(id, text)| json!({ "resourceType": "Basic", "id": id, "code": { "text": text } }))
}

fn patient() -> impl Strategy<Value = Value> {
    let deceased = prop_oneof![
        Just(("deceasedBoolean", json!(true))),
        "20[12]0".prop_map(|year| ("deceasedDateTime", json!(year))),
    ];
    (
        vec(name(), 0..4),
        vec(contact(), 0..3),
        vec(contained(), 0..3),
        of(deceased),
        (of("19[67]0".prop_map(Value::String)), of(beside())),
        of((word(), vec(word(), 0..3))),
    )
        .prop_map(|(names, contacts, contained, deceased, (born, beside), marital)| {
            let marital = marital.map(|(text, codes)| {
                let coding = codes.into_iter().map(|code| json!({ "code": code })).collect();
                object(vec![("text", Some(text)), ("coding", list(coding))])
            });
            let mut members = vec![
                ("resourceType", Some(json!("Patient"))),
                ("id", Some(json!("p"))),
                ("contained", list(contained)),
                ("name", list(names)),
                ("birthDate", born),
                ("_birthDate", beside),
                ("maritalStatus", marital),
                ("contact", list(contacts)),
            ];
            members.extend(deceased.map(|(name, value)| (name, Some(value))));
            object(members)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_difference_makes_the_newer_of_the_older(older in patient(), newer in patient()) {
        let (older, newer) = (older.to_string(), newer.to_string());
        let difference = diff(&older, &newer).expect("a difference");
        let outcome = patched(&older, &difference, 1_000);
        let outcome = outcome.unwrap_or_else(|error| panic!("{error} at {}: {older} to {newer}: {difference}", error.place));
        prop_assert_eq!(value(&outcome), value(&newer), "{}", difference);
        let none = diff(&newer, &newer).expect("a difference");
        prop_assert_eq!(none, r#"{"resourceType":"Parameters"}"#);
    }
}
