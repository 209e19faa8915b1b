//! Forms, limits, log texts, and arbitrary input.

use fornax_definitions::r4;
use fornax_query::{Bound, Condition, Context, Handling, Limits, Pairs, Query, QueryError, Scope};
use proptest::prelude::*;

fn context(limits: &Limits, handling: Handling) -> Context<'_> {
    Context { definitions: r4(), bases: &[], handling, limits }
}

fn read(url: &str, limits: &Limits) -> Result<Query, QueryError> {
    Query::parse_relative(url, &context(limits, Handling::Lenient))
}

#[test]
fn query_and_form_are_merged() {
    let pairs = |query: &str, form: &[u8]| {
        let pairs = Pairs::of_query_and_form(query, form, &Limits::default()).unwrap();
        pairs.iter().map(|pair| format!("{}:{}={}", pair.position, pair.name, pair.value)).collect::<Vec<_>>()
    };
    assert_eq!(pairs("a=1&b=2", b"a=3&c=%C3%A4+x"), ["1:a=1", "2:b=2", "3:a=3", "4:c=ä x"]);
    assert_eq!(pairs("", b"a=1"), ["1:a=1"]);
    assert_eq!(pairs("", b""), [""; 0]);
    assert!(Pairs::of_query_and_form("", b"a=\xff", &Limits::default()).is_err());
}

/// Exactly the limit passes, and one more does not.
#[track_caller]
fn check_limit(limits: &Limits, passes: &str, fails: &str, bound: Bound, max: usize) {
    read(passes, limits).unwrap_or_else(|error| panic!("{passes}: {error}"));
    let Err(QueryError::Limit { bound: found, max: found_max, .. }) = read(fails, limits) else {
        panic!("{fails}: no limit")
    };
    assert_eq!((found, found_max), (bound, max), "{fails}");
}

#[test]
fn every_limit_holds() {
    let limits = Limits {
        request_bytes_max: 200,
        parameters_max: 4,
        name_bytes_max: 12,
        value_bytes_max: 10,
        values_max: 3,
        sort_keys_max: 2,
        includes_max: 1,
        elements_max: 2,
        ..Limits::default()
    };
    let long = |bytes: usize| format!("Patient?_format={}", "x".repeat(bytes - "_format=".len()));
    check_limit(&limits, &long(200), &long(201), Bound::RequestBytes, 200);
    check_limit(&limits, "Patient?a=1&a=2&a=3&a=4", "Patient?a=1&a=2&a=3&a=4&a=5", Bound::Parameters, 4);
    check_limit(&limits, "Patient?abcdefghijkl=1", "Patient?abcdefghijklm=1", Bound::NameBytes, 12);
    check_limit(&limits, "Patient?name=0123456789", "Patient?name=0123456789a", Bound::ValueBytes, 10);
    check_limit(&limits, "Patient?name=a,b,c", "Patient?name=a,b,c,d", Bound::Values, 3);
    check_limit(&limits, "Patient?name=a,b&name=c", "Patient?name=a,b&name=c,d", Bound::Values, 3);
    check_limit(&limits, "Patient?_sort=name,_id", "Patient?_sort=name,_id,family", Bound::SortKeys, 2);
    check_limit(&limits, "Patient?_elements=id,name", "Patient?_elements=id,name,meta", Bound::Elements, 2);
    let limits = Limits { meanings_max: 4, ..Limits::default() };
    let (one, two) =
        ("Encounter?subject.identifier=x", "Encounter?subject.identifier=x&subject.identifier=y");
    check_limit(&limits, one, two, Bound::Meanings, 4);
    let explosive = format!("Composition?{}name=x", "subject.".repeat(8));
    assert!(matches!(
        read(&explosive, &Limits::default()),
        Err(QueryError::Limit { bound: Bound::Meanings, .. } | QueryError::Invalid { .. })
    ));
    let endless = format!("ActivityDefinition?{}_id=x", "derived-from.".repeat(8));
    assert!(matches!(
        read(&endless, &Limits::default()),
        Err(QueryError::Limit { bound: Bound::Meanings | Bound::Values, .. })
    ));
    let limits = Limits { links_max: 2, ..Limits::default() };
    let chain = "Patient?link:Patient.link:Patient.name=x";
    check_limit(&limits, chain, "Patient?link:Patient.link:Patient.link:Patient.name=x", Bound::Links, 2);
    let limits = Limits { includes_max: 1, ..Limits::default() };
    let one = "Observation?_include=Observation:subject";
    check_limit(&limits, one, &format!("{one}&_revinclude=Provenance:target"), Bound::Includes, 1);
}

