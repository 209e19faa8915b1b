//! One group of commits: conditions checked again, numbers given, records sealed, one batch, one sync; then indexed and published.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fornax_postings::{Changes, IndexDocument, SupersededVersion};
use fornax_store::{Batch, Durability};

use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::keys;
use crate::records::{
    self, Head, IdRecord, LogEntry, LogRecord, Newest, OperationCode, RID_TYPE_SHIFT, Rid, Seq, VersionHead,
    bug,
};
use crate::resource::{Body, Operation, Splice, Version, VersionId};
use crate::types::ResourceType;
use crate::vault::{failed, state};
use crate::view::timestamp;
use crate::write::audit;
use crate::write::body::PreparedBody;
use crate::write::condition::Condition;
use crate::write::group::{Outcome, Written};
use crate::write::prepare::{Content, PreparedWrite, Work};

/// What the sequencer knows between groups: the head as the store has it.
pub(crate) struct SequenceState {
    pub head: Head,
}

impl SequenceState {
    /// Resources that are there, by type number; only types that have any.
    pub(crate) fn current(&self) -> Vec<(u16, u64)> {
        let types = self.head.types.iter().filter(|(_, head)| head.current > 0);
        types.map(|(number, head)| (*number, head.current)).collect()
    }

    /// Versions ever written, of one type or of all, if the tenant still stands at that commit.
    pub(crate) fn versions_at(&self, seq: Seq, type_number: Option<u16>) -> Option<u64> {
        let types =
            self.head.types.iter().filter(|(number, _)| type_number.is_none_or(|wanted| wanted == **number));
        (self.head.seq == seq).then(|| types.map(|(_, head)| head.versions).sum())
    }
}

/// Writes a group. The outcomes are in the order of the works.
pub(crate) fn write_group(core: &Core, state: &mut SequenceState, works: Vec<Work>) -> Vec<Result<Outcome>> {
    if let Err(error) = core.check_open() {
        return works.iter().map(|_| Err(error.repeated())).collect();
    }
    let mut group = Group::new(core, state.head.clone());
    let mut outcomes = Vec::with_capacity(works.len());
    for work in works {
        outcomes.push(if group.is_broken { Ok(Outcome::Stale) } else { group.add(work) });
    }
    if group.is_broken {
        fail_all(&mut outcomes, &bug("a commit of the same group failed half way"));
        return outcomes;
    }
    if group.head.seq == state.head.seq {
        return outcomes;
    }
    match group.finish() {
        Ok(head) => state.head = head,
        Err(error) => {
            // Whether the batch is in the log is known only after opening again.
            core.close();
            tracing::error!(error = %error, cause = ?std::error::Error::source(&error), "a commit failed; the tenant is closed");
            fail_all(&mut outcomes, &error);
        }
    }
    outcomes
}

fn fail_all(outcomes: &mut [Result<Outcome>], error: &Error) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
        *outcome = Err(error.repeated());
    }
}

/// A group being put together. What its earlier commits changed is looked up here before the store.
struct Group<'a> {
    core: &'a Core,
    head: Head,
    batch: Batch,
    changes: Changes,
    ids: HashMap<[u8; 16], IdRecord>,
    identities: HashMap<(u16, [u8; 16]), Vec<Rid>>,
    /// Identities of versions written in this group.
    borne: HashMap<(Rid, Seq), Vec<[u8; 16]>>,
    last_ms: i64,
    /// A commit was added in part only: nothing of the group may be written.
    is_broken: bool,
}

impl<'a> Group<'a> {
    fn new(core: &'a Core, head: Head) -> Self {
        let changes = Changes { seq: head.seq, ..Changes::default() };
        let last_ms = head.last_updated_ms.max(core.clock.now_ms());
        Self {
            core,
            head,
            batch: Batch::new(),
            changes,
            ids: HashMap::new(),
            identities: HashMap::new(),
            borne: HashMap::new(),
            last_ms,
            is_broken: false,
        }
    }

