//! What this engine can do, for a CapabilityStatement that is true; and what FHIR says of operations.

pub mod operations;

use fornax_definitions::{Coded, Definitions, Readiness, SearchParameter, Type};

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
    /// The canonical URL of the compartment's definition, if each resource of this type makes a compartment.
    pub compartment: Option<&'static str>,
}

/// One search parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterCapabilities {
    /// Its name in a URL.
    pub code: String,
    /// Its kind, as `CapabilityStatement.rest.resource.searchParam.type` has it.
    pub kind: &'static str,
    /// Its canonical URL.
    pub url: String,
    /// Whether it is of every type, or of every one that has a narrative, so that searches over several types take it.
    pub is_of_all: bool,
}

/// What is supported of each resource type: every search parameter that a query evaluates.
pub(crate) fn all(definitions: &Definitions) -> Vec<TypeCapabilities> {
    let references: Vec<(&Type, &SearchParameter)> = definitions
        .resource_types()
        .flat_map(|source| {
            let of_source = definitions.parameters(source.id);
            let followed = of_source.filter(|parameter| {
                parameter.readiness == Readiness::Ready
                    && fornax_query::is_includable(definitions, parameter, source.id)
            });
            followed.map(move |parameter| (source, parameter))
        })
        .collect();
    definitions.resource_types().map(|of| of_type(definitions, of, &references)).collect()
}

fn of_type(
    definitions: &Definitions,
    resource_type: &Type,
    references: &[(&Type, &SearchParameter)],
) -> TypeCapabilities {
    let mut parameters: Vec<_> = definitions
        .parameters(resource_type.id)
        .filter(|parameter| fornax_query::is_supported(parameter))
        .map(|parameter| ParameterCapabilities {
            code: parameter.code.to_string(),
            kind: parameter.kind.code(),
            url: parameter.url.to_string(),
            is_of_all: parameter.base.iter().any(|base| definitions.type_of(*base).is_abstract),
        })
        .collect();
    parameters.sort_by(|one, next| one.code.cmp(&next.code));
    let named =
        |(source, parameter): &(&Type, &SearchParameter)| format!("{}:{}", source.name, parameter.code);
    let own = references.iter().filter(|(source, _)| source.id == resource_type.id);
    let pointing = references.iter().filter(|(_, parameter)| parameter.targets.contains(&resource_type.id));
    TypeCapabilities {
        name: resource_type.name,
        parameters,
        includes: own.map(named).collect(),
        reverse_includes: pointing.map(named).collect(),
        compartment: definitions.compartment(resource_type.name).map(|compartment| compartment.url),
    }
}
