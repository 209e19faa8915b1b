//! The facts that the official package states, straight from its JSON.

use std::collections::BTreeSet;

use serde_json::Value;

const TYPE_URL: &str = "http://hl7.org/fhir/StructureDefinition/";
const FHIR_TYPE_URL: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

/// One line a fact.
pub fn lines(resources: &[Value]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for resource in resources {
        match text(&resource["resourceType"]) {
            "StructureDefinition" => structure(&mut out, resource),
            "SearchParameter" => parameter(&mut out, resource),
            "CompartmentDefinition" => compartment(&mut out, resource),
            "OperationDefinition" => operation(&mut out, resource),
            other => panic!("unexpected {other}"),
        }
    }
    out
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn short(value: &Value) -> String {
    let url = text(value);
    url.strip_prefix(TYPE_URL).unwrap_or(url).to_owned()
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        value => value.as_array().unwrap_or_else(|| panic!("no list: {value}")),
    }
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(short).collect()
}

fn optional(value: &Value) -> Option<&str> {
    value.as_str()
}

fn structure(out: &mut BTreeSet<String>, definition: &Value) {
    let name = text(&definition["name"]);
    let derivation = optional(&definition["derivation"]).unwrap_or("specialization");
    out.insert(format!(
        "type {name} {} {derivation} abstract={} base={:?}",
        text(&definition["kind"]),
        definition["abstract"],
        definition["baseDefinition"].as_str().map(|url| url.trim_start_matches(TYPE_URL)),
    ));
    let elements = list(&definition["snapshot"]["element"]);
    let root = text(&elements[0]["path"]);
    let mut counts = std::collections::HashMap::<String, usize>::new();
    for element in &elements[1..] {
        let path = text(&element["path"]).strip_prefix(root).expect("starts with the type's name");
        let path = format!("{name}{path}");
        let parent = path.rsplit_once('.').expect("has a parent").0.to_owned();
        let place = counts.entry(parent).or_default();
        *place += 1;
        let types: Vec<String> = list(&element["type"]).iter().map(element_type).collect();
        out.insert(format!(
            "element {path} #{place} {}..{} types={types:?} content={:?} {} modifier={} summary={}",
            element["min"],
            text(&element["max"]),
            optional(&element["contentReference"]),
            binding(&element["binding"]),
            element["isModifier"].as_bool().unwrap_or(false),
            element["isSummary"].as_bool().unwrap_or(false),
        ));
    }
}

/// Where a system type does not say which FHIR type it stands for, as in one element of 4.0.1, it is `string`.
fn element_type(of: &Value) -> String {
    let code = text(&of["code"]);
    let (code, profiles, targets) =
        (code.rsplit('/').next().unwrap_or(code), texts(&of["profile"]), texts(&of["targetProfile"]));
    let stated = list(&of["extension"]).iter().find(|extension| extension["url"] == FHIR_TYPE_URL);
    let stated = stated.map(|extension| {
        let value =
            if extension["valueUrl"].is_null() { &extension["valueUri"] } else { &extension["valueUrl"] };
        text(value).to_owned()
    });
    let stands_for = code.starts_with("System.").then(|| stated.unwrap_or_else(|| "string".to_owned()));
    format!("{code} {stands_for:?} {profiles:?} {targets:?}")
}

fn binding(binding: &Value) -> String {
    format!("binding={:?} {:?}", optional(&binding["strength"]), optional(&binding["valueSet"]))
}

/// The one fact of 4.0.1 that is not taken: it gives each part of this composite the definition of the other one, so that nothing
/// would ever be found.
const PARTS_SWAPPED: &str = "http://hl7.org/fhir/SearchParameter/DocumentReference-relationship";

fn parameter(out: &mut BTreeSet<String>, one: &Value) {
    let mut components: Vec<(&str, &str)> =
        list(&one["component"]).iter().map(|c| (text(&c["definition"]), text(&c["expression"]))).collect();
    if let ([(first, _), (second, _)], PARTS_SWAPPED) = (&mut components[..], text(&one["url"])) {
        std::mem::swap(first, second);
    }
    out.insert(format!(
        "parameter {} code={} type={} expression={:?} usage={:?} base={:?} targets={:?} components={components:?} \
         comparators={:?} modifiers={:?} chains={:?} or={:?} and={:?}",
        text(&one["url"]),
        text(&one["code"]),
        text(&one["type"]),
        optional(&one["expression"]),
        optional(&one["xpathUsage"]),
        texts(&one["base"]),
        texts(&one["target"]),
        texts(&one["comparator"]),
        texts(&one["modifier"]),
        texts(&one["chain"]),
        one["multipleOr"].as_bool(),
        one["multipleAnd"].as_bool(),
    ));
}

fn compartment(out: &mut BTreeSet<String>, one: &Value) {
    let (url, code) = (text(&one["url"]), text(&one["code"]));
    for resource in list(&one["resource"]) {
        out.insert(format!(
            "compartment {url} {code} {} {:?}",
            text(&resource["code"]),
            texts(&resource["param"])
        ));
    }
}

fn operation(out: &mut BTreeSet<String>, one: &Value) {
    let url = text(&one["url"]);
    out.insert(format!(
        "operation {url} code={} on={:?} system={} type={} instance={} affects-state={:?}",
        text(&one["code"]),
        texts(&one["resource"]),
        one["system"],
        one["type"],
        one["instance"],
        one["affectsState"].as_bool(),
    ));
    operation_parameters(out, url, list(&one["parameter"]));
}

fn operation_parameters(out: &mut BTreeSet<String>, path: &str, parameters: &[Value]) {
    for (place, one) in parameters.iter().enumerate() {
        let path = format!("{path} {} {}", text(&one["use"]), text(&one["name"]));
        out.insert(format!(
            "operation parameter {path} #{place} {}..{} type={:?} targets={:?} search={:?} {}",
            one["min"],
            text(&one["max"]),
            optional(&one["type"]),
            texts(&one["targetProfile"]),
            optional(&one["searchType"]),
            binding(&one["binding"]),
        ));
        operation_parameters(out, &path, list(&one["part"]));
    }
}