#[test]
fn every_limit_of_filters_holds() {
    let url = |text: &str| format!("Patient?_filter={}", text.replace(' ', "+"));
    let check = |limits: &Limits, passes: &str, fails: &str, bound: Bound, max: usize| {
        check_limit(limits, &url(passes), &url(fails), bound, max);
    };
    let limits = Limits { links_max: 2, ..Limits::default() };
    let (passes, fails) = ("link[link.name eq a].name eq b", "link[link.link.name eq a].name eq b");
    check(&limits, passes, fails, Bound::Links, 2);
    check(&limits, "link.link.name eq a", "link[name eq a].link.link.name eq b", Bound::Links, 2);

    let limits = Limits {
        filter_tests_max: 3,
        filter_depth_max: 2,
        value_bytes_max: 4,
        values_max: 6,
        ..Limits::default()
    };
    let (one, two) = ("name eq a", "name eq a and name eq a");
    let inner = |inside: &str| format!("link[{inside}].{one}");
    let rows = [
        (format!("{two} and {one}"), format!("{two} and {two}"), Bound::FilterTests),
        (format!("link[{two}].{one}"), format!("link[{two}].{two}"), Bound::FilterTests),
        (format!("(({one}))"), format!("((({one})))"), Bound::FilterDepth),
        (format!("not(not({one}))"), format!("not(not({two}))"), Bound::FilterDepth),
        (inner(&inner(one)), inner(&inner(&inner(one))), Bound::FilterDepth),
        (inner(two), inner(&format!("not({two})")), Bound::FilterDepth),
    ];
    for (passes, fails, bound) in rows {
        let max = if bound == Bound::FilterTests { 3 } else { 2 };
        check(&limits, &passes, &fails, bound, max);
    }
    check(&limits, "name eq abcd", "name eq abcde", Bound::ValueBytes, 4);
    check(&limits, "name eq \"ab d\"", "name eq \"abc e\"", Bound::ValueBytes, 4);
    let three = url(&format!("{two} and {one}"));
    let six = format!("{three}&{}", three.replace("Patient?", ""));
    check_limit(&limits, &six, &format!("{six}&_filter=name+eq+a"), Bound::Values, 6);

    // Each change between `and` and `or` is a level of its own.
    let limits = Limits { filter_depth_max: 3, ..Limits::default() };
    let passes = format!("{one} or {two} or {one}");
    check(&limits, &passes, &format!("{passes} and {one}"), Bound::FilterDepth, 3);
    // Every type that a path may lead to is looked at, if only to find that it has no such name.
    let limits = Limits { meanings_max: 2, ..Limits::default() };
    check(&limits, "organization.name eq a", "organization.name eq a and name eq a", Bound::Meanings, 2);
    let explosive = format!("Composition?_filter={}nonsense+eq+a", "subject.".repeat(8));
    let Err(QueryError::Limit { bound: Bound::Meanings, .. }) = read(&explosive, &Limits::default()) else {
        panic!("{explosive}: no limit")
    };
    // A test behind a reference that may point to anything has a value for each type.
    let limits = Limits { values_max: 100, ..Limits::default() };
    check_limit(&limits, "List?_filter=title+eq+a", "List?_filter=item._id+eq+a", Bound::Values, 100);
}

#[test]
fn page_size() {
    let limits = Limits { count_default: 7, count_max: 9, ..Limits::default() };
    let page_size = |url: &str| read(url, &limits).unwrap().page_size(&limits);
    assert_eq!(page_size("Patient"), 7);
    assert_eq!(page_size("Patient?_count=8"), 8);
    assert_eq!(page_size("Patient?_count=10"), 9);
}