    /// Adds a commit, or leaves everything as it was and says why not.
    fn add(&mut self, work: Work) -> Result<Outcome> {
        for condition in &work.conditions {
            if !self.holds(condition)? {
                return Ok(Outcome::Stale);
            }
        }
        let Work { principal, writes, .. } = work;
        let mut idle = 0;
        for write in &writes {
            let before = self.id(&write.digest)?;
            check_if_match(write, before)?;
            idle += usize::from(is_idle(write, before));
        }
        if idle == writes.len() {
            return Ok(Outcome::Committed(writes.iter().map(|_| Written::Deleted(None)).collect()));
        }
        self.is_broken = true;
        self.head.seq += 1;
        let seq = self.head.seq;
        let mut entries = Vec::with_capacity(writes.len());
        let mut documents = Vec::with_capacity(writes.len());
        let mut written = Vec::with_capacity(writes.len());
        for write in &writes {
            written.push(self.write(seq, write, &mut entries, &mut documents)?);
        }
        self.log(seq, &principal, entries)?;
        documents.sort_unstable_by_key(|document: &IndexDocument| document.rid);
        self.changes.documents.extend(documents);
        self.changes.seq = seq;
        self.is_broken = false;
        Ok(Outcome::Committed(written))
    }

    fn holds(&self, condition: &Condition) -> Result<bool> {
        match condition {
            Condition::Identity { type_number, digest, rids } => {
                Ok(self.identity(*type_number, digest)? == *rids)
            }
            Condition::Untouched { type_number, since } => {
                Ok(self.head.types.get(type_number).is_none_or(|head| head.touched <= *since))
            }
        }
    }

    fn id(&self, digest: &[u8; 16]) -> Result<Option<IdRecord>> {
        if let Some(record) = self.ids.get(digest) {
            return Ok(Some(*record));
        }
        let bytes = self.core.vault.get(&*self.core.store, Family::Ids, digest)?;
        bytes.map(|bytes| records::decode(&bytes)).transpose()
    }

    fn put_id(&mut self, digest: [u8; 16], record: IdRecord) -> Result<()> {
        self.core.vault.put(&mut self.batch, Family::Ids, &digest, &records::encode(&record)?)?;
        self.ids.insert(digest, record);
        Ok(())
    }

    fn identity(&self, type_number: u16, digest: &[u8; 16]) -> Result<Vec<Rid>> {
        if let Some(rids) = self.identities.get(&(type_number, *digest)) {
            return Ok(rids.clone());
        }
        let key = keys::identity(type_number, digest);
        let bytes = self.core.vault.get(&*self.core.store, Family::Identity, key.as_bytes())?;
        bytes.map_or(Ok(Vec::new()), |bytes| records::decode(&bytes))
    }

