//! `$meta-add` and `$meta-delete`: a resource with other profiles, security labels and tags. Each of these lists is a set: a profile is told by
//! its URL, a coding by its system and code.

use fornax_model::{EditError, Edits, Node};

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::bug;

const LISTS: [&str; 3] = ["profile", "security", "tag"];

/// What becomes of what a Meta names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetaChange {
    Added,
    Deleted,
}

/// The resource, which has a `meta`, as it is then.
///
/// # Errors
/// `Invalid`: the change is no Meta. `Unprocessable`: a profile that is to go has extensions, which stand apart from it.
pub(crate) fn changed(resource: Node<'_>, change: MetaChange, named: Node<'_>) -> Result<Vec<u8>> {
    let Some(meta) = resource.get("meta") else { return Err(bug("a stored resource without meta")) };
    if named.members().next().is_none() || LISTS.iter().all(|list| named.get(list).is_none()) {
        return Err(Error::new(
            ErrorKind::Invalid,
            Issue::error("required", "a Meta with profiles, security labels or tags is needed"),
        ));
    }
    let mut edits = Edits::of(resource);
    for list in LISTS {
        let items =
            |of: Node<'_>| of.get(list).into_iter().flat_map(Node::items).map(Item::of).collect::<Vec<_>>();
        let (before, named) = (items(meta), items(named));
        let is_in = |item: &Item, items: &[Item]| items.iter().any(|other| other.is(item));
        let mut after: Vec<&Item> = match change {
            MetaChange::Added => before.iter().collect(),
            MetaChange::Deleted => before.iter().filter(|item| !is_in(item, &named)).collect(),
        };
        if change == MetaChange::Added {
            for item in &named {
                if !after.iter().any(|other| other.is(item)) {
                    after.push(item);
                }
            }
        }
        if after.len() == before.len() {
            continue;
        }
        if change == MetaChange::Deleted && meta.get(&format!("_{list}")).is_some() {
            let text = format!("the resource's {list} has extensions: a patch can remove it with these");
            return Err(Error::new(ErrorKind::Unprocessable, Issue::error("processing", text)));
        }
        let edited = put_list(&mut edits, meta, list, &after);
        edited.map_err(|error| bug("meta can't be edited").caused_by(error))?;
    }
    edits.apply().map_err(|error| bug("meta can't be edited").caused_by(error))
}

fn put_list<'a>(
    edits: &mut Edits<'a>,
    meta: Node<'a>,
    list: &str,
    items: &[&Item],
) -> std::result::Result<(), EditError> {
    let inner = items.iter().map(|item| &*item.json).collect::<Vec<_>>().join(&b',');
    let json = [b"[", &*inner, b"]"].concat();
    match meta.get(list) {
        Some(before) if items.is_empty() => edits.remove(before),
        Some(before) => edits.replace(before, json),
        None => edits.insert_last(meta, list, &json),
    }
}

/// A profile or a coding.
struct Item {
    /// The URL; or the system and code.
    identity: (String, String),
    json: Vec<u8>,
}

impl Item {
    fn of(node: Node<'_>) -> Self {
        let text = |node: Option<Node<'_>>| {
            node.and_then(Node::as_str).map_or_else(String::new, std::borrow::Cow::into_owned)
        };
        let identity = match node.as_str() {
            Some(url) => (url.into_owned(), String::new()),
            None => (text(node.get("system")), text(node.get("code"))),
        };
        Self { identity, json: node.raw().to_vec() }
    }

    fn is(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests panic")]

    use fornax_model::{Document, Limits};

    use super::*;

    fn check(meta: &str, change: MetaChange, named: &str, expected: std::result::Result<&str, ErrorKind>) {
        let parse = |text: &str| Document::parse(text, &Limits::default()).unwrap();
        let resource = parse(&format!(r#"{{"resourceType":"Basic","meta":{meta}}}"#));
        let found = changed(resource.root(), change, parse(named).root());
        let found = found.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|error| error.kind());
        let expected = expected.map(|meta| format!(r#"{{"resourceType":"Basic","meta":{meta}}}"#));
        assert_eq!(found, expected, "{meta} {change:?} {named}");
    }

    #[test]
    fn sets_grow_and_shrink() {
        use MetaChange::{Added, Deleted};
        let meta =
            r#"{"versionId":"1","profile":["urn:a"],"tag":[{"system":"s","code":"1","display":"one"}]}"#;
        check(
            meta,
            Added,
            r#"{"profile":["urn:a","urn:b","urn:b"],"tag":[{"system":"s","code":"1"},{"code":"1"}],"security":[{"code":"R"}]}"#,
            Ok(
                r#"{"versionId":"1","profile":["urn:a","urn:b"],"tag":[{"system":"s","code":"1","display":"one"},{"code":"1"}],"security":[{"code":"R"}]}"#,
            ),
        );
        check(meta, Added, r#"{"tag":[{"system":"s","code":"1","display":"other"}]}"#, Ok(meta));
        check(
            meta,
            Deleted,
            r#"{"profile":["urn:a"],"tag":[{"code":"1"},{"system":"s","code":"1"}]}"#,
            Ok(r#"{"versionId":"1"}"#),
        );
        check(meta, Deleted, r#"{"security":[{"code":"R"}]}"#, Ok(meta));
        check(meta, Deleted, r#"{"source":"x"}"#, Err(ErrorKind::Invalid));
        check(meta, Added, "[]", Err(ErrorKind::Invalid));
        let extended = r#"{"profile":["urn:a"],"_profile":[{"id":"x"}]}"#;
        check(extended, Deleted, r#"{"profile":["urn:a"]}"#, Err(ErrorKind::Unprocessable));
    }
}
