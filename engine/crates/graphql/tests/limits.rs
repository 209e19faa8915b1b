//! Every bound is hit, and hostile queries end early.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod shared;

use fornax_graphql::{Limits, Status};
use shared::{Memory, ask, messages, on_instance, on_system};

fn memory() -> Memory {
    let patients: Vec<String> = (0..30)
        .map(|id| {
            format!(
                r#"{{"resourceType":"Patient","id":"p{id}","name":[{{"family":"Chalmers","given":["a","b"]}}],
"link":[{{"other":{{"reference":"Patient/p{}"}},"type":"seealso"}}]}}"#,
                (id + 1) % 30
            )
        })
        .collect();
    let patients: Vec<&str> = patients.iter().map(String::as_str).collect();
    Memory::of(&patients)
}

/// Within the default limits, and beyond this one.
#[track_caller]
fn check(query: &str, limits: &Limits, message: &str) {
    let (status, body) = ask(&memory(), on_system(query), &Limits::default());
    assert_eq!(status, Status::Executed, "{body}");
    let (status, body) = ask(&memory(), on_system(query), limits);
    assert_eq!(status, Status::TooCostly, "{body}");
    assert!(messages(&body)[0].contains(message), "{body}");
}

#[test]
fn each_limit_holds() {
    let default = Limits::default;
    let list = "{ PatientList { id name(fhirpath: \"true\") { given } link { other { resource { id } } } } }";
    check(list, &Limits { query_bytes_max: 50, ..default() }, "bytes of the query");
    check(list, &Limits { tokens_max: 20, ..default() }, "tokens");
    check(list, &Limits { depth_max: 3, ..default() }, "levels");
    check(list, &Limits { fields_max: 6, ..default() }, "fields");
    check(list, &Limits { cost_max: 20, ..default() }, "estimate");
    check(list, &Limits { list_estimate: 50_000, ..default() }, "estimate");
    check(list, &Limits { values_max: 200, ..default() }, "values");
    check(list, &Limits { resources_max: 29, ..default() }, "resources read");
    check(list, &Limits { resources_max: 59, ..default() }, "resources read");
    check(list, &Limits { resource_bytes_max: 2_000, ..default() }, "bytes of the resources");
    check(list, &Limits { page_max: 10, searches_max: 2, ..default() }, "searches");
    check(list, &Limits { evaluations_max: 29, ..default() }, "evaluations");
    check(list, &Limits { response_bytes_max: 1_000, ..default() }, "bytes of the answer");
}

#[test]
fn steps_of_an_expression_are_bounded() {
    let query = "{ PatientList(_count: 1) { name(fhirpath: \"given.repeat($this).exists()\") { family } } }";
    let limits = Limits { evaluation_steps_max: 1, ..Limits::default() };
    let (status, body) = ask(&memory(), on_system(query), &limits);
    assert_eq!(status, Status::Executed);
    assert!(body.starts_with(r#"{"data":{"PatientList":[{"name":null}]},"errors":"#), "{body}");
    assert!(messages(&body)[0].contains("steps"), "{body}");
}

#[test]
fn errors_are_counted_beyond_some() {
    let patient = |id: usize| format!("a{id}: Patient(id: \"none{id}\") {{ id }}");
    let query = format!("{{ {} }}", (0..10).map(patient).collect::<String>());
    let (_, body) = ask(&memory(), on_system(&query), &Limits { errors_max: 3, ..Limits::default() });
    let found = messages(&body);
    assert_eq!(found.len(), 4, "{body}");
    assert_eq!(found[3], "7 more errors");
}

#[track_caller]
fn check_hostile(query: &str) {
    for question in [on_system(query), on_instance(r#"{"resourceType":"Patient","id":"p0"}"#, query)] {
        let memory = memory();
        let (status, body) = ask(&memory, question, &Limits::default());
        assert_ne!(status, Status::Executed, "{body}");
        assert!(memory.asked.borrow().is_empty(), "nothing is read for it");
    }
}

#[test]
fn hostile_queries_end_before_they_begin() {
    let nested = |open: &str, inner: &str, count: usize| {
        format!("{{ {}{inner}{} }}", open.repeat(count), " }".repeat(count))
    };
    check_hostile(&nested("a { ", "b", 30_000));
    check_hostile(&nested("... { ", "__typename", 70));
    check_hostile(&format!("{{ PatientList(name: {}) {{ id }} }}", "[".repeat(30_000)));
    check_hostile(&format!("query ($a: {}Int) {{ __typename }}", "[".repeat(30_000)));
    check_hostile(&"{".repeat(60_000));
    check_hostile(&"\"".repeat(60_000));
    let links = |fields: &str| format!("link {{ other {{ resource {{ ... on Patient {{ {fields} }} }} }} }}");
    let deep = (0..20).fold("id".to_owned(), |inner, _| links(&inner));
    check_hostile(&format!("{{ Patient(id: \"p0\") {{ {deep} }} }}"));
    // Each fragment doubles what the one before asks for.
    let bomb: String = (0..25)
        .map(|place| {
            let next = place + 1;
            format!(
                "fragment F{place} on Patient {{ a: {} b: {} }} ",
                links(&format!("...F{next}")),
                links(&format!("...F{next}"))
            )
        })
        .collect();
    check_hostile(&format!("{{ Patient(id: \"p0\") {{ ...F0 }} }} {bomb} fragment F25 on Patient {{ id }}"));
    let aliases: String = (0..3_000).map(|place| format!("a{place}: id ")).collect();
    check_hostile(&format!("{{ Patient(id: \"p0\") {{ {aliases} }} }}"));
    let lists = (0..5).fold("id".to_owned(), |inner, _| {
        format!("PatientList(_reference: link, _count: 100) {{ {inner} }}")
    });
    check_hostile(&format!("{{ PatientList {{ {lists} }} }}"));
    let chain: String = (0..1_500).map(|n| format!("fragment F{n} on Query {{ ...F{} }} ", n + 1)).collect();
    check_hostile(&format!("{{ ...F0 }} {chain} fragment F1500 on Query {{ __typename }}"));
    let circle: String =
        (0..500).map(|n| format!("fragment F{n} on Query {{ ...F{} }} ", (n + 1) % 500)).collect();
    check_hostile(&format!("{{ ...F0 }} {circle}"));
}

#[test]
fn many_spreads_of_one_fragment_count_once() {
    let spreads = "...F ".repeat(2_000);
    let query = format!("{{ Patient(id: \"p0\") {{ {spreads} }} }} fragment F on Patient {{ id }}");
    let (_, body) = ask(&memory(), on_system(&query), &Limits::default());
    assert_eq!(body, r#"{"data":{"Patient":{"id":"p0"}}}"#);
}
