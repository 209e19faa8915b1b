//! Where a tenant's records lie in the store.

use fornax_store::{FamilyId, FamilyKind};

/// The kinds of records of a tenant. The numbers are part of the format: they bind sealed records to their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Family {
    /// `rid (u64) seq (u64, descending)` to one version of a resource.
    Versions = 1,
    /// Digest of type and id to what the id names.
    Ids = 2,
    /// Type number and digest of an identity to the resources that bear it; and who refers to whom, where the tenant asks.
    Identity = 3,
    /// Commits in order; and, for each type, the commits that touched it.
    Log = 4,
    /// The audit chain.
    Audit = 5,
    /// Single records: head, epochs, the index's manifest tag.
    State = 6,
}

impl Family {
    const ALL: [Self; 6] = [Self::Versions, Self::Ids, Self::Identity, Self::Log, Self::Audit, Self::State];

    fn kind(self) -> FamilyKind {
        match self {
            Self::Versions => FamilyKind::LargeValues,
            Self::Ids | Self::Identity | Self::State => FamilyKind::PointLookups,
            Self::Log | Self::Audit => FamilyKind::Scans,
        }
    }
}

/// Families of one tenant within a directory's store: a block of sixteen numbers, of which six are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement(u32);

const FAMILIES_PER_TENANT: u32 = 16;

impl Placement {
    /// The tenant's number counts from 0, which is the directory's own records.
    pub(crate) fn of(tenant_number: u32) -> Option<Self> {
        tenant_number.checked_mul(FAMILIES_PER_TENANT).map(Self)
    }

    /// The number of the tenant that a family belongs to.
    pub(crate) fn tenant_number(family: FamilyId) -> u32 {
        family.0 / FAMILIES_PER_TENANT
    }

    /// The placement that a family belongs to.
    pub(crate) fn holding(family: FamilyId) -> Self {
        Self(family.0 - family.0 % FAMILIES_PER_TENANT)
    }

    pub(crate) fn family(self, family: Family) -> FamilyId {
        FamilyId(self.0 + family as u32)
    }

    pub(crate) fn all(self) -> [(FamilyId, FamilyKind); 6] {
        Family::ALL.map(|family| (self.family(family), family.kind()))
    }
}
