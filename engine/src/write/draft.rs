//! Records of commits in the making: numbers given, records sealed into one batch. Made under the sequencer's lock. What the
//! draft itself changed is looked up in it before the store.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use fornax_index::{SearchValues, UndatedDocument};
use fornax_store::{Batch, Durability};

use crate::change::Expected;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::identity::{self, IdentityKey};
use crate::keys;
use crate::records::{
    self, BODY_BYTES_MAX, Head, IdRecord, LogEntry, LogRecord, Newest, OperationCode, RID_TYPE_SHIFT, Rid,
    Seq, VersionHead, bug,
};
use crate::resource::{Body, Splice};
use crate::types::ResourceType;
use crate::vault::{failed, state};
use crate::write::audit;
use crate::write::body::{PreparedBody, extract, parse_stored};
use crate::write::condition::Condition;
use crate::write::labels::labels_of_text;
use crate::write::links::DraftLinks;
use crate::write::prepare::{Content, PreparedWrite};
use crate::write::staged::Staged;

/// See the module.
pub(super) struct Draft<'a> {
    pub core: &'a Core,
    pub head: Head,
    pub batch: Batch,
    /// What a transaction that is not yet committed has written.
    staged: Option<&'a Staged>,
    /// What was looked up or put down so far: nobody else writes meanwhile.
    ids: HashMap<[u8; 16], Option<IdRecord>>,
    /// Who bears an identity from here on, and who no longer does.
    bearers: HashMap<IdentityKey, HashMap<Rid, bool>>,
    /// Resources of which a version was counted.
    pub written: HashSet<Rid>,
    /// Identities of versions that were written in this draft or looked at.
    borne: HashMap<(Rid, Seq), Vec<[u8; 16]>>,
    /// Bodies of versions written in this draft, and when they were committed.
    bodies: HashMap<(Rid, Seq), (Vec<u8>, i64)>,
    /// Who refers to whom from here on.
    pub links: DraftLinks,
    /// The last commit before this draft.
    began: Seq,
}

/// What a write comes to, as things stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    /// A deletion of what is not there.
    Idle,
    /// The current version says it already.
    Unchanged(Unchanged),
    /// A version is to be made.
    Write,
    /// Labels have come that it was prepared without.
    Stale,
}

/// A current version that a write would repeat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unchanged {
    pub newest: Newest,
    /// When it was committed, in milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// What a write comes to, decided before anything of it is put down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision {
    pub rid: Rid,
    pub version: u64,
    pub operation: OperationCode,
    pub before: Option<Newest>,
}

/// When a version was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommitTime {
    /// In milliseconds since 1970 UTC.
    At(i64),
    /// It will stand in a record of its own.
    Apart,
}

impl Decision {
    /// The commit of the version that ceases to be current.
    pub(super) fn superseded(&self) -> Option<Seq> {
        self.before.filter(|newest| !newest.is_deleted).map(|newest| newest.seq)
    }

    pub(super) fn newest(&self, seq: Seq) -> Newest {
        Newest { seq, version: self.version, is_deleted: self.operation == OperationCode::Delete }
    }

    pub(super) fn log_entry(&self) -> LogEntry {
        let Self { rid, version, operation, .. } = *self;
        LogEntry { rid, version, operation, superseded: self.superseded() }
    }
}

impl<'a> Draft<'a> {
    pub(super) fn new(core: &'a Core, head: Head, staged: Option<&'a Staged>) -> Self {
        Self {
            core,
            began: head.seq,
            head,
            batch: Batch::new(),
            staged,
            ids: HashMap::new(),
            bearers: HashMap::new(),
            written: HashSet::new(),
            borne: HashMap::new(),
            bodies: HashMap::new(),
            links: DraftLinks::default(),
        }
    }

