//! What is a document, what is not, and where it stops being one.

use fornax_model::{Bound, Document, Kind, Limits, ParseError, ParseFault};

fn parse(text: impl AsRef<[u8]>) -> Result<Document, ParseError> {
    Document::parse(text.as_ref(), &Limits::default())
}

#[track_caller]
fn check_accepted(text: &str) {
    let document = parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(document.bytes(), text.as_bytes());
    assert_eq!(document.root().raw(), text.trim_matches([' ', '\t', '\r', '\n']).as_bytes());
}

/// The fault, its offset and the path there.
#[track_caller]
fn check_refused(text: impl AsRef<[u8]>, fault: ParseFault, offset: usize, path: &str) {
    let text = text.as_ref();
    let error = parse(text).expect_err(&String::from_utf8_lossy(text));
    assert_eq!(
        (error.fault, error.offset, error.path.as_str()),
        (fault, offset, path),
        "{}",
        String::from_utf8_lossy(text)
    );
}

#[test]
fn well_formed() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "10",
        "1.50",
        "1.50e5",
        "1E+2",
        "1e-2",
        "0.0",
        "-0.0e-0",
        "\"\"",
        "{}",
        "[]",
        "[[]]",
        "[{}]",
        "{\"a\":{}}",
        " \t\r\n[ \t\r\n] \t\r\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\"",
        "\"\\u00e9\\uABCD\\uabcd\"",
        "\"\\ud83d\\uDE00\"",
        "\"\\u005c\\u0022\"",
        "\"é😀\u{7f}\u{2028}\"",
        "{\"\":1}",
        "{\"a\":1,\"A\":2}",
        "{\"é\":1,\"e\u{301}\":2}",
        "[1,\"a\",null,true,false,{},[]]",
        "{ \"a\" : [ 1 , 2 ] , \"b\" : { \"c\" : \"d\" } }",
        "\"                         \"",
        "[\"a\"              ,1]",
        "123456789012345678901234567890.123456789012345678901234567890e1234567890",
        "\"\\\\\"",
        "\"\\\\\\\"\"",
    ] {
        check_accepted(text);
    }
}

#[test]
fn ill_formed_values() {
    let value = ParseFault::Syntax("expected a value");
    let early = ParseFault::Syntax("the document ends too early");
    let end = ParseFault::Syntax("expected the end of the document");
    check_refused("", early, 0, "");
    check_refused("  \n", early, 3, "");
    check_refused("nul", value, 0, "");
    check_refused("True", value, 0, "");
    check_refused("nulls", end, 4, "");
    check_refused("NaN", value, 0, "");
    check_refused("'a'", value, 0, "");
    check_refused("/* */ 1", value, 0, "");
    check_refused("\0", value, 0, "");
    check_refused("1\0", end, 1, "");
    check_refused("\u{a0}1", value, 0, "");
    check_refused("\u{b}1", value, 0, "");
    check_refused("1 2", end, 2, "");
    check_refused("{}{}", end, 2, "");
    check_refused("[]]", end, 2, "");
    check_refused("}", value, 0, "");
    check_refused(",", value, 0, "");
}

#[test]
fn ill_formed_numbers() {
    let digit = ParseFault::Syntax("expected a digit");
    let end = ParseFault::Syntax("expected the end of the document");
    let early = ParseFault::Syntax("the document ends too early");
    let zero = ParseFault::Syntax("a number with a leading zero");
    check_refused("-", early, 1, "");
    check_refused("-a", digit, 1, "");
    check_refused("+1", ParseFault::Syntax("expected a value"), 0, "");
    check_refused("01", zero, 0, "");
    check_refused("-012", zero, 1, "");
    check_refused(".5", ParseFault::Syntax("expected a value"), 0, "");
    check_refused("5.", early, 2, "");
    check_refused("5.e1", digit, 2, "");
    check_refused("1e", early, 2, "");
    check_refused("1e+ ", digit, 3, "");
    check_refused("1e5.5", end, 3, "");
    check_refused("0x10", end, 1, "");
    check_refused("1_0", end, 1, "");
    check_refused("-Infinity", digit, 1, "");
    check_refused("--1", digit, 1, "");
}

