//! FHIRPath Patch, row by row: a resource, operations, and the exact bytes of the outcome or what is wrong.
//!
//! A row writes an operation as an object: `type`, `path`, `name`, `index`, `source` and `destination` as they are, and what
//! the value's part holds beside its name.

use fornax_definitions::r4;
use fornax_model::Document;
use fornax_patch::{Limits, PatchError, Patcher};
use serde_json::{Map, Value, json};

fn parse(text: &str) -> Document {
    Document::parse(text, &fornax_model::Limits::default()).expect("a row is JSON")
}

fn parameter(operation: Map<String, Value>) -> Value {
    let mut parts = Vec::new();
    let mut value = Map::new();
    for (name, content) in operation {
        match &*name {
            "type" => parts.push(json!({"name": name, "valueCode": content})),
            "path" | "name" => parts.push(json!({"name": name, "valueString": content})),
            "index" | "source" | "destination" => parts.push(json!({"name": name, "valueInteger": content})),
            _ => drop(value.insert(name, content)),
        }
    }
    if !value.is_empty() {
        value.insert("name".to_owned(), json!("value"));
        parts.push(Value::Object(value));
    }
    json!({"name": "operation", "part": parts})
}

fn parameters(operations: &str) -> String {
    let operations: Vec<Map<String, Value>> = serde_json::from_str(operations).expect("a row is JSON");
    let list: Vec<Value> = operations.into_iter().map(parameter).collect();
    json!({"resourceType": "Parameters", "parameter": list}).to_string()
}

fn applied(resource: &str, parameters: &str, limits: &Limits) -> Result<Vec<u8>, PatchError> {
    let (resource, parameters) = (parse(resource), parse(parameters));
    let patcher = Patcher::new(r4(), limits.clone());
    patcher.apply(&patcher.read_parameters(parameters.root())?, resource.root())
}

fn shown(outcome: Result<Vec<u8>, PatchError>) -> String {
    match outcome {
        Ok(bytes) => String::from_utf8(bytes).expect("UTF-8"),
        Err(error) => format!("{:?}: {error} [{}]", error.kind, error.place),
    }
}

