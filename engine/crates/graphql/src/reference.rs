//! Where a reference leads.

use fornax_definitions::Definitions;

use crate::source::Target;
use crate::type_names;

/// What the text of a reference says.
#[derive(Debug, PartialEq)]
pub(crate) enum Lead<'t> {
    /// To the resource around.
    Container,
    /// To what is contained in it under that id.
    Contained(&'t str),
    /// To a resource of this server.
    Local(Target),
    /// To somewhere else, or nowhere.
    Elsewhere,
}

/// Reads a reference's text; an absolute one under `bases` is local.
pub(crate) fn lead<'t>(text: &'t str, bases: &[String], definitions: &Definitions) -> Lead<'t> {
    if let Some(id) = text.strip_prefix('#') {
        return if id.is_empty() { Lead::Container } else { Lead::Contained(id) };
    }
    let own = bases.iter().find_map(|one| text.strip_prefix(one.as_str())?.strip_prefix('/'));
    let parts: Vec<&str> = own.unwrap_or(text).split('/').collect();
    let (name, id, version) = match parts[..] {
        [name, id] => (name, id, None),
        [name, id, "_history", version] => (name, id, Some(version)),
        _ => return Lead::Elsewhere,
    };
    match type_names::resource_named(definitions, name) {
        Some(found) if is_id(id) && version.is_none_or(is_id) => Lead::Local(Target {
            resource_type: found.name,
            id: id.to_owned(),
            version: version.map(str::to_owned),
        }),
        _ => Lead::Elsewhere,
    }
}

/// Whether the text is an id as FHIR writes them.
pub(crate) fn is_id(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::{Lead, Target, lead};

    #[test]
    fn leads() {
        let local = |id: &str, version: Option<&str>| {
            let version = version.map(str::to_owned);
            Lead::Local(Target { resource_type: "Patient", id: id.to_owned(), version })
        };
        let bases = ["https://here/fhir".to_owned()];
        let check = |text: &str, expected: Lead<'_>| {
            assert_eq!(lead(text, &bases, fornax_definitions::r4()), expected, "{text}");
        };
        check("Patient/1", local("1", None));
        check("Patient/1/_history/2", local("1", Some("2")));
        check("https://here/fhir/Patient/1", local("1", None));
        check("https://there/fhir/Patient/1", Lead::Elsewhere);
        check("#", Lead::Container);
        check("#p", Lead::Contained("p"));
        check("Patient/1 2", Lead::Elsewhere);
        check("Resource/1", Lead::Elsewhere);
        check("Patient?identifier=1", Lead::Elsewhere);
        check("urn:uuid:8b3a9e2e", Lead::Elsewhere);
        check("", Lead::Elsewhere);
    }
}
