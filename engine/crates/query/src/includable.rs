//! Which parameters `_include` and `_revinclude` can follow: those whose values are references. Parameters of the kind
//! reference may also select canonical URLs, which name no resource of the repository.

use fornax_definitions::{Definitions, SearchKind, SearchParameter, TypeId};

use crate::paths::Path;

/// Whether `_include` can follow a parameter of `source`.
pub fn is_includable(definitions: &Definitions, parameter: &SearchParameter, source: TypeId) -> bool {
    let Some(expression) =
        parameter.expression.as_deref().filter(|_| parameter.kind == SearchKind::Reference)
    else {
        return false;
    };
    let name = definitions.type_of(source).name;
    // What can't be told is taken for a reference: then nothing is kept from being found.
    let selects_references = |path: &Path<'_>| match path.cast {
        Some(cast) => cast == "Reference",
        None => {
            let elements = path.elements(definitions, source);
            let mut types = elements.iter().flat_map(|element| element.types.iter());
            elements.is_empty() || types.any(|one| definitions.type_of(one.type_id).name == "Reference")
        }
    };
    let mut paths = Path::all(expression).filter(|path| path.starts_at(name));
    paths.any(|path| selects_references(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, code: &str, expected: bool) {
        let definitions = fornax_definitions::r4();
        let source = definitions.type_named(source).expect("a type").id;
        let parameter = definitions.parameter(source, code).expect("a parameter");
        assert_eq!(is_includable(definitions, parameter, source), expected, "{code}");
    }

    #[test]
    fn references_can_be_followed_and_canonical_urls_not() {
        check("Observation", "subject", true);
        check("Observation", "patient", true);
        check("Provenance", "target", true);
        check("MedicationRequest", "medication", true);
        check("CarePlan", "instantiates-canonical", false);
        check("MeasureReport", "measure", false);
        check("QuestionnaireResponse", "questionnaire", false);
        check("ActivityDefinition", "composed-of", false);
        check("ImplementationGuide", "resource", true);
        check("Patient", "name", false);
    }
}