    pub(super) fn holds(&mut self, condition: &Condition) -> Result<bool> {
        match condition {
            Condition::Identity { identity, rids } => {
                let changed = self.bearers.get(identity);
                let is_kept = |rid| {
                    let is_staged = self.staged_maker(rid).is_some();
                    Ok(!is_staged && changed.is_none_or(|changed| !changed.contains_key(&rid)))
                };
                let Core { vault, store, .. } = self.core;
                let mut found = identity::bearers(vault, &**store, identity, rids.len() + 1, is_kept)?;
                let bearing = changed.into_iter().flatten().filter(|(_, bears)| **bears);
                found.extend(bearing.map(|(rid, _)| *rid));
                found.sort_unstable();
                Ok(found == *rids)
            }
            Condition::Untouched { type_number, since } => {
                Ok(self.head.types.get(type_number).is_none_or(|head| head.touched <= *since))
            }
            Condition::Current { digest, version } => {
                let newest = self.id(digest)?.and_then(|record| record.newest);
                Ok(newest.is_some_and(|newest| newest.version == *version && !newest.is_deleted))
            }
            Condition::Newest { digest, version } => {
                let newest = self.id(digest)?.and_then(|record| record.newest);
                Ok(newest.map_or(0, |newest| newest.version) == *version)
            }
            Condition::Absent { digest } => Ok(self.id(digest)?.is_none_or(|record| !record.is_there())),
        }
    }

    /// What an id names. What is staged under it does not count.
    pub(super) fn id(&mut self, digest: &[u8; 16]) -> Result<Option<IdRecord>> {
        let record = self.stored_id(digest)?;
        Ok(record.map(|record| IdRecord {
            newest: record.newest.filter(|newest| newest.seq <= self.head.seq),
            ..record
        }))
    }

    /// What an id names, staged or not.
    pub(super) fn stored_id(&mut self, digest: &[u8; 16]) -> Result<Option<IdRecord>> {
        if let Some(record) = self.ids.get(digest) {
            return Ok(*record);
        }
        let bytes = self.core.vault.get(&*self.core.store, Family::Ids, digest)?;
        let record = bytes.map(|bytes| records::decode(&bytes)).transpose()?;
        self.ids.insert(*digest, record);
        Ok(record)
    }

    pub(super) fn put_id(&mut self, digest: [u8; 16], record: IdRecord) -> Result<()> {
        self.core.vault.put(&mut self.batch, Family::Ids, &digest, &records::encode(&record)?)?;
        self.ids.insert(digest, Some(record));
        Ok(())
    }

    /// The number of a resource that has none yet, given at its first mention.
    fn give_rid(&mut self, resource_type: ResourceType) -> Result<Rid> {
        let head = self.head.types.entry(resource_type.number).or_default();
        if head.given >> RID_TYPE_SHIFT != 0 {
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", "resources of one type")));
        }
        let rid = keys::rid(resource_type.number, head.given);
        head.given += 1;
        Ok(rid)
    }

    /// Whether a write has anything to do.
    pub(super) fn judge(&mut self, write: &PreparedWrite) -> Result<Verdict> {
        let record = self.id(&write.digest)?;
        let there =
            record.and_then(|record| Some((record.rid, record.newest.filter(|newest| !newest.is_deleted)?)));
        if !self.has_labels_of(there, write)? {
            return Ok(Verdict::Stale);
        }
        Ok(match (&write.content, there) {
            (Content::Delete, None) => Verdict::Idle,
            (Content::Put(prepared), Some((rid, newest))) if !self.core.versions_unchanged => {
                self.repeated((rid, newest), prepared)?.map_or(Verdict::Write, Verdict::Unchanged)
            }
            _ => Verdict::Write,
        })
    }

    /// Whether the labels of what stands there now are those that an update was prepared on.
    fn has_labels_of(&self, there: Option<(Rid, Newest)>, write: &PreparedWrite) -> Result<bool> {
        let Some(standing) = &write.standing else { return Ok(true) };
        let Some((rid, newest)) = there else { return Ok(standing.labels.is_empty()) };
        if standing.version == Some(newest.version) {
            return Ok(true);
        }
        let mut body = Vec::new();
        let mut unpack = |compressed: &[u8]| {
            let unpacked = self.core.compression.decompress(compressed, BODY_BYTES_MAX, &mut body);
            unpacked.map_err(|error| records::corrupted("a body does not decompress").caused_by(error))
        };
        match self.bodies.get(&(rid, newest.seq)) {
            Some((compressed, _)) => unpack(compressed)?,
            None => {
                let Core { vault, store, .. } = self.core;
                let key = keys::version(rid, newest.seq);
                let plain = vault.get(&**store, Family::Versions, key.as_bytes())?;
                let plain = plain.ok_or_else(|| records::corrupted("a version is missing"))?;
                unpack(records::decode_head::<VersionHead>(&plain)?.1)?;
            }
        }
        let text = String::from_utf8(body).map_err(|_| records::corrupted("a body is not UTF-8"))?;
        let now = labels_of_text(&Arc::new(text))?;
        Ok(now.are_in(&standing.labels) && standing.labels.are_in(&now))
    }

