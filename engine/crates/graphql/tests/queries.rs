//! What each feature answers, byte for byte.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod shared;

use fornax_graphql::{Limits, Status};
use shared::{Memory, Question, ask, messages, on_instance, on_system, try_ask};

const PATIENT: &str = r##"{"resourceType":"Patient","id":"example","active":true,
"identifier":[{"use":"usual","system":"urn:oid:1.2.36.146.595.217.0.1","value":"12345"}],
"name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},{"use":"usual","given":["Jim"]},
{"use":"maiden","family":"Windsor","given":["Peter","James"],"period":{"end":"2002"}}],
"telecom":[{"system":"phone","value":"1","rank":1,"use":"home"},{"system":"phone","value":"2","rank":2,"use":"work"}],
"gender":"male","birthDate":"1974-12-25",
"_birthDate":{"extension":[{"url":"http://x/time","valueDateTime":"1974-12-25T14:35:45-05:00"}]},
"contained":[{"resourceType":"Organization","id":"o","name":"Inside"}],
"managingOrganization":{"reference":"#o"},
"extension":[{"url":"http://x/a","valueString":"one"},{"url":"http://x/b","valueString":"two"}],
"generalPractitioner":[{"reference":"Practitioner/p1"},{"reference":"https://here.example/fhir/Practitioner/p2"}]}"##;

const OTHER: &str = r#"{"resourceType":"Patient","id":"other","name":[{"family":"Petersen","given":[null,"Ann"],
"_given":[{"id":"g"},null]}],"multipleBirthInteger":2}"#;

fn observation(id: usize) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o{id}","status":"final",
"code":{{"coding":[{{"system":"http://loinc.org","code":"8480-6"}}]}},"subject":{{"reference":"Patient/example"}},
"performer":[{{"reference":"Practitioner/p{}"}}],"valueQuantity":{{"value":{id}.50,"unit":"mmHg"}}}}"#,
        id % 2 + 1
    )
}

fn memory() -> Memory {
    let observations: Vec<String> = (1..=5).map(observation).collect();
    let mut all = vec![
        PATIENT,
        OTHER,
        r#"{"resourceType":"Practitioner","id":"p1","active":true,"name":[{"family":"Careful"}]}"#,
        r#"{"resourceType":"Practitioner","id":"p2","active":false,"name":[{"family":"Bold"}]}"#,
        r#"{"resourceType":"Group","id":"g","name":"All","active":true}"#,
    ];
    all.extend(observations.iter().map(String::as_str));
    Memory::of(&all)
}

#[track_caller]
fn check_question(question: Question<'_>, data: &str) {
    let (status, body) = ask(&memory(), question, &Limits::default());
    assert_eq!(body, format!("{{\"data\":{data}}}"), "{}", question.query);
    assert_eq!(status, Status::Executed);
}

#[track_caller]
fn check(query: &str, data: &str) {
    check_question(on_system(query), data);
}

#[track_caller]
fn check_patient(query: &str, data: &str) {
    check_question(on_instance(PATIENT, query), data);
}

/// Refused before anything is read.
#[track_caller]
fn check_refused(question: Question<'_>, message: &str) {
    let memory = memory();
    let (status, body) = ask(&memory, question, &Limits::default());
    assert_eq!(status, Status::Invalid, "{}: {body}", question.query);
    assert!(messages(&body)[0].contains(message), "{}: {body}", question.query);
    assert!(!body.contains("\"data\""), "{body}");
    assert!(memory.asked.borrow().is_empty());
}

/// Carried out with errors: the data, and the message and path of each error.
#[track_caller]
fn check_partial(question: Question<'_>, data: &str, errors: &[(&str, &str)]) {
    let (status, body) = ask(&memory(), question, &Limits::default());
    assert_eq!(status, Status::Executed);
    assert!(body.starts_with(&format!("{{\"data\":{data},\"errors\":")), "{}: {body}", question.query);
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let found = answer["errors"].as_array().unwrap();
    assert_eq!(found.len(), errors.len(), "{body}");
    for (error, (message, path)) in found.iter().zip(errors) {
        assert!(error["message"].as_str().unwrap().contains(message), "{body}");
        assert_eq!(error["path"].to_string(), *path, "{body}");
        assert!(error["locations"][0]["line"].is_u64(), "{body}");
        assert_eq!(error["extensions"]["resource"]["issue"][0]["diagnostics"], error["message"]);
    }
}

