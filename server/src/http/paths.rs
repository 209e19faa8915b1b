//! The paths under a tenant's base, for those who tell of them: with their variables in braces.

use super::operations;
use super::operations::Level;

/// Paths of the tenant as a whole, without a slash at the beginning.
const OF_SYSTEM: [&str; 7] =
    ["", "_search", "_history", "metadata", "openapi.json", "_jobs", "_jobs/{number}"];

/// Paths of a type, behind its name.
const OF_TYPE: [&str; 6] = ["", "/_search", "/_history", "/{id}", "/{id}/_history", "/{id}/_history/{vid}"];

/// Paths of a type whose resources make compartments, behind its name.
const OF_COMPARTMENT: [&str; 2] = ["/{id}/{type}", "/{id}/{type}/_search"];

/// The paths of the tenant as a whole, those of operations among them.
pub(crate) fn of_system() -> impl Iterator<Item = String> {
    let called = operations::of(None).map(|operation| format!("${}", operation.name));
    OF_SYSTEM.into_iter().map(ToOwned::to_owned).chain(called)
}

/// The paths of a type and of its resources, those of operations among them.
pub(crate) fn of_type(name: &str) -> impl Iterator<Item = String> {
    let levels = [(Level::Type, ""), (Level::Instance, "/{id}")];
    let called = levels.into_iter().flat_map(move |(level, under)| {
        let here = operations::all().iter().filter(move |operation| operation.is_on(level, Some(name)));
        here.map(move |operation| format!("{name}{under}/${}", operation.name))
    });
    OF_TYPE.into_iter().map(move |rest| format!("{name}{rest}")).chain(called)
}

/// The paths of searches in the compartments of a type's resources.
pub(crate) fn of_compartment(name: &str) -> impl Iterator<Item = String> {
    OF_COMPARTMENT.into_iter().map(move |rest| format!("{name}{rest}"))
}

/// The path with something in place of each variable.
pub(crate) fn sample(path: &str) -> String {
    path.replace("{type}", "Observation").replace("{id}", "1").replace("{vid}", "1").replace("{number}", "1")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::target::{Place, Target};

    #[test]
    fn every_path_is_routed_and_every_route_has_one() {
        let paths = of_system().chain(of_type("Patient")).chain(of_compartment("Patient"));
        let routed = |path: String| {
            let target = Target::parse(&format!("/fhir/{}", sample(&path)));
            let place = target.unwrap_or_else(|| panic!("{path} is not routed")).place;
            assert!(!matches!(place, Place::NoOperation(..)) && !place.allow().is_empty(), "{path}");
            place.route()
        };
        let routes: BTreeSet<&str> = paths.map(routed).collect();
        let of_operations = operations::all().iter().map(|operation| operation.route);
        let others = [
            "/",
            "/_search",
            "/metadata",
            "/openapi.json",
            "/_history",
            "/_jobs",
            "/_jobs/[number]",
            "/[type]",
            "/[type]/_search",
            "/[type]/_history",
            "/[type]/[id]",
            "/[type]/[id]/_history",
            "/[type]/[id]/_history/[vid]",
            "/[compartment]/[id]/[type]",
            "/[compartment]/[id]/[type]/_search",
        ];
        assert_eq!(routes, of_operations.chain(others).collect());
    }
}