    fn put_identity(&mut self, type_number: u16, digest: [u8; 16], rids: Vec<Rid>) -> Result<()> {
        let key = keys::identity(type_number, &digest);
        if rids.is_empty() {
            self.batch.delete(self.core.vault.placement.family(Family::Identity), key.as_bytes());
        } else {
            self.core.vault.put(
                &mut self.batch,
                Family::Identity,
                key.as_bytes(),
                &records::encode(&rids)?,
            )?;
        }
        self.identities.insert((type_number, digest), rids);
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

    fn write(
        &mut self,
        seq: Seq,
        write: &PreparedWrite,
        entries: &mut Vec<LogEntry>,
        documents: &mut Vec<IndexDocument>,
    ) -> Result<Written> {
        let before = self.id(&write.digest)?;
        if is_idle(write, before) {
            return Ok(Written::Deleted(None));
        }
        let rid = match before {
            Some(record) => record.rid,
            None => self.give_rid(write.resource_type)?,
        };
        let newest = before.and_then(|record| record.newest);
        let operation = operation(&write.content, newest);
        let version = newest.map_or(0, |newest| newest.version) + 1;
        let superseded = newest.filter(|newest| !newest.is_deleted).map(|newest| newest.seq);
        let is_deleted = operation == OperationCode::Delete;
        self.put_id(write.digest, IdRecord { rid, newest: Some(Newest { seq, version, is_deleted }) })?;
        self.change_identities(write, rid, superseded)?;
        let (body, document) = self.put_version(seq, rid, version, operation, write)?;
        documents.extend(document);
        entries.push(LogEntry { rid, version, operation, superseded });
        if let Some(written) = superseded {
            self.changes.superseded.push(SupersededVersion { rid, written, by: seq });
        }
        self.count(write.resource_type, seq, superseded.is_some(), is_deleted);
        let stored = Version {
            resource_type: write.resource_type.name,
            id: Arc::clone(&write.id),
            version: VersionId(version),
            last_updated: timestamp(self.last_ms)?,
            operation: operation.into(),
            body,
        };
        Ok(match Operation::from(operation) {
            Operation::Delete => Written::Deleted(Some(stored)),
            Operation::Create => Written::Created(stored),
            Operation::Update => Written::Updated(stored),
        })
    }

    fn put_version(
        &mut self,
        seq: Seq,
        rid: Rid,
        version: u64,
        operation: OperationCode,
        write: &PreparedWrite,
    ) -> Result<(Body, Option<IndexDocument>)> {
        let mut head = VersionHead {
            version,
            last_updated_ms: self.last_ms,
            operation,
            splice: Splice::Nowhere,
            id: write.id.to_string(),
            identities: Vec::new(),
        };
        let mut plain = Vec::new();
        let (body, document) = match &write.content {
            Content::Delete => {
                records::encode_onto(&head, &mut plain)?;
                (Body::default(), None)
            }
            Content::Put(prepared) => {
                head.splice = prepared.body.splice;
                head.identities.clone_from(&prepared.identities);
                self.borne.insert((rid, seq), prepared.identities.clone());
                records::encode_onto(&head, &mut plain)?;
                plain.extend_from_slice(&prepared.compressed);
                let targets = self.targets(prepared)?;
                let document = prepared.values.to_document(rid, seq, self.last_ms * 1000, &targets);
                (prepared.body.clone(), Some(document))
            }
        };
        self.core.vault.put(&mut self.batch, Family::Versions, keys::version(rid, seq).as_bytes(), &plain)?;
        Ok((body, document))
    }

    /// The numbers of what a resource refers to, also of what is not there.
    fn targets(&mut self, prepared: &PreparedBody) -> Result<Vec<Rid>> {
        let mut targets = Vec::with_capacity(prepared.values.references().len());
        for reference in prepared.values.references() {
            let resource_type = self
                .core
                .types
                .defined(reference.resource)
                .ok_or_else(|| bug("a reference to no resource type"))?;
            let digest = self.core.vault.id_digest(resource_type.name, &reference.id);
            let rid = match self.id(&digest)? {
                Some(record) => record.rid,
                None => {
                    let rid = self.give_rid(resource_type)?;
                    self.put_id(digest, IdRecord { rid, newest: None })?;
                    rid
                }
            };
            targets.push(rid);
        }
        Ok(targets)
    }

    /// Takes the resource out of the identities that it bore and into those that it bears.
    fn change_identities(&mut self, write: &PreparedWrite, rid: Rid, superseded: Option<Seq>) -> Result<()> {
        let now: &[[u8; 16]] = match &write.content {
            Content::Put(prepared) => &prepared.identities,
            Content::Delete => &[],
        };
        let before = match superseded {
            Some(seq) => self.identities_of(rid, seq)?,
            None => Vec::new(),
        };
        let number = write.resource_type.number;
        for digest in before.iter().filter(|digest| !now.contains(digest)) {
            let mut rids = self.identity(number, digest)?;
            rids.retain(|other| *other != rid);
            self.put_identity(number, *digest, rids)?;
        }
        for digest in now.iter().filter(|digest| !before.contains(digest)) {
            let mut rids = self.identity(number, digest)?;
            if !rids.contains(&rid) {
                rids.push(rid);
            }
            self.put_identity(number, *digest, rids)?;
        }
        Ok(())
    }

    /// The identities that a version bore.
    fn identities_of(&self, rid: Rid, seq: Seq) -> Result<Vec<[u8; 16]>> {
        if let Some(identities) = self.borne.get(&(rid, seq)) {
            return Ok(identities.clone());
        }
        let plain =
            self.core.vault.get(&*self.core.store, Family::Versions, keys::version(rid, seq).as_bytes())?;
        let plain = plain.ok_or_else(|| records::corrupted("a version is missing"))?;
        Ok(records::decode_head::<VersionHead>(&plain)?.0.identities)
    }

    fn count(&mut self, resource_type: ResourceType, seq: Seq, was_there: bool, is_deleted: bool) {
        let head = self.head.types.entry(resource_type.number).or_default();
        head.versions += 1;
        head.touched = seq;
        head.current += u64::from(!is_deleted);
        head.current -= u64::from(was_there);
    }

    fn log(&mut self, seq: Seq, principal: &crate::Principal, mut entries: Vec<LogEntry>) -> Result<()> {
        entries.sort_unstable_by_key(|entry| entry.rid);
        let family = self.core.vault.placement.family(Family::Log);
        let types: BTreeMap<u16, ()> =
            entries.iter().map(|entry| (keys::type_number(entry.rid), ())).collect();
        for number in types.keys() {
            self.batch.put(family, keys::type_log(*number, seq).as_bytes(), &[]);
        }
        self.head.audit = audit::add(
            &mut self.batch,
            &self.core.vault,
            &self.head.audit,
            principal,
            (seq, self.last_ms, &entries),
        )?;
        let record = records::encode(&LogRecord { last_updated_ms: self.last_ms, entries })?;
        self.core.vault.put(&mut self.batch, Family::Log, keys::log(seq).as_bytes(), &record)
    }

    /// One write with one sync; then the index; then everybody may see it.
    fn finish(mut self) -> Result<Head> {
        self.head.last_updated_ms = self.last_ms;
        self.core.vault.put(&mut self.batch, Family::State, state::HEAD, &records::encode(&self.head)?)?;
        self.core.store.write(&self.batch, Durability::Synced).map_err(failed)?;
        self.core.postings.apply(self.changes).map_err(index_failed)?;
        self.core.publish(self.head.seq);
        Ok(self.head)
    }
}

/// A deletion of what is not there.
fn is_idle(write: &PreparedWrite, before: Option<IdRecord>) -> bool {
    let is_there = before.and_then(|record| record.newest).is_some_and(|newest| !newest.is_deleted);
    matches!(write.content, Content::Delete) && !is_there
}

fn operation(content: &Content, newest: Option<Newest>) -> OperationCode {
    match (content, newest) {
        (Content::Delete, _) => OperationCode::Delete,
        (Content::Put(_), None) => OperationCode::Create,
        (Content::Put(_), Some(_)) => OperationCode::Update,
    }
}

fn check_if_match(write: &PreparedWrite, before: Option<IdRecord>) -> Result<()> {
    let Some(VersionId(wanted)) = write.if_match else { return Ok(()) };
    let newest = before.and_then(|record| record.newest).filter(|newest| !newest.is_deleted);
    match newest {
        Some(newest) if newest.version == wanted => Ok(()),
        Some(_) => Err(precondition("the version in If-Match is not the current one")),
        None => Err(precondition("If-Match names a version, and there is no current one")),
    }
}

fn precondition(text: &str) -> Error {
    Error::new(ErrorKind::Precondition, Issue::error("conflict", text))
}
