//! JSON Merge Patch, row by row: a resource, a patch, and the exact bytes of the outcome or what is wrong.

use fornax_definitions::r4;
use fornax_model::Document;
use fornax_patch::{Limits, PatchError, Patcher};

fn parse(text: &str) -> Document {
    Document::parse(text, &fornax_model::Limits::default()).expect("a row is JSON")
}

fn patched(resource: &str, patch: &str, limits: &Limits) -> Result<Vec<u8>, PatchError> {
    let (resource, patch) = (parse(resource), parse(patch));
    let patcher = Patcher::new(r4(), limits.clone());
    patcher.apply(&patcher.read_merge(patch.root())?, resource.root())
}

#[track_caller]
fn check_within(limits: &Limits, rows: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (resource, patch, expected) in rows {
        let actual = match patched(resource, patch, limits) {
            Ok(bytes) => String::from_utf8(bytes).expect("UTF-8"),
            Err(error) => format!("{:?}: {error}", error.kind),
        };
        if actual != *expected {
            wrong.push(format!("{resource}\n  {patch}\n    gives {actual}\n    not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

const NOT_AN_OBJECT: &str = "Malformed: a JSON Merge Patch of a resource is an object";

/// Appendix A, in its order.
#[test]
fn examples_of_the_rfc() {
    check_within(
        &Limits::default(),
        &[
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            // No patch makes something else of a resource than an object.
            (r#"["a","b"]"#, r#"["c","d"]"#, NOT_AN_OBJECT),
            (r#"{"a":"b"}"#, r#"["c"]"#, NOT_AN_OBJECT),
            (r#"{"a":"foo"}"#, "null", NOT_AN_OBJECT),
            (r#"{"a":"foo"}"#, r#""bar""#, NOT_AN_OBJECT),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            // The RFC leaves {"a":{"bb":{}}}: FHIR knows no empty objects.
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, "{}"),
        ],
    );
}

#[test]
fn what_it_does_not_name_keeps_its_bytes() {
    check_within(
        &Limits::default(),
        &[
            (" { \"a\" : 1 } ", "{}", "{ \"a\" : 1 }"),
            (
                r#"{"v": {"value": 1.50, "unit": "g"}}"#,
                r#"{"v":{"unit":"kg"}}"#,
                r#"{"v": {"value": 1.50, "unit": "kg"}}"#,
            ),
            (r#"{"v":{"value":1.5}}"#, r#"{"v":{"value":1.500}}"#, r#"{"v":{"value":1.500}}"#),
            (r#"{"v":1}"#, r#"{"w": {"x": 2.0, "y": null}}"#, r#"{"v":1,"w":{"x":2.0}}"#),
            (r#"{"v":1}"#, r#"{"w": {"x":  2.0 }}"#, r#"{"v":1,"w":{"x":  2.0 }}"#),
            (r#"{"a":{"b":{"c":1}},"d":2}"#, r#"{"a":{"b":{"c":null}}}"#, r#"{"d":2}"#),
            // Nulls within lists stand for values: they keep the step with what is beside.
            (
                r#"{"given":["a"]}"#,
                r#"{"given":["a",null],"_given":[null,{"id":"x"}]}"#,
                r#"{"given":["a",null],"_given":[null,{"id":"x"}]}"#,
            ),
            // What the patch itself has empty stays, for validation to refuse.
            ("{}", r#"{"a":{}}"#, r#"{"a":{}}"#),
            (r#"{"a":"é"}"#, r#"{"\u0061":"b"}"#, r#"{"a":"b"}"#),
        ],
    );
}

#[test]
fn type_and_id_stay() {
    const PATIENT: &str = r#"{"resourceType":"Patient","id":"p"}"#;
    const CHANGED: &str = "NotApplicable: the resource's type and id can't be changed";
    check_within(
        &Limits::default(),
        &[
            (PATIENT, r#"{"id":"p","active":true}"#, r#"{"resourceType":"Patient","id":"p","active":true}"#),
            (PATIENT, r#"{"resourceType":"Patient"}"#, PATIENT),
            (PATIENT, r#"{"id":"q"}"#, CHANGED),
            (PATIENT, r#"{"id":null}"#, CHANGED),
            (PATIENT, r#"{"resourceType":"Person"}"#, CHANGED),
        ],
    );
}

#[test]
fn limits() {
    let limits = Limits { depth_max: 2, outcome_bytes_max: 12, work_max: 4, ..Limits::default() };
    check_within(
        &limits,
        &[
            (r#"{"a":1}"#, r#"{"a":{}}"#, r#"{"a":{}}"#),
            (r#"{"a":1}"#, r#"{"a":{"b":{}}}"#, "Limit: limit reached: nesting depth"),
            (r#"{"a":{}}"#, r#"{"a":{"b":[]}}"#, "Limit: limit reached: nesting depth"),
            (r#"{"a":1}"#, r#"{"b":12}"#, "Limit: limit reached: bytes of the outcome"),
            (r#"{"a":1}"#, r#"{"a":null,"b":null,"c":null,"d":null}"#, "{}"),
            (r#"{"a":1,"b":2}"#, r#"{"a":3,"b":3,"c":null}"#, "Limit: limit reached: work of the patch"),
        ],
    );
}
