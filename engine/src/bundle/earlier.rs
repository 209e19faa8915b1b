//! What a conditional create within a transaction finds beside what is there: deletes come before creates, and of two creates under
//! the same criteria only the first makes a resource.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use fornax_index::SearchValues;

use super::entries::{Entry, Method};
use super::process::Target;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::identity::IdentityKey;
use crate::types::ResourceType;
use crate::write::{BodySource, Criteria, Outlives, OwnReferences, values_of};

/// The writes of a transaction that come before the entry that is looked at.
pub(super) struct Earlier<'a> {
    core: &'a Core,
    own_bases: &'a [String],
    /// Ids, by type.
    deleted: HashMap<u16, HashSet<String>>,
    none: HashSet<String>,
    created: Vec<Created>,
    /// Places in `created`.
    by_identity: HashMap<IdentityKey, Vec<usize>>,
    /// Creates that criteria were compared with, one by one.
    compared: Cell<usize>,
}

/// Creates compared with criteria in one transaction: a second or two.
const COMPARED_MAX: usize = 2_000_000;

/// A PUT by criteria: it may make a resource.
fn is_conditional_update(entry: &Entry<'_>) -> bool {
    entry.method == Method::Put && entry.url.contains('?')
}

struct Created {
    /// The place of the entry in the request.
    index: usize,
    type_number: u16,
    values: SearchValues,
}

impl<'a> Earlier<'a> {
    /// Before the first create, with what is deleted; `None`: no entry asks.
    pub(super) fn of<'t>(
        core: &'a Core,
        own_bases: &'a [String],
        entries: &[&Entry<'_>],
        deletes: impl Iterator<Item = &'t Target>,
    ) -> Option<Self> {
        if !entries.iter().any(|entry| entry.if_none_exist.is_some() || is_conditional_update(entry)) {
            return None;
        }
        let mut deleted: HashMap<u16, HashSet<String>> = HashMap::new();
        for target in deletes {
            if let Target::Delete { resource_type, id } = target {
                deleted.entry(resource_type.number).or_default().insert(id.clone());
            }
        }
        Some(Self {
            core,
            own_bases,
            deleted,
            none: HashSet::new(),
            created: Vec::new(),
            by_identity: HashMap::new(),
            compared: Cell::new(0),
        })
    }

    /// The ids of that type that are deleted.
    pub(super) fn deleted(&self, resource_type: ResourceType) -> &HashSet<String> {
        self.deleted.get(&resource_type.number).unwrap_or(&self.none)
    }

    /// Remembers a create.
    pub(super) fn add(&mut self, entry: &Entry<'_>, target: &Target) -> Result<()> {
        let Target::Write { resource_type, id, .. } = target else { return Ok(()) };
        if entry.method != Method::Post && !is_conditional_update(entry) {
            return Ok(());
        }
        let Some(node) = entry.resource else { return Ok(()) };
        let (resource_type, outlives) = (*resource_type, Outlives::Nothing);
        let source = BodySource { node, whole: None, resource_type, id, outlives };
        // References to other entries are not known yet: criteria that name them match nothing.
        let Some(values) = values_of(self.core, &source, &OwnReferences(self.own_bases))? else {
            return Ok(());
        };
        let type_number = resource_type.number;
        for identity in values.identities() {
            let digest = self.core.vault.identity_digest(resource_type.name, identity);
            let identity = IdentityKey { type_number, digest };
            let places = self.by_identity.entry(identity).or_default();
            // A resource may bear one twice.
            if places.last() != Some(&self.created.len()) {
                places.push(self.created.len());
            }
        }
        self.created.push(Created { index: entry.index, type_number, values });
        Ok(())
    }

    /// The entries before that create what matches.
    ///
    /// # Errors
    /// `Limit`: too many criteria that are no identity, beside too many creates.
    pub(super) fn matching(&self, criteria: &Criteria) -> Result<Vec<usize>> {
        if let Some(identity) = criteria.identity() {
            let places = self.by_identity.get(identity).into_iter().flatten();
            return Ok(places.map(|&place| self.created[place].index).collect());
        }
        self.compared.set(self.compared.get() + self.created.len());
        if self.compared.get() > COMPARED_MAX {
            let text =
                "the transaction has too many conditional creates by other criteria than an identifier";
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", text)));
        }
        let mut met = Vec::new();
        for one in self.created.iter().filter(|one| one.type_number == criteria.type_number()) {
            if criteria.are_met_by(self.core, &one.values)? {
                met.push(one.index);
            }
        }
        Ok(met)
    }
}
