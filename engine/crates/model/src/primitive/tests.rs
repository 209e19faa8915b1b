use super::*;
use crate::{Document, Limits};

fn outcome(primitive: Primitive, json: &str) -> Result<(), PrimitiveFault> {
    let document =
        Document::parse(json, &Limits::default()).unwrap_or_else(|error| panic!("{json}: {error}"));
    primitive.check(document.root())
}

/// What kind of answer is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Fits,
    Kind,
    Empty,
    TooLong,
    OutOfRange,
    Malformed,
}

use Expected::{Empty, Fits, Malformed, OutOfRange, TooLong};

#[track_caller]
fn check(primitive: Primitive, expected: Expected, values: &[&str]) {
    for json in values {
        let found = match outcome(primitive, json) {
            Ok(()) => Fits,
            Err(PrimitiveFault::Kind { expected }) => {
                assert_eq!(expected, primitive.kind());
                Expected::Kind
            }
            Err(PrimitiveFault::Empty) => Empty,
            Err(PrimitiveFault::TooLong { .. }) => TooLong,
            Err(PrimitiveFault::OutOfRange) => OutOfRange,
            Err(PrimitiveFault::Malformed(_)) => Malformed,
        };
        assert_eq!(found, expected, "{primitive:?} {json}");
    }
}

#[test]
fn names() {
    for (name, primitive) in TABLE {
        assert_eq!(Primitive::named(name), Some(*primitive));
    }
    for name in ["", "String", "Quantity", "datetime", "integer64"] {
        assert_eq!(Primitive::named(name), None, "{name}");
    }
}

#[test]
fn each_takes_one_kind_of_json() {
    let values = [
        (Kind::Null, "null"),
        (Kind::Bool, "true"),
        (Kind::Number, "1"),
        (Kind::String, "\"1\""),
        (Kind::Array, "[1]"),
        (Kind::Object, "{\"a\":1}"),
    ];
    for (_, primitive) in TABLE {
        for (kind, json) in values {
            if kind != primitive.kind() {
                check(*primitive, Expected::Kind, &[json]);
            }
        }
        if primitive.kind() == Kind::String {
            check(*primitive, Empty, &["\"\""]);
        } else {
            assert_eq!(primitive.check_text("1"), Err(PrimitiveFault::Kind { expected: primitive.kind() }));
        }
    }
}

#[test]
fn booleans_and_numbers() {
    check(Primitive::Boolean, Fits, &["true", "false"]);
    check(Primitive::Integer, Fits, &["0", "-1", "2147483647", "-2147483648"]);
    check(Primitive::Integer, OutOfRange, &["2147483648", "-2147483649", "99999999999999999999"]);
    check(Primitive::Integer, Malformed, &["-0", "1.0", "1e2", "0.5", "1E0"]);
    check(Primitive::UnsignedInt, Fits, &["0", "1", "2147483647"]);
    check(Primitive::UnsignedInt, OutOfRange, &["-1", "2147483648"]);
    check(Primitive::UnsignedInt, Malformed, &["1.0", "-0"]);
    check(Primitive::PositiveInt, Fits, &["1", "2147483647"]);
    check(Primitive::PositiveInt, OutOfRange, &["0", "-1", "2147483648"]);
    check(Primitive::PositiveInt, Malformed, &["1.5", "1e1"]);
    check(Primitive::Decimal, Fits, &["0", "-0", "1.50", "1e2", "-1.000000000000000000E-245", "0.00"]);
    check(Primitive::Decimal, OutOfRange, &["1e10000", "12345678901234567890123456789012345678"]);
}

