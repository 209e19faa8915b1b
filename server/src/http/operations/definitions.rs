//! OperationDefinitions of the operations as they are here: built in, and read as long as the tenant has stored none of that id. Searches
//! do not see them, since they are no resources of the tenant.

use fornax::capabilities::operations::{Output, released};
use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::{Definition, Input, Level, Operation, all};

/// Where FHIR's own definitions are.
pub(super) const HL7: &str = "http://hl7.org/fhir";

/// The built-in OperationDefinition of that id, for the tenant at this base.
pub(crate) fn definition(id: &str, base: &str) -> Option<Vec<u8>> {
    let defined = all().iter().flat_map(|operation| subjects(operation).map(move |of| (operation, of)));
    let defined = defined.filter(|(operation, of)| operation.definition_id(*of) == id);
    let (rows, of): (Vec<_>, Vec<_>) = defined.unzip();
    let mut out = Vec::new();
    write(&mut ObjectWriter::new(&mut out), &rows, *of.first()?, base);
    Some(out)
}

/// Types that have definitions of their own; `None`: one definition is for all.
fn subjects(operation: &Operation) -> impl Iterator<Item = Option<&'static str>> + use<> {
    let types = if operation.definition == Definition::OfType { operation.types } else { &[] };
    let for_all = types.is_empty().then_some(None);
    types.iter().map(|name| Some(*name)).chain(for_all)
}

/// Writes the definition of these rows, which have the name and what defines it in common; at least one.
fn write(object: &mut ObjectWriter<'_>, rows: &[&Operation], of: Option<&'static str>, base: &str) {
    let [operation, ..] = rows else { return };
    let (url, id) = (operation.definition_url(of, base), operation.definition_id(of));
    let published = (operation.definition != Definition::Own).then_some(&url);
    let defined = published.and_then(|url| released(url));
    object.string("resourceType", "OperationDefinition");
    object.string("id", &id);
    object.string("url", &format!("{base}/OperationDefinition/{id}"));
    object.string("name", &name(&id));
    object.string("title", &format!("${} of this server", operation.name));
    object.string("status", "active");
    object.string("kind", "operation");
    if published.is_some() {
        object.string("description", "What this server does of the operation that `base` defines.");
    }
    // What the server's own operations do is done by POST, unless GET does the same.
    let changes = || {
        operation
            .post
            .is_some_and(|(_, post)| operation.get.is_none_or(|get| !std::ptr::fn_addr_eq(get, post)))
    };
    let affects_state = match &defined {
        Some(defined) => defined.affects_state,
        None => Some(changes()),
    };
    if let Some(affects_state) = affects_state {
        object.boolean("affectsState", affects_state);
    }
    object.string("code", operation.name);
    if let Some(published) = published {
        object.string("base", published);
    }
    write_where(object, rows, of);
    let mut parameters = object.array("parameter");
    let mut written: Vec<&str> = Vec::new();
    for input in rows.iter().flat_map(|row| row.inputs) {
        if !written.contains(&input.name) {
            // What only one of them takes, the other does without.
            let is_of_all = rows.iter().all(|row| row.inputs.iter().any(|one| one.name == input.name));
            write_input(&mut parameters, input, if is_of_all { input.min } else { 0 });
            written.push(input.name);
        }
    }
    match defined {
        Some(defined) => {
            defined.outputs.iter().for_each(|output| write_output(&mut parameters.object(), output));
        }
        None => write_output(&mut parameters.object(), &RETURN),
    }
}

/// What an operation answers with that FHIR does not define.
const RETURN: Output =
    Output { name: "return", min: 0, max: Some(1), kind: Some("Resource"), parts: Vec::new() };

fn write_where(object: &mut ObjectWriter<'_>, rows: &[&Operation], of: Option<&'static str>) {
    let is_on = |level| rows.iter().any(|row| row.levels.contains(&level));
    let Some(operation) = rows.iter().find(|row| row.levels != [Level::System]).or(rows.first()) else {
        return;
    };
    let types = match (of, operation.definition) {
        (Some(of), _) | (None, Definition::Of(of)) => vec![of],
        (None, _) if operation.levels == [Level::System] => Vec::new(),
        (None, _) if operation.types.is_empty() => vec!["Resource"],
        (None, _) => operation.types.to_vec(),
    };
    let mut resources = object.array("resource");
    types.into_iter().for_each(|name| resources.string(name));
    drop(resources);
    object.boolean("system", is_on(Level::System));
    object.boolean("type", is_on(Level::Type));
    object.boolean("instance", is_on(Level::Instance) || is_on(Level::Version));
}

fn write_input(parameters: &mut ArrayWriter<'_>, input: &Input, min: u32) {
    let mut parameter = parameters.object();
    parameter.string("name", input.name);
    parameter.string("use", "in");
    parameter.integer("min", i64::from(min));
    parameter.string("max", input.max);
    parameter.string("documentation", input.documentation);
    parameter.string("type", input.kind);
}

fn write_output(parameter: &mut ObjectWriter<'_>, output: &Output) {
    parameter.string("name", output.name);
    parameter.string("use", "out");
    parameter.integer("min", i64::from(output.min));
    parameter.string("max", &output.max.map_or_else(|| "*".to_owned(), |max| max.to_string()));
    if let Some(kind) = output.kind {
        parameter.string("type", kind);
    }
    let mut parts = parameter.array("part");
    output.parts.iter().for_each(|part| write_output(&mut parts.object(), part));
}

/// The id as a name that programs can use: `Patient-everything` is `PatientEverything`.
fn name(id: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    id.split(['-', '_']).map(capitalized).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_names() {
        assert_eq!(name("Patient-everything"), "PatientEverything");
        assert_eq!(name("Resource-meta-add"), "ResourceMetaAdd");
        assert_eq!(name("reindex"), "Reindex");
    }

    #[test]
    fn every_operation_has_a_definition() {
        for operation in all() {
            for of in subjects(operation) {
                assert!(definition(&operation.definition_id(of), "http://x/fhir").is_some(), "{operation:?}");
            }
        }
        assert_eq!(definition("Observation-everything", "http://x/fhir"), None);
    }
}
