//! Families as column families: their names, and the handles by which RocksDB knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use fornax_store::{FamilyId, FamilyKind, StoreError};
use parking_lot::RwLock;
use rocksdb::{BoundColumnFamily, DB, DEFAULT_COLUMN_FAMILY_NAME};
use self_cell::self_cell;

/// RocksDB's handle of a family.
pub type Handle<'db> = Arc<BoundColumnFamily<'db>>;

/// The kinds and handles of all families.
pub type HandleMap<'db> = BTreeMap<FamilyId, (FamilyKind, Handle<'db>)>;

/// The families, for use by many threads. RocksDB's own map of them is locked while a family is made, which takes as long as a
/// hundred writes; this one is not.
pub type Handles<'db> = RwLock<HandleMap<'db>>;

self_cell!(
    /// An open database and the handles of its families, which must go before it.
    pub struct Database {
        owner: DB,
        #[not_covariant]
        dependent: Handles,
    }
);

impl Database {
    /// The open database `db`, which holds these families.
    pub fn with_families(db: DB, families: &[(FamilyId, FamilyKind)]) -> Result<Self, StoreError> {
        Self::try_new(db, |db| {
            let handles = families.iter().map(|&(id, kind)| Ok((id, (kind, handle(db, id, kind)?))));
            handles.collect::<Result<_, _>>().map(RwLock::new)
        })
    }

    /// All families, by number.
    pub fn families(&self) -> Vec<(FamilyId, FamilyKind)> {
        self.with_dependent(|_, handles| handles.read().iter().map(|(&id, &(kind, _))| (id, kind)).collect())
    }

    /// Lets this family be used. It must have been created.
    pub fn add(&self, id: FamilyId, kind: FamilyKind) -> Result<(), StoreError> {
        self.with_dependent(|db, handles| {
            let handle = handle(db, id, kind)?;
            handles.write().insert(id, (kind, handle));
            Ok(())
        })
    }

    /// Lets this family be used no more, and waits for the writes that use it. Its kind, if there was such a family.
    pub fn remove(&self, id: FamilyId) -> Option<FamilyKind> {
        self.with_dependent(|_, handles| handles.write().remove(&id).map(|(kind, _)| kind))
    }

    /// Runs `then` with the handle of a family.
    pub fn with_handle<'s, R>(
        &'s self,
        id: FamilyId,
        then: impl FnOnce(&'s DB, &Handle<'_>) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let db = self.borrow_owner();
        self.with_dependent(|_, handles| {
            let handle = handles.read().get(&id).map(|(_, handle)| handle.clone());
            then(db, &handle.ok_or(StoreError::UnknownFamily(id))?)
        })
    }
}

fn handle(db: &DB, id: FamilyId, kind: FamilyKind) -> Result<Handle<'_>, StoreError> {
    db.cf_handle(&name(id, kind)).ok_or_else(|| StoreError::Bug(format!("{id} has no handle")))
}

/// The name of a family's column family: its number in decimal, and a letter for its kind.
pub fn name(id: FamilyId, kind: FamilyKind) -> String {
    let letter = match kind {
        FamilyKind::PointLookups => 'p',
        FamilyKind::Scans => 's',
        FamilyKind::LargeValues => 'v',
    };
    format!("{}{letter}", id.0)
}

/// The families behind the names of all column families of a database.
pub fn parse_names(names: &[String]) -> Result<Vec<(FamilyId, FamilyKind)>, StoreError> {
    let families = names.iter().filter(|name| *name != DEFAULT_COLUMN_FAMILY_NAME);
    families
        .map(|name| parse(name).ok_or_else(|| StoreError::Corrupted(format!("unknown family {name}"))))
        .collect()
}

fn parse(text: &str) -> Option<(FamilyId, FamilyKind)> {
    let kind = match text.as_bytes().last()? {
        b'p' => FamilyKind::PointLookups,
        b's' => FamilyKind::Scans,
        b'v' => FamilyKind::LargeValues,
        _ => return None,
    };
    let id = FamilyId(text[..text.len() - 1].parse().ok()?);
    // One spelling only, or a number could be there twice.
    (name(id, kind) == text).then_some((id, kind))
}

#[cfg(test)]
mod tests;
