//! What is kept of opened segments, by bytes, shared by all indexes of a process: columns and dictionary entries.

use std::hash::{Hash, Hasher};

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use tantivy::columnar::Column;
use tantivy::postings::TermInfo;

use crate::error::Result;
use crate::segment::SegmentId;

/// Budgets in bytes.
#[derive(Clone, Copy, Debug)]
pub struct CacheBudget {
    /// Opened columns: they are the index's memory.
    pub columns_bytes: u64,
    /// Dictionary entries; a miss costs 2 to 9 us a segment.
    pub terms_bytes: u64,
}

impl Default for CacheBudget {
    fn default() -> Self {
        Self { columns_bytes: 64 << 20, terms_bytes: 16 << 20 }
    }
}

/// Opened columns and dictionary entries. Entries of segments that are gone leave by the budget.
pub struct Caches {
    pub(crate) columns: ColumnCache,
    pub(crate) terms: TermCache,
}

impl Caches {
    /// Empty caches.
    pub fn with_budget(budget: CacheBudget) -> Self {
        Self {
            columns: ColumnCache::with_bytes(budget.columns_bytes),
            terms: TermCache::with_bytes(budget.terms_bytes),
        }
    }

    /// Bytes held now: of columns, and of dictionary entries.
    pub fn bytes(&self) -> (u64, u64) {
        (self.columns.0.weight(), self.terms.0.weight())
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.columns.0.clear();
        self.terms.0.clear();
    }
}

/// A segment and a name or term in it, to look up without an allocation.
#[derive(Clone, PartialEq, Eq)]
struct Place<T> {
    segment: SegmentId,
    kind: u32,
    name: T,
}

type OwnedPlace = Place<Box<[u8]>>;

impl<T: AsRef<[u8]>> Hash for Place<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.segment.hash(state);
        self.kind.hash(state);
        self.name.as_ref().hash(state);
    }
}

impl Equivalent<OwnedPlace> for Place<&[u8]> {
    fn equivalent(&self, key: &OwnedPlace) -> bool {
        self.segment == key.segment && self.kind == key.kind && *self.name == *key.name
    }
}

impl Place<&[u8]> {
    fn to_owned(&self) -> OwnedPlace {
        Place { segment: self.segment, kind: self.kind, name: self.name.into() }
    }
}

/// What an entry costs beside its own bytes.
const ENTRY_BYTES: u64 = 120;

#[derive(Clone)]
struct ColumnBytes;

impl Weighter<OwnedPlace, (Option<Column<i64>>, u64)> for ColumnBytes {
    fn weight(&self, key: &OwnedPlace, (_, bytes): &(Option<Column<i64>>, u64)) -> u64 {
        key.name.len() as u64 + bytes + ENTRY_BYTES
    }
}

pub(crate) struct ColumnCache(Cache<OwnedPlace, (Option<Column<i64>>, u64), ColumnBytes>);

impl ColumnCache {
    fn with_bytes(bytes: u64) -> Self {
        Self(Cache::with_weighter(4096, bytes, ColumnBytes))
    }

    pub(crate) fn get_or_open(
        &self,
        segment: SegmentId,
        name: &str,
        open: impl FnOnce() -> Result<(Option<Column<i64>>, u64)>,
    ) -> Result<Option<Column<i64>>> {
        let place = Place { segment, kind: 0, name: name.as_bytes() };
        if let Some((column, _)) = self.0.get(&place) {
            return Ok(column);
        }
        let opened = open()?;
        self.0.insert(place.to_owned(), opened.clone());
        Ok(opened.0)
    }
}

#[derive(Clone)]
struct TermBytes;

impl Weighter<OwnedPlace, Option<TermInfo>> for TermBytes {
    fn weight(&self, key: &OwnedPlace, _: &Option<TermInfo>) -> u64 {
        key.name.len() as u64 + ENTRY_BYTES
    }
}

pub(crate) struct TermCache(Cache<OwnedPlace, Option<TermInfo>, TermBytes>);

impl TermCache {
    fn with_bytes(bytes: u64) -> Self {
        Self(Cache::with_weighter((bytes / 160).max(16) as usize, bytes, TermBytes))
    }

    pub(crate) fn get_or_find(
        &self,
        segment: SegmentId,
        field: u32,
        term: &[u8],
        find: impl FnOnce() -> Result<Option<TermInfo>>,
    ) -> Result<Option<TermInfo>> {
        let place = Place { segment, kind: field, name: term };
        if let Some(found) = self.0.get(&place) {
            return Ok(found);
        }
        let found = find()?;
        self.0.insert(place.to_owned(), found.clone());
        Ok(found)
    }
}
