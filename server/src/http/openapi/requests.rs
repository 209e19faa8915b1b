//! What calls take: parameters in path, query and headers, and bodies.

use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::super::binary::BINARY;
use super::super::target::{Place, Takes, Verb};
use super::parameters::{input_key, is_primitive};
use super::searched::SearchParameters;
use super::{Call, refer};

const OF_SEARCHES: &[&str] = &[
    "_count",
    "_page",
    "_sort",
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_total",
    "_asof",
    "_contained",
    "_containedType",
    "_explain",
    "_filter",
    "_list",
    "Prefer",
];

const SYSTEM_SEARCH: &[&str] = &[
    "_type",
    "_count",
    "_page",
    "_sort",
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_total",
    "_asof",
    "_explain",
    "_filter",
    "_list",
    "Prefer",
];

/// What every method of a path takes.
pub(super) fn write_parameters_of_path(item: &mut ObjectWriter<'_>, path: &str) {
    let mut parameters = item.array("parameters");
    for variable in ["resourceType", "id", "vid", "number", "type"] {
        if path.contains(&format!("{{{variable}}}")) {
            refer(&mut parameters.object(), "parameters", variable);
        }
    }
    for key in ["_format", "_pretty", "X-Request-Id"] {
        refer(&mut parameters.object(), "parameters", key);
    }
}

pub(super) fn write_parameters(
    operation: &mut ObjectWriter<'_>,
    call: &Call<'_>,
    searched: &SearchParameters<'_>,
) {
    let mut parameters = operation.array("parameters");
    for key in own(call) {
        refer(&mut parameters.object(), "parameters", key);
    }
    match (call.verb, call.place) {
        (Verb::Search, Place::System) => write_searched(&mut parameters, searched.of_all()),
        (Verb::Search, Place::Type(_)) => {
            write_searched(&mut parameters, call.of.into_iter().flat_map(|of| searched.of_type(of)));
        }
        (Verb::Operation(operation, Takes::Nothing), _) => {
            for input in operation.inputs.iter().filter(|input| is_primitive(input)) {
                refer(&mut parameters.object(), "parameters", &input_key(operation, input));
            }
        }
        _ => {}
    }
}

fn write_searched<'a>(parameters: &mut ArrayWriter<'_>, keys: impl Iterator<Item = &'a str>) {
    for key in keys {
        refer(&mut parameters.object(), "parameters", key);
    }
}

/// Parameters of the request's own, by their keys.
fn own(call: &Call<'_>) -> &'static [&'static str] {
    match (call.verb, call.place) {
        (Verb::Capabilities, _) => &["mode", "If-None-Match"],
        (Verb::Describe, _) => &["If-None-Match"],
        (Verb::Read, _) => &["_summary", "_elements", "_asof", "If-None-Match", "If-Modified-Since"],
        (Verb::Vread, _) => &["_summary", "_elements", "If-None-Match", "If-Modified-Since"],
        (Verb::Search, Place::System) => SYSTEM_SEARCH,
        (Verb::Search, _) => OF_SEARCHES,
        (Verb::SearchByForm, _) => &["Prefer"],
        (Verb::History, _) => &["_since", "_at", "_list", "_asof", "_count", "_page", "Prefer"],
        (Verb::DeleteHistory, _) => &["Prefer"],
        (Verb::Create, _) => &["If-None-Exist", "X-Provenance", "X-Request-Source", "Prefer"],
        (Verb::Update, Place::Type(_)) => {
            &["criteria", "If-Match", "X-Provenance", "X-Request-Source", "Prefer"]
        }
        (Verb::Patch | Verb::Delete, Place::Type(_)) => &["criteria", "If-Match", "X-Provenance", "Prefer"],
        (Verb::Update, _) => &["If-Match", "If-None-Match-any", "X-Provenance", "X-Request-Source", "Prefer"],
        (Verb::Patch | Verb::Delete, _) => &["If-Match", "X-Provenance", "Prefer"],
        (Verb::Bundle, _) => &["X-Provenance", "X-Request-Source", "Prefer"],
        (Verb::Operation(operation, Takes::Nothing), _) if operation.searches => &["_page", "Prefer"],
        (Verb::Operation(..), _) => &["Prefer"],
        (Verb::Jobs | Verb::Job | Verb::CancelJob, _) => &[],
    }
}

pub(super) fn write_body(operation: &mut ObjectWriter<'_>, call: &Call<'_>) {
    let key = match (call.verb.takes(), call.of) {
        (Takes::Nothing, _) => return,
        (Takes::Json, _) if call.verb == Verb::Bundle => "Bundle",
        (Takes::Json, Some(of)) => of.name,
        (Takes::Content, _) => BINARY,
        (Takes::Json, None) => "Resource",
        (Takes::Parameters, _) => "Inputs",
        (Takes::Form, _) => "Form",
        (Takes::Patch, _) => "Patch",
        (Takes::Graphql, _) => "Graphql",
    };
    refer(&mut operation.object("requestBody"), "requestBodies", key);
}
