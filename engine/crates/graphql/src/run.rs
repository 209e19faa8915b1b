//! Runs a plan, level by level: all references of one level are read at once.

mod elements;
mod searches;

use std::collections::HashMap;
use std::rc::Rc;

use fornax_definitions::TypeId;
use fornax_fhirpath::{Element, Environment};
use fornax_model::{Document, Node};

use crate::answer::{Answer, Entry, Value};
use crate::directives::Slice;
use crate::expressions::Expressions;
use crate::meta::{self, Described, Description, MetaField};
use crate::plan::{self, Field, FieldKind, Resolve, Selection};
use crate::problem::{Problem, Step};
use crate::reference;
use crate::request::Context;
use crate::source::{Source, SourceError, Target};
use crate::type_names;

/// Why a run ends before its end.
pub(crate) enum Stop {
    /// The source is at fault.
    Failed(Box<dyn std::error::Error + Send + Sync>),
    /// A limit is reached.
    Spent(Problem<'static>),
}

pub(crate) type Ran<T> = Result<T, Stop>;

/// One request's execution.
pub(crate) struct Run<'r, 'p> {
    pub context: &'r Context<'r>,
    pub source: &'r dyn Source,
    pub expressions: Expressions,
    pub resources: Rc<[TypeId]>,
    /// The type that the query starts on; absent for the whole system.
    pub root: Option<TypeId>,
    pub answer: Answer<'p>,
    pub problems: Vec<Problem<'p>>,
    /// Problems that are not told.
    pub untold: usize,
    path: Vec<Step<'p>>,
    queue: Vec<Job<'p>>,
    /// What was read, or is known not to be there.
    known: HashMap<Target, Option<Document>>,
    spent: Spent,
}

/// What the limits count.
#[derive(Default)]
struct Spent {
    values: usize,
    resources: usize,
    resource_bytes: usize,
    searches: usize,
    evaluations: usize,
}

/// What is still to be fetched for a slot.
struct Job<'p> {
    slot: usize,
    field: &'p Field,
    path: Vec<Step<'p>>,
    want: Want<'p>,
}

enum Want<'p> {
    Resource(Target),
    Matches { search: &'p plan::Search, reference: Option<String> },
}

/// The resource around a value.
#[derive(Clone, Copy)]
struct Within<'d> {
    /// The outermost resource.
    root: Element<'d>,
    /// The nearest one.
    resource: Element<'d>,
}

impl<'d> Within<'d> {
    fn of(resource: Element<'d>) -> Self {
        Self { root: resource, resource }
    }

    fn is_inner(&self) -> bool {
        let id = |of: &Element<'d>| of.node.map(Node::id);
        id(&self.root) != id(&self.resource)
    }
}

impl<'r, 'p> Run<'r, 'p> {
    pub fn new(context: &'r Context<'r>, source: &'r dyn Source, expressions: Expressions) -> Self {
        Self {
            context,
            source,
            expressions,
            resources: Rc::from([]),
            root: None,
            answer: Answer::default(),
            problems: Vec::new(),
            untold: 0,
            path: Vec::new(),
            queue: Vec::new(),
            known: HashMap::new(),
            spent: Spent::default(),
        }
    }

