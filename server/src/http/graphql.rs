//! `$graphql`: requests as `GraphQL over HTTP` has them, in a query string or a body.

use std::borrow::Cow;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use fornax::{GraphqlRequest, GraphqlStatus, Tenant};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::interaction::Call;
use super::negotiation;
use super::query_string;
use super::refusal::Refusal;
use super::reply::Reply;

/// A request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    query: String,
    operation_name: Option<String>,
    variables: Option<Box<RawValue>>,
}

/// `GET` and `POST` of `[base]/$graphql`, `[base]/[type]/[id]/$graphql`.
pub(crate) fn answer(tenant: &Tenant, call: &Call, body: Vec<u8>) -> Result<Reply, Refusal> {
    let mut request = request(call, body)?;
    request.own_bases.clone_from(&call.base_urls.all);
    let subject = call.subject()?;
    let instance = subject.resource_type().zip(subject.id());
    let answered = tenant.graphql(instance, &request, &call.principal())?;
    let status = match answered.status {
        GraphqlStatus::Executed => StatusCode::OK,
        GraphqlStatus::Invalid => StatusCode::BAD_REQUEST,
        GraphqlStatus::TooCostly => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut reply = Reply::json(status, answered.body);
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    Ok(reply)
}

fn request(call: &Call, body: Vec<u8>) -> Result<GraphqlRequest, Refusal> {
    let parameter = |name: &str| {
        query_string::value(&call.query, name).filter(|value| !value.is_empty()).map(Cow::into_owned)
    };
    let from_url = || GraphqlRequest {
        query: parameter("query").unwrap_or_else(String::new),
        operation_name: parameter("operationName"),
        variables: parameter("variables").map(String::into_bytes),
        ..GraphqlRequest::default()
    };
    if body.is_empty() {
        return Ok(from_url());
    }
    if negotiation::sends_graphql(&call.headers) {
        let query = String::from_utf8(body).map_err(|_| Refusal::invalid("the query is not UTF-8"))?;
        return Ok(GraphqlRequest { query, ..from_url() });
    }
    let Envelope { query, operation_name, variables } = serde_json::from_slice(&body).map_err(|_| {
        Refusal::invalid(
            "the body is an object with query, and with operationName and variables where they are needed",
        )
    })?;
    let variables = variables.map(|json| json.get().as_bytes().to_vec()).filter(|json| json != b"null");
    Ok(GraphqlRequest { query, operation_name, variables, ..GraphqlRequest::default() })
}
