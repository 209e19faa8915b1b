//! What a tenant is made of while it is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use arc_swap::ArcSwap;
use fornax_codec::compression::Compression;
use fornax_definitions::Definitions;
use fornax_index::Indexer;
use fornax_postings::MergeWorth;
use fornax_store::Store;
use parking_lot::Mutex;
use uuid::Builder;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::forget::Retention;
use crate::index::{Index, IndexPlace};
use crate::integrity::Integrity;
use crate::jobs::Jobs;
use crate::long_queries::LongQueries;
use crate::options::Limits;
use crate::parameters::Parameters;
use crate::records::Seq;
use crate::tenant_id::TenantId;
use crate::types::Types;
use crate::vault::Vault;
use crate::write::Sequencer;

/// One open tenant.
pub(crate) struct Core {
    pub id: TenantId,
    pub store: Arc<dyn Store>,
    pub vault: Vault,
    /// Types and elements. Search parameters are the index's.
    pub definitions: &'static Definitions,
    pub types: Types,
    pub sequencer: Sequencer,
    pub retention: Retention,
    pub integrity: Integrity,
    pub limits: Limits,
    /// Whether an update that changes nothing makes a version.
    pub versions_unchanged: bool,
    /// Whether a write of what is there must name its version.
    pub if_match_required: bool,
    pub clock: Arc<dyn Clock>,
    pub long_queries: Arc<LongQueries>,
    pub compression: Compression,
    pub parameters: Parameters,
    pub jobs: Jobs,
    pub index_place: IndexPlace,
    /// Reads by the release's search parameters alone, in the tenant's time zone.
    pub released: Arc<Indexer>,
    index: ArcSwap<Index>,
    /// Indexes that are not searched any more, but by searches that began before.
    pub replaced: Mutex<Vec<Arc<Index>>>,
    published: AtomicU64,
    closed: AtomicBool,
    may_merge: AtomicBool,
    /// Counts down from the last search.
    searched_for: AtomicU32,
}

/// The parts that opening puts together.
pub(crate) struct Parts {
    pub id: TenantId,
    pub store: Arc<dyn Store>,
    pub vault: Vault,
    /// Types and elements. Search parameters are the index's.
    pub definitions: &'static Definitions,
    pub types: Types,
    pub parameters: Parameters,
    pub jobs: Jobs,
    pub index_place: IndexPlace,
    pub released: Arc<Indexer>,
    pub index: Index,
    pub sequencer: Sequencer,
    pub retention: Retention,
    pub integrity: Integrity,
    pub limits: Limits,
    pub versions_unchanged: bool,
    pub if_match_required: bool,
    pub clock: Arc<dyn Clock>,
    pub long_queries: Arc<LongQueries>,
    pub published: Seq,
}

impl Core {
    pub(crate) fn of(parts: Parts) -> Self {
        Self {
            id: parts.id,
            store: parts.store,
            vault: parts.vault,
            definitions: parts.definitions,
            types: parts.types,
            parameters: parts.parameters,
            jobs: parts.jobs,
            index_place: parts.index_place,
            released: parts.released,
            index: ArcSwap::from_pointee(parts.index),
            replaced: Mutex::default(),
            sequencer: parts.sequencer,
            retention: parts.retention,
            integrity: parts.integrity,
            limits: parts.limits,
            versions_unchanged: parts.versions_unchanged,
            if_match_required: parts.if_match_required,
            clock: parts.clock,
            long_queries: parts.long_queries,
            compression: Compression::new(),
            published: AtomicU64::new(parts.published),
            closed: AtomicBool::new(false),
            may_merge: AtomicBool::new(true),
            searched_for: AtomicU32::new(0),
        }
    }

    /// The last commit that reads and searches see.
    pub(crate) fn published(&self) -> Seq {
        self.published.load(Ordering::Acquire)
    }

    /// What is searched by now.
    pub(crate) fn index(&self) -> Arc<Index> {
        self.index.load_full()
    }

