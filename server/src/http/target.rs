//! What a URL names, and what may be done with it.

use axum::http::Method;
use fornax::TenantId;
use percent_encoding::percent_decode_str;

use super::binary::BINARY;
use super::operations::{Operation, Subject};

/// A path under a tenant's base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The tenant's name as the URL has it; nothing says that it exists.
    pub tenant: TenantId,
    /// What is meant within the tenant.
    pub place: Place,
}

/// A place within a tenant. Types, ids and versions are as the URL has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    System,
    SystemSearch,
    Metadata,
    OpenApi,
    SystemHistory,
    Jobs,
    /// By its number.
    Job(u64),
    Type(String),
    TypeSearch(String),
    TypeHistory(String),
    Instance(String, String),
    InstanceHistory(String, String),
    Version(String, String, String),
    /// An operation, and what it is called on.
    Operation(&'static Operation, Subject),
    /// What is called as an operation, and is none there: its name with `$`, and what it was called on.
    NoOperation(String, Subject),
    /// What a compartment has of one type, or of all (`*`): the compartment's type, its id, the type.
    Compartment(String, String, String),
    CompartmentSearch(String, String, String),
}

/// An interaction of FHIR's RESTful API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Capabilities,
    Bundle,
    CancelJob,
    Create,
    Delete,
    /// The OpenAPI document.
    Describe,
    /// What was replaced, or one version of it.
    DeleteHistory,
    History,
    Job,
    Jobs,
    /// What is called, and the body that this takes.
    Operation(&'static Operation, Takes),
    Patch,
    Read,
    Search,
    SearchByForm,
    Update,
    Vread,
}

impl Target {
    /// Reads a path: `/fhir/…` or `/t/{tenant}/fhir/…`; the document of the tenant `default` is at `/openapi.json` as well. `None`: it names
    /// nothing.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        if path == "/openapi.json" {
            return Some(Self { tenant: TenantId::default_tenant(), place: Place::OpenApi });
        }
        let mut segments = path.strip_prefix('/')?.split('/');
        let tenant = match segments.next()? {
            "fhir" => TenantId::default_tenant(),
            "t" => {
                let tenant = segments.next()?.parse().ok()?;
                (segments.next()? == "fhir").then_some(tenant)?
            }
            _ => return None,
        };
        let mut rest = segments.map(decoded).collect::<Option<Vec<_>>>()?;
        // A slash at the end adds nothing.
        if rest.last().is_some_and(String::is_empty) {
            rest.pop();
        }
        Some(Self { tenant, place: Place::of(&rest)? })
    }
}

/// Stands for every type in a compartment.
const EVERY_TYPE: &str = "*";

fn is_searched(of: &str) -> bool {
    of == EVERY_TYPE || is_type_name(of)
}

/// Whether a segment may be a type's name. A slash in it was written as `%2F`: it separates nothing.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('/')
}

/// A path segment without its percent signs; `None`: it is not UTF-8.
fn decoded(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(String::from)
}

