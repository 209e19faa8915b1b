//! Operations on a resource, one after the other. Each sees the outcome of the one before as a document of its own, since
//! paths are evaluated on documents.

use fornax_definitions::{Definitions, Element as Defined, TypeId};
use fornax_fhirpath::{Element, Environment, Error, Item, Named};
use fornax_model::{Bound as DocumentBound, Document, Node, ParseError, ParseFault};

use super::content::{add, content, element_named};
use super::element::delete;
use super::list;
use super::place::{Place, object_at, object_of, resource_type};
use super::{Action, Given, Operation, Path};
use crate::error::{PatchError, Problem};
use crate::identity::is_kept;
use crate::limits::{Bound, Work};
use crate::patcher::Patcher;
use crate::tree::{Object, Value};

/// The bytes of the changed resource.
pub(crate) fn apply(
    patcher: &Patcher,
    operations: &[Operation<'_>],
    resource: Node<'_>,
) -> Result<Vec<u8>, PatchError> {
    let type_id = resource_type(patcher.definitions, resource);
    let type_id = type_id.ok_or_else(|| Problem::NotAResource.whole())?;
    let limits = fornax_model::Limits {
        document_bytes_max: patcher.limits.outcome_bytes_max,
        depth_max: patcher.limits.depth_max,
        ..fornax_model::Limits::default()
    };
    let mut work = Work::of(&patcher.limits);
    let mut now: Option<Document> = None;
    for (index, operation) in operations.iter().enumerate() {
        let root = now.as_ref().map_or(resource, Document::root);
        let next = changed(patcher, operation, (root, type_id), &mut work.path_steps).and_then(|next| {
            let Some(bytes) = next else { return Ok(None) };
            work.charge(bytes.len())?;
            let next = Document::parse(bytes, &limits).map_err(|error| of_document(&error))?;
            if is_kept(&next.root().into(), resource) { Ok(Some(next)) } else { Err(Problem::Identity) }
        });
        now = next.map_err(|problem| problem.at(index, &operation.path.text))?.or(now);
    }
    Ok(now.as_ref().map_or(resource.raw(), Document::bytes).to_vec())
}

/// The bytes of the resource after one operation; `None` when it changes nothing.
fn changed(
    patcher: &Patcher,
    operation: &Operation<'_>,
    (root, type_id): (Node<'_>, TypeId),
    path_steps: &mut u64,
) -> Result<Option<Vec<u8>>, Problem> {
    let focus = Element::new(root, type_id);
    let compile = |tree| patcher.compiler.compile_expression(tree, type_id).map_err(Problem::of_path);
    let program = operation.selector().map(compile).transpose()?;
    let selected = match &program {
        Some(program) => {
            let items = program.evaluate_within(focus, &Environment::of(focus), path_steps);
            items.map_err(Problem::of_path)?.iter().map(element).collect::<Result<_, _>>()?
        }
        None => vec![focus],
    };
    let step = Step { definitions: patcher.definitions, root, type_id, selected };
    let value = step.take(operation)?;
    Ok(value.map(|value| {
        let mut out = Vec::with_capacity(value.bytes());
        value.write(&mut out);
        out
    }))
}

/// A path must lead to elements: not to computed values, and not out of the resource.
fn element<'a>(item: &Item<'a>) -> Result<Element<'a>, Problem> {
    match item {
        Item::Element(element) => Ok(*element),
        Item::Value(_) | Item::Target(_) => Err(Problem::NotAnElement),
    }
}

fn of_document(error: &ParseError) -> Problem {
    match error.fault {
        ParseFault::Limit { bound: DocumentBound::DocumentBytes, .. } => Problem::Limit(Bound::OutcomeBytes),
        ParseFault::Limit { bound: DocumentBound::Depth, .. } => Problem::Limit(Bound::Depth),
        ParseFault::Limit { .. } => Problem::Limit(Bound::Document),
        _ => Problem::Shape,
    }
}

impl Problem {
    /// What is wrong with a path, by whether it is wrong for any resource.
    pub(super) fn of_path(error: Error) -> Self {
        match error {
            Error::Limit { .. } => Self::Limit(Bound::Path),
            Error::Unknown { what: Named::Element, .. } | Error::Mismatch { .. } | Error::NotGiven { .. } => {
                Self::Evaluation(error)
            }
            Error::Syntax { .. } | Error::Unknown { .. } | Error::NotSupported { .. } => Self::Path(error),
        }
    }
}

