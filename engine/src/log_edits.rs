//! Changes to what the log says of commits long made: where versions go, their entries go with them.

use std::collections::{BTreeMap, BTreeSet};

use fornax_store::Batch;

use crate::error::Result;
use crate::families::Family;
use crate::keys;
use crate::records::{self, LogEntry, LogRecord, Rid, Seq};
use crate::vault::Vault;
use crate::view::View;

/// Log records that change.
pub(crate) struct LogEdits<'a> {
    view: &'a View<'a>,
    logs: BTreeMap<Seq, OpenLog>,
    entries: usize,
    /// Versions that are purged from here on, and those of which nothing more is to be known.
    purged: Vec<(Rid, Seq)>,
    forgotten: Vec<(Rid, Seq)>,
}

/// A log record taken apart.
struct OpenLog {
    last_updated_ms: i64,
    entries: BTreeMap<Rid, LogEntry>,
    /// The types that the stored record names.
    types: BTreeSet<u16>,
}

fn types(entries: &BTreeMap<Rid, LogEntry>) -> BTreeSet<u16> {
    entries.keys().map(|rid| keys::type_number(*rid)).collect()
}

impl<'a> LogEdits<'a> {
    /// Nothing has changed yet.
    pub(crate) fn of(view: &'a View<'a>) -> Self {
        Self { view, logs: BTreeMap::new(), entries: 0, purged: Vec::new(), forgotten: Vec::new() }
    }

    /// Entries in memory.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    /// What a commit's record will say.
    pub(crate) fn at(&mut self, seq: Seq) -> Result<&mut BTreeMap<Rid, LogEntry>> {
        if !self.logs.contains_key(&seq) {
            let record = self.view.log(seq)?;
            let entries: BTreeMap<Rid, LogEntry> =
                record.entries.into_iter().map(|entry| (entry.rid, entry)).collect();
            self.entries += entries.len();
            let types = types(&entries);
            self.logs.insert(seq, OpenLog { last_updated_ms: record.last_updated_ms, entries, types });
        }
        let open = self.logs.get_mut(&seq);
        open.map(|open| &mut open.entries).ok_or_else(|| records::bug("a log record that was just read"))
    }

    /// Tells that a version was purged.
    pub(crate) fn purge(&mut self, rid: Rid, seq: Seq) {
        self.purged.push((rid, seq));
    }

    /// Tells no longer that a version was purged.
    pub(crate) fn forget_purged(&mut self, rid: Rid, seq: Seq) {
        self.forgotten.push((rid, seq));
    }

    /// Adds the changes to a batch; a record that names nothing any more goes.
    pub(crate) fn write(self, vault: &Vault, batch: &mut Batch) -> Result<()> {
        let log = vault.placement.family(Family::Log);
        for (rid, seq) in self.purged {
            batch.put(log, keys::purged(rid, seq).as_bytes(), &[]);
        }
        for (rid, seq) in self.forgotten {
            batch.delete(log, keys::purged(rid, seq).as_bytes());
        }
        for (seq, open) in self.logs {
            for number in open.types.difference(&types(&open.entries)) {
                batch.delete(log, keys::type_log(*number, seq).as_bytes());
            }
            if open.entries.is_empty() {
                batch.delete(log, keys::log(seq).as_bytes());
                batch.delete(log, keys::commit_time(seq).as_bytes());
                continue;
            }
            let entries = open.entries.into_values().collect();
            let record = LogRecord { last_updated_ms: open.last_updated_ms, entries };
            vault.put(batch, Family::Log, keys::log(seq).as_bytes(), &records::encode(&record)?)?;
        }
        Ok(())
    }
}
