//! What paths refer to: schemas, parameters, headers, bodies and responses.

use axum::http::StatusCode;
use fornax_model::write::ObjectWriter;

use super::super::binary::BINARY;
use super::super::capability_statement::PATCH_FORMATS;
use super::super::descriptions::Terms;
use super::responses::{FAILURES, failure_key};
use super::searched::SearchParameters;
use super::{parameters, refer};

pub(super) fn write(components: &mut ObjectWriter<'_>, terms: &Terms<'_>, searched: &SearchParameters<'_>) {
    write_schemas(&mut components.object("schemas"), terms);
    parameters::write(&mut components.object("parameters"), searched);
    write_headers(&mut components.object("headers"));
    write_bodies(&mut components.object("requestBodies"), terms);
    write_responses(&mut components.object("responses"), terms);
}

/// Schemas that are the same for all tenants. FHIR's own rules are checked by the server, and not repeated here.
const SCHEMAS: &[(&str, &str)] = &[
    ("id", r#"{"type":"string","pattern":"^[A-Za-z0-9.-]{1,64}$"}"#),
    ("vid", r#"{"type":"string","pattern":"^[1-9][0-9]{0,15}$"}"#),
    ("resourceType", r#"{"type":"string","pattern":"^[A-Z][A-Za-z]*$"}"#),
    ("types", r#"{"type":"string","pattern":"^([A-Z][A-Za-z]*|\\*)$"}"#),
    ("string", r#"{"type":"string"}"#),
    ("strings", r#"{"type":"array","items":{"type":"string"}}"#),
    ("criteria", r#"{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}"#),
    ("boolean", r#"{"type":"boolean"}"#),
    ("count", r#"{"type":"integer","minimum":0}"#),
    ("instant", r#"{"type":"string","format":"date-time"}"#),
    ("tag", r#"{"type":"string","pattern":"^(W/)?\"[1-9][0-9]*\"$"}"#),
    ("any", r#"{"type":"string","enum":["*"]}"#),
    ("mode", r#"{"type":"string","enum":["full","normative","terminology"]}"#),
    ("summary", r#"{"type":"string","enum":["true","text","data","count","false"]}"#),
    ("total", r#"{"type":"string","enum":["none","estimate","accurate"]}"#),
    ("contained", r#"{"type":"string","enum":["false","true","both"]}"#),
    ("containedType", r#"{"type":"string","enum":["container","contained"]}"#),
    (
        "Resource",
        r#"{"type":"object","required":["resourceType"],"properties":{"resourceType":{"type":"string"},"id":{"type":"string"},"meta":{"type":"object"}},"additionalProperties":true}"#,
    ),
    ("Json", r#"{"type":"object","additionalProperties":true}"#),
    (
        "Failure",
        r#"{"type":"object","required":["resourceType","issue"],"properties":{"resourceType":{"type":"string","enum":["OperationOutcome"]},"issue":{"type":"array","minItems":1,"items":{"type":"object","required":["severity","code"],"properties":{"severity":{"type":"string","enum":["fatal","error","warning","information"]},"code":{"type":"string"},"diagnostics":{"type":"string"},"expression":{"type":"array","items":{"type":"string"}}},"additionalProperties":true}}},"additionalProperties":true}"#,
    ),
];

fn write_schemas(schemas: &mut ObjectWriter<'_>, terms: &Terms<'_>) {
    for (key, json) in SCHEMAS {
        schemas.raw(key, json.as_bytes());
    }
    for one in terms.types {
        let mut schema = schemas.object(one.name);
        let mut parts = schema.array("allOf");
        refer(&mut parts.object(), "schemas", "Resource");
        let mut own = parts.object();
        own.string("type", "object");
        let mut properties = own.object("properties");
        let mut name = properties.object("resourceType");
        name.string("type", "string");
        name.array("enum").string(one.name);
    }
}

/// Headers of answers, and what they say.
const HEADERS: [(&str, &str); 6] = [
    ("ETag", "the version: W/\"3\""),
    ("Last-Modified", "when the version was written"),
    ("Location", "the version's URL, where one was made or found"),
    ("Content-Location", "where to ask how it stands"),
    ("Retry-After", "when to ask again, in seconds"),
    ("X-Request-Id", "the request's name"),
];

fn write_headers(headers: &mut ObjectWriter<'_>) {
    for (name, description) in HEADERS {
        let mut header = headers.object(name);
        header.string("description", description);
        refer(&mut header.object("schema"), "schemas", "string");
    }
}

fn refer_headers(object: &mut ObjectWriter<'_>, names: &[&str]) {
    let mut headers = object.object("headers");
    for name in names {
        refer(&mut headers.object(name), "headers", name);
    }
}

/// A resource as JSON of this schema, and as XML.
fn write_resource(object: &mut ObjectWriter<'_>, schema: &str) {
    let mut content = object.object("content");
    refer(&mut content.object("application/fhir+json").object("schema"), "schemas", schema);
    refer(&mut content.object("application/fhir+xml").object("schema"), "schemas", "string");
    if schema == BINARY {
        // The content itself, whatever it is.
        let mut own = content.object("*/*");
        let mut schema = own.object("schema");
        schema.string("type", "string");
        schema.string("format", "binary");
    }
}

fn write_bodies(bodies: &mut ObjectWriter<'_>, terms: &Terms<'_>) {
    for name in terms.types.iter().map(|one| one.name).chain(["Resource"]) {
        let mut body = bodies.object(name);
        body.boolean("required", true);
        write_resource(&mut body, name);
    }
    write_resource(&mut bodies.object("Inputs"), "Parameters");
    let mut patch = bodies.object("Patch");
    patch.boolean("required", true);
    let mut content = patch.object("content");
    for format in PATCH_FORMATS {
        let schema = match format {
            "application/json-patch+json" => r#"{"type":"array","items":{"type":"object"}}"#,
            "application/merge-patch+json" => r#"{"type":"object"}"#,
            "application/fhir+json" => r##"{"$ref":"#/components/schemas/Parameters"}"##,
            _ => r#"{"type":"string"}"#,
        };
        content.object(format).raw("schema", schema.as_bytes());
    }
    drop(content);
    drop(patch);
    let mut form = bodies.object("Form");
    let schema = r#"{"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}}"#;
    form.object("content").object("application/x-www-form-urlencoded").raw("schema", schema.as_bytes());
    drop(form);
    let mut graphql = bodies.object("Graphql");
    graphql.boolean("required", true);
    let mut content = graphql.object("content");
    let schema = r#"{"type":"object","required":["query"],"properties":{"query":{"type":"string"},"operationName":{"type":"string"},"variables":{"type":"object"}}}"#;
    content.object("application/json").raw("schema", schema.as_bytes());
    refer(&mut content.object("application/graphql").object("schema"), "schemas", "string");
}

fn write_responses(responses: &mut ObjectWriter<'_>, terms: &Terms<'_>) {
    for name in terms.types.iter().map(|one| one.name).chain(["Resource"]) {
        let mut response = responses.object(name);
        response
            .string("description", "The resource; an OperationOutcome or nothing where Prefer asks for that");
        refer_headers(&mut response, &["ETag", "Last-Modified", "Location", "X-Request-Id"]);
        write_resource(&mut response, name);
    }
    // Both statements, and an OperationOutcome that says that something was done.
    for (key, schema, description) in [
        ("Page", "Bundle", "A Bundle"),
        ("Capabilities", "Resource", "What the server can do"),
        ("Outcome", "Failure", "What was done"),
    ] {
        let mut response = responses.object(key);
        response.string("description", description);
        refer_headers(&mut response, &["X-Request-Id"]);
        write_resource(&mut response, schema);
    }
    let mut json = responses.object("Json");
    json.string("description", "JSON that is no resource");
    refer(&mut json.object("content").object("application/json").object("schema"), "schemas", "Json");
    drop(json);
    let mut accepted = responses.object("Accepted");
    accepted.string("description", "It is under way");
    refer_headers(&mut accepted, &["Content-Location", "Retry-After", "X-Request-Id"]);
    write_resource(&mut accepted, "Parameters");
    drop(accepted);
    responses.object("NoContent").string("description", "It is done");
    responses.object("NotModified").string("description", "The client has it");
    for status in FAILURES {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        write_failure(responses, &failure_key(status), reason.unwrap_or("Failure"));
    }
    write_failure(responses, "Failure", "It is not done, or not known to be");
}

fn write_failure(responses: &mut ObjectWriter<'_>, key: &str, description: &str) {
    let mut response = responses.object(key);
    response.string("description", description);
    refer_headers(&mut response, &["X-Request-Id"]);
    write_resource(&mut response, "Failure");
}
