//! What a field's name means where it stands.

use std::rc::Rc;

use fornax_definitions::{Definitions, TypeId, TypeKind};

use crate::meta::MetaKind;
use crate::plan::SearchForm;
use crate::type_names;

/// What fields are asked of.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// The whole system.
    Query,
    /// A value of one of these types.
    Types(Rc<[TypeId]>),
    /// A page of matches of that type.
    Connection(TypeId),
    /// One of them.
    Edge(TypeId),
    /// A part of the schema's description.
    Meta(MetaKind),
}

/// What a name means on some FHIR types.
#[derive(Debug)]
pub(crate) enum Meaning {
    TypeName,
    ResourceType,
    Extra,
    Resource,
    Search(SearchForm, TypeId),
    /// An element; these are the types that its values can be of.
    Element(Vec<TypeId>),
}

/// What the name means on at least one of the types.
pub(crate) fn meaning(definitions: &Definitions, types: &[TypeId], name: &str) -> Option<Meaning> {
    if name == "__typename" {
        return Some(Meaning::TypeName);
    }
    let is_resource = || types.iter().any(|&of| type_names::is_resource(definitions, of));
    if name == "resourceType" {
        return is_resource().then_some(Meaning::ResourceType);
    }
    if let Some(plain) = name.strip_prefix('_') {
        return types.iter().any(|&of| has_extra(definitions, of, plain)).then_some(Meaning::Extra);
    }
    if name == "resource" && types.iter().any(|&of| is_reference(definitions, of)) {
        return Some(Meaning::Resource);
    }
    let mut found: Vec<TypeId> = Vec::new();
    for &of in types {
        if let Some(child) = definitions.child(of, name) {
            found.push(child.value.type_id);
        }
    }
    if !found.is_empty() {
        found.sort_unstable();
        found.dedup();
        return Some(Meaning::Element(found));
    }
    let (form, resource) = search_named(definitions, name).filter(|_| is_resource())?;
    Some(Meaning::Search(form, resource))
}

/// Whether the member is a primitive that can have an id and extensions.
pub(crate) fn has_extra(definitions: &Definitions, of: TypeId, name: &str) -> bool {
    definitions.child(of, name).is_some_and(|child| {
        child.value.system.is_none() && type_names::is_leaf(definitions, child.value.type_id)
    })
}

pub(crate) fn is_reference(definitions: &Definitions, of: TypeId) -> bool {
    definitions.type_of(of).name == "Reference"
}

/// The search that a field's name stands for.
pub(crate) fn search_named(definitions: &Definitions, name: &str) -> Option<(SearchForm, TypeId)> {
    let named = |suffix, form| {
        let resource = type_names::resource_named(definitions, name.strip_suffix(suffix)?)?;
        Some((form, resource.id))
    };
    named("List", SearchForm::List).or_else(|| named("Connection", SearchForm::Connection))
}

impl Scope {
    /// How the type is called, in errors too.
    pub fn name(&self, definitions: &Definitions) -> String {
        match self {
            Self::Query => "Query".to_owned(),
            Self::Types(types) => match types[..] {
                [only] => type_names::name_of(definitions.type_of(only)).into_owned(),
                _ => "Resource".to_owned(),
            },
            Self::Connection(of) => format!("{}Connection", definitions.type_of(*of).name),
            Self::Edge(of) => format!("{}Edge", definitions.type_of(*of).name),
            Self::Meta(kind) => kind.name().to_owned(),
        }
    }
}

/// The types that resources can be of.
pub(crate) fn resource_types(definitions: &Definitions) -> Rc<[TypeId]> {
    definitions.resource_types().map(|of| of.id).collect()
}

/// What a value of that declared type can be of.
pub(crate) fn instances(definitions: &Definitions, declared: TypeId, resources: &[TypeId]) -> Vec<TypeId> {
    let of = definitions.type_of(declared);
    if of.kind == TypeKind::Resource && of.is_abstract {
        return resources.iter().copied().filter(|&one| definitions.is_a(one, declared)).collect();
    }
    vec![declared]
}
