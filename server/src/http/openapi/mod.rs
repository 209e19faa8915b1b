//! `openapi.json`: the whole surface in OpenAPI 3.0, for clients that are generated and tools that try servers out. It is made of what
//! requests are routed by: paths and methods, the table of operations, and the search parameters of the tenant.
//!
//! Version 3.0 rather than 3.1: more generators read it.

mod components;
mod names;
mod parameters;
mod parameters_table;
mod requests;
mod responses;
mod searched;

use axum::http::Method;
use fornax::TenantId;
use fornax::capabilities::TypeCapabilities;
use fornax_model::write::ObjectWriter;

use super::descriptions::Terms;
use super::paths;
use super::target::{Place, Target, Verb};

use searched::SearchParameters;

const DESCRIPTION: &str = "A FHIR R4 repository (http://hl7.org/fhir/R4). Every answer to a request that fails is an OperationOutcome. \
Search parameters take modifiers and chains (name:exact, subject.name) that can't be listed here; repeated ones must all hold, commas \
mean or. HEAD is answered wherever GET is.";

/// One method of one path.
struct Call<'a> {
    place: &'a Place,
    method: &'a Method,
    verb: Verb,
    /// The type that the path begins with.
    of: Option<&'a TypeCapabilities>,
}

impl Call<'_> {
    /// What it is about: a type, all of them, or the system.
    fn about(&self) -> &str {
        match (self.of, self.place.resource_type()) {
            (Some(of), _) => of.name,
            (None, Some(_)) => EVERY_TYPE,
            (None, None) => SYSTEM,
        }
    }
}

/// The document.
pub(crate) fn render(terms: &Terms<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 << 20);
    let mut document = ObjectWriter::new(&mut out);
    document.string("openapi", "3.0.3");
    let mut info = document.object("info");
    info.string("title", "Fornax");
    info.string("description", DESCRIPTION);
    info.string("version", env!("CARGO_PKG_VERSION"));
    drop(info);
    write_servers(&mut document, terms);
    write_tags(&mut document, terms);
    let searched = SearchParameters::of(terms.types);
    let mut all = document.object("paths");
    for path in paths::of_system() {
        write_path(&mut all, &path, None, (terms, &searched));
    }
    for path in paths::of_every_type() {
        write_path(&mut all, &path, None, (terms, &searched));
    }
    for one in terms.types {
        for path in paths::of_type(one.name) {
            write_path(&mut all, &path, Some(one), (terms, &searched));
        }
        if one.compartment.is_some() {
            for path in paths::of_compartment(one.name) {
                write_path(&mut all, &path, Some(one), (terms, &searched));
            }
        }
    }
    drop(all);
    components::write(&mut document.object("components"), terms, &searched);
    drop(document);
    out
}

/// The tenant's own base, and for the tenant `default` those of all others as well.
fn write_servers(document: &mut ObjectWriter<'_>, terms: &Terms<'_>) {
    let mut servers = document.array("servers");
    servers.object().string("url", terms.base);
    let origin = terms.base.strip_suffix("/fhir").filter(|_| *terms.tenant == TenantId::default_tenant());
    if let Some(origin) = origin {
        let mut server = servers.object();
        server.string("url", &format!("{origin}/t/{{tenant}}/fhir"));
        server.string(
            "description",
            "another tenant, whose own search parameters are in the document at its base",
        );
        let mut variables = server.object("variables");
        let mut tenant = variables.object("tenant");
        tenant.string("default", &TenantId::default_tenant().to_string());
        tenant.string("description", "the name of a tenant");
    }
}

const SYSTEM: &str = "System";
/// What is called on types, whichever they are.
const EVERY_TYPE: &str = "Resource";

fn write_tags(document: &mut ObjectWriter<'_>, terms: &Terms<'_>) {
    let mut tags = document.array("tags");
    tags.object().string("name", SYSTEM);
    tags.object().string("name", EVERY_TYPE);
    for one in terms.types {
        let mut tag = tags.object();
        tag.string("name", one.name);
        let page = one.name.to_ascii_lowercase();
        tag.object("externalDocs").string("url", &format!("http://hl7.org/fhir/R4/{page}.html"));
    }
}

fn write_path(
    all: &mut ObjectWriter<'_>,
    path: &str,
    of: Option<&TypeCapabilities>,
    (terms, searched): (&Terms<'_>, &SearchParameters<'_>),
) {
    let Some(Target { place, .. }) = Target::parse(&format!("/fhir/{}", paths::sample(path))) else { return };
    let mut item = all.object(&format!("/{path}"));
    requests::write_parameters_of_path(&mut item, path);
    for method in place.methods() {
        let Some(verb) = place.verb(&method) else { continue };
        let call = Call { place: &place, method: &method, verb, of };
        let mut operation = item.object(&method.as_str().to_ascii_lowercase());
        operation.array("tags").string(call.about());
        operation.string("operationId", &names::operation_id(&call));
        requests::write_parameters(&mut operation, &call, searched);
        requests::write_body(&mut operation, &call);
        responses::write(&mut operation, &call, terms);
    }
}

/// Writes a reference to a component.
fn refer(object: &mut ObjectWriter<'_>, kind: &str, key: &str) {
    object.string("$ref", &format!("#/components/{kind}/{key}"));
}
