//! What is kept of opened segments, by bytes, shared by all indexes of a process: columns, dictionary entries, and bitmaps of
//! frequent terms.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use tantivy::BitSet;
use tantivy::postings::TermInfo;

use crate::error::Result;
use crate::segment::SegmentId;
use crate::values::Values;

/// Budgets in bytes.
#[derive(Clone, Copy, Debug)]
pub struct CacheBudget {
    /// Unpacked columns: they are the index's memory.
    pub columns_bytes: u64,
    /// Dictionary entries; a miss costs 2 to 9 us a segment.
    pub terms_bytes: u64,
    /// Documents of frequent terms, a bit for each document of a segment.
    pub bits_bytes: u64,
}

/// Bytes held.
#[derive(Clone, Copy, Debug)]
pub struct CachedBytes {
    /// By unpacked columns.
    pub columns: u64,
    /// By dictionary entries.
    pub terms: u64,
    /// By bitmaps of terms.
    pub bits: u64,
}

impl Default for CacheBudget {
    fn default() -> Self {
        Self { columns_bytes: 64 << 20, terms_bytes: 8 << 20, bits_bytes: 8 << 20 }
    }
}

/// Columns, dictionary entries and bitmaps. Entries of segments that are gone leave by the budget.
pub struct Caches {
    pub(crate) columns: ColumnCache,
    pub(crate) terms: TermCache,
    pub(crate) bits: BitsCache,
}

impl Caches {
    /// Empty caches.
    pub fn with_budget(budget: CacheBudget) -> Self {
        Self {
            columns: ColumnCache::with_bytes(budget.columns_bytes),
            terms: TermCache::with_bytes(budget.terms_bytes),
            bits: BitsCache::with_bytes(budget.bits_bytes),
        }
    }

    /// Bytes held now.
    pub fn bytes(&self) -> CachedBytes {
        CachedBytes {
            columns: self.columns.0.weight(),
            terms: self.terms.0.weight(),
            bits: self.bits.0.weight(),
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.columns.0.clear();
        self.terms.0.clear();
        self.bits.0.clear();
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

impl Weighter<OwnedPlace, Option<Arc<Values>>> for ColumnBytes {
    fn weight(&self, key: &OwnedPlace, values: &Option<Arc<Values>>) -> u64 {
        key.name.len() as u64 + values.as_ref().map_or(0, |values| values.bytes()) + ENTRY_BYTES
    }
}

pub(crate) struct ColumnCache(Cache<OwnedPlace, Option<Arc<Values>>, ColumnBytes>);

impl ColumnCache {
    fn with_bytes(bytes: u64) -> Self {
        Self(Cache::with_weighter(4096, bytes, ColumnBytes))
    }

    pub(crate) fn get_or_open(
        &self,
        segment: SegmentId,
        name: &str,
        open: impl FnOnce() -> Result<Option<Values>>,
    ) -> Result<Option<Arc<Values>>> {
        let place = Place { segment, kind: 0, name: name.as_bytes() };
        if let Some(values) = self.0.get(&place) {
            return Ok(values);
        }
        // Of many searches that want it at once, one opens it.
        self.0.get_or_insert_with(&place.to_owned(), || Ok(open()?.map(Arc::new)))
    }
}

#[derive(Clone)]
struct BitsBytes;

impl Weighter<OwnedPlace, Arc<BitSet>> for BitsBytes {
    fn weight(&self, key: &OwnedPlace, bits: &Arc<BitSet>) -> u64 {
        key.name.len() as u64 + u64::from(bits.max_value().div_ceil(64)) * 8 + ENTRY_BYTES
    }
}

pub(crate) struct BitsCache(Cache<OwnedPlace, Arc<BitSet>, BitsBytes>);

impl BitsCache {
    fn with_bytes(bytes: u64) -> Self {
        Self(Cache::with_weighter((bytes >> 14).max(16) as usize, bytes, BitsBytes))
    }

    /// `None`: it is not here, and making it is not worth it.
    pub(crate) fn get_or_make(
        &self,
        (segment, field): (SegmentId, u32),
        term: &[u8],
        is_worth: bool,
        make: impl FnOnce() -> Result<BitSet>,
    ) -> Result<Option<Arc<BitSet>>> {
        let place = Place { segment, kind: field, name: term };
        if let Some(bits) = self.0.get(&place) {
            return Ok(Some(bits));
        }
        if !is_worth {
            return Ok(None);
        }
        self.0.get_or_insert_with(&place.to_owned(), || Ok(Arc::new(make()?))).map(Some)
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
