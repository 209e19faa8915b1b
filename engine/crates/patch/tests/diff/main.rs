//! Differences of two versions: row by row, of random pairs, and of pairs of the specification's examples. A difference that is applied to the
//! older one makes the newer one.
#![allow(clippy::print_stdout)]

mod examples;
mod random;

use fornax_definitions::r4;
use fornax_model::Document;
use fornax_patch::{ErrorKind, Limits, PatchError, Patcher};
use serde_json::Value;

fn parse(text: &str) -> Document {
    Document::parse(text, &fornax_model::Limits::default()).expect("JSON")
}

fn patcher(operations_max: usize) -> Patcher {
    Patcher::new(r4(), Limits { operations_max, ..Limits::default() })
}

fn diff(older: &str, newer: &str) -> Result<String, PatchError> {
    let (older, newer) = (parse(older), parse(newer));
    let bytes = patcher(1_000).diff(older.root(), newer.root())?;
    Ok(String::from_utf8(bytes).expect("UTF-8"))
}

/// The older resource with the difference applied.
fn patched(older: &str, difference: &str, operations_max: usize) -> Result<String, PatchError> {
    let (older, parameters) = (parse(older), parse(difference));
    let patcher = patcher(operations_max);
    let bytes = patcher.apply(&patcher.read_parameters(parameters.root())?, older.root())?;
    Ok(String::from_utf8(bytes).expect("UTF-8"))
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// An operation in a line: its parts, of the value what it says.
fn line(operation: &Value) -> String {
    let parts = operation["part"].as_array().expect("parts").iter();
    let shown = |part: &Value| {
        let others = part.as_object().expect("a part").iter().filter(|(name, _)| *name != "name");
        let content: Vec<String> = others.map(|(name, content)| format!("{name} {content}")).collect();
        match part["name"].as_str().expect("a name") {
            "type" | "path" => part.as_object().expect("a part")
                [if part["name"] == "type" { "valueCode" } else { "valueString" }]
            .as_str()
            .expect("a text")
            .to_owned(),
            name => format!("{name} {}", content.join(" ")),
        }
    };
    parts.map(shown).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(older: &str, newer: &str, expected: &[&str]) {
    let difference = diff(older, newer).expect("a difference");
    let operations = value(&difference)["parameter"].as_array().cloned().unwrap_or_else(Vec::new);
    let lines: Vec<String> = operations.iter().map(line).collect();
    assert_eq!(lines, expected, "{older} to {newer}");
    let outcome = patched(older, &difference, 1_000).expect("applies");
    assert_eq!(value(&outcome), value(newer), "{difference}");
}

const SMITH: &str =
    r#"{"resourceType":"Patient","id":"p","name":[{"family":"Smith","given":["Ann","Bea"]}]}"#;

#[test]
fn single_elements() {
    let of = |rest: &str| format!(r#"{{"resourceType":"Patient","id":"p"{rest}}}"#);
    let check = |older: &str, newer: &str, expected: &[&str]| check(&of(older), &of(newer), expected);
    check("", "", &[]);
    check("", r#","active":true"#, &["add Patient name valueString \"active\" value valueBoolean true"]);
    check(r#","active":true"#, "", &["delete Patient.active previousValue valueBoolean true"]);
    check(
        r#","gender":"male""#,
        r#","gender":"female""#,
        &[r#"replace Patient.gender previousValue valueCode "male" value valueCode "female""#],
    );
    // What stands beside a primitive goes with it.
    check(
        r#","birthDate":"1970-01-01","_birthDate":{"id":"x"}"#,
        r#","_birthDate":{"id":"x"}"#,
        &[
            r#"replace Patient.birthDate previousValue _valueDate {"id":"x"} valueDate "1970-01-01" value _valueDate {"id":"x"}"#,
        ],
    );
    check(
        r#","deceasedBoolean":false"#,
        r#","deceasedDateTime":"2020""#,
        &[r#"replace Patient.deceased previousValue valueBoolean false value valueDateTime "2020""#],
    );
    check(
        r#","maritalStatus":{"text":"a"}"#,
        r#","maritalStatus":{"coding":[{"code":"b"}]}"#,
        &[
            r#"insert Patient.maritalStatus.coding index valueInteger 0 value valueCoding {"code":"b"}"#,
            r#"delete Patient.maritalStatus.text previousValue valueString "a""#,
        ],
    );
    check(
        r#","text":{"status":"empty","div":"<div>a</div>"}"#,
        r#","text":{"status":"empty","div":"<div>b</div>"}"#,
        &[
            "replace Patient.text.`div` previousValue valueString \"<div>a</div>\" value valueString \"<div>b</div>\"",
        ],
    );
    check(
        "",
        r#","text":{"status":"empty","div":"<div>a</div>"}"#,
        &[
            r#"add Patient name valueString "text" value part [{"name":"status","valueCode":"empty"},{"name":"div","valueString":"<div>a</div>"}]"#,
        ],
    );
}

#[test]
fn lists() {
    let of = |names: &str| format!(r#"{{"resourceType":"Patient","id":"p","name":[{names}]}}"#);
    let given = |texts: &str| of(&format!(r#"{{"given":[{texts}]}}"#));
    let check_given =
        |older: &str, newer: &str, expected: &[&str]| check(&given(older), &given(newer), expected);
    check_given(
        r#""a","b""#,
        r#""a","x","b""#,
        &[r#"insert Patient.name[0].given index valueInteger 1 value valueString "x""#],
    );
    check_given(
        r#""a","b","c","d""#,
        r#""b","d","e""#,
        &[
            r#"insert Patient.name[0].given index valueInteger 4 value valueString "e""#,
            r#"delete Patient.name[0].given[2] previousValue valueString "c""#,
            r#"delete Patient.name[0].given[0] previousValue valueString "a""#,
        ],
    );
    check_given(
        r#""a""#,
        r#""b","c""#,
        &[
            r#"insert Patient.name[0].given index valueInteger 1 value valueString "c""#,
            r#"replace Patient.name[0].given[0] previousValue valueString "a" value valueString "b""#,
        ],
    );
    check(
        SMITH,
        r#"{"resourceType":"Patient","id":"p"}"#,
        &[r#"delete Patient.name[0] previousValue valueHumanName {"family":"Smith","given":["Ann","Bea"]}"#],
    );
    check(
        &of(r#"{"text":"a"},{"text":"b"}"#),
        &of(r#"{"text":"b"},{"text":"c"}"#),
        &[
            r#"insert Patient.name index valueInteger 2 value valueHumanName {"text":"c"}"#,
            r#"delete Patient.name[0] previousValue valueHumanName {"text":"a"}"#,
        ],
    );
    // An element without a type of its own is given by its parts.
    check(
        r#"{"resourceType":"Patient","id":"p"}"#,
        r#"{"resourceType":"Patient","id":"p","contact":[{"gender":"male","telecom":[{"value":"1"},{"value":"2"}]}]}"#,
        &[
            r#"insert Patient.contact index valueInteger 0 value part [{"name":"gender","valueCode":"male"},{"name":"telecom","valueContactPoint":{"value":"1"}},{"name":"telecom","valueContactPoint":{"value":"2"}}]"#,
        ],
    );
    check(
        r#"{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Basic","id":"c","code":{"text":"x"}}]}"#,
        r#"{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Basic","id":"c","code":{"text":"y"}}]}"#,
        &[
            r#"replace Patient.contained[0] previousValue resource {"code":{"text":"x"},"id":"c","resourceType":"Basic"} value resource {"code":{"text":"y"},"id":"c","resourceType":"Basic"}"#,
        ],
    );
}

#[test]
fn numbers_differ_as_they_are_written() {
    let of =
        |number: &str| format!(r#"{{"resourceType":"Observation","valueQuantity":{{"value":{number}}}}}"#);
    let difference = diff(&of("1.50"), &of("1.5")).expect("a difference");
    assert_eq!(patched(&of("1.50"), &difference, 10).expect("applies"), of("1.5"));
    assert_eq!(diff(&of("1.50"), &of("1.50")).expect("a difference"), r#"{"resourceType":"Parameters"}"#);
}

#[test]
fn what_has_no_difference_is_refused() {
    let check = |older: &str, newer: &str, kind: ErrorKind, place: &str| {
        let error = diff(older, newer).expect_err("no difference");
        assert_eq!((error.kind, error.place.as_str()), (kind, place), "{older} to {newer}: {error}");
    };
    let basic = r#"{"resourceType":"Basic","id":"p"}"#;
    check(SMITH, basic, ErrorKind::NotApplicable, "");
    check("{}", SMITH, ErrorKind::NotApplicable, "");
    check(SMITH, r#"{"resourceType":"Nonsense"}"#, ErrorKind::NotApplicable, "");
    let unknown = r#"{"resourceType":"Patient","name":[{"nonsense":1}]}"#;
    check(SMITH, unknown, ErrorKind::NotApplicable, "Patient.name[0]");
    check(SMITH, r#"{"resourceType":"Patient","name":{}}"#, ErrorKind::NotApplicable, "Patient");
    let many = |letter: char| {
        let names: Vec<String> = (0..1_001).map(|number| format!(r#""{letter}{number}""#)).collect();
        format!(r#"{{"resourceType":"Patient","name":[{{"given":[{}]}}]}}"#, names.join(","))
    };
    check(&many('a'), &many('b'), ErrorKind::Limit, "");
}
