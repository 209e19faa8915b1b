//! The paths under a tenant's base, for those who tell of them: with their variables in braces.

use super::operations;
use super::operations::{Level, Operation};

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

/// The paths of a type and of its resources, those of its own operations among them.
pub(crate) fn of_type(name: &str) -> impl Iterator<Item = String> {
    let called = called(move |operation| operation.types.contains(&name));
    let called = called.map(move |rest| format!("{name}{rest}"));
    OF_TYPE.into_iter().map(move |rest| format!("{name}{rest}")).chain(called)
}

/// The paths of operations that all types have.
pub(crate) fn of_every_type() -> impl Iterator<Item = String> {
    called(|operation| operation.types.is_empty()).map(|rest| format!("{{resourceType}}{rest}"))
}

/// The paths of some operations on types and their resources, behind the name of the type.
fn called(is_meant: impl Fn(&Operation) -> bool) -> impl Iterator<Item = String> {
    let levels = [(Level::Type, ""), (Level::Instance, "/{id}"), (Level::Version, "/{id}/_history/{vid}")];
    let meant = operations::all().iter().filter(move |operation| is_meant(operation));
    meant.flat_map(move |operation| {
        let here = levels.into_iter().filter(|(level, _)| operation.levels.contains(level));
        here.map(|(_, under)| format!("{under}/${}", operation.name))
    })
}

/// The paths of searches in the compartments of a type's resources.
pub(crate) fn of_compartment(name: &str) -> impl Iterator<Item = String> {
    OF_COMPARTMENT.into_iter().map(move |rest| format!("{name}{rest}"))
}

/// The path with something in place of each variable.
pub(crate) fn sample(path: &str) -> String {
    let variables = [
        ("{resourceType}", "Basic"),
        ("{type}", "Observation"),
        ("{id}", "1"),
        ("{vid}", "1"),
        ("{number}", "1"),
    ];
    variables.iter().fold(path.to_owned(), |path, (variable, value)| path.replace(variable, value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::target::{Place, Target};

    #[test]
    fn every_path_is_routed_and_every_route_has_one() {
        let types = operations::all().iter().flat_map(|operation| operation.types.iter().copied());
        let types: BTreeSet<&str> = types.chain(["Patient"]).collect();
        let of_types = types.into_iter().flat_map(of_type);
        let paths = of_system().chain(of_every_type()).chain(of_types).chain(of_compartment("Patient"));
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
