use super::super::documents::Place;
use super::*;

fn document(text: &str, form: Form) -> Document {
    let place = Place { source: 0, number: 0 };
    Document { place, name: "file".to_owned(), text: text.as_bytes().to_vec(), form }
}

/// Entries as `number type method`, with `!` where twice is not the same as once.
fn check(text: &str, form: Form, kind: &str, expected: &[&str]) {
    let document = document(text, form);
    let (parcel, unreadable) = Parcel::of(&document);
    let found = if matches!(parcel, Parcel::Transaction { .. }) { "transaction" } else { "batch" };
    assert_eq!(found, kind, "{text}");
    let entry = |entry: &Entry<'_>| {
        let mark = if entry.is_repeatable { "" } else { "!" };
        format!("{} {} {:?}{mark}", entry.number, entry.resource_type, entry.method)
    };
    let bad = unreadable.iter().map(|one| format!("bad {:?}", one.line));
    let found: Vec<String> = parcel.entries().iter().map(entry).chain(bad).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn what_documents_ask() {
    check(r#"{"resourceType":"Basic"}"#, Form::Json, "batch", &["0 Basic Post!"]);
    check(r#"{"id":"1","resourceType":"Basic","type":[{}]}"#, Form::Json, "batch", &["0 Basic Put"]);
    check(r#"{"resourceType":"Bundle","type":"collection"}"#, Form::Json, "batch", &["0 Bundle Post!"]);
    check(
        r#"{"resourceType":"Bundle","type":"transaction","entry":[
            {"resource":{"resourceType":"Basic"},"request":{"method":"POST","url":"Basic"}},
            {"resource":{"resourceType":"Basic"},"request":{"method":"POST","url":"Basic","ifNoneExist":"_id=1"}},
            {"request":{"method":"DELETE","url":"Patient/1"}},
            {"request":{"method":"GET","url":"Observation?code=x"}}]}"#,
        Form::Json,
        "transaction",
        &["0 Basic Post!", "1 Basic Post", "2 Patient Delete", "3 Observation Other"],
    );
    check(r#"{"type":"batch","resourceType":"Bundle","entry":[{}]}"#, Form::Json, "batch", &["0  Other"]);
    check("[]", Form::Json, "batch", &["bad None"]);
    check("{\"resourceType\":\"Basic\"", Form::Json, "batch", &["bad None"]);
}

#[test]
fn a_bad_line_leaves_the_others_alone() {
    let lines = "{\"resourceType\":\"Basic\",\"id\":\"1\"}\n\n{]\n{\"resourceType\":\"Basic\"}";
    check(lines, Form::Lines { first: 7 }, "batch", &["7 Basic Put", "10 Basic Post!", "bad Some(9)"]);
}

#[test]
fn a_resource_becomes_an_entry_byte_for_byte() {
    let document = document(r#"{"resourceType":"Basic","id":"1","x":1.50}"#, Form::Json);
    let (parcel, _) = Parcel::of(&document);
    let expected = r#"{"resource":{"resourceType":"Basic","id":"1","x":1.50},"request":{"method":"PUT","url":"Basic/1"}}"#;
    assert_eq!(parcel.entries()[0].json, expected);
}
