//! `metadata`: what the server can do, and nothing else.

use fornax::{ReferentialIntegrity, TypeCapabilities};
use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::operations;

/// When what is said here last changed.
const DATE: &str = "2026-11-26";

/// What can be done with every resource type.
const TYPE_INTERACTIONS: [&str; 9] = [
    "create",
    "delete",
    "history-instance",
    "history-type",
    "patch",
    "read",
    "search-type",
    "update",
    "vread",
];
const PATCH_FORMATS: [&str; 4] = [
    "application/json-patch+json",
    "application/xml-patch+xml",
    "application/fhir+json",
    "application/fhir+xml",
];
const SYSTEM_INTERACTIONS: [&str; 3] = ["batch", "history-system", "transaction"];

/// The CapabilityStatement of the tenant at this base, where a conditional delete may delete so many resources.
pub(crate) fn render(
    types: &[TypeCapabilities],
    base: &str,
    deleted_at_once_max: usize,
    integrity: ReferentialIntegrity,
) -> Vec<u8> {
    let enforced = (integrity != ReferentialIntegrity::Off).then_some("enforced");
    let references: Vec<&str> = ["literal", "logical"].into_iter().chain(enforced).collect();
    let conditional_delete = if deleted_at_once_max > 1 { "multiple" } else { "single" };
    let mut out = Vec::with_capacity(512 << 10);
    let mut statement = ObjectWriter::new(&mut out);
    statement.string("resourceType", "CapabilityStatement");
    statement.string("status", "active");
    statement.string("date", DATE);
    statement.string("kind", "instance");
    let mut software = statement.object("software");
    software.string("name", "Fornax");
    software.string("version", env!("CARGO_PKG_VERSION"));
    drop(software);
    let mut implementation = statement.object("implementation");
    implementation.string("description", "A FHIR R4 repository");
    implementation.string("url", base);
    drop(implementation);
    statement.string("fhirVersion", "4.0.1");
    let mut formats = statement.array("format");
    for format in ["application/fhir+json", "application/fhir+xml", "json", "xml"] {
        formats.string(format);
    }
    drop(formats);
    write_strings(&mut statement, "patchFormat", PATCH_FORMATS.into_iter());
    let mut list = statement.array("rest");
    let mut rest = list.object();
    rest.string("mode", "server");
    let mut resources = rest.array("resource");
    for one in types {
        write_type(&mut resources, one, conditional_delete, &references);
    }
    drop(resources);
    write_interactions(&mut rest, &SYSTEM_INTERACTIONS);
    write_operations(&mut rest, None);
    drop(rest);
    drop(list);
    drop(statement);
    out
}

fn write_type(
    resources: &mut ArrayWriter<'_>,
    one: &TypeCapabilities,
    conditional_delete: &str,
    references: &[&str],
) {
    let mut resource = resources.object();
    resource.string("type", one.name);
    write_interactions(&mut resource, &TYPE_INTERACTIONS);
    resource.string("versioning", "versioned");
    resource.boolean("readHistory", true);
    resource.boolean("updateCreate", true);
    resource.boolean("conditionalCreate", true);
    resource.string("conditionalRead", "full-support");
    resource.boolean("conditionalUpdate", true);
    resource.string("conditionalDelete", conditional_delete);
    write_strings(&mut resource, "referencePolicy", references.iter().copied());
    write_strings(&mut resource, "searchInclude", one.includes.iter().map(String::as_str));
    write_strings(&mut resource, "searchRevInclude", one.reverse_includes.iter().map(String::as_str));
    let mut parameters = resource.array("searchParam");
    for parameter in &one.parameters {
        let mut object = parameters.object();
        object.string("name", &parameter.code);
        object.string("definition", &parameter.url);
        object.string("type", parameter.kind);
    }
    drop(parameters);
    write_operations(&mut resource, Some(one.name));
}

fn write_operations(object: &mut ObjectWriter<'_>, resource_type: Option<&str>) {
    let mut list = object.array("operation");
    for one in operations::of(resource_type) {
        let mut operation = list.object();
        operation.string("name", one.name);
        operation.string("definition", &one.definition_url(resource_type));
    }
}

fn write_interactions(object: &mut ObjectWriter<'_>, codes: &[&str]) {
    let mut interactions = object.array("interaction");
    for code in codes {
        interactions.object().string("code", code);
    }
}

fn write_strings<'a>(object: &mut ObjectWriter<'_>, name: &str, texts: impl Iterator<Item = &'a str>) {
    let mut array = object.array(name);
    for text in texts {
        array.string(text);
    }
}
