use super::*;

fn check(json: &str, expected: &str) {
    let pretty = String::from_utf8(pretty(json.as_bytes(), 1_000).expect("it is small")).expect("UTF-8");
    assert_eq!(pretty, format!("{expected}\n"), "{json}");
}

#[test]
fn values() {
    check("1.50", "1.50");
    check("{}", "{}");
    check(r#"{"a":[ ]}"#, "{\n  \"a\": []\n}");
    check(
        r#"{"a":1.50,"b":[true,{"c":"d"}]}"#,
        "{\n  \"a\": 1.50,\n  \"b\": [\n    true,\n    {\n      \"c\": \"d\"\n    }\n  ]\n}",
    );
    check("{ \"a\" :\n1 }", "{\n  \"a\": 1\n}");
}

#[test]
fn strings_stay() {
    check(r#"["a, {b}: [c]"]"#, "[\n  \"a, {b}: [c]\"\n]");
    check(r#"["a\"b\\"]"#, "[\n  \"a\\\"b\\\\\"\n]");
}

#[test]
fn what_is_not_json_comes_back_whole() {
    check("]}", "\n]\n}");
    check(r#"["open"#, "[\n  \"open");
}

#[test]
fn what_would_grow_too_large_is_left_alone() {
    let deep = format!("{}1{}", "[".repeat(60), ",1]".repeat(60));
    assert!(pretty(deep.as_bytes(), 1_000).is_none());
    assert!(pretty(deep.as_bytes(), 100_000).is_some());
}
