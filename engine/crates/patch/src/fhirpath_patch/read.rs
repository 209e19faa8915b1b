//! From a Parameters resource to operations.

use fornax_definitions::{Definitions, TypeId, TypeKind};
use fornax_fhirpath::parse;
use fornax_model::{Kind, Node};

use super::{Action, Given, Operation, Path};
use crate::error::{PatchError, Problem};
use crate::limits::{Bound, Limits};
use crate::patcher::Patcher;

/// The operations of a patch, in order.
pub(crate) fn read<'p>(patcher: &Patcher, parameters: Node<'p>) -> Result<Vec<Operation<'p>>, PatchError> {
    let is_parameters =
        parameters.get("resourceType").and_then(Node::as_str).as_deref() == Some("Parameters");
    let part_type = patcher.definitions.type_named("Parameters.parameter").filter(|_| is_parameters);
    let part_type = part_type.ok_or_else(|| Problem::NotParameters.whole())?.id;
    let list = parameters.get("parameter");
    if list.is_some_and(|list| list.kind() != Kind::Array) {
        return Err(Problem::NotParameters.whole());
    }
    let count = list.map_or(0, |list| list.items().count());
    if count > patcher.limits.operations_max {
        return Err(Problem::Limit(Bound::Operations).whole());
    }
    let reader = Reader { definitions: patcher.definitions, part_type, limits: &patcher.limits };
    let operations = list.into_iter().flat_map(Node::items).enumerate();
    operations
        .map(|(index, node)| {
            let parts = Parts::of(node).map_err(|problem| problem.at(index, ""))?;
            reader.operation(&parts).map_err(|problem| {
                let path = parts.path.and_then(text);
                problem.at(index, path.as_deref().unwrap_or(""))
            })
        })
        .collect()
}

/// The parts that an operation can have.
#[derive(Default)]
struct Parts<'p> {
    operation: Option<Node<'p>>,
    path: Option<Node<'p>>,
    name: Option<Node<'p>>,
    value: Option<Node<'p>>,
    index: Option<Node<'p>>,
    source: Option<Node<'p>>,
    destination: Option<Node<'p>>,
    /// What was there, in the difference of two versions: for people.
    previous: Option<Node<'p>>,
}

impl<'p> Parts<'p> {
    fn of(parameter: Node<'p>) -> Result<Self, Problem> {
        if name_of(parameter).as_deref() != Some("operation") {
            return Err(Problem::NotAnOperation);
        }
        let list = parameter.get("part").filter(|list| list.kind() == Kind::Array);
        let mut parts = Self::default();
        for part in list.ok_or(Problem::NotAnOperation)?.items() {
            let slot = match name_of(part).as_deref() {
                Some("type") => &mut parts.operation,
                Some("path") => &mut parts.path,
                Some("name") => &mut parts.name,
                Some("value") => &mut parts.value,
                Some("index") => &mut parts.index,
                Some("source") => &mut parts.source,
                Some("destination") => &mut parts.destination,
                Some("previousValue") => &mut parts.previous,
                _ => return Err(Problem::UnknownPart),
            };
            if slot.replace(part).is_some() {
                return Err(Problem::SecondPart);
            }
        }
        Ok(parts)
    }
}

