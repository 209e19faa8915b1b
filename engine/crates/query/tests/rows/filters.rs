//! `_filter`: what a text asks, and what is wrong with one.

use super::*;

/// A search by `_filter`.
fn filter_url(resource: &str, text: &str) -> String {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    format!("{resource}?_filter={encoded}")
}

#[track_caller]
fn filter(resource: &str, text: &str, words: &str) {
    check(&filter_url(resource, text), words);
}

#[track_caller]
fn misread(resource: &str, text: &str, error: &str) {
    refused(&filter_url(resource, text), &format!("'_filter' (parameter 1, character {error}"));
}

#[test]
fn filters_test_by_the_kind_of_parameter() {
    filter("Patient", r#"name eq "Müller""#, "name whole<Müller>");
    filter("Patient", "name ne peter", "name other than whole<peter>");
    filter("Patient", r#"name co "pet""#, "name with<pet>");
    filter("Patient", "name sw pet", "name text<pet>");
    filter("Patient", "name ew ter", "name ending<ter>");
    filter("Patient", "name pr true", "any name");
    filter("Patient", "name pr false", "not (any name)");
    filter("Patient", r#"name pr "false""#, "not (any name)");
    filter("Patient", "_id pr true", "anything");
    filter("Patient", "_lastUpdated pr false", "not (anything)");
    filter("Patient", "_id eq a", "_id id<a>");
    filter("Patient", "_id ne a", "not (_id id<a>)");
    filter("Observation", "code eq http://loinc.org|1234-5", "code <1234-5> of <http://loinc.org>");
    filter("Observation", "code eq |1234-5", "code <1234-5> of none");
    filter("Observation", "code ne s|", "code other than any of <s>");
    filter("Observation", r"code eq a\|b,c", "code <a|b,c> of any");
    filter("Observation", "code eq loinc|1", "code <1> of <http://loinc.org>");
    filter("Observation", "code ne snomed|1", "code other than <1> of <http://snomed.info/sct>");
    filter("Observation", "code eq rxnorm|", "code any of <http://www.nlm.nih.gov/research/umls/rxnorm>");
    filter("Observation", "code eq loinc", "code <loinc> of any");
    filter("Observation", "status eq final", "status <final> of any");
    filter("ValueSet", "url eq http://a/b", "url uri<http://a/b>");
    filter("ValueSet", "url ne http://a/b", "url other than uri<http://a/b>");
    filter("ValueSet", "url sw http://a", "url uri starting<http://a>");
    filter("ValueSet", "url co a/b", "url uri with<a/b>");
    filter("Observation", "subject re Patient/1", "subject Patient/1");
    filter("Observation", "subject re 1", "subject ?/1");
    filter("Observation", "subject re https://clinic.example/fhir/Patient/1", "subject Patient/1");
    filter("Observation", "subject re http://other/Patient/1", "subject <http://other/Patient/1>");
    filter("Observation", "value-quantity gt 5.4", "value-quantity > 5.4 in any");
    filter("Observation", "value-quantity ap 5.4||mg", "value-quantity about 5.4 in <mg>");
    filter(
        "Observation",
        r#"value-quantity ne "5|ucum|mm[Hg]""#,
        "value-quantity != 5 in <mm[Hg]> of <http://unitsofmeasure.org>",
    );
    filter("Location", "near eq 10|20|2|km", "near 2000 m around 10 20");
    filter("RiskAssessment", "probability le 0.5", "probability <= 0.5");
    filter(
        "Observation",
        "code-value-quantity eq loinc|8480-6$gt5",
        "code-value-quantity <8480-6> of <http://loinc.org> with > 5 in any",
    );
    for (operator, sign) in [
        ("eq", "="),
        ("ne", "!="),
        ("gt", ">"),
        ("lt", "<"),
        ("ge", ">="),
        ("le", "<="),
        ("ap", "about"),
        ("sa", "after"),
        ("eb", "before"),
        ("po", "meets"),
        ("co", "holds"),
    ] {
        let day = "2014-10-10T00:00:00.000Z..2014-10-10T23:59:59.999999Z";
        filter("Patient", &format!("birthdate {operator} 2014-10-10"), &format!("birthdate {sign} {day}"));
    }
}

#[test]
fn filters_are_joined_from_left_to_right() {
    let row = |text: &str, words: &str| {
        let word = |name: char| format!("family whole<{name}>");
        let words = words.chars().map(|letter| match letter {
            'a'..='d' => word(letter),
            '&' => " and ".to_owned(),
            '|' => " or ".to_owned(),
            '!' => "not ".to_owned(),
            other => other.to_string(),
        });
        let text = text.chars().map(|letter| match letter {
            'a'..='d' => format!("family eq {letter}"),
            '&' => " and ".to_owned(),
            '|' => " or ".to_owned(),
            '!' => "not".to_owned(),
            other => other.to_string(),
        });
        filter("Patient", &text.collect::<String>(), &words.collect::<String>());
    };
    row("a", "a");
    row("a&b", "a&b");
    row("a&b&c", "a&b&c");
    row("a|b&c", "(a|b)&c");
    row("a&b|c", "(a&b)|c");
    row("a|b&c|d", "((a|b)&c)|d");
    row("a&(b|c)", "a&(b|c)");
    row("(a|b)&(c|d)", "(a|b)&(c|d)");
    row("a&(b&c)", "a&(b&c)");
    row("(a&b)&c", "a&b&c");
    row("((a))", "a");
    row("!(a)", "!(a)");
    row("!(a)&b", "!(a)&b");
    row("a|!(b&c)", "a|!(b&c)");
    row("!(!(a))", "!(!(a))");
    row("! ( a ) & b", "!(a)&b");
    filter("Patient", "(family eq a)and(given eq b)", "family whole<a> and given whole<b>");
    filter("Patient", "\tfamily\n eq \u{3000} a  ", "family whole<a>");
    filter("Patient", r#"family eq "a and (b] or \"c\"""#, r#"family whole<a and (b] or "c">"#);
    filter("Patient", "family eq and and given eq or", "family whole<and> and given whole<or>");
    filter("Patient", r#"family eq a"(b"#, r#"family whole<a"(b>"#);
}

#[test]
fn filters_follow_references() {
    let row = |resource: &str, text: &str, words: &str| {
        joined(&filter_url(resource, text), words);
        assert_eq!(
            read_as(Handling::Guard, &filter_url(resource, text)).unwrap_err().to_string(),
            "'_filter' (parameter 1): in criteria, what other resources say is not supported",
            "{text}"
        );
    };
    row("Observation", "subject.family co pet", "subject to Patient(family with<pet>)");
    row(
        "Encounter",
        "subject.identifier eq 1",
        "subject to Group(identifier <1> of any) or Patient(identifier <1> of any)",
    );
    row(
        "Observation",
        "patient.organization.partof.name sw x",
        "patient to Patient(organization to Organization(partof to Organization(name text<x>)))",
    );
    row("Observation", "subject.family pr false", "not (subject to Patient(any family))");
    row("Encounter", "service-provider._id pr true", "service-provider to Organization(anything)");
    row(
        "Observation",
        "subject[gender eq male].family eq x",
        "subject to Patient(gender <male> of any and family whole<x>)",
    );
    row(
        "Observation",
        "subject[ family eq a or not(given pr true) ]._id pr true",
        "subject to Patient((family whole<a> or not (any given)) and (anything))",
    );
    row(
        "Patient",
        "organization[partof[name eq a].name eq b].name eq c and active eq true",
        "organization to Organization(partof to Organization(name whole<a> and name whole<b>) and name whole<c>) \
         and active <true> of any",
    );
}

#[test]
fn filters_over_several_types() {
    check(
        "?_type=Patient,Practitioner&_filter=family+eq+a+and+not(given+sw+b)",
        "family whole<a> and not (given text<b>)",
    );
    check(
        "?_type=Patient,Observation&_filter=identifier+eq+1",
        "Observation(identifier <1> of any) or Patient(identifier <1> of any)",
    );
    check("?_filter=_id+eq+a+or+_tag+eq+b", "_id id<a> or _tag <b> of any");
    check("Patient?_filter=family+eq+a&_filter=given+eq+b", "family whole<a>; given whole<b>");
    refused(
        "?_type=Patient,Organization&_filter=name+eq+a+or+family+eq+b",
        "'_filter' (parameter 2, character 14): not a search parameter of this type",
    );
    refused(
        "?_filter=name+eq+a",
        "'_filter' (parameter 1, character 1): not a search parameter of this type",
    );
}

#[test]
fn filters_that_are_misread() {
    let operator =
        "expected a space and an operator: eq, ne, co, sw, ew, gt, lt, ge, le, ap, sa, eb, pr, po, re";
    let row = |text: &str, at: usize, fault: &str| misread("Patient", text, &format!("{at}): {fault}"));
    row(" ", 2, "expected a parameter's name, 'not' or '('");
    row("()", 2, "expected a parameter's name, 'not' or '('");
    row("(family eq a", 13, "expected 'and', 'or' or ')'");
    row("(family eq a]", 13, "expected 'and', 'or' or ')'");
    row("family eq a)", 12, "expected 'and', 'or' or the end");
    row("family eq a b", 13, "expected 'and', 'or' or the end");
    row("family eq a AND given eq b", 13, "expected 'and', 'or' or the end");
    row("family eq a android", 13, "expected 'and', 'or' or the end");
    row("family eq a and", 16, "expected a parameter's name, 'not' or '('");
    row("or family eq a", 4, operator);
    row("not family eq a", 5, "expected '(' after 'not'");
    row("family", 7, operator);
    row("family eq", 10, "expected a space and a value");
    row("family eq ", 11, "expected a space and a value");
    row("(family eq )", 12, "expected a space and a value");
    row(r#"family eq"a""#, 10, "expected a space and a value");
    row("family is a", 8, operator);
    row("family EQ a", 8, operator);
    row("family:exact eq a", 7, operator);
    row("organization:Organization.name eq a", 13, operator);
    row("_has:Observation:subject:code eq a", 5, operator);
    row("organization. name eq a", 14, "expected a parameter's name");
    row("organization[name eq a] pr true", 24, "expected a dot and a name after the brackets");
    row("organization[name eq a.name eq b", 29, "expected 'and', 'or' or ']'");
    row("organization[name eq a).name eq b", 23, "expected 'and', 'or' or ']'");
    let text = "not a string: expected a closing quotation mark, and the escapes of JSON";
    row(r#"family eq "a"#, 11, text);
    row(r#"family eq "é\x""#, 11, text);
    row(r#"family eq "é"b"#, 14, "expected 'and', 'or' or the end");
    row(r#"family eq "" and given eq b"#, 11, "empty between its separators");
    row(r#"family eq " ""#, 11, "empty between its separators");
}

#[test]
fn filters_that_make_no_sense() {
    let row = |resource: &str, text: &str, error: &str| misread(resource, text, error);
    let kind = "this operator is not for parameters of this kind";
    for text in ["family gt a", "family po a", "family re a", "gender co a", "gender sw a", "gender gt a"] {
        row("Patient", text, &format!("8): {kind}"));
    }
    for text in ["birthdate sw 2", "birthdate ew 2", "birthdate re 2"] {
        row("Patient", text, &format!("11): {kind}"));
    }
    row("Patient", "_id co a", &format!("5): {kind}"));
    row("Patient", "_lastUpdated co 2020", &format!("14): {kind}"));
    row("Observation", "subject eq Patient/1", &format!("9): {kind}"));
    row("Observation", "value-quantity co 5", &format!("16): {kind}"));
    row("Observation", "code-value-quantity ne a$5", &format!("21): {kind}"));
    row("Location", "near gt 10|20", &format!("6): {kind}"));
    row("ValueSet", "url ew a", &format!("5): {kind}"));
    let date = "not a date: expected YYYY, YYYY-MM, YYYY-MM-DD or a time with minutes";
    row("Patient", "family eq é and birthdate ge gt2000", &format!("30): {date}"));
    row("Patient", "birthdate eq 2000-13", &format!("14): {date}"));
    row("RiskAssessment", "probability eq gt5", "16): not a number");
    row("Patient", "family pr yes", "11): expected one of: true, false");
    row("Patient", "identifier eq a|b|c", "15): not a token: expected code, system|code, |code or system|");
    row("Patient", "nonsense eq a", "1): not a search parameter of this type");
    row("Patient", "family eq a and Family eq b", "17): not a search parameter of this type");
    row("Patient", "family.name eq a", "1): only a reference can be followed by a chain");
    row("Patient", "organization.nonsense eq a", "1): no type that it may refer to has such a parameter");
    row(
        "Patient",
        "organization[nonsense eq a].name eq b",
        "1): no type that it may refer to has such a parameter",
    );
    row("Patient", "organization.name gt a", &format!("19): {kind}"));
    row("Patient", "family ss a", &format!("8): {kind}"));
    row("Patient", "birthdate in http://x/v", &format!("11): {kind}"));
    row("Patient", "_id ni http://x/v", &format!("5): {kind}"));
    row("Patient", "phonetic eq x", "1): the parameter is not supported");
    row("Patient", "_filter eq x", "1): the parameter is not supported");
    row(
        "Group",
        "characteristic[code eq a].value eq b",
        "1): a filter in brackets after what is no reference is not supported",
    );
    refused("Patient?_filter:exact=family+eq+a", "'_filter:exact' (parameter 1): takes no modifier");
    refused(
        "Patient?organization._filter=name+eq+a",
        "'organization._filter' (parameter 1): the parameter is not supported",
    );
}
