//! `metadata`: what the server can do, and nothing else.

use std::collections::BTreeSet;

use fornax::ReferentialIntegrity;
use fornax::capabilities::{ParameterCapabilities, TypeCapabilities};
use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::descriptions::{DATE, Terms};
use super::operations;
use super::paths;
use super::target::Target;

/// How much of a statement is told: `mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Portion {
    All,
    /// Without the elements that R4 has for trial use.
    Normative,
}

pub(crate) const PATCH_FORMATS: [&str; 5] = [
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/xml-patch+xml",
    "application/fhir+json",
    "application/fhir+xml",
];

/// What a search over all types takes beside the parameters that every type has: the name, FHIR's definition if it has one, and what it is.
const SPECIAL: [(&str, Option<&str>, &str); 4] = [
    ("_filter", Some("http://hl7.org/fhir/SearchParameter/filter"), "an expression of several conditions"),
    ("_has", None, "what is referred to by resources that match"),
    ("_list", None, "what a List has; without codes for current lists"),
    ("_type", None, "for searches of the system: types, separated by commas"),
];

const DOCUMENTATION: &str = "All resource types of R4, in JSON and XML. Searches find a resource as soon as its write is answered; _include, \
_revinclude, _sort, _count, _total, _summary, _elements, _contained, chains and _has are supported with all parameters listed, and _asof \
asks for the past. A compartment is searched by [base]/[compartment]/[id]/[type]. The same surface is described for programs at \
[base]/openapi.json.";

const SECURITY: &str = "There is no authentication and no authorization yet: whoever reaches this server reads and writes all that is in the \
tenant. Without TLS of its own it listens on loopback only, unless its operator has lifted that.";

/// The CapabilityStatement.
pub(crate) fn render(terms: &Terms<'_>, portion: Portion) -> Vec<u8> {
    let mut out = Vec::with_capacity(768 << 10);
    let mut statement = ObjectWriter::new(&mut out);
    statement.string("resourceType", "CapabilityStatement");
    statement.string("status", "active");
    statement.string("date", DATE);
    statement.string("kind", "instance");
    write_server(&mut statement, terms);
    statement.string("fhirVersion", "4.0.1");
    write_strings(&mut statement, "format", ["application/fhir+json", "application/fhir+xml", "json", "xml"]);
    write_strings(&mut statement, "patchFormat", PATCH_FORMATS);
    let mut list = statement.array("rest");
    write_rest(&mut list.object(), terms, portion);
    drop(list);
    drop(statement);
    out
}

/// Which program answers here, and where that is.
pub(crate) fn write_server(statement: &mut ObjectWriter<'_>, terms: &Terms<'_>) {
    let mut software = statement.object("software");
    software.string("name", "Fornax");
    software.string("version", env!("CARGO_PKG_VERSION"));
    drop(software);
    let mut implementation = statement.object("implementation");
    implementation.string("description", "A FHIR R4 repository");
    implementation.string("url", terms.base);
}

fn write_rest(rest: &mut ObjectWriter<'_>, terms: &Terms<'_>, portion: Portion) {
    rest.string("mode", "server");
    rest.string("documentation", DOCUMENTATION);
    if portion == Portion::All {
        let mut security = rest.object("security");
        security.boolean("cors", terms.is_open_to_pages);
        security.string("description", SECURITY);
    }
    let mut resources = rest.array("resource");
    for one in terms.types {
        write_type(&mut resources.object(), one, terms, portion);
    }
    drop(resources);
    write_interactions(rest, paths::of_system());
    let mut parameters = rest.array("searchParam");
    for parameter in of_all(terms.types) {
        write_parameter(&mut parameters.object(), parameter);
    }
    for (name, definition, documentation) in SPECIAL {
        let mut parameter = parameters.object();
        parameter.string("name", name);
        definition.inspect(|definition| parameter.string("definition", definition));
        parameter.string("type", "special");
        parameter.string("documentation", documentation);
    }
    drop(parameters);
    write_operations(rest, None, terms.base);
    write_strings(rest, "compartment", terms.types.iter().filter_map(|one| one.compartment));
}

/// The parameters that searches over several types take, each once.
pub(crate) fn of_all(types: &[TypeCapabilities]) -> impl Iterator<Item = &ParameterCapabilities> {
    let mut seen = BTreeSet::new();
    let parameters = types.iter().flat_map(|one| &one.parameters);
    parameters.filter(move |parameter| parameter.is_of_all && seen.insert(&parameter.code))
}

fn write_type(resource: &mut ObjectWriter<'_>, one: &TypeCapabilities, terms: &Terms<'_>, portion: Portion) {
    resource.string("type", one.name);
    write_interactions(resource, paths::of_type(one.name));
    if portion == Portion::All {
        resource.string("versioning", if terms.requires_if_match { "versioned-update" } else { "versioned" });
        resource.boolean("readHistory", true);
        resource.boolean("updateCreate", true);
        resource.boolean("conditionalCreate", true);
        resource.string("conditionalRead", "full-support");
        resource.boolean("conditionalUpdate", true);
        let deletes_many = terms.deleted_at_once_max > 1;
        resource.string("conditionalDelete", if deletes_many { "multiple" } else { "single" });
        let enforced = (terms.integrity != ReferentialIntegrity::Off).then_some("enforced");
        write_strings(resource, "referencePolicy", ["literal", "logical"].into_iter().chain(enforced));
        write_strings(resource, "searchInclude", one.includes.iter().map(String::as_str));
        write_strings(resource, "searchRevInclude", one.reverse_includes.iter().map(String::as_str));
    }
    let mut parameters = resource.array("searchParam");
    for parameter in &one.parameters {
        write_parameter(&mut parameters.object(), parameter);
    }
    drop(parameters);
    write_operations(resource, Some(one.name), terms.base);
}

fn write_parameter(object: &mut ObjectWriter<'_>, parameter: &ParameterCapabilities) {
    object.string("name", &parameter.code);
    object.string("definition", &parameter.url);
    object.string("type", parameter.kind);
}

fn write_operations(object: &mut ObjectWriter<'_>, resource_type: Option<&str>, base: &str) {
    let mut list: ArrayWriter<'_> = object.array("operation");
    for one in operations::of(resource_type) {
        let mut operation = list.object();
        operation.string("name", one.name);
        operation.string("definition", &one.definition_url(resource_type, base));
    }
}

/// What is done at these paths.
fn write_interactions(object: &mut ObjectWriter<'_>, paths: impl Iterator<Item = String>) {
    let places = paths.filter_map(|path| Target::parse(&format!("/fhir/{}", paths::sample(&path))));
    let codes: BTreeSet<&str> = places.flat_map(|target| target.place.interactions()).collect();
    let mut interactions = object.array("interaction");
    for code in codes {
        interactions.object().string("code", code);
    }
}

fn write_strings<'a>(object: &mut ObjectWriter<'_>, name: &str, texts: impl IntoIterator<Item = &'a str>) {
    let mut array = object.array(name);
    for text in texts {
        array.string(text);
    }
}