    /// Searches by another index from here on. Between groups of commits only.
    pub(crate) fn replace_index(&self, index: Index) {
        let generation = index.generation;
        let before = self.index.swap(Arc::new(index));
        if before.generation != generation {
            self.replaced.lock().push(before);
        }
    }

    /// Removes the files of indexes that nobody searches any more.
    pub(crate) fn remove_replaced(&self) -> Result<()> {
        let mut gone = Vec::new();
        self.replaced.lock().retain(|index| {
            let is_searched = Arc::strong_count(index) > 1 || Arc::strong_count(&index.postings) > 1;
            if !is_searched {
                gone.push(index.generation);
            }
            is_searched
        });
        gone.into_iter().try_for_each(|generation| self.index_place.remove(generation))
    }

    /// Makes a commit visible to reads and searches at the same moment.
    pub(crate) fn publish(&self, seq: Seq) {
        self.published.store(seq, Ordering::Release);
    }

    /// From here on every call is refused.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// A new id: a UUID that sorts by time.
    pub(crate) fn new_id(&self) -> Result<String> {
        let mut random = [0; 10];
        self.vault.entropy.fill(&mut random).map_err(crate::vault::refused)?;
        let now_ms = self.clock.now_ms().max(0) as u64;
        Ok(Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid().hyphenated().to_string())
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, Issue::error("transient", "the repository is closed")));
        }
        Ok(())
    }

    /// Waits until there is room for more index documents in memory. Called before a commit gets into line, so that nobody
    /// waits for a flush while it holds others up.
    pub(crate) fn make_room(&self) -> Result<()> {
        while self.index().postings.fresh_documents() > self.limits.fresh_documents_max {
            self.flush_fresh()?;
        }
        Ok(())
    }

    /// Brings fresh index documents to disk.
    pub(crate) fn flush_fresh(&self) -> Result<()> {
        if self.index().flush(self)? {
            self.may_merge.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Brings fresh index documents to disk and merges what is worth it.
    pub(crate) fn flush_index(&self) -> Result<()> {
        self.flush_fresh()?;
        self.merge_index(MergeWorth::Third)
    }

    /// Whether a flush came since this was last asked, so that there may be something to merge.
    pub(crate) fn take_may_merge(&self) -> bool {
        self.may_merge.swap(false, Ordering::AcqRel)
    }

    /// Whether there was a search at one of the last so many times that this was asked.
    pub(crate) fn is_being_searched(&self, times: u32) -> bool {
        let left = if self.index().postings.take_searched() {
            times
        } else {
            self.searched_for.load(Ordering::Relaxed).saturating_sub(1)
        };
        self.searched_for.store(left, Ordering::Relaxed);
        left > 0
    }

    /// Merges what is worth it, as long as the tenant is open.
    pub(crate) fn merge_index(&self, worth: MergeWorth) -> Result<()> {
        self.index().merge(self, worth)
    }
}

/// A failure of the index, as the facade tells it.
pub(crate) fn index_failed(error: fornax_postings::Error) -> Error {
    use fornax_postings::Error as E;
    let (kind, code, text) = match error {
        E::Io(_) => (ErrorKind::Io, "exception", "the index could not read or write"),
        E::Limit(_) => (ErrorKind::Limit, "too-costly", "the search is too large"),
        E::Budget { .. } => {
            (ErrorKind::Limit, "too-costly", "the search looks at more documents than one may: narrow it")
        }
        E::Stopped => (ErrorKind::Limit, "too-costly", "the search takes longer than one may: narrow it"),
        E::Gone => (ErrorKind::Gone, "expired", "the history kept does not reach back so far"),
        E::Misuse(_) | E::Engine(_) => (ErrorKind::Bug, "exception", "the index refused a request"),
        E::Damaged(_) | E::Stale | E::OtherForm(_) => {
            (ErrorKind::Corrupted, "exception", "the index is damaged")
        }
    };
    Error::new(kind, Issue::error(code, text)).caused_by(error)
}
