//! Compartments: which resources belong to a patient, a practitioner and so on.

use crate::TypeId;

/// The code that stands for the compartment's own resource. The specification lists it for Encounter, Practitioner and
/// RelatedPerson only, although the own resource is in every compartment.
pub const SELF_CODE: &str = "{def}";

/// A compartment, and how resources come into it.
#[derive(Clone, Debug)]
pub struct Compartment {
    /// The canonical URL. Unique.
    pub url: &'static str,
    /// The type that gives the compartment its name and its instances.
    pub type_id: TypeId,
    /// An illustration of the specification, not for use: found by URL only.
    pub is_example: bool,
    /// A row per type, in the order of their numbers.
    pub(crate) members: Box<[CompartmentMember]>,
}

/// A type and the search parameters that bring its resources in.
#[derive(Clone, Debug)]
pub(crate) struct CompartmentMember {
    pub(crate) type_id: TypeId,
    pub(crate) codes: Box<[&'static str]>,
}

impl Compartment {
    /// Codes of the reference parameters by which a resource of this type comes in, or [`SELF_CODE`]; empty when none
    /// does.
    pub fn parameters(&self, resource: TypeId) -> &[&'static str] {
        match self.members.binary_search_by_key(&resource, |member| member.type_id) {
            Ok(at) => &self.members[at].codes,
            Err(_) => &[],
        }
    }

    /// The types that the specification lists, those that never come in among them.
    pub fn types(&self) -> impl Iterator<Item = TypeId> {
        self.members.iter().map(|member| member.type_id)
    }
}
