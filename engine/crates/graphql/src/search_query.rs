//! A search field's arguments to a query string (R4, GraphQL, "Searching resources").

use fornax_definitions::{Definitions, SearchKind, SearchParameter, TypeId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::arguments::{Arguments, Given};
use crate::plan::{Search, SearchForm};
use crate::problem::Problem;
use crate::type_names;

/// What a value may show as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the specification leaves out of GraphQL, and what names no resource's values.
const LEFT_OUT: &[&str] = &["_contained", "_containedType", "_has", "_include", "_revinclude", "_type"];

/// Where a search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing<'t> {
    /// At the root of the query.
    Root,
    /// Within a resource of one of these types: it finds what refers to it.
    Within(&'t [TypeId]),
}

/// Reads the arguments of `XList` or `XConnection`.
pub(crate) fn search(
    (form, resource): (SearchForm, TypeId),
    (mut arguments, at): (Arguments, u32),
    standing: Standing<'_>,
    definitions: &Definitions,
) -> Result<Search, Problem<'static>> {
    let mut search = Search {
        resource,
        form,
        query: String::new(),
        reference: reference(&mut arguments, at, standing, (resource, definitions))?,
        cursor: cursor(&mut arguments, form, standing)?,
        fhirpath: match arguments.take("fhirpath") {
            Some(given) => Some(given.text()?),
            None => None,
        },
        count: match arguments.take("_count") {
            Some(given) => Some(given.count()?),
            None => None,
        },
        offset: 0,
    };
    if form == SearchForm::List
        && let Some(given) = arguments.take("_offset")
    {
        search.offset = given.count()?;
    }
    let rest = arguments.rest();
    if let (Some(_), Some(given)) = (&search.cursor, rest.first()) {
        let message = format!("argument `{}` can't be changed where a cursor is given", given.name);
        return Err(Problem::invalid(given.at, message));
    }
    for given in &rest {
        append(&mut search.query, given, (resource, definitions))?;
    }
    Ok(search)
}

/// `_reference`: which parameter leads back to the resource around the field.
fn reference(
    arguments: &mut Arguments,
    at: u32,
    standing: Standing<'_>,
    (resource, definitions): (TypeId, &Definitions),
) -> Result<Option<String>, Problem<'static>> {
    let Standing::Within(around) = standing else { return Ok(None) };
    let Some(given) = arguments.take("_reference") else {
        return Err(Problem::invalid(at, "a search within a resource needs its argument `_reference`"));
    };
    let at = given.at;
    let name = given.text()?;
    let refers = |found: &&SearchParameter| {
        found.kind == SearchKind::Reference && around.iter().any(|&one| definitions.may_refer_to(found, one))
    };
    let type_name = definitions.type_of(resource).name;
    match parameter(definitions, resource, &name).filter(refers) {
        Some(found) => Ok(Some(found.code.clone().into_owned())),
        None => {
            let around = match around {
                [only] => definitions.type_of(*only).name,
                _ => "any of these types",
            };
            let message = format!("`{name}` does not lead from {type_name} to {around}");
            Err(Problem::invalid(at, message))
        }
    }
}

fn cursor(
    arguments: &mut Arguments,
    form: SearchForm,
    standing: Standing<'_>,
) -> Result<Option<String>, Problem<'static>> {
    let Some(given) = arguments.take("_cursor").or_else(|| arguments.take("cursor")) else { return Ok(None) };
    if form == SearchForm::List || standing != Standing::Root {
        return Err(Problem::invalid(
            given.at,
            "a cursor stands with a connection at the root of the query only",
        ));
    }
    given.text().map(Some)
}

/// The search parameter that an argument stands for.
pub(crate) fn parameter<'d>(
    definitions: &'d Definitions,
    resource: TypeId,
    name: &str,
) -> Option<&'d SearchParameter> {
    let named =
        |found: &&SearchParameter| *found.code == *name || type_names::argument_of(&found.code) == name;
    definitions.parameters(resource).find(named).filter(|found| is_argument(&found.code))
}

/// Whether a search parameter of that code can be an argument.
pub(crate) fn is_argument(code: &str) -> bool {
    !LEFT_OUT.contains(&code)
}

fn append(
    query: &mut String,
    given: &Given,
    (resource, definitions): (TypeId, &Definitions),
) -> Result<(), Problem<'static>> {
    let texts = given.texts()?;
    let code = match parameter(definitions, resource, &given.name) {
        Some(found) => &*found.code,
        None if given.name == "_sort" => "_sort",
        None => {
            let type_name = definitions.type_of(resource).name;
            let message = format!("{type_name} has no search parameter `{}`", given.name);
            return Err(Problem::invalid(given.at, message));
        }
    };
    let value = match (code, &texts[..]) {
        // A whole expression, with commas of its own.
        ("_filter", [expression]) => expression.clone(),
        ("_filter", _) => {
            return Err(Problem::invalid(given.at, "`_filter` takes one expression"));
        }
        ("_sort", keys) => keys.join(","),
        (_, values) => values.iter().map(|value| escaped(value)).collect::<Vec<_>>().join(","),
    };
    append_pair(query, code, &value);
    Ok(())
}

/// Appends `name=value`, encoded.
pub(crate) fn append_pair(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, ENCODED));
    query.push('=');
    query.extend(utf8_percent_encode(value, ENCODED));
}

/// One value of a search: its commas do not separate, while `|`, `$` and escapes mean what they mean in a search.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut is_escaped = false;
    for letter in value.chars() {
        if letter == ',' && !is_escaped {
            out.push('\\');
        }
        is_escaped = letter == '\\' && !is_escaped;
        out.push(letter);
    }
    // Else what follows would be part of this value.
    if is_escaped {
        out.push('\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn commas_do_not_separate() {
        let check = |value: &str, written: &str| assert_eq!(escaped(value), written, "{value}");
        check("a", "a");
        check("a,b", r"a\,b");
        check(r"a\,b", r"a\,b");
        check(r"a\\,b", r"a\\\,b");
        check("http://x|a", "http://x|a");
        check(r"a\", r"a\\");
    }
}
