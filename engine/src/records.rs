//! Records of the store: their plain form, before sealing. docs/FORMAT.md states the bytes.

use std::collections::BTreeMap;

use fornax_codec::record;
use fornax_crypto::{ChainPoint, Epoch};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::resource::{Operation, Splice};

/// The number of a resource within its tenant: `type number << 40 | number within the type`.
pub(crate) type Rid = u64;
/// The number of a commit within its tenant.
pub(crate) type Seq = u64;

/// Bits of a [`Rid`] below the type's number.
pub(crate) const RID_TYPE_SHIFT: u32 = 40;

/// What precedes the compressed body in a version's record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VersionHead {
    pub version: u64,
    /// `None`: the commit's own record of its time says it.
    pub last_updated_ms: Option<i64>,
    pub operation: OperationCode,
    pub splice: Splice,
    pub id: String,
    /// Digests under which the resource stands in the identity family.
    pub identities: Vec<[u8; 16]>,
}

/// [`Operation`] on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OperationCode {
    Create,
    Update,
    Delete,
    /// In the log alone: the version was purged, and what was made then is gone.
    Purged,
}

impl OperationCode {
    /// Whether it has made a version with a body.
    pub(crate) fn has_body(self) -> bool {
        matches!(self, Self::Create | Self::Update)
    }
}

impl TryFrom<OperationCode> for Operation {
    type Error = Error;

    fn try_from(code: OperationCode) -> Result<Self> {
        Ok(match code {
            OperationCode::Create => Self::Create,
            OperationCode::Update => Self::Update,
            OperationCode::Delete => Self::Delete,
            OperationCode::Purged => return Err(corrupted("a version that was purged is there")),
        })
    }
}

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdRecord {
    pub rid: Rid,
    /// The newest version; `None`: only referred to so far.
    pub newest: Option<Newest>,
}

impl IdRecord {
    /// Whether the resource is there: written and not deleted.
    pub(crate) fn is_there(&self) -> bool {
        self.newest.is_some_and(|newest| !newest.is_deleted)
    }
}

/// The newest version of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Newest {
    pub seq: Seq,
    pub version: u64,
    pub is_deleted: bool,
}

/// One commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LogRecord {
    pub last_updated_ms: i64,
    pub entries: Vec<LogEntry>,
}

/// One change of a commit; in the order of their resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogEntry {
    pub rid: Rid,
    pub version: u64,
    pub operation: OperationCode,
    /// The commit of the version that was current before, if it was no deletion, and neither of the two was purged.
    pub superseded: Option<Seq>,
}

/// Where a tenant stands; rewritten with every group of commits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub seq: Seq,
    pub last_updated_ms: i64,
    /// By type number; only types that were mentioned.
    pub types: BTreeMap<u16, TypeHead>,
    pub audit: ChainPoint,
}

/// How far back the history reaches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct HistoryKept {
    /// The oldest commit that a snapshot may be of. What was replaced up to it is forgotten.
    pub floor: Seq,
    /// Up to this commit that has been done.
    pub swept: Seq,
    /// Versions that were forgotten, by type number.
    pub forgotten: BTreeMap<u16, u64>,
}

/// Names of resource types. A type's number is its place in the list, from 1, and never changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TypeNames(pub Vec<String>);

/// The name of a tenant's time zone. It has none where that is UTC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TimeZoneName(pub String);

/// Counts of one resource type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TypeHead {
    /// Numbers given to resources so far.
    pub given: u64,
    /// Resources that are there.
    pub current: u64,
    /// Versions ever, deletions included.
    pub versions: u64,
    /// The last commit that touched the type.
    pub touched: Seq,
}

/// The epochs of a tenant's records key. Holds no secret, and is not sealed: it is what opening begins with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Epochs(pub Vec<Epoch>);

/// A tenant in the directory's catalog.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CatalogEntry {
    pub name: String,
    pub uuid: [u8; 16],
    /// Chooses its families and its index folder; never used again.
    pub number: u32,
}

/// The directory's catalog.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Catalog {
    pub next_number: u32,
    pub tenants: Vec<CatalogEntry>,
}

/// Bytes of a stored body, whatever the limit was when it was written.
pub(crate) const BODY_BYTES_MAX: usize = 256 << 20;
/// The version byte of all records here.
const VERSION: u8 = 1;
const BYTES_MAX: usize = 64 << 20;

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    record::encode(VERSION, value).map_err(|error| bug("a record does not encode").caused_by(error))
}

pub(crate) fn encode_onto<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<()> {
    record::encode_onto(VERSION, value, out).map_err(|error| bug("a record does not encode").caused_by(error))
}

pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    record::decode(VERSION, bytes, BYTES_MAX)
        .map_err(|error| corrupted("a record does not decode").caused_by(error))
}

/// A record that other bytes follow.
pub(crate) fn decode_head<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8])> {
    record::decode_head(VERSION, bytes)
        .map_err(|error| corrupted("a record does not decode").caused_by(error))
}

pub(crate) fn bug(what: &str) -> Error {
    Error::new(ErrorKind::Bug, Issue::error("exception", what))
}

pub(crate) fn corrupted(what: &str) -> Error {
    Error::new(ErrorKind::Corrupted, Issue::error("exception", what))
}