#[test]
fn ill_formed_strings() {
    let control = ParseFault::Syntax("a control character in a string");
    let early = ParseFault::Syntax("the document ends within a string");
    let escape = ParseFault::Syntax("an unknown escape");
    let hex = ParseFault::Syntax("expected four hexadecimal digits");
    let half = ParseFault::Encoding("half a surrogate pair");
    check_refused("\"", early, 1, "");
    check_refused("\"a longer text than eight", early, 25, "");
    check_refused("\"\\", early, 1, "");
    check_refused("\"\\\"", early, 3, "");
    check_refused("\"a\nb\"", control, 2, "");
    check_refused("\"\0\"", control, 1, "");
    check_refused("\"12345678\u{1f}\"", control, 9, "");
    check_refused("\"\\a\"", escape, 1, "");
    check_refused("\"\\'\"", escape, 1, "");
    check_refused("\"\\U0041\"", escape, 1, "");
    check_refused("\"\\u12\"", hex, 1, "");
    check_refused("\"\\u12g4\"", hex, 1, "");
    check_refused("\"\\u+123\"", hex, 1, "");
    check_refused("\"\\u123", hex, 1, "");
    check_refused("\"x\\ud83d\"", half, 2, "");
    check_refused("\"\\ude00\"", half, 1, "");
    check_refused("\"\\ud83d\\n\"", half, 1, "");
    check_refused("\"\\ud83d\\u0041\"", half, 1, "");
    check_refused("\"\\ud83d\\ud83d\"", half, 1, "");
    check_refused("\"\\ude00\\ud83d\"", half, 1, "");
    check_refused("{\"\\ud83d\":1}", half, 2, "");
}

#[test]
fn ill_formed_containers() {
    let early = ParseFault::Syntax("the document ends too early");
    let name = ParseFault::Syntax("expected a name in quotes");
    let colon = ParseFault::Syntax("expected a colon");
    let value = ParseFault::Syntax("expected a value");
    let object = ParseFault::Syntax("expected a comma or the end of the object");
    let array = ParseFault::Syntax("expected a comma or the end of the array");
    check_refused("{", early, 1, "");
    check_refused("{\"a\"", early, 4, "a");
    check_refused("{\"a\":", early, 5, "a");
    check_refused("{\"a\":1", early, 6, "a");
    check_refused("{\"a\":1,", early, 7, "");
    check_refused("{\"a\":1,}", name, 7, "");
    check_refused("{,}", name, 1, "");
    check_refused("{a:1}", name, 1, "");
    check_refused("{1:1}", name, 1, "");
    check_refused("{\"a\" 1}", colon, 5, "a");
    check_refused("{\"a\",1}", colon, 4, "a");
    check_refused("{\"a\"::1}", value, 5, "a");
    check_refused("{\"a\":}", value, 5, "a");
    check_refused("{\"a\":1 \"b\":2}", object, 7, "a");
    check_refused("{\"a\":1]", object, 6, "a");
    check_refused("[", early, 1, "[0]");
    check_refused("[1", early, 2, "[1]");
    check_refused("[1,", early, 3, "[1]");
    check_refused("[1,]", value, 3, "[1]");
    check_refused("[,1]", value, 1, "[0]");
    check_refused("[1 2]", array, 3, "[1]");
    check_refused("[1}", array, 2, "[1]");
    check_refused("[\"a\":1]", array, 4, "[1]");
}

