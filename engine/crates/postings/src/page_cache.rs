//! Decrypted pages, bounded in bytes and shared by all indexes of a process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// A file among all that share the cache; never reused, so tenants cannot meet in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(u64);

/// A cache of decrypted pages.
///
/// Owned by the engine and handed to each index. Pages leave it by the budget only: files are written once.
#[derive(Debug)]
pub struct PageCache {
    pages: Cache<(FileId, u64), Arc<[u8]>, PageBytes>,
    next_file: AtomicU64,
}

#[derive(Clone, Debug)]
struct PageBytes;

/// What an entry costs beside its plain bytes.
const ENTRY_BYTES: u64 = 64;

impl Weighter<(FileId, u64), Arc<[u8]>> for PageBytes {
    fn weight(&self, _: &(FileId, u64), page: &Arc<[u8]>) -> u64 {
        page.len() as u64 + ENTRY_BYTES
    }
}

impl PageCache {
    /// A cache that holds at most `bytes_max` of pages.
    pub fn with_bytes(bytes_max: u64) -> Self {
        let entries = (bytes_max / crate::sealed_file::PAGE_BYTES as u64).max(16) as usize;
        Self { pages: Cache::with_weighter(entries, bytes_max, PageBytes), next_file: AtomicU64::new(0) }
    }

    /// Bytes held now.
    pub fn bytes(&self) -> u64 {
        self.pages.weight()
    }

    /// Forgets every page.
    pub fn clear(&self) {
        self.pages.clear();
    }

    pub(crate) fn new_file(&self) -> FileId {
        FileId(self.next_file.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn get(&self, file: FileId, page: u64) -> Option<Arc<[u8]>> {
        self.pages.get(&(file, page))
    }

    pub(crate) fn contains(&self, file: FileId, page: u64) -> bool {
        self.pages.contains_key(&(file, page))
    }

    pub(crate) fn insert(&self, file: FileId, page: u64, plain: Arc<[u8]>) {
        self.pages.insert((file, page), plain);
    }
}
