//! Parameters as the document has them, once among its components: those of requests in general, the tenant's search parameters, and
//! those of operations.

use fornax_model::write::ObjectWriter;

use super::super::operations::{self, Input, Operation};
use super::parameters_table::PARAMETERS;
use super::refer;
use super::searched::SearchParameters;

/// A parameter of requests in general.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// What it goes by in the document.
    pub key: &'static str,
    pub name: &'static str,
    pub place: &'static str,
    /// The key of its schema.
    pub schema: &'static str,
    pub description: &'static str,
}

impl Parameter {
    pub(super) const fn path(name: &'static str, schema: &'static str, description: &'static str) -> Self {
        Self { key: name, name, place: "path", schema, description }
    }

    pub(super) const fn query(name: &'static str, schema: &'static str, description: &'static str) -> Self {
        Self { place: "query", ..Self::path(name, schema, description) }
    }

    pub(super) const fn header(name: &'static str, schema: &'static str, description: &'static str) -> Self {
        Self { place: "header", ..Self::path(name, schema, description) }
    }
}

pub(super) fn write(parameters: &mut ObjectWriter<'_>, searched: &SearchParameters<'_>) {
    for one in PARAMETERS {
        let mut parameter = parameters.object(one.key);
        parameter.string("name", one.name);
        parameter.string("in", one.place);
        parameter.string("description", one.description);
        if one.place == "path" {
            parameter.boolean("required", true);
        }
        refer(&mut parameter.object("schema"), "schemas", one.schema);
    }
    for (key, one) in searched.all() {
        let mut parameter = parameters.object(key);
        parameter.string("name", &one.code);
        parameter.string("in", "query");
        parameter.string("description", &format!("{}: {}", one.kind, one.url));
        refer(&mut parameter.object("schema"), "schemas", "strings");
    }
    for operation in operations::all() {
        // POST takes them in its body.
        let by_url = operation.inputs.iter().filter(|input| operation.get.is_some() && is_primitive(input));
        for input in by_url {
            let mut parameter = parameters.object(&input_key(operation, input));
            parameter.string("name", input.name);
            parameter.string("in", "query");
            parameter.string("description", input.documentation);
            parameter.boolean("required", input.min > 0);
            refer(&mut parameter.object("schema"), "schemas", input_schema(input));
        }
    }
}

/// Whether an input can stand in a URL: FHIR writes primitive types with a small letter.
pub(super) fn is_primitive(input: &Input) -> bool {
    input.kind.starts_with(|first: char| first.is_ascii_lowercase())
}

/// What an operation's parameter goes by in the document.
pub(super) fn input_key(operation: &Operation, input: &Input) -> String {
    // An operation may have several rows.
    let before = operations::all().iter().take_while(|one| *one != operation);
    match before.filter(|one| one.name == operation.name).count() {
        0 => format!("{}.{}", operation.name, input.name),
        rows => format!("{}.{}.{}", operation.name, rows + 1, input.name),
    }
}

fn input_schema(input: &Input) -> &'static str {
    match (input.max, input.kind) {
        ("1", "boolean") => "boolean",
        ("1", "integer" | "unsignedInt" | "positiveInt") => "count",
        ("1", "instant") => "instant",
        ("1", _) => "string",
        _ => "strings",
    }
}
