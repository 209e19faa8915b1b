//! JSON Patch, row by row: a resource, a patch, and the exact bytes of the outcome or what is wrong.

use fornax_definitions::r4;
use fornax_model::Document;
use fornax_patch::{Limits, PatchError, Patcher};

fn parse(text: &str) -> Document {
    Document::parse(text, &fornax_model::Limits::default()).expect("a row is JSON")
}

fn patched(resource: &str, patch: &str, limits: &Limits) -> Result<Vec<u8>, PatchError> {
    let (resource, patch) = (parse(resource), parse(patch));
    let patcher = Patcher::new(r4(), limits.clone());
    patcher.apply(&patcher.read_json(patch.root())?, resource.root())
}

fn shown(outcome: Result<Vec<u8>, PatchError>) -> String {
    match outcome {
        Ok(bytes) => String::from_utf8(bytes).expect("UTF-8"),
        Err(error) => format!("{:?}: {error} [{}]", error.kind, error.place),
    }
}

#[track_caller]
fn check_within(limits: &Limits, rows: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (resource, patch, expected) in rows {
        let actual = shown(patched(resource, patch, limits));
        if actual != *expected {
            wrong.push(format!("{resource}\n  {patch}\n    gives {actual}\n    not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[track_caller]
fn check(rows: &[(&str, &str, &str)]) {
    check_within(&Limits::default(), rows);
}

#[test]
fn examples_of_the_rfc() {
    check(&[
        // A.1
        (
            r#"{"foo": "bar"}"#,
            r#"[{"op": "add", "path": "/baz", "value": "qux"}]"#,
            r#"{"foo": "bar","baz":"qux"}"#,
        ),
        // A.2
        (
            r#"{"foo": ["bar", "baz"]}"#,
            r#"[{"op": "add", "path": "/foo/1", "value": "qux"}]"#,
            r#"{"foo": ["bar","qux", "baz"]}"#,
        ),
        // A.3
        (r#"{"baz": "qux", "foo": "bar"}"#, r#"[{"op": "remove", "path": "/baz"}]"#, r#"{ "foo": "bar"}"#),
        // A.4
        (
            r#"{"foo": ["bar", "qux", "baz"]}"#,
            r#"[{"op": "remove", "path": "/foo/1"}]"#,
            r#"{"foo": ["bar", "baz"]}"#,
        ),
        // A.5
        (
            r#"{"baz": "qux", "foo": "bar"}"#,
            r#"[{"op": "replace", "path": "/baz", "value": "boo"}]"#,
            r#"{"baz": "boo", "foo": "bar"}"#,
        ),
        // A.6
        (
            r#"{"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}}"#,
            r#"[{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}]"#,
            r#"{"foo": {"bar": "baz"}, "qux": {"corge": "grault","thud":"fred"}}"#,
        ),
        // A.7
        (
            r#"{"foo": ["all", "grass", "cows", "eat"]}"#,
            r#"[{"op": "move", "from": "/foo/1", "path": "/foo/3"}]"#,
            r#"{"foo": ["all", "cows", "eat","grass"]}"#,
        ),
        // A.8
        (
            r#"{"baz": "qux", "foo": ["a", 2, "c"]}"#,
            r#"[{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}]"#,
            r#"{"baz": "qux", "foo": ["a", 2, "c"]}"#,
        ),
        // A.9
        (
            r#"{"baz": "qux"}"#,
            r#"[{"op": "test", "path": "/baz", "value": "bar"}]"#,
            "NotApplicable: operation 1: the value there is not equal [/baz]",
        ),
        // A.10
        (
            r#"{"foo": "bar"}"#,
            r#"[{"op": "add", "path": "/child", "value": {"grandchild": {}}}]"#,
            r#"{"foo": "bar","child":{"grandchild": {}}}"#,
        ),
        // A.11
        (
            r#"{"foo": "bar"}"#,
            r#"[{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}]"#,
            r#"{"foo": "bar","baz":"qux"}"#,
        ),
        // A.12
        (
            r#"{"foo": "bar"}"#,
            r#"[{"op": "add", "path": "/baz/bat", "value": "qux"}]"#,
            "NotApplicable: operation 1: no value is there [/baz/bat]",
        ),
        // A.14
        (
            r#"{"/": 9, "~1": 10}"#,
            r#"[{"op": "test", "path": "/~01", "value": 10}]"#,
            r#"{"/": 9, "~1": 10}"#,
        ),
        // A.15
        (
            r#"{"/": 9, "~1": 10}"#,
            r#"[{"op": "test", "path": "/~01", "value": "10"}]"#,
            "NotApplicable: operation 1: the value there is not equal [/~01]",
        ),
        // A.16
        (
            r#"{"foo": ["bar"]}"#,
            r#"[{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}]"#,
            r#"{"foo": ["bar",["abc", "def"]]}"#,
        ),
    ]);
    // A.13: a patch with two members of one name is no document.
    let twice = r#"[{"op": "add", "path": "/baz", "value": "qux", "op": "remove"}]"#;
    assert!(Document::parse(twice, &fornax_model::Limits::default()).is_err());
}

#[test]
fn malformed_patches() {
    const ANY: &str = r#"{"a": [1]}"#;
    check(&[
        (ANY, r#"{"op": "remove", "path": "/a"}"#, "Malformed: a JSON Patch is an array of objects []"),
        (ANY, "1", "Malformed: a JSON Patch is an array of objects []"),
        (ANY, "[1]", "Malformed: operation 1: an operation must be an object with a string as op []"),
        (
            ANY,
            r#"[{"op": "test", "path": "/a/0", "value": 1}, {"path": "/b"}]"#,
            "Malformed: operation 2: an operation must be an object with a string as op [/b]",
        ),
        (
            ANY,
            r#"[{"op": 1, "path": "/a"}]"#,
            "Malformed: operation 1: an operation must be an object with a string as op [/a]",
        ),
        (
            ANY,
            r#"[{"op": "delete", "path": "/a"}]"#,
            "Malformed: operation 1: no such type of operation [/a]",
        ),
        (
            ANY,
            r#"[{"op": "Remove", "path": "/a"}]"#,
            "Malformed: operation 1: no such type of operation [/a]",
        ),
        (
            ANY,
            r#"[{"op": "remove"}]"#,
            "Malformed: operation 1: path is missing, or not of the right type []",
        ),
        (
            ANY,
            r#"[{"op": "remove", "path": 1}]"#,
            "Malformed: operation 1: path is missing, or not of the right type []",
        ),
        (
            ANY,
            r#"[{"op": "add", "path": "/b"}]"#,
            "Malformed: operation 1: value is missing, or not of the right type [/b]",
        ),
        (
            ANY,
            r#"[{"op": "replace", "path": "/a"}]"#,
            "Malformed: operation 1: value is missing, or not of the right type [/a]",
        ),
        (
            ANY,
            r#"[{"op": "test", "path": "/a"}]"#,
            "Malformed: operation 1: value is missing, or not of the right type [/a]",
        ),
        (
            ANY,
            r#"[{"op": "move", "path": "/a"}]"#,
            "Malformed: operation 1: from is missing, or not of the right type [/a]",
        ),
        (
            ANY,
            r#"[{"op": "copy", "path": "/b"}]"#,
            "Malformed: operation 1: from is missing, or not of the right type [/b]",
        ),
        (ANY, r#"[{"op": "remove", "path": "a"}]"#, "Malformed: operation 1: not a JSON Pointer [a]"),
        (ANY, r##"[{"op": "remove", "path": "#/a"}]"##, "Malformed: operation 1: not a JSON Pointer [#/a]"),
        (ANY, r#"[{"op": "remove", "path": "/a~"}]"#, "Malformed: operation 1: not a JSON Pointer [/a~]"),
        (ANY, r#"[{"op": "remove", "path": "/~2a"}]"#, "Malformed: operation 1: not a JSON Pointer [/~2a]"),
        (ANY, r#"[{"op": "remove", "path": "/~é"}]"#, "Malformed: operation 1: not a JSON Pointer [/~é]"),
        (
            ANY,
            r#"[{"op": "move", "from": "/a", "path": "/a/0"}]"#,
            "Malformed: operation 1: a value can't be moved into itself [/a/0]",
        ),
        (
            ANY,
            r#"[{"op": "move", "from": "", "path": "/a"}]"#,
            "Malformed: operation 1: a value can't be moved into itself [/a]",
        ),
        // What is wrong with the document is said before anything is looked for in the resource.
        (
            ANY,
            r#"[{"op": "remove", "path": "/x"}, {"op": "no", "path": ""}]"#,
            "Malformed: operation 2: no such type of operation []",
        ),
    ]);
}

#[test]
fn pointers() {
    const DOC: &str =
        r#"{"": {"": 0}, "a/b": 1, "c~d": 2, "~1": 3, "0": 4, "-": 5, "é": 6, "\"": 7, "l": [8, [9]]}"#;
    let test = |path: &str, value: &str| {
        let path = path.replace('"', "\\\"");
        shown(patched(
            DOC,
            &format!(r#"[{{"op": "test", "path": "{path}", "value": {value}}}]"#),
            &Limits::default(),
        ))
    };
    for (path, value) in [
        ("", DOC),
        ("/", r#"{"": 0}"#),
        ("//", "0"),
        ("/a~1b", "1"),
        ("/c~0d", "2"),
        ("/~01", "3"),
        ("/0", "4"),
        ("/-", "5"),
        ("/é", "6"),
        ("/\"", "7"),
        ("/l/0", "8"),
        ("/l/1/0", "9"),
    ] {
        assert_eq!(test(path, value), DOC, "{path}");
    }
    let no_value = |path: &str| format!("NotApplicable: operation 1: no value is there [{path}]");
    for path in ["/x", "/a", "///", "/a~1b/x", "/l/0/0"] {
        assert_eq!(test(path, "0"), no_value(path), "{path}");
    }
    let no_index =
        |path: &str| format!("NotApplicable: operation 1: no item is there, or not an index [{path}]");
    for path in [
        "/l/2",
        "/l/-",
        "/l/",
        "/l/00",
        "/l/01",
        "/l/-1",
        "/l/+1",
        "/l/1.0",
        "/l/1e0",
        "/l/x",
        "/l/99999999999999999999999",
    ] {
        assert_eq!(test(path, "0"), no_index(path), "{path}");
    }
}

#[test]
fn rules_of_each_operation() {
    check(&[
        ("{}", "[]", "{}"),
        (" { \"a\" : 1 } ", "[]", "{ \"a\" : 1 }"),
        // add
        (r#"{"a":1,"b":2}"#, r#"[{"op":"add","path":"/a","value":3}]"#, r#"{"a":3,"b":2}"#),
        (r#"{"a":[1,2]}"#, r#"[{"op":"add","path":"/a/0","value":0}]"#, r#"{"a":[0,1,2]}"#),
        (r#"{"a":[1,2]}"#, r#"[{"op":"add","path":"/a/2","value":3}]"#, r#"{"a":[1,2,3]}"#),
        (
            r#"{"a":[1,2]}"#,
            r#"[{"op":"add","path":"/a/3","value":3}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [/a/3]",
        ),
        (
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/a/b","value":3}]"#,
            "NotApplicable: operation 1: no value is there [/a/b]",
        ),
        (
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/a/-","value":3}]"#,
            "NotApplicable: operation 1: no value is there [/a/-]",
        ),
        (r#"{"a":1}"#, r#"[{"op":"add","path":"","value":{"b":2}}]"#, r#"{"b":2}"#),
        (r#"{"a":1}"#, r#"[{"op":"add","path":"/b","value":null}]"#, r#"{"a":1,"b":null}"#),
        // A list without items is not there in FHIR: its first item can be added all the same.
        (r#"{"a":1}"#, r#"[{"op":"add","path":"/b/-","value":3}]"#, r#"{"a":1,"b":[3]}"#),
        (
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/b/0","value":3},{"op":"add","path":"/b/0","value":2}]"#,
            r#"{"a":1,"b":[2,3]}"#,
        ),
        (
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/b/1","value":3}]"#,
            "NotApplicable: operation 1: no value is there [/b/1]",
        ),
        (
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/b/c/-","value":3}]"#,
            "NotApplicable: operation 1: no value is there [/b/c/-]",
        ),
        (r#"{"a":1}"#, r#"[{"op":"add","path":"/-","value":3}]"#, r#"{"a":1,"-":3}"#),
        (r#"[1]"#, r#"[{"op":"add","path":"/-","value":3}]"#, "[1,3]"),
        // remove
        (
            r#"{"a":[1,2,3]}"#,
            r#"[{"op":"remove","path":"/a/1"},{"op":"remove","path":"/a/1"}]"#,
            r#"{"a":[1]}"#,
        ),
        (
            r#"{"a":[1]}"#,
            r#"[{"op":"remove","path":"/a/-"}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [/a/-]",
        ),
        (
            r#"{"a":[1]}"#,
            r#"[{"op":"remove","path":"/b"}]"#,
            "NotApplicable: operation 1: no value is there [/b]",
        ),
        (
            r#"{"a":[1]}"#,
            r#"[{"op":"remove","path":""}]"#,
            "NotApplicable: operation 1: this can't be done to the resource as a whole []",
        ),
        // replace
        (
            r#"{"a":[1]}"#,
            r#"[{"op":"replace","path":"/b","value":1}]"#,
            "NotApplicable: operation 1: no value is there [/b]",
        ),
        (
            r#"{"a":[1]}"#,
            r#"[{"op":"replace","path":"/a/1","value":1}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [/a/1]",
        ),
        (r#"{"a":[1]}"#, r#"[{"op":"replace","path":"","value":[1]}]"#, "[1]"),
        // move
        (r#"{"a":1,"b":2}"#, r#"[{"op":"move","from":"/a","path":"/b"}]"#, r#"{"b":1}"#),
        (r#"{"a":1,"b":2}"#, r#"[{"op":"move","from":"/a","path":"/a"}]"#, r#"{"a":1,"b":2}"#),
        (
            r#"{"a":1,"b":2}"#,
            r#"[{"op":"move","from":"/c","path":"/c"}]"#,
            "NotApplicable: operation 1: no value is there [/c]",
        ),
        (
            r#"{"a":1,"b":2}"#,
            r#"[{"op":"move","from":"/c","path":"/b"}]"#,
            "NotApplicable: operation 1: no value is there [/b]",
        ),
        (r#"{"a":[1,2]}"#, r#"[{"op":"move","from":"/a/0","path":"/a/1"}]"#, r#"{"a":[2,1]}"#),
        // Behind the last, as there is one item less by then.
        (
            r#"{"a":[1,2]}"#,
            r#"[{"op":"move","from":"/a/0","path":"/a/2"}]"#,
            "NotApplicable: operation 1: no item is there, or not an index [/a/2]",
        ),
        (r#"{"a":{"b":[1]}}"#, r#"[{"op":"move","from":"/a/b","path":""}]"#, "[1]"),
        (r#"{"a":{"b":1}}"#, r#"[{"op":"move","from":"/a/b","path":"/a"}]"#, r#"{"a":1}"#),
        // copy
        (r#"{"a":{"b":1}}"#, r#"[{"op":"copy","from":"/a","path":"/a/c"}]"#, r#"{"a":{"b":1,"c":{"b":1}}}"#),
        (
            r#"{"a":{"b":1}}"#,
            r#"[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]"#,
            r#"{"a":{"b":1},"c":{"b":2}}"#,
        ),
        (
            r#"{"a":1}"#,
            r#"[{"op":"copy","from":"/b","path":"/c"}]"#,
            "NotApplicable: operation 1: no value is there [/c]",
        ),
        // The first operation that fails is named, and nothing else happens.
        (
            r#"{"a":1}"#,
            r#"[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]"#,
            "NotApplicable: operation 2: no value is there [/a]",
        ),
    ]);
}

#[test]
fn equality() {
    let check = |left: &str, right: &str, expected: bool| {
        let patch = format!(r#"[{{"op":"test","path":"/v","value":{right}}}]"#);
        let outcome = patched(&format!(r#"{{"v":{left}}}"#), &patch, &Limits::default());
        assert_eq!(outcome.is_ok(), expected, "{left} {right}");
        // The same of a value that was taken apart.
        let patch = format!(
            r#"[{{"op":"add","path":"/v/-","value":1}},{{"op":"remove","path":"/v/1"}},{{"op":"test","path":"/v","value":[{right}]}}]"#
        );
        let outcome = patched(&format!(r#"{{"v":[{left}]}}"#), &patch, &Limits::default());
        assert_eq!(outcome.is_ok(), expected, "[{left}] {right}");
    };
    for (left, right, expected) in [
        ("1", "1.00", true),
        ("1e2", "100", true),
        ("0.1", "0.10", true),
        ("-0", "0.0", true),
        ("1", "2", false),
        ("12345678901234567890123", "12345678901234567890124", false),
        ("1", "true", false),
        ("1", "\"1\"", false),
        ("\"\\u0041\"", "\"A\"", true),
        ("\"a\"", "\"A\"", false),
        ("\"\u{e9}\"", "\"e\u{301}\"", false),
        ("true", "true", true),
        ("true", "false", false),
        ("null", "null", true),
        ("null", "false", false),
        ("null", "{}", false),
        ("{}", "[]", false),
        ("[1,2]", "[1,2]", true),
        ("[1,2]", "[2,1]", false),
        ("[1,2]", "[1]", false),
        (r#"{"a":1,"b":[{"c":1.0}]}"#, r#"{"b":[{"c":1}],"a":1}"#, true),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#, false),
        (r#"{"a":1}"#, r#"{"b":1}"#, false),
        (r#"{"\u0061":1}"#, r#"{"a":1}"#, true),
    ] {
        check(left, right, expected);
    }
}

#[test]
fn what_is_not_touched_keeps_its_bytes() {
    check(&[(
        "{ \"a\\u0062\" :\t1.50,\n  \"l\" : [ 1e+5 , { \"x\":0.10 },\t-0 ],\n  \"big\" : 123456789012345678901234567890.00\n}",
        r#"[{"op":"replace","path":"/l/1/x","value":2.500}, {"op":"add","path":"/n","value":1.0E-7}, {"op":"copy","from":"/ab","path":"/m"}]"#,
        "{ \"a\\u0062\" :\t1.50,\n  \"l\" : [ 1e+5, { \"x\":2.500 },\t-0 ],\n  \"big\" : 123456789012345678901234567890.00,\"n\":1.0E-7,\"m\":1.50\n}",
    )]);
}

#[test]
fn emptied_containers_go() {
    check(&[
        (r#"{"a":1,"l":[1]}"#, r#"[{"op":"remove","path":"/l/0"}]"#, r#"{"a":1}"#),
        (r#"{"a":1,"l":[[{"x":1}]]}"#, r#"[{"op":"remove","path":"/l/0/0/x"}]"#, r#"{"a":1}"#),
        (
            r#"{"a":1,"l":[{"x":1},{"y":1}]}"#,
            r#"[{"op":"remove","path":"/l/0/x"}]"#,
            r#"{"a":1,"l":[{"y":1}]}"#,
        ),
        (r#"{"a":1,"b":{"c":2}}"#, r#"[{"op":"move","from":"/b/c","path":"/c"}]"#, r#"{"a":1,"c":2}"#),
        (r#"{"a":1}"#, r#"[{"op":"remove","path":"/a"}]"#, "{}"),
        // At the end only: between two operations they are there.
        (
            r#"{"l":[1]}"#,
            r#"[{"op":"remove","path":"/l/0"},{"op":"test","path":"/l","value":[]},{"op":"add","path":"/l/-","value":2}]"#,
            r#"{"l":[2]}"#,
        ),
        // What comes in empty, and from the patch, stays: whether it may, the validation says.
        (r#"{"a":1,"e":[],"o":{}}"#, r#"[{"op":"remove","path":"/a"}]"#, r#"{"e":[],"o":{}}"#),
        (r#"{"a":1}"#, r#"[{"op":"replace","path":"/a","value":[]}]"#, r#"{"a":[]}"#),
        // Beside a list of primitives a null keeps the step.
        (
            r#"{"given":["a","b"],"_given":[{"id":"1"},{"id":"2"}]}"#,
            r#"[{"op":"remove","path":"/_given/0/id"}]"#,
            r#"{"given":["a","b"],"_given":[null,{"id":"2"}]}"#,
        ),
        (
            r#"{"given":["a","b"],"_given":[null,{"id":"2"}]}"#,
            r#"[{"op":"remove","path":"/_given/1/id"}]"#,
            r#"{"given":["a","b"]}"#,
        ),
        (
            r#"{"birthDate":"1970","_birthDate":{"id":"1"}}"#,
            r#"[{"op":"remove","path":"/_birthDate/id"}]"#,
            r#"{"birthDate":"1970"}"#,
        ),
    ]);
}

#[test]
fn type_and_id_stay() {
    const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","active":true}"#;
    let refused = |path: &str| {
        format!("NotApplicable: operation 1: the resource's type and id can't be changed [{path}]")
    };
    check(&[
        (PATIENT, r#"[{"op":"replace","path":"/id","value":"q"}]"#, &refused("/id")),
        (PATIENT, r#"[{"op":"remove","path":"/id"}]"#, &refused("/id")),
        (PATIENT, r#"[{"op":"replace","path":"/resourceType","value":"Person"}]"#, &refused("/resourceType")),
        (PATIENT, r#"[{"op":"remove","path":"/resourceType"}]"#, &refused("/resourceType")),
        (PATIENT, r#"[{"op":"move","from":"/id","path":"/language"}]"#, &refused("/language")),
        (
            PATIENT,
            r#"[{"op":"replace","path":"","value":{"resourceType":"Patient","id":"q"}}]"#,
            &refused(""),
        ),
        (PATIENT, r#"[{"op":"replace","path":"","value":7}]"#, &refused("")),
        (r#"{"resourceType":"Patient"}"#, r#"[{"op":"add","path":"/id","value":"q"}]"#, &refused("/id")),
        (PATIENT, r#"[{"op":"replace","path":"/id","value":"p"}]"#, PATIENT),
        (
            PATIENT,
            r#"[{"op":"replace","path":"","value":{"id":"p","resourceType":"Patient"}}]"#,
            r#"{"id":"p","resourceType":"Patient"}"#,
        ),
    ]);
}

#[test]
fn limits_hold() {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    check_within(
        &limits(|limits| limits.operations_max = 2),
        &[
            (
                r#"{"a":1}"#,
                r#"[{"op":"test","path":"/a","value":1},{"op":"test","path":"/a","value":1}]"#,
                r#"{"a":1}"#,
            ),
            (r#"{"a":1}"#, "[1,2,3]", "Limit: limit reached: number of operations []"),
        ],
    );
    check_within(
        &limits(|limits| limits.depth_max = 3),
        &[
            (r#"{"a":{}}"#, r#"[{"op":"add","path":"/a/b","value":[1]}]"#, r#"{"a":{"b":[1]}}"#),
            (
                r#"{"a":{}}"#,
                r#"[{"op":"add","path":"/a/b","value":[[]]}]"#,
                "Limit: operation 1: limit reached: nesting depth [/a/b]",
            ),
            (
                r#"{"a":{}}"#,
                r#"[{"op":"add","path":"/a/b/-","value":[]}]"#,
                "Limit: operation 1: limit reached: nesting depth [/a/b/-]",
            ),
            (
                r#"{"a":{"b":[1]}}"#,
                r#"[{"op":"copy","from":"/a","path":"/a/c"}]"#,
                "Limit: operation 1: limit reached: nesting depth [/a/c]",
            ),
            (
                r#"{"a":{"b":[1]}}"#,
                r#"[{"op":"replace","path":"/a/b/0","value":[1]}]"#,
                "Limit: operation 1: limit reached: nesting depth [/a/b/0]",
            ),
        ],
    );
    check_within(
        &limits(|limits| limits.outcome_bytes_max = 40),
        &[
            (
                r#"{"a":"0123456789"}"#,
                r#"[{"op":"copy","from":"/a","path":"/b"}]"#,
                r#"{"a":"0123456789","b":"0123456789"}"#,
            ),
            (
                r#"{"a":"0123456789"}"#,
                r#"[{"op":"copy","from":"/a","path":"/b"},{"op":"copy","from":"/a","path":"/c"}]"#,
                "Limit: operation 2: limit reached: bytes of the outcome [/c]",
            ),
            (
                r#"{"a":"0123456789"}"#,
                r#"[{"op":"add","path":"/b","value":"012345678901234567890"}]"#,
                "Limit: operation 1: limit reached: bytes of the outcome [/b]",
            ),
            // What is taken out makes room.
            (
                r#"{"a":"0123456789012345678901"}"#,
                r#"[{"op":"remove","path":"/a"},{"op":"add","path":"/b","value":"012345678901234567890"}]"#,
                r#"{"b":"012345678901234567890"}"#,
            ),
        ],
    );
    check_within(
        &limits(|limits| limits.work_max = 300),
        &[(
            r#"{"a":"0123456789012345678901"}"#,
            r#"[{"op":"copy","from":"/a","path":"/b"},{"op":"remove","path":"/b"},{"op":"copy","from":"/a","path":"/b"},
                {"op":"remove","path":"/b"},{"op":"copy","from":"/a","path":"/b"}]"#,
            "Limit: operation 5: limit reached: work of the patch [/b]",
        )],
    );
}

/// Forty copies of everything into itself would be a trillion values.
#[test]
fn a_copy_bomb_ends_at_the_limit() {
    let copies: Vec<_> =
        (0..40).map(|number| format!(r#"{{"op":"copy","from":"/a","path":"/a/{number}"}}"#)).collect();
    let limits = Limits { depth_max: 1_000, outcome_bytes_max: 1 << 20, ..Limits::default() };
    let outcome = patched(r#"{"a":{"x":[1,2,3]}}"#, &format!("[{}]", copies.join(",")), &limits);
    assert_eq!(shown(outcome), "Limit: operation 16: limit reached: bytes of the outcome [/a/15]");
}
