//! `_filter`: rows from search_filter.html, and of what it leaves open.

use super::check;

/// Each row is a filter and what it finds.
fn check_filters(resources: &[(&str, &str)], path: &str, rows: &[(&str, &str)]) {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let rows: Vec<(String, &str)> =
        rows.iter().map(|(text, found)| (format!("{path}?_filter={}", encoded(text)), *found)).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(search, found)| (search.as_str(), *found)).collect();
    check(resources, &rows);
}

#[test]
fn the_examples_of_the_specification() {
    let resources = [
        ("Patient/a", r#""name":[{"family":"Carpet","given":["Peter"]}],"birthDate":"2014-10-10""#),
        ("Patient/b", r#""name":[{"family":"Peters"}],"birthDate":"2014-10-11""#),
        (
            "Observation/o",
            r#""code":{"coding":[{"system":"http://loinc.org","code":"1234-5"}]},"subject":{"reference":"Patient/a"}"#,
        ),
        (
            "Observation/p",
            r#""subject":{"reference":"Patient/gone"},"hasMember":[{"reference":"Observation/o"}]"#,
        ),
    ];
    check_filters(
        &resources,
        "Patient",
        &[
            (r#"name co "pet""#, "a b"),
            (r#"given eq "peter" and birthdate ge 2014-10-10"#, "a"),
            (r#"given eq "pet""#, ""),
        ],
    );
    check_filters(
        &resources,
        "Observation",
        &[
            ("code eq http://loinc.org|1234-5", "o"),
            ("code eq loinc|1234-5", "o"),
            (r#"subject.name co "pet""#, "o"),
            ("has-member[status eq final].code pr true", "p"),
            ("has-member re Observation/o", "p"),
            ("related[type eq has-component].target pr true", "Invalid"),
        ],
    );
}

#[test]
fn strings() {
    let resources = [
        ("Patient/a", r#""name":[{"family":"de  la Cruz","given":["Zoë","Ann"]}]"#),
        ("Patient/b", r#""name":[{"family":"Cruz"}]"#),
        ("Patient/c", ""),
    ];
    check_filters(
        &resources,
        "Patient",
        &[
            (r#"family eq "DE LA CRÚZ""#, "a"),
            ("family ne cruz", "a"),
            ("not(family eq cruz)", "a c"),
            ("given ne ann", "a"),
            ("not(given ne ann)", "b c"),
            ("family ew CRUZ", "a b"),
            ("family ew ruz and family sw cr", "b"),
            (r#"family co "la c""#, "a"),
            ("family pr false", "c"),
            ("family gt a", "Invalid"),
            ("family po a", "Invalid"),
            ("family re a", "Invalid"),
            (r#"family eq "\u0063RUZ""#, "b"),
            (r#"family eq """#, "Invalid"),
            (r#"family eq "a"#, "Invalid"),
            (r#"family eq "\x""#, "Invalid"),
        ],
    );
}

#[test]
fn tokens() {
    let resources = [
        (
            "Observation/a",
            r#""code":{"coding":[{"system":"http://loinc.org","code":"x"},{"system":"urn:s","code":"y"}]}"#,
        ),
        ("Observation/b", r#""code":{"coding":[{"code":"X"}]}"#),
        ("Observation/c", r#""code":{"text":"x"}"#),
        ("Observation/d", r#""code":{"coding":[{"system":"urn:s"}]}"#),
    ];
    check_filters(
        &resources,
        "Observation",
        &[
            ("code eq x", "a b"),
            ("code ne x", "a"),
            ("code ne y", "a b"),
            ("not(code eq x)", "c d"),
            ("code ne loinc|x", "a b"),
            ("code ne |x", "a"),
            ("code ne urn:s|", "a b"),
            ("code ne loinc|", "a b d"),
            ("code eq |", "Invalid"),
            ("code co x", "Invalid"),
            ("code ss x", "Invalid"),
            ("code in http://x.org/v", "Invalid"),
            ("code pr true and not(code ne a)", "c d"),
        ],
    );
    let patients = [
        ("Patient/a", r#""active":true,"gender":"male","telecom":[{"value":"5"}]"#),
        ("Patient/b", r#""active":false"#),
    ];
    check_filters(
        &patients,
        "Patient",
        &[
            ("active ne true", "b"),
            ("active ne |true", ""),
            ("active ne urn:s|true", ""),
            ("gender ne |male", ""),
            ("gender ne |female", "a"),
            ("telecom ne 6", "a"),
            ("_id ne a", "b"),
            ("_id pr true", "a b"),
            ("_lastUpdated pr false", ""),
        ],
    );
}

#[test]
fn dates_quantities_and_uris() {
    let resources = [
        (
            "Observation/a",
            r#""code":{"text":"x"},"effectivePeriod":{"start":"2020-01-10","end":"2020-01-20"},"valueQuantity":{"value":5.4,"system":"http://unitsofmeasure.org","code":"mg"}"#,
        ),
        ("Observation/b", r#""effectiveDateTime":"2020-01","meta":{"profile":["http://x.org/p|1"]}"#),
        (
            "Observation/c",
            r#""effectivePeriod":{"start":"2020-02"},"meta":{"profile":["http://x.org/p","http://x.org/q"]}"#,
        ),
    ];
    check_filters(
        &resources,
        "Observation",
        &[
            ("date po 2020-01-20", "a b"),
            ("date po 2020-01-31", "b"),
            ("date po 2030", "c"),
            ("date co 2020-01-15", "a b"),
            ("date co 2020-01", "b"),
            ("date eq 2020-01", "a b"),
            ("date ne 2020-01", "c"),
            ("date ge gt2020", "Invalid"),
            ("date sw 2020", "Invalid"),
            ("_lastUpdated co 2020", "Invalid"),
            ("_lastUpdated po 2026", "a b c"),
            ("value-quantity eq 5.4|ucum|mg", "a"),
            ("value-quantity gt 5.3 and value-quantity lt 5.5", "a"),
            ("value-quantity eq gt5", "Invalid"),
            ("value-quantity po 5", "Invalid"),
            ("_profile eq http://x.org/p", "b c"),
            ("_profile ne http://x.org/p", "c"),
            ("_profile ne http://x.org/p|1", "c"),
            ("_profile ne http://x.org/p|2", "b c"),
            ("_profile sw http://x.org/q", "c"),
            ("_profile co org/p|", "b"),
            ("_profile ew p", "Invalid"),
        ],
    );
}

#[test]
fn expressions_are_read_from_left_to_right() {
    let resources = [
        ("Patient/a", r#""gender":"male","active":true"#),
        ("Patient/b", r#""gender":"male","active":false"#),
        ("Patient/c", r#""gender":"female","active":true"#),
    ];
    check_filters(
        &resources,
        "Patient",
        &[
            ("gender eq male or gender eq female and active eq true", "a c"),
            ("gender eq male or (gender eq female and active eq true)", "a b c"),
            ("active eq true and gender eq female or gender eq male", "a b c"),
            ("active eq true and (gender eq female or gender eq male)", "a c"),
            ("not(gender eq male)and(active eq true)or _id eq b", "b c"),
            ("not ( not(gender eq male and active eq true) )", "a"),
            ("gender eq \"male\")", "Invalid"),
            ("gender eq male active eq true", "Invalid"),
            ("gender eq male AND active eq true", "Invalid"),
            ("gender  eq\tmale ", "a b"),
            ("not gender eq male", "Invalid"),
            ("", "a b c"),
            (" ", "Invalid"),
            ("_has:Observation:subject:code eq a", "Invalid"),
            ("link:Patient.gender eq male", "Invalid"),
        ],
    );
    let nested = |levels: usize| format!("{}_id eq a{}", "(".repeat(levels), ")".repeat(levels));
    let changed = |changes: usize| {
        let joints = (0..changes).map(|at| if at % 2 == 0 { " and _id eq a" } else { " or _id eq a" });
        format!("_id eq a{}", joints.collect::<String>())
    };
    let many = |tests: usize| vec!["_id eq a"; tests].join(" or ");
    let deep = |links: usize| format!("{}_id eq a", "link.".repeat(links));
    let inside = |links: usize| format!("link[link.link.link._id eq a].{}", deep(links));
    let rows = [
        (nested(16), "a"),
        (nested(17), "Limit"),
        (changed(16), "a"),
        (changed(17), "Limit"),
        (many(256), "a"),
        (many(257), "Limit"),
        (deep(8), ""),
        (deep(9), "Limit"),
        (inside(7), ""),
        (inside(8), "Limit"),
    ];
    check_filters(&resources, "Patient", &rows.each_ref().map(|(text, found)| (text.as_str(), *found)));
}

#[test]
fn paths_lead_to_other_resources() {
    let resources = [
        ("Organization/o", r#""name":"One","partOf":{"reference":"Organization/q"}"#),
        ("Organization/q", r#""name":"Queen","active":true"#),
        (
            "Patient/a",
            r#""gender":"male","name":[{"family":"Ann"}],"managingOrganization":{"reference":"Organization/o"}"#,
        ),
        ("Patient/b", r#""gender":"female","name":[{"family":"Bob"}]"#),
        ("Observation/u", r#""subject":{"reference":"Patient/a"},"performer":[{"reference":"Patient/b"}]"#),
        ("Observation/v", r#""subject":{"reference":"Patient/b"}"#),
        ("Observation/w", r#""performer":[{"reference":"Patient/a"},{"reference":"Patient/b"}]"#),
        ("Observation/x", r#""subject":{"reference":"Patient/gone"}"#),
    ];
    check_filters(
        &resources,
        "Observation",
        &[
            ("subject.family eq ann", "u"),
            ("subject.family ne ann", "v"),
            ("not(subject.family eq ann)", "v w x"),
            ("subject.organization pr false", "v w x"),
            ("subject.organization.partof.name sw q", "u"),
            ("performer.family eq ann and performer.gender eq female", "w"),
            ("performer[family eq ann].gender eq female", ""),
            ("performer[family eq ann or family eq bob].gender eq female", "u w"),
            ("performer[not(family eq ann)]._id pr true", "u w"),
            ("subject[organization[name eq one].partof.name pr true].gender eq male", "u"),
            ("subject[organization[name eq one].partof pr true].gender eq male", "u"),
            ("subject[family eq ann] re Patient/a", "Invalid"),
            ("subject re a", "u"),
            ("subject eq Patient/a", "Invalid"),
            ("subject.nonsense eq a", "Invalid"),
            ("subject[nonsense eq a].gender eq male", "Invalid"),
            ("code.name eq a", "Invalid"),
            ("code[name eq a].name eq a", "NotSupported"),
        ],
    );
    check_filters(
        &resources,
        "",
        &[("_id eq a or _id eq o", "Organization/o Patient/a"), ("gender eq male", "Invalid")],
    );
}
