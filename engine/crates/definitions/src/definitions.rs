//! All definitions of a FHIR release, and the ways to find one.

use crate::image::{CodeValueSet, Decoded, decode};
use crate::members::{Members, is_member, write_member};
use crate::{
    Compartment, Element, ElementId, ElementType, ImageError, Operation, OperationLevel, ParameterId,
    SearchParameter, Type, TypeId, TypeKind,
};

/// The definitions of one FHIR release. Immutable.
#[derive(Debug)]
pub struct Definitions {
    fingerprint: u64,
    release: &'static str,
    types: Box<[Type]>,
    elements: Box<[Element]>,
    /// In the order of URLs.
    parameters: Box<[SearchParameter]>,
    compartments: Box<[Compartment]>,
    operations: Box<[Operation]>,
    /// In the order of URLs.
    value_sets: Box<[CodeValueSet]>,
    /// In the order of names.
    type_names: Box<[TypeId]>,
    members: Members,
    /// In the order of types, then codes.
    applicable: Box<[Applicable]>,
}

/// A search parameter on one of its types.
#[derive(Clone, Copy, Debug)]
struct Applicable {
    type_id: TypeId,
    parameter: ParameterId,
}

/// What a JSON member is.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// The element.
    pub element: &'a Element,
    /// The one of the element's types that the member's name says.
    pub value: &'a ElementType,
}

impl Definitions {
    /// Reads an image. What is there is checked, so that every number in the result has its row.
    pub fn decode(image: &'static [u8]) -> Result<Self, ImageError> {
        let tables = decode(image)?;
        let type_names = type_names(&tables)?;
        if tables.elements.iter().any(|element| element.types.len() > usize::from(u8::MAX)) {
            return Err(ImageError::Damaged("too many types in a choice"));
        }
        Ok(Self {
            members: Members::new(&tables.types, &tables.elements),
            applicable: applicable(&tables),
            type_names,
            fingerprint: tables.fingerprint,
            release: tables.release,
            types: tables.types,
            elements: tables.elements,
            parameters: tables.parameters,
            compartments: tables.compartments,
            operations: tables.operations,
            value_sets: tables.value_sets,
        })
    }

