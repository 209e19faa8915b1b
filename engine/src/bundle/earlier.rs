//! What a conditional create within a transaction finds beside what is there: deletes come before creates, and of two creates under
//! the same criteria only the first makes a resource.

use std::collections::{HashMap, HashSet};

use fornax_index::SearchValues;

use super::entries::{Entry, Method};
use super::process::Target;
use crate::core::Core;
use crate::error::Result;
use crate::identity::IdentityKey;
use crate::types::ResourceType;
use crate::write::{BodySource, Criteria, OwnReferences, values_of};

/// The writes of a transaction that come before the entry that is looked at.
pub(super) struct Earlier<'a> {
    core: &'a Core,
    own_bases: &'a [String],
    deleted: HashSet<(u16, String)>,
    created: Vec<Created>,
    /// Places in `created`.
    by_identity: HashMap<IdentityKey, Vec<usize>>,
}

struct Created {
    /// The place of the entry in the request.
    index: usize,
    type_number: u16,
    values: SearchValues,
}

impl<'a> Earlier<'a> {
    /// Before the first create; `None`: no entry asks.
    pub(super) fn of(
        core: &'a Core,
        own_bases: &'a [String],
        entries: &[&Entry<'_>],
        delete_of: impl Fn(&Entry<'_>) -> Option<(u16, String)>,
    ) -> Option<Self> {
        let asks = entries.iter().any(|entry| entry.if_none_exist.is_some());
        let deletes = entries.iter().filter(|entry| entry.method == Method::Delete);
        asks.then(|| Self {
            core,
            own_bases,
            deleted: deletes.filter_map(|entry| delete_of(entry)).collect(),
            created: Vec::new(),
            by_identity: HashMap::new(),
        })
    }

    /// How many resources are deleted.
    pub(super) fn deletes(&self) -> usize {
        self.deleted.len()
    }

    pub(super) fn is_deleted(&self, resource_type: ResourceType, id: &str) -> bool {
        self.deleted.contains(&(resource_type.number, id.to_owned()))
    }

    /// Remembers a create.
    pub(super) fn add(&mut self, entry: &Entry<'_>, target: &Target) -> Result<()> {
        let (Method::Post, Target::Write { resource_type, id, .. }) = (entry.method, target) else {
            return Ok(());
        };
        let Some(node) = entry.resource else { return Ok(()) };
        let source = BodySource { node, whole: None, resource_type: *resource_type, id };
        // References to other entries are not known yet: criteria that name them match nothing.
        let Some(values) = values_of(self.core, &source, &OwnReferences(self.own_bases))? else {
            return Ok(());
        };
        let type_number = resource_type.number;
        for identity in values.identities() {
            let digest = self.core.vault.identity_digest(resource_type.name, identity);
            let identity = IdentityKey { type_number, digest };
            self.by_identity.entry(identity).or_default().push(self.created.len());
        }
        self.created.push(Created { index: entry.index, type_number, values });
        Ok(())
    }

    /// The entries before that create what matches.
    pub(super) fn matching(&self, criteria: &Criteria) -> Vec<usize> {
        if let Some(identity) = criteria.identity() {
            let places = self.by_identity.get(identity).into_iter().flatten();
            return places.map(|&place| self.created[place].index).collect();
        }
        let of_type = |one: &&Created| one.type_number == criteria.type_number();
        let is_met = |one: &&Created| criteria.are_met_by(self.core, &one.values);
        self.created.iter().filter(of_type).filter(is_met).map(|one| one.index).collect()
    }
}
