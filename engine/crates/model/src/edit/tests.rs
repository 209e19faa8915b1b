use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::{Document, Limits};

fn document(text: &str) -> Document {
    Document::parse(text, &Limits::default()).unwrap()
}

type Edit = for<'a> fn(&mut Edits<'a>, Node<'a>) -> Result<(), EditError>;

#[track_caller]
fn check(text: &str, edit: Edit, expected: &str) {
    let document = document(text);
    let mut edits = Edits::of(document.root());
    edit(&mut edits, document.root()).unwrap();
    assert_eq!(String::from_utf8(edits.apply().unwrap()).unwrap(), expected);
}

#[track_caller]
fn check_refused(text: &str, edit: Edit, expected: EditError) {
    let document = document(text);
    let mut edits = Edits::of(document.root());
    let outcome = edit(&mut edits, document.root()).and_then(|()| edits.apply().map(drop));
    assert_eq!(outcome, Err(expected));
}

/// Removes members by name.
fn remove<'a>(edits: &mut Edits<'a>, object: Node<'a>, names: &[&str]) -> Result<(), EditError> {
    names.iter().try_for_each(|name| edits.remove(object.get(name).unwrap()))
}

#[test]
fn nothing_changes_nothing() {
    check(r#" { "a" : 1.50 } "#, |_, _| Ok(()), r#"{ "a" : 1.50 }"#);
    let document = document("{}");
    assert!(Edits::of(document.root()).is_empty());
}

#[test]
fn replaces() {
    check(r#"{"a" : 1 , "b":2}"#, |e, o| e.replace(o.get("a").unwrap(), "1.50"), r#"{"a" : 1.50 , "b":2}"#);
    check(r#"{"a":"x"}"#, |e, o| e.replace_with_string(o.get("a").unwrap(), "\"é"), r#"{"a":"\"é"}"#);
    check(r#"[1, [2 ]]"#, |e, o| e.replace(o.items().nth(1).unwrap(), "{}"), "[1, {}]");
    check("1", |e, o| e.replace(o, "2"), "2");
    let every_item: Edit = |e, o| o.items().try_for_each(|item| e.replace(item, "22"));
    check("[1, 2 ,3]", every_item, "[22, 22 ,22]");
}

#[test]
fn removes() {
    let abc = r#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#;
    check(abc, |e, o| remove(e, o, &["a"]), r#"{ "b" : 2 , "c" : 3 }"#);
    check(abc, |e, o| remove(e, o, &["b"]), r#"{ "a" : 1 , "c" : 3 }"#);
    check(abc, |e, o| remove(e, o, &["c"]), r#"{ "a" : 1 , "b" : 2 }"#);
    check(abc, |e, o| remove(e, o, &["b", "a"]), r#"{ "c" : 3 }"#);
    check(abc, |e, o| remove(e, o, &["b", "c"]), r#"{ "a" : 1 }"#);
    check(abc, |e, o| remove(e, o, &["a", "c"]), r#"{ "b" : 2 }"#);
    check(abc, |e, o| remove(e, o, &["a", "b", "c"]), r#"{  }"#);
    check(r#"[1,2,3]"#, |e, o| e.remove(o.items().nth(1).unwrap()), "[1,3]");
    check(r#"[1]"#, |e, o| e.remove(o.items().next().unwrap()), "[]");
    check(
        r#"{"meta":{"versionId":"1","profile":["x"],"lastUpdated":"2020"},"id":"a"}"#,
        |e, o| remove(e, o.get("meta").unwrap(), &["versionId", "lastUpdated"]),
        r#"{"meta":{"profile":["x"]},"id":"a"}"#,
    );
}

#[test]
fn inserts() {
    let (first, last): (Edit, Edit) =
        (|e, o| e.insert_first(o, "n", b"0"), |e, o| e.insert_last(o, "n", b"0"));
    check("{}", first, r#"{"n":0}"#);
    check("{}", last, r#"{"n":0}"#);
    check("{ }", last, r#"{"n":0 }"#);
    check(r#"{ "a": 1 }"#, first, r#"{"n":0, "a": 1 }"#);
    check(r#"{ "a": 1 }"#, last, r#"{ "a": 1,"n":0 }"#);
    let after: Edit = |e, o| e.insert_after(o.get("a").unwrap(), "n\"", b"0");
    check(r#"{"a": 1}"#, after, r#"{"a": 1,"n\"":0}"#);
    check(r#"{"a": 1, "b": 2}"#, after, r#"{"a": 1,"n\"":0, "b": 2}"#);
    let everywhere: Edit = |e, o| {
        e.insert_last(o, "z", b"1")?;
        e.insert_first(o, "y", b"2")?;
        e.insert_first(o, "x", b"3")?;
        e.insert_after(o.get("a").unwrap(), "w", b"4")?;
        e.insert_last(o, "v", b"5")
    };
    check(r#"{"a":1}"#, everywhere, r#"{"y":2,"x":3,"a":1,"w":4,"z":1,"v":5}"#);
    check("{\"a\":1}", |e, o| e.insert_last(o, "o", br#"{"p":[]}"#), r#"{"a":1,"o":{"p":[]}}"#);
}

#[test]
fn inserts_where_others_go() {
    let ab = r#"{"a":1,"b":2}"#;
    let swap: Edit = |e, o| {
        e.insert_after(o.get("a").unwrap(), "n", b"0")?;
        remove(e, o, &["a"])
    };
    check(ab, swap, r#"{"n":0,"b":2}"#);
    let renew: Edit = |e, o| {
        remove(e, o, &["a", "b"])?;
        e.insert_last(o, "z", b"0")?;
        e.insert_first(o, "n", b"0")
    };
    check(ab, renew, r#"{"n":0,"z":0}"#);
    check(
        ab,
        |e, o| {
            remove(e, o, &["b"])?;
            e.insert_last(o, "b", b"3")
        },
        r#"{"a":1,"b":3}"#,
    );
}

#[test]
fn edits_within_a_value_within_a_document() {
    let document = document(r#"{"entry":[ {"resource": {"id":"x", "n":1.0} } ]}"#);
    let entry = document.root().get("entry").unwrap().items().next().unwrap();
    let resource = entry.get("resource").unwrap();
    let mut edits = Edits::of(resource);
    edits.replace_with_string(resource.get("id").unwrap(), "other").unwrap();
    edits.insert_last(resource, "m", b"{}").unwrap();
    assert_eq!(edits.apply().unwrap(), br#"{"id":"other", "n":1.0,"m":{}}"#);

    let mut edits = Edits::of(resource);
    assert_eq!(edits.replace(entry, "1"), Err(EditError::Outside));
    assert_eq!(edits.insert_first(document.root(), "a", b"1"), Err(EditError::Outside));
    assert_eq!(edits.remove(entry), Err(EditError::Outside));
}

#[test]
fn nested_containers() {
    let edit: Edit = |e, o| {
        let meta = o.get("meta").unwrap();
        e.remove(meta.get("a").unwrap())?;
        e.insert_last(meta, "b", b"2")?;
        e.insert_after(meta, "c", b"3")
    };
    check(r#"{"meta":{"a":1}}"#, edit, r#"{"meta":{"b":2},"c":3}"#);
}

#[test]
fn refuses() {
    check_refused(r#"{"a":1}"#, |e, o| remove(e, o, &["a", "a"]), EditError::Overlap);
    let itself: Edit = |e, o| [o].into_iter().try_for_each(|node| e.remove(node));
    check_refused("{}", itself, EditError::Outside);
    check_refused("[]", |e, o| e.insert_first(o, "a", b"1"), EditError::NotContainer);
    check_refused("1", |e, o| e.insert_last(o, "a", b"1"), EditError::NotContainer);
    check_refused(
        "[1]",
        |e, o| e.insert_after(o.items().next().unwrap(), "a", b"1"),
        EditError::NotContainer,
    );
    let both: Edit = |e, o| {
        let a = o.get("a").unwrap();
        e.replace(a, "1")?;
        e.remove(a)
    };
    check_refused(r#"{"a":1}"#, both, EditError::Overlap);
    check_refused(r#"{"b":2,"a":1}"#, both, EditError::Overlap);
    let within: Edit = |e, o| {
        let a = o.get("a").unwrap();
        e.insert_last(a, "b", b"1")?;
        e.replace(a, "{}")
    };
    check_refused(r#"{"a":{}}"#, within, EditError::Overlap);
    let twice: Edit = |e, o| {
        e.replace(o, "1")?;
        e.replace(o, "1")
    };
    check_refused("0", twice, EditError::Overlap);
}

/// Per member of an object: whether it goes, whether a string takes the place of its value, whether one comes after it.
type Plan = Vec<(bool, bool, bool)>;

/// Does to a map what the plan says.
fn expected(members: &[(String, Value)], plan: &Plan, has_first: bool, has_last: bool) -> Value {
    let mut map = Map::new();
    if has_first {
        map.insert("first".into(), Value::from(1));
    }
    for (index, ((name, value), &(goes, changes, has_after))) in members.iter().zip(plan).enumerate() {
        if !goes {
            let value = if changes { Value::from("new \"value\"") } else { value.clone() };
            map.insert(name.clone(), value);
        }
        if has_after {
            map.insert(format!("after {index}"), Value::from(index));
        }
    }
    if has_last {
        map.insert("last".into(), Value::Null);
    }
    Value::Object(map)
}

fn text_of(members: &[(String, Value)], gap: &str) -> String {
    let name = |name: &str| serde_json::to_string(name).unwrap();
    let texts: Vec<String> =
        members.iter().map(|(key, value)| format!("{gap}{}{gap}:{gap}{value}{gap}", name(key))).collect();
    format!("{{{gap}{}}}", texts.join(","))
}

proptest! {
    #[test]
    fn any_edits_leave_what_serde_json_would(
        values in prop::collection::vec(("[a-zé\"\\\\]{0,6}", prop_oneof![Just("1"), Just("[]"), Just("{\"x\":[{}]}")]), 0..7),
        plan in prop::collection::vec(any::<(bool, bool, bool)>(), 7),
        (has_first, has_last) in any::<(bool, bool)>(),
        gap in "[ \n\t]{0,2}",
    ) {
        let members: Vec<(String, Value)> = values
            .iter()
            .enumerate()
            .map(|(index, (name, value))| (format!("{index}{name}"), serde_json::from_str(value).unwrap()))
            .collect();
        let document = document(&text_of(&members, &gap));
        let root = document.root();
        let mut edits = Edits::of(root);
        // From the end, so that the order of edits is not that of the text.
        for (index, (name, _)) in members.iter().enumerate().rev() {
            let (goes, changes, has_after) = plan[index];
            let member = root.get(name).unwrap();
            if goes {
                edits.remove(member).unwrap();
            } else if changes {
                edits.replace_with_string(member, "new \"value\"").unwrap();
            }
            if has_after {
                edits.insert_after(member, &format!("after {index}"), index.to_string().as_bytes()).unwrap();
            }
        }
        if has_last {
            edits.insert_last(root, "last", b"null").unwrap();
        }
        if has_first {
            edits.insert_first(root, "first", b"1").unwrap();
        }
        let bytes = edits.apply().unwrap();
        let changed: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(changed, expected(&members, &plan, has_first, has_last));
        let again = Document::parse(bytes, &Limits::default()).unwrap();
        let names: Vec<String> = again.root().members().map(|(name, _)| name.into_owned()).collect();
        prop_assert_eq!(names.first().is_some_and(|name| name == "first"), has_first);
        prop_assert_eq!(names.last().is_some_and(|name| name == "last"), has_last);
    }
}
