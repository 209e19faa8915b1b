//! From a request to its answer.

use fornax_definitions::Definitions;
use fornax_fhirpath::{Compiler, DateTime};
use fornax_model::write::ObjectWriter;
use fornax_model::{Document, Node};

use crate::answer::Value;
use crate::ast::{Executable, Operation, OperationKind};
use crate::cost::cost;
use crate::directives;
use crate::expressions::Expressions;
use crate::fragments;
use crate::layout::Writer;
use crate::limits::Limits;
use crate::parse::parse;
use crate::plan::Selection;
use crate::planner::{Asked, Planner};
use crate::problem::Problem;
use crate::run::{Run, Stop};
use crate::scope::{Scope, resource_types};
use crate::source::Source;
use crate::type_names;
use crate::variables::Variables;

/// What the client sent.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The text of the query.
    pub query: &'a str,
    /// Which operation of the text is meant; needed where it has several.
    pub operation_name: Option<&'a str>,
    /// The variables' values: an object.
    pub variables: Option<Node<'a>>,
}

/// What a query starts on.
#[derive(Clone, Copy, Debug)]
pub enum Root<'a> {
    /// The whole system: `[base]/$graphql`.
    System,
    /// One resource, already read: `[base]/[type]/[id]/$graphql`.
    Instance(&'a Document),
}

/// What a query is read against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The release's types and search parameters.
    pub definitions: &'a Definitions,
    /// For FHIRPath in arguments; of the same release, and in R4's dialect.
    pub compiler: &'a Compiler,
    /// The server's own base URLs, without a slash at the end: a reference under one of them is local.
    pub bases: &'a [String],
    /// What FHIRPath's `now()` says; without it, it is an error.
    pub now: Option<DateTime>,
    /// How much may be asked.
    pub limits: &'a Limits,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// What became of the request.
    pub status: Status,
    /// JSON, `application/json`: `data` in the order of the query, and `errors` if there are any.
    pub body: Vec<u8>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was carried out; where a field went wrong, it is null and among the errors (HTTP 200).
    Executed,
    /// It can't be carried out: nothing was read, there is no `data` (HTTP 400).
    Invalid,
    /// It is beyond a limit: there is no `data`, or it is null (HTTP 422).
    TooCostly,
}

/// Carries out a query. An error is the source's own, and nothing of it is for the client.
pub fn execute(
    request: &Request<'_>,
    root: Root<'_>,
    source: &dyn Source,
    context: &Context<'_>,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let mut expressions = Expressions::new(context.compiler, context.limits.evaluation_steps_max);
    let selection = match plan(request, root, context, &mut expressions) {
        Ok(selection) => selection,
        Err(problem) => return Ok(refused(request, &problem)),
    };
    let mut run = Run::new(context, source, expressions);
    run.resources = resource_types(context.definitions);
    let value = match root {
        Root::System => run.system(&selection),
        Root::Instance(resource) => {
            let of = instance_type(resource, context.definitions);
            run.root = of;
            match of {
                Some(of) => run.instance(&selection, resource, of),
                None => Ok(Value::Null),
            }
        }
    };
    match value {
        Ok(value) => Ok(written(request, &run, &value, context.limits)),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Spent(problem)) => Ok(spent(request, &problem)),
    }
}

fn instance_type(resource: &Document, definitions: &Definitions) -> Option<fornax_definitions::TypeId> {
    let name = resource.root().get("resourceType")?.as_str()?;
    type_names::resource_named(definitions, &name).map(|of| of.id)
}

/// Reads, checks and plans; nothing is read from the source.
fn plan(
    request: &Request<'_>,
    root: Root<'_>,
    context: &Context<'_>,
    expressions: &mut Expressions,
) -> Result<Selection, Problem<'static>> {
    let limits = context.limits;
    let executable = parse(request.query, limits)?;
    fragments::check(&executable, limits)?;
    let operation = operation(&executable, request.operation_name)?;
    directives::of_operation(&operation.directives)?;
    let variables = Variables::of(operation, request.variables, context.definitions)?;
    let scope = match root {
        Root::System => Scope::Query,
        Root::Instance(resource) => {
            let unknown = || Problem::invalid(operation.at, "the resource is of no known type");
            let of = instance_type(resource, context.definitions).ok_or_else(unknown)?;
            Scope::Types([of].into())
        }
    };
    let mut planner = Planner {
        definitions: context.definitions,
        limits,
        executable: &executable,
        variables: &variables,
        expressions,
        resources: resource_types(context.definitions),
        fields: 0,
    };
    let asked = Asked { selections: &operation.selections, on: None };
    let selection = planner.selection(&scope, &[asked], 1)?;
    if cost(&selection, limits) > limits.cost_max {
        let what = "reads, searches and matches by estimate";
        return Err(Problem::too_costly(Some(operation.at), what, limits.cost_max));
    }
    Ok(selection)
}