impl Place {
    fn of(segments: &[String]) -> Option<Self> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let owned = |text: &str| text.to_owned();
        Some(match *segments {
            [] => Self::System,
            ["_search"] => Self::SystemSearch,
            ["metadata"] => Self::Metadata,
            ["openapi.json"] => Self::OpenApi,
            ["_history"] => Self::SystemHistory,
            ["_jobs"] => Self::Jobs,
            ["_jobs", number] => Self::Job(number.parse().ok()?),
            [name] if name.starts_with('$') => Self::called(name, Subject::System),
            [name, ..] if !is_type_name(name) => return None,
            [name] => Self::Type(owned(name)),
            [name, "_search"] => Self::TypeSearch(owned(name)),
            [name, "_history"] => Self::TypeHistory(owned(name)),
            [of, name] if name.starts_with('$') => Self::called(name, Subject::Type(owned(of))),
            // Names of operations begin with a dollar, all else that is not an id with an underscore.
            [_, id, ..] if id.is_empty() || id.starts_with(['$', '_']) => return None,
            [name, id] => Self::Instance(owned(name), owned(id)),
            [of, id, name] if name.starts_with('$') => {
                Self::called(name, Subject::Instance(owned(of), owned(id)))
            }
            [name, id, "_history"] => Self::InstanceHistory(owned(name), owned(id)),
            [of, id, "_history", version, name] if name.starts_with('$') => {
                Self::called(name, Subject::Version(owned(of), owned(id), owned(version)))
            }
            [name, id, "_history", version] => Self::Version(owned(name), owned(id), owned(version)),
            [name, id, of] if is_searched(of) => Self::Compartment(owned(name), owned(id), owned(of)),
            [name, id, of, "_search"] if is_searched(of) => {
                Self::CompartmentSearch(owned(name), owned(id), owned(of))
            }
            _ => return None,
        })
    }

    fn called(name: &str, on: Subject) -> Self {
        match Operation::called(name, &on) {
            Some(operation) => Self::Operation(operation, on),
            None => Self::NoOperation(name.to_owned(), on),
        }
    }

    /// The resource type it names.
    pub(crate) fn resource_type(&self) -> Option<&str> {
        match self {
            Self::System | Self::SystemSearch | Self::Metadata | Self::SystemHistory => None,
            Self::OpenApi | Self::Jobs | Self::Job(_) => None,
            Self::Operation(_, subject) | Self::NoOperation(_, subject) => subject.resource_type(),
            Self::Compartment(_, _, of) | Self::CompartmentSearch(_, _, of) => {
                Some(of.as_str()).filter(|of| *of != EVERY_TYPE)
            }
            Self::Type(name)
            | Self::TypeSearch(name)
            | Self::TypeHistory(name)
            | Self::Instance(name, _)
            | Self::InstanceHistory(name, _)
            | Self::Version(name, _, _) => Some(name),
        }
    }

    /// What a search here is over, as the engine takes it; `None`: nothing here is searched.
    pub(crate) fn searched(&self) -> Option<String> {
        match self {
            Self::System | Self::SystemSearch => Some(String::new()),
            Self::Type(name) | Self::TypeSearch(name) => Some(name.clone()),
            Self::Compartment(name, id, of) | Self::CompartmentSearch(name, id, of) => {
                Some(format!("{name}/{id}/{of}"))
            }
            _ => None,
        }
    }

    /// Whether it is a Binary, or all of them.
    pub(crate) fn is_binary(&self) -> bool {
        self.resource_type() == Some(BINARY)
    }

    /// The id of the resource it names.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Instance(_, id) | Self::InstanceHistory(_, id) | Self::Version(_, id, _) => Some(id),
            _ => None,
        }
    }

    /// The path's form, for logs and metrics: it names no type, id or version.
    pub(crate) fn route(&self) -> &'static str {
        match self {
            Self::System => "/",
            Self::SystemSearch => "/_search",
            Self::Metadata => "/metadata",
            Self::OpenApi => "/openapi.json",
            Self::SystemHistory => "/_history",
            Self::Operation(operation, _) => operation.route,
            Self::NoOperation(..) => "…/$[unknown]",
            Self::Jobs => "/_jobs",
            Self::Job(_) => "/_jobs/[number]",
            Self::Type(_) => "/[type]",
            Self::TypeSearch(_) => "/[type]/_search",
            Self::TypeHistory(_) => "/[type]/_history",
            Self::Instance(..) => "/[type]/[id]",
            Self::InstanceHistory(..) => "/[type]/[id]/_history",
            Self::Version(..) => "/[type]/[id]/_history/[vid]",
            Self::Compartment(..) => "/[compartment]/[id]/[type]",
            Self::CompartmentSearch(..) => "/[compartment]/[id]/[type]/_search",
        }
    }

    /// What FHIR calls that which is done here, as a CapabilityStatement has it; nothing for what FHIR has no code for.
    pub(crate) fn interactions(&self) -> Vec<&'static str> {
        let verbs = self.verbs().iter();
        verbs.flat_map(|(_, verb)| self.interaction(*verb)).copied().collect()
    }

    fn interaction(&self, verb: Verb) -> &'static [&'static str] {
        match (verb, self) {
            (Verb::Bundle, _) => &["batch", "transaction"],
            (Verb::Create, _) => &["create"],
            (Verb::Delete, _) => &["delete"],
            (Verb::Patch, _) => &["patch"],
            (Verb::Read, _) => &["read"],
            (Verb::Update, _) => &["update"],
            (Verb::Vread, _) => &["vread"],
            (Verb::History, Self::SystemHistory) => &["history-system"],
            (Verb::History, Self::TypeHistory(_)) => &["history-type"],
            (Verb::History, _) => &["history-instance"],
            (Verb::Search | Verb::SearchByForm, Self::System | Self::SystemSearch) => &["search-system"],
            (Verb::Search | Verb::SearchByForm, Self::Type(_) | Self::TypeSearch(_)) => &["search-type"],
            _ => &[],
        }
    }

    /// What a method means here; `None`: it is not allowed. HEAD is GET without the body.
    pub(crate) fn verb(&self, method: &Method) -> Option<Verb> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        if let Self::Operation(operation, _) = self {
            return operation.verb(method);
        }
        self.verbs().iter().find(|(allowed, _)| allowed == method).map(|&(_, verb)| verb)
    }

    /// The methods allowed, as the header `Allow` has them.
    pub(crate) fn allow(&self) -> String {
        let names = self.methods().into_iter().flat_map(|method| match method {
            Method::GET => &["GET", "HEAD"][..],
            Method::POST => &["POST"],
            Method::PUT => &["PUT"],
            Method::PATCH => &["PATCH"],
            _ => &["DELETE"],
        });
        names.copied().collect::<Vec<_>>().join(", ")
    }

    /// The methods that mean something here; HEAD goes with GET.
    pub(crate) fn methods(&self) -> Vec<Method> {
        match self {
            Self::Operation(operation, _) => operation.methods().collect(),
            _ => self.verbs().iter().map(|(method, _)| method.clone()).collect(),
        }
    }

    fn verbs(&self) -> &'static [(Method, Verb)] {
        match self {
            Self::System => &[(Method::GET, Verb::Search), (Method::POST, Verb::Bundle)],
            Self::Metadata => &[(Method::GET, Verb::Capabilities)],
            Self::OpenApi => &[(Method::GET, Verb::Describe)],
            // The table of operations says it.
            Self::Operation(..) | Self::NoOperation(..) => &[],
            Self::Jobs => &[(Method::GET, Verb::Jobs)],
            Self::Job(_) => &[(Method::GET, Verb::Job), (Method::DELETE, Verb::CancelJob)],
            Self::SystemHistory | Self::TypeHistory(_) => &[(Method::GET, Verb::History)],
            Self::InstanceHistory(..) => {
                &[(Method::GET, Verb::History), (Method::DELETE, Verb::DeleteHistory)]
            }
            // All but a search and a create by the criteria in the query.
            Self::Type(_) => &[
                (Method::GET, Verb::Search),
                (Method::POST, Verb::Create),
                (Method::PUT, Verb::Update),
                (Method::PATCH, Verb::Patch),
                (Method::DELETE, Verb::Delete),
            ],
            Self::SystemSearch | Self::TypeSearch(_) | Self::CompartmentSearch(..) => {
                &[(Method::POST, Verb::SearchByForm)]
            }
            Self::Compartment(..) => &[(Method::GET, Verb::Search)],
            Self::Instance(..) => &[
                (Method::GET, Verb::Read),
                (Method::PUT, Verb::Update),
                (Method::PATCH, Verb::Patch),
                (Method::DELETE, Verb::Delete),
            ],
            Self::Version(..) => &[(Method::GET, Verb::Vread), (Method::DELETE, Verb::DeleteHistory)],
        }
    }
}

impl Verb {
    /// Whether it is a search, or many.
    pub(crate) fn searches(self) -> bool {
        match self {
            Self::Search | Self::SearchByForm => true,
            Self::Operation(operation, _) => operation.searches,
            _ => false,
        }
    }

    /// What the body of a request must be.
    pub(crate) fn takes(self) -> Takes {
        match self {
            Self::Bundle | Self::Create | Self::Update => Takes::Json,
            Self::Patch => Takes::Patch,
            Self::Operation(_, takes) => takes,
            Self::SearchByForm => Takes::Form,
            _ => Takes::Nothing,
        }
    }
}

/// The body that an interaction takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// A resource, as JSON or as XML, of which JSON is made.
    Json,
    /// A Parameters resource, as JSON or as XML, or nothing.
    Parameters,
    Form,
    /// One of several kinds.
    Patch,
    /// A query, or JSON that holds one.
    Graphql,
    /// The content of a Binary.
    Content,
}

#[cfg(test)]
mod tests;
