//! Operations: what `$name` means, where it may be called and by which methods. One table says it, for paths, the CapabilityStatement
//! and whoever else asks.

mod definitions;
mod diff;
mod document;
mod erase;
mod everything;
mod inputs;
mod lastn;
mod meta;
mod table;
mod validate;
mod versions;

use axum::http::{Method, StatusCode};
use fornax::{Issue, Tenant};

pub(crate) use definitions::definition;
pub(crate) use erase::delete_history;
pub(crate) use inputs::Inputs;

use super::interaction::Call;
use super::refusal::Refusal;
use super::reply::Reply;
use super::target::{Takes, Verb};

/// Carries a call of an operation out. The body is empty where none was sent.
pub(crate) type Answer = fn(&Tenant, &Call, Vec<u8>) -> Result<Reply, Refusal>;

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its name in a URL, without `$`.
    pub name: &'static str,
    /// The form of its path, for logs and metrics.
    pub route: &'static str,
    /// Where it is called.
    pub levels: &'static [Level],
    /// The types that have it; none: all.
    pub types: &'static [&'static str],
    /// What its definition is.
    pub definition: Definition,
    /// Whether it searches, so that it counts among the searches.
    pub searches: bool,
    /// How GET calls it; `None`: it changes something, or takes what a URL can't hold.
    pub get: Option<Answer>,
    /// How POST calls it, and what body that takes.
    pub post: Option<(Takes, Answer)>,
    /// What it takes, beside the parameters of form that every request takes. A POST may have these in its Parameters or its URL.
    pub inputs: &'static [Input],
}

/// What an operation is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    System,
    Type,
    Instance,
    Version,
}

/// Who has defined an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definition {
    /// FHIR, for each type that has it: `Patient-everything`.
    OfType,
    /// FHIR, for all types: `Resource-validate`.
    OfResource,
    /// FHIR, as one of this type's, wherever it is called: `CapabilityStatement-versions`.
    Of(&'static str),
    /// Fornax.
    Own,
}

/// A parameter that goes into an operation.
#[derive(Debug)]
pub(crate) struct Input {
    pub name: &'static str,
    /// FHIR's type of its value, or `Resource`.
    pub kind: &'static str,
    /// How often it must be there.
    pub min: u32,
    /// How often it may be there, as FHIR writes it: a number or `*`.
    pub max: &'static str,
    /// What it is, for people.
    pub documentation: &'static str,
}

/// What a call of an operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    System,
    Type(String),
    Instance(String, String),
    /// The version as the URL has it.
    Version(String, String, String),
}

impl Subject {
    pub(crate) fn level(&self) -> Level {
        match self {
            Self::System => Level::System,
            Self::Type(_) => Level::Type,
            Self::Instance(..) => Level::Instance,
            Self::Version(..) => Level::Version,
        }
    }

    pub(crate) fn resource_type(&self) -> Option<&str> {
        match self {
            Self::System => None,
            Self::Type(name) | Self::Instance(name, _) | Self::Version(name, ..) => Some(name),
        }
    }

    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Instance(_, id) | Self::Version(_, id, _) => Some(id),
            Self::System | Self::Type(_) => None,
        }
    }
}

impl PartialEq for Operation {
    /// By its row in the table.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Operation {}

impl Operation {
    /// The operation that this is a call of: `$name` on a subject.
    pub(crate) fn called(name: &str, on: &Subject) -> Option<&'static Self> {
        let name = name.strip_prefix('$')?;
        all().iter().find(|one| one.name == name && one.is_on(on.level(), on.resource_type()))
    }

    /// Whether it may be called on this level of this type.
    pub(crate) fn is_on(&self, level: Level, resource_type: Option<&str>) -> bool {
        self.levels.contains(&level)
            && resource_type.is_none_or(|name| self.types.is_empty() || self.types.contains(&name))
    }

    /// Where it is called, for people: `[base]/Patient/[id]/$everything`.
    fn paths(&self) -> Vec<String> {
        let types = if self.types.is_empty() { &["[type]"] } else { self.types };
        let on = |level: &Level| match level {
            Level::System => vec!["[base]".to_owned()],
            Level::Type => types.iter().map(|name| format!("[base]/{name}")).collect(),
            Level::Instance => types.iter().map(|name| format!("[base]/{name}/[id]")).collect(),
            Level::Version => types.iter().map(|name| format!("[base]/{name}/[id]/_history/[vid]")).collect(),
        };
        let paths = self.levels.iter().flat_map(on);
        paths.map(|path| format!("{path}/${}", self.name)).collect()
    }

