//! Resources in JSON, and the issues that each has: path and code, in order.

use std::borrow::Cow;

use fornax_model::Document;
use fornax_validation::{Issue, IssueCode, Limits, Severity, r4};

fn issues_within(limits: &Limits, json: &str) -> Vec<Issue> {
    let no_bounds = fornax_model::Limits { depth_max: 4_096, ..Default::default() };
    let document = Document::parse(json, &no_bounds).unwrap_or_else(|error| panic!("{json}: {error}"));
    match r4().check(document.root(), limits) {
        Ok(_) => Vec::new(),
        Err(issues) => issues,
    }
}

#[track_caller]
fn check(json: &str, expected: &[(&str, &str)]) {
    let issues = issues_within(&Limits::default(), json);
    let found: Vec<_> = issues.iter().map(|issue| (issue.path.as_str(), issue.code.code())).collect();
    assert_eq!(found, expected, "{json}: {issues:#?}");
}

/// Checks a patient that has these members.
#[track_caller]
fn patient(members: &str, expected: &[(&str, &str)]) {
    check(&format!(r#"{{"resourceType": "Patient", {members}}}"#), expected);
}

/// Checks an observation that has these members beside the required ones.
#[track_caller]
fn observation(members: &str, expected: &[(&str, &str)]) {
    let required = r#""resourceType": "Observation", "status": "final", "code": {"text": "x"}"#;
    check(&format!("{{{required}, {members}}}"), expected);
}

#[test]
fn resource_type() {
    check(r#"{"resourceType": "Patient"}"#, &[]);
    check(r#"{"id": "a", "resourceType": "Patient"}"#, &[]);
    check(r#"{"resourceT\u0079pe": "Pat\u0069ent"}"#, &[]);
    check(r#"{"resourceType": "Basic", "code": {"text": "x"}}"#, &[]);
    check("{}", &[("", "required")]);
    check(r#"{"name": []}"#, &[("", "required")]);
    check("[]", &[("", "structure")]);
    check("null", &[("", "structure")]);
    check(r#""Patient""#, &[("", "structure")]);
    check(r#"{"resourceType": null}"#, &[("", "structure")]);
    check(r#"{"resourceType": 1}"#, &[("", "structure")]);
    check(r#"{"resourceType": ["Patient"]}"#, &[("", "structure")]);
    check(r#"{"resourceType": ""}"#, &[("", "structure")]);
    check(r#"{"resourceType": "patient"}"#, &[("", "structure")]);
    check(r#"{"resourceType": "Person1", "nonsense": 1}"#, &[("", "structure")]);
    for not_a_resource in ["Resource", "DomainResource", "HumanName", "string", "Patient.contact", "Element"]
    {
        check(&format!(r#"{{"resourceType": "{not_a_resource}"}}"#), &[("", "structure")]);
    }
    patient(r#""_resourceType": {"id": "x"}"#, &[("Patient._resourceType", "structure")]);
    patient(r#""name": [{"resourceType": "HumanName"}]"#, &[("Patient.name[0].resourceType", "structure")]);
}

#[test]
fn unknown_elements() {
    patient(r#""nonsense": 1"#, &[("Patient.nonsense", "structure")]);
    patient(r#""Name": [{"text": "x"}]"#, &[("Patient.Name", "structure")]);
    patient(r#""fhir_comments": ["x"]"#, &[("Patient.?", "structure")]);
    patient(r#""": 1"#, &[("Patient.?", "structure")]);
    patient(r#""_": {"id": "x"}"#, &[("Patient.?", "structure")]);
    patient(r#""John Doe": 1"#, &[("Patient.?", "structure")]);
    patient(r#""deceased": true"#, &[("Patient.deceased", "structure")]);
    patient(r#""deceased[x]": true"#, &[("Patient.?", "structure")]);
    patient(r#""deceasedString": "x""#, &[("Patient.deceasedString", "structure")]);
    patient(r#""name": [{"text": "x", "nick": "y"}]"#, &[("Patient.name[0].nick", "structure")]);
    patient(r#""contact": [{"kin": {"text": "x"}}]"#, &[("Patient.contact[0].kin", "structure")]);
    patient(r#""a": 1, "b": 2"#, &[("Patient.a", "structure"), ("Patient.b", "structure")]);
    check(r#"{"resourceType": "Binary", "contentType": "a/b", "text": 1}"#, &[("Binary.text", "structure")]);
    // A simple quantity is one without comparator.
    let range = |low| format!(r#""referenceRange": [{{"low": {{"value": 1{low}}}}}]"#);
    observation(&range(r#", "unit": "g""#), &[]);
    let path = "Observation.referenceRange[0].low.comparator";
    observation(&range(r#", "comparator": "<""#), &[(path, "structure")]);
    observation(r#""valueQuantity": {"value": 1, "comparator": "<"}"#, &[]);
}

#[test]
fn json_kinds() {
    patient(r#""active": true"#, &[]);
    patient(r#""active": "true""#, &[("Patient.active", "structure")]);
    patient(r#""active": 1"#, &[("Patient.active", "structure")]);
    patient(r#""active": null"#, &[("Patient.active", "structure")]);
    patient(r#""active": {}"#, &[("Patient.active", "structure")]);
    patient(r#""multipleBirthInteger": "1""#, &[("Patient.multipleBirth", "structure")]);
    patient(r#""birthDate": 1970"#, &[("Patient.birthDate", "structure")]);
    patient(r#""birthDate": {"value": "1970"}"#, &[("Patient.birthDate", "structure")]);
    patient(r#""maritalStatus": "M""#, &[("Patient.maritalStatus", "structure")]);
    patient(r#""maritalStatus": null"#, &[("Patient.maritalStatus", "structure")]);
    patient(r#""name": ["x"]"#, &[("Patient.name[0]", "structure")]);
    patient(r#""name": [null]"#, &[("Patient.name[0]", "structure")]);
    patient(r#""name": [[{"text": "x"}]]"#, &[("Patient.name[0]", "structure")]);
    patient(r#""name": [{"given": [["x"]]}]"#, &[("Patient.name[0].given[0]", "structure")]);
    observation(r#""valueQuantity": {"value": "1.50"}"#, &[("Observation.value.value", "structure")]);
    observation(r#""valueQuantity": {"value": 1.50}"#, &[]);
    observation(r#""valueQuantity": 1.50"#, &[("Observation.value", "structure")]);
    observation(r#""valueString": {"text": "x"}"#, &[("Observation.value", "structure")]);
}

#[test]
fn primitives() {
    patient(r#""birthDate": "1970-02-28""#, &[]);
    patient(r#""birthDate": "1970-02-30""#, &[("Patient.birthDate", "value")]);
    patient(r#""birthDate": "1970-02-28T00:00:00Z""#, &[("Patient.birthDate", "value")]);
    patient(r#""birthDate": """#, &[("Patient.birthDate", "value")]);
    patient(r#""gender": "male""#, &[]);
    patient(r#""gender": " male""#, &[("Patient.gender", "value")]);
    patient(r#""language": "a  b""#, &[("Patient.language", "value")]);
    patient(r#""implicitRules": "a b""#, &[("Patient.implicitRules", "value")]);
    patient(r#""deceasedDateTime": "2020-01-01T10:00:00""#, &[("Patient.deceased", "value")]);
    patient(r#""deceasedDateTime": "2020-01-01T10:00:00+01:00""#, &[]);
    patient(r#""multipleBirthInteger": 1.5"#, &[("Patient.multipleBirth", "value")]);
    patient(r#""multipleBirthInteger": 2147483648"#, &[("Patient.multipleBirth", "value")]);
    patient(r#""meta": {"lastUpdated": "2020"}"#, &[("Patient.meta.lastUpdated", "value")]);
    patient(r#""meta": {"versionId": "a_b"}"#, &[("Patient.meta.versionId", "value")]);
    patient(r#""telecom": [{"rank": 0}]"#, &[("Patient.telecom[0].rank", "value")]);
    patient(r#""name": [{"given": ["a", ""]}]"#, &[("Patient.name[0].given[1]", "value")]);
    patient(r#""photo": [{"data": "AAAA", "size": 3}]"#, &[]);
    patient(r#""photo": [{"data": "AAA"}]"#, &[("Patient.photo[0].data", "value")]);
    patient(r#""photo": [{"size": -1}]"#, &[("Patient.photo[0].size", "value")]);
    observation(r#""valueTime": "25:00:00""#, &[("Observation.value", "value")]);
    observation(r#""valueQuantity": {"value": 1e99999}"#, &[("Observation.value.value", "value")]);
    observation(r#""issued": "2020-01-01""#, &[("Observation.issued", "value")]);
}

#[test]
fn ids() {
    for resource in fornax_definitions::r4().resource_types() {
        let resource = resource.name;
        let json = |id| format!(r#"{{"resourceType": "{resource}", "id": {id}}}"#);
        let first = |id| {
            let issues = issues_within(&Limits::default(), &json(id));
            issues.into_iter().next().filter(|issue| issue.path.ends_with(".id")).map(|issue| issue.code)
        };
        assert_eq!(first(r#""A-1.b""#), None, "{resource}");
        assert_eq!(first(r#""a_b""#), Some(IssueCode::Value), "{resource}");
        assert_eq!(first("1"), Some(IssueCode::Structure), "{resource}");
    }
    let long = "x".repeat(64);
    patient(&format!(r#""id": "{long}""#), &[]);
    patient(&format!(r#""id": "{long}x""#), &[("Patient.id", "value")]);
    patient(r#""id": "a/b""#, &[("Patient.id", "value")]);
    patient(r#""id": """#, &[("Patient.id", "value")]);
    patient(r#""id": null"#, &[("Patient.id", "structure")]);
    patient(
        r#""id": "a", "_id": {"extension": [{"url": "u", "valueCode": "x"}]}"#,
        &[("Patient._id", "structure")],
    );
    // Elements other than resources have any text for an id.
    patient(r#""name": [{"id": "a_b/c", "text": "x"}]"#, &[]);
    patient(r#""name": [{"id": "", "text": "x"}]"#, &[("Patient.name[0].id", "value")]);
}

#[test]
fn cardinality() {
    patient(r#""name": {"text": "x"}"#, &[("Patient.name", "structure")]);
    patient(r#""name": null"#, &[("Patient.name", "structure")]);
    patient(r#""name": []"#, &[("Patient.name", "structure")]);
    patient(r#""name": [{}]"#, &[("Patient.name[0]", "structure")]);
    patient(r#""name": [{"given": "x"}]"#, &[("Patient.name[0].given", "structure")]);
    patient(r#""name": [{"given": []}]"#, &[("Patient.name[0].given", "structure")]);
    patient(r#""active": [true]"#, &[("Patient.active", "structure")]);
    patient(r#""active": []"#, &[("Patient.active", "structure")]);
    patient(r#""maritalStatus": [{"text": "x"}]"#, &[("Patient.maritalStatus", "structure")]);
    patient(r#""maritalStatus": {}"#, &[("Patient.maritalStatus", "structure")]);
    patient(r#""meta": {}"#, &[("Patient.meta", "structure")]);
    patient(r#""contact": [{"name": {}}]"#, &[("Patient.contact[0].name", "structure")]);
    patient(r#""name": [{"id": "x"}]"#, &[("Patient.name[0]", "invariant")]);
    patient(r#""name": [{"extension": [{"url": "u", "valueCode": "x"}]}]"#, &[]);
    patient(
        r#""communication": [{"preferred": true}]"#,
        &[("Patient.communication[0].language", "required")],
    );
    patient(
        r#""link": [{"id": "x"}]"#,
        &[
            ("Patient.link[0].other", "required"),
            ("Patient.link[0].type", "required"),
            ("Patient.link[0]", "invariant"),
        ],
    );
    let status_and_code = &[("Observation.status", "required"), ("Observation.code", "required")];
    check(r#"{"resourceType": "Observation"}"#, status_and_code);
    check(r#"{"resourceType": "Observation", "status": "final"}"#, &status_and_code[1..]);
    let with_extension = r#""_status": {"extension": [{"url": "u", "valueCode": "unknown"}]}"#;
    check(&format!(r#"{{"resourceType": "Observation", {with_extension}}}"#), &status_and_code[1..]);
    check(
        &format!(r#"{{"resourceType": "Observation", "status": "final", {with_extension}}}"#),
        &status_and_code[1..],
    );
    // A required choice, and one required element behind a content reference.
    let administration =
        r#""resourceType": "MedicationAdministration", "status": "completed", "subject": {"display": "x"}"#;
    let medication = r#""medicationCodeableConcept": {"text": "x"}"#;
    check(&format!(r#"{{{administration}, {medication}, "effectiveDateTime": "2020"}}"#), &[]);
    check(
        &format!("{{{administration}}}"),
        &[
            ("MedicationAdministration.medication", "required"),
            ("MedicationAdministration.effective", "required"),
        ],
    );
    let item = r#""item": [{"linkId": "1", "type": "group", "item": [{"type": "display"}]}]"#;
    check(
        &format!(r#"{{"resourceType": "Questionnaire", "status": "draft", {item}}}"#),
        &[("Questionnaire.item[0].item[0].linkId", "required")],
    );
}

#[test]
fn choices() {
    observation(r#""valueString": "x""#, &[]);
    observation(r#""valueString": "x", "valueInteger": 1"#, &[("Observation.value", "structure")]);
    observation(
        r#""valueString": "x", "valueInteger": 1.5"#,
        &[("Observation.value", "structure"), ("Observation.value", "value")],
    );
    observation(
        r#""valueString": "x", "valueInteger": 1, "valueBoolean": true"#,
        &[("Observation.value", "structure"), ("Observation.value", "structure")],
    );
    let extension = r#"{"extension": [{"url": "u", "valueCode": "x"}]}"#;
    observation(&format!(r#""valueString": "x", "_valueString": {extension}"#), &[]);
    observation(&format!(r#""_valueString": {extension}, "valueString": "x""#), &[]);
    observation(&format!(r#""_valueString": {extension}"#), &[]);
    let value = &[("Observation.value", "structure")];
    observation(&format!(r#""valueString": "x", "_valueInteger": {extension}"#), value);
    observation(&format!(r#""_valueInteger": {extension}, "valueString": "x""#), value);
    observation(&format!(r#""_valueInteger": {extension}, "_valueString": {extension}"#), value);
    observation(r#""effectiveDateTime": "2020", "valueString": "x""#, &[]);
    observation(
        r#""effectiveDateTime": "2020", "effectivePeriod": {"start": "2020"}"#,
        &[("Observation.effective", "structure")],
    );
    patient(r#""deceasedBoolean": true, "multipleBirthBoolean": true"#, &[]);
}

#[test]
fn beside_single_primitives() {
    let extension = r#""extension": [{"url": "u", "valueCode": "x"}]"#;
    patient(&format!(r#""birthDate": "1970", "_birthDate": {{{extension}}}"#), &[]);
    patient(&format!(r#""_birthDate": {{{extension}}}, "birthDate": "1970""#), &[]);
    patient(&format!(r#""_birthDate": {{{extension}}}"#), &[]);
    patient(r#""birthDate": "1970", "_birthDate": {"id": "x"}"#, &[]);
    patient(r#""_birthDate": {"id": "x"}"#, &[("Patient.birthDate", "invariant")]);
    patient(&format!(r#""_birthDate": {{"id": "x", {extension}}}"#), &[]);
    patient(r#""_birthDate": {}"#, &[("Patient.birthDate", "structure")]);
    patient(r#""birthDate": "1970", "_birthDate": {}"#, &[("Patient.birthDate", "structure")]);
    patient(r#""birthDate": "1970", "_birthDate": null"#, &[("Patient.birthDate", "structure")]);
    patient(r#""_birthDate": "x""#, &[("Patient.birthDate", "structure")]);
    patient(r#""_birthDate": []"#, &[("Patient.birthDate", "structure")]);
    patient(r#""_birthDate": [null]"#, &[("Patient.birthDate", "structure")]);
    patient(
        &format!(r#""birthDate": null, "_birthDate": {{{extension}}}"#),
        &[("Patient.birthDate", "structure")],
    );
    patient(
        r#""birthDate": "1970", "_birthDate": {"value": "1970"}"#,
        &[("Patient.birthDate.value", "structure")],
    );
    patient(
        r#""birthDate": "1970", "_birthDate": {"text": "x"}"#,
        &[("Patient.birthDate.text", "structure")],
    );
    patient(
        r#""birthDate": "1970", "_birthDate": {"extension": []}"#,
        &[("Patient.birthDate.extension", "structure")],
    );
    patient(
        r#""_birthDate": {"extension": [{"valueCode": "x"}]}"#,
        &[("Patient.birthDate.extension[0].url", "required")],
    );
    // What is no primitive has its extensions within.
    patient(&format!(r#""_maritalStatus": {{{extension}}}"#), &[("Patient._maritalStatus", "structure")]);
    patient(&format!(r#""__birthDate": {{{extension}}}"#), &[("Patient.?", "structure")]);
}

#[test]
fn beside_lists_of_primitives() {
    let extended = r#"{"extension": [{"url": "u", "valueCode": "x"}]}"#;
    let name = |members: &str, expected: &[(&str, &str)]| {
        patient(&format!(r#""name": [{{{}}}]"#, members.replace("EXTENDED", extended)), expected);
    };
    let given = "Patient.name[0].given";
    let (first, second) = ("Patient.name[0].given[0]", "Patient.name[0].given[1]");
    name(r#""given": ["a", "b"], "_given": [null, EXTENDED]"#, &[]);
    name(r#""_given": [null, EXTENDED], "given": ["a", "b"]"#, &[]);
    name(r#""given": [null, "b"], "_given": [EXTENDED, null]"#, &[]);
    name(r#""given": ["a", null], "_given": [EXTENDED, EXTENDED]"#, &[]);
    name(r#""given": ["a"], "_given": [{"id": "x"}]"#, &[]);
    name(r#""given": ["a"], "_given": [null]"#, &[]);
    name(r#""given": [null], "_given": [EXTENDED]"#, &[]);
    name(r#""_given": [EXTENDED]"#, &[]);
    name(r#""_given": [EXTENDED, null]"#, &[(second, "structure")]);
    name(r#""_given": []"#, &[(given, "structure")]);
    name(r#""_given": null"#, &[(given, "structure")]);
    name(r#""_given": EXTENDED"#, &[(given, "structure")]);
    name(r#""given": ["a"], "_given": EXTENDED"#, &[(given, "structure")]);
    name(r#""given": "a", "_given": [EXTENDED]"#, &[(given, "structure"), (given, "structure")]);
    name(r#""given": ["a", "b"], "_given": [EXTENDED]"#, &[(given, "structure")]);
    name(r#""given": ["a"], "_given": [EXTENDED, EXTENDED]"#, &[(given, "structure")]);
    name(r#""given": ["a"], "_given": []"#, &[(given, "structure")]);
    name(r#""given": [], "_given": []"#, &[(given, "structure")]);
    name(r#""given": ["a"], "_given": ["x"]"#, &[(first, "structure")]);
    name(r#""given": ["a"], "_given": [{}]"#, &[(first, "structure")]);
    name(r#""given": [null]"#, &[(first, "structure")]);
    name(r#""given": ["a", null]"#, &[(second, "structure")]);
    name(r#""given": ["a", null], "_given": [EXTENDED, null]"#, &[(second, "structure")]);
    name(r#""given": [null], "_given": [{"id": "x"}]"#, &[(first, "invariant")]);
    name(
        r#""given": ["a"], "_given": [{"nonsense": 1}]"#,
        &[("Patient.name[0].given[0].nonsense", "structure")],
    );
}

#[test]
fn extensions() {
    let extension = |members: &str, expected: &[(&str, &str)]| {
        patient(&format!(r#""extension": [{{{members}}}]"#), expected);
    };
    let (here, url) = ("Patient.extension[0]", "Patient.extension[0].url");
    let nested = r#""extension": [{"url": "v", "valueCode": "x"}]"#;
    extension(r#""url": "u", "valueString": "x""#, &[]);
    extension(r#""url": "u", "valueReference": {"reference": "Patient/1"}"#, &[]);
    extension(&format!(r#""url": "u", {nested}"#), &[]);
    extension(&format!(r#""url": "u", "_valueString": {{{nested}}}"#), &[]);
    extension(r#""url": "u""#, &[(here, "invariant")]);
    extension(r#""url": "u", "id": "x""#, &[(here, "invariant")]);
    extension(&format!(r#""url": "u", "valueString": "x", {nested}"#), &[(here, "invariant")]);
    extension(r#""valueString": "x""#, &[(url, "required")]);
    extension(r#""url": "a b", "valueString": "x""#, &[(url, "value")]);
    extension(r#""url": 1, "valueString": "x""#, &[(url, "structure")]);
    extension(
        &format!(r#""url": "u", "_url": {{{nested}}}, "valueString": "x""#),
        &[("Patient.extension[0]._url", "structure")],
    );
    extension(
        &format!(r#""_url": {{{nested}}}, "valueString": "x""#),
        &[("Patient.extension[0]._url", "structure"), (url, "required")],
    );
    extension(
        r#""url": "u", "value": "x""#,
        &[("Patient.extension[0].value", "structure"), (here, "invariant")],
    );
    extension(
        r#""url": "u", "valueHumanName": {"family": 1}"#,
        &[("Patient.extension[0].value.family", "structure")],
    );
    extension(
        r#""url": "u", "extension": [{"url": "v"}]"#,
        &[("Patient.extension[0].extension[0]", "invariant")],
    );
    patient(r#""extension": []"#, &[("Patient.extension", "structure")]);
    patient(r#""extension": [{}]"#, &[(here, "structure")]);
    patient(r#""modifierExtension": [{"url": "u"}]"#, &[("Patient.modifierExtension[0]", "invariant")]);
}

#[test]
fn narratives() {
    let text = |members: &str, expected: &[(&str, &str)]| {
        patient(&format!(r#""text": {{{members}}}"#), expected);
    };
    let div = "Patient.text.div";
    text(r#""status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>""#, &[]);
    text(r#""status": "generated", "div": "<div>x</div>", "_div": {"id": "x"}"#, &[]);
    text(
        r#""status": "generated", "div": "<div>x</div>", "_div": {"extension": [{"url": "u", "valueCode": "x"}]}"#,
        &[("Patient.text.div.extension", "structure")],
    );
    text(r#""status": "generated", "div": "<div><b>x</div>""#, &[(div, "value")]);
    text(r#""status": "generated", "div": "<p>x</p>""#, &[(div, "value")]);
    text(r#""status": "generated", "div": "<div> </div>""#, &[(div, "value")]);
    text(r#""status": "generated""#, &[(div, "required")]);
    text(r#""div": "<div>x</div>""#, &[("Patient.text.status", "required")]);
}

#[test]
fn resources_within() {
    let contained = |resource: &str, expected: &[(&str, &str)]| {
        patient(&format!(r#""contained": [{resource}]"#), expected);
    };
    let here = "Patient.contained[0]";
    contained(r#"{"resourceType": "Organization", "id": "o", "name": "x"}"#, &[]);
    contained(
        r#"{"resourceType": "Organization", "name": 1}"#,
        &[("Patient.contained[0].name", "structure")],
    );
    contained(
        r#"{"resourceType": "Observation"}"#,
        &[("Patient.contained[0].status", "required"), ("Patient.contained[0].code", "required")],
    );
    contained(r#"{"resourceType": "Resource"}"#, &[(here, "structure")]);
    contained(r#"{"id": "o"}"#, &[(here, "required")]);
    contained("{}", &[(here, "required")]);
    contained("null", &[(here, "structure")]);
    contained(r#""x""#, &[(here, "structure")]);
    contained(
        r#"{"resourceType": "Organization", "contained": [{"resourceType": "Basic", "code": {"text": "x"}}]}"#,
        &[("Patient.contained[0].contained", "invariant")],
    );
    patient(r#""contained": {"resourceType": "Organization"}"#, &[("Patient.contained", "structure")]);
    patient(r#""contained": []"#, &[("Patient.contained", "structure")]);

    let bundle = |entry: &str, expected: &[(&str, &str)]| {
        let json = format!(r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{entry}]}}"#);
        check(&json, expected);
    };
    let resource = "Bundle.entry[0].resource";
    bundle(
        r#"{"resource": {"resourceType": "Patient", "contained": [{"resourceType": "Organization"}]}}"#,
        &[],
    );
    bundle(
        r#"{"resource": {"resourceType": "Patient", "name": [{"given": [1]}]}}"#,
        &[("Bundle.entry[0].resource.name[0].given[0]", "structure")],
    );
    bundle(r#"{"resource": {"resourceType": "Nonsense"}}"#, &[(resource, "structure")]);
    bundle(r#"{"resource": {"resourceType": "DomainResource"}}"#, &[(resource, "structure")]);
    bundle(r#"{"resource": [{"resourceType": "Patient"}]}"#, &[(resource, "structure")]);
    bundle(r#"{"request": {"method": "GET"}}"#, &[("Bundle.entry[0].request.url", "required")]);
    bundle(r#"{"link": [{"relation": "self"}]}"#, &[("Bundle.entry[0].link[0].url", "required")]);
    bundle(
        r#"{"response": {"status": "200", "outcome": {"resourceType": "OperationOutcome"}}}"#,
        &[("Bundle.entry[0].response.outcome.issue", "required")],
    );

    let parameters = |parameter: &str, expected: &[(&str, &str)]| {
        check(&format!(r#"{{"resourceType": "Parameters", "parameter": [{parameter}]}}"#), expected);
    };
    parameters(r#"{"name": "a", "resource": {"resourceType": "Patient"}}"#, &[]);
    parameters(
        r#"{"name": "a", "resource": {"resourceType": "Patient", "x": 1}}"#,
        &[("Parameters.parameter[0].resource.x", "structure")],
    );
    parameters(
        r#"{"name": "a", "part": [{"valueString": "x"}]}"#,
        &[("Parameters.parameter[0].part[0].name", "required")],
    );
}

#[test]
fn data_types() {
    patient(r#""managingOrganization": {"reference": "Organization/1", "type": "Organization"}"#, &[]);
    patient(
        r#""managingOrganization": {"reference": {"id": "1"}}"#,
        &[("Patient.managingOrganization.reference", "structure")],
    );
    patient(r#""managingOrganization": {"ref": "x"}"#, &[("Patient.managingOrganization.ref", "structure")]);
    patient(
        r#""identifier": [{"period": {"start": "2020", "end": 1}}]"#,
        &[("Patient.identifier[0].period.end", "structure")],
    );
    patient(
        r#""maritalStatus": {"coding": [{"code": "M", "userSelected": "no"}]}"#,
        &[("Patient.maritalStatus.coding[0].userSelected", "structure")],
    );
    patient(
        r#""meta": {"profile": ["a b"], "tag": [{"code": 1}]}"#,
        &[("Patient.meta.profile[0]", "value"), ("Patient.meta.tag[0].code", "structure")],
    );
    observation(
        r#""valueSampledData": {"origin": {"value": 0}, "period": 1}"#,
        &[("Observation.value.dimensions", "required")],
    );
    observation(
        r#""effectiveTiming": {"repeat": {"timeOfDay": ["24:00:00"]}}"#,
        &[("Observation.effective.repeat.timeOfDay[0]", "value")],
    );
}

#[test]
fn texts_say_what_is_wrong_and_hold_no_data() {
    let secret = "Zyx987";
    let json = format!(
        r#"{{"resourceType": "Patient", "birthDate": "{secret}", "active": "{secret}", "{secret} {secret}": 1,
            "name": [{{"given": "{secret}"}}, "{secret}"], "extension": [{{"url": "{secret} "}}],
            "contained": [{{"resourceType": "{secret}"}}], "link": [{{"id": "{secret}"}}]}}"#
    );
    let issues = issues_within(&Limits::default(), &json);
    let texts: Vec<String> = issues.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "Patient.birthDate: not a date as YYYY, YYYY-MM or YYYY-MM-DD",
            "Patient.active: must be a JSON boolean",
            "Patient.?: not an element of Patient",
            "Patient.name[0].given: must be a JSON array",
            "Patient.name[1]: must be a JSON object",
            "Patient.extension[0].url: not a URI: no white space",
            "Patient.extension[0]: an extension must have a value or extensions",
            "Patient.contained[0]: resourceType is not the name of a type that resources can have",
            "Patient.link[0].other: missing",
            "Patient.link[0].type: missing",
            "Patient.link[0]: must have more than an id",
        ]
    );
}

#[test]
fn what_was_not_looked_into_is_fatal() {
    let severities = |json| -> Vec<Severity> {
        issues_within(&Limits::default(), json).iter().map(|issue| issue.severity).collect()
    };
    assert_eq!(severities(r#"{"resourceType": "Nonsense"}"#), [Severity::Fatal]);
    assert_eq!(severities(r#"{"name": []}"#), [Severity::Fatal]);
    assert_eq!(severities(r#"{"resourceType": 1}"#), [Severity::Fatal]);
    assert_eq!(severities(r#"{"resourceType": "Patient", "name": []}"#), [Severity::Error]);
}

#[test]
fn limits() {
    let unknown = |count: usize| {
        let members: String = (0..count).map(|number| format!(r#", "unknown{number}": 1"#)).collect();
        format!(r#"{{"resourceType": "Patient"{members}}}"#)
    };
    let few = Limits { issues_max: 3, ..Limits::default() };
    assert_eq!(issues_within(&few, &unknown(2)).len(), 2);
    assert_eq!(issues_within(&few, &unknown(3)).len(), 3);
    assert_eq!(issues_within(&few, &unknown(4)).len(), 3);
    assert_eq!(issues_within(&Limits::default(), &unknown(1_000)).len(), 50);
    let none = Limits { issues_max: 0, ..Limits::default() };
    assert_eq!(issues_within(&none, &unknown(1)).len(), 1);

    // Each extension is one element deeper; so is the innermost one's value.
    let nested = |depth: usize| {
        let open = r#"{"url": "u", "extension": ["#.repeat(depth - 1);
        let close = "]}".repeat(depth - 1);
        format!(
            r#"{{"resourceType": "Patient", "extension": [{open}{{"url": "u", "valueCode": "x"}}{close}]}}"#
        )
    };
    let depth = |limits: &Limits, count| {
        let issues = issues_within(limits, &nested(count));
        issues.into_iter().map(|issue| (issue.code, issue.severity)).collect::<Vec<_>>()
    };
    let shallow = Limits { depth_max: 3, ..Limits::default() };
    let too_deep = [(IssueCode::TooCostly, Severity::Fatal)];
    assert_eq!(depth(&shallow, 3), []);
    assert_eq!(depth(&shallow, 4), too_deep);
    assert_eq!(depth(&Limits::default(), 64), []);
    assert_eq!(depth(&Limits::default(), 1_000), too_deep);
}

#[test]
fn a_sound_resource_is_told_by_type_and_id() {
    let tell = |json: &str| {
        let document = Document::parse(json, &fornax_model::Limits::default()).unwrap();
        let shape = r4().check(document.root(), &Limits::default()).unwrap();
        let name = fornax_definitions::r4().type_of(shape.type_id).name;
        (name, shape.id.map(Cow::into_owned))
    };
    assert_eq!(tell(r#"{"resourceType": "Patient"}"#), ("Patient", None));
    assert_eq!(
        tell(r#"{"resourceType": "Binary", "contentType": "a/b", "id": "x"}"#),
        ("Binary", Some("x".into()))
    );
    assert_eq!(
        tell(r#"{"id": "\u0061-1", "resourceType": "Bundle", "type": "batch"}"#),
        ("Bundle", Some("a-1".into()))
    );
}

/// The check knows no cardinality between one and any number, and resources within resources of any type only.
#[test]
fn the_definitions_ask_for_nothing_else() {
    let definitions = fornax_definitions::r4();
    for of in definitions.types() {
        for element in definitions.elements(of.id) {
            let place = format!("{}.{}", of.name, element.name);
            assert!(element.min <= 1 && element.max.is_none_or(|max| max <= 1), "{place}");
            assert!(!(element.is_choice && element.is_array()), "{place}");
            for value in element.types.iter() {
                let value = definitions.type_of(value.type_id);
                let is_resource = value.kind == fornax_definitions::TypeKind::Resource;
                assert!(!is_resource || value.name == "Resource", "{place}");
            }
        }
    }
}