#[track_caller]
fn check_within(limits: &Limits, rows: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (resource, operations, expected) in rows {
        let actual = shown(applied(resource, &parameters(operations), limits));
        if actual != *expected {
            wrong.push(format!("{resource}\n  {operations}\n    gives {actual}\n    not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[track_caller]
fn check(rows: &[(&str, &str, &str)]) {
    check_within(&Limits::default(), rows);
}

const EMPTY: &str = r#"{"resourceType":"Patient"}"#;
const NAMES: &str = r#"{"resourceType":"Patient","name":[{"use":"official","given":["a","b"]},{"use":"usual","given":["c"]}]}"#;
const BORN: &str = r#"{"resourceType":"Patient","birthDate":"1970-01-01","_birthDate":{"id":"x"}}"#;
const MEASURED: &str = r#"{"resourceType":"Observation","valueQuantity":{"value":1.50},"status":"final"}"#;

#[test]
fn add() {
    check(&[
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"active","valueBoolean":true}]"#,
            r#"{"resourceType":"Patient","active":true}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"%resource","name":"active","valueBoolean":true}]"#,
            r#"{"resourceType":"Patient","active":true}"#,
        ),
        (
            NAMES,
            r#"[{"type":"add","path":"Patient.name[1]","name":"given","valueString":"d"}]"#,
            &NAMES.replace(r#"["c"]"#, r#"["c","d"]"#),
        ),
        (
            NAMES,
            r#"[{"type":"add","path":"name.where(use = 'usual')","name":"family","valueString":"F"}]"#,
            &NAMES.replace(r#"["c"]"#, r#"["c"],"family":"F""#),
        ),
        // Choices go by their name without a type, and by the one that JSON has.
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"deceased","valueBoolean":true}]"#,
            r#"{"resourceType":"Patient","deceasedBoolean":true}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"deceasedDateTime","valueDateTime":"2020"}]"#,
            r#"{"resourceType":"Patient","deceasedDateTime":"2020"}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"deceasedDateTime","valueBoolean":true}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"deceased","valueString":"x"}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
        (
            r#"{"resourceType":"Patient","deceasedBoolean":true}"#,
            r#"[{"type":"add","path":"Patient","name":"deceased","valueDateTime":"2020"}]"#,
            "NotApplicable: operation 1: the element is there already, and is not a list [Patient]",
        ),
        // A primitive has elements beside its value.
        (
            r#"{"resourceType":"Patient","birthDate":"1970"}"#,
            r#"[{"type":"add","path":"Patient.birthDate","name":"extension","part":[{"name":"url","valueUri":"u"},{"name":"value","valueCode":"c"}]}]"#,
            r#"{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"u","valueCode":"c"}]}}"#,
        ),
        (
            NAMES,
            r#"[{"type":"add","path":"Patient.name[0].given[1]","name":"id","valueString":"i"}]"#,
            &NAMES.replace(r#"["a","b"]"#, r#"["a","b"],"_given":[null,{"id":"i"}]"#),
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"birthDate","_valueDate":{"extension":[{"url":"u","valueCode":"c"}]}}]"#,
            r#"{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"c"}]}}"#,
        ),
        (
            NAMES,
            r#"[{"type":"add","path":"Patient.name[1]","name":"given","valueString":"d","_valueString":{"id":"i"}}]"#,
            &NAMES.replace(r#"["c"]"#, r#"["c","d"],"_given":[null,{"id":"i"}]"#),
        ),
        // A primitive may be given as another one that JSON writes alike.
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"gender","valueString":"male"}]"#,
            r#"{"resourceType":"Patient","gender":"male"}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"gender","valueBoolean":true}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"name","valueAddress":{"city":"c"}}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
        (
            r#"{"resourceType":"Patient","contained":[{"resourceType":"Basic","id":"b"}]}"#,
            r#"[{"type":"add","path":"Patient","name":"contained","resource":{"resourceType":"Basic","id":"c"}},
                {"type":"add","path":"Patient.contained[1]","name":"created","valueDate":"2020"}]"#,
            r#"{"resourceType":"Patient","contained":[{"resourceType":"Basic","id":"b"},{"id":"c","resourceType":"Basic","created":"2020"}]}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"contained","resource":{"resourceType":"Nothing"}}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"nothing","valueString":"x"}]"#,
            "NotApplicable: operation 1: no such element, or none that can be set [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"resourceType","valueString":"x"}]"#,
            "NotApplicable: operation 1: no such element, or none that can be set [Patient]",
        ),
        (
            BORN,
            r#"[{"type":"add","path":"Patient.birthDate","name":"value","valueString":"x"}]"#,
            "NotApplicable: operation 1: no such element, or none that can be set [Patient.birthDate]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient.name","name":"family","valueString":"x"}]"#,
            "NotApplicable: operation 1: no element matches the path [Patient.name]",
        ),
        (
            NAMES,
            r#"[{"type":"add","path":"Patient.name","name":"family","valueString":"x"}]"#,
            "NotApplicable: operation 1: several elements match the path [Patient.name]",
        ),
    ]);
}

#[test]
fn values_in_parts() {
    check(&[
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"contact","part":[
                {"name":"relationship","valueCodeableConcept":{"text":"r1"}},
                {"name":"relationship","valueCodeableConcept":{"text":"r2"}},
                {"name":"name","part":[{"name":"family","valueString":"F"},{"name":"given","valueString":"G"}]},
                {"name":"gender","valueCode":"male"}]}]"#,
            r#"{"resourceType":"Patient","contact":[{"relationship":[{"text":"r1"},{"text":"r2"}],"name":{"family":"F","given":["G"]},"gender":"male"}]}"#,
        ),
        (
            r#"{"resourceType":"Observation"}"#,
            r#"[{"type":"add","path":"Observation","name":"component","part":[
                {"name":"code","valueCodeableConcept":{"text":"c"}},{"name":"value","valueQuantity":{"value":1.5}}]}]"#,
            r#"{"resourceType":"Observation","component":[{"code":{"text":"c"},"valueQuantity":{"value":1.5}}]}"#,
        ),
        // An element whose type another one declares.
        (
            r#"{"resourceType":"Questionnaire","item":[{"linkId":"1"}]}"#,
            r#"[{"type":"add","path":"Questionnaire.item[0]","name":"item","part":[{"name":"linkId","valueString":"1.1"},
                {"name":"item","part":[{"name":"linkId","valueString":"1.1.1"}]}]}]"#,
            r#"{"resourceType":"Questionnaire","item":[{"linkId":"1","item":[{"linkId":"1.1","item":[{"linkId":"1.1.1"}]}]}]}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"contact","part":[{"name":"gender","valueCode":"male"},{"name":"gender","valueCode":"male"}]}]"#,
            "NotApplicable: operation 1: the element is there already, and is not a list [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"contact","part":[{"name":"nothing","valueCode":"male"}]}]"#,
            "NotApplicable: operation 1: no such element, or none that can be set [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"deceased","part":[{"name":"value","valueBoolean":true}]}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"active","part":[{"name":"value","valueBoolean":true}]}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Patient]",
        ),
    ]);
}