    /// The current version, if its body is this one to the byte.
    fn repeated(
        &mut self,
        (rid, newest): (Rid, Newest),
        prepared: &PreparedBody,
    ) -> Result<Option<Unchanged>> {
        if newest.seq > self.began {
            let written = self.bodies.get(&(rid, newest.seq));
            let same = written.filter(|(compressed, _)| *compressed == prepared.compressed);
            return Ok(same.map(|(_, at_ms)| Unchanged { newest, at_ms: *at_ms }));
        }
        let Core { vault, store, .. } = self.core;
        let key = keys::version(rid, newest.seq);
        let plain = vault.get(&**store, Family::Versions, key.as_bytes())?;
        let plain = plain.ok_or_else(|| records::corrupted("a version is missing"))?;
        let (head, compressed) = records::decode_head::<VersionHead>(&plain)?;
        let is_same = compressed == prepared.compressed;
        self.borne.insert((rid, newest.seq), head.identities);
        if !is_same {
            return Ok(None);
        }
        let at_ms = match head.last_updated_ms {
            Some(ms) => ms,
            None => {
                let time = vault.get(&**store, Family::Log, keys::commit_time(newest.seq).as_bytes())?;
                records::decode(&time.ok_or_else(|| records::corrupted("a commit has no time"))?)?
            }
        };
        Ok(Some(Unchanged { newest, at_ms }))
    }

    /// Decides a write that makes a version. Gives a number to a resource without.
    pub(super) fn decide(&mut self, write: &PreparedWrite) -> Result<Decision> {
        let record = self.id(&write.digest)?;
        let rid = match record {
            Some(record) => record.rid,
            None => self.give_rid(write.resource_type)?,
        };
        let before = record.and_then(|record| record.newest);
        let operation = match (&write.content, before) {
            (Content::Delete, _) => OperationCode::Delete,
            (Content::Put(_), None) => OperationCode::Create,
            (Content::Put(_), Some(_)) => OperationCode::Update,
        };
        let version = before.map_or(0, |newest| newest.version) + 1;
        Ok(Decision { rid, version, operation, before })
    }

    /// Puts the version's record down, and makes its index document; a delete has none.
    pub(super) fn put_version(
        &mut self,
        seq: Seq,
        decision: &Decision,
        write: &PreparedWrite,
        time: CommitTime,
    ) -> Result<(Body, Option<UndatedDocument>)> {
        let rid = decision.rid;
        seal_version(self.core, &mut self.batch, seq, (decision, write, time))?;
        let Content::Put(prepared) = &write.content else { return Ok((Body::default(), None)) };
        self.borne.insert((rid, seq), prepared.identities.clone());
        if let CommitTime::At(at_ms) = time {
            self.bodies.insert((rid, seq), (prepared.compressed.clone(), at_ms));
        }
        // Search parameters may have come or gone since the body was prepared.
        let again = read_again(self.core, write.resource_type, prepared)?;
        let values = again.as_ref().unwrap_or(&prepared.values);
        let targets = self.targets(values)?;
        Ok((prepared.body.clone(), Some(values.to_document(rid, seq, &targets))))
    }

    /// Decides a write that makes a version, and gives numbers to its resource and to what that refers to, so that nobody else need be
    /// asked for them.
    pub(super) fn reserve(
        &mut self,
        write: &PreparedWrite,
        values: &SearchValues,
    ) -> Result<(Decision, Vec<Rid>)> {
        self.number_of(write.resource_type, write.digest)?;
        Ok((self.decide(write)?, self.targets(values)?))
    }

