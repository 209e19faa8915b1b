//! Reading a tenant's records as of one commit.

use std::sync::Arc;

use fornax_store::{Direction, KeyRange, Reader};
use jiff::Timestamp;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::forget;
use crate::identity::{self, IdentityKey};
use crate::index::Index;
use crate::keys;
use crate::records::{self, BODY_BYTES_MAX, IdRecord, LogRecord, Newest, Rid, Seq, VersionHead, corrupted};
use crate::resource::{Body, Operation, Read, Version, VersionId};
use crate::vault::failed;

/// Versions looked up at a time.
const VERSIONS_AT_ONCE: usize = 64;

/// The records of a tenant as of commit `seq`.
pub(crate) struct View<'a> {
    core: &'a Core,
    reader: Arc<dyn Reader>,
    pub seq: Seq,
    /// What it is searched by: has all of its commits.
    pub index: Arc<Index>,
    /// The time that is now for what is looked at, in milliseconds since 1970.
    pub now_ms: i64,
}

impl<'a> View<'a> {
    /// As of the last published commit.
    pub(crate) fn now(core: &'a Core) -> Result<Self> {
        loop {
            match Self::at(core, core.published()) {
                // History was forgotten up to a commit that was published since.
                Err(error) if error.kind() == ErrorKind::Gone => {}
                view => return view,
            }
        }
    }

    /// As of `seq`, which was published. The store may already hold later commits: they are not looked at.
    ///
    /// # Errors
    /// `Gone`: the history kept does not reach back so far.
    pub(crate) fn at(core: &'a Core, seq: Seq) -> Result<Self> {
        let reader = core.store.snapshot().map_err(failed)?;
        // After the snapshot: what is forgotten from here on is still in it.
        forget::check_kept(core, seq)?;
        Ok(Self { core, reader, seq, index: core.index(), now_ms: core.clock.now_ms() })
    }

