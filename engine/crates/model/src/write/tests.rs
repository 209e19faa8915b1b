use super::*;

fn check(write: impl FnOnce(&mut ObjectWriter<'_>), expected: &str) {
    let mut out = b"before".to_vec();
    write(&mut ObjectWriter::new(&mut out));
    assert_eq!(String::from_utf8(out).unwrap(), format!("before{expected}"));
}

#[test]
fn objects() {
    check(|_| {}, "{}");
    check(|object| object.string("a", "b"), r#"{"a":"b"}"#);
    check(
        |object| {
            object.string("resourceType", "Bundle");
            object.integer("total", -9_007_199_254_740_993);
            object.boolean("a", true);
            object.boolean("b", false);
            object.raw("c", b"1.50");
        },
        r#"{"resourceType":"Bundle","total":-9007199254740993,"a":true,"b":false,"c":1.50}"#,
    );
}

#[test]
fn nested() {
    let write = |object: &mut ObjectWriter<'_>| {
        {
            let mut entries = object.array("entry");
            for id in ["a", "b"] {
                let mut entry = entries.object();
                entry.string("fullUrl", id);
                entry.raw("resource", b"{\"id\": 1.0}");
                entry.object("search").string("mode", "match");
            }
            entries.string("{");
            entries.raw(b"null");
        }
        object.integer("total", 2);
    };
    check(
        write,
        r#"{"entry":[{"fullUrl":"a","resource":{"id": 1.0},"search":{"mode":"match"}},{"fullUrl":"b","resource":{"id": 1.0},"search":{"mode":"match"}},"{",null],"total":2}"#,
    );
}

#[test]
fn what_is_empty_is_left_out() {
    check(|object| drop(object.array("entry")), "{}");
    check(|object| drop(object.object("meta")), "{}");
    check(|object| drop(object.array("a").object().array("b")), "{}");
    check(
        |object| {
            object.integer("before", 1);
            drop(object.array("entry"));
            object.integer("after", 2);
        },
        r#"{"before":1,"after":2}"#,
    );
    check(
        |object| {
            let mut items = object.array("a");
            drop(items.object());
            items.string("x");
            drop(items.object());
        },
        r#"{"a":["x"]}"#,
    );
    let mut out = Vec::new();
    drop(ArrayWriter::new(&mut out));
    assert_eq!(out, b"[]");
}

#[test]
fn strings_are_escaped() {
    let check = |text: &str, expected: &str| {
        let mut out = Vec::new();
        string_into(&mut out, text);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    };
    check("", r#""""#);
    check("plain", r#""plain""#);
    check("a\"b\\c/d", r#""a\"b\\c/d""#);
    check("\u{8}\t\n\u{c}\r", r#""\b\t\n\f\r""#);
    check("\0\u{1}\u{1f}\u{7f}", "\"\\u0000\\u0001\\u001f\u{7f}\"");
    check("Zoë 😀 long enough for two words\n", r#""Zoë 😀 long enough for two words\n""#);
    let every: String = (0..0x500).filter_map(char::from_u32).collect();
    let mut out = Vec::new();
    string_into(&mut out, &every);
    assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), every);
}

#[test]
fn names_are_escaped() {
    check(|object| object.string("a\"b", "c"), r#"{"a\"b":"c"}"#);
}
