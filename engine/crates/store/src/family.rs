//! Families: separate ordered maps in one store, written to atomically together.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Limits, StoreError};

/// The number of a family, chosen by the caller, who never reuses the number of a dropped one.
///
/// Numbers are written to disk in the clear, so they say nothing about whose data a family holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId(pub u32);

impl fmt::Display for FamilyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "family {}", self.0)
    }
}

/// How a family is used, which decides how it is laid out. Every kind answers every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FamilyKind {
    /// Mostly `get`, often of keys that are absent: has a filter in front of the disk.
    PointLookups,
    /// Mostly scans and gets of keys that exist.
    Scans,
    /// Like `Scans`, with values over 64 KiB kept apart, so that reorganising the keys does not copy them.
    LargeValues,
}

/// Those of the `wanted` families that do not exist yet, once each.
///
/// Fails if a wanted one exists with another kind or is wanted with two, or if they would be more than the limit.
pub fn families_to_create(
    existing: &[(FamilyId, FamilyKind)],
    wanted: &[(FamilyId, FamilyKind)],
    limits: &Limits,
) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError> {
    let mut known: BTreeMap<_, _> = existing.iter().copied().collect();
    let mut missing = Vec::new();
    for &(id, kind) in wanted {
        match known.insert(id, kind) {
            None => missing.push((id, kind)),
            Some(found) if found == kind => (),
            Some(_) => return Err(StoreError::OtherKind(id)),
        }
    }
    limits.check_families(known.len())?;
    Ok(missing)
}
