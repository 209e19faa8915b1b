//! Tags and security labels outlive updates that do not name them (hl7.org/fhir/R4/resource.html#tag-updates): `$meta-delete` or a patch
//! removes them. Profiles are what the update says.

use std::borrow::Cow;

use fornax_model::{EditError, Edits, Node};

use crate::core::Core;
use crate::current;
use crate::error::Result;
use crate::resource::{Read, Version};
use crate::types::ResourceType;
use crate::write::body::parse_stored;

/// Lists of `meta` whose codings stay.
const STAYING: [&str; 2] = ["security", "tag"];

/// The tags and security labels of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(Vec<Label>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Label {
    list: &'static str,
    system: Box<str>,
    code: Box<str>,
    /// The coding as JSON.
    coding: Box<[u8]>,
}

impl Label {
    /// What tells one from another: version and display do not.
    fn is(&self, other: &Self) -> bool {
        (self.list, &self.system, &self.code) == (other.list, &other.system, &other.code)
    }
}

impl Labels {
    /// Those that a resource bears.
    pub(crate) fn of(root: Node<'_>) -> Self {
        let meta = root.get("meta");
        let lists = STAYING.into_iter().filter_map(|list| Some((list, meta?.get(list)?)));
        Self(
            lists
                .flat_map(|(list, codings)| codings.items().map(move |coding| label(list, coding)))
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of these are among others.
    pub(crate) fn are_in(&self, others: &Self) -> bool {
        self.0.iter().all(|label| others.0.iter().any(|other| other.is(label)))
    }

    /// Writes those that a resource does not bear into it. `meta` must be there, unless `edits` are about to remove it.
    pub(crate) fn outlive<'a>(
        &self,
        root: Node<'a>,
        meta: Option<Node<'a>>,
        edits: &mut Edits<'a>,
    ) -> std::result::Result<(), EditError> {
        let borne = Self::of(root);
        let missing = |list: &str| -> Vec<u8> {
            let of_list = self.0.iter().filter(|label| label.list == list);
            let codings = of_list.filter(|label| !borne.0.iter().any(|other| other.is(label)));
            codings.map(|label| &*label.coding).collect::<Vec<_>>().join(&b',')
        };
        let mut made = Vec::new();
        for list in STAYING {
            let codings = missing(list);
            if codings.is_empty() {
                continue;
            }
            match meta.map(|meta| (meta, meta.get(list))) {
                Some((_, Some(before))) => {
                    let inner = before.raw();
                    let inner = inner[1..inner.len() - 1].trim_ascii();
                    let parts: [&[u8]; 2] = [inner, &codings];
                    let all = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
                    edits.replace(before, [b"[", &*all.join(&b','), b"]"].concat())?;
                }
                Some((meta, None)) => edits.insert_last(meta, list, &[b"[", &*codings, b"]"].concat())?,
                None => made.push([format!("\"{list}\":[").as_bytes(), &codings, b"]"].concat()),
            }
        }
        if made.is_empty() {
            return Ok(());
        }
        let whole = [b"{", &*made.join(&b','), b"}"].concat();
        match (root.get("meta"), root.get("id").or_else(|| root.get("resourceType"))) {
            (Some(meta), _) => edits.replace(meta, whole),
            (None, Some(before)) => edits.insert_after(before, "meta", &whole),
            (None, None) => edits.insert_last(root, "meta", &whole),
        }
    }
}

fn label(list: &'static str, coding: Node<'_>) -> Label {
    let text = |name| coding.get(name).and_then(Node::as_str).unwrap_or(Cow::Borrowed("")).into();
    Label { list, system: text("system"), code: text("code"), coding: coding.raw().into() }
}

/// What stood under an id when an update of it was prepared.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// The number of the current version; `None`: there is none.
    pub version: Option<u64>,
    pub labels: Labels,
}

impl Standing {
    /// What stands there now.
    pub(crate) fn now(core: &Core, resource_type: ResourceType, id: &str) -> Result<Self> {
        Ok(match current::read(core, resource_type.name, id)? {
            Read::Current(version) => Self { version: Some(version.version.0), labels: labels_of(&version)? },
            Read::Deleted(_) | Read::Missing => Self { version: None, labels: Labels::default() },
        })
    }
}

/// The labels of a stored version.
fn labels_of(version: &Version) -> Result<Labels> {
    labels_of_text(&version.body.text)
}

/// The labels of a stored body. Most have none, which is told without parsing them.
pub(crate) fn labels_of_text(text: &std::sync::Arc<String>) -> Result<Labels> {
    let may_have = STAYING.iter().any(|list| text.contains(&format!("\"{list}\":")));
    if may_have { Ok(Labels::of(parse_stored(text)?.root())) } else { Ok(Labels::default()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests panic")]

    use fornax_model::{Document, Limits};

    use super::*;

    fn check(before: &str, update: &str, expected: &str) {
        let parse = |text: &str| Document::parse(text, &Limits::default()).unwrap();
        let (before, update) = (parse(before), parse(update));
        let labels = Labels::of(before.root());
        let mut edits = Edits::of(update.root());
        labels.outlive(update.root(), update.root().get("meta"), &mut edits).unwrap();
        assert_eq!(String::from_utf8(edits.apply().unwrap()).unwrap(), expected);
        assert!(labels.are_in(&Labels::of(parse(expected).root())));
    }

    #[test]
    fn labels_outlive_updates() {
        let labelled = r#"{"resourceType":"Basic","meta":{"profile":["urn:p"],"security":[{"system":"s","code":"R"}],"tag":[{"code":"t","display":"T"}]}}"#;
        check(
            labelled,
            r#"{"resourceType":"Basic","id":"1"}"#,
            r#"{"resourceType":"Basic","id":"1","meta":{"security":[{"system":"s","code":"R"}],"tag":[{"code":"t","display":"T"}]}}"#,
        );
        check(
            labelled,
            r#"{"resourceType":"Basic","meta":{"source":"x","tag":[{"code":"u"}]}}"#,
            r#"{"resourceType":"Basic","meta":{"source":"x","tag":[{"code":"u"},{"code":"t","display":"T"}],"security":[{"system":"s","code":"R"}]}}"#,
        );
        // The same label may be called otherwise.
        let same = r#"{"resourceType":"Basic","meta":{"security":[{"system":"s","code":"R","display":"r"}],"tag":[ {"code":"t"} ]}}"#;
        check(labelled, same, same);
        let none = r#"{"resourceType":"Basic","code":{}}"#;
        check(none, none, none);
    }
}
