//! Referential integrity of a tenant: whether references must lead somewhere, and what is referred to must stay.
//!
//! `identity` holds, of a tenant in the mode `block`, under keys that begin with the type number 0, which resource refers to which:
//! by target (`00 00 00 target source`, empty) and by source (`00 00 01 source`, its targets). They go with the batch of each commit.

mod build;

pub(crate) use build::tally;

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

use fornax_store::{Batch, Direction, Durability, Store};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::keys;
use crate::records;
use crate::vault::{Vault, failed, state};
use crate::write::close_after;

/// What a tenant asks of references. Those by an identifier alone, URNs and absolute URLs of others are never looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReferentialIntegrity {
    /// Nothing.
    #[default]
    Off,
    /// A write is refused whose references lead to what is not there after its commit.
    Check,
    /// The same; and what another resource refers to can't be deleted.
    Block,
}

const NAMES: [(&str, ReferentialIntegrity); 3] = [
    ("off", ReferentialIntegrity::Off),
    ("check", ReferentialIntegrity::Check),
    ("block", ReferentialIntegrity::Block),
];

impl fmt::Display for ReferentialIntegrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        NAMES.iter().filter(|(_, mode)| mode == self).try_for_each(|(name, _)| f.write_str(name))
    }
}

impl FromStr for ReferentialIntegrity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let named = NAMES.iter().find(|(name, _)| *name == text);
        named.map(|(_, mode)| *mode).ok_or_else(|| {
            let text = "referential integrity is off, check or block";
            Error::new(ErrorKind::Invalid, Issue::error("value", text))
        })
    }
}

/// The mode in force. It changes between groups of commits only, so that whoever writes a group sees one.
pub(crate) struct Integrity(AtomicU8);

impl Integrity {
    pub(crate) fn new(mode: ReferentialIntegrity) -> Self {
        Self(AtomicU8::new(mode as u8))
    }

    pub(crate) fn mode(&self) -> ReferentialIntegrity {
        match self.0.load(Ordering::Acquire) {
            0 => ReferentialIntegrity::Off,
            1 => ReferentialIntegrity::Check,
            _ => ReferentialIntegrity::Block,
        }
    }

    /// Whether references are looked at.
    pub(crate) fn is_on(&self) -> bool {
        self.mode() != ReferentialIntegrity::Off
    }
}

/// Puts down the mode of a tenant that nobody knows of yet.
pub(crate) fn keep(vault: &Vault, store: &dyn Store, mode: ReferentialIntegrity) -> Result<()> {
    if mode == ReferentialIntegrity::Off {
        return Ok(());
    }
    let mut batch = Batch::new();
    put(vault, &mut batch, mode)?;
    store.write(&batch, Durability::Synced).map_err(failed)
}

fn put(vault: &Vault, batch: &mut Batch, mode: ReferentialIntegrity) -> Result<()> {
    vault.put(batch, Family::State, state::REFERENTIAL_INTEGRITY, &records::encode(&mode)?)
}

/// The mode that was put down. Rows that a change to `block` left when it was cut off are removed.
pub(crate) fn read(vault: &Vault, store: &dyn Store) -> Result<ReferentialIntegrity> {
    let mode = match vault.get(store, Family::State, state::REFERENTIAL_INTEGRITY)? {
        Some(bytes) => records::decode(&bytes)?,
        None => ReferentialIntegrity::Off,
    };
    if mode != ReferentialIntegrity::Block && has_rows(vault, store)? {
        let mut batch = Batch::new();
        remove_rows(vault, &mut batch);
        store.write(&batch, Durability::Synced).map_err(failed)?;
    }
    Ok(mode)
}

fn has_rows(vault: &Vault, store: &dyn Store) -> Result<bool> {
    let snapshot = store.snapshot().map_err(failed)?;
    let family = vault.placement.family(Family::Identity);
    let mut cursor = snapshot.scan(family, &keys::links(), Direction::Forward).map_err(failed)?;
    Ok(cursor.next().map_err(failed)?.is_some())
}

fn remove_rows(vault: &Vault, batch: &mut Batch) {
    let all = keys::links();
    batch.delete_range(vault.placement.family(Family::Identity), &all);
}

/// Changes the mode. When it returns, it is in force and durable.
///
/// # Errors
/// `Precondition`: to `block`, and there are references that lead nowhere; nothing has changed then.
pub(crate) fn set(core: &Core, mode: ReferentialIntegrity) -> Result<()> {
    core.check_open()?;
    if mode == ReferentialIntegrity::Block {
        return build::block(core);
    }
    // Not amid a change to `block`, which would go on without its rows.
    let _none_changes = core.retention.sweeping.lock();
    // What is being staged was prepared under the mode before.
    let _nothing_is_staged = core.sequencer.staging.lock();
    core.sequencer.between_groups(core, |_| {
        core.check_open()?;
        let mut batch = Batch::new();
        put(&core.vault, &mut batch, mode)?;
        remove_rows(&core.vault, &mut batch);
        let written = core.store.write(&batch, Durability::Synced).map_err(failed);
        written.inspect_err(|error| close_after(core, error))?;
        core.integrity.0.store(mode as u8, Ordering::Release);
        Ok(())
    })
}

#[cfg(test)]
mod tests;
