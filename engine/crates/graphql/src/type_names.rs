//! How FHIR's types are called in GraphQL, where names have letters, digits and underscores only.

use std::borrow::Cow;

use fornax_definitions::{Definitions, JsonKind, Type, TypeId, TypeKind};

/// Types of arguments and variables beside FHIR's primitives.
pub(crate) const INPUTS: &[&str] = &["Boolean", "Float", "ID", "Int", "ResourceType", "String"];

/// What `_birthDate` and its like hold: id and extensions.
pub(crate) const ELEMENT: &str = "ElementBase";

/// The type's name: `Patient.contact` is `PatientContact`, and the primitives that GraphQL knows have its names.
pub(crate) fn name_of(of: &Type) -> Cow<'static, str> {
    match of.kind {
        TypeKind::Primitive(JsonKind::Boolean) => Cow::Borrowed("Boolean"),
        TypeKind::Primitive(_) => Cow::Borrowed(match of.name {
            "integer" => "Int",
            "string" => "String",
            "id" => "ID",
            other => other,
        }),
        TypeKind::Backbone => {
            let mut name = String::with_capacity(of.name.len());
            for part in of.name.split('.') {
                let mut letters = part.chars();
                name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                name.push_str(letters.as_str());
            }
            Cow::Owned(name)
        }
        _ if of.name == "Element" => Cow::Borrowed(ELEMENT),
        TypeKind::Complex | TypeKind::Resource => Cow::Borrowed(of.name),
    }
}

/// The type of that name that an object can be of.
pub(crate) fn named<'d>(definitions: &'d Definitions, name: &str) -> Option<&'d Type> {
    let plain = if name == ELEMENT { "Element" } else { name };
    match definitions.type_named(plain) {
        Some(found) if matches!(found.kind, TypeKind::Complex | TypeKind::Resource) => Some(found),
        _ => {
            let backbones = definitions.types().iter().filter(|of| of.kind == TypeKind::Backbone);
            backbones.into_iter().find(|of| name_of(of) == name)
        }
    }
}

/// The type of that name that resources can be of.
pub(crate) fn resource_named<'d>(definitions: &'d Definitions, name: &str) -> Option<&'d Type> {
    definitions.type_named(name).filter(|of| of.kind == TypeKind::Resource && !of.is_abstract)
}

/// Whether the type is of resources.
pub(crate) fn is_resource(definitions: &Definitions, id: TypeId) -> bool {
    definitions.type_of(id).kind == TypeKind::Resource
}

/// Whether values of the type are scalars.
pub(crate) fn is_leaf(definitions: &Definitions, id: TypeId) -> bool {
    matches!(definitions.type_of(id).kind, TypeKind::Primitive(_))
}

/// How an argument is called that stands for a search parameter.
pub(crate) fn argument_of(code: &str) -> String {
    code.replace('-', "_")
}