#[test]
fn insert_and_move() {
    check(&[
        (
            NAMES,
            r#"[{"type":"insert","path":"Patient.name[0].given","index":0,"valueString":"x"}]"#,
            &NAMES.replace(r#"["a","b"]"#, r#"["x","a","b"]"#),
        ),
        (
            NAMES,
            r#"[{"type":"insert","path":"Patient.name[0].given","index":2,"valueString":"x"}]"#,
            &NAMES.replace(r#"["a","b"]"#, r#"["a","b","x"]"#),
        ),
        (
            NAMES,
            r#"[{"type":"insert","path":"Patient.name[0].given","index":3,"valueString":"x"}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [Patient.name[0].given]",
        ),
        // A list without items has a place, too.
        (
            EMPTY,
            r#"[{"type":"insert","path":"Patient.identifier","index":0,"valueIdentifier":{"value":"x"}}]"#,
            r#"{"resourceType":"Patient","identifier":[{"value":"x"}]}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"insert","path":"identifier","index":0,"valueIdentifier":{"value":"x"}}]"#,
            r#"{"resourceType":"Patient","identifier":[{"value":"x"}]}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"insert","path":"Patient.identifier","index":1,"valueIdentifier":{"value":"x"}}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [Patient.identifier]",
        ),
        (
            EMPTY,
            r#"[{"type":"insert","path":"Patient.active","index":0,"valueBoolean":true}]"#,
            "NotApplicable: operation 1: the element is not a list [Patient.active]",
        ),
        (
            EMPTY,
            r#"[{"type":"insert","path":"Patient.nothing","index":0,"valueBoolean":true}]"#,
            "NotApplicable: operation 1: no such element, or none that can be set [Patient.nothing]",
        ),
        (
            EMPTY,
            r#"[{"type":"insert","path":"Patient.name[0]","index":0,"valueHumanName":{"text":"x"}}]"#,
            "Malformed: operation 1: not a list: the path must end in the name of an element [Patient.name[0]]",
        ),
        (
            NAMES,
            r#"[{"type":"insert","path":"Patient.name.given","index":0,"valueString":"x"}]"#,
            "NotApplicable: operation 1: several elements match the path [Patient.name.given]",
        ),
        (
            EMPTY,
            r#"[{"type":"insert","path":"Patient.name.given","index":0,"valueString":"x"}]"#,
            "NotApplicable: operation 1: no element matches the path [Patient.name.given]",
        ),
        (
            NAMES,
            r#"[{"type":"move","path":"Patient.name","source":1,"destination":0}]"#,
            r#"{"resourceType":"Patient","name":[{"use":"usual","given":["c"]},{"use":"official","given":["a","b"]}]}"#,
        ),
        (NAMES, r#"[{"type":"move","path":"Patient.name","source":1,"destination":1}]"#, NAMES),
        (
            NAMES,
            r#"[{"type":"move","path":"Patient.name","source":2,"destination":0}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [Patient.name]",
        ),
        (
            NAMES,
            r#"[{"type":"move","path":"Patient.name","source":0,"destination":2}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [Patient.name]",
        ),
        // Values and what stands beside them go together.
        (
            r#"{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"b"},null]}]}"#,
            r#"[{"type":"move","path":"Patient.name.given","source":1,"destination":0}]"#,
            r#"{"resourceType":"Patient","name":[{"given":[null,"a","c"],"_given":[{"id":"b"},null,null]}]}"#,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]}"#,
            r#"[{"type":"insert","path":"Patient.name.given","index":1,"valueString":"x"}]"#,
            r#"{"resourceType":"Patient","name":[{"given":["a","x","b"],"_given":[null,null,{"id":"b"}]}]}"#,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a","b"]}]}"#,
            r#"[{"type":"insert","path":"Patient.name.given","index":1,"_valueString":{"id":"x"}}]"#,
            r#"{"resourceType":"Patient","name":[{"given":["a",null,"b"],"_given":[null,{"id":"x"},null]}]}"#,
        ),
    ]);
}

#[test]
fn delete() {
    check(&[
        (BORN, r#"[{"type":"delete","path":"Patient.birthDate"}]"#, EMPTY),
        (
            BORN,
            r#"[{"type":"delete","path":"Patient.birthDate.id"}]"#,
            r#"{"resourceType":"Patient","birthDate":"1970-01-01"}"#,
        ),
        (
            MEASURED,
            r#"[{"type":"delete","path":"Observation.value"}]"#,
            r#"{"resourceType":"Observation","status":"final"}"#,
        ),
        (
            MEASURED,
            r#"[{"type":"delete","path":"Observation.value.value"}]"#,
            r#"{"resourceType":"Observation","status":"final"}"#,
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name.given.where($this = 'b')"}]"#,
            &NAMES.replace(r#"["a","b"]"#, r#"["a"]"#),
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name.last().given"}]"#,
            &NAMES.replace(r#","given":["c"]"#, ""),
        ),
        // Nothing to delete is no error.
        (NAMES, r#"[{"type":"delete","path":"Patient.name[2]"}]"#, NAMES),
        (NAMES, r#"[{"type":"delete","path":"Patient.birthDate"}]"#, NAMES),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name"}]"#,
            "NotApplicable: operation 1: several elements match the path [Patient.name]",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient"}]"#,
            "NotApplicable: operation 1: this can't be done to the resource as a whole [Patient]",
        ),
        // What has nothing left goes as well.
        (
            r#"{"resourceType":"Patient","active":true,"name":[{"period":{"end":"2020"}}]}"#,
            r#"[{"type":"delete","path":"Patient.name.period.end"}]"#,
            r#"{"resourceType":"Patient","active":true}"#,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"b"}]}]}"#,
            r#"[{"type":"delete","path":"Patient.name.given[1].id"}]"#,
            r#"{"resourceType":"Patient","name":[{"given":["a"]}]}"#,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"a"},{"id":"b"}]}]}"#,
            r#"[{"type":"delete","path":"Patient.name.given[0].id"}]"#,
            r#"{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]}"#,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]}"#,
            r#"[{"type":"delete","path":"Patient.name.given[1]"}]"#,
            r#"{"resourceType":"Patient","name":[{"given":["a"]}]}"#,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"_given":[{"id":"a"}]}],"active":true}"#,
            r#"[{"type":"delete","path":"Patient.name.given.id"}]"#,
            r#"{"resourceType":"Patient","active":true}"#,
        ),
    ]);
}

#[test]
fn replace() {
    check(&[
        (
            BORN,
            r#"[{"type":"replace","path":"Patient.birthDate","valueDate":"1980"}]"#,
            r#"{"resourceType":"Patient","birthDate":"1980"}"#,
        ),
        (
            BORN,
            r#"[{"type":"replace","path":"Patient.birthDate","_valueDate":{"id":"y"}}]"#,
            r#"{"resourceType":"Patient","_birthDate":{"id": "y"}}"#.replace(": ", ":").as_str(),
        ),
        (
            NAMES,
            r#"[{"type":"replace","path":"Patient.name[0].given[1]","valueString":"x"}]"#,
            &NAMES.replace("\"b\"", "\"x\""),
        ),
        (
            NAMES,
            r#"[{"type":"replace","path":"Patient.name[1]","valueHumanName":{"text":"x"}}]"#,
            &NAMES.replace(r#"{"use":"usual","given":["c"]}"#, r#"{"text":"x"}"#),
        ),
        // Of another type: under another name, in the same place.
        (
            MEASURED,
            r#"[{"type":"replace","path":"Observation.value","valueString":"x"}]"#,
            r#"{"resourceType":"Observation","valueString":"x","status":"final"}"#,
        ),
        (
            MEASURED,
            r#"[{"type":"replace","path":"Observation.value.value","valueDecimal":2}]"#,
            r#"{"resourceType":"Observation","valueQuantity":{"value":2},"status":"final"}"#,
        ),
        (
            MEASURED,
            r#"[{"type":"replace","path":"Observation.value","valueAddress":{"text":"x"}}]"#,
            "NotApplicable: operation 1: the value is not of a type that the element may have [Observation.value]",
        ),
        (
            NAMES,
            r#"[{"type":"replace","path":"Patient.birthDate","valueDate":"1980"}]"#,
            "NotApplicable: operation 1: no element matches the path [Patient.birthDate]",
        ),
        (
            NAMES,
            r#"[{"type":"replace","path":"Patient.name","valueHumanName":{"text":"x"}}]"#,
            "NotApplicable: operation 1: several elements match the path [Patient.name]",
        ),
        (
            NAMES,
            r#"[{"type":"replace","path":"Patient","resource":{"resourceType":"Patient"}}]"#,
            "NotApplicable: operation 1: this can't be done to the resource as a whole [Patient]",
        ),
        (
            r#"{"resourceType":"Patient","extension":[{"url":"a","valueCode":"x"},{"url":"b","valueCode":"y"}]}"#,
            r#"[{"type":"replace","path":"Patient.extension('b').value","valueCode":"z"}]"#,
            r#"{"resourceType":"Patient","extension":[{"url":"a","valueCode":"x"},{"url":"b","valueCode":"z"}]}"#,
        ),
        (
            r#"{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"a","valueCode":"x"}]}}"#,
            r#"[{"type":"replace","path":"Patient.birthDate.extension.value","valueInteger":7}]"#,
            r#"{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"a","valueInteger":7}]}}"#,
        ),
    ]);
}

#[test]
fn paths() {
    const WITH_CONTAINED: &str = r##"{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"}],"managingOrganization":{"reference":"#o"},"generalPractitioner":[{"reference":"Practitioner/1"}]}"##;
    check(&[
        // Through the resource and what it contains, and no further.
        (
            WITH_CONTAINED,
            r#"[{"type":"replace","path":"Patient.managingOrganization.resolve().name","valueString":"N"}]"#,
            &WITH_CONTAINED.replace("\"O\"", "\"N\""),
        ),
        (
            WITH_CONTAINED,
            r#"[{"type":"delete","path":"Patient.generalPractitioner.resolve()"}]"#,
            "NotApplicable: operation 1: the path leads to something that is no element of the resource [Patient.generalPractitioner.resolve()]",
        ),
        (
            WITH_CONTAINED,
            r#"[{"type":"delete","path":"Patient.generalPractitioner.resolve().id"}]"#,
            "NotApplicable: operation 1: the path can't be evaluated: the resource that a reference points to is not given, but asked for at 38 [Patient.generalPractitioner.resolve().id]",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name.count()"}]"#,
            "NotApplicable: operation 1: the path leads to something that is no element of the resource [Patient.name.count()]",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"'x'"}]"#,
            "NotApplicable: operation 1: the path leads to something that is no element of the resource ['x']",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.nothing"}]"#,
            "NotApplicable: operation 1: the path can't be evaluated: unknown element `nothing` at 8 [Patient.nothing]",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name.where(period.start > now())"}]"#,
            "NotApplicable: operation 1: the path can't be evaluated: the time is not given, but asked for at 34 [Patient.name.where(period.start > now())]",
        ),
        (NAMES, r#"[{"type":"delete","path":"Observation.status"}]"#, NAMES),
        (
            NAMES,
            r#"[{"type":"add","path":"Observation","name":"status","valueCode":"final"}]"#,
            "NotApplicable: operation 1: no element matches the path [Observation]",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name["}]"#,
            "Malformed: operation 1: not a path: expression expected, not the end, at 13 [Patient.name[]",
        ),
        (
            NAMES,
            r#"[{"type":"delete","path":"Patient.name.nothing()"}]"#,
            "Malformed: operation 1: not a path: unknown function `nothing` at 13 [Patient.name.nothing()]",
        ),
        // A choice also goes by the name that JSON has.
        (
            MEASURED,
            r#"[{"type":"replace","path":"Observation.valueQuantity.value","valueDecimal":2}]"#,
            &MEASURED.replace("1.50", "2"),
        ),
        ("{}", "[]", "NotApplicable: not a resource of a known type []"),
        (r#"{"resourceType":"Nothing"}"#, "[]", "NotApplicable: not a resource of a known type []"),
        // Each operation sees what the one before made.
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"name","valueHumanName":{"text":"x"}},{"type":"add","path":"Patient.name[0]","name":"family","valueString":"F"},{"type":"delete","path":"Patient.name.text"}]"#,
            r#"{"resourceType":"Patient","name":[{"family":"F"}]}"#,
        ),
        (
            EMPTY,
            r#"[{"type":"add","path":"Patient","name":"active","valueBoolean":true},{"type":"replace","path":"Patient.gender","valueCode":"male"}]"#,
            "NotApplicable: operation 2: no element matches the path [Patient.gender]",
        ),
    ]);
}

/// The resource may stand within a document.
#[test]
fn an_entry_of_a_bundle() {
    let bundle = parse(&format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{EMPTY}}},{{"resource": {NAMES}}}]}}"#
    ));
    let entry = bundle.root().get("entry").and_then(|entries| entries.items().nth(1)).expect("an entry");
    let patches = [
        r#"[{"type":"delete","path":"Patient.name[0]"}]"#,
        r#"[{"type":"delete","path":"Patient.name[0]"},{"type":"delete","path":"Patient.name.use"}]"#,
    ];
    let patcher = Patcher::new(r4(), Limits::default());
    let outcomes = patches.map(|operations| {
        let parameters = parse(&parameters(operations));
        let patch = patcher.read_parameters(parameters.root()).expect("a patch");
        shown(patcher.apply(&patch, entry.get("resource").expect("a resource")))
    });
    assert_eq!(
        outcomes,
        [
            r#"{"resourceType":"Patient","name":[{"use":"usual","given":["c"]}]}"#,
            r#"{"resourceType":"Patient","name":[{"given":["c"]}]}"#
        ]
    );
}