#[test]
fn paths() {
    let value = ParseFault::Syntax("expected a value");
    check_refused(
        r#"{"resourceType":"Patient","name":[{"given":[x]}]}"#,
        value,
        44,
        "Patient.name[0].given[0]",
    );
    check_refused(
        r#"{"resourceType":"Patient","name":[{},{"given":["a","b",x]}]}"#,
        value,
        55,
        "Patient.name[1].given[2]",
    );
    check_refused(r#"{"name":[{"family":x}]}"#, value, 19, "name[0].family");
    check_refused(r#"{"a":{"b":1},"_birthDate":{"c":x}}"#, value, 31, "_birthDate.c");
    check_refused(r#"{"a":1,"resourceType":"P","b":x}"#, value, 30, "P.b");
    check_refused(r#"{"resourceType":5,"b":x}"#, value, 22, "b");
    check_refused(
        r#"{"entry":[{"resource":{"resourceType":"Patient","a":x"#,
        value,
        52,
        "entry[0].resource.a",
    );
    check_refused(r#"{"a":{"resourceType":"Patient"},"b":x"#, value, 36, "b");
    // Only what looks like an element's name may be shown: the rest may be a patient's data.
    check_refused(r#"{"resourceType":"Mr Smith","John Smith":x}"#, value, 40, "?");
    check_refused(r#"{"a":{"John\u0020Smith":{"9":x}}}"#, value, 29, "a.?.?");
    check_refused(r#"{"g\u0069ven":x}"#, value, 14, "given");
    check_refused(format!(r#"{{"{}":x}}"#, "a".repeat(65)), value, 69, "?");
}

#[test]
fn errors_tell_the_place_but_no_data() {
    let check = |text: &[u8], message: &str| assert_eq!(parse(text).unwrap_err().to_string(), message);
    check(
        b"{\n  \"resourceType\": \"Patient\",\n  \"name\": [ { \"family\": \"Sm\xC3\xBCth\", \"family\": \"Jones\" } ]\n}",
        "a second member of the same name at line 3, column 34, in Patient.name[0].family",
    );
    check(b"\"Smith", "the document ends within a string at line 1, column 7");
    check(b"[1,\r\n\"Smith\x01\"]", "a control character in a string at line 2, column 7, in [1]");
    check(b"[1,\n \"Smith\xff\"]", "not UTF-8 at line 2, column 8, in [1]");
    check(
        &[b'['; 65],
        "nesting depth over the limit of 64 at line 1, column 65, in [0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]",
    );
}

#[test]
fn encodings() {
    let utf8 = ParseFault::Encoding("not UTF-8");
    check_refused(b"\xff", utf8, 0, "");
    check_refused(b"{\"a\":\"\xc3\"}", utf8, 6, "a");
    check_refused(b"{\"a\":[\"\xed\xa0\x80\"]}", utf8, 7, "a[0]");
    check_refused(b"[\"\xc0\xaf\"]", utf8, 2, "[0]");
    check_refused(b"\"\xf4\x90\x80\x80\"", utf8, 1, "");
    check_refused(b"[1]\xff", utf8, 3, "");
    check_refused(b"[x, \"\xff\"]", ParseFault::Syntax("expected a value"), 1, "[0]");
    check_refused(b"\xef\xbb\xbf{}", ParseFault::Encoding("a byte order mark"), 0, "");
    check_refused("[\u{feff}1]", ParseFault::Syntax("expected a value"), 1, "[0]");
    check_refused(b"\xff\xfe{\0}\0", utf8, 0, "");
    check_refused(b"{\0}\0", ParseFault::Syntax("expected a name in quotes"), 1, "");
}

#[test]
fn repeated_names() {
    let repeated = ParseFault::DuplicateName;
    check_refused(r#"{"a":1,"a":1}"#, repeated, 7, "a");
    check_refused(r#"{"a":1,"b":{"a":1},"c":[{"a":1}],"a":1}"#, repeated, 33, "a");
    check_refused(r#"[{"x":{"a":1,"b":2,"b":3}}]"#, repeated, 19, "[0].x.b");
    check_refused(r#"{"abc":1,"\u0061bc":1}"#, repeated, 9, "abc");
    check_refused(r#"{"\u0061bc":1,"abc":1}"#, repeated, 14, "abc");
    check_refused(r#"{"\ud83d\ude00":1,"😀":1}"#, repeated, 18, "?");
    check_refused(r#"{"":1,"":1}"#, repeated, 6, "?");
    check_refused(r#"{"a\/b":1,"a/b":1}"#, repeated, 10, "?");
    check_refused(r#"{"a\"b":1,"a\u0022b":1}"#, repeated, 10, "?");
    check_accepted(r#"{"a":{"a":{"a":1}},"b":{"a":1}}"#);
    check_accepted(r#"{"valueString":1,"_valueString":2,"valueStrin":3,"valueStrings":4}"#);
    check_accepted(r#"{"a\\u0062":1,"ab":2}"#);
}

/// An object whose names are `name` of 0, 1, and so on.
fn object(members: usize, name: impl Fn(usize) -> String) -> String {
    let members: Vec<String> = (0..members).map(|index| format!("\"{}\":{index}", name(index))).collect();
    format!("{{{}}}", members.join(","))
}

#[test]
fn repeated_names_in_objects_of_every_size() {
    let limits = Limits { members_max: 100_000, ..Limits::default() };
    let parse = |text: String| Document::parse(text, &limits);
    for members in [2, 3, 31, 32, 33, 34, 64, 1_000, 100_000] {
        assert!(parse(object(members, |index| format!("n{index}"))).is_ok(), "{members}");
        let places = [(0, members - 1), (0, 1), (members / 2 - 1, members - 1), (members - 2, members - 1)];
        for (first, second) in places {
            let name = |index| format!("n{}", if index == second { first } else { index });
            let text = object(members, name);
            let offset = text.match_indices(&format!("\"n{first}\":")).nth(1).unwrap().0;
            let error = parse(text).unwrap_err();
            assert_eq!((error.fault, error.offset), (ParseFault::DuplicateName, offset), "{members}");
            assert_eq!(error.path, format!("n{first}"));
        }
        let escaped = |index| if index == members - 1 { "\\u006e0".to_owned() } else { format!("n{index}") };
        assert_eq!(
            parse(object(members, escaped)).unwrap_err().fault,
            ParseFault::DuplicateName,
            "{members}"
        );
    }
}

#[test]
fn limits() {
    let wide = Limits::default();
    let check = |text: String, limits: Limits, bound: Bound, max: usize, offset: usize| {
        let error = Document::parse(text.clone(), &limits).expect_err(&text);
        assert_eq!((error.fault, error.offset), (ParseFault::Limit { bound, max }, offset), "{text}");
    };
    let check_fits = |text: String, limits: Limits| {
        assert!(Document::parse(text.clone(), &limits).is_ok(), "{text}");
    };
    let bytes = Limits { document_bytes_max: 5, ..wide.clone() };
    check_fits("[1,2]".into(), bytes.clone());
    check("[1,2] ".into(), bytes, Bound::DocumentBytes, 5, 0);

    let depth = Limits { depth_max: 2, ..wide.clone() };
    check_fits("[{},[1]]".into(), depth.clone());
    check("[{\"a\":[]}]".into(), depth.clone(), Bound::Depth, 2, 6);
    check("[[{}]]".into(), depth, Bound::Depth, 2, 2);

    let values = Limits { values_max: 3, ..wide.clone() };
    check_fits("[1,2]".into(), values.clone());
    check("[1,{},3]".into(), values.clone(), Bound::Values, 3, 6);
    check("[1,2,{}]".into(), values, Bound::Values, 3, 5);

    let members = Limits { members_max: 2, ..wide.clone() };
    check_fits(object(2, |index| format!("a{index}")), members.clone());
    check(object(3, |index| format!("a{index}")), members, Bound::Members, 2, 15);

    let name = Limits { name_bytes_max: 2, ..wide.clone() };
    check_fits("{\"aa\":\"bbb\"}".into(), name.clone());
    check("{\"aaa\":1}".into(), name, Bound::NameBytes, 2, 1);

    let string = Limits { string_bytes_max: 6, ..wide.clone() };
    check_fits("{\"aaaaaaa\":\"\\u0041\"}".into(), string.clone());
    check("[\"\\u0041b\"]".into(), string, Bound::StringBytes, 6, 1);

    let number = Limits { number_bytes_max: 4, ..wide };
    check_fits("-1.5".into(), number.clone());
    check("[-1.50]".into(), number, Bound::NumberBytes, 4, 1);
}

#[test]
fn default_limits() {
    let check = |text: Vec<u8>, bound: Bound, max: usize| {
        let error = Document::parse(text, &Limits::default()).unwrap_err();
        assert_eq!(error.fault, ParseFault::Limit { bound, max });
    };
    check(vec![b' '; (128 << 20) + 1], Bound::DocumentBytes, 128 << 20);
    check(vec![b'['; 1 << 20], Bound::Depth, 64);
    check(b"{\"a\":".repeat(1 << 20), Bound::Depth, 64);
    check([b"[".as_slice(), &b"0,".repeat(16 << 20)].concat(), Bound::Values, 16 << 20);
    check(object(4_097, |index| index.to_string()).into_bytes(), Bound::Members, 4_096);
    check(object(1, |_| "n".repeat(1_025)).into_bytes(), Bound::NameBytes, 1_024);
    check(vec![b'1'; 129], Bound::NumberBytes, 128);
}

#[test]
fn a_limit_of_zero_admits_nothing() {
    let check = |text: &str, limits: Limits| assert!(Document::parse(text, &limits).is_err(), "{text}");
    check("1", Limits { values_max: 0, ..Limits::default() });
    check("[]", Limits { depth_max: 0, ..Limits::default() });
    check("{\"a\":1}", Limits { members_max: 0, ..Limits::default() });
    check("1", Limits { document_bytes_max: 0, ..Limits::default() });
}

#[test]
fn kinds() {
    let check = |text: &str, kind: Kind| assert_eq!(parse(text).unwrap().root().kind(), kind, "{text}");
    check("null", Kind::Null);
    check("true", Kind::Bool);
    check("false", Kind::Bool);
    check("-1.50", Kind::Number);
    check("\"\"", Kind::String);
    check("[]", Kind::Array);
    check("{}", Kind::Object);
}