#[test]
fn strings() {
    for primitive in [Primitive::String, Primitive::Markdown] {
        check(primitive, Fits, &[r#""a""#, r#"" ""#, r#"" a\tb\r\nc ""#, r#""😀\u00a0""#, "\"\u{7f}\""]);
        check(primitive, Malformed, &[r#""a\u0000""#, r#""\u0001""#, r#""\u000b""#, r#""\u001f""#]);
        let fits = "é".repeat(1 << 20);
        assert_eq!(primitive.check_text(&fits), Ok(()));
        assert_eq!(primitive.check_text(&(fits + "a")), Err(PrimitiveFault::TooLong { max: 1 << 20 }));
    }
}

#[test]
fn words() {
    check(Primitive::Code, Fits, &[r#""a""#, r#""a b c""#, r#""<=""#, r#""a\tb""#, r#""é""#]);
    check(
        Primitive::Code,
        Malformed,
        &[r#"" a""#, r#""a ""#, r#""a  b""#, r#""a \tb""#, r#"" ""#, r#""a\u0000""#],
    );
    check(Primitive::Id, Fits, &[r#""a""#, r#""A-1.b""#, r#"".""#, r#""1""#]);
    let longest = format!("\"{}\"", "a".repeat(64));
    check(Primitive::Id, Fits, &[&longest]);
    check(
        Primitive::Id,
        Malformed,
        &[&longest.replacen('a', "aa", 1), r#""a_b""#, r#""a b""#, r#""a/b""#, r#""é""#],
    );
}

#[test]
fn uris() {
    for primitive in [Primitive::Uri, Primitive::Url, Primitive::Canonical] {
        check(
            primitive,
            Fits,
            &[r#""http://example.org/a?b=c#d""#, r#""urn:uuid:x""#, r##""#a""##, r#""a|1.0""#, r#""é""#],
        );
        check(primitive, Malformed, &[r#""a b""#, r#"" a""#, r#""a\n""#, r#""a\u0000""#]);
    }
    check(
        Primitive::Oid,
        Fits,
        &[r#""urn:oid:1.2.3""#, r#""urn:oid:2.16.840.1.113883.6.238""#, r#""urn:oid:0.0""#],
    );
    check(
        Primitive::Oid,
        Malformed,
        &[
            r#""1.2.3""#,
            r#""urn:oid:1""#,
            r#""urn:oid:3.1""#,
            r#""urn:oid:1.""#,
            r#""urn:oid:1.02""#,
            r#""urn:oid:1..2""#,
            r#""urn:oid:1.a""#,
            r#""urn:oid:.1""#,
            r#""URN:OID:1.2""#,
            r#""urn:oid:12.1""#,
        ],
    );
    check(Primitive::Uuid, Fits, &[r#""urn:uuid:c757873d-ec9a-4326-a141-556f43239520""#]);
    check(
        Primitive::Uuid,
        Malformed,
        &[
            r#""c757873d-ec9a-4326-a141-556f43239520""#,
            r#""urn:uuid:C757873D-EC9A-4326-A141-556F43239520""#,
            r#""urn:uuid:c757873dec9a4326a141556f43239520""#,
            r#""urn:uuid:c757873d-ec9a-4326-a141-556f4323952""#,
            r#""urn:uuid:c757873d-ec9a-4326-a141-556f4323952g""#,
            r#""urn:uuid:c757873d-ec9a-4326-a141-556f43239520-""#,
            r#""urn:uuid:c757873-dec9a-4326-a141-556f43239520""#,
        ],
    );
}

#[test]
fn bytes() {
    check(
        Primitive::Base64Binary,
        Fits,
        &[r#""AAAA""#, r#""AA==""#, r#""AAA=""#, r#""+/09azAZ""#, r#""AAAA\r\nAAAA""#, r#"" AAAA  AA== ""#],
    );
    check(
        Primitive::Base64Binary,
        Malformed,
        &[
            r#"" ""#,
            r#""A""#,
            r#""AA""#,
            r#""AAA""#,
            r#""AAAAA""#,
            r#""A===""#,
            r#""====""#,
            r#""AA=A""#,
            r#""AA==AAAA""#,
            r#""AA AA""#,
            r#""AA= =""#,
            r#""AA-_""#,
            r#""AA==\u0000""#,
            r#""ÄAAA""#,
        ],
    );
}

#[test]
fn dates() {
    check(Primitive::Date, Fits, &[r#""2020""#, r#""2020-02""#, r#""2020-02-29""#]);
    check(
        Primitive::Date,
        Malformed,
        &[r#""20""#, r#""2020-02-29T12:00:00Z""#, r#""2020-02-29Z""#, r#"" 2020""#],
    );
    check(Primitive::Date, OutOfRange, &[r#""2021-02-29""#, r#""2020-02-30""#, r#""0000""#, r#""2020-13""#]);
    check(
        Primitive::DateTime,
        Fits,
        &[
            r#""2020""#,
            r#""2020-02""#,
            r#""2020-02-29""#,
            r#""2020-02-29T12:00:00Z""#,
            r#""2020-02-29T12:00:00.123+01:00""#,
            r#""2016-12-31T23:59:60Z""#,
        ],
    );
    check(
        Primitive::DateTime,
        Malformed,
        &[
            r#""2020-02-29T12:00:00""#,
            r#""2020-02-29T12:00Z""#,
            r#""2020-02-29T12:00""#,
            r#""2020-02-29T12Z""#,
            r#""2020-02-29 12:00:00Z""#,
        ],
    );
    check(
        Primitive::DateTime,
        OutOfRange,
        &[r#""2020-02-29T24:00:00Z""#, r#""2020-02-30T12:00:00Z""#, r#""2020-02-29T12:00:00+14:30""#],
    );
    check(Primitive::Instant, Fits, &[r#""2020-02-29T12:00:00Z""#, r#""2020-02-29T12:00:00.123-05:00""#]);
    check(
        Primitive::Instant,
        Malformed,
        &[r#""2020-02-29""#, r#""2020-02-29T12:00:00""#, r#""2020-02-29T12:00Z""#],
    );
    check(Primitive::Instant, OutOfRange, &[r#""2021-02-29T12:00:00Z""#]);
    check(Primitive::Time, Fits, &[r#""12:30:00""#, r#""23:59:60""#, r#""00:00:00.5""#]);
    check(Primitive::Time, Malformed, &[r#""12:30""#, r#""12:30:00Z""#, r#""T12:30:00""#]);
    check(Primitive::Time, OutOfRange, &[r#""24:00:00""#, r#""12:60:00""#]);
}

#[test]
fn narratives() {
    let check = |expected: Expected, texts: &[&str]| {
        for text in texts {
            check(Primitive::Xhtml, expected, &[&serde_json::to_string(text).unwrap()]);
        }
    };
    check(
        Fits,
        &[
            "<div>a</div>",
            " \n<div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/>b<br />c</div>\n",
            "<div xmlns='x' class=\"a b\"><p>é &amp; &#160;&#xA0;&nbsp; </p><!-- a -> b --></div>",
            "<div><img src=\"a\" alt=\"a\"/></div>",
            "<div><table><tr><td colspan = '2' >1 > 0</td ></tr></table></div >",
            "<div><h:p>a</h:p></div>",
        ],
    );
    check(Empty, &["<div></div>", "<div/>", "<div> <p/>\n</div>", "<div><!-- a --></div>"]);
    check(
        Malformed,
        &[
            "a",
            "a<div>a</div>",
            "<p>a</p>",
            "<divx>a</divx>",
            "<div>a</div>b",
            "<div>a</div><div>b</div>",
            "<div>a",
            "<div>a<p></div>",
            "<div><p>a</div></p>",
            "<div>a</p></div>",
            "<div>a<br></div>",
            "<div a>a</div>",
            "<div a=b>a</div>",
            "<div a=\"b>a</div>",
            "<div a=\"<\">a</div>",
            "<div>a & b</div>",
            "<div>&;</div>",
            "<div>&#;</div>",
            "<div>&#xg;</div>",
            "<div>&#x;</div>",
            "<div>&a b;</div>",
            "<div>< p>a</p></div>",
            "<div a=\"1\"b=\"2\">a</div>",
            "<div><!-- a -- b --></div>",
            "<div><!-- a</div>",
            "<!DOCTYPE a><div>a</div>",
            "<div><!DOCTYPE a>a</div>",
            "<div><?a b?>a</div>",
            "<div><![CDATA[a]]></div>",
            "<div",
            "<div>a</div",
            "<div>a</",
            "<div/>a",
            "<div a=\"&\">a</div>",
            " ",
        ],
    );
    let nested = |depth: usize| format!("{}a{}", "<div>".repeat(depth), "</div>".repeat(depth));
    check(Fits, &[&nested(256)]);
    check(OutOfRange, &[&nested(257)]);
    check(OutOfRange, &[&"<div>".repeat(100_000)]);
}

#[test]
fn faults_show_no_data() {
    let check = |primitive: Primitive, json: &str, expected: &str| {
        assert_eq!(outcome(primitive, json).unwrap_err().to_string(), expected);
    };
    check(Primitive::Id, "\"John Smith\"", "not an id: 1 to 64 letters, digits, hyphens and dots");
    check(Primitive::Date, "\"1970-13-01\"", "out of range");
    check(Primitive::String, "\"\"", "must not be empty");
    check(Primitive::Boolean, "\"true\"", "must be a JSON boolean");
}
