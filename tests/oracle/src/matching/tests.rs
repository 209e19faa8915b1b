//! What searches find: rows from the specification.

use crate::query::Query;
use crate::refusal::Refusal;
use crate::repository::{Decided, Repository};
use crate::search::matches;

/// 2026-01-01.
const NOW: i64 = 1_767_225_600_000;

/// A repository with these resources: `Patient/a` and its members.
fn repository(resources: &[(&str, &str)]) -> Repository {
    let mut repository = Repository::default();
    for (place, members) in resources {
        let (resource_type, id) = place.split_once('/').unwrap();
        let members = if members.is_empty() { String::new() } else { format!(",{members}") };
        let body = format!(r#"{{"resourceType":"{resource_type}"{members}}}"#);
        let body = match resource_type {
            "Observation" if !members.contains("\"code\"") => {
                with(&body, r#""status":"final","code":{"text":"x"}"#)
            }
            "Observation" => with(&body, r#""status":"final""#),
            "Encounter" => with(&body, r#""status":"finished","class":{"code":"AMB"}"#),
            "Condition" if !members.contains("\"subject\"") => with(&body, r#""subject":{"display":"x"}"#),
            "Group" => with(&body, r#""type":"person","actual":true"#),
            "List" => with(&body, r#""status":"current","mode":"working""#),
            _ => body,
        };
        let decided = Decided { id: Some(id.to_owned()), at: NOW };
        repository.begin_commit();
        repository.create(resource_type, None, &body, &decided).unwrap();
    }
    repository
}

fn with(body: &str, members: &str) -> String {
    format!("{},{members}}}", body.strip_suffix('}').unwrap())
}

fn found(repository: &Repository, search: &str) -> Result<String, Refusal> {
    let found = matches(repository, &Query::parse(search)?);
    Ok(found.iter().map(|version| version.key.to_string()).collect::<Vec<_>>().join(" "))
}

/// Each row is a search and what it finds, in the order of making; without the type where the search is over one.
fn check(resources: &[(&str, &str)], rows: &[(&str, &str)]) {
    let repository = repository(resources);
    for (search, expected) in rows {
        let found = found(&repository, search).unwrap_or_else(|refusal| refusal.to_string());
        let short = search.split(['?', '/']).next().unwrap();
        let is_of_one_type = !short.is_empty() && search[short.len()..].starts_with('?');
        let found = if is_of_one_type { found.replace(&format!("{short}/"), "") } else { found };
        assert_eq!(found, *expected, "{search}");
    }
}

/// Whether an Observation with one more member is found.
fn finds(code: &str, value: &str, member: &str) -> bool {
    let repository = repository(&[("Observation/a", member)]);
    !found(&repository, &format!("Observation?{code}={value}")).unwrap().is_empty()
}

#[test]
fn words_are_looked_for_where_they_are() {
    check(
        &[
            (
                "Patient/a",
                r#""text":{"status":"generated","div":"<div>Chest <b>pain</b></div>"},"name":[{"family":"Ill"}],"gender":"male","birthDate":"1950-06-15""#,
            ),
            (
                "Observation/b",
                r#""code":{"coding":[{"system":"urn:x","code":"8480-6","display":"Pain, chest"}]},"subject":{"reference":"Patient/a","type":"Patient","identifier":{"value":"x-1"}}"#,
            ),
        ],
        &[
            ("Patient?_text=pain", "a"),
            ("Patient?_text=ill", ""),
            ("Patient?_content=pain+ill+male", "a"),
            ("Patient?_content=1950", ""),
            ("Patient?_content=div", ""),
            ("Patient?_content=Patient", ""),
            ("?_content=%22pain+chest%22", "Observation/b"),
            ("?_content=%22chest+pain%22", "Patient/a"),
            ("?_content=pain", "Patient/a Observation/b"),
            ("?_text=pain", "Patient/a"),
            ("Observation?_content=8480-6", "b"),
            ("Observation?_content=urn", ""),
            ("Observation?_content=patient", ""),
            ("Observation?_content=x-1", "b"),
            ("Observation?subject._text=chest", "b"),
            ("Patient?_text:exact=pain", "Invalid"),
            ("Patient?_content=(pain", "Invalid"),
        ],
    );
}

/// The specification's examples: a search, what it finds, and what it does not.
#[test]
fn dates_are_compared_as_the_specification_says() {
    let from = |date: &str| format!(r#""effectivePeriod":{{"start":"{date}"}}"#);
    let until = |date: &str| format!(r#""effectivePeriod":{{"end":"{date}"}}"#);
    let at = |date: &str| format!(r#""effectiveDateTime":"{date}""#);
    let rows = [
        ("eq2013-01-14", at("2013-01-14T00:00:00"), true),
        ("eq2013-01-14", at("2013-01-14T10:00:00"), true),
        ("eq2013-01-14", at("2013-01-15T00:00:00"), false),
        ("ne2013-01-14", at("2013-01-15T00:00:00"), true),
        ("ne2013-01-14", at("2013-01-14T00:00:00"), false),
        ("ne2013-01-14", at("2013-01-14T10:00:00"), false),
        ("lt2013-01-14T10:00", at("2013-01-14"), true),
        ("gt2013-01-14T10:00", at("2013-01-14"), true),
        ("ge2013-03-14", from("2013-01-21"), true),
        ("le2013-03-14", from("2013-01-21"), true),
        ("sa2013-03-14", from("2013-03-15"), true),
        ("sa2013-03-14", from("2013-01-21"), false),
        ("sa2013-03-14", until("2013-01-21"), false),
        ("eb2013-03-14", from("2013-03-15"), false),
        ("eb2013-03-14", from("2013-01-21"), false),
        ("eb2013-03-14", until("2013-01-21"), true),
        ("ap2013-03-14", at("2013-03-14"), true),
        ("ap2013-03-14", at("2015-06-15"), false),
    ];
    for (search, stored, found) in rows {
        assert_eq!(finds("date", search, &stored), found, "{search}: {stored}");
    }
}

#[test]
fn numbers_are_compared_as_the_specification_says() {
    let rows = [
        ("100", "99.5", true),
        ("100", "99.49", false),
        ("100", "100.5", false),
        ("100.00", "100.004", true),
        ("100.00", "100.005", false),
        ("1e2", "95", true),
        ("1e2", "105", false),
        ("lt100", "99.9", true),
        ("lt100", "100", false),
        ("le100", "100", true),
        ("le100", "100.1", false),
        ("gt100", "100.1", true),
        ("gt100", "100", false),
        ("ge100", "100", true),
        ("ne100", "100.4", false),
        ("ne100", "100.5", true),
        ("5.4||mg", "5.4", false),
    ];
    for (search, stored, found) in rows {
        let member = format!(r#""valueQuantity":{{"value":{stored}}}"#);
        assert_eq!(finds("value-quantity", search, &member), found, "{search}: {stored}");
    }
}

#[test]
fn strings_have_modifiers() {
    let resources = [
        ("Patient/a", r#""name":[{"family":"Son","given":["Eve","Ann-Marie"]}]"#),
        ("Patient/b", r#""name":[{"family":"Sonder","text":"van der Sonder, Jr"}]"#),
        ("Patient/c", r#""name":[{"family":"Anderson"}]"#),
        ("Patient/d", r#""name":[{"family":"son"}]"#),
        ("Patient/e", r#""name":[{"use":"usual"}]"#),
    ];
    check(
        &resources,
        &[
            ("Patient?family=son", "a b d"),
            ("Patient?family:contains=SON", "a b c d"),
            ("Patient?family:exact=Son", "a"),
            ("Patient?family:exact=Son,son", "a d"),
            ("Patient?family:exact=So", ""),
            ("Patient?family:exact=S%C3%B6n", ""),
            ("Patient?name:exact=van%20der%20Sonder%5C,%20Jr", "b"),
            ("Patient?name:contains=der%20so", "b"),
            ("Patient?name:contains=marie,ander", "a c"),
            ("Patient?name:missing=true", "e"),
            ("Patient?given:missing=false", "a"),
            ("Patient?family:text=son", "a d"),
            ("Patient?family:text=so*", "a b d"),
            ("Patient?name:text=%22der+sonder%22", "b"),
            ("Patient?name:text=der+van,marie", "a b"),
            ("Patient?name:text=NOT+son", "b c e"),
            ("Patient?name:text=son+AND", "Invalid"),
            ("Patient?family:not=son", "Invalid"),
            ("Patient?family:exact=Son,", "Invalid"),
        ],
    );
}

#[test]
fn only_the_beginning_of_a_long_text_counts() {
    let (start, long) = ("ø".repeat(127), "ø".repeat(129));
    let name = |end: &str| format!(r#""name":[{{"family":"{start}{end}"}}]"#);
    let resources = [("Patient/a", name("abc")), ("Patient/b", name("abd")), ("Patient/c", name("x"))];
    let resources = resources.each_ref().map(|(place, members)| (*place, members.as_str()));
    let encoded = start.replace('ø', "%C3%B8");
    let rows = [
        (format!("Patient?family={encoded}abc"), "a b"),
        (format!("Patient?family={encoded}abcdef"), "a b"),
        (format!("Patient?family:contains=b{encoded}"), ""),
        ("Patient?family:contains=ab".to_owned(), "a b"),
        ("Patient?family:contains=bc".to_owned(), ""),
        (format!("Patient?family:exact={encoded}abc"), "a"),
        (format!("Patient?family={}", long.replace('ø', "%C3%B8")), ""),
    ];
    check(&resources, &rows.each_ref().map(|(search, expected)| (search.as_str(), *expected)));
}

#[test]
fn tokens_have_modifiers_and_mind_case_where_their_system_does() {
    let resources = [
        (
            "Observation/a",
            r#""code":{"coding":[{"system":"http://loinc.org","code":"Ab","display":"Blood pressure"}]}"#,
        ),
        (
            "Observation/b",
            r#""code":{"coding":[{"system":"http://terminology.hl7.org/x","code":"Ab"}],"text":"Été"}"#,
        ),
        ("Observation/c", r#""code":{"coding":[{"code":"Maß"}]}"#),
        ("Observation/d", r#""code":{"text":"Blood"}"#),
        (
            "Observation/e",
            r#""code":{"coding":[{"system":"http://unitsofmeasure.org","code":"MG"},{"system":"urn:s"}]}"#,
        ),
        ("Observation/f", r#""code":{"coding":[{"system":"http://hl7.org/fhirs","code":"q"}]}"#),
    ];
    check(
        &resources,
        &[
            ("Observation?code=Ab", "a b"),
            ("Observation?code=ab", "a"),
            ("Observation?code=http://loinc.org|aB", "a"),
            ("Observation?code=HTTP://loinc.org|Ab", ""),
            ("Observation?code=http://terminology.hl7.org/x|ab", ""),
            ("Observation?code=|MASS", "c"),
            ("Observation?code=mg", ""),
            ("Observation?code=MG", "e"),
            ("Observation?code=Q", "f"),
            ("Observation?code=urn:s|", "e"),
            ("Observation?code:not=ab", "b c d e f"),
            ("Observation?code:not=Ab,MG", "c d f"),
            ("Observation?code:not=Ab&code:not=MG", "c d f"),
            ("Observation?code:not=urn:s|", "a b c d f"),
            ("Observation?code:text=blood", "a d"),
            ("Observation?code:text=ete", "b"),
            ("Observation?code:text=pressure", ""),
            ("Observation?code:text=x,bl", "a d"),
            ("Observation?code:code-text=A", "a b"),
            ("Observation?code:code-text=mas", "c"),
            ("Observation?code:missing=true", ""),
            ("Observation?category:missing=true", "a b c d e f"),
            ("Observation?category:not=x", "a b c d e f"),
            ("Observation?code:in=http://x.org/v", "NotSupported"),
            ("Observation?code:not-in=http://x.org/v", "NotSupported"),
            ("Observation?code:above=x", "NotSupported"),
            ("Observation?code:below=x", "NotSupported"),
            ("Observation?code:exact=x", "Invalid"),
            ("Observation?code:missing=maybe", "Invalid"),
        ],
    );
}

#[test]
fn identifiers_and_bare_tokens_have_their_own_rules() {
    let resources = [
        (
            "Patient/a",
            r#""identifier":[{"type":{"coding":[{"system":"urn:t","code":"MR"}],"text":"Chart"},"system":"urn:i","value":"X1"}],"active":true"#,
        ),
        (
            "Patient/b",
            r#""identifier":[{"type":{"coding":[{"system":"urn:t","code":"SS"}]},"value":"X1"},{"type":{"coding":[{"system":"urn:t","code":"MR"}]},"value":"x1"}]"#,
        ),
        ("Patient/c", r#""telecom":[{"system":"email","value":"Ann@X.org"}],"gender":"male""#),
        (
            "Patient/d",
            r#""identifier":[{"type":{"coding":[{"system":"urn:t","code":"MR"}]}}],"telecom":[{"system":"phone"}]"#,
        ),
    ];
    check(
        &resources,
        &[
            ("Patient?identifier=X1", "a b"),
            ("Patient?identifier=x1", "b"),
            ("Patient?identifier=|X1", "b"),
            ("Patient?identifier:of-type=urn:t|MR|X1", "a"),
            ("Patient?identifier:of-type=urn:t|MR|x1", "b"),
            ("Patient?identifier:of-type=urn:t|mr|X1", ""),
            ("Patient?identifier:of-type=urn:t|MR", "Invalid"),
            ("Patient?identifier:of-type=|MR|X1", "Invalid"),
            ("Patient?identifier:of-type=urn:t|MR|", "Invalid"),
            ("Patient?identifier:text=ch", "a"),
            ("Patient?identifier:code-text=x", "a b"),
            ("Patient?identifier:missing=true", "c d"),
            ("Patient?identifier:not=x1", "a c d"),
            ("Patient?email=ann@x.ORG", "c"),
            ("Patient?email=|ann@x.org", ""),
            ("Patient?telecom:missing=false", "c"),
            ("Patient?active=true", "a"),
            ("Patient?active=TRUE", ""),
            ("Patient?active=|true", ""),
            ("Patient?active:not=true", "b c d"),
            ("Patient?active:not=|true", "a b c d"),
            ("Patient?gender=Male", ""),
            ("Patient?gender:not=male", "a b d"),
            ("Patient?deceased:missing=true", ""),
            ("Patient?_id:missing=false", "Invalid"),
            ("Patient?_lastUpdated:missing=true", "Invalid"),
        ],
    );
}

#[test]
fn references_may_name_versions_and_identifiers() {
    let resources = [
        ("Observation/a", r#""subject":{"reference":"Patient/p"}"#),
        ("Observation/b", r#""subject":{"reference":"Patient/p/_history/2"}"#),
        ("Observation/c", r#""subject":{"identifier":{"system":"urn:i","value":"X1"}}"#),
        ("Observation/d", r#""subject":{"reference":"Group/p","identifier":{"value":"X1"}}"#),
        ("Observation/e", r#""subject":{"type":"Group","identifier":{"system":"urn:i","value":"x1"}}"#),
        ("Observation/f", r#""subject":{"display":"somebody"}"#),
        ("Observation/g", r#""subject":{"reference":"http://other/Patient/p/_history/1"}"#),
    ];
    check(
        &resources,
        &[
            ("Observation?subject=p", "a b d"),
            ("Observation?patient=p", "a b"),
            ("Observation?subject=Patient/p", "a b"),
            ("Observation?subject=Patient/p/_history/2", "b"),
            ("Observation?subject=Patient/p/_history/1", ""),
            ("Observation?subject=http://own/fhir/Patient/p/_history/2", "b"),
            ("Observation?subject=http://other/Patient/p", "g"),
            ("Observation?subject:Patient=p", "a b"),
            ("Observation?subject:Group=Group/p", "d"),
            ("Observation?subject:Practitioner=p", "Invalid"),
            ("Observation?subject:identifier=X1", "c d"),
            ("Observation?subject:identifier=|X1", "d"),
            ("Observation?subject:identifier=urn:i|", "c e"),
            ("Observation?subject:identifier=urn:i|X1,urn:i|x1", "c e"),
            ("Observation?patient:identifier=urn:i|", ""),
            ("Observation?subject:missing=true", "f"),
            ("Observation?patient:missing=true", "c d e f"),
            ("Observation?subject:above=Location/p", ""),
            ("Observation?patient:above=p", "Invalid"),
            ("Observation?subject:text=p", "Invalid"),
        ],
    );
}

#[test]
fn uris_lie_above_and_below_each_other() {
    let meta = |profile: &str| format!(r#""meta":{{"profile":["{profile}"],"source":"{profile}"}}"#);
    let resources = [
        ("Patient/a", meta("http://x.org/p")),
        ("Patient/b", meta("http://x.org/p|1")),
        ("Patient/c", meta("http://x.org/p/sub")),
        ("Patient/d", meta("http://x.org/pq")),
        ("Patient/e", meta("http://x.org/p/")),
        ("Patient/f", meta("urn:uuid:1")),
        ("Patient/g", String::new()),
    ];
    check(
        &resources.each_ref().map(|(place, members)| (*place, members.as_str())),
        &[
            ("Patient?_profile=http://x.org/p", "a b"),
            ("Patient?_profile=http://x.org/p|1", "b"),
            ("Patient?_profile=http://x.org/p|2", ""),
            ("Patient?_profile=HTTP://x.org/p", ""),
            ("Patient?_profile=urn:uuid:1", "f"),
            ("Patient?_source=http://x.org/p", "a"),
            ("Patient?_source:below=http://x.org/p", "a c e"),
            ("Patient?_profile:below=http://x.org/p", "a b c e"),
            ("Patient?_profile:below=http://x.org/p/", "a b c e"),
            ("Patient?_profile:below=http://x.org", "a b c d e"),
            ("Patient?_profile:above=http://x.org/p", "a b e"),
            ("Patient?_profile:above=http://x.org/p/sub/more", "a b c e"),
            ("Patient?_profile:above=http://x.org/p/", "a b e"),
            ("Patient?_profile:above=http://x.org", ""),
            ("Patient?_profile:below=urn:uuid:1", "Invalid"),
            ("Patient?_profile:contains=p", "Invalid"),
            ("Patient?_profile:missing=true", "g"),
        ],
    );
}

/// search.html#combining: a blood pressure whose components must not be mixed up.
#[test]
fn composites_look_at_one_element() {
    let systolic = r#"{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":107,"unit":"mmHg"}}"#;
    let diastolic = r#"{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":60,"comparator":"<"}}"#;
    let pressure =
        format!(r#""code":{{"coding":[{{"code":"85354-9"}}]}},"component":[{systolic},{diastolic}]"#);
    let resources = [
        ("Observation/a", pressure.as_str()),
        (
            "Observation/b",
            r#""code":{"coding":[{"system":"http://loinc.org","code":"8480-6"},{"code":"glu"}]},"valueQuantity":{"value":5.4,"code":"mg"}"#,
        ),
        ("Observation/c", r#""code":{"coding":[{"code":"8480-6"}]},"valueString":"A$b, c""#),
        (
            "Observation/d",
            r#""code":{"coding":[{"code":"8480-6"}]},"valueCodeableConcept":{"coding":[{"code":"Q"}],"text":"A"}"#,
        ),
        ("Observation/e", r#""code":{"coding":[{"code":"8480-6"}]},"valueDateTime":"2020-02-29""#),
        (
            "Observation/f",
            r#""code":{"text":"8480-6"},"valueQuantity":{"value":5.4},"component":[{"code":{"coding":[{"code":"x"}]},"valueCodeableConcept":{"coding":[{"code":"y"}]}}]"#,
        ),
        ("Observation/g", r#""code":{"coding":[{"code":"8480-6"}]}"#),
    ];
    check(
        &resources,
        &[
            ("Observation?component-code-value-quantity=http://loinc.org|8480-6%24gt100", "a"),
            ("Observation?component-code-value-quantity=8480-6%24lt60", ""),
            ("Observation?component-code-value-quantity=8462-4%24lt60", "a"),
            ("Observation?component-code-value-quantity=8462-4%24lt60,8480-6%24107||mmHg", "a"),
            ("Observation?component-code-value-quantity=8480-6%24107||mg", ""),
            ("Observation?component-code=8480-6&component-value-quantity=lt60", "a"),
            ("Observation?combo-code-value-quantity=8480-6%24gt1", "a b"),
            ("Observation?combo-code-value-quantity=85354-9%24gt1", ""),
            ("Observation?code-value-quantity=8480-6%24gt1", "b"),
            ("Observation?code-value-quantity=GLU%245.4||mg", "b"),
            ("Observation?code-value-quantity=8480-6%24ne5.4", ""),
            ("Observation?code-value-string=8480-6%24a%5C%24B%5C,", "c"),
            ("Observation?code-value-string=8480-6%24A", "c"),
            ("Observation?code-value-concept=8480-6%24q", "d"),
            ("Observation?code-value-concept=8480-6%24|q", "d"),
            ("Observation?code-value-date=8480-6%24ge2020-02", "e"),
            ("Observation?code-value-date=8480-6%242020-03", ""),
            ("Observation?component-code-value-concept=x%24y", "f"),
            ("Observation?combo-code-value-concept=x%24y,8480-6%24Q", "d f"),
            ("Observation?code-value-quantity:missing=false", "b"),
            ("Observation?combo-code-value-quantity:missing=true", "c d e f g"),
            ("Observation?code-value-quantity=8480-6", "Invalid"),
            ("Observation?code-value-quantity=8480-6%24", "Invalid"),
            ("Observation?code-value-quantity=%245", "Invalid"),
            ("Observation?code-value-quantity=8480-6%245%246", "Invalid"),
            ("Observation?code-value-quantity=8480-6%24abc", "Invalid"),
            ("Observation?code-value-quantity:not=8480-6%245", "Invalid"),
            ("Observation?code-value-quantity.code=5", "Invalid"),
            ("Observation?code-value-string:exact=a%24b", "Invalid"),
        ],
    );
}

mod filters;
mod links;
