//! Where the npm package deviates from FHIR 4.0.1, and the facts of 4.0.1 in its place.
//!
//! The facts stand in `corrections.json`, each with its reason. A correction that changes nothing is an error: the
//! table holds what the pinned version of the package needs, and nothing else.

use serde::Deserialize;

use crate::ToolError;
use crate::source::{
    CompartmentDefinition, Component, ElementDefinition, OperationDefinition, SearchParameter, Source,
};

const TABLE: &str = include_str!("corrections.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corrections {
    drop_types: Vec<Names>,
    /// By path; what is below goes with it.
    drop_elements: Vec<Names>,
    put_elements: Vec<PutElement>,
    drop_parameters: Vec<Names>,
    amend_parameters: Vec<AmendParameters>,
    add_parameters: Vec<AddParameters>,
    add_compartments: Vec<AddCompartment>,
    /// Operations that change something; all others that don't say so change nothing.
    affecting_operations: Vec<Names>,
    drop_operation_parameters: Vec<DropOperationParameter>,
    add_operations: Vec<AddOperation>,
    /// By URL; illustrations that are not for use.
    examples: Vec<Names>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    why: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutElement {
    why: String,
    /// The element that it follows; absent when it takes the place of the one of the same path.
    after: Option<String>,
    element: ElementDefinition,
}

/// New lists for search parameters by URL; an absent one stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AmendParameters {
    why: String,
    names: Vec<String>,
    target: Option<Vec<String>>,
    modifier: Option<Vec<String>>,
    component: Option<Vec<Component>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddParameters {
    why: String,
    parameters: Vec<SearchParameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddCompartment {
    why: String,
    compartment: CompartmentDefinition,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DropOperationParameter {
    why: String,
    operation: String,
    parameter: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddOperation {
    why: String,
    operation: OperationDefinition,
}

/// Says that a correction was needed, or names it.
fn need(is_needed: bool, subject: &str, why: &str) -> Result<(), ToolError> {
    if is_needed {
        Ok(())
    } else {
        Err(ToolError::Unneeded { subject: subject.to_owned(), why: why.to_owned() })
    }
}

/// Turns the package's facts into those of 4.0.1.
pub fn correct(source: &mut Source) -> Result<(), ToolError> {
    let table: Corrections = serde_json::from_str(TABLE).map_err(ToolError::Table)?;
    drop_named(&mut source.types, |one| &one.name, &table.drop_types)?;
    drop_elements(source, &table.drop_elements)?;
    for put in table.put_elements {
        put_element(source, put)?;
    }
    rewrite_casts(source);
    drop_named(&mut source.parameters, |one| &one.url, &table.drop_parameters)?;
    for amend in &table.amend_parameters {
        amend_parameters(source, amend)?;
    }
    for AddParameters { why, parameters } in table.add_parameters {
        for parameter in parameters {
            add(&mut source.parameters, parameter, |one| &one.url, &why)?;
        }
    }
    for AddCompartment { why, compartment } in table.add_compartments {
        add(&mut source.compartments, compartment, |one| &one.url, &why)?;
    }
    settle_operations(source, &table.affecting_operations)?;
    for drop in &table.drop_operation_parameters {
        let operations = source.operations.iter_mut().filter(|one| one.url == drop.operation);
        let dropped =
            operations.map(|one| shrink(&mut one.parameter, |part| part.name == drop.parameter)).sum();
        need(0_usize < dropped, &drop.parameter, &drop.why)?;
    }
    for AddOperation { why, operation } in table.add_operations {
        add(&mut source.operations, operation, |one| &one.url, &why)?;
    }
    mark_examples(source, &table.examples)
}

/// Removes what the test says, and counts it.
fn shrink<T>(rows: &mut Vec<T>, goes: impl Fn(&T) -> bool) -> usize {
    let before = rows.len();
    rows.retain(|row| !goes(row));
    before - rows.len()
}

fn drop_named<T>(rows: &mut Vec<T>, name: impl Fn(&T) -> &String, drops: &[Names]) -> Result<(), ToolError> {
    for drop in drops {
        for dropped in &drop.names {
            need(shrink(rows, |row| name(row) == dropped) > 0, dropped, &drop.why)?;
        }
    }
    Ok(())
}

fn add<T>(rows: &mut Vec<T>, row: T, name: impl Fn(&T) -> &String, why: &str) -> Result<(), ToolError> {
    need(rows.iter().all(|old| name(old) != name(&row)), name(&row), why)?;
    rows.push(row);
    Ok(())
}

fn drop_elements(source: &mut Source, drops: &[Names]) -> Result<(), ToolError> {
    for drop in drops {
        for dropped in &drop.names {
            let goes = |path: &str| {
                path.strip_prefix(dropped).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let types = source.types.iter_mut();
            let count =
                types.map(|one| shrink(&mut one.snapshot.element, |element| goes(&element.path))).sum();
            need(0_usize < count, dropped, &drop.why)?;
        }
    }
    Ok(())
}

fn put_element(source: &mut Source, put: PutElement) -> Result<(), ToolError> {
    let path = put.element.path.clone();
    let anchor = put.after.as_ref().unwrap_or(&path);
    let place = source.types.iter_mut().find_map(|one| {
        let elements = &mut one.snapshot.element;
        let at = elements.iter().position(|element| element.path == *anchor)?;
        Some((elements, at))
    });
    let Some((elements, at)) = place else { return need(false, &path, &put.why) };
    if put.after.is_some() {
        need(elements.iter().all(|element| element.path != path), &path, &put.why)?;
        elements.insert(at + 1, put.element);
    } else {
        need(elements[at] != put.element, &path, &put.why)?;
        elements[at] = put.element;
    }
    Ok(())
}

fn amend_parameters(source: &mut Source, amend: &AmendParameters) -> Result<(), ToolError> {
    for url in &amend.names {
        let mut is_changed = false;
        for parameter in source.parameters.iter_mut().filter(|one| one.url == *url) {
            let before = parameter.clone();
            parameter.target = amend.target.clone().unwrap_or_else(|| before.target.clone());
            parameter.modifier = amend.modifier.clone().unwrap_or_else(|| before.modifier.clone());
            parameter.component = amend.component.clone().unwrap_or_else(|| before.component.clone());
            is_changed |= *parameter != before;
        }
        need(is_changed, url, &amend.why)?;
    }
    Ok(())
}

fn settle_operations(source: &mut Source, affecting: &[Names]) -> Result<(), ToolError> {
    for operation in source.operations.iter_mut().filter(|one| one.affects_state.is_none()) {
        operation.affects_state = Some(false);
    }
    for Names { why, names } in affecting {
        for url in names {
            let operation = source.operations.iter_mut().find(|one| one.url == *url);
            let before = operation.and_then(|one| one.affects_state.replace(true));
            need(before == Some(false), url, why)?;
        }
    }
    Ok(())
}

fn mark_examples(source: &mut Source, examples: &[Names]) -> Result<(), ToolError> {
    let parameters = source.parameters.iter_mut().map(|one| (&one.url, &mut one.is_example));
    let compartments = source.compartments.iter_mut().map(|one| (&one.url, &mut one.is_example));
    let operations = source.operations.iter_mut().map(|one| (&one.url, &mut one.is_example));
    let mut all: Vec<(&String, &mut bool)> = parameters.chain(compartments).chain(operations).collect();
    for Names { why, names } in examples {
        for url in names {
            let marked =
                all.iter_mut().filter(|(known, _)| *known == url).map(|(_, mark)| **mark = true).count();
            need(marked > 0, url, why)?;
        }
    }
    Ok(())
}

/// 4.0.1 writes casts in search parameters as `as`; the package writes `ofType`, as later releases do.
fn rewrite_casts(source: &mut Source) {
    for parameter in &mut source.parameters {
        let components = parameter.component.iter_mut().map(|component| &mut component.expression);
        for expression in parameter.expression.iter_mut().chain(components) {
            *expression = with_as(expression);
        }
    }
}

/// `(path.ofType(T))` becomes `(path as T)`; without its own parentheses, `path.ofType(T)` becomes `path.as(T)`.
fn with_as(expression: &str) -> String {
    const CALL: &str = ".ofType(";
    let Some((before, after)) = expression.split_once(CALL) else { return expression.to_owned() };
    let Some((type_name, rest)) = after.split_once(')') else { return expression.to_owned() };
    let path = before.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '.');
    if path.ends_with('(') && rest.starts_with(')') {
        format!("{before} as {type_name}{}", with_as(rest))
    } else {
        format!("{before}.as({type_name}){}", with_as(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::{correct, with_as};
    use crate::ToolError;
    use crate::source::Source;

    #[test]
    fn a_correction_that_changes_nothing_is_an_error() {
        let error = correct(&mut Source::default()).unwrap_err();
        assert!(
            matches!(&error, ToolError::Unneeded { subject, .. } if subject == "SubscriptionStatus"),
            "{error}"
        );
    }

    #[test]
    fn casts() {
        let check = |expression: &str, wanted: &str| assert_eq!(with_as(expression), wanted);
        check("Patient.name", "Patient.name");
        check("(A.b.ofType(Range))", "(A.b as Range)");
        check("A.b.ofType(Age) | A.b.ofType(Range)", "A.b.as(Age) | A.b.as(Range)");
        check("A.c | (A.b.ofType(Code)) | (A.ofType(B))", "A.c | (A.b as Code) | (A as B)");
        check("value.ofType(Quantity).value", "value.as(Quantity).value");
        check("(A.b.ofType(Range).low)", "(A.b.as(Range).low)");
    }
}