    /// The same, looked at at that time.
    pub(crate) fn at_time(self, now_ms: i64) -> Self {
        Self { now_ms, ..self }
    }

    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.core.vault.get(&*self.reader, family, key)
    }

    /// What an id names, whichever commit first mentioned it.
    pub(crate) fn id(&self, resource_type: &str, id: &str) -> Result<Option<IdRecord>> {
        let record = self.get(Family::Ids, &self.core.vault.id_digest(resource_type, id))?;
        record.map(|bytes| records::decode(&bytes)).transpose()
    }

    /// Reads the current version.
    pub(crate) fn read(&self, resource_type: &str, id: &str) -> Result<Read> {
        let Some(IdRecord { rid, newest: Some(newest) }) = self.id(resource_type, id)? else {
            return Ok(Read::Missing);
        };
        match self.current(rid, newest)? {
            Some(version) => read_of(version, resource_type, id),
            None => Ok(Read::Missing),
        }
    }

    fn current(&self, rid: Rid, newest: Newest) -> Result<Option<Version>> {
        if newest.seq <= self.seq {
            return self.version(rid, newest.seq).map(Some);
        }
        self.as_it_stood(rid)
    }

    /// The version of a resource that was current as of this commit, deletions included.
    ///
    /// # Errors
    /// `Gone`: it was purged since.
    pub(crate) fn as_it_stood(&self, rid: Rid) -> Result<Option<Version>> {
        let found = self.commits_of(rid, self.seq, 1)?.pop();
        if self.purged(rid, self.seq, 1)?.pop() > found {
            let issue = Issue::error("expired", "the version of that time was deleted from the history");
            return Err(Error::new(ErrorKind::Gone, issue));
        }
        found.map(|seq| self.version(rid, seq)).transpose()
    }

    /// The commits of a resource's versions that were purged, from `from` back, the newest first.
    pub(crate) fn purged(&self, rid: Rid, from: Seq, count: usize) -> Result<Vec<Seq>> {
        let range =
            KeyRange::between(keys::purged(rid, from).as_bytes(), keys::purged(rid + 1, Seq::MAX).as_bytes());
        let family = self.core.vault.placement.family(Family::Log);
        let mut cursor = self.reader.scan(family, &range, Direction::Forward).map_err(failed)?;
        let mut commits = Vec::new();
        while commits.len() < count
            && let Some((key, _)) = cursor.next().map_err(failed)?
        {
            commits.push(keys::read_purged_seq(key)?);
        }
        Ok(commits)
    }

    /// The newest version of a resource as of this commit, deletions included.
    pub(crate) fn newest(&self, rid: Rid) -> Result<Option<Version>> {
        let commit = self.commits_of(rid, self.seq, 1)?.pop();
        commit.map(|seq| self.version(rid, seq)).transpose()
    }

    /// One version.
    pub(crate) fn version(&self, rid: Rid, seq: Seq) -> Result<Version> {
        let key = keys::version(rid, seq);
        let family = self.core.vault.placement.family(Family::Versions);
        let sealed = self.reader.get(family, key.as_bytes()).map_err(failed)?;
        let sealed = sealed.ok_or_else(|| corrupted("a version is missing"))?;
        let plain = self.core.vault.open_record(Family::Versions, key.as_bytes(), &sealed)?;
        // A large one need not be there twice.
        drop(sealed);
        self.decode_version((rid, seq), &plain)
    }

    /// Many versions, in the order asked for.
    pub(crate) fn versions(&self, wanted: &[(Rid, Seq)]) -> Result<Vec<Version>> {
        self.versions_within(wanted, usize::MAX)
    }

    /// As many of the versions asked for, from the first on, as have `bytes_max` bytes of bodies together; at least one.
    pub(crate) fn versions_within(&self, wanted: &[(Rid, Seq)], bytes_max: usize) -> Result<Vec<Version>> {
        let mut versions: Vec<Version> = Vec::with_capacity(wanted.len());
        let mut bytes = 0;
        for some in wanted.chunks(VERSIONS_AT_ONCE) {
            if !self.add_versions(some, bytes_max, (&mut versions, &mut bytes))? {
                break;
            }
        }
        Ok(versions)
    }

    /// Opens versions one by one, as long as there is room; says whether there was for all.
    fn add_versions(
        &self,
        wanted: &[(Rid, Seq)],
        bytes_max: usize,
        (versions, bytes): (&mut Vec<Version>, &mut usize),
    ) -> Result<bool> {
        let keys: Vec<_> = wanted.iter().map(|&(rid, seq)| keys::version(rid, seq)).collect();
        let keys: Vec<&[u8]> = keys.iter().map(AsRef::as_ref).collect();
        let family = self.core.vault.placement.family(Family::Versions);
        let values = self.reader.get_many(family, &keys).map_err(failed)?;
        for (key, sealed) in keys.iter().zip(values) {
            let sealed = sealed.ok_or_else(|| corrupted("a version is missing"))?;
            let version = self.open_version(key, &sealed)?;
            *bytes += version.body.text.len();
            if *bytes > bytes_max && !versions.is_empty() {
                return Ok(false);
            }
            versions.push(version);
        }
        Ok(true)
    }

    /// The version of a resource that bears this number, up to this commit.
    pub(crate) fn numbered(&self, rid: Rid, wanted: VersionId) -> Result<Option<Version>> {
        Ok(self.numbered_at(rid, wanted)?.map(|(_, version)| version))
    }

    /// The same, and the commit that made it.
    pub(crate) fn numbered_at(&self, rid: Rid, wanted: VersionId) -> Result<Option<(Seq, Version)>> {
        let mut before = self.seq + 1;
        while let Some(from) = before.checked_sub(1) {
            let commits = self.commits_of(rid, from, VERSIONS_AT_ONCE)?;
            let (Some(&first), Some(&last)) = (commits.first(), commits.last()) else { return Ok(None) };
            // Numbers fall by one from commit to commit, and by more where some were purged: the wanted one is no older than so.
            let first = self.version(rid, first)?;
            let Some(back) = first.version.0.checked_sub(wanted.0) else { return Ok(None) };
            let oldest = usize::try_from(back).unwrap_or(usize::MAX).min(commits.len() - 1);
            for &seq in commits[..=oldest].iter().rev() {
                let version = self.version(rid, seq)?;
                if version.version >= wanted {
                    if version.version == wanted {
                        return Ok(Some((seq, version)));
                    }
                    break;
                }
            }
            before = last;
        }
        Ok(None)
    }

    /// The commits that wrote versions of a resource, from `from` back, the newest first.
    pub(crate) fn commits_of(&self, rid: Rid, from: Seq, count: usize) -> Result<Vec<Seq>> {
        let range = KeyRange::between(
            keys::version(rid, from).as_bytes(),
            keys::version(rid + 1, Seq::MAX).as_bytes(),
        );
        let family = self.core.vault.placement.family(Family::Versions);
        let mut cursor = self.reader.scan(family, &range, Direction::Forward).map_err(failed)?;
        let mut commits = Vec::new();
        while commits.len() < count
            && let Some((key, _)) = cursor.next().map_err(failed)?
        {
            commits.push(keys::read_version(key)?.1);
        }
        Ok(commits)
    }

    /// Opens a version that was read from a scan.
    pub(crate) fn open_version(&self, key: &[u8], sealed: &[u8]) -> Result<Version> {
        let (rid, seq) = keys::read_version(key)?;
        let plain = self.core.vault.open_record(Family::Versions, key, sealed)?;
        self.decode_version((rid, seq), &plain)
    }

    fn decode_version(&self, (rid, seq): (Rid, Seq), plain: &[u8]) -> Result<Version> {
        let (head, compressed) = records::decode_head::<VersionHead>(plain)?;
        let last_updated_ms = match head.last_updated_ms {
            Some(ms) => ms,
            None => self.commit_time(seq)?,
        };
        version_of(self.core, rid, (head, last_updated_ms), compressed)
    }

    /// When a commit was made whose versions do not bear its time.
    fn commit_time(&self, seq: Seq) -> Result<i64> {
        let bytes = self.get(Family::Log, keys::commit_time(seq).as_bytes())?;
        records::decode(&bytes.ok_or_else(|| corrupted("a commit has no time"))?)
    }

    /// Commit `seq`.
    pub(crate) fn log(&self, seq: Seq) -> Result<LogRecord> {
        let bytes = self.get(Family::Log, keys::log(seq).as_bytes())?;
        records::decode(&bytes.ok_or_else(|| corrupted("a commit is missing from the log"))?)
    }

    /// Whether there is such a version.
    pub(crate) fn has_version(&self, rid: Rid, seq: Seq) -> Result<bool> {
        let family = self.core.vault.placement.family(Family::Versions);
        let found = self.reader.get(family, keys::version(rid, seq).as_bytes()).map_err(failed)?;
        Ok(found.is_some())
    }

    /// The commits from `from` on, up to this one, the oldest first.
    pub(crate) fn commits_from(&self, from: Seq, count: usize) -> Result<Vec<Seq>> {
        let range =
            KeyRange::between(keys::log(from).as_bytes(), keys::log(self.seq.saturating_add(1)).as_bytes());
        let family = self.core.vault.placement.family(Family::Log);
        let mut cursor = self.reader.scan(family, &range, Direction::Forward).map_err(failed)?;
        let mut commits = Vec::new();
        while commits.len() < count
            && let Some((key, _)) = cursor.next().map_err(failed)?
        {
            commits.push(keys::read_log_seq(key)?);
        }
        Ok(commits)
    }

    /// Numbers of commits before `before`, the newest first: of one type, or of all.
    pub(crate) fn commits(&self, type_number: Option<u16>, before: Seq, count: usize) -> Result<Vec<Seq>> {
        let (prefix, end) = match type_number {
            None => (keys::log_prefix(), keys::log(before)),
            Some(number) => (keys::type_log_prefix(number), keys::type_log(number, before)),
        };
        let range = KeyRange::between(prefix.as_bytes(), end.as_bytes());
        let family = self.core.vault.placement.family(Family::Log);
        let mut cursor = self.reader.scan(family, &range, Direction::Reverse).map_err(failed)?;
        let mut commits = Vec::new();
        while commits.len() < count
            && let Some((key, _)) = cursor.next().map_err(failed)?
        {
            commits.push(keys::read_log_seq(key)?);
        }
        Ok(commits)
    }

    /// What the digest of a type and id names.
    pub(crate) fn named(&self, digest: &[u8; 16]) -> Result<Option<IdRecord>> {
        let record = self.get(Family::Ids, digest)?;
        record.map(|bytes| records::decode(&bytes)).transpose()
    }

    /// Who refers to a resource.
    pub(crate) fn sources_of(&self, target: Rid) -> Result<Vec<Rid>> {
        let mut sources = Vec::new();
        self.each_link(&keys::links_to(target), |key, _| {
            sources.push(keys::read_link_source(key)?);
            Ok(())
        })?;
        Ok(sources)
    }

    /// What a resource refers to, in ascending order.
    pub(crate) fn targets_of(&self, source: Rid) -> Result<Vec<Rid>> {
        let bytes = self.get(Family::Identity, keys::links_from(source).as_bytes())?;
        bytes.map_or(Ok(Vec::new()), |bytes| records::decode(&bytes))
    }

    /// All rows in a range of those that say who refers to whom, sealed.
    pub(crate) fn each_link(
        &self,
        range: &KeyRange,
        mut each: impl FnMut(&[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let family = self.core.vault.placement.family(Family::Identity);
        let mut cursor = self.reader.scan(family, range, Direction::Forward).map_err(failed)?;
        while let Some((key, sealed)) = cursor.next().map_err(failed)? {
            each(key, sealed)?;
        }
        Ok(())
    }

    /// Whether a resource stands under an identity.
    pub(crate) fn is_bearer(&self, identity: &IdentityKey, rid: Rid) -> Result<bool> {
        let family = self.core.vault.placement.family(Family::Identity);
        Ok(self.reader.get(family, keys::identity(identity, rid).as_bytes()).map_err(failed)?.is_some())
    }

    /// The first resources that bear an identity and are there, no more than `count`.
    pub(crate) fn bearers(&self, identity: &IdentityKey, count: usize) -> Result<Vec<(Rid, Version)>> {
        let mut versions = Vec::new();
        let rids = identity::bearers(&self.core.vault, &*self.reader, identity, count, |rid| {
            let there = self.newest(rid)?.filter(|version| version.operation != Operation::Delete);
            let is_there = there.is_some();
            versions.extend(there);
            Ok(is_there)
        })?;
        Ok(rids.into_iter().zip(versions).collect())
    }
}

/// A version of its record, and of when it was committed.
pub(crate) fn version_of(
    core: &Core,
    rid: Rid,
    (head, last_updated_ms): (VersionHead, i64),
    compressed: &[u8],
) -> Result<Version> {
    let mut body = Vec::new();
    if head.operation.has_body() {
        let decompressed = core.compression.decompress(compressed, BODY_BYTES_MAX, &mut body);
        decompressed.map_err(|error| corrupted("a body does not decompress").caused_by(error))?;
    }
    let text = String::from_utf8(body)
        .map_err(|error| corrupted("a body is not UTF-8").caused_by(error.utf8_error()))?;
    Ok(Version {
        resource_type: core.types.numbered(keys::type_number(rid))?.name,
        id: head.id.into(),
        version: VersionId(head.version),
        last_updated: timestamp(last_updated_ms)?,
        operation: head.operation.try_into()?,
        body: Body { text: Arc::new(text), splice: head.splice },
    })
}

/// What reading an id comes to. The record says whose it is: a swapped index entry is found out.
pub(crate) fn read_of(version: Version, resource_type: &str, id: &str) -> Result<Read> {
    if &*version.id != id || version.resource_type != resource_type {
        return Err(corrupted("an id leads to another resource"));
    }
    Ok(match version.operation {
        Operation::Delete => Read::Deleted(version),
        Operation::Create | Operation::Update => Read::Current(version),
    })
}

pub(crate) fn timestamp(ms: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(ms).map_err(|error| corrupted("a time is out of range").caused_by(error))
}