    /// The canonical URL of its definition: FHIR's, or one that is read under the tenant's base. `resource_type` is where it is called, if
    /// on a type.
    pub(crate) fn definition_url(&self, resource_type: Option<&str>, base: &str) -> String {
        let published = (self.definition != Definition::Own).then_some(definitions::HL7);
        format!("{}/OperationDefinition/{}", published.unwrap_or(base), self.definition_id(resource_type))
    }

    /// The id of its definition: that of FHIR's own, or its name.
    fn definition_id(&self, resource_type: Option<&str>) -> String {
        let Self { name, definition, .. } = self;
        match (definition, resource_type) {
            (Definition::OfType, Some(of)) => format!("{of}-{name}"),
            (Definition::OfType | Definition::OfResource, _) => format!("Resource-{name}"),
            (Definition::Of(of), _) => format!("{of}-{name}"),
            (Definition::Own, _) => (*name).to_owned(),
        }
    }

    /// What a method means here; HEAD has become GET before.
    pub(crate) fn verb(&'static self, method: &Method) -> Option<Verb> {
        match *method {
            Method::GET => self.get.map(|_| Verb::Operation(self, Takes::Nothing)),
            Method::POST => self.post.map(|(takes, _)| Verb::Operation(self, takes)),
            _ => None,
        }
    }

    /// Whether it may change something. Where it always does GET, by which it might be called unawares, does not call it.
    pub(crate) fn writes(&self) -> bool {
        self.name == "document" || self.get.is_none() && self.name != "validate"
    }

    /// Whether it may be carried out later. Not where its answer is no resource, nor where it makes a job itself.
    pub(crate) fn may_be_deferred(&self) -> bool {
        !matches!(self.name, "graphql" | "reindex")
    }

    /// The methods that call it.
    pub(crate) fn methods(&self) -> impl Iterator<Item = Method> + use<> {
        let (get, post) = (self.get.map(|_| Method::GET), self.post.map(|_| Method::POST));
        get.into_iter().chain(post)
    }

    /// Carries a call out, however it came.
    pub(crate) fn answer(&self, tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
        let by_post = self.post.filter(|_| call.method == Method::POST).map(|(_, answer)| answer);
        let answer = by_post.or(self.get).ok_or_else(|| Refusal::not_allowed(&call.place.allow()))?;
        answer(tenant, call, body)
    }
}

/// Letters of an unknown operation's name that are shown; the longest that FHIR knows has 20.
const NAME_SHOWN_MAX: usize = 64;

/// Why `$name` is not called on that (404): nothing is, or it is called elsewhere.
pub(crate) fn refused(name: &str, on: &Subject) -> Refusal {
    let shown: String = name.chars().take(NAME_SHOWN_MAX).collect();
    let place = match on {
        Subject::System => "the system".to_owned(),
        Subject::Type(name) => format!("the type {name}"),
        Subject::Instance(name, _) => format!("resources of the type {name}"),
        Subject::Version(name, ..) => format!("versions of the type {name}"),
    };
    let rows = all().iter().filter(|one| name.strip_prefix('$') == Some(one.name));
    let paths: Vec<String> = rows.flat_map(Operation::paths).collect();
    let text = if paths.is_empty() {
        format!(
            "there is no operation {shown}, of {place} or elsewhere: the CapabilityStatement has those there are"
        )
    } else {
        format!("{shown} is no operation of {place}: it is called as {}", paths.join(", "))
    };
    Refusal::new(StatusCode::NOT_FOUND, Issue::error("not-supported", text))
}

/// Every operation.
pub(crate) fn all() -> &'static [Operation] {
    table::OPERATIONS
}

/// The operations of a type, or of the system.
pub(crate) fn of(resource_type: Option<&str>) -> impl Iterator<Item = &'static Operation> + use<'_> {
    let levels: &[Level] = match resource_type {
        None => &[Level::System],
        Some(_) => &[Level::Type, Level::Instance, Level::Version],
    };
    all().iter().filter(move |one| levels.iter().any(|level| one.is_on(*level, resource_type)))
}
