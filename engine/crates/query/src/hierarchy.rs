//! Hierarchies: resources that are parts of others of their own type, and say so by a reference (R4 search, section "Searching
//! Hierarchies").

use fornax_definitions::{Definitions, SearchKind, SearchParameter, TypeId};

/// The parameter by which resources of a type say what they are part of: one named so that may refer to that type itself.
pub fn part_of(definitions: &Definitions, resource: TypeId) -> Option<&SearchParameter> {
    let named =
        ["partof", "part-of"].into_iter().find_map(|code| definitions.parameter_of_release(resource, code));
    named.filter(|found| found.kind == SearchKind::Reference && found.targets.contains(&resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_whose_resources_are_parts_of_each_other() {
        let definitions = fornax_definitions::r4();
        let of = |found: &fornax_definitions::Type| part_of(definitions, found.id).map(|_| found.name);
        let mut names: Vec<&str> = definitions.resource_types().filter_map(of).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "CarePlan",
                "Communication",
                "Encounter",
                "Location",
                "MedicationStatement",
                "Organization",
                "Procedure",
                "ResearchStudy",
                "Task",
            ]
        );
    }
}