    /// Answers a query on the whole system.
    pub fn system(&mut self, selection: &'p Selection) -> Ran<Value<'p>> {
        let mut entries = Vec::new();
        for field in selection.sole() {
            self.count_value()?;
            self.path.push(Step::Key(&field.key));
            let entry = match &field.kind {
                FieldKind::TypeName => single(field, self.answer.text("Query")),
                FieldKind::Meta(member) => single(field, self.meta(member, field)?),
                FieldKind::Read(id) => single(field, self.read(field, id)?),
                FieldKind::Search(search) => self.enqueue_search(field, search, None),
                _ => single(field, Value::Null),
            };
            entries.push(entry);
            self.path.pop();
        }
        self.fetch()?;
        Ok(Value::Object(entries))
    }

    /// Answers a query on one resource.
    pub fn instance(&mut self, selection: &'p Selection, resource: &Document, of: TypeId) -> Ran<Value<'p>> {
        let element = Element::new(resource.root(), of);
        let value = self.object(selection, element, &Within::of(element))?;
        self.fetch()?;
        Ok(value)
    }

    /// Fetches what is queued, which queues what that leads to, until nothing is left.
    fn fetch(&mut self) -> Ran<()> {
        while !self.queue.is_empty() {
            let jobs = std::mem::take(&mut self.queue);
            self.path.clear();
            self.read_ahead(&jobs)?;
            for job in jobs {
                self.path.clone_from(&job.path);
                let value = match &job.want {
                    Want::Resource(target) => self.resource_read(job.field, target)?,
                    Want::Matches { search, reference } => {
                        self.matches(job.field, search, reference.as_deref())?
                    }
                };
                self.answer.slots[job.slot] = value;
            }
        }
        Ok(())
    }

    /// Reads all that the jobs want and nobody has read yet, at once.
    fn read_ahead(&mut self, jobs: &[Job<'p>]) -> Ran<()> {
        let mut targets: Vec<Target> = Vec::new();
        for job in jobs {
            if let Want::Resource(target) = &job.want
                && !self.known.contains_key(target)
            {
                self.known.insert(target.clone(), None);
                targets.push(target.clone());
            }
        }
        if targets.is_empty() {
            return Ok(());
        }
        let max = self.context.limits.resources_max;
        if self.spent.resources + targets.len() > max {
            return Err(Stop::Spent(Problem::too_costly(None, "resources read", max as u64)));
        }
        let found = match self.source.read_many(&targets) {
            Ok(found) => found,
            Err(SourceError::Failed(error)) => return Err(Stop::Failed(error)),
            Err(SourceError::Refused { code, message }) => {
                self.tell(Problem { code, message, at: None, path: Vec::new() });
                return Ok(());
            }
        };
        for (target, document) in targets.into_iter().zip(found) {
            if let Some(document) = &document {
                self.count_resource(document)?;
            }
            self.known.insert(target, document);
        }
        Ok(())
    }

    /// A resource at the root.
    fn read(&mut self, field: &'p Field, id: &str) -> Ran<Value<'p>> {
        let of = type_names::resource_named(self.context.definitions, &field.name);
        match of.filter(|_| reference::is_id(id)) {
            Some(of) => {
                let target = Target { resource_type: of.name, id: id.to_owned(), version: None };
                Ok(self.enqueue(field, Want::Resource(target)))
            }
            None => {
                self.tell_missing(field);
                Ok(Value::Null)
            }
        }
    }

    fn tell_missing(&mut self, field: &'p Field) {
        let message = format!("`{}` is not found", field.name);
        self.tell(Problem::new("not-found", field.at, message));
    }

    /// What was read for a field.
    fn resource_read(&mut self, field: &'p Field, target: &Target) -> Ran<Value<'p>> {
        let document = self.known.get(target).cloned().flatten();
        let resolve = match &field.kind {
            FieldKind::Resource(resolve) => Some(resolve),
            _ => None,
        };
        match document {
            Some(document) => self.resource_value(field, &document, resolve),
            None if resolve.is_some_and(|resolve| resolve.is_optional) => Ok(Value::Null),
            None if resolve.is_some() => {
                self.tell_unresolved(field);
                Ok(Value::Null)
            }
            None => {
                self.tell_missing(field);
                Ok(Value::Null)
            }
        }
    }

    fn tell_unresolved(&mut self, field: &'p Field) {
        let message = "the reference does not lead to a resource that can be seen here";
        self.tell(Problem::new("not-found", field.at, message));
    }

    fn resource_value(
        &mut self,
        field: &'p Field,
        document: &Document,
        resolve: Option<&Resolve>,
    ) -> Ran<Value<'p>> {
        let Some(of) = self.type_of_resource(document.root()) else { return Ok(Value::Null) };
        if resolve.is_some_and(|resolve| !resolve.counts(of)) {
            return Ok(Value::Null);
        }
        let element = Element::new(document.root(), of);
        self.node_value(field, element, &Within::of(element))
    }

    /// The type that a resource says it is of.
    fn type_of_resource(&self, node: Node<'_>) -> Option<TypeId> {
        let name = node.get("resourceType")?.as_str()?;
        type_names::resource_named(self.context.definitions, &name).map(|of| of.id)
    }

    /// One value with fields, with a name of its own if it is sliced.
    fn node_value(&mut self, field: &'p Field, element: Element<'_>, within: &Within<'_>) -> Ran<Value<'p>> {
        let Some(selection) = &field.selection else { return Ok(Value::Null) };
        let value = self.object(selection, element, within)?;
        Ok(match self.slice_name(field, 0, element, within)? {
            Some(name) => Value::Sliced(vec![(name, value)]),
            None => value,
        })
    }

    /// The name that a slice gives to a value, if the field is sliced.
    fn slice_name(
        &mut self,
        field: &'p Field,
        place: usize,
        element: Element<'_>,
        within: &Within<'_>,
    ) -> Ran<Option<String>> {
        let expression = match &field.layout.slice {
            None => return Ok(None),
            Some(Slice::Index) => return Ok(Some(place.to_string())),
            Some(Slice::Expression(expression)) => expression,
        };
        self.count_evaluation()?;
        let environment = self.environment(within);
        match self.expressions.text(expression, element, &environment) {
            Ok(name) => Ok(Some(name)),
            Err(message) => {
                self.tell(Problem::new("processing", field.at, message));
                Ok(Some(String::new()))
            }
        }
    }

    fn environment<'d>(&self, within: &Within<'d>) -> Environment<'d> {
        Environment {
            resource: Some(within.resource),
            root_resource: Some(within.root),
            now: self.context.now,
            ..Environment::default()
        }
    }

    fn enqueue(&mut self, field: &'p Field, want: Want<'p>) -> Value<'p> {
        let slot = self.answer.slot();
        self.queue.push(Job { slot, field, path: self.path.clone(), want });
        Value::Slot(slot)
    }

    /// Tells of a problem where the run is.
    fn tell(&mut self, problem: Problem<'static>) {
        if self.problems.len() < self.context.limits.errors_max {
            let problem = Problem { path: self.path.clone(), ..problem };
            self.problems.push(problem);
        } else {
            self.untold += 1;
        }
    }

    fn count_value(&mut self) -> Ran<()> {
        self.count_values(1)
    }

    /// Counts values that are given, or looked at to be picked.
    fn count_values(&mut self, count: usize) -> Ran<()> {
        self.spent.values += count;
        bound(self.spent.values, self.context.limits.values_max, "values")?;
        let bytes = self.answer.scalars.len();
        bound(bytes, self.context.limits.response_bytes_max, "bytes of the answer")
    }

    fn count_evaluation(&mut self) -> Ran<()> {
        self.spent.evaluations += 1;
        bound(self.spent.evaluations, self.context.limits.evaluations_max, "evaluations of FHIRPath")
    }

    fn count_resource(&mut self, document: &Document) -> Ran<()> {
        let limits = self.context.limits;
        self.spent.resources += 1;
        self.spent.resource_bytes += document.bytes().len();
        bound(self.spent.resources, limits.resources_max, "resources read")?;
        bound(self.spent.resource_bytes, limits.resource_bytes_max, "bytes of the resources read")
    }

    /// A part of the schema's description.
    fn meta(&mut self, member: &MetaField, field: &'p Field) -> Ran<Value<'p>> {
        let resources = Rc::clone(&self.resources);
        let description =
            Description { definitions: self.context.definitions, root: self.root, resources: &resources };
        let described = match member {
            MetaField::Schema => Described::Node(meta::Node::Schema),
            MetaField::TypeNamed(name) => description.type_named(name),
            MetaField::Member(_) => Described::Null,
        };
        self.described(&description, described, field)
    }

    fn described(
        &mut self,
        description: &Description<'_>,
        described: Described,
        field: &'p Field,
    ) -> Ran<Value<'p>> {
        Ok(match described {
            Described::Null => Value::Null,
            Described::Boolean(value) => self.answer.boolean(value),
            Described::Text(text) => self.answer.text(&text),
            Described::Texts(texts) => Value::List(texts.iter().map(|text| self.answer.text(text)).collect()),
            Described::Node(node) => self.description(description, &node, field)?,
            Described::Nodes(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for node in &nodes {
                    items.push(self.description(description, node, field)?);
                }
                Value::List(items)
            }
        })
    }

    fn description(
        &mut self,
        description: &Description<'_>,
        node: &meta::Node,
        field: &'p Field,
    ) -> Ran<Value<'p>> {
        let Some(selection) = &field.selection else { return Ok(Value::Null) };
        let mut entries = Vec::new();
        for field in selection.sole() {
            self.count_value()?;
            let value = match &field.kind {
                FieldKind::Meta(MetaField::Member(name)) => {
                    self.described(description, description.member(node, name), field)?
                }
                FieldKind::TypeName => self.answer.text(node.kind().name()),
                _ => Value::Null,
            };
            entries.push(Entry { is_list: matches!(value, Value::List(_)), ..single(field, value) });
        }
        Ok(Value::Object(entries))
    }
}

impl Resolve {
    fn counts(&self, of: TypeId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&of))
    }
}

fn single<'p>(field: &'p Field, value: Value<'p>) -> Entry<'p> {
    Entry { field, is_list: false, of: None, value }
}

fn bound(count: usize, max: usize, what: &str) -> Ran<()> {
    if count > max {
        return Err(Stop::Spent(Problem::too_costly(None, what, max as u64)));
    }
    Ok(())
}
