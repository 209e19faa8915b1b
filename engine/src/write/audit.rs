//! The audit row of a commit: who did what to what, when, as a chained record.

use fornax_codec::key::KeyWriter;
use fornax_crypto::ChainPoint;
use fornax_store::Batch;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::families::Family;
use crate::records::{self, LogEntry, Seq};
use crate::tenant_id::Principal;
use crate::vault::Vault;

/// What is kept of a principal's name.
const PRINCIPAL_BYTES_MAX: usize = 64;

/// One row. The changes themselves are in the log under the same commit; their digest here ties them to the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditRow {
    pub seq: Seq,
    pub at_ms: i64,
    pub principal: String,
    pub action: Action,
    pub changes: u32,
    /// The first change, so that single ones need no look at the log.
    pub first: Option<LogEntry>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    /// A commit.
    Commit,
    /// Versions that were replaced up to a commit were forgotten.
    ForgetHistory { floor: Seq },
    /// Versions of resources that are there were purged: as many as there are changes.
    PurgeHistory,
    /// Resources were erased, with as many versions as there are changes.
    Erase,
}

/// When something was done, and to what.
pub(crate) struct Row<'a> {
    /// The commit; of other actions, the last commit before.
    pub seq: Seq,
    pub at_ms: i64,
    pub entries: &'a [LogEntry],
}

/// Adds a row to the batch, and answers where the chain then stands.
pub(crate) fn add(
    batch: &mut Batch,
    vault: &Vault,
    chain: &ChainPoint,
    (principal, action): (&Principal, Action),
    row: &Row<'_>,
) -> Result<ChainPoint> {
    let Row { seq, at_ms, entries } = *row;
    let name = principal.name();
    let end =
        (0..=name.len().min(PRINCIPAL_BYTES_MAX)).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    let row = AuditRow {
        seq,
        at_ms,
        principal: name[..end].to_owned(),
        action,
        changes: entries.len() as u32,
        first: entries.first().copied(),
    };
    let plain = records::encode(&row)?;
    let next = chain.next(&plain);
    let mut key = KeyWriter::new();
    key.u64(next.position);
    vault.put(batch, Family::Audit, key.as_bytes(), &plain)?;
    Ok(next)
}

#[cfg(test)]
mod tests;
