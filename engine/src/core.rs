//! What a tenant is made of while it is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use fornax_codec::compression::Compression;
use fornax_definitions::Definitions;
use fornax_index::Indexer;
use fornax_postings::{ManifestTag, MergeWorth, Postings, TagKeeper};
use fornax_store::{Batch, Durability, Store};
use uuid::Builder;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::forget::Retention;
use crate::options::Limits;
use crate::records::{self, Seq};
use crate::tenant_id::TenantId;
use crate::types::Types;
use crate::vault::{Vault, state};
use crate::write::Sequencer;

/// One open tenant.
pub(crate) struct Core {
    pub id: TenantId,
    pub store: Arc<dyn Store>,
    pub vault: Vault,
    pub definitions: &'static Definitions,
    pub indexer: Arc<Indexer>,
    pub types: Types,
    pub postings: Postings,
    pub sequencer: Sequencer,
    pub retention: Retention,
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    pub compression: Compression,
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
    pub definitions: &'static Definitions,
    pub indexer: Arc<Indexer>,
    pub types: Types,
    pub postings: Postings,
    pub sequencer: Sequencer,
    pub retention: Retention,
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    pub published: Seq,
}

impl Core {
    pub(crate) fn of(parts: Parts) -> Self {
        Self {
            id: parts.id,
            store: parts.store,
            vault: parts.vault,
            definitions: parts.definitions,
            indexer: parts.indexer,
            types: parts.types,
            postings: parts.postings,
            sequencer: parts.sequencer,
            retention: parts.retention,
            limits: parts.limits,
            clock: parts.clock,
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
        while self.postings.fresh_documents() > self.limits.fresh_documents_max {
            self.flush_fresh()?;
        }
        Ok(())
    }

    /// Brings fresh index documents to disk.
    pub(crate) fn flush_fresh(&self) -> Result<()> {
        let flushed = self.postings.flush(self.retention.floor(), &self.tag_keeper());
        if flushed.map_err(index_failed)? {
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
        let left = if self.postings.take_searched() {
            times
        } else {
            self.searched_for.load(Ordering::Relaxed).saturating_sub(1)
        };
        self.searched_for.store(left, Ordering::Relaxed);
        left > 0
    }

    /// Merges what is worth it, as long as the tenant is open.
    pub(crate) fn merge_index(&self, worth: MergeWorth) -> Result<()> {
        let merge = || self.postings.merge(self.retention.floor(), worth, &self.tag_keeper());
        while self.check_open().is_ok() && merge().map_err(index_failed)? {}
        Ok(())
    }

    fn tag_keeper(&self) -> StateTag<'_> {
        StateTag { store: &*self.store, vault: &self.vault }
    }
}

/// Keeps the index's manifest tag among the tenant's records.
struct StateTag<'a> {
    store: &'a dyn Store,
    vault: &'a Vault,
}

impl TagKeeper for StateTag<'_> {
    fn keep(&self, tag: &ManifestTag) -> std::io::Result<()> {
        let mut batch = Batch::new();
        let bytes = records::encode(tag).map_err(std::io::Error::other)?;
        self.vault.put(&mut batch, Family::State, state::INDEX, &bytes).map_err(std::io::Error::other)?;
        self.store.write(&batch, Durability::Synced).map_err(std::io::Error::other)
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
