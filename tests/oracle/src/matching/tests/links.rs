//! What lies behind references: chains, `_has`, several types, compartments, Lists.

use super::check;

/// Patients, what refers to them, and what they refer to.
const RESOURCES: &[(&str, &str)] = &[
    ("Organization/o", r#""name":"One","partOf":{"reference":"Organization/q"}"#),
    ("Organization/q", r#""name":"Queen","active":true"#),
    ("Practitioner/d", r#""name":[{"family":"Dole"}],"gender":"male""#),
    (
        "Patient/a",
        r#""name":[{"family":"Ann"}],"gender":"male","managingOrganization":{"reference":"Organization/o"},"identifier":[{"value":"1"}]"#,
    ),
    (
        "Patient/b",
        r#""name":[{"family":"Bob"}],"gender":"female","link":[{"other":{"reference":"Patient/a"},"type":"refer"}]"#,
    ),
    ("Patient/c", r#""generalPractitioner":[{"reference":"Practitioner/d"},{"reference":"Organization/q"}]"#),
    (
        "Group/g",
        r#""identifier":[{"value":"1"}],"member":[{"entity":{"reference":"Patient/a"}},{"entity":{"reference":"Group/h"}}]"#,
    ),
    ("Group/h", r#""member":[{"entity":{"reference":"Patient/b/_history/7"}}]"#),
    (
        "Encounter/e",
        r#""subject":{"reference":"Patient/a"},"serviceProvider":{"reference":"Organization/q"}"#,
    ),
    (
        "Observation/u",
        r#""subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/e"},"code":{"coding":[{"code":"x"}]}"#,
    ),
    (
        "Observation/v",
        r#""subject":{"reference":"Patient/b/_history/3"},"performer":[{"reference":"Practitioner/d"},{"reference":"Patient/a"}]"#,
    ),
    (
        "Observation/w",
        r#""subject":{"reference":"Group/g"},"hasMember":[{"reference":"Observation/u"},{"reference":"Observation/v"}]"#,
    ),
    ("Observation/x", r#""subject":{"reference":"Patient/gone"}"#),
    (
        "Observation/y",
        r#""subject":{"reference":"http://other/fhir/Patient/a"},"performer":[{"reference":"Patient/c"}]"#,
    ),
    ("Observation/z", ""),
    ("Condition/k", r#""subject":{"reference":"Patient/b"},"asserter":{"reference":"Patient/a"}"#),
    (
        "List/l",
        r#""subject":{"reference":"Patient/a"},"entry":[{"item":{"reference":"Observation/u"}},{"item":{"reference":"Patient/b/_history/1"}}]"#,
    ),
];

#[test]
fn chains_look_at_what_is_referred_to() {
    check(
        RESOURCES,
        &[
            ("Observation?subject.name=ann", "u"),
            ("Observation?subject:Patient.name=ann", "u"),
            ("Observation?patient.name=ann,bob", "u v"),
            ("Observation?subject.gender:not=male", "v"),
            ("Observation?subject.gender:not=male,female", ""),
            ("Observation?subject.name:missing=true", ""),
            ("Observation?subject.organization:missing=true", "v"),
            ("Observation?subject.name:exact=Ann", "u"),
            ("Observation?subject.name:text=Ann", "u"),
            ("Observation?subject._content=Ann", "u"),
            ("Observation?subject.identifier=1", "u w"),
            ("Observation?subject:Group.identifier=1", "w"),
            ("Observation?subject._id=a", "u"),
            ("Observation?subject._id=gone", ""),
            ("Observation?subject.organization.name=one", "u"),
            ("Observation?encounter.subject.organization.name=one", "u"),
            ("Observation?encounter:Encounter.service-provider.name=que", "u"),
            ("Observation?subject.organization.partof.active=true", "u"),
            ("Observation?has-member.subject.name=bob&has-member.code=x", "w"),
            ("Observation?performer.name=dole", "v"),
            ("Observation?performer.family=dole&performer.family=ann", "v"),
            ("Observation?performer:Patient.family=dole", ""),
            ("Observation?performer.family=dole,ann", "v"),
            ("Patient?general-practitioner.gender=male&general-practitioner.active=true", "c"),
            ("Patient?link.link.name=x", ""),
            ("Observation?subject.nonsense=x", "Invalid"),
            ("Observation?subject:Practitioner.name=x", "Invalid"),
            ("Observation?subject:missing.name=x", "Invalid"),
            ("Observation?subject:Group.name=x", "Invalid"),
            ("Observation?subject.birthdate=2020-13", "Invalid"),
            ("Observation?code.name=x", "Invalid"),
            ("Observation?nonsense.name=x", "u v w x y z"),
            ("Observation?subject.gender.x=y", "Invalid"),
        ],
    );
}

#[test]
fn has_looks_at_what_refers() {
    check(
        RESOURCES,
        &[
            ("Patient?_has:Observation:subject:code=x", "a"),
            ("Patient?_has:Observation:patient:code=x", "a"),
            ("Patient?_has:Observation:subject:status=final", "a b"),
            ("Patient?_has:Observation:performer:status=final", "a c"),
            ("Patient?_has:Observation:subject:code:missing=true", ""),
            ("Patient?_has:Observation:subject:performer:missing=true", "a"),
            ("Patient?_has:Observation:subject:code:not=x", "b"),
            ("Patient?_has:Observation:subject:performer.name=dole", "b"),
            ("Patient?_has:Group:member:_id=g", "a"),
            ("Patient?_has:Group:member:_has:Group:member:_id=g", "b"),
            ("Patient?_has:Group:member:identifier=1&_has:Observation:subject:code=x", "a"),
            ("Practitioner?_has:Observation:performer:_has:Observation:has-member:_id=w", "d"),
            ("Observation?subject._has:Group:member:_id=g", "u"),
            ("Observation?subject._has:Group:member:_id=h", "v"),
            ("Organization?_has:Patient:organization:_has:Encounter:subject:status=finished", "o"),
            ("Patient?_has:Observation:subject:nonsense=x", "Invalid"),
            ("Patient?_has:Observation:code:status=x", "Invalid"),
            ("Patient?_has:Observation:subject=x", "Invalid"),
            ("Patient?_has:Nonsense:subject:_id=x", "Invalid"),
            ("Practitioner?_has:Observation:subject:code=x", ""),
        ],
    );
}

#[test]
fn links_are_counted() {
    let part = |links: usize| format!("Organization?{}name=x", "partof.".repeat(links));
    let has = |links: usize| format!("Group?{}code=x", "_has:Group:member:".repeat(links));
    let mixed = format!("Group?{}{}code=x", "member:Group.".repeat(4), "_has:Group:member:".repeat(5));
    let rows = [(part(8), ""), (part(9), "Limit"), (has(8), ""), (has(9), "Limit"), (mixed, "Limit")];
    check(RESOURCES, &rows.each_ref().map(|(search, expected)| (search.as_str(), *expected)));
}

#[test]
fn several_types_share_parameters() {
    check(
        RESOURCES,
        &[
            ("?_type=Practitioner,Patient&gender=male", "Practitioner/d Patient/a"),
            ("?_type=Practitioner,Patient&family=a,d", "Practitioner/d Patient/a"),
            ("?_type=Observation,Condition&subject=Patient/b", "Observation/v Condition/k"),
            ("?_type=Observation,Condition&subject.name=bob", "Observation/v Condition/k"),
            ("?_type=Group,Patient&_has:Group:member:identifier=1", "Patient/a Group/h"),
            // One that not all of them have is not known.
            ("?_type=Practitioner,Organization&gender=male", "Organization/o Organization/q Practitioner/d"),
            ("?_type=List", "List/l"),
            ("?_id=a,e", "Patient/a Encounter/e"),
            ("?_id=a,e&gender=male", "Patient/a Encounter/e"),
            ("?_list=l", "Patient/b Observation/u"),
            ("?_type=Nonsense", "Invalid"),
            ("?_type=Patient&_type=Group", "Invalid"),
            ("*?_id=a", "NotSupported"),
            ("Patient?_list=l", "b"),
            ("Patient?_list=k,l", "b"),
            ("Patient?_list=k", ""),
            ("Patient?_list:not=l", "Invalid"),
            ("Observation?subject._list=l", "v"),
            ("Patient?_has:List:item:subject.name=ann", "b"),
        ],
    );
}

#[test]
fn compartments_have_what_refers_to_the_patient() {
    check(
        RESOURCES,
        &[
            ("Patient/a/Observation?", "Observation/u Observation/v"),
            ("Patient/a/Observation?code=x", "Observation/u"),
            ("Patient/b/Observation", "Observation/v"),
            ("Patient/a/Condition?", "Condition/k"),
            ("Patient/a/Patient?", "Patient/a Patient/b"),
            ("Patient/a/Practitioner?", ""),
            ("Patient/gone/Observation?", "Observation/x"),
            (
                "Patient/a/*?",
                "Patient/a Patient/b Group/g Encounter/e Observation/u Observation/v Condition/k List/l",
            ),
            ("Patient/b/*?_id=b,h,v", "Patient/b Group/h Observation/v"),
            ("Encounter/e/Observation?", "NotSupported"),
            ("Patient/a/Nonsense?", "NotSupported"),
        ],
    );
}
