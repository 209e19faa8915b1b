//! What this engine can do, for a CapabilityStatement that is true.

use fornax_definitions::{Coded, Definitions, Type};

/// What holds for one resource type.
#[derive(Clone, Debug)]
pub struct TypeCapabilities {
    /// The resource type.
    pub name: &'static str,
    /// Search parameters that are evaluated.
    pub parameters: Vec<ParameterCapabilities>,
    /// What `_include` takes: `Observation:subject`.
    pub includes: Vec<String>,
    /// What `_revinclude` takes.
    pub reverse_includes: Vec<String>,
}

/// One search parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterCapabilities {
    /// Its name in a URL.
    pub code: &'static str,
    /// Its kind, as `CapabilityStatement.rest.resource.searchParam.type` has it.
    pub kind: &'static str,
    /// Its canonical URL.
    pub url: &'static str,
}

/// What is supported of each resource type: every search parameter that a query evaluates.
pub(crate) fn all(definitions: &'static Definitions) -> Vec<TypeCapabilities> {
    definitions.resource_types().map(|resource_type| of_type(definitions, resource_type)).collect()
}

fn of_type(definitions: &'static Definitions, resource_type: &'static Type) -> TypeCapabilities {
    let mut parameters: Vec<_> = definitions
        .parameters(resource_type.id)
        .filter(|parameter| fornax_query::is_supported(parameter))
        .map(|parameter| ParameterCapabilities {
            code: parameter.code,
            kind: parameter.kind.code(),
            url: parameter.url,
        })
        .collect();
    parameters.sort_by_key(|parameter| parameter.code);
    let references = |source: &'static Type| {
        definitions
            .parameters(source.id)
            .filter(|parameter| fornax_query::is_includable(definitions, parameter, source.id))
    };
    let includes =
        references(resource_type).map(|parameter| format!("{}:{}", resource_type.name, parameter.code));
    let pointing = |source: &'static Type| {
        let here = references(source).filter(|parameter| parameter.targets.contains(&resource_type.id));
        here.map(|parameter| format!("{}:{}", source.name, parameter.code)).collect::<Vec<_>>()
    };
    TypeCapabilities {
        name: resource_type.name,
        parameters,
        includes: includes.collect(),
        reverse_includes: definitions.resource_types().flat_map(pointing).collect(),
    }
}
