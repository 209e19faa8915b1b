//! Links of a resource beside its references: elements of the types uri, url, oid, uuid and canonical, and what the narrative's `href`
//! and `src` name. In a transaction they too may mean other entries (hl7.org/fhir/R4/http.html#trules).

use std::borrow::Cow;
use std::ops::Range;

use fornax_definitions::{Definitions, TypeId};
use fornax_model::{Kind, Node};

use crate::error::Result;
use crate::write::body::{References, names_its_own};

/// What a link's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// Where something is: elements of type url, links of the narrative.
    Location,
    /// What something is called, wherever that may be: of type uri, canonical, oid or uuid.
    Name,
}

/// The links that become something else: each node, and the text to store.
pub(crate) fn rewritten<'a>(
    definitions: &Definitions,
    (root, root_type): (Node<'a>, TypeId),
    references: &dyn References,
) -> Result<Vec<(Node<'a>, String)>> {
    let mut found = Vec::new();
    if !references.has_links() || names_its_own(root) || !may_link(root, references)? {
        return Ok(found);
    }
    let mut waiting = vec![(root, root_type)];
    while let Some((node, of)) = waiting.pop() {
        for (name, member) in node.members() {
            let Some(child) = definitions.child(of, &name) else { continue };
            // Extension.url and the like name a definition, whatever they look like.
            if child.value.system.is_some() {
                continue;
            }
            let is_list = member.kind() == Kind::Array;
            let items = is_list.then(|| member.items()).into_iter().flatten();
            for item in items.chain((!is_list).then_some(member)) {
                waiting.extend(visit(definitions, item, child.value.type_id, references, &mut found)?);
            }
        }
    }
    Ok(found)
}

/// Takes in a value; answers what is to be looked into.
fn visit<'a>(
    definitions: &Definitions,
    node: Node<'a>,
    of: TypeId,
    references: &dyn References,
    found: &mut Vec<(Node<'a>, String)>,
) -> Result<Option<(Node<'a>, TypeId)>> {
    if node.kind() == Kind::Object {
        let named = node.get("resourceType").and_then(Node::as_str);
        let resource = named.and_then(|name| definitions.type_named(&name)).map(|named| named.id);
        return Ok(Some((node, resource.unwrap_or(of))));
    }
    let Some(text) = node.as_str() else { return Ok(None) };
    let stored = match definitions.type_of(of).name {
        "url" => references.link(&text, LinkKind::Location)?,
        "uri" | "canonical" | "oid" | "uuid" => references.link(&text, LinkKind::Name)?,
        "xhtml" => narrative(&text, references)?,
        _ => None,
    };
    found.extend(stored.map(|stored| (node, stored)));
    Ok(None)
}

/// Whether some text would become something else, whatever its type: most resources have none, and are not looked at closely.
fn may_link(root: Node<'_>, references: &dyn References) -> Result<bool> {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        match node.kind() {
            Kind::Object => waiting.extend(node.members().map(|(_, child)| child)),
            Kind::Array => waiting.extend(node.items()),
            Kind::String => {
                let text = node.as_str().unwrap_or(Cow::Borrowed(""));
                let is_link = match node.name().as_deref() {
                    Some("reference") => false,
                    Some("div") => narrative(&text, references)?.is_some(),
                    _ => text.contains([':', '/']) && references.link(&text, LinkKind::Location)?.is_some(),
                };
                if is_link {
                    return Ok(true);
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

/// A narrative with its links as they are stored; `None`: none changes.
fn narrative(div: &str, references: &dyn References) -> Result<Option<String>> {
    let mut stored = String::new();
    let mut done = 0;
    for value in link_values(div) {
        if let Some(target) = references.link(&div[value.clone()], LinkKind::Location)? {
            stored.push_str(&div[done..value.start]);
            stored.push_str(&target);
            done = value.end;
        }
    }
    if done == 0 {
        return Ok(None);
    }
    stored.push_str(&div[done..]);
    Ok(Some(stored))
}

/// Where the values of `href` and `src` stand within XHTML whose form was checked.
fn link_values(xhtml: &str) -> Vec<Range<usize>> {
    let bytes = xhtml.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(open) = xhtml[at..].find('<').map(|offset| at + offset) {
        if xhtml[open..].starts_with("<!--") {
            at = xhtml[open..].find("-->").map_or(bytes.len(), |end| open + end + 3);
            continue;
        }
        // Within a tag: names, and values in quotes, which may hold what ends a tag elsewhere.
        let mut name_from = open + 1;
        at = open + 1;
        while at < bytes.len() && bytes[at] != b'>' {
            match bytes[at] {
                b'"' | b'\'' => {
                    let end = xhtml[at + 1..].find(bytes[at] as char).map_or(bytes.len(), |end| at + 1 + end);
                    let before = xhtml[name_from..at].trim_end().trim_end_matches('=');
                    if matches!(before.split_ascii_whitespace().next_back(), Some("href" | "src")) {
                        found.push(at + 1..end);
                    }
                    at = end;
                    name_from = end + 1;
                }
                _ => {}
            }
            at += 1;
        }
        at = at.min(bytes.len());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xhtml: &str, expected: &[&str]) {
        let found: Vec<&str> = link_values(xhtml).into_iter().map(|range| &xhtml[range]).collect();
        assert_eq!(found, expected, "{xhtml}");
    }

    #[test]
    fn links_of_a_narrative() {
        check("<div>no links, but href=\"urn:x\" as text</div>", &[]);
        check("<div><a href=\"urn:x\">x</a><img src='a.png' alt=\"src='b'\"/></div>", &["urn:x", "a.png"]);
        check("<div><a class=\"a>b\" href = \"#c\" >x</a></div>", &["#c"]);
        check("<div><!-- <a href=\"urn:x\"> --><a\nhref=\"é\">x</a></div>", &["é"]);
        check("<div data-href=\"x\"><a name=\"href\">x</a></div>", &[]);
        check("<a href=\"\"/><a href=", &[""]);
        check("<a href=\"x", &["x"]);
    }
}
