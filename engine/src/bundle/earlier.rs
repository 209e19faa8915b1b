//! What criteria within a transaction find beside what is there: deletes come before creates, creates before updates, updates before
//! patches; and of two creates under the same criteria only the first makes a resource.

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
    /// The types that an entry asks for.
    asked: HashSet<String>,
    /// Ids of what is deleted or written, by type: what is there under them is not what criteria find.
    touched: HashMap<u16, HashSet<String>>,
    none: HashSet<String>,
    written: Vec<Made>,
    /// Places in `written`.
    by_identity: HashMap<IdentityKey, Vec<usize>>,
    /// Writes that criteria were compared with, one by one.
    compared: Cell<usize>,
}

/// Writes compared with criteria in one transaction: a second or two.
const COMPARED_MAX: usize = 2_000_000;

/// The type that the criteria of an entry are about, if it has any that find what comes before it.
fn asked<'e>(entry: &'e Entry<'_>) -> Option<&'e str> {
    let (path, criteria) =
        entry.url.split_once('?').map_or((&*entry.url, None), |(path, _)| (path, Some(())));
    let asks = match entry.method {
        Method::Post => entry.if_none_exist.is_some(),
        Method::Put | Method::Patch => criteria.is_some(),
        Method::Delete | Method::Get | Method::Head => false,
    };
    asks.then(|| path.rsplit('/').next().unwrap_or(path))
}

struct Made {
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
        let asked: HashSet<String> =
            entries.iter().filter_map(|entry| asked(entry)).map(ToOwned::to_owned).collect();
        if asked.is_empty() {
            return None;
        }
        let mut touched: HashMap<u16, HashSet<String>> = HashMap::new();
        for target in deletes {
            if let Target::Delete { resource_type, id } = target {
                touched.entry(resource_type.number).or_default().insert(id.clone());
            }
        }
        Some(Self {
            core,
            own_bases,
            asked,
            touched,
            none: HashSet::new(),
            written: Vec::new(),
            by_identity: HashMap::new(),
            compared: Cell::new(0),
        })
    }

    /// The ids of that type that are deleted or written.
    pub(super) fn touched(&self, resource_type: ResourceType) -> &HashSet<String> {
        self.touched.get(&resource_type.number).unwrap_or(&self.none)
    }

    /// Remembers a write. What a patch makes is not known yet: no criteria come after it.
    pub(super) fn add(&mut self, entry: &Entry<'_>, target: &Target) -> Result<()> {
        let Target::Write { resource_type, id, .. } = target else { return Ok(()) };
        if !self.asked.contains(resource_type.name) {
            return Ok(());
        }
        self.touched.entry(resource_type.number).or_default().insert(id.clone());
        let Some(node) = entry.resource else { return Ok(()) };
        let (resource_type, is_new) = (*resource_type, entry.method == Method::Post);
        let outlives = if is_new { Outlives::Nothing } else { Outlives::Labels };
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
            if places.last() != Some(&self.written.len()) {
                places.push(self.written.len());
            }
        }
        self.written.push(Made { index: entry.index, type_number, values });
        Ok(())
    }

    /// The entries before that write what matches.
    ///
    /// # Errors
    /// `Limit`: too many criteria that are no identity, beside too many creates.
    pub(super) fn matching(&self, criteria: &Criteria) -> Result<Vec<usize>> {
        if let Some(identity) = criteria.identity() {
            let places = self.by_identity.get(identity).into_iter().flatten();
            return Ok(places.map(|&place| self.written[place].index).collect());
        }
        self.compared.set(self.compared.get() + self.written.len());
        if self.compared.get() > COMPARED_MAX {
            let text =
                "the transaction has too many conditional entries by other criteria than an identifier";
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", text)));
        }
        let mut met = Vec::new();
        for one in self.written.iter().filter(|one| one.type_number == criteria.resource_type().number) {
            if criteria.are_met_by(self.core, &one.values)? {
                met.push(one.index);
            }
        }
        Ok(met)
    }
}