#[test]
fn the_log_sees_no_word_of_the_client() {
    let rows = [
        ("Patient?Secret=x", Handling::Strict),
        ("Patient?birthdate=Secret", Handling::Lenient),
        ("Patient?name:Secret=x", Handling::Lenient),
        ("Patient?link.Secret=x", Handling::Lenient),
        ("Patient?link:Secret.name=x", Handling::Lenient),
        ("Patient?_has:Secret:x:y=1", Handling::Lenient),
        ("Secret?name=x", Handling::Lenient),
        ("Patient?_include=Secret:x", Handling::Strict),
        ("Patient?_filter=Secret", Handling::Strict),
        ("Patient?_filter=Secret+eq+Secret", Handling::Strict),
        ("Patient?_filter=name+Secret+Secret", Handling::Lenient),
        ("Patient?_filter=birthdate+eq+Secret", Handling::Lenient),
        ("Patient?_filter=name+eq+Secret+Secret", Handling::Lenient),
        ("Patient?_filter=link[Secret+eq+a].Secret+eq+Secret", Handling::Lenient),
        ("Patient?Secret=%ff", Handling::Lenient),
    ];
    for (url, handling) in rows {
        let error = Query::parse_relative(url, &context(&Limits::default(), handling)).unwrap_err();
        let value = url.split_once('=').map_or("", |(_, value)| value);
        assert!(!value.contains("Secret") || !error.to_string().contains("Secret"), "{url}: {error}");
    }
}