/// One operation on the resource as it is by then.
struct Step<'a> {
    definitions: &'static Definitions,
    root: Node<'a>,
    type_id: TypeId,
    /// By the operation's selector.
    selected: Vec<Element<'a>>,
}

impl<'a> Step<'a> {
    /// The changed resource; `None` when nothing changes.
    fn take(&self, operation: &Operation<'a>) -> Result<Option<Value<'a>>, Problem> {
        let path = &operation.path;
        match &operation.action {
            Action::Add { name, value } => self.add(name, value).map(Some),
            Action::Insert { index, value } => self.insert(path, *index, value).map(Some),
            Action::Delete => self.delete(),
            Action::Replace { value } => self.replace(value).map(Some),
            Action::Move { source, destination } => self.move_item(path, *source, *destination),
        }
    }

    fn add(&self, name: &str, given: &Given<'a>) -> Result<Value<'a>, Problem> {
        let parent = self.one()?;
        self.within(parent, |object| add(self.definitions, (object, parent.type_id), name, given))
    }

    fn insert(&self, path: &Path, index: usize, given: &Given<'a>) -> Result<Value<'a>, Problem> {
        self.on_list(path, |object, element, name| {
            let (member, content) = content(self.definitions, (element, name), given)?;
            list::insert(object, &member, index, content)
        })
    }

    fn move_item(&self, path: &Path, from: usize, to: usize) -> Result<Option<Value<'a>>, Problem> {
        let moved = self.on_list(path, |object, element, _| {
            let count = list::count(object, element.name)?;
            if from >= count || to >= count {
                return Err(Problem::NoIndex);
            }
            let content = list::remove(object, element.name, from)?;
            list::insert(object, element.name, to, content)
        })?;
        Ok((from != to).then_some(moved))
    }

    /// Nothing to delete is no error; several elements are.
    fn delete(&self) -> Result<Option<Value<'a>>, Problem> {
        if self.selected.is_empty() {
            return Ok(None);
        }
        let place = self.place(self.one()?)?.ok_or(Problem::Whole)?;
        let mut value = Value::from(self.root);
        delete(&mut value, &place)?;
        Ok(Some(value))
    }

    fn replace(&self, given: &Given<'a>) -> Result<Value<'a>, Problem> {
        let place = self.place(self.one()?)?.ok_or(Problem::Whole)?;
        let mut value = Value::from(self.root);
        let object = object_at(&mut value, &place.around)?;
        let named = (place.element, place.element.name);
        let (member, content) = content(self.definitions, named, given)?;
        match place.index {
            Some(index) => list::set(object, &member, index, content)?,
            None => list::exchange(object, (&place.member, &member), content),
        }
        Ok(value)
    }

    /// Changes a list, which may not be there yet.
    fn on_list(
        &self,
        path: &Path,
        change: impl FnOnce(&mut Object<'a>, &'static Defined, &str) -> Result<(), Problem>,
    ) -> Result<Value<'a>, Problem> {
        let (_, name) = path.list().ok_or(Problem::NotAListPath)?;
        let parent = self.one()?;
        let element = element_named(self.definitions, parent.type_id, name)?;
        if !element.is_array() {
            return Err(Problem::NotAList);
        }
        self.within(parent, |object| change(object, element, name))
    }

    /// Changes what is right inside an element.
    fn within(
        &self,
        element: Element<'a>,
        change: impl FnOnce(&mut Object<'a>) -> Result<(), Problem>,
    ) -> Result<Value<'a>, Problem> {
        let mut value = Value::from(self.root);
        let object = match self.place(element)? {
            Some(place) => object_of(&mut value, &place, self.definitions)?,
            None => value.as_object().ok_or(Problem::Shape)?,
        };
        change(object)?;
        Ok(value)
    }

    /// `None` of the resource itself.
    fn place(&self, element: Element<'a>) -> Result<Option<Place<'a>>, Problem> {
        let node = element.node.or(element.extra).ok_or(Problem::NotAnElement)?;
        if node.span() == self.root.span() {
            return Ok(None);
        }
        let place = Place::of(self.definitions, (self.root, self.type_id), node);
        place.map(Some).ok_or(Problem::NotAnElement)
    }

    fn one(&self) -> Result<Element<'a>, Problem> {
        match self.selected[..] {
            [] => Err(Problem::NoMatch),
            [element] => Ok(element),
            _ => Err(Problem::SeveralMatches),
        }
    }
}