#[test]
fn elements() {
    check_patient("{ id active birthDate }", r#"{"id":"example","active":true,"birthDate":"1974-12-25"}"#);
    check_patient("{ birthDate id }", r#"{"birthDate":"1974-12-25","id":"example"}"#);
    check_patient("{ born: birthDate deceasedBoolean }", r#"{"born":"1974-12-25","deceasedBoolean":null}"#);
    check_patient("{ resourceType __typename }", r#"{"resourceType":"Patient","__typename":"Patient"}"#);
    check_patient(
        "{ name { text given family __typename } }",
        r#"{"name":[{"text":null,"given":["Peter","James"],"family":"Chalmers","__typename":"HumanName"},{"text":null,"given":["Jim"],"family":null,"__typename":"HumanName"},{"text":null,"given":["Peter","James"],"family":"Windsor","__typename":"HumanName"}]}"#,
    );
    check_patient("{ contact { name { family } } }", r#"{"contact":null}"#);
    check_patient(
        "{ _birthDate { extension { url valueDateTime } } }",
        r#"{"_birthDate":{"extension":[{"url":"http://x/time","valueDateTime":"1974-12-25T14:35:45-05:00"}]}}"#,
    );
    check_question(
        on_instance(OTHER, "{ multipleBirthInteger name { given _given { id } } }"),
        r#"{"multipleBirthInteger":2,"name":[{"given":[null,"Ann"],"_given":[{"id":"g"},null]}]}"#,
    );
    check_question(
        on_instance(&observation(1), "{ valueQuantity { value unit } valueString }"),
        r#"{"valueQuantity":{"value":1.50,"unit":"mmHg"},"valueString":null}"#,
    );
    check_patient(
        "{ contained { resourceType id ... on Organization { name } } }",
        r#"{"contained":[{"resourceType":"Organization","id":"o","name":"Inside"}]}"#,
    );
}

#[test]
fn resources_within_resources() {
    let bundle = r#"{"resourceType":"Bundle","entry":[{"fullUrl":"a","resource":{"resourceType":"Patient","id":"p","birthDate":"2001"}},
{"resource":{"resourceType":"Group","id":"g","name":"All","extension":[{"url":"u"}]}},{"resource":{"resourceType":"Strange"}},{}]}"#;
    check_question(
        on_instance(
            bundle,
            "{ entry { resource { id __typename ... on Patient { birthDate } ... on Group { name } ... on DomainResource { extension { url } } } } }",
        ),
        r#"{"entry":[{"resource":{"id":"p","__typename":"Patient","birthDate":"2001","extension":null}},{"resource":{"id":"g","__typename":"Group","name":"All","extension":[{"url":"u"}]}},{"resource":null},{"resource":null}]}"#,
    );
    check_question(
        on_instance(bundle, "{ entry(fullUrl: \"a\") { resource { birthDate } } }"),
        r#"{"entry":[{"resource":{"birthDate":"2001"}}]}"#,
    );
    // One name, a scalar of one type and an object of another.
    check_partial(
        on_instance(bundle, "{ entry(_count: 2) { resource { name { family } } } }"),
        r#"{"entry":[{"resource":{"name":null}},{"resource":{"name":null}}]}"#,
        &[("has no fields here", r#"["entry",1,"resource","name"]"#)],
    );
    let answer = r#"{"resourceType":"Parameters","parameter":[{"name":"other","valueString":"x"},{"name":"result","valueBoolean":true}]}"#;
    check_question(
        on_instance(answer, "{ result: parameter(name: \"result\") { value: valueBoolean } }"),
        r#"{"result":[{"value":true}]}"#,
    );
}

#[test]
fn lists_are_navigated() {
    check_patient("{ name(use: official) { family } }", r#"{"name":[{"family":"Chalmers"}]}"#);
    check_patient("{ name(use: \"usual\") { given } }", r#"{"name":[{"given":["Jim"]}]}"#);
    check_patient(
        "{ name(use: [usual, maiden]) { family } }",
        r#"{"name":[{"family":null},{"family":"Windsor"}]}"#,
    );
    check_patient("{ name(given: \"Jim\") { use } }", r#"{"name":[{"use":"usual"}]}"#);
    check_patient("{ name(use: usual, family: \"Windsor\") { use } }", r#"{"name":[]}"#);
    check_patient("{ telecom(rank: 2) { value } }", r#"{"telecom":[{"value":"2"}]}"#);
    check_patient("{ telecom(rank: 2.0) { value } }", r#"{"telecom":[{"value":"2"}]}"#);
    check_patient("{ name(_count: 1) { use } }", r#"{"name":[{"use":"official"}]}"#);
    check_patient("{ name(_offset: 1, _count: 1) { use } }", r#"{"name":[{"use":"usual"}]}"#);
    check_patient("{ name(_offset: 9) { use } }", r#"{"name":[]}"#);
    check_patient(
        "{ name(fhirpath: \"family.exists()\") { use } }",
        r#"{"name":[{"use":"official"},{"use":"maiden"}]}"#,
    );
    check_patient("{ name(fhirpath: \"$index = 1\") { use } }", r#"{"name":[{"use":"usual"}]}"#);
    check_patient(
        "{ name(fhirpath: \"family.exists()\", _offset: 1) { use } }",
        r#"{"name":[{"use":"maiden"}]}"#,
    );
    check_patient(
        "{ myext: extension(url: \"http://x/b\") { value: valueString } }",
        r#"{"myext":[{"value":"two"}]}"#,
    );
    check_patient("{ name @first { use } }", r#"{"name":[{"use":"official"}]}"#);
    check_patient("{ name(_offset: 1) @first { given @first } }", r#"{"name":[{"given":["Jim"]}]}"#);
}

#[test]
fn resources_at_the_root() {
    check("{ Patient(id: example) { id active } }", r#"{"Patient":{"id":"example","active":true}}"#);
    check(
        "{ Patient(id: \"other\") { id } __typename }",
        r#"{"Patient":{"id":"other"},"__typename":"Query"}"#,
    );
    check(
        "{ a: Patient(id: \"other\") { id } b: Patient(id: \"example\") { id } }",
        r#"{"a":{"id":"other"},"b":{"id":"example"}}"#,
    );
    for query in ["{ Patient(id: \"none\") { id } }", "{ Patient(id: \"no id!\") { id } }"] {
        check_partial(on_system(query), r#"{"Patient":null}"#, &[("not found", r#"["Patient"]"#)]);
    }
    check_partial(
        on_system("{ x: Patient(id: \"none\") { id } Group(id: \"g\") { name } }"),
        r#"{"x":null,"Group":{"name":"All"}}"#,
        &[("not found", r#"["x"]"#)],
    );
}

#[test]
fn searches() {
    check("{ PatientList(name: \"pet\") { id } }", r#"{"PatientList":[{"id":"example"},{"id":"other"}]}"#);
    check("{ PatientList(family: \"nobody\") { id } }", r#"{"PatientList":[]}"#);
    check("{ ObservationList(_count: 2) { id } }", r#"{"ObservationList":[{"id":"o1"},{"id":"o2"}]}"#);
    check("{ ObservationList(_count: 0) { id } }", r#"{"ObservationList":[]}"#);
    check("{ ObservationList(_offset: 3) { id } }", r#"{"ObservationList":[{"id":"o4"},{"id":"o5"}]}"#);
    check("{ ObservationList @first { id } }", r#"{"ObservationList":[{"id":"o1"}]}"#);
    check(
        "{ ObservationList(fhirpath: \"value.value > 3.9\") { id } }",
        r#"{"ObservationList":[{"id":"o4"},{"id":"o5"}]}"#,
    );
    check_partial(
        on_system("{ PatientList(family: \"refused\") { id } GroupList { name } }"),
        r#"{"PatientList":null,"GroupList":[{"name":"All"}]}"#,
        &[("can't be searched", r#"["PatientList"]"#)],
    );
    let broken =
        try_ask(&memory(), on_system("{ PatientList(family: \"broken\") { id } }"), &Limits::default());
    assert!(broken.unwrap_err().to_string().contains("disk"));
}

#[test]
fn lists_are_whole() {
    let limits = Limits { page_max: 2, ..Limits::default() };
    let (_, body) = ask(&memory(), on_system("{ ObservationList { id } }"), &limits);
    let all = r#"{"data":{"ObservationList":[{"id":"o1"},{"id":"o2"},{"id":"o3"},{"id":"o4"},{"id":"o5"}]}}"#;
    assert_eq!(body, all);
    let (status, body) =
        ask(&memory(), on_system("{ ObservationList { id } }"), &Limits { resources_max: 4, ..limits });
    assert_eq!(status, Status::TooCostly);
    assert!(body.contains("\"data\":null") && body.contains("resources read"), "{body}");
}

#[test]
fn arguments_become_parameters() {
    let check = |arguments: &str, query: &str| {
        let memory = memory();
        let text = format!("{{ ConditionConnection({arguments}) {{ offset }} }}");
        ask(&memory, on_system(&text), &Limits::default());
        assert_eq!(
            memory.asked.borrow()[..],
            [format!("search Condition?{query}&_total=none")],
            "{arguments}"
        );
    };
    check("clinical_status: active", "clinical-status=active");
    check("clinical_status: active, patient: example", "clinical-status=active&patient=example");
    check("_id: [\"1\", example, 2]", "_id=1%2Cexample%2C2");
    check("code: \"http://snomed.info/sct|1,2\"", r"code=http%3A%2F%2Fsnomed.info%2Fsct%7C1%5C%2C2");
    check("code: \"a&b=c\"", "code=a%26b%3Dc");
    check("_sort: \"-onset-date,code\"", "_sort=-onset-date%2Ccode");
    check("_sort: [\"-onset-date\", \"code\"]", "_sort=-onset-date%2Ccode");
    check("_count: 5", "_count=5");
    check("_count: 5000000", "_count=1000");
    check("_lastUpdated: \"ge2020\"", "_lastUpdated=ge2020");
    check("onset_age: 3.5", "onset-age=3.5");
    check(
        "_filter: \"code in (a, b) or onset-age gt 3\"",
        "_filter=code%20in%20%28a%2C%20b%29%20or%20onset-age%20gt%203",
    );
    check("code: null, patient: \"1\"", "patient=1");
}

#[test]
fn connections() {
    check(
        "{ ObservationConnection(_count: 2) { count offset pagesize edges { mode score resource { id } __typename } first previous next last __typename } }",
        r#"{"ObservationConnection":{"count":5,"offset":0,"pagesize":2,"edges":[{"mode":"match","score":0.50,"resource":{"id":"o1"},"__typename":"ObservationEdge"},{"mode":"match","score":0.50,"resource":{"id":"o2"},"__typename":"ObservationEdge"}],"first":"0:2:_count=2&_total=accurate","previous":null,"next":"2:2:_count=2&_total=accurate","last":"4:2:_count=2&_total=accurate","__typename":"ObservationConnection"}}"#,
    );
    check(
        "{ ObservationConnection(_cursor: \"2:2:\") { edges { resource { id } } next } }",
        r#"{"ObservationConnection":{"edges":[{"resource":{"id":"o3"}},{"resource":{"id":"o4"}}],"next":"4:2:"}}"#,
    );
    check(
        "{ ObservationConnection(cursor: \"4:2:\") { edges { resource { id } } next } }",
        r#"{"ObservationConnection":{"edges":[{"resource":{"id":"o5"}}],"next":null}}"#,
    );
    check_partial(
        on_system("{ ObservationConnection(cursor: \"x\") { next } }"),
        r#"{"ObservationConnection":null}"#,
        &[("no cursor", r#"["ObservationConnection"]"#)],
    );
    check_refused(
        on_system("{ ObservationConnection(cursor: \"4:2:\", code: \"a\") { next } }"),
        "can't be changed",
    );
    check_refused(on_system("{ ObservationList(cursor: \"4:2:\") { id } }"), "a cursor stands");
    check_refused(
        on_instance(PATIENT, "{ ObservationConnection(_reference: patient, cursor: \"4:2:\") { next } }"),
        "a cursor stands",
    );
}

#[test]
fn references() {
    check_question(
        on_instance(
            &observation(1),
            "{ subject { reference resource { ... on Patient { birthDate } ... on Group { name } } } }",
        ),
        r#"{"subject":{"reference":"Patient/example","resource":{"birthDate":"1974-12-25"}}}"#,
    );
    check_question(
        on_instance(&observation(1), "{ subject { resource { active __typename } } }"),
        r#"{"subject":{"resource":{"active":true,"__typename":"Patient"}}}"#,
    );
    check_question(
        on_instance(
            &observation(1),
            "{ subject { resource(type: Patient) { birthDate } resource(type: Practitioner) { active } } }",
        ),
        r#"{"subject":{"resource":{"birthDate":"1974-12-25"}}}"#,
    );
    check_question(
        on_instance(&observation(1), "{ subject { resource(type: Group) { name } } }"),
        r#"{"subject":{"resource":null}}"#,
    );
    check_patient(
        "{ managingOrganization { resource { ... on Organization { name } } } }",
        r#"{"managingOrganization":{"resource":{"name":"Inside"}}}"#,
    );
    check_patient(
        "{ generalPractitioner { resource { ... on Practitioner { name { family } } } } }",
        r#"{"generalPractitioner":[{"resource":{"name":[{"family":"Careful"}]}},{"resource":{"name":[{"family":"Bold"}]}}]}"#,
    );
    let lost = r##"{"resourceType":"Observation","subject":{"reference":"Patient/gone"},"focus":[{"display":"x"}],"specimen":{"reference":"#s"},"device":{"reference":"Device/d/_history/3"}}"##;
    check_partial(
        on_instance(
            lost,
            "{ subject { resource { id } } focus { resource { id } } specimen { resource { id } } device { resource { id } } }",
        ),
        r#"{"subject":{"resource":null},"focus":[{"resource":null}],"specimen":{"resource":null},"device":{"resource":null}}"#,
        &[
            ("does not lead", r#"["focus",0,"resource"]"#),
            ("does not lead", r#"["specimen","resource"]"#),
            ("does not lead", r#"["subject","resource"]"#),
            ("does not lead", r#"["device","resource"]"#),
        ],
    );
    check_question(
        on_instance(
            lost,
            "{ subject { resource(optional: true) { id } } focus { resource(optional: true) { id } } specimen { resource(optional: true) { id } } }",
        ),
        r#"{"subject":{"resource":null},"focus":[{"resource":null}],"specimen":{"resource":null}}"#,
    );
}

#[test]
fn references_of_one_level_are_read_at_once() {
    let memory = memory();
    let query = "{ ObservationList { subject { resource { id } } performer { resource { id } } } }";
    ask(&memory, on_system(query), &Limits::default());
    assert_eq!(
        memory.asked.borrow()[..],
        [
            "search Observation?_count=1000&_total=none",
            "read Patient/example Practitioner/p2 Practitioner/p1"
        ]
    );
}

#[test]
fn reverse_references() {
    check_patient(
        "{ id ObservationList(_reference: patient, _count: 2) { id } }",
        r#"{"id":"example","ObservationList":[{"id":"o1"},{"id":"o2"}]}"#,
    );
    check_patient(
        "{ ObservationConnection(_reference: \"subject\") { count edges { resource { id } } } }",
        r#"{"ObservationConnection":{"count":5,"edges":[{"resource":{"id":"o1"}},{"resource":{"id":"o2"}},{"resource":{"id":"o3"}},{"resource":{"id":"o4"}},{"resource":{"id":"o5"}}]}}"#,
    );
    check(
        "{ PatientList { id ObservationList(_reference: patient, _count: 1) { subject { resource { id } } } } }",
        r#"{"PatientList":[{"id":"example","ObservationList":[{"subject":{"resource":{"id":"example"}}}]},{"id":"other","ObservationList":[]}]}"#,
    );
    check_question(
        on_instance(
            &observation(1),
            "{ subject { resource { ObservationList(_reference: patient, _count: 1) { id } } } }",
        ),
        r#"{"subject":{"resource":{"ObservationList":[{"id":"o1"}]}}}"#,
    );
    let memory = memory();
    let query = "{ ObservationList(_reference: patient, code: \"a|b\") { id } }";
    ask(&memory, on_instance(PATIENT, query), &Limits::default());
    let asked = "search Observation?code=a%7Cb&patient=Patient%2Fexample&_count=1000&_total=none";
    assert_eq!(memory.asked.borrow()[..], [asked]);
    check_partial(
        on_instance(
            PATIENT,
            "{ contained { ... on Organization { PatientList(_reference: organization) { id } } } }",
        ),
        r#"{"contained":[{"PatientList":null}]}"#,
        &[("within another", r#"["contained",0,"PatientList"]"#)],
    );
    check_refused(on_instance(PATIENT, "{ ObservationList { id } }"), "needs its argument `_reference`");
    check_refused(on_instance(PATIENT, "{ ObservationList(_reference: specimen) { id } }"), "does not lead");
    check_refused(on_instance(PATIENT, "{ ObservationList(_reference: code) { id } }"), "does not lead");
}

#[test]
fn fragments_and_variables() {
    let question =
        |query| Question { variables: Some(r#"{"id":"example","more":true}"#), ..on_system(query) };
    check_question(
        question(
            "query Q($id: ID!, $use: String = \"maiden\") { Patient(id: $id) { ...Names ... on Patient { active } ... { id } } } fragment Names on Patient { name(use: $use) { ...N } } fragment N on HumanName { family }",
        ),
        r#"{"Patient":{"name":[{"family":"Windsor"}],"active":true,"id":"example"}}"#,
    );
    check_question(
        question(
            "query Q($id: ID!) { Patient(id: $id) { name(_count: 1) { use } ... on Resource { id } ...A ...A } } fragment A on Patient { name(_count: 1) { family } }",
        ),
        r#"{"Patient":{"name":[{"use":"official","family":"Chalmers"}],"id":"example"}}"#,
    );
    check_question(
        question(
            "query Q($id: ID!, $more: Boolean!, $use: String) { Patient(id: $id) { id @skip(if: $more) active @include(if: $more) gender @include(if: false) ... @skip(if: true) { birthDate } name(use: $use) @first { use } } }",
        ),
        r#"{"Patient":{"active":true,"name":[{"use":"official"}]}}"#,
    );
    let several = "query A { Patient(id: \"example\") { id } } query B { Group(id: \"g\") { id } }";
    check_question(Question { operation: Some("B"), ..on_system(several) }, r#"{"Group":{"id":"g"}}"#);
    check_refused(on_system(several), "several operations");
    check_refused(Question { operation: Some("C"), ..on_system(several) }, "no operation of that name");
    check_question(
        Question {
            variables: Some(r#"{"names":["pet","ann"]}"#),
            ..on_system("query ($names: [String!]) { PatientList(name: $names) { id } }")
        },
        r#"{"PatientList":[{"id":"example"},{"id":"other"}]}"#,
    );
}

#[test]
fn flattening() {
    check_patient(
        "{ identifier @flatten { system value } active name @flatten { text given family } }",
        r#"{"system":["urn:oid:1.2.36.146.595.217.0.1"],"value":["12345"],"active":true,"given":["Peter","James","Jim","Peter","James"],"family":["Chalmers","Windsor"]}"#,
    );
    check_patient(
        "{ identifier @flatten { system value } active name @flatten { text given @first family } }",
        r#"{"system":["urn:oid:1.2.36.146.595.217.0.1"],"value":["12345"],"active":true,"given":["Peter","Jim","Peter"],"family":["Chalmers","Windsor"]}"#,
    );
    check_patient(
        "{ identifier @flatten { system @singleton value @singleton } active name @flatten @first { text given family @singleton } }",
        r#"{"system":"urn:oid:1.2.36.146.595.217.0.1","value":"12345","active":true,"given":["Peter","James"],"family":"Chalmers"}"#,
    );
    for argument in ["path", "fhirpath"] {
        check_patient(
            &format!(
                "{{ identifier @flatten {{ system value }} active name @flatten @slice({argument}: \"use\") {{ given family @singleton }} }}"
            ),
            r#"{"system":["urn:oid:1.2.36.146.595.217.0.1"],"value":["12345"],"active":true,"given.official":["Peter","James"],"family.official":"Chalmers","given.usual":["Jim"],"given.maiden":["Peter","James"],"family.maiden":"Windsor"}"#,
        );
    }
    check_patient(
        "{ name @flatten @slice(path: \"$index\") { given family @singleton } }",
        r#"{"given.0":["Peter","James"],"family.0":"Chalmers","given.1":["Jim"],"given.2":["Peter","James"],"family.2":"Windsor"}"#,
    );
    check_patient(
        "{ telecom @slice(fhirpath: \"use\") { value } }",
        r#"{"telecom.home":[{"value":"1"}],"telecom.work":[{"value":"2"}]}"#,
    );
    check_question(
        on_instance(
            &observation(1),
            "{ id subject @flatten { resource @flatten { ... on Patient { birthDate name @flatten { family } } } } }",
        ),
        r#"{"id":"o1","birthDate":"1974-12-25","family":["Chalmers","Windsor"]}"#,
    );
    check(
        "{ PatientList(name: \"pet\") { name @first @flatten { family given @first } } }",
        r#"{"PatientList":[{"family":["Chalmers"],"given":["Peter"]},{"family":["Petersen"],"given":[null]}]}"#,
    );
    check(
        "{ ObservationList @flatten { id valueQuantity @flatten { value } } }",
        r#"{"id":["o1","o2","o3","o4","o5"],"value":[1.50,2.50,3.50,4.50,5.50]}"#,
    );
    check_partial(
        on_instance(PATIENT, "{ id name @flatten { family @singleton } }"),
        r#"{"id":"example","family":null}"#,
        &[("more than one value", r#"["family"]"#)],
    );
    check_partial(
        on_instance(PATIENT, "{ name @flatten { x: use } identifier @flatten { x: value } }"),
        r#"{"x":null}"#,
        &[("different types", r#"["x"]"#)],
    );
    check_refused(on_instance(PATIENT, "{ id @flatten }"), "holds nothing");
}

#[test]
fn what_is_refused() {
    let check = |query: &str, message: &str| check_refused(on_system(query), message);
    let of_patient = |query: &str, message: &str| check_refused(on_instance(PATIENT, query), message);
    check("", "not GraphQL");
    check("fragment F on Query { __typename }", "no operation");
    check("{", "not GraphQL");
    check("{ }", "not GraphQL");
    check("{ PatientList() { id } }", "not GraphQL");
    check("type Patient { id: ID }", "can't be executed");
    check("mutation { PatientCreate(id: \"a\", res: \"{}\") { location } }", "mutations are not supported");
    check("subscription { Patient(id: \"a\") { id } }", "subscriptions are not supported");
    check("{ Patient { id } }", "needs its argument `id`");
    check("{ Patient(id: \"a\", x: 1) { id } }", "no argument `x`");
    check("{ Patient(id: [\"a\"]) { id } }", "must be a string");
    check("{ Pationt(id: \"a\") { id } }", "`Query` has no field `Pationt`");
    check("{ Resource(id: \"a\") { id } }", "no field `Resource`");
    check("{ name { family } }", "no field `name`");
    check("{ PatientList(shoe_size: 3) { id } }", "no search parameter `shoe_size`");
    check("{ PatientList(_include: \"Patient:organization\") { id } }", "no search parameter");
    check("{ PatientList(_has: \"x\") { id } }", "no search parameter");
    check("{ PatientList(_count: -1) { id } }", "whole number");
    check("{ PatientList(name: {a: 1}) { id } }", "a scalar or a list");
    check("{ PatientList(name: \"a\", name: \"b\") { id } }", "stands twice");
    check("{ PatientList }", "has fields: select some");
    check("{ PatientList(fhirpath: \"1 +\") { id } }", "FHIRPath");
    check("{ PatientList(fhirpath: \"shoe\") { id } }", "FHIRPath: unknown element");
    check("{ PatientConnection { total } }", "`PatientConnection` has no field `total`");
    check("{ PatientConnection { edges { node { id } } } }", "`PatientEdge` has no field `node`");
    check("{ PatientList { id } PatientList(name: \"a\") { id } }", "two different fields");
    check("query ($a: String) { PatientList(name: $b) { id } }", "`$b` is not declared");
    check("query ($a: String!) { PatientList(name: $a) { id } }", "needs a value");
    check("query ($a: Int = \"x\") { PatientList(_count: $a) { id } }", "not of its type");
    check("query ($a: Patient) { PatientList(name: $a) { id } }", "which no argument has");
    check("query ($a: Int, $a: Int) { PatientList(_count: $a) { id } }", "declared twice");
    check("{ ...F }", "no fragment `F`");
    check("{ ...F } fragment F on Patient { id }", "is never a");
    check("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }", "leads back to itself");
    check(
        "{ Patient(id: \"a\") { ...F } } fragment F on Patient { link { other { resource { ...F } } } }",
        "leads back",
    );
    check("{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }", "two fragments");
    check("query @flatten { __typename }", "must not stand here");
    check("{ PatientList @upper { id } }", "`@upper` is unknown");
    check("{ PatientList @skip { id } }", "needs its argument `if`");
    check("{ PatientList @first @first { id } }", "stands twice");
    of_patient("{ shoeSize }", "`Patient` has no field `shoeSize`");
    of_patient("{ value { id } }", "no field `value`");
    of_patient("{ name }", "has fields");
    of_patient("{ birthDate { year } }", "no fields");
    of_patient("{ birthDate(fhirpath: \"true\") }", "no argument");
    of_patient("{ _name { id } }", "no field `_name`");
    of_patient("{ _id { extension { url } } }", "no field `_id`");
    of_patient("{ name(period: \"x\") { use } }", "no argument `period`");
    of_patient("{ name(fhirpath: \"shoe = 1\") { use } }", "FHIRPath: unknown element");
    of_patient("{ name(fhirpath: \"true) | (name\") { use } }", "FHIRPath");
    of_patient("{ ... on Group { name } }", "`Patient` is never a `Group`");
    of_patient("{ ... on Grooup { name } }", "no type `Grooup`");
    of_patient("{ name { ... on Patient { id } } }", "never");
    of_patient(
        "{ managingOrganization { resource(type: Practioner) { id } } }",
        "no resource type `Practioner`",
    );
    of_patient("{ managingOrganization { resource { shoeSize } } }", "no field `shoeSize`");
    of_patient(
        "{ PatientConnection(_reference: link) { edges { resource { ...X } } } } fragment X on Group { id }",
        "never",
    );
    of_patient("{ name { __schema { queryType { name } } } }", "no field `__schema`");
}

#[test]
fn places_of_errors() {
    let (_, body) = ask(&memory(), on_instance(PATIENT, "{\n  id\n  shoeSize\n}"), &Limits::default());
    assert!(body.contains(r#""locations":[{"line":3,"column":3}]"#), "{body}");
}