/// A parameter that is often right, and often a little wrong.
fn parameter() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "code",
            "date",
            "subject",
            "value-quantity",
            "category",
            "_id",
            "_lastUpdated",
            "_profile",
            "_sort",
            "_count",
            "_elements",
            "_include",
            "_revinclude",
            "_summary",
            "_total",
            "value-string",
            "value-string:contains",
            "code:not",
            "code:text",
            "code:missing",
            "subject:identifier",
            "subject.name",
            "subject:Patient.organization.name",
            "_has:Provenance:target:agent",
            "code-value-quantity",
            "_include:iterate",
            "_list",
            "_contained",
            "_containedType",
            "_type",
            "_format",
            "_filter",
        ])
        .prop_map(str::to_owned),
        "[a-z_:.%]{0,12}",
    ];
    let piece = prop_oneof![
        prop::sample::select(vec![
            "8480-6",
            "8480-6$gt5",
            "http://loinc.org|8480-6",
            "|a",
            "s|",
            "2020",
            "ge2020-02-29",
            "lt2020-02-29T10:00Z",
            "5.40",
            "ap5.4|http://unitsofmeasure.org|mg",
            "Patient/1",
            "urn:x:1",
            "-date",
            "date",
            "0",
            "7",
            "9999",
            "id",
            "value",
            "Observation:subject",
            "Observation:*",
            "*",
            "count",
            "true",
            "none",
            "both",
            "contained",
            r"\,",
            r"\",
            "%",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    let other = (name, proptest::collection::vec(piece, 0..4))
        .prop_map(|(name, pieces)| format!("{name}={}", pieces.join(",")));
    prop_oneof![4 => other, 1 => filter()]
}

/// A filter that is often right, and often a little wrong.
fn filter() -> impl Strategy<Value = String> {
    let one_of = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    let name = one_of(&[
        "code",
        "date",
        "value-quantity",
        "value-string",
        "subject",
        "subject.name",
        "_id",
        "_lastUpdated",
        "_profile",
        "code-value-quantity",
        "subject[name eq a].organization.name",
        "has-member[code eq a].value-string",
        "nonsense",
    ]);
    let operator = one_of(&[
        "eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr", "po", "ss", "in", "re",
        "is",
    ]);
    let value = prop_oneof![
        one_of(&[
            "true",
            "false",
            "2020",
            "2020-02-29T10:00Z",
            "5.4||mg",
            "loinc|a",
            "s|",
            "Patient/1",
            "a$5",
            "urn:x:1",
            "\"a b)\"",
            "\"\\u00e9\\\\\"",
            "\"",
            ")",
            "]",
        ]),
        "\\PC{0,4}",
    ];
    let test =
        (name, operator, value).prop_map(|(name, operator, value)| format!("{name} {operator} {value}"));
    let expression = test.prop_recursive(4, 12, 3, move |inner| {
        prop_oneof![
            (inner.clone(), one_of(&["and", "or", "xor"]), inner.clone())
                .prop_map(|(left, joint, right)| format!("{left} {joint} {right}")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.clone().prop_map(|inner| format!("not({inner})")),
            inner.prop_map(|inner| format!("subject[{inner}]._id pr true")),
        ]
    });
    expression.prop_map(|text| {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        format!("_filter={encoded}")
    })
}

proptest! {
    #[test]
    fn no_request_panics_and_every_query_is_written_back(
        query in proptest::collection::vec(parameter(), 0..8).prop_map(|parameters| parameters.join("&")),
        form in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let limits = Limits::default();
        for handling in [Handling::Lenient, Handling::Strict, Handling::Guard] {
            let context = context(&limits, handling);
            let observation = r4().type_named("Observation").unwrap().id;
            let Ok(pairs) = Pairs::of_query_and_form(&query, &form, &limits) else { continue };
            let Ok(read) = Query::parse(&Scope::of(observation), &pairs, &context) else { continue };
            let again = Pairs::of_query(&read.to_query_string(r4()), &limits).unwrap();
            let again = Query::parse(&Scope::of(observation), &again, &context).unwrap();
            prop_assert_eq!(Query { ignored: Vec::new(), ..read }, again);
        }
    }

    #[test]
    fn a_text_survives_its_escapes_and_encoding(text in "\\PC{1,40}") {
        prop_assume!(!text.trim().is_empty());
        let mut escaped = String::new();
        for letter in text.chars() {
            if matches!(letter, '\\' | ',' | '|' | '$') {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        let encoded: String = escaped.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let query = read(&format!("Patient?family={encoded}"), &Limits::default()).unwrap();
        let Condition::Has { values, .. } = &query.filters[0].condition else { panic!("{query:?}") };
        prop_assert_eq!(values, &fornax_query::Values::String(vec![text]));
    }
}

#[test]
fn a_moment_is_an_instant_and_guards_nothing() {
    let limits = Limits::default();
    let read = |value: &str, handling| {
        let query = Query::parse_relative(&format!("Patient?_asof={value}"), &context(&limits, handling));
        query.map(|query| query.to_query_string(r4())).map_err(|error| error.to_string())
    };
    let check = |value: &str, expected: &str| {
        assert_eq!(read(value, Handling::Strict).as_deref(), Ok(expected), "{value}");
    };
    check("2026-01-31T12:00:00Z", "_asof=2026-01-31T12:00:00.000Z");
    check("2026-01-31T12:00:00.5%2B01:00", "_asof=2026-01-31T11:00:00.500Z");
    let instant = Err("'_asof' (parameter 1): expected an instant, such as 2026-01-31T12:00:00Z".to_owned());
    for value in ["2026-01-31", "2026-01-31T12:00Z", "2026-01-31T12:00:00", "17"] {
        assert_eq!(read(value, Handling::Lenient), instant, "{value}");
    }
    let guard = Err("'_asof' (parameter 1): the parameter is not supported".to_owned());
    assert_eq!(read("2026-01-31T12:00:00Z", Handling::Guard), guard);
}

#[test]
fn contained_resources_are_asked_for_alone() {
    let limits = Limits::default();
    let check = |url: &str, handling: Handling, expected: Result<&str, &str>| {
        let query = Query::parse_relative(url, &context(&limits, handling));
        let read = query.map(|query| query.to_query_string(r4()));
        let read = read.map_err(|error| error.to_string());
        assert_eq!(read.as_deref().map_err(String::as_str), expected, "{url}");
    };
    let lenient = |url: &str, expected| check(url, Handling::Lenient, expected);
    lenient(
        "Patient?_containedType=contained&_contained=true&_count=5",
        Ok("_contained=true&_containedType=contained&_count=5"),
    );
    lenient("Patient?_contained=both&_containedType=container", Ok("_contained=both"));
    lenient("Patient?_contained=false&_containedType=contained&_sort=birthdate", Ok("_sort=birthdate"));
    lenient("Patient?_contained=&_sort=birthdate", Ok("_sort=birthdate"));
    lenient("Patient?_contained=1", Err("'_contained' (parameter 1): expected one of: true, false, both"));
    lenient(
        "Patient?_contained=true&_contained=both",
        Err("'_contained' (parameter 2): given more than once"),
    );
    lenient("Patient?_contained:not=true", Err("'_contained:not' (parameter 1): takes no modifier"));
    lenient(
        "Patient?_containedType=all",
        Err("'_containedType' (parameter 1): expected one of: container, contained"),
    );
    lenient(
        "Patient?_include=Patient:organization&_contained=true",
        Err("'_include' (parameter 1): beside _contained, the parameter is not supported"),
    );
    lenient(
        "Patient?_contained=both&gender=male&organization.name=x",
        Err(
            "'organization.name' (parameter 3): beside _contained, what other resources say is not supported",
        ),
    );
    lenient(
        "Patient/p/Observation?_contained=true",
        Err("'_contained' (parameter 1): in a compartment, the parameter is not supported"),
    );
    for query in ["_contained=false", "_contained=true", "_containedType=container"] {
        let name = query.split('=').next().unwrap();
        let text = format!("'{name}' (parameter 1): the parameter is not supported");
        check(&format!("Patient?{query}"), Handling::Guard, Err(&text));
    }
}