/// The operation that is meant.
fn operation<'e>(executable: &'e Executable, name: Option<&str>) -> Result<&'e Operation, Problem<'static>> {
    let invalid = |message: &str| Problem { at: None, ..Problem::invalid(0, message) };
    let operations = &executable.operations;
    for (place, operation) in operations.iter().enumerate() {
        let is_shared = |other: &Operation| other.name == operation.name;
        if operations.len() > 1 && (operation.name.is_none() || operations[..place].iter().any(is_shared)) {
            return Err(Problem::invalid(operation.at, "of several operations each needs a name of its own"));
        }
    }
    // Some clients send an empty name where they have none.
    let operation = match (name.filter(|name| !name.is_empty()), &operations[..]) {
        (_, []) => return Err(invalid("the query has no operation")),
        (None, [only]) => only,
        (None, _) => return Err(invalid("the query has several operations: name one")),
        (Some(name), all) => {
            let found = all.iter().find(|one| one.name.as_deref() == Some(name));
            found.ok_or_else(|| invalid("the query has no operation of that name"))?
        }
    };
    match operation.kind {
        OperationKind::Query => Ok(operation),
        OperationKind::Mutation => {
            let message = "mutations are not supported: write by FHIR's own interactions";
            Err(Problem::not_supported(operation.at, message))
        }
        OperationKind::Subscription => {
            Err(Problem::not_supported(operation.at, "subscriptions are not supported"))
        }
    }
}

fn status_of(problem: &Problem<'_>) -> Status {
    if problem.code == "too-costly" { Status::TooCostly } else { Status::Invalid }
}

/// The answer to what was not begun.
fn refused(request: &Request<'_>, problem: &Problem<'_>) -> Response {
    let mut body = Vec::new();
    let mut answer = ObjectWriter::new(&mut body);
    problem.write(request.query, &mut answer.array("errors").object());
    drop(answer);
    Response { status: status_of(problem), body }
}

/// The answer to what was begun and is too much.
fn spent(request: &Request<'_>, problem: &Problem<'_>) -> Response {
    let mut body = Vec::new();
    let mut answer = ObjectWriter::new(&mut body);
    problem.write(request.query, &mut answer.array("errors").object());
    answer.raw("data", b"null");
    drop(answer);
    Response { status: Status::TooCostly, body }
}

fn written<'p>(request: &Request<'_>, run: &Run<'_, 'p>, value: &Value<'p>, limits: &Limits) -> Response {
    let bytes_max = limits.response_bytes_max;
    let mut writer = Writer { answer: &run.answer, out: Vec::new(), bytes_max, problems: Vec::new() };
    writer.out.extend_from_slice(b"{\"data\":");
    let is_whole = writer.value(value).is_ok() && writer.out.len() <= bytes_max;
    if !is_whole {
        let problem = Problem::too_costly(None, "bytes of the answer", bytes_max as u64);
        return spent(request, &problem);
    }
    let Writer { out: mut body, problems, .. } = writer;
    let all = || run.problems.iter().chain(&problems);
    if all().next().is_some() {
        body.extend_from_slice(b",\"errors\":");
        let mut errors = fornax_model::write::ArrayWriter::new(&mut body);
        for problem in all().take(limits.errors_max) {
            problem.write(request.query, &mut errors.object());
        }
        let untold = run.untold + all().count().saturating_sub(limits.errors_max);
        if untold > 0 {
            errors.object().string("message", &format!("{untold} more errors"));
        }
        drop(errors);
    }
    body.push(b'}');
    Response { status: Status::Executed, body }
}
