//! The operations, one row each.

use super::super::graphql;
use super::super::jobs;
use super::super::target::Takes;
use super::{Definition, Input, Level, Operation, everything, validate, versions};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "everything",
        route: "…/$everything",
        levels: &[Level::Instance],
        types: &["Patient", "Encounter"],
        definition: Definition::OfType,
        searches: true,
        get: Some(everything::answer),
        post: Some((Takes::Parameters, everything::answer)),
        inputs: &[
            input("_since", "instant", "0..1", "only what has changed since"),
            input("_type", "code", "0..*", "only resources of these types, separated by commas"),
            input("_count", "integer", "0..1", "resources a page"),
        ],
    },
    Operation {
        name: "graphql",
        route: "…/$graphql",
        levels: &[Level::System, Level::Instance],
        types: &[],
        definition: Definition::OfResource,
        searches: true,
        get: Some(graphql::answer),
        post: Some((Takes::Graphql, graphql::answer)),
        inputs: &[
            input("query", "string", "1..1", "the query, in GraphQL"),
            input("operationName", "string", "0..1", "which of the query's operations is meant"),
            input("variables", "string", "0..1", "values of the query's variables, as JSON"),
        ],
    },
    Operation {
        name: "reindex",
        route: "…/$reindex",
        levels: &[Level::System],
        types: &[],
        definition: Definition::Own,
        searches: false,
        get: Some(jobs::reindex_status),
        post: Some((Takes::Parameters, jobs::reindex)),
        inputs: &[],
    },
    Operation {
        name: "validate",
        route: "…/$validate",
        levels: &[Level::Type, Level::Instance],
        types: &[],
        definition: Definition::OfResource,
        searches: false,
        get: Some(validate::answer_stored),
        post: Some((Takes::Json, validate::answer)),
        inputs: &[input(
            "resource",
            "Resource",
            "0..1",
            "what is validated; nothing: the resource called on",
        )],
    },
    Operation {
        name: "versions",
        route: "…/$versions",
        levels: &[Level::System],
        types: &[],
        definition: Definition::Of("CapabilityStatement"),
        searches: false,
        get: Some(versions::answer),
        post: Some((Takes::Parameters, versions::answer)),
        inputs: &[],
    },
];

/// A parameter that may be there as often as `cardinality` says: `0..1`.
const fn input(
    name: &'static str,
    kind: &'static str,
    cardinality: &'static str,
    documentation: &'static str,
) -> Input {
    let (min, max) = cardinality.split_at(1);
    let min = if min.as_bytes()[0] == b'0' { 0 } else { 1 };
    Input { name, kind, min, max: max.split_at(2).1, documentation }
}
