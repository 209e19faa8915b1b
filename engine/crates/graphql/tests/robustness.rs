//! Whatever comes in, an answer or an error goes out.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod shared;

use fornax_graphql::Limits;
use proptest::prelude::*;
use shared::{Memory, Question, ask, on_system};

const QUERIES: &[&str] = &[
    "query Q($id: ID! = \"p\", $n: [String] = [\"a\"]) { Patient(id: $id) { name(use: official, _count: 1) @flatten { given @first family @singleton } ...F } PatientList(name: $n) { id } } fragment F on Patient { _birthDate { extension { url } } link @slice(path: \"$index\") { other { resource(optional: true, type: Patient) { id } } } }",
    "{ ObservationConnection(_count: 2, code: \"a|b\") { count edges { mode resource { valueQuantity { value } subject { resource { ... on Patient { id @skip(if: true) } __typename } } } } next } __type(name: \"Patient\") { fields { name } } }",
    "{ a: Patient(id: \"\"\"p\"\"\") { contact(fhirpath: \"name.exists() and $index < 3\") { name { text } } PatientList(_reference: link) { id } } }",
];

const PATIENT: &str = r##"{"resourceType":"Patient","id":"p","name":[{"use":"official","given":["a",null],"family":"f"}],
"_birthDate":{"extension":[{"url":"x"}]},"contact":[{"name":{"text":"t"}}],
"link":[{"other":{"reference":"Patient/p"}},{"other":{"reference":"#c"}}],"contained":[{"resourceType":"Patient","id":"c"}]}"##;

const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.0},"code":{"coding":[{"system":"a","code":"a|b"}]},
"subject":{"reference":"Patient/p"}}"#;

/// Neither panics nor answers what is no JSON.
fn survive(question: Question<'_>) {
    ask(&Memory::of(&[PATIENT, OBSERVATION]), question, &Limits::default());
}

#[test]
fn the_queries_themselves_are_answered() {
    for query in QUERIES {
        let (_, body) = ask(&Memory::of(&[PATIENT, OBSERVATION]), on_system(query), &Limits::default());
        assert!(body.starts_with("{\"data\":{") && !body.contains("errors"), "{body}");
    }
}

#[test]
fn every_cut_is_survived() {
    for query in QUERIES {
        for at in 0..=query.len() {
            survive(on_system(&query[..at]));
            survive(on_system(&query[at..]));
        }
    }
}

/// Data of a wrong shape: every value of the resource is in turn something else.
#[test]
fn misshapen_resources_are_survived() {
    let query = "{ id name { given family } _birthDate { extension { url } } contact { name { text } } link { other { reference resource(optional: true) { id } } } contained { id ... on Patient { name { family } } } }";
    let good: serde_json::Value = serde_json::from_str(PATIENT).unwrap();
    for member in good.as_object().unwrap().keys() {
        for bad in
            ["null", "1", "\"x\"", "[]", "{}", "[null]", "[[1]]", "[{}]", "{\"a\":[{}]}", "[{\"other\":1}]"]
        {
            let mut resource = good.clone();
            resource[member] = serde_json::from_str(bad).unwrap();
            let text = resource.to_string();
            survive(Question { instance: Some(&text), ..on_system(query) });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn mutations_are_survived(
        which in 0..QUERIES.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4usize), 1..6),
        letters in "[{}()\\[\\]:$@!.\"\\\\|&=,# a-zA-Z0-9_ä\n]{1,8}",
    ) {
        let mut text: Vec<char> = QUERIES[which].chars().collect();
        for (from, to, what) in edits {
            if text.is_empty() { break; }
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            match what {
                0 => { text.remove(from); }
                1 => text.splice(from..from, letters.chars()).for_each(drop),
                2 => text.swap(from, to),
                _ => { let part: Vec<char> = text[from.min(to)..from.max(to)].to_vec(); text.splice(from..from, part).for_each(drop); }
            }
        }
        let text: String = text.into_iter().collect();
        survive(on_system(&text));
        survive(Question { instance: Some(PATIENT), ..on_system(&text) });
    }

    #[test]
    fn any_text_is_survived(text in ".{0,80}", variables in "[{}\\[\\]\":,0-9a-z]{0,12}") {
        survive(on_system(&text));
        let variables = serde_json::from_str::<serde_json::Value>(&variables).map_or("7".to_owned(), |value| value.to_string());
        survive(Question { variables: Some(&variables), ..on_system(QUERIES[0]) });
    }
}