    /// The numbers of what a resource refers to, also of what is not there.
    fn targets(&mut self, values: &SearchValues) -> Result<Vec<Rid>> {
        let mut targets = Vec::with_capacity(values.references().len());
        for reference in values.references() {
            let resource_type = self
                .core
                .types
                .defined(reference.resource)
                .ok_or_else(|| bug("a reference to no resource type"))?;
            targets.push(self.mention(resource_type, &reference.id)?);
        }
        Ok(targets)
    }

    /// The number of a resource that may not be there.
    fn mention(&mut self, resource_type: ResourceType, id: &str) -> Result<Rid> {
        self.number_of(resource_type, self.core.vault.id_digest(resource_type.name, id))
    }

    pub(super) fn number_of(&mut self, resource_type: ResourceType, digest: [u8; 16]) -> Result<Rid> {
        if let Some(record) = self.stored_id(&digest)? {
            return Ok(record.rid);
        }
        let rid = self.give_rid(resource_type)?;
        self.put_id(digest, IdRecord { rid, newest: None })?;
        Ok(rid)
    }

    /// Takes the resource out of the identities that it bore and into those that it bears.
    pub(super) fn change_identities(
        &mut self,
        type_number: u16,
        rid: Rid,
        before: &[[u8; 16]],
        now: &[[u8; 16]],
    ) -> Result<()> {
        let family = self.core.vault.placement.family(Family::Identity);
        for digest in before.iter().filter(|digest| !now.contains(digest)) {
            let identity = IdentityKey { type_number, digest: *digest };
            self.batch.delete(family, keys::identity(&identity, rid).as_bytes());
            self.bearers.entry(identity).or_default().insert(rid, false);
        }
        for digest in now.iter().filter(|digest| !before.contains(digest)) {
            let identity = IdentityKey { type_number, digest: *digest };
            let key = keys::identity(&identity, rid);
            self.core.vault.put(&mut self.batch, Family::Identity, key.as_bytes(), &[])?;
            self.bearers.entry(identity).or_default().insert(rid, true);
        }
        Ok(())
    }

    /// The staged commit that makes this resource and is still the one that does.
    pub(super) fn staged_maker(&self, rid: Rid) -> Option<Seq> {
        self.staged
            .filter(|staged| staged.makes(rid) && !self.written.contains(&rid))
            .map(|staged| staged.seq)
    }

    /// The identities that a version bore.
    pub(super) fn identities_of(&self, rid: Rid, seq: Seq) -> Result<Vec<[u8; 16]>> {
        if let Some(identities) = self.borne.get(&(rid, seq)) {
            return Ok(identities.clone());
        }
        let key = keys::version(rid, seq);
        let plain = self.core.vault.get(&*self.core.store, Family::Versions, key.as_bytes())?;
        let plain = plain.ok_or_else(|| records::corrupted("a version is missing"))?;
        Ok(records::decode_head::<VersionHead>(&plain)?.0.identities)
    }

    /// Counts a version of a commit.
    pub(super) fn count(&mut self, seq: Seq, decision: &Decision) {
        self.written.insert(decision.rid);
        let head = self.head.types.entry(keys::type_number(decision.rid)).or_default();
        head.versions += 1;
        head.touched = seq;
        head.current += u64::from(decision.operation != OperationCode::Delete);
        head.current -= u64::from(decision.superseded().is_some());
    }

    /// Puts down the commit itself and its audit row.
    pub(super) fn log(
        &mut self,
        (seq, last_updated_ms): (Seq, i64),
        principal: &crate::Principal,
        mut entries: Vec<LogEntry>,
    ) -> Result<()> {
        entries.sort_unstable_by_key(|entry| entry.rid);
        let family = self.core.vault.placement.family(Family::Log);
        let types: BTreeMap<u16, ()> =
            entries.iter().map(|entry| (keys::type_number(entry.rid), ())).collect();
        for number in types.keys() {
            self.batch.put(family, keys::type_log(*number, seq).as_bytes(), &[]);
        }
        let row = audit::Row { seq, at_ms: last_updated_ms, entries: &entries };
        let by = (principal, audit::Action::Commit);
        self.head.audit = audit::add(&mut self.batch, &self.core.vault, &self.head.audit, by, &row)?;
        let record = records::encode(&LogRecord { last_updated_ms, entries })?;
        self.core.vault.put(&mut self.batch, Family::Log, keys::log(seq).as_bytes(), &record)
    }

