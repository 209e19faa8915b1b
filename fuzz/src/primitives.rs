//! Primitive types agree with what is made of their values.

use fornax_model::{DateTime, Decimal, Document, Limits, Primitive, escape_into};

const NAMES: [&str; 20] = [
    "base64Binary",
    "boolean",
    "canonical",
    "code",
    "date",
    "dateTime",
    "decimal",
    "id",
    "instant",
    "integer",
    "markdown",
    "oid",
    "positiveInt",
    "string",
    "time",
    "unsignedInt",
    "uri",
    "url",
    "uuid",
    "xhtml",
];

/// The first byte says which type, the rest is a text. What fits the narrower type fits the wider one, what is a date can
/// be read as one, and a value in a document is judged as its text is.
pub fn primitive(bytes: &[u8]) {
    let Some((&index, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let name = NAMES[usize::from(index) % NAMES.len()];
    let primitive = named(name);
    let is_fit = primitive.check_text(text).is_ok();
    let fits = |wider: &str| named(wider).check_text(text).is_ok();
    if is_fit {
        match name {
            "date" | "instant" => assert!(fits("dateTime")),
            "dateTime" => assert!(DateTime::parse(text).is_ok()),
            "id" => assert!(fits("code") && fits("uri") && text.len() <= 64),
            "code" | "markdown" => assert!(fits("string")),
            "oid" | "uuid" => assert!(fits("uri")),
            "xhtml" => assert!(text.contains("<div")),
            _ => assert!(!text.is_empty()),
        }
    }
    let mut json = b"\"".to_vec();
    escape_into(&mut json, text);
    json.push(b'"');
    let document = Document::parse(json, &Limits::default()).expect("an escaped text is a string");
    assert_eq!(primitive.check(document.root()).is_ok(), is_fit);
    number(primitive, text);
}

/// A text that is a number is judged by its value.
fn number(primitive: Primitive, text: &str) {
    let Ok(document) = Document::parse(text, &Limits::default()) else { return };
    let Some(digits) = document.root().as_number() else { return };
    if primitive.check(document.root()).is_ok() {
        assert!(Decimal::parse(digits).is_ok());
        assert!(named("decimal").check(document.root()).is_ok());
    }
}

fn named(name: &str) -> Primitive {
    Primitive::named(name).expect("a primitive type")
}
