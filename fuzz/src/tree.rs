//! JSON as serde_json reads it, with what its own `Value` loses: the order of members, and names that come twice.

use std::collections::HashSet;
use std::fmt;

use fornax_model::{Kind, Node};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Debug)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// About as close as a double comes.
    Number(f64),
    String(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// The message of the error for a name that comes twice.
pub(crate) const REPEATED: &str = "repeated name";

impl Tree {
    /// Fails unless a node is this value.
    pub fn assert_is(&self, node: Node<'_>) {
        match self {
            Self::Null => assert_eq!(node.kind(), Kind::Null),
            Self::Bool(value) => assert_eq!(node.as_bool(), Some(*value)),
            Self::Number(number) => {
                let digits = node.as_number().expect("a number");
                assert!(is_near(digits.parse().expect("a number"), *number), "{digits}");
            }
            Self::String(text) => assert_eq!(node.as_str().as_deref(), Some(text.as_str())),
            Self::Array(items) => {
                assert_eq!(node.kind(), Kind::Array);
                assert_eq!(node.items().count(), items.len());
                items.iter().zip(node.items()).for_each(|(item, found)| item.assert_is(found));
            }
            Self::Object(members) => {
                assert_eq!(node.kind(), Kind::Object);
                assert_eq!(node.members().count(), members.len());
                for ((name, value), (found_name, found)) in members.iter().zip(node.members()) {
                    assert_eq!(*name, found_name);
                    value.assert_is(found);
                    assert_eq!(node.get(name).map(Node::id), Some(found.id()));
                }
            }
        }
    }
}

/// Whether two doubles are equal but for the last bits, which serde_json may get wrong.
fn is_near(left: f64, right: f64) -> bool {
    left == right || (left - right).abs() <= left.abs() * 1e-14 || left.abs().max(right.abs()) < 1e-300
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Tree::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let (mut object, mut names) = (Vec::new(), HashSet::new());
        while let Some((name, value)) = members.next_entry::<String, Tree>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(REPEATED));
            }
            object.push((name, value));
        }
        Ok(Tree::Object(object))
    }
}