    pub(super) fn put_head(&mut self) -> Result<()> {
        let record = records::encode(&self.head)?;
        self.core.vault.put(&mut self.batch, Family::State, state::HEAD, &record)
    }
}

/// Adds the record of a version to a batch.
pub(super) fn seal_version(
    core: &Core,
    batch: &mut Batch,
    seq: Seq,
    (decision, write, time): (&Decision, &PreparedWrite, CommitTime),
) -> Result<()> {
    let mut head = VersionHead {
        version: decision.version,
        last_updated_ms: match time {
            CommitTime::At(ms) => Some(ms),
            CommitTime::Apart => None,
        },
        operation: decision.operation,
        splice: Splice::Nowhere,
        id: write.id.to_string(),
        identities: Vec::new(),
    };
    let mut compressed: &[u8] = &[];
    if let Content::Put(prepared) = &write.content {
        head.splice = prepared.body.splice;
        head.identities.clone_from(&prepared.identities);
        compressed = &prepared.compressed;
    }
    let mut plain = Vec::new();
    records::encode_onto(&head, &mut plain)?;
    let key = keys::version(decision.rid, seq);
    core.vault.put_parts(batch, Family::Versions, key.as_bytes(), &[&plain, compressed])
}

/// Gives a number to a resource that nothing has mentioned yet; answers it and the head that knows of it.
pub(crate) fn mention(core: &Core, head: Head, resource_type: ResourceType, id: &str) -> Result<(Rid, Head)> {
    let mut draft = Draft::new(core, head, None);
    let rid = draft.mention(resource_type, id)?;
    draft.put_head()?;
    let Draft { head, batch, .. } = draft;
    core.store.write(&batch, Durability::Buffered).map_err(failed)?;
    Ok((rid, head))
}

/// The search values of a body that was prepared by other search parameters than documents are made by now.
pub(super) fn read_again(
    core: &Core,
    resource_type: ResourceType,
    prepared: &PreparedBody,
) -> Result<Option<SearchValues>> {
    let index = core.index();
    if index.indexer.is_of(&prepared.values) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let decompressed = core.compression.decompress(&prepared.compressed, BODY_BYTES_MAX, &mut bytes);
    decompressed.map_err(|error| bug("a body does not decompress").caused_by(error))?;
    let text = String::from_utf8(bytes).map_err(|error| bug("a body is not UTF-8").caused_by(error))?;
    let body = parse_stored(&Arc::new(text))?;
    extract(&index.indexer, resource_type, body.root()).map(Some)
}

/// The identities that a write gives its resource.
pub(super) fn identities(write: &PreparedWrite) -> &[[u8; 16]] {
    match &write.content {
        Content::Put(prepared) => &prepared.identities,
        Content::Delete => &[],
    }
}

/// Refuses a write that rests on another version than the current one, or on none where it must on one.
pub(super) fn check_expected(core: &Core, write: &PreparedWrite, before: Option<IdRecord>) -> Result<()> {
    let newest = before.and_then(|record| record.newest).filter(|newest| !newest.is_deleted);
    match (write.expected, newest) {
        (Expected::Anything, Some(_)) if core.if_match_required => {
            let text = "the resource is there: the request must name its version, by If-Match or ifMatch";
            Err(Error::new(ErrorKind::PreconditionRequired, Issue::error("required", text)))
        }
        (Expected::Anything | Expected::Whatever, _) | (Expected::Nothing, None) => Ok(()),
        (Expected::Nothing, Some(_)) => Err(precondition("the resource is there already")),
        (Expected::Version(wanted), Some(newest)) if newest.version == wanted.0 => Ok(()),
        (Expected::Version(_), Some(_)) => {
            Err(precondition("the version in If-Match is not the current one"))
        }
        (Expected::Version(_), None) => {
            Err(precondition("If-Match names a version, and there is no current one"))
        }
    }
}

fn precondition(text: &str) -> Error {
    Error::new(ErrorKind::Precondition, Issue::error("conflict", text))
}
