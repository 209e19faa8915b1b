//! What comes along with matches.

use super::*;
use crate::repository::Decided;

/// A chain of organizations, a patient of the first, and what refers to him.
fn repository() -> Repository {
    let mut repository = Repository::default();
    let bodies = [
        ("Organization", "o", r#""partOf":{"reference":"Organization/p"}"#),
        ("Organization", "p", r#""partOf":{"reference":"Organization/q/_history/1"}"#),
        ("Organization", "q", r#""partOf":{"reference":"Organization/p"}"#),
        ("Patient", "a", r#""managingOrganization":{"reference":"Organization/o"}"#),
        ("Patient", "b", r#""link":[{"other":{"reference":"Patient/a"}}]"#),
        ("Group", "g", r#""type":"person","actual":true,"member":[{"entity":{"reference":"Patient/b"}}]"#),
        (
            "Observation",
            "u",
            r#""status":"final","code":{},"subject":{"reference":"Patient/a"},"performer":[{"reference":"Organization/q"}]"#,
        ),
        ("Observation", "v", r#""status":"final","code":{},"hasMember":[{"reference":"Observation/u"}]"#),
    ];
    for (resource_type, id, members) in bodies {
        let decided = Decided { id: Some(id.to_owned()), at: 0 };
        let body = format!(r#"{{"resourceType":"{resource_type}",{members}}}"#);
        repository.begin_commit();
        repository.create(resource_type, None, &body, &decided).unwrap();
    }
    repository
}

fn check(search: &str, expected: &str) {
    let mut pages = Pages::begin(&repository(), search).unwrap();
    let includes = pages.show().includes;
    let mut keys: Vec<String> = includes.iter().map(|version| version.key.to_string()).collect();
    keys.sort();
    assert_eq!(keys.join(" "), expected, "{search}");
}

#[test]
fn includes_start_from_matches_and_go_on_where_they_are_told_to() {
    check("Patient?_id=a&_include=Patient:organization", "Organization/o");
    check("Patient?_id=a&_include=Patient:organization&_include=Organization:partof", "Organization/o");
    let on = "Patient?_id=a&_include=Patient:organization&_include:iterate=Organization:partof";
    check(on, "Organization/o Organization/p Organization/q");
    check(&on.replace("iterate", "recurse"), "Organization/o Organization/p Organization/q");
    check("Organization?_id=o&_include=Organization:partof", "Organization/p");
    check("Organization?_id=o&_include:iterate=Organization:partof", "Organization/p Organization/q");
    // What is a match of the page is not included again.
    check("Organization?_id=p,q&_include:iterate=Organization:partof", "");
    check("Patient?_id=b&_include=*", "Patient/a");
    check("Patient?_id=b&_include:iterate=*", "Organization/o Organization/p Organization/q Patient/a");
    check("Patient?_id=b&_include:iterate=Patient:*", "Organization/o Patient/a");
    check("Observation?_id=v&_include:iterate=Observation:*", "Observation/u Organization/q Patient/a");
    check("Observation?_id=u&_include=Observation:*:Patient", "Patient/a");
    check("Observation?_id=u&_include=Observation:performer:Patient", "");
    check("Observation?_id=u&_include=*", "Organization/q Patient/a");
}

#[test]
fn reverse_includes_do_too() {
    check("Patient?_id=a&_revinclude=Observation:subject", "Observation/u");
    check("Patient?_id=a&_revinclude=Observation:patient:Group", "");
    check("Patient?_id=a&_revinclude=*", "Observation/u Patient/b");
    check("Patient?_id=a&_revinclude=Patient:*", "Patient/b");
    check("Patient?_id=a&_revinclude:iterate=*", "Group/g Observation/u Observation/v Patient/b");
    check(
        "Patient?_id=a&_revinclude=Observation:subject&_revinclude:iterate=Observation:has-member",
        "Observation/u Observation/v",
    );
    check("Patient?_id=a&_revinclude:iterate=Group:member&_revinclude=Patient:link", "Group/g Patient/b");
    check(
        "Observation?_id=v&_include=Observation:has-member&_include:iterate=Observation:subject&_revinclude:iterate=Patient:link",
        "Observation/u Patient/a Patient/b",
    );
    check("?_type=Group,Patient&_id=g,a&_include=*", "Organization/o Patient/b");
    check("Patient/a/Observation?_include=Observation:subject", "Patient/a");
}

#[test]
fn what_cannot_be_followed_is_passed_over() {
    check("Patient?_id=a&_include=Patient:nonsense", "");
    check("Patient?_id=a&_include=Patient:gender", "");
}
