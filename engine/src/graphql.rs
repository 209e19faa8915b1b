//! GraphQL over a tenant: one query sees one commit.

use std::sync::{Arc, LazyLock};

use fornax_fhirpath::{Compiler, Dialect};
use fornax_graphql::{
    Context, Limits, Match, Page, Request, Root, Search, Source, SourceError, Target, execute,
};
use fornax_model::Document;
use fornax_postings::Budget;

use crate::as_of::AsOf;
use crate::cancellation::Cancellation;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::{Read, Version, VersionId};
use crate::search::{Handling, SearchPage, SearchRequest};
use crate::search_run;
use crate::view::View;
use crate::write::{current, parse_failed, parse_stored, resource_limits};

pub use fornax_graphql::Status as GraphqlStatus;

static COMPILER: LazyLock<Compiler> =
    LazyLock::new(|| Compiler::new(fornax_definitions::r4()).dialect(Dialect::R4));

/// A GraphQL request.
#[derive(Clone, Debug, Default)]
pub struct GraphqlRequest {
    /// The text of the query.
    pub query: String,
    /// Which operation of the text is meant; needed where it has several.
    pub operation_name: Option<String>,
    /// The variables' values: a JSON object.
    pub variables: Option<Vec<u8>>,
    /// Base URLs of this tenant, without a slash at the end: references under them are local.
    pub own_bases: Vec<String>,
}

/// The answer to a GraphQL request.
#[derive(Clone, Debug)]
pub struct GraphqlResponse {
    /// What became of it.
    pub status: GraphqlStatus,
    /// JSON: `data`, `errors`.
    pub body: Vec<u8>,
}

/// Carries a query out: of one resource, or of the system.
///
/// # Errors
/// `NotFound`, `Gone`: there is no such resource. `Invalid`: the variables are no JSON object.
pub(crate) fn graphql(
    core: &Core,
    instance: Option<(&str, &str)>,
    request: &GraphqlRequest,
    cancellation: &Cancellation,
) -> Result<GraphqlResponse> {
    let view = View::now(core)?;
    let budget = search_run::budget(core, cancellation);
    let resource = match instance {
        Some((resource_type, id)) => Some(document(&current(&view, core.types.named(resource_type)?, id)?)?),
        None => None,
    };
    let variables = request.variables.clone().map(|json| Document::parse(json, &resource_limits(core)));
    let variables = variables.transpose().map_err(|error| parse_failed(&error))?;
    let asked = Request {
        query: &request.query,
        operation_name: request.operation_name.as_deref(),
        variables: variables.as_ref().map(Document::root),
    };
    let limits = Limits::default();
    let definitions = view.index.definitions();
    let context =
        Context { definitions, compiler: &COMPILER, bases: &request.own_bases, now: None, limits: &limits };
    let source = OneCommit { core, view: &view, own_bases: &request.own_bases, budget };
    let root = resource.as_ref().map_or(Root::System, Root::Instance);
    let answered = execute(&asked, root, &source, &context).map_err(|cause| {
        let issue = Issue::error("exception", "the query could not be carried out");
        match cause.downcast::<Error>() {
            Ok(error) => *error,
            Err(cause) => Error::new(ErrorKind::Bug, issue).caused_by(std::io::Error::other(cause)),
        }
    })?;
    Ok(GraphqlResponse { status: answered.status, body: answered.body })
}

/// What a query reads from: the repository as of one commit.
struct OneCommit<'a> {
    core: &'a Core,
    view: &'a View<'a>,
    own_bases: &'a [String],
    budget: Arc<Budget>,
}

impl OneCommit<'_> {
    fn read(&self, target: &Target) -> Result<Option<Document>> {
        let read = match &target.version {
            None => self.view.read(target.resource_type, &target.id)?,
            Some(version) => match (version.parse(), self.view.id(target.resource_type, &target.id)?) {
                (Ok(version), Some(record)) => {
                    let found = self.view.numbered(record.rid, VersionId(version))?;
                    found.map_or(Read::Missing, Read::Current)
                }
                _ => Read::Missing,
            },
        };
        match read {
            Read::Current(version) if !version.body.text.is_empty() => document(&version).map(Some),
            Read::Current(_) | Read::Deleted(_) | Read::Missing => Ok(None),
        }
    }

    fn page(&self, search: &Search<'_>) -> Result<SearchPage> {
        let budget = Arc::clone(&self.budget);
        if let Some(cursor) = search.cursor {
            return search_run::next(self.core, search.resource_type, cursor, budget);
        }
        let request = SearchRequest {
            handling: Handling::Strict,
            own_bases: self.own_bases.to_vec(),
            as_of: Some(AsOf::Commit(self.view.seq)),
            ..SearchRequest::of(search.resource_type, search.query)
        };
        search_run::first(self.core, &request, budget)
    }
}

impl Source for OneCommit<'_> {
    fn read_many(&self, targets: &[Target]) -> std::result::Result<Vec<Option<Document>>, SourceError> {
        targets.iter().map(|target| self.read(target)).collect::<Result<_>>().map_err(told)
    }

    fn search(&self, search: &Search<'_>) -> std::result::Result<Page, SourceError> {
        let page = self.page(search).map_err(told)?;
        let matches = page
            .matches
            .iter()
            .map(|version| Ok(Match { resource: document(version)?, mode: "match", score: None }));
        Ok(Page {
            matches: matches.collect::<Result<_>>().map_err(told)?,
            total: page.total,
            previous: page.previous,
            next: page.next,
            ..Page::default()
        })
    }
}

fn document(version: &Version) -> Result<Document> {
    let text = String::from_utf8(version.to_json());
    parse_stored(&Arc::new(
        text.map_err(|error| crate::records::corrupted("a body is not UTF-8").caused_by(error.utf8_error()))?,
    ))
}

/// A failure as a query takes it: what the client asked wrongly is told at the field, all else ends the query.
fn told(error: Error) -> SourceError {
    match (error.kind(), error.issues().first()) {
        (
            ErrorKind::Invalid
            | ErrorKind::NotSupported
            | ErrorKind::Limit
            | ErrorKind::Gone
            | ErrorKind::NotFound,
            Some(issue),
        ) => SourceError::Refused { code: issue.code, message: issue.diagnostics.clone() },
        _ => SourceError::Failed(Box::new(error)),
    }
}
