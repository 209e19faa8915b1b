//! All definitions of a FHIR release, with the search parameters that were added to them, and the ways to find one.

use std::sync::Arc;

use crate::image::{CodeValueSet, Decoded, decode};
use crate::members::{Members, is_member, write_member};
use crate::{
    Compartment, Element, ElementId, ElementType, ImageError, Operation, OperationLevel, ParameterId,
    Readiness, SearchParameter, Type, TypeId, TypeKind,
};

/// The definitions of one FHIR release, and search parameters of one's own beside them. Immutable and cheap to clone.
#[derive(Clone, Debug)]
pub struct Definitions {
    release: Arc<Release>,
    /// In the order of numbers, which are above the release's.
    added: Arc<[SearchParameter]>,
    /// In the order of types, then codes; each pair once.
    applicable: Arc<[Applicable]>,
}

/// What an image holds.
#[derive(Debug)]
struct Release {
    fingerprint: u64,
    version: &'static str,
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
    /// Without added ones.
    applicable: Arc<[Applicable]>,
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
        let release = Release {
            members: Members::new(&tables.types, &tables.elements),
            type_names,
            applicable: applicable(&tables.parameters, &[]),
            fingerprint: tables.fingerprint,
            version: tables.release,
            types: tables.types,
            elements: tables.elements,
            parameters: tables.parameters,
            compartments: tables.compartments,
            operations: tables.operations,
            value_sets: tables.value_sets,
        };
        let applicable = Arc::clone(&release.applicable);
        Ok(Self { release: Arc::new(release), added: Arc::default(), applicable })
    }

    /// The same release with these search parameters and no other ones added. On each of its types, one that is
    /// [ready](Readiness::Ready) takes the place of the release's of the same code; of several added ones that with the greatest
    /// number counts.
    ///
    /// # Panics
    /// When a number is not [an added one](Self::added_from), or stands twice.
    #[must_use]
    pub fn with_parameters(&self, mut added: Vec<SearchParameter>) -> Self {
        added.sort_unstable_by_key(|parameter| parameter.id);
        assert!(added.is_sorted_by(|one, next| one.id < next.id), "each number once");
        let first = added.first().map_or(usize::MAX, |parameter| parameter.id.index());
        assert!(first >= self.added_from().index(), "numbers above the release's");
        let applicable = applicable(&self.release.parameters, &added);
        Self { release: Arc::clone(&self.release), added: added.into(), applicable }
    }

    /// The first number that an added search parameter may have.
    pub fn added_from(&self) -> ParameterId {
        ParameterId::new(self.release.parameters.len() as u16)
    }

    /// The version of FHIR, as in `4.0.1`.
    pub fn release(&self) -> &'static str {
        self.release.version
    }

    /// Differs whenever any definition of the release differs. Whoever keeps what was made from definitions keeps this beside it,
    /// and the added ones.
    pub fn fingerprint(&self) -> u64 {
        self.release.fingerprint
    }

    /// The type of that name or, for a backbone, that path.
    pub fn type_named(&self, name: &str) -> Option<&Type> {
        let at = self.release.type_names.binary_search_by(|id| self.type_of(*id).name.cmp(name)).ok()?;
        Some(self.type_of(self.release.type_names[at]))
    }

    /// The type of that number.
    pub fn type_of(&self, id: TypeId) -> &Type {
        &self.release.types[id.index()]
    }

    /// All types in the order of their numbers.
    pub fn types(&self) -> &[Type] {
        &self.release.types
    }

    /// The types that a resource can be of, in the order of their names.
    pub fn resource_types(&self) -> impl Iterator<Item = &Type> {
        let types = self.release.type_names.iter().map(|id| self.type_of(*id));
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
        &self.release.elements[id.index()]
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
        let (element, choice) = self.release.members.find(parent, member, |element, choice| {
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
        self.coded(&self.applicable, resource, code)
    }

    /// The same, among those of the release alone: what nobody can change.
    pub fn parameter_of_release(&self, resource: TypeId, code: &str) -> Option<&SearchParameter> {
        self.coded(&self.release.applicable, resource, code)
    }

    fn coded(&self, rows: &[Applicable], resource: TypeId, code: &str) -> Option<&SearchParameter> {
        self.lineage(resource).find_map(|type_of| {
            let own = declared(rows, type_of.id);
            let at = own.binary_search_by(|row| (*self.parameter_of(row.parameter).code).cmp(code)).ok()?;
            Some(self.parameter_of(own[at].parameter))
        })
    }

    /// Whether a search parameter is one of the release.
    pub fn is_of_release(&self, parameter: ParameterId) -> bool {
        parameter < self.added_from()
    }

    /// The search parameters by which a resource type is indexed: all of the release's, also where an added one has its code,
    /// and the added ones that are ready.
    pub fn indexed_parameters(&self, resource: TypeId) -> impl Iterator<Item = &SearchParameter> {
        let released = self.lineage(resource).flat_map(|of| declared(&self.release.applicable, of.id));
        let added = self.added.iter().filter(|one| one.readiness == Readiness::Ready);
        let added = added.filter(move |one| one.base.iter().any(|&base| self.is_a(resource, base)));
        released.map(|row| self.parameter_of(row.parameter)).chain(added)
    }

    /// All search parameters on a resource type: its own in the order of codes, then inherited ones.
    pub fn parameters(&self, resource: TypeId) -> impl Iterator<Item = &SearchParameter> {
        let rows = self.lineage(resource).flat_map(|of| declared(&self.applicable, of.id));
        let listed = rows.map(|row| self.parameter_of(row.parameter));
        // An added one may hide an inherited one, which in a release none does.
        listed.filter(move |one| {
            let means = || self.parameter(resource, &one.code).map(|found| found.id);
            self.added.is_empty() || means() == Some(one.id)
        })
    }

    /// Whether a reference parameter may point to a type: to every one, where it says nothing or names an abstract one.
    pub fn may_refer_to(&self, parameter: &SearchParameter, resource: TypeId) -> bool {
        parameter.targets.is_empty() || parameter.targets.iter().any(|&target| self.is_a(resource, target))
    }

    /// The search parameter of that number.
    ///
    /// # Panics
    /// When the number is of other definitions.
    pub fn parameter_of(&self, id: ParameterId) -> &SearchParameter {
        match self.release.parameters.get(id.index()) {
            Some(parameter) => parameter,
            None => {
                let at = self.added.binary_search_by_key(&id, |parameter| parameter.id);
                &self.added[at.expect("a number of these definitions")]
            }
        }
    }

    /// The search parameter of that canonical URL.
    pub fn parameter_at(&self, url: &str) -> Option<&SearchParameter> {
        let release = &self.release.parameters;
        match release.binary_search_by(|parameter| (*parameter.url).cmp(url)) {
            Ok(at) => Some(&release[at]),
            Err(_) => self.added.iter().rfind(|parameter| parameter.url == url),
        }
    }

    /// All search parameters in the order of their numbers, which in the release is that of their URLs; those without a type
    /// and the examples among them.
    pub fn all_parameters(&self) -> impl Iterator<Item = &SearchParameter> {
        self.release.parameters.iter().chain(self.added.iter())
    }

    /// The compartment of that code, which is a type's name.
    pub fn compartment(&self, code: &str) -> Option<&Compartment> {
        let mut usable = self.release.compartments.iter().filter(|compartment| !compartment.is_example);
        usable.find(|compartment| self.type_of(compartment.type_id).name == code)
    }

    /// All compartments, the examples among them.
    pub fn compartments(&self) -> &[Compartment] {
        &self.release.compartments
    }

    /// The operation that a call of that code means; the most specific one where a type and its ancestors have it.
    pub fn operation(&self, level: OperationLevel, code: &str) -> Option<&Operation> {
        let usable = || self.release.operations.iter().filter(|one| !one.is_example && one.code == code);
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
        match self.release.value_sets.binary_search_by(|one| one.url.cmp(url)) {
            Ok(at) => &self.release.value_sets[at].systems,
            Err(_) => &[],
        }
    }

    /// All operations, the examples among them.
    pub fn operations(&self) -> &[Operation] {
        &self.release.operations
    }
}

fn declared(rows: &[Applicable], type_id: TypeId) -> &[Applicable] {
    let start = rows.partition_point(|row| row.type_id < type_id);
    let rest = &rows[start..];
    &rest[..rest.partition_point(|row| row.type_id == type_id)]
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

/// Which parameter a code means on each type: of several the added one that is ready, then the release's, then one that waits.
fn applicable(release: &[SearchParameter], added: &[SearchParameter]) -> Arc<[Applicable]> {
    let usable = release.iter().filter(|parameter| !parameter.is_example);
    let mut rows: Vec<(&SearchParameter, Applicable)> = usable
        .chain(added)
        .flat_map(|parameter| {
            let row = move |&type_id| (parameter, Applicable { type_id, parameter: parameter.id });
            parameter.base.iter().map(row)
        })
        .collect();
    // The last of equals stays.
    rows.sort_unstable_by_key(|(parameter, row)| {
        (row.type_id, &*parameter.code, parameter.readiness == Readiness::Ready, row.parameter)
    });
    rows.dedup_by(|next, kept| {
        let is_same = (next.1.type_id, &next.0.code) == (kept.1.type_id, &kept.0.code);
        if is_same {
            *kept = *next;
        }
        is_same
    });
    rows.into_iter().map(|(_, row)| row).collect()
}
