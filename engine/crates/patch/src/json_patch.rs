//! JSON Patch (RFC 6902): what its operations are.

use fornax_model::{Kind, Node};

use crate::error::{PatchError, Problem};
use crate::limits::{Bound, Limits};
use crate::pointer::Pointer;

mod apply;

pub(crate) use apply::apply;

/// An operation. Values are places in the patch.
pub(crate) enum Operation<'p> {
    Add { path: Pointer, value: Node<'p> },
    Remove { path: Pointer },
    Replace { path: Pointer, value: Node<'p> },
    Move { from: Pointer, path: Pointer },
    Copy { from: Pointer, path: Pointer },
    Test { path: Pointer, value: Node<'p> },
}

impl Operation<'_> {
    /// Where it changes or tests something.
    pub fn path(&self) -> &Pointer {
        match self {
            Self::Add { path, .. }
            | Self::Remove { path }
            | Self::Replace { path, .. }
            | Self::Move { path, .. }
            | Self::Copy { path, .. }
            | Self::Test { path, .. } => path,
        }
    }
}

/// The operations of a patch, in order.
pub(crate) fn read<'p>(patch: Node<'p>, limits: &Limits) -> Result<Vec<Operation<'p>>, PatchError> {
    if patch.kind() != Kind::Array {
        return Err(Problem::NotAnArray.whole());
    }
    if patch.items().count() > limits.operations_max {
        return Err(Problem::Limit(Bound::Operations).whole());
    }
    let read = |(index, node): (usize, Node<'p>)| {
        operation(node).map_err(|problem| {
            let path = node.get("path").and_then(Node::as_str);
            problem.at(index, path.as_deref().unwrap_or(""))
        })
    };
    patch.items().enumerate().map(read).collect()
}

/// Members that the operation does not define are ignored (section 4).
fn operation(node: Node<'_>) -> Result<Operation<'_>, Problem> {
    let op = node.get("op").and_then(Node::as_str).ok_or(Problem::NoOperation)?;
    let value = || node.get("value").ok_or(Problem::Missing("value"));
    let path = || pointer(node, "path");
    Ok(match &*op {
        "add" => Operation::Add { path: path()?, value: value()? },
        "remove" => Operation::Remove { path: path()? },
        "replace" => Operation::Replace { path: path()?, value: value()? },
        "move" => {
            let (from, path) = (pointer(node, "from")?, path()?);
            if from.holds(&path) {
                return Err(Problem::IntoItself);
            }
            Operation::Move { from, path }
        }
        "copy" => Operation::Copy { from: pointer(node, "from")?, path: path()? },
        "test" => Operation::Test { path: path()?, value: value()? },
        _ => return Err(Problem::UnknownOperation),
    })
}

fn pointer(node: Node<'_>, name: &'static str) -> Result<Pointer, Problem> {
    let text = node.get(name).and_then(Node::as_str).ok_or(Problem::Missing(name))?;
    Pointer::read(&text)
}
