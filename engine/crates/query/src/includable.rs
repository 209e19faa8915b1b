//! Which parameters `_include` and `_revinclude` can follow: those whose values are references. Parameters of the kind
//! reference may also select canonical URLs, which name no resource of the repository.

use fornax_definitions::{Definitions, SearchKind, SearchParameter, TypeId};

/// Whether `_include` can follow a parameter of `source`.
pub fn is_includable(definitions: &Definitions, parameter: &SearchParameter, source: TypeId) -> bool {
    let Some(expression) = parameter.expression.filter(|_| parameter.kind == SearchKind::Reference) else {
        return false;
    };
    let name = definitions.type_of(source).name;
    let mut paths = split(expression, '|').map(|path| Path::read(path.trim()));
    // What can't be told is taken for a reference: then nothing is kept from being found.
    paths.any(|path| path.starts_at(name) && path.selects_references(definitions, source).unwrap_or(true))
}

/// One alternative of an expression: `Observation.subject.where(resolve() is Patient)`.
struct Path<'a> {
    /// Names of elements; functions that only filter are left out.
    names: Vec<&'a str>,
    /// By `as` or `ofType`.
    cast: Option<&'a str>,
}

impl<'a> Path<'a> {
    fn read(text: &'a str) -> Self {
        if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            return Self::read(inner);
        }
        let (text, mut cast) = match text.rsplit_once(" as ") {
            Some((text, cast)) if !cast.contains(['(', ')']) => (text, Some(cast.trim())),
            _ => (text, None),
        };
        let mut names = Vec::new();
        for part in split(text, '.') {
            match part.trim().split_once('(') {
                None => names.push(part.trim()),
                Some(("as" | "ofType", rest)) => cast = rest.strip_suffix(')'),
                Some(_) => {}
            }
        }
        Self { names, cast }
    }

    fn starts_at(&self, resource_type: &str) -> bool {
        let first = self.names.first();
        first.is_some_and(|first| [resource_type, "Resource", "DomainResource"].contains(first))
    }

    /// `None`: the path can't be followed.
    fn selects_references(&self, definitions: &Definitions, source: TypeId) -> Option<bool> {
        if let Some(cast) = self.cast {
            return Some(cast == "Reference");
        }
        let mut types = vec![source];
        for name in &self.names[1..] {
            let elements = types.iter().filter_map(|of| definitions.element_named(*of, name));
            types = elements.flat_map(|element| element.types.iter().map(|one| one.type_id)).collect();
        }
        let is_reference = |of: &TypeId| definitions.type_of(*of).name == "Reference";
        (!types.is_empty()).then(|| types.iter().any(is_reference))
    }
}

/// Splits at a character that stands outside parentheses.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && letter == at
    })
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
