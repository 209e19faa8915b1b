//! Queries that are too long for the link to a further page: kept in memory, and the link says which one it is.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::vault::Vault;

/// Bytes up to which a query stands in the link itself: the most that leaves a link shorter than what HTTP servers take.
pub(crate) const QUERY_BYTES_IN_LINK_MAX: usize = 6 << 10;
/// Bytes of all that are kept, of all tenants; what was not asked for the longest goes first.
const KEPT_BYTES_MAX: u64 = 32 << 20;
/// What one takes beside its own bytes.
const ENTRY_BYTES: u64 = 128;

/// Which query it is: a digest under a key of the tenant's.
pub(crate) type QueryDigest = [u8; 16];

/// Long queries by their digests.
pub(crate) struct LongQueries(Cache<QueryDigest, Arc<str>, QueryBytes>);

#[derive(Clone)]
struct QueryBytes;

impl Weighter<QueryDigest, Arc<str>> for QueryBytes {
    fn weight(&self, _: &QueryDigest, query: &Arc<str>) -> u64 {
        query.len() as u64 + ENTRY_BYTES
    }
}

impl LongQueries {
    pub(crate) fn new() -> Self {
        let expected = KEPT_BYTES_MAX as usize / QUERY_BYTES_IN_LINK_MAX;
        Self(Cache::with_weighter(expected, KEPT_BYTES_MAX, QueryBytes))
    }

    /// Keeps a query of a tenant.
    pub(crate) fn keep(&self, vault: &Vault, query: &str) -> QueryDigest {
        let digest = vault.query_digest(query);
        if self.0.get(&digest).is_none() {
            self.0.insert(digest, query.into());
        }
        digest
    }

    /// A query that was kept.
    ///
    /// # Errors
    /// `Gone`: there were too many since, or the process was started anew.
    pub(crate) fn get(&self, digest: &QueryDigest) -> Result<Arc<str>> {
        self.0.get(digest).ok_or_else(|| {
            let text = "this page belongs to a search too long for its link, which is not known any more; search again";
            Error::new(ErrorKind::Gone, Issue::error("expired", text))
        })
    }
}
