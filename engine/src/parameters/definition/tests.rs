use fornax_definitions::r4;
use fornax_model::{Document, Limits};

use super::{ParameterDefinition, Reason, paths};

fn read(json: &str) -> Result<ParameterDefinition, Reason> {
    let json = format!(r#"{{"resourceType":"SearchParameter",{json}}}"#);
    let document = Document::parse(json.into_bytes(), &Limits::default()).unwrap();
    ParameterDefinition::read(document.root())
}

fn race(more: &str) -> Result<ParameterDefinition, Reason> {
    let json = r#""url":"http://example.org/race","code":"race","base":["Patient"],"type":"token""#;
    read(&format!("{json},{more}"))
}

#[test]
fn what_is_searched_by() {
    let active = r#""status":"active","expression":"Patient.extension.value.as(Coding)""#;
    let parameter = race(active).unwrap().to_parameter(r4(), 9_000, &[]).unwrap();
    assert_eq!((&*parameter.code, parameter.id.number()), ("race", 9_000));
    assert_eq!(parameter.expression.as_deref(), Some("Patient.extension.value.as(Coding)"));
    assert_eq!(race(r#""status":"draft","expression":"Patient.id""#), Err(Reason::NotActive));
    assert_eq!(race(r#""status":"active""#), Err(Reason::NotEvaluated));
    assert_eq!(race(&format!(r#"{active},"xpathUsage":"phonetic""#)), Err(Reason::NotEvaluated));
    let reserved =
        r#""url":"u","code":"_x","base":["Patient"],"type":"token","status":"active","expression":"id""#;
    assert_eq!(read(reserved), Err(Reason::ReservedCode));
}

#[test]
fn types_that_the_release_serves_as_well_are_left_to_it() {
    let check = |code: &str, kind: &str, base: &str, expression: &str, kept: &[&str]| {
        let json = format!(
            r#""url":"u","status":"active","code":"{code}","type":"{kind}","base":{base},"expression":"{expression}""#
        );
        assert_eq!(read(&json).unwrap().bases(r4()), kept, "{code} {expression}");
    };
    check("gender", "token", r#"["Patient"]"#, "Patient.gender", &[]);
    check("gender", "string", r#"["Patient"]"#, "Patient.gender", &["Patient"]);
    check("gender", "token", r#"["Patient","Group"]"#, "Patient.gender | Group.type", &["Group"]);
    check("code", "token", r#"["Observation"]"#, "Observation.code", &[]);
    check(
        "code",
        "token",
        r#"["Observation"]"#,
        "Observation.code|Observation.component.code",
        &["Observation"],
    );
    check("patient", "reference", r#"["CareTeam"]"#, "CareTeam.subject.where(resolve() is Patient)", &[]);
    check("race", "token", r#"["Patient"]"#, "Patient.extension.value", &["Patient"]);
}

#[test]
fn alternatives_of_a_type() {
    let check = |expression: &str, expected: &[&str]| {
        assert!(
            paths(expression, "Patient").iter().map(String::as_str).eq(expected.iter().copied()),
            "{expression}"
        );
    };
    check("Patient.name | Person.name", &["Patient.name"]);
    check(
        "( Patient.deceased.exists() and Patient.deceased != false)",
        &["(Patient.deceased.exists()andPatient.deceased!=false)"],
    );
    check("Patient.name.where(use='a|b' | x)", &["Patient.name.where(use='a|b'|x)"]);
    check("PatientX.name | Resource.id", &["Resource.id"]);
}
