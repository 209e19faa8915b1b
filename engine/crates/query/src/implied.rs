//! Systems that go without saying: those of elements of type `code`, whose value set says them (R4 search, section "token").

use fornax_definitions::{BindingStrength, Definitions, SearchKind, SearchParameter, TypeId};

use crate::paths::Path;

/// The systems of the `code` elements that a token parameter of `source` selects, each once. None where the binding leaves the
/// value set open.
pub fn implied_systems(
    definitions: &Definitions,
    parameter: &SearchParameter,
    source: TypeId,
) -> Vec<&'static str> {
    let Some(expression) = parameter.expression.as_deref().filter(|_| parameter.kind == SearchKind::Token)
    else {
        return Vec::new();
    };
    let name = definitions.type_of(source).name;
    let mut systems = Vec::new();
    for path in Path::all(expression).filter(|path| path.starts_at(name)) {
        for element in path.elements(definitions, source) {
            let is_code = element.types.iter().any(|one| definitions.type_of(one.type_id).name == "code");
            let bound = element.binding.filter(|binding| binding.strength == BindingStrength::Required);
            let value_set = bound.and_then(|binding| binding.value_set).filter(|_| is_code);
            systems.extend(value_set.into_iter().flat_map(|url| definitions.systems(url)).copied());
        }
    }
    systems.sort_unstable();
    systems.dedup();
    systems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_of_code_elements() {
        let definitions = fornax_definitions::r4();
        let check = |source: &str, code: &str, expected: &[&str]| {
            let source = definitions.type_named(source).expect("a type").id;
            let parameter = definitions.parameter(source, code).expect("a parameter");
            assert_eq!(implied_systems(definitions, parameter, source), expected, "{code}");
        };
        check("Patient", "gender", &["http://hl7.org/fhir/administrative-gender"]);
        check("Observation", "status", &["http://hl7.org/fhir/observation-status"]);
        check("MedicationRequest", "status", &["http://hl7.org/fhir/CodeSystem/medicationrequest-status"]);
        check("Observation", "code", &[]);
        check("Patient", "identifier", &[]);
        check("Patient", "active", &[]);
        check("Observation", "subject", &[]);
    }
}
