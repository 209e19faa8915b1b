//! No text makes the parser, the compiler or the evaluator panic or run away.

use fornax_definitions::r4;
use fornax_fhirpath::{Compiler, Element, Environment, Error, Limits, parse};
use fornax_model::Document;
use proptest::prelude::*;

const PATIENT: &str = r#"{"resourceType": "Patient", "id": "p", "birthDate": "1974-12-25", "active": true,
    "name": [{"family": "Chalmers", "given": ["Peter", "James"]}, {"given": [null], "_given": [{"id": "x"}]}],
    "extension": [{"url": "http://example.org", "valueQuantity": {"value": 1e-30, "code": "mg"}}]}"#;

/// A fuzz target: any bytes are an expression, or an error within them.
fn expression(data: &[u8]) {
    let source = String::from_utf8_lossy(data);
    let limits = Limits { steps_max: 20_000, items_max: 2_000, ..Limits::default() };
    let compiler = Compiler::new(r4()).limits(limits);
    let within = |error: &Error| assert!(error.at() as usize <= source.len(), "{source}: {error}");
    if let Err(error) = parse(&source, &limits) {
        within(&error);
        return;
    }
    let document = Document::parse(PATIENT, &fornax_model::Limits::default()).expect("JSON");
    let focus = Element::new(document.root(), r4().type_named("Patient").expect("a type").id);
    match compiler.compile(&source, focus.type_id) {
        Err(error) => within(&error),
        Ok(program) => {
            if let Err(error) = program.evaluate(focus, &Environment::of(focus)) {
                within(&error);
            }
        }
    }
}

const WORDS: &[&str] = &[
    " ",
    ".",
    ",",
    "(",
    ")",
    "[",
    "]",
    "{}",
    "+",
    "-",
    "*",
    "/",
    "&",
    "|",
    "<",
    ">=",
    "=",
    "~",
    "!=",
    "!~",
    "%",
    "$this",
    "$index",
    "$total",
    "and",
    "or",
    "xor",
    "implies",
    "in",
    "contains",
    "is",
    "as",
    "div",
    "mod",
    "true",
    "0",
    "1",
    "-1",
    "2147483647",
    "1.50",
    "9999999999999999999999999999",
    "'a'",
    "'\\u00e9'",
    "''",
    "`name`",
    "@2012",
    "@2012-02-29",
    "@2012-01-01T10:30:00.123456789+14:00",
    "@9999-12-31T23:59:60Z",
    "@T23:59",
    "1 year",
    "9999999 months",
    "1 'mg'",
    "Patient",
    "name",
    "given",
    "family",
    "birthDate",
    "active",
    "extension",
    "value",
    "resource",
    "context",
    "String",
    "Quantity",
    "first()",
    "children()",
    "descendants()",
    "count()",
    "not()",
    "toString()",
    "toQuantity()",
    "exists(",
    "where(",
    "select(",
    "repeat(",
    "aggregate(",
    "iif(",
    "ofType(",
    "substring(",
    "replace(",
    "matches(",
    "round(",
    "all(",
    "skip(",
    "combine(",
    "extension(",
    "resolve()",
    "abs()",
    "é",
    "\\",
    "'",
    "//",
    "/*",
    "*/",
];

#[test]
fn chosen_texts() {
    for source in [
        "",
        "'",
        "'\\",
        "'\\u12",
        "'\\ud800\\u0041'",
        "`",
        "@",
        "@T",
        "@20",
        "@2012-",
        "@2012-01-01T10:30:00.+",
        "$",
        "%",
        "1.",
        "1..2",
        "/*",
        "\u{0}",
        "\u{feff}1",
        "Patient.name.given.repeat($this)",
        "repeat(children())",
        "descendants().descendants().descendants().descendants()",
        "(1).repeat($this + 1)",
        "@0001-01-01T00:00+14:00 < @0001-01-01T00:00-14:00",
        "@9999-12-31T23:59-14:00 = @9999-12-31T23:59+14:00",
        "@2012 + 99999999999999999999 years",
        "@T00:00 - 9223372036854775807 'ms'",
        "79228162514264337593543950335 * 10.0",
        "-2147483648 div -1",
        "-2147483648 mod -1",
        "1.0 / 0.0000000000000000000000000001",
    ] {
        expression(source.as_bytes());
    }
    expression("(".repeat(60_000).as_bytes());
    expression("-".repeat(60_000).as_bytes());
    expression("1+".repeat(30_000).as_bytes());
    expression(format!("id{}", ".id".repeat(20_000)).as_bytes());
    expression(format!("1{}", "|1".repeat(30_000)).as_bytes());
    expression("not(".repeat(15_000).as_bytes());
    expression("a[".repeat(30_000).as_bytes());
}

/// Well-formed expressions, so that most get as far as the evaluator.
fn well_formed() -> impl Strategy<Value = String> {
    const LEAVES: &[&str] = &[
        "{}",
        "true",
        "0",
        "1",
        "2147483647",
        "1.50",
        "'a'",
        "'é b'",
        "@2012",
        "@2012-02-29T10:30:00.5+14:00",
        "@T10:30",
        "1 month",
        "2 'mg'",
        "$this",
        "$index",
        "name",
        "name.given",
        "birthDate",
        "active",
        "extension.value",
        "%resource",
    ];
    const OPERATORS: &[&str] = &[
        "+", "-", "*", "/", "div", "mod", "&", "|", "<", "<=", ">", ">=", "=", "~", "!=", "!~", "in",
        "contains", "and", "or", "xor", "implies",
    ];
    const PLAIN: &[&str] = &[
        "not",
        "empty",
        "exists",
        "count",
        "distinct",
        "isDistinct",
        "first",
        "last",
        "tail",
        "single",
        "children",
        "descendants",
        "toString",
        "toInteger",
        "toDecimal",
        "toQuantity",
        "toDate",
        "toDateTime",
        "toTime",
        "toBoolean",
        "length",
        "upper",
        "toChars",
        "abs",
        "ceiling",
        "truncate",
        "round",
        "resolve",
        "hasValue",
        "getValue",
        "allTrue",
    ];
    const WITH_ARGUMENT: &[&str] = &[
        "where",
        "select",
        "all",
        "exists",
        "repeat",
        "aggregate",
        "skip",
        "take",
        "union",
        "combine",
        "intersect",
        "exclude",
        "subsetOf",
        "supersetOf",
        "startsWith",
        "contains",
        "indexOf",
        "substring",
        "matches",
        "round",
        "extension",
    ];
    let leaf = proptest::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operator = proptest::sample::select(OPERATORS);
        let plain = proptest::sample::select(PLAIN);
        let named = proptest::sample::select(WITH_ARGUMENT);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, of, right)| format!("({left} {of} {right})")),
            (inner.clone(), plain).prop_map(|(input, name)| format!("({input}).{name}()")),
            (inner.clone(), named, inner.clone())
                .prop_map(|(input, name, of)| format!("({input}).{name}({of})")),
            (inner.clone(), inner.clone()).prop_map(|(input, index)| format!("({input})[{index}]")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("iif({a}, {b}, {c})")),
            inner.clone().prop_map(|input| format!("-({input})")),
            inner.prop_map(|input| format!("({input}).ofType(string)")),
        ]
    })
}

proptest! {
    #[test]
    fn any_well_formed_expression(source in well_formed()) {
        prop_assert!(parse(&source, &Limits::default()).is_ok(), "{}", source);
        expression(source.as_bytes());
    }

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..80)) {
        expression(&data);
    }

    #[test]
    fn any_words(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..24)) {
        expression(words.concat().as_bytes());
    }
}
