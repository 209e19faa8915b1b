//! How XML writes an element of a type.

use fornax_definitions::{Child, Definitions, JsonKind, Type, TypeId, TypeKind};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In the attribute `value`, with the extensions of this type within.
    Primitive(JsonKind, TypeId),
    /// In the attribute `value`, without anything beside it.
    Bare,
    /// As an attribute of the element around it.
    Attribute,
    /// A narrative's `div`.
    Xhtml,
    /// With the elements of this type.
    Object(TypeId),
    /// A resource of any type, in an element that only says where it is.
    Resource,
}

/// How the element of a name is written within a type; `None` when there is none.
pub(crate) fn child<'d>(definitions: &'d Definitions, of: TypeId, name: &str) -> Option<(Child<'d>, Form)> {
    let child = definitions.child(of, name)?;
    let form = form(definitions, of, &child);
    Some((child, form))
}

fn form(definitions: &Definitions, of: TypeId, child: &Child<'_>) -> Form {
    if child.value.system.is_some() {
        // The id of a resource is an element, that of anything else an attribute.
        let is_resource = definitions.type_of(of).kind == TypeKind::Resource;
        return if is_resource { Form::Bare } else { Form::Attribute };
    }
    let value = definitions.type_of(child.value.type_id);
    match value.kind {
        TypeKind::Primitive(_) if value.name == "xhtml" => Form::Xhtml,
        TypeKind::Primitive(kind) => Form::Primitive(kind, value.id),
        TypeKind::Complex | TypeKind::Backbone => Form::Object(value.id),
        TypeKind::Resource => Form::Resource,
    }
}

/// A type that a resource can be of.
pub(crate) fn resource_type<'d>(definitions: &'d Definitions, name: &str) -> Option<&'d Type> {
    let of = definitions.type_named(name)?;
    (of.kind == TypeKind::Resource && !of.is_abstract).then_some(of)
}
