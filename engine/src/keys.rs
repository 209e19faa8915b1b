//! Keys of the store's families.

use fornax_codec::key::{KeyReader, KeyWriter};
use fornax_store::KeyRange;

use crate::error::Result;
use crate::identity::IdentityKey;
use crate::records::{RID_TYPE_SHIFT, Rid, Seq, corrupted};

/// `rid (u64) seq (u64, descending)`: the newest version of a resource comes first.
pub(crate) fn version(rid: Rid, seq: Seq) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u64(rid).u64_descending(seq);
    key
}

/// `rid (u64)`: before all versions of a resource.
pub(crate) fn rid_prefix(rid: Rid) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u64(rid);
    key
}

/// The resource and commit of a version's key.
pub(crate) fn read_version(key: &[u8]) -> Result<(Rid, Seq)> {
    let mut reader = KeyReader::new(key);
    let parts = reader.u64().and_then(|rid| Ok((rid, reader.u64_descending()?)));
    parts.map_err(|error| corrupted("a key does not decode").caused_by(error))
}

/// `type number (u16) digest (16) rid (u64)`: a bearer of an identity.
pub(crate) fn identity(identity: &IdentityKey, rid: Rid) -> KeyWriter {
    let mut key = identity_prefix(identity);
    key.u64(rid);
    key
}

/// `type number (u16) digest (16)`, before all bearers.
pub(crate) fn identity_prefix(identity: &IdentityKey) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u16(identity.type_number).fixed(&identity.digest);
    key
}

/// The bearer that an identity's key ends with.
pub(crate) fn read_identity_rid(key: &[u8]) -> Result<Rid> {
    let tail = key.last_chunk::<8>().ok_or_else(|| corrupted("an identity's key is cut"))?;
    Ok(Rid::from_be_bytes(*tail))
}

/// The digest in an identity's key.
pub(crate) fn read_identity_digest(key: &[u8]) -> Result<[u8; 16]> {
    let mut reader = KeyReader::new(key);
    let digest = reader.u16().and_then(|_| reader.fixed::<16>());
    digest.map_err(|error| corrupted("a key does not decode").caused_by(error))
}

/// Type number 0 is no type's: who refers to whom, by target and by source.
const LINKS: u16 = 0;
const LINKS_BY_TARGET: u8 = 0;
const LINKS_BY_SOURCE: u8 = 1;

/// All rows of who refers to whom.
pub(crate) fn links() -> KeyRange {
    let mut prefix = KeyWriter::new();
    prefix.u16(LINKS);
    KeyRange::prefix(prefix.as_bytes())
}

/// The identities, which come behind them.
pub(crate) fn identities() -> KeyRange {
    let mut first = KeyWriter::new();
    first.u16(LINKS + 1);
    KeyRange::from(first.as_bytes())
}

/// `00 00 00 target (u64) source (u64)`: the source refers to the target.
pub(crate) fn link(target: Rid, source: Rid) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u16(LINKS).u8(LINKS_BY_TARGET).u64(target).u64(source);
    key
}

/// All who refer to a resource.
pub(crate) fn links_to(target: Rid) -> KeyRange {
    let mut prefix = KeyWriter::new();
    prefix.u16(LINKS).u8(LINKS_BY_TARGET).u64(target);
    KeyRange::prefix(prefix.as_bytes())
}

/// `00 00 00`, before all rows by target.
pub(crate) fn links_by_target() -> KeyRange {
    let mut prefix = KeyWriter::new();
    prefix.u16(LINKS).u8(LINKS_BY_TARGET);
    KeyRange::prefix(prefix.as_bytes())
}

/// `00 00 01`, before all rows by source.
pub(crate) fn links_by_source() -> KeyRange {
    let mut prefix = KeyWriter::new();
    prefix.u16(LINKS).u8(LINKS_BY_SOURCE);
    KeyRange::prefix(prefix.as_bytes())
}

/// `00 00 01 source (u64)`: what the source refers to.
pub(crate) fn links_from(source: Rid) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u16(LINKS).u8(LINKS_BY_SOURCE).u64(source);
    key
}

/// The source that the key of a link ends with.
pub(crate) fn read_link_source(key: &[u8]) -> Result<Rid> {
    read_identity_rid(key)
}

/// The target and the source of a link's key.
pub(crate) fn read_link(key: &[u8]) -> Result<(Rid, Rid)> {
    let mut reader = KeyReader::new(key);
    let parts = reader.u16().and_then(|_| reader.u8()).and_then(|_| Ok((reader.u64()?, reader.u64()?)));
    parts.map_err(|error| corrupted("a key does not decode").caused_by(error))
}

const LOG_BY_SEQ: u8 = 0;
const LOG_BY_TYPE: u8 = 1;
const LOG_TIME: u8 = 2;
const LOG_PURGED: u8 = 3;

/// `00 seq (u64)`.
pub(crate) fn log(seq: Seq) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u8(LOG_BY_SEQ).u64(seq);
    key
}

/// `00`, before all commits.
pub(crate) fn log_prefix() -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u8(LOG_BY_SEQ);
    key
}

/// `02 seq (u64)`: the time of a commit whose versions do not bear it.
pub(crate) fn commit_time(seq: Seq) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u8(LOG_TIME).u64(seq);
    key
}

/// `03 rid (u64) seq (u64, descending)`: a version that was purged; has no value.
pub(crate) fn purged(rid: Rid, seq: Seq) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u8(LOG_PURGED).u64(rid).u64_descending(seq);
    key
}

/// The commit of a version that was purged.
pub(crate) fn read_purged_seq(key: &[u8]) -> Result<Seq> {
    let mut reader = KeyReader::new(key);
    let seq = reader.u8().and_then(|_| reader.u64()).and_then(|_| reader.u64_descending());
    seq.map_err(|error| corrupted("a key does not decode").caused_by(error))
}

/// `01 type number (u16) seq (u64)`; has no value.
pub(crate) fn type_log(type_number: u16, seq: Seq) -> KeyWriter {
    let mut key = type_log_prefix(type_number);
    key.u64(seq);
    key
}

/// `01 type number (u16)`, before all commits of a type.
pub(crate) fn type_log_prefix(type_number: u16) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.u8(LOG_BY_TYPE).u16(type_number);
    key
}

/// The commit that a log key ends with.
pub(crate) fn read_log_seq(key: &[u8]) -> Result<Seq> {
    let tail = key.last_chunk::<8>().ok_or_else(|| corrupted("a log key is cut"))?;
    Ok(Seq::from_be_bytes(*tail))
}

/// The number of a resource.
pub(crate) fn rid(type_number: u16, number: u64) -> Rid {
    (u64::from(type_number) << RID_TYPE_SHIFT) | number
}

/// The type number of a resource.
pub(crate) fn type_number(rid: Rid) -> u16 {
    (rid >> RID_TYPE_SHIFT) as u16
}
