//! What a large transaction has written before it is committed, and how to take it back.
//!
//! A staged version stands under a commit number that no one else uses and nobody sees yet. A resource that was not there may
//! also stand in `ids` and `identity` already: whoever reads these passes over versions of commits beyond its own. What was
//! visible before is left alone until the transaction commits. Each chunk's record, `state/staged`, names what it wrote; the
//! commit removes them all, so one that is found at opening belongs to a transaction that never committed.

use std::collections::HashSet;

use fornax_codec::key::KeyWriter;
use fornax_store::{Direction, Durability, KeyRange};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::error::Result;
use crate::families::Family;
use crate::keys;
use crate::records::{self, IdRecord, Rid, Seq, VersionHead, corrupted};
use crate::vault::{failed, state};
use crate::write::draft::{Decision, Draft};
use crate::write::links::DraftLinks;
use crate::write::sequence::SequenceState;

/// A transaction under way, as the sequencer knows it.
pub(crate) struct Staged {
    /// The commit that it will be. Commits meanwhile have lower numbers.
    pub seq: Seq,
    /// Resources that it writes and that nobody has written since.
    written: HashSet<Rid>,
    /// Of these, those that were not there before.
    made: HashSet<Rid>,
    /// What others have deleted since, and what others refer to that did not before; where the tenant asks for either.
    pub deleted: HashSet<Rid>,
    pub newly_referred: HashSet<Rid>,
}

/// The record of one chunk.
#[derive(Serialize, Deserialize)]
struct ChunkRecord {
    seq: Seq,
    rids: Vec<Rid>,
}

impl Staged {
    pub(super) fn new(seq: Seq) -> Self {
        Self {
            seq,
            written: HashSet::new(),
            made: HashSet::new(),
            deleted: HashSet::new(),
            newly_referred: HashSet::new(),
        }
    }

    /// Whether the transaction makes this resource: it is not there yet, whatever stands in `ids` and `identity`.
    pub(super) fn makes(&self, rid: Rid) -> bool {
        self.made.contains(&rid)
    }

    /// Whether the transaction writes this resource, and nobody has written it since it was staged.
    pub(super) fn stands(&self, rid: Rid) -> bool {
        self.written.contains(&rid)
    }

    pub(super) fn add(&mut self, decisions: impl Iterator<Item = Decision>) {
        for decision in decisions {
            self.written.insert(decision.rid);
            if decision.before.is_none() {
                self.made.insert(decision.rid);
            }
        }
    }

    /// Others have changed who refers to whom.
    pub(super) fn note(&mut self, links: &DraftLinks) {
        self.deleted.extend(&links.deleted);
        self.newly_referred.extend(links.newly_referred());
    }

    /// Others have written these.
    pub(super) fn overtake(&mut self, rids: &HashSet<Rid>) {
        for rid in rids {
            self.written.remove(rid);
            self.made.remove(rid);
        }
    }
}

/// `06 number (u32)` in the state family.
fn chunk_key(number: u32) -> KeyWriter {
    let mut key = KeyWriter::new();
    key.fixed(state::STAGED).u32(number);
    key
}

/// Puts down what a chunk writes.
pub(super) fn put_chunk(draft: &mut Draft<'_>, number: u32, seq: Seq, rids: Vec<Rid>) -> Result<()> {
    let record = records::encode(&ChunkRecord { seq, rids })?;
    draft.core.vault.put(&mut draft.batch, Family::State, chunk_key(number).as_bytes(), &record)
}

/// The chunks that were put down are part of a commit from here on.
pub(super) fn forget_chunks(draft: &mut Draft<'_>, count: u32) {
    let family = draft.core.vault.placement.family(Family::State);
    for number in 0..count {
        draft.batch.delete(family, chunk_key(number).as_bytes());
    }
}

/// Takes back what a chunk wrote, between groups of commits. What is already taken back is left alone.
pub(super) fn take_back(core: &Core, state: &mut SequenceState, number: u32) -> Result<()> {
    let key = chunk_key(number);
    let Some(record) = core.vault.get(&*core.store, Family::State, key.as_bytes())? else { return Ok(()) };
    let ChunkRecord { seq, rids } = records::decode(&record)?;
    let mut draft = Draft::new(core, state.head.clone(), None);
    for rid in &rids {
        take_version_back(&mut draft, *rid, seq)?;
    }
    draft.batch.delete(core.vault.placement.family(Family::State), key.as_bytes());
    core.store.write(&draft.batch, Durability::Buffered).map_err(failed)?;
    if let Some(staged) = &mut state.staged {
        // The next group does not find them any more.
        staged.overtake(&rids.into_iter().collect());
    }
    Ok(())
}

fn take_version_back(draft: &mut Draft<'_>, rid: Rid, seq: Seq) -> Result<()> {
    let core = draft.core;
    let key = keys::version(rid, seq);
    let Some(plain) = core.vault.get(&*core.store, Family::Versions, key.as_bytes())? else { return Ok(()) };
    let staged = records::decode_head::<VersionHead>(&plain)?.0;
    let resource_type = core.types.numbered(keys::type_number(rid))?;
    let digest = core.vault.id_digest(resource_type.name, &staged.id);
    let record = draft.stored_id(&digest)?.ok_or_else(|| corrupted("a staged resource has no id"))?;
    let newest = record.newest.filter(|newest| newest.seq != seq);
    if newest != record.newest {
        draft.put_id(digest, IdRecord { rid, newest: None })?;
    }
    // Another commit may have given it some of the same identities meanwhile.
    let kept = match newest.filter(|newest| !newest.is_deleted) {
        Some(newest) => draft.identities_of(rid, newest.seq)?,
        None => Vec::new(),
    };
    draft.change_identities(resource_type.number, rid, &staged.identities, &kept)?;
    draft.batch.delete(core.vault.placement.family(Family::Versions), key.as_bytes());
    Ok(())
}

/// At opening: takes back what a transaction staged that never committed.
pub(crate) fn recover(core: &Core) -> Result<()> {
    for number in chunks_left(core)? {
        core.sequencer.between_groups(core, |state| take_back(core, state, number))?;
    }
    Ok(())
}

/// Numbers of the chunks whose records are there.
fn chunks_left(core: &Core) -> Result<Vec<u32>> {
    let range = KeyRange::prefix(state::STAGED);
    let family = core.vault.placement.family(Family::State);
    let snapshot = core.store.snapshot().map_err(failed)?;
    let mut cursor = snapshot.scan(family, &range, Direction::Forward).map_err(failed)?;
    let mut numbers = Vec::new();
    while let Some((key, _)) = cursor.next().map_err(failed)? {
        let number = key.last_chunk::<4>().ok_or_else(|| corrupted("a staged chunk's key is cut"))?;
        numbers.push(u32::from_be_bytes(*number));
    }
    Ok(numbers)
}