#[test]
fn type_and_id_stay() {
    const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","active":true}"#;
    let refused = |path: &str| {
        format!("NotApplicable: operation 1: the resource's type and id can't be changed [{path}]")
    };
    check(&[
        (PATIENT, r#"[{"type":"delete","path":"Patient.id"}]"#, &refused("Patient.id")),
        (PATIENT, r#"[{"type":"replace","path":"Patient.id","valueId":"q"}]"#, &refused("Patient.id")),
        (PATIENT, r#"[{"type":"replace","path":"Patient.id","valueId":"p"}]"#, PATIENT),
        (EMPTY, r#"[{"type":"add","path":"Patient","name":"id","valueId":"q"}]"#, &refused("Patient")),
    ]);
}

#[test]
fn malformed_patches() {
    let check = |parameters: &str, expected: &str| {
        assert_eq!(shown(applied(EMPTY, parameters, &Limits::default())), expected, "{parameters}");
    };
    let operation = |parts: &str| {
        format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"operation","part":[{parts}]}}]}}"#)
    };
    let code = |code: &str| {
        format!(r#"{{"name":"type","valueCode":"{code}"}},{{"name":"path","valueString":"Patient.name"}}"#)
    };
    check(r#"{"resourceType":"Parameters"}"#, EMPTY);
    check(r#"{"resourceType":"Patient"}"#, "Malformed: a FHIRPath Patch is a Parameters resource []");
    check("[]", "Malformed: a FHIRPath Patch is a Parameters resource []");
    check(
        r#"{"resourceType":"Parameters","parameter":{}}"#,
        "Malformed: a FHIRPath Patch is a Parameters resource []",
    );
    check(
        r#"{"resourceType":"Parameters","parameter":[{"name":"x"}]}"#,
        "Malformed: operation 1: each parameter must be called operation and have parts []",
    );
    check(
        r#"{"resourceType":"Parameters","parameter":[{"name":"operation"}]}"#,
        "Malformed: operation 1: each parameter must be called operation and have parts []",
    );
    check(
        &operation(r#"{"name":"path","valueString":"Patient"}"#),
        "Malformed: operation 1: type is missing, or not of the right type [Patient]",
    );
    check(
        &operation(r#"{"name":"type","valueCode":"delete"}"#),
        "Malformed: operation 1: path is missing, or not of the right type []",
    );
    check(&operation(&code("remove")), "Malformed: operation 1: no such type of operation [Patient.name]");
    check(
        &operation(&(code("delete") + r#",{"name":"nothing","valueCode":"x"}"#)),
        "Malformed: operation 1: a part that no operation has []",
    );
    check(
        &operation(&(code("delete") + r#",{"name":"path","valueString":"Patient"}"#)),
        "Malformed: operation 1: two parts of one name []",
    );
    check(
        &operation(&code("add")),
        "Malformed: operation 1: name is missing, or not of the right type [Patient.name]",
    );
    check(
        &operation(&code("replace")),
        "Malformed: operation 1: value is missing, or not of the right type [Patient.name]",
    );
    check(
        &operation(&code("insert")),
        "Malformed: operation 1: index is missing, or not of the right type [Patient.name]",
    );
    check(
        &operation(&(code("insert") + r#",{"name":"index","valueInteger":-1}"#)),
        "Malformed: operation 1: index is missing, or not of the right type [Patient.name]",
    );
    check(
        &operation(&(code("move") + r#",{"name":"source","valueInteger":0}"#)),
        "Malformed: operation 1: destination is missing, or not of the right type [Patient.name]",
    );
    for value in [
        r#"{"name":"value"}"#,
        r#"{"name":"value","valueNothing":1}"#,
        r#"{"name":"value","valueString":null}"#,
        r#"{"name":"value","valueString":["x"]}"#,
        r#"{"name":"value","valueString":{"x":1}}"#,
        r#"{"name":"value","valueHumanName":"x"}"#,
        r#"{"name":"value","_valueHumanName":{"id":"x"}}"#,
        r#"{"name":"value","valueString":"x","valueCode":"x"}"#,
        r#"{"name":"value","valueString":"x","_valueCode":{"id":"x"}}"#,
        r#"{"name":"value","valueString":"x","resource":{}}"#,
        r#"{"name":"value","part":[]}"#,
        r#"{"name":"value","part":[{"name":"x"}]}"#,
        r#"{"name":"value","part":[{"valueString":"x"}]}"#,
    ] {
        let wrong =
            "Malformed: operation 1: a value must be one value[x], one resource, or parts [Patient.name]";
        check(&operation(&format!("{},{value}", code("replace"))), wrong);
    }
}

#[test]
fn limits_hold() {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let add = r#"[{"type":"add","path":"Patient","name":"name","valueHumanName":{"given":["0123456789"]}}]"#;
    check_within(
        &limits(|limits| limits.operations_max = 0),
        &[(EMPTY, "[]", EMPTY), (EMPTY, add, "Limit: limit reached: number of operations []")],
    );
    check_within(
        &limits(|limits| limits.outcome_bytes_max = 50),
        &[(EMPTY, add, "Limit: operation 1: limit reached: bytes of the outcome [Patient]")],
    );
    check_within(
        &limits(|limits| limits.depth_max = 3),
        &[(EMPTY, add, "Limit: operation 1: limit reached: nesting depth [Patient]")],
    );
    check_within(
        &limits(|limits| limits.work_max = 50),
        &[(EMPTY, add, "Limit: operation 1: limit reached: work of the patch [Patient]")],
    );
    check_within(
        &limits(|limits| limits.path_steps_max = 3),
        &[(
            NAMES,
            r#"[{"type":"delete","path":"Patient.name.given.where($this = 'x')"}]"#,
            "Limit: operation 1: limit reached: size or cost of a path [Patient.name.given.where($this = 'x')]",
        )],
    );
    let deep = r#"{"name":"x","part":["#.repeat(70) + &"]}".repeat(70);
    let type_and_path =
        r#"{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.contact"}"#;
    let parts = format!(r#"{type_and_path},{{"name":"value","part":[{deep}]}}"#);
    let parameters =
        format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"operation","part":[{parts}]}}]}}"#);
    let document =
        Document::parse(parameters, &fornax_model::Limits { depth_max: 500, ..Default::default() });
    let patcher = Patcher::new(r4(), Limits::default());
    let error = patcher.read_parameters(document.expect("JSON").root()).expect_err("too deep");
    assert_eq!(error.to_string(), "operation 1: limit reached: nesting depth");
}
