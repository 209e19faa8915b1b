//! What calls answer.

use axum::http::StatusCode;
use fornax_model::write::ObjectWriter;

use super::super::deferral;
use super::super::descriptions::Terms;
use super::super::operations::{Definition, Operation};
use super::super::target::{Takes, Verb};
use super::{Call, refer};

pub(super) fn write(operation: &mut ObjectWriter<'_>, call: &Call<'_>, terms: &Terms<'_>) {
    let mut responses = operation.object("responses");
    for &status in statuses(call.verb) {
        refer(&mut responses.object(&status.to_string()), "responses", &key(call, status));
    }
    // What a client prefers to wait for.
    if deferral::may_be(call.verb) && !statuses(call.verb).contains(&202) {
        refer(&mut responses.object("202"), "responses", "Accepted");
    }
    let is_guarded = matches!(call.verb, Verb::Update | Verb::Patch | Verb::Delete | Verb::Bundle);
    if is_guarded && terms.requires_if_match {
        refer(&mut responses.object("428"), "responses", &key(call, 428));
    }
    refer(&mut responses.object("default"), "responses", "Failure");
}

/// The statuses that mean something of their own for an interaction; all others are failures like those of any request (404 for an
/// unknown tenant, 406, 413, 414, 429, 431, 503 …), and go by `default`.
fn statuses(verb: Verb) -> &'static [u16] {
    match verb {
        Verb::Capabilities | Verb::Describe => &[200, 304, 400],
        Verb::Read | Verb::Vread => &[200, 304, 400, 404, 410],
        Verb::Create | Verb::Update => &[200, 201, 400, 409, 412, 415, 422],
        Verb::Patch => &[200, 400, 404, 409, 410, 412, 415, 422],
        Verb::Delete => &[200, 204, 400, 409, 412],
        Verb::Search => &[200, 400, 410, 422],
        Verb::SearchByForm => &[200, 400, 415, 422],
        Verb::History => &[200, 400, 404, 410],
        Verb::DeleteHistory => &[204, 404, 409],
        Verb::Bundle => &[200, 400, 404, 409, 412, 415, 422],
        Verb::Operation(_, Takes::Nothing) => &[200, 400, 404, 410, 422],
        Verb::Operation(operation, _) if operation.definition == Definition::Own => {
            &[200, 202, 204, 400, 404, 409, 410, 412, 415, 422]
        }
        Verb::Operation(..) => &[200, 400, 404, 409, 410, 412, 415, 422],
        Verb::Jobs => &[200],
        Verb::Job => &[200, 202, 404],
        Verb::CancelJob => &[202, 404, 409],
    }
}

/// The statuses that mean a failure, each once, as they are among the components.
pub(super) const FAILURES: [u16; 8] = [400, 404, 409, 410, 412, 415, 422, 428];

/// The key of a response.
fn key(call: &Call<'_>, status: u16) -> String {
    match (status, call.verb) {
        (200 | 201, Verb::Read | Verb::Vread | Verb::Create | Verb::Update | Verb::Patch) => {
            call.of.map_or("Resource", |of| of.name).to_owned()
        }
        (200, Verb::Search | Verb::SearchByForm | Verb::History | Verb::Bundle) => "Page".to_owned(),
        (200, Verb::Capabilities) => "Capabilities".to_owned(),
        (200, Verb::Describe) => "Json".to_owned(),
        (200, Verb::Delete) => "Outcome".to_owned(),
        (200, Verb::Operation(operation, _)) if answers_json(operation) => "Json".to_owned(),
        (200, _) => "Resource".to_owned(),
        (202, _) => "Accepted".to_owned(),
        (204, _) => "NoContent".to_owned(),
        (304, _) => "NotModified".to_owned(),
        (status, _) => failure_key(status),
    }
}

/// Whether what comes is no resource: an answer of GraphQL.
fn answers_json(operation: &Operation) -> bool {
    operation.post.is_some_and(|(takes, _)| takes == Takes::Graphql)
}

/// `NotFound`, for 404.
pub(super) fn failure_key(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.unwrap_or("Failure").split(' ').collect()
}
