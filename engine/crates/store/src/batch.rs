//! A batch: edits over any families that become visible together or not at all.

use std::fmt;

use crate::{FamilyId, KeyRange};

/// Edits in order; a later one wins over an earlier one of the same key.
///
/// All keys and values lie in one buffer, which [`clear`](Self::clear) keeps for the next use.
#[derive(Clone, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    longest_key: usize,
    longest_value: usize,
}

/// Where an edit's bytes lie: its first part up to `middle`, its second up to `end`, from where the last slot ended.
#[derive(Clone, Copy)]
struct Slot {
    family: FamilyId,
    kind: SlotKind,
    middle: usize,
    end: usize,
}

#[derive(Clone, Copy)]
enum SlotKind {
    Put,
    Delete,
    DeleteBetween,
    DeleteFrom,
}

/// One edit of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Sets the key's value.
    Put {
        /// The family.
        family: FamilyId,
        /// The key.
        key: &'a [u8],
        /// The new value.
        value: &'a [u8],
    },
    /// Removes the key, if it is there.
    Delete {
        /// The family.
        family: FamilyId,
        /// The key.
        key: &'a [u8],
    },
    /// Removes all keys from `start` to just before `end`.
    DeleteRange {
        /// The family.
        family: FamilyId,
        /// The first key to go.
        start: &'a [u8],
        /// The first key to stay; absent means that none stays.
        end: Option<&'a [u8]>,
    },
}

impl Edit<'_> {
    /// The family that the edit belongs to.
    pub fn family(&self) -> FamilyId {
        match *self {
            Self::Put { family, .. } | Self::Delete { family, .. } | Self::DeleteRange { family, .. } => {
                family
            }
        }
    }
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key's value.
    pub fn put(&mut self, family: FamilyId, key: &[u8], value: &[u8]) {
        self.longest_key = self.longest_key.max(key.len());
        self.longest_value = self.longest_value.max(value.len());
        self.push(family, SlotKind::Put, key, value);
    }

    /// The same of a value that is written where it will lie, by appending it. On failure nothing is set.
    pub fn put_with<E>(
        &mut self,
        family: FamilyId,
        key: &[u8],
        append: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let middle = self.bytes.len();
        append(&mut self.bytes).inspect_err(|_| self.bytes.truncate(start))?;
        let end = self.bytes.len();
        self.longest_key = self.longest_key.max(key.len());
        self.longest_value = self.longest_value.max(end - middle);
        self.slots.push(Slot { family, kind: SlotKind::Put, middle, end });
        Ok(())
    }

    /// Removes a key; no harm if it is not there.
    pub fn delete(&mut self, family: FamilyId, key: &[u8]) {
        self.longest_key = self.longest_key.max(key.len());
        self.push(family, SlotKind::Delete, key, &[]);
    }

    /// Removes all keys in a range. An empty range removes none.
    pub fn delete_range(&mut self, family: FamilyId, range: &KeyRange) {
        if range.is_empty() {
            return;
        }
        let (kind, end) = match range.end() {
            Some(end) => (SlotKind::DeleteBetween, end),
            None => (SlotKind::DeleteFrom, &[][..]),
        };
        self.longest_key = self.longest_key.max(range.start().len()).max(end.len());
        self.push(family, kind, range.start(), end);
    }

    /// Forgets all edits and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
        self.longest_key = 0;
        self.longest_value = 0;
    }

    /// The number of edits.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no edits.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The bytes of all keys and values.
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of the longest key, bounds of ranges included.
    pub fn longest_key_bytes(&self) -> usize {
        self.longest_key
    }

    /// The bytes of the longest value.
    pub fn longest_value_bytes(&self) -> usize {
        self.longest_value
    }

    /// The edits, in order.
    pub fn edits(&self) -> impl Iterator<Item = Edit<'_>> {
        let starts = std::iter::once(0).chain(self.slots.iter().map(|slot| slot.end));
        self.slots.iter().zip(starts).map(|(slot, start)| {
            let (first, second) = (&self.bytes[start..slot.middle], &self.bytes[slot.middle..slot.end]);
            let family = slot.family;
            match slot.kind {
                SlotKind::Put => Edit::Put { family, key: first, value: second },
                SlotKind::Delete => Edit::Delete { family, key: first },
                SlotKind::DeleteBetween => Edit::DeleteRange { family, start: first, end: Some(second) },
                SlotKind::DeleteFrom => Edit::DeleteRange { family, start: first, end: None },
            }
        })
    }

    /// Removes the edits of some families.
    pub(crate) fn forget(&mut self, families: &[FamilyId]) {
        let mut kept = Self::new();
        for edit in self.edits().filter(|edit| !families.contains(&edit.family())) {
            match edit {
                Edit::Put { family, key, value } => kept.put(family, key, value),
                Edit::Delete { family, key } => kept.delete(family, key),
                Edit::DeleteRange { family, start, end: Some(end) } => {
                    kept.delete_range(family, &KeyRange::between(start, end));
                }
                Edit::DeleteRange { family, start, end: None } => {
                    kept.delete_range(family, &KeyRange::from(start));
                }
            }
        }
        *self = kept;
    }

    fn push(&mut self, family: FamilyId, kind: SlotKind, first: &[u8], second: &[u8]) {
        self.bytes.extend_from_slice(first);
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(second);
        self.slots.push(Slot { family, kind, middle, end: self.bytes.len() });
    }
}

/// Shows sizes only: values may be secret.
impl fmt::Debug for Batch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Batch({} edits, {} bytes)", self.len(), self.byte_len())
    }
}

#[cfg(test)]
mod tests;