fn name_of(parameter: Node<'_>) -> Option<std::borrow::Cow<'_, str>> {
    parameter.get("name").and_then(Node::as_str)
}

/// The one simple value of a part: a code, a string or an integer of whichever type.
fn simple(part: Node<'_>) -> Option<Node<'_>> {
    part.members().find(|(name, _)| name.starts_with("value")).map(|(_, value)| value)
}

fn text(part: Node<'_>) -> Option<std::borrow::Cow<'_, str>> {
    simple(part).and_then(Node::as_str)
}

fn position(part: Option<Node<'_>>, name: &'static str) -> Result<usize, Problem> {
    let number = part.and_then(simple).and_then(Node::as_number);
    number.and_then(|number| number.parse().ok()).ok_or(Problem::Missing(name))
}

struct Reader<'r> {
    definitions: &'static Definitions,
    /// Of parameters and their parts.
    part_type: TypeId,
    limits: &'r Limits,
}

impl Reader<'_> {
    /// Parts that this type of operation does not need are ignored.
    fn operation<'p>(&self, parts: &Parts<'p>) -> Result<Operation<'p>, Problem> {
        let code = parts.operation.and_then(text).ok_or(Problem::Missing("type"))?;
        let source = parts.path.and_then(text).ok_or(Problem::Missing("path"))?;
        let tree = parse(&source, &fornax_fhirpath::Limits::default()).map_err(Problem::of_path)?;
        let path = Path { text: source.into_owned(), tree };
        let value = || {
            let part = parts.value.ok_or(Problem::Missing("value"))?;
            self.given(part, self.limits.depth_max)
        };
        let action = match &*code {
            "add" => {
                let name = parts.name.and_then(text).ok_or(Problem::Missing("name"))?;
                Action::Add { name: name.into_owned(), value: value()? }
            }
            "insert" => Action::Insert { index: position(parts.index, "index")?, value: value()? },
            "delete" => Action::Delete,
            "replace" => Action::Replace { value: value()? },
            "move" => Action::Move {
                source: position(parts.source, "source")?,
                destination: position(parts.destination, "destination")?,
            },
            _ => return Err(Problem::UnknownOperation),
        };
        let is_on_list = matches!(action, Action::Insert { .. } | Action::Move { .. });
        if is_on_list && path.list().is_none() {
            return Err(Problem::NotAListPath);
        }
        Ok(Operation { path, action })
    }

    /// The value of a part, with at most so many levels of parts.
    fn given<'p>(&self, part: Node<'p>, levels: usize) -> Result<Given<'p>, Problem> {
        let levels = levels.checked_sub(1).ok_or(Problem::Limit(Bound::Depth))?;
        let mut given: Option<Given<'p>> = None;
        for (name, node) in part.members() {
            let found = match &*name {
                "id" | "extension" | "name" | "_name" => continue,
                "resource" => Given::Resource(node),
                "part" => Given::Parts(self.elements(node, levels)?),
                name => self.typed(name, node)?,
            };
            given = Some(match given {
                None => found,
                Some(before) => together(before, found).ok_or(Problem::NoValue)?,
            });
        }
        given.ok_or(Problem::NoValue)
    }

    fn elements<'p>(&self, list: Node<'p>, levels: usize) -> Result<Vec<(String, Given<'p>)>, Problem> {
        let element = |part: Node<'p>| {
            let name = name_of(part).ok_or(Problem::NoValue)?;
            Ok((name.into_owned(), self.given(part, levels)?))
        };
        let elements: Vec<_> = list.items().map(element).collect::<Result<_, Problem>>()?;
        if elements.is_empty() { Err(Problem::NoValue) } else { Ok(elements) }
    }

    fn typed<'p>(&self, name: &str, node: Node<'p>) -> Result<Given<'p>, Problem> {
        let plain = name.strip_prefix('_');
        let child = self.definitions.child(self.part_type, plain.unwrap_or(name));
        let child = child.filter(|child| child.element.name == "value").ok_or(Problem::NoValue)?;
        let type_id = child.value.type_id;
        let is_primitive = matches!(self.definitions.type_of(type_id).kind, TypeKind::Primitive(_));
        let fits = match node.kind() {
            Kind::Object => plain.is_some() || !is_primitive,
            Kind::Array | Kind::Null => false,
            _ => plain.is_none() && is_primitive,
        };
        match plain {
            _ if !fits => Err(Problem::NoValue),
            None => Ok(Given::Typed { type_id, value: Some(node), beside: None }),
            Some(_) if !is_primitive => Err(Problem::NoValue),
            Some(_) => Ok(Given::Typed { type_id, value: None, beside: Some(node) }),
        }
    }
}

/// A primitive's value and what stands beside it.
fn together<'p>(one: Given<'p>, other: Given<'p>) -> Option<Given<'p>> {
    match (one, other) {
        (
            Given::Typed { type_id, value: Some(value), beside: None },
            Given::Typed { type_id: other, value: None, beside: Some(beside) },
        )
        | (
            Given::Typed { type_id, value: None, beside: Some(beside) },
            Given::Typed { type_id: other, value: Some(value), beside: None },
        ) if type_id == other => Some(Given::Typed { type_id, value: Some(value), beside: Some(beside) }),
        _ => None,
    }
}
