//! FHIRPath Patch (R4): what its operations are.

use fornax_definitions::TypeId;
use fornax_fhirpath::ast::{Expression, Kind};
use fornax_model::Node;

mod apply;
mod content;
mod element;
mod list;
mod place;
mod read;

pub(crate) use apply::apply;
pub(crate) use place::resource_type;
pub(crate) use read::read;

/// An operation. Values are places in the patch.
pub(crate) struct Operation<'p> {
    path: Path,
    action: Action<'p>,
}

enum Action<'p> {
    Add { name: String, value: Given<'p> },
    Insert { index: usize, value: Given<'p> },
    Delete,
    Replace { value: Given<'p> },
    Move { source: usize, destination: usize },
}

struct Path {
    text: String,
    tree: Expression,
}

impl Operation<'_> {
    /// What its path must select: a list's holder, else the element itself. `None` stands for the resource.
    fn selector(&self) -> Option<&Expression> {
        match self.action {
            Action::Insert { .. } | Action::Move { .. } => self.path.list()?.0,
            Action::Add { .. } | Action::Delete | Action::Replace { .. } => Some(&self.path.tree),
        }
    }
}

impl Path {
    /// The list that it names: what holds it, which is the resource where nothing is written, and the list's name. So also
    /// a list without items has a place.
    fn list(&self) -> Option<(Option<&Expression>, &str)> {
        match &self.tree.kind {
            Kind::Member { input, name } => Some((input.as_deref(), name)),
            _ => None,
        }
    }
}

/// A value as the patch gives it.
enum Given<'p> {
    /// `value[x]`, of a type that its name says, with what a primitive has beside it.
    Typed { type_id: TypeId, value: Option<Node<'p>>, beside: Option<Node<'p>> },
    /// Its elements, name and value, in order.
    Parts(Vec<(String, Given<'p>)>),
    /// A resource.
    Resource(Node<'p>),
}