    /// The version of FHIR, as in `4.0.1`.
    pub fn release(&self) -> &'static str {
        self.release
    }

    /// Differs whenever any definition differs. Whoever keeps what was made from definitions keeps this beside it.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The type of that name or, for a backbone, that path.
    pub fn type_named(&self, name: &str) -> Option<&Type> {
        let at = self.type_names.binary_search_by(|id| self.type_of(*id).name.cmp(name)).ok()?;
        Some(self.type_of(self.type_names[at]))
    }

    /// The type of that number.
    pub fn type_of(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }

    /// All types in the order of their numbers.
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// The types that a resource can be of, in the order of their names.
    pub fn resource_types(&self) -> impl Iterator<Item = &Type> {
        let types = self.type_names.iter().map(|id| self.type_of(*id));
        types.filter(|type_of| type_of.kind == TypeKind::Resource && !type_of.is_abstract)
    }

    /// A type and what it derives from, nearest first.
    pub fn lineage(&self, id: TypeId) -> impl Iterator<Item = &Type> {
        std::iter::successors(Some(self.type_of(id)), |type_of| type_of.base.map(|base| self.type_of(base)))
    }

    /// Whether a type is another one or derives from it.
    pub fn is_a(&self, id: TypeId, ancestor: TypeId) -> bool {
        self.lineage(id).any(|type_of| type_of.id == ancestor)
    }

    /// The element of that number.
    pub fn element(&self, id: ElementId) -> &Element {
        &self.elements[id.index()]
    }

    /// A type's elements, inherited ones included, in the order in which the specification lists and XML writes them.
    pub fn elements(&self, id: TypeId) -> impl Iterator<Item = &Element> {
        self.type_of(id).elements.iter().map(|element| self.element(*element))
    }

    /// A type's element by the name that FHIRPath uses; a choice goes by its name without a type. Takes time in
    /// proportion to the type's elements.
    pub fn element_named(&self, id: TypeId, name: &str) -> Option<&Element> {
        self.elements(id).find(|element| element.name == name)
    }

    /// What a JSON member is within an object of that type. The member that starts with an underscore goes by its name
    /// without it; `resourceType` is no element. Constant time.
    pub fn child(&self, parent: TypeId, member: &str) -> Option<Child<'_>> {
        let (element, choice) = self.members.find(parent, member, |element, choice| {
            let element = self.element(element);
            is_member(member, element, self.type_of(element.types[choice].type_id).name)
        })?;
        let element = self.element(element);
        Some(Child { element, value: &element.types[choice] })
    }

    /// The names that an element may have in JSON, with the type that each says.
    pub fn member_names<'a>(
        &'a self,
        element: &'a Element,
    ) -> impl Iterator<Item = (String, &'a ElementType)> {
        element.types.iter().map(|value| {
            let mut name = String::new();
            write_member(&mut name, element, self.type_of(value.type_id).name);
            (name, value)
        })
    }

    /// The search parameter of that code on a resource type, inherited ones included.
    pub fn parameter(&self, resource: TypeId, code: &str) -> Option<&SearchParameter> {
        self.lineage(resource).find_map(|type_of| {
            let own = self.declared(type_of.id);
            let at = own.binary_search_by(|row| self.parameter_of(row.parameter).code.cmp(code)).ok()?;
            Some(self.parameter_of(own[at].parameter))
        })
    }

    /// All search parameters on a resource type: its own in the order of codes, then inherited ones.
    pub fn parameters(&self, resource: TypeId) -> impl Iterator<Item = &SearchParameter> {
        let rows = self.lineage(resource).flat_map(|type_of| self.declared(type_of.id));
        rows.map(|row| self.parameter_of(row.parameter))
    }

    /// Whether a reference parameter may point to a type: to every one, where it says nothing or names an abstract one.
    pub fn may_refer_to(&self, parameter: &SearchParameter, resource: TypeId) -> bool {
        parameter.targets.is_empty() || parameter.targets.iter().any(|&target| self.is_a(resource, target))
    }

    fn declared(&self, type_id: TypeId) -> &[Applicable] {
        let start = self.applicable.partition_point(|row| row.type_id < type_id);
        let rest = &self.applicable[start..];
        &rest[..rest.partition_point(|row| row.type_id == type_id)]
    }

    /// The search parameter of that number.
    pub fn parameter_of(&self, id: ParameterId) -> &SearchParameter {
        &self.parameters[id.index()]
    }

    /// The search parameter of that canonical URL.
    pub fn parameter_at(&self, url: &str) -> Option<&SearchParameter> {
        let at = self.parameters.binary_search_by(|parameter| parameter.url.cmp(url)).ok()?;
        Some(&self.parameters[at])
    }

    /// All search parameters in the order of their numbers, which is that of their URLs; those without a type and the
    /// examples among them.
    pub fn all_parameters(&self) -> &[SearchParameter] {
        &self.parameters
    }

    /// The compartment of that code, which is a type's name.
    pub fn compartment(&self, code: &str) -> Option<&Compartment> {
        let mut usable = self.compartments.iter().filter(|compartment| !compartment.is_example);
        usable.find(|compartment| self.type_of(compartment.type_id).name == code)
    }

    /// All compartments, the examples among them.
    pub fn compartments(&self) -> &[Compartment] {
        &self.compartments
    }

    /// The operation that a call of that code means; the most specific one where a type and its ancestors have it.
    pub fn operation(&self, level: OperationLevel, code: &str) -> Option<&Operation> {
        let usable = || self.operations.iter().filter(|one| !one.is_example && one.code == code);
        match level {
            OperationLevel::System => usable().find(|one| one.on_system),
            OperationLevel::Type(id) => self
                .lineage(id)
                .find_map(|type_of| usable().find(|one| one.on_type && one.resources.contains(&type_of.id))),
            OperationLevel::Instance(id) => self.lineage(id).find_map(|type_of| {
                usable().find(|one| one.on_instance && one.resources.contains(&type_of.id))
            }),
        }
    }

    /// The systems of the codes of a value set (with or without `|version`) that `code` elements are bound to; empty of any other.
    pub fn systems(&self, value_set: &str) -> &[&'static str] {
        let url = value_set.split('|').next().unwrap_or(value_set);
        match self.value_sets.binary_search_by(|one| one.url.cmp(url)) {
            Ok(at) => &self.value_sets[at].systems,
            Err(_) => &[],
        }
    }

    /// All operations, the examples among them.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

fn type_names(tables: &Decoded) -> Result<Box<[TypeId]>, ImageError> {
    let name = |id: &TypeId| tables.types[id.index()].name;
    let mut ids: Box<[TypeId]> = tables.types.iter().map(|type_of| type_of.id).collect();
    ids.sort_unstable_by_key(name);
    if ids.is_sorted_by(|one, next| name(one) < name(next)) {
        Ok(ids)
    } else {
        Err(ImageError::Damaged("two types of one name"))
    }
}

fn applicable(tables: &Decoded) -> Box<[Applicable]> {
    let usable = tables.parameters.iter().filter(|parameter| !parameter.is_example);
    let mut rows: Box<[Applicable]> = usable
        .flat_map(|parameter| {
            parameter.base.iter().map(|&type_id| Applicable { type_id, parameter: parameter.id })
        })
        .collect();
    rows.sort_unstable_by_key(|row| {
        (row.type_id, tables.parameters[row.parameter.index()].code, row.parameter)
    });
    rows
}
