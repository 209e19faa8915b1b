//! What can be read from a document.

use std::borrow::Cow;

use fornax_model::{Document, Kind, Limits, Node};

fn parse(text: &str) -> Document {
    Document::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

const PATIENT: &str = r#"{
  "resourceType": "Patient",
  "name": [ { "given": [ "Zo\u00eb", "Ann\"e" ] }, { "family": "Smith" } ],
  "active": true, "deceasedBoolean":false,
  "multipleBirthInteger": 2, "x": 1.50, "n": null,
  "es\u0063aped": {"a\"b": 1}, "empty": {}, "none": []
}"#;

/// Follows names, and indices in brackets.
fn at<'a>(document: &'a Document, path: &[&str]) -> Option<Node<'a>> {
    path.iter().try_fold(document.root(), |node, step| match step.parse::<usize>() {
        Ok(index) => node.items().nth(index),
        Err(_) => node.get(step),
    })
}

#[test]
fn strings() {
    let document = parse(PATIENT);
    let check = |path: &[&str], expected: Option<Cow<'_, str>>| {
        let found = at(&document, path).and_then(Node::as_str);
        assert_eq!(found, expected, "{path:?}");
        assert_eq!(
            found.is_some_and(|text| matches!(text, Cow::Borrowed(_))),
            expected.is_some_and(|text| matches!(text, Cow::Borrowed(_))),
            "{path:?}"
        );
    };
    check(&["resourceType"], Some(Cow::Borrowed("Patient")));
    check(&["name", "0", "given", "0"], Some(Cow::Owned("Zoë".into())));
    check(&["name", "0", "given", "1"], Some(Cow::Owned("Ann\"e".into())));
    check(&["name", "1", "family"], Some(Cow::Borrowed("Smith")));
    check(&["active"], None);
    check(&["n"], None);
    check(&["name"], None);
}

#[test]
fn other_scalars() {
    let document = parse(PATIENT);
    let check = |name: &str, number: Option<&str>, boolean: Option<bool>| {
        let node = document.root().get(name).unwrap();
        assert_eq!((node.as_number(), node.as_bool()), (number, boolean), "{name}");
    };
    check("multipleBirthInteger", Some("2"), None);
    check("x", Some("1.50"), None);
    check("active", None, Some(true));
    check("deceasedBoolean", None, Some(false));
    check("n", None, None);
    check("resourceType", None, None);
    check("empty", None, None);
}

#[test]
fn members_are_found_by_name() {
    let document = parse(PATIENT);
    let check = |path: &[&str], kind: Option<Kind>| {
        assert_eq!(at(&document, path).map(Node::kind), kind, "{path:?}");
    };
    check(&["escaped"], Some(Kind::Object));
    check(&["escaped", "a\"b"], Some(Kind::Number));
    check(&["escaped", "a\\\"b"], None);
    check(&["es\\u0063aped"], None);
    check(&["nam"], None);
    check(&["names"], None);
    check(&[""], None);
    check(&["given"], None);
    check(&["x\": 1.50, \"n"], None);
    check(&["active", "active"], None);
    check(&["name", "given"], None);
    check(&["empty", "a"], None);
}

#[test]
fn members_and_items_in_order() {
    let document = parse(PATIENT);
    let names = |node: Node<'_>| node.members().map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
    assert_eq!(
        names(document.root()),
        [
            "resourceType",
            "name",
            "active",
            "deceasedBoolean",
            "multipleBirthInteger",
            "x",
            "n",
            "escaped",
            "empty",
            "none"
        ]
    );
    assert_eq!(names(document.root().get("escaped").unwrap()), ["a\"b"]);
    assert!(names(document.root().get("empty").unwrap()).is_empty());
    assert!(names(document.root().get("name").unwrap()).is_empty());
    for (name, member) in document.root().members() {
        assert_eq!(member.name().as_deref(), Some(name.as_ref()));
        assert_eq!(document.root().get(&name).unwrap().id(), member.id());
    }
    let given = at(&document, &["name", "0", "given"]).unwrap();
    assert_eq!(
        given.items().map(Node::raw).collect::<Vec<_>>(),
        [br#""Zo\u00eb""#.as_slice(), br#""Ann\"e""#]
    );
    assert_eq!(given.items().filter_map(Node::name).count(), 0);
    assert_eq!(document.root().items().count(), 0);
    assert_eq!(document.root().get("none").unwrap().items().count(), 0);
}

/// The value and all that is in it, in the order of the text.
fn all(node: Node<'_>) -> Vec<Node<'_>> {
    let inside = node.members().map(|(_, member)| member).chain(node.items());
    std::iter::once(node).chain(inside.flat_map(all)).collect()
}

#[test]
fn identities_are_in_document_order() {
    let document = parse(PATIENT);
    let nodes = all(document.root());
    assert_eq!(nodes.len(), 18);
    assert!(nodes.is_sorted_by(|left, right| left.id() < right.id()));
    assert!(nodes.is_sorted_by(|left, right| left.span().start < right.span().start));
    for node in &nodes {
        assert_eq!(document.node(node.id()).unwrap().span(), node.span());
        assert_eq!(&document.bytes()[node.span()], node.raw());
    }
    assert!(parse("1").node(nodes[1].id()).is_none());
}

#[test]
fn paths() {
    let document = parse(PATIENT);
    let check = |path: &[&str], expected: &str| assert_eq!(at(&document, path).unwrap().path(), expected);
    check(&[], "Patient");
    check(&["name"], "Patient.name");
    check(&["name", "1", "family"], "Patient.name[1].family");
    check(&["name", "0", "given", "1"], "Patient.name[0].given[1]");
    check(&["escaped", "a\"b"], "Patient.escaped.?");
    assert_eq!(parse("[[1,2]]").root().items().next().unwrap().items().nth(1).unwrap().path(), "[0][1]");
}

#[test]
fn a_part_becomes_a_document() {
    let document = parse(PATIENT);
    for node in all(document.root()) {
        let part = node.to_document();
        assert_eq!(part.bytes(), node.raw());
        let again = parse(std::str::from_utf8(node.raw()).unwrap());
        let facts = |document: &Document| -> Vec<_> {
            all(document.root())
                .into_iter()
                .map(|node| (node.id(), node.kind(), node.span(), node.name().map(Cow::into_owned)))
                .collect()
        };
        assert_eq!(facts(&part), facts(&again));
        let texts = |document: &Document| -> Vec<_> {
            all(document.root()).into_iter().map(|node| node.as_str().map(Cow::into_owned)).collect()
        };
        assert_eq!(texts(&part), texts(&again));
    }
}

#[test]
fn debugging_shows_no_data() {
    let document = parse(PATIENT);
    let shown = format!("{document:?} {:?}", at(&document, &["name", "1", "family"]).unwrap());
    assert_eq!(shown, "Document of 257 bytes, 18 values String at 94..101");
}
