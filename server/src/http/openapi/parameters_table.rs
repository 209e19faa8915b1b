//! Parameters of requests that are no search parameters and of no operation, one row each.

use super::parameters::Parameter;

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::path("resourceType", "resourceType", "a resource type"),
    Parameter::path("id", "id", "a resource's id"),
    Parameter::path("vid", "vid", "a version's number"),
    Parameter::path("number", "vid", "a job's number"),
    Parameter::path("type", "types", "a resource type, or * for all"),
    Parameter::query("_format", "string", "json or xml, or a media type; outweighs Accept"),
    Parameter::query("_pretty", "boolean", "indented, for people"),
    Parameter::query("mode", "mode", "what is told"),
    Parameter::query("_count", "count", "resources a page"),
    Parameter::query("_page", "string", "a further page, as a link has it"),
    Parameter::query(
        "_sort",
        "string",
        "search parameters, separated by commas; - before one turns its order",
    ),
    Parameter::query("_include", "strings", "what matches refer to: Observation:subject"),
    Parameter::query("_revinclude", "strings", "what refers to matches: Provenance:target"),
    Parameter::query("_summary", "summary", "parts of resources"),
    Parameter::query("_elements", "string", "elements, separated by commas"),
    Parameter::query("_total", "total", "whether matches are counted"),
    Parameter::query("_asof", "string", "a moment of the past"),
    Parameter::query("_contained", "contained", "whether contained resources are searched"),
    Parameter::query("_containedType", "containedType", "what is returned of them"),
    Parameter::query("_explain", "string", "tells how the search was done"),
    Parameter::query("_filter", "strings", "an expression of several conditions"),
    Parameter::query("_list", "strings", "what a List has"),
    Parameter::query("_type", "string", "resource types, separated by commas"),
    Parameter::query(
        "criteria",
        "criteria",
        "what is written: search parameters and their values, each under its own name",
    ),
    Parameter::query("_at", "string", "a time, or a part of one: what was current then"),
    Parameter::query("_since", "instant", "only what has changed since"),
    Parameter::header("If-Match", "tag", "the version that is there: W/\"3\""),
    Parameter::header("If-None-Match", "string", "a version that the client has: W/\"3\""),
    Parameter {
        key: "If-None-Match-any",
        ..Parameter::header("If-None-Match", "any", "only if there is no such resource")
    },
    Parameter::header("If-Modified-Since", "string", "when the client read it, as HTTP writes dates"),
    Parameter::header("If-None-Exist", "string", "criteria: only if nothing matches them"),
    Parameter::header(
        "Prefer",
        "string",
        "return=minimal, representation or OperationOutcome; handling=strict or lenient",
    ),
    Parameter::header("X-Provenance", "string", "a Provenance of what is written, as JSON"),
    Parameter::header("X-Request-Source", "string", "a URI for meta.source, where nothing is said of it"),
    Parameter::header("X-Request-Id", "string", "a name for the request, which comes back"),
];
