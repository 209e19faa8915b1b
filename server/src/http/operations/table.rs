//! The operations, one row each.

use super::super::graphql;
use super::super::jobs;
use super::super::target::Takes;
use super::{
    Definition, Input, Level, Operation, diff, document, erase, everything, lastn, meta, validate, versions,
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "diff",
        route: "…/$diff",
        levels: &[Level::Instance],
        types: &[],
        definition: Definition::Own,
        searches: false,
        get: Some(diff::answer_versions),
        post: Some((Takes::Parameters, diff::answer_versions)),
        inputs: &[input(
            "fromVersion",
            "string",
            "0..1",
            "the version that the current one is compared with; the one before without it",
        )],
    },
    Operation {
        name: "diff",
        route: "…/$diff",
        levels: &[Level::System],
        types: &[],
        definition: Definition::Own,
        searches: false,
        get: Some(diff::answer_resources),
        post: Some((Takes::Parameters, diff::answer_resources)),
        inputs: &[
            input("from", "string", "1..1", "the older one: Type/id, or Type/id/_history/version"),
            input("to", "string", "1..1", "the newer one, of the same type"),
        ],
    },
    Operation {
        name: "document",
        route: "…/$document",
        levels: &[Level::Instance],
        types: &["Composition"],
        definition: Definition::OfType,
        searches: false,
        get: Some(document::answer),
        post: Some((Takes::Parameters, document::answer)),
        inputs: &[
            input("persist", "boolean", "0..1", "whether the document is stored as a Bundle; not without it"),
            input("graph", "uri", "0..1", "not supported"),
        ],
    },
    Operation {
        name: "erase",
        route: "…/$erase",
        levels: &[Level::Instance],
        types: &[],
        definition: Definition::Own,
        searches: false,
        get: None,
        post: Some((Takes::Parameters, erase::erase)),
        inputs: &[
            input(
                "compartment",
                "boolean",
                "0..1",
                "of a Patient, with all that was ever in its compartment",
            ),
            input(
                "compact",
                "boolean",
                "0..1",
                "answer only when no byte of it is left on disk, which takes long",
            ),
        ],
    },
    Operation {
        name: "everything",
        route: "…/$everything",
        levels: &[Level::Instance],
        types: &["Patient", "Group"],
        definition: Definition::OfType,
        searches: true,
        get: Some(everything::answer),
        post: Some((Takes::Parameters, everything::answer)),
        inputs: &[START, END, SINCE, TYPE, COUNT],
    },
    Operation {
        name: "everything",
        route: "…/$everything",
        levels: &[Level::Instance],
        types: &["Encounter"],
        definition: Definition::OfType,
        searches: true,
        get: Some(everything::answer),
        post: Some((Takes::Parameters, everything::answer)),
        inputs: &[SINCE, TYPE, COUNT],
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
        name: "lastn",
        route: "…/$lastn",
        levels: &[Level::Type],
        types: &["Observation"],
        definition: Definition::OfType,
        searches: true,
        get: Some(lastn::answer),
        post: Some((Takes::Parameters, lastn::answer)),
        inputs: &[
            // Beside these it takes any search parameter, under its own name.
            input("max", "positiveInt", "0..1", "Observations of each code; 1 without it"),
            input("patient", "string", "0..*", "whose, as in a search; this or subject must be there"),
            input("subject", "string", "0..*", "of whom or what, as in a search"),
            input("category", "string", "0..*", "of what category, as in a search"),
            input("code", "string", "0..*", "of what code, as in a search"),
            input("date", "string", "0..*", "of when, as in a search"),
        ],
    },
    Operation {
        name: "meta",
        route: "…/$meta",
        levels: &[Level::Instance, Level::Version],
        types: &[],
        definition: Definition::OfResource,
        searches: false,
        get: Some(meta::read),
        post: Some((Takes::Parameters, meta::read)),
        inputs: &[],
    },
    Operation {
        name: "meta-add",
        route: "…/$meta-add",
        levels: &[Level::Instance],
        types: &[],
        definition: Definition::OfResource,
        searches: false,
        get: None,
        post: Some((Takes::Parameters, meta::add)),
        inputs: &[input("meta", "Meta", "1..1", "profiles, security labels and tags to add")],
    },
    Operation {
        name: "meta-delete",
        route: "…/$meta-delete",
        levels: &[Level::Instance],
        types: &[],
        definition: Definition::OfResource,
        searches: false,
        get: None,
        post: Some((Takes::Parameters, meta::delete)),
        inputs: &[input("meta", "Meta", "1..1", "profiles, security labels and tags to delete")],
    },
    Operation {
        name: "purge-history",
        route: "…/$purge-history",
        levels: &[Level::Instance],
        types: &[],
        definition: Definition::Own,
        searches: false,
        get: None,
        post: Some((Takes::Parameters, erase::purge_history)),
        inputs: &[],
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
        levels: &[Level::Type],
        types: &[],
        definition: Definition::OfResource,
        searches: false,
        get: None,
        post: Some((Takes::Json, validate::answer)),
        inputs: &[input("resource", "Resource", "1..1", "what is validated")],
    },
    Operation {
        name: "validate",
        route: "…/$validate",
        levels: &[Level::Instance],
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

const START: Input = input("start", "date", "0..1", "only care that had not ended before");
const END: Input = input("end", "date", "0..1", "only care that had begun by then");
const SINCE: Input = input("_since", "instant", "0..1", "only what has changed since");
const TYPE: Input = input("_type", "code", "0..*", "only resources of these types, separated by commas");
const COUNT: Input = input("_count", "integer", "0..1", "resources a page");

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
