//! Scans of the store in memory.

use std::ops::Bound;
use std::sync::Arc;

use super::MemorySnapshot;
use crate::{Cursor, Direction, Entry, FamilyId, KeyRange, StoreError};

/// A scan that looks its next entry up anew each time, so that it holds no lock between two calls.
pub struct MemoryCursor {
    snapshot: MemorySnapshot,
    family: FamilyId,
    range: KeyRange,
    direction: Direction,
    place: Place,
}

/// A key and its value, held by the cursor.
type Found = (Box<[u8]>, Arc<[u8]>);

/// Where the next entry is looked for.
enum Place {
    /// At the range's beginning, in the scan's direction.
    Begin,
    /// At this key or beyond it.
    At(Vec<u8>),
    /// Beyond this entry, which was the last one given out.
    Beyond(Box<[u8]>, Arc<[u8]>),
    End,
}

impl MemoryCursor {
    /// A scan from the beginning of `range`.
    pub fn open(
        snapshot: MemorySnapshot,
        family: FamilyId,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Self, StoreError> {
        snapshot.shared.state.read().family(family)?;
        Ok(Self { snapshot, family, range: range.clone(), direction, place: Place::Begin })
    }

    fn find(&self) -> Result<Option<Found>, StoreError> {
        let (mut low, mut high) = bounds(&self.range);
        let near = match &self.place {
            Place::Begin => None,
            Place::At(key) => Some(Bound::Included(key.as_slice())),
            Place::Beyond(key, _) => Some(Bound::Excluded(&**key)),
            Place::End => return Ok(None),
        };
        match (near, self.direction) {
            (None, _) => (),
            (Some(near), Direction::Forward) => low = near,
            (Some(near), Direction::Reverse) => high = near,
        }
        let state = self.snapshot.shared.state.read();
        let mut entries =
            state.family(self.family)?.keys.range::<[u8], _>((low, high)).filter_map(|(key, versions)| {
                versions.at(self.snapshot.seq).map(|value| (key.clone(), value))
            });
        Ok(match self.direction {
            Direction::Forward => entries.next(),
            Direction::Reverse => entries.next_back(),
        })
    }
}

impl Cursor for MemoryCursor {
    fn next(&mut self) -> Result<Option<Entry<'_>>, StoreError> {
        let found = self.find();
        self.place = match &found {
            Ok(Some((key, value))) => Place::Beyond(key.clone(), value.clone()),
            Ok(None) | Err(_) => Place::End,
        };
        found?;
        Ok(match &self.place {
            Place::Beyond(key, value) => Some((key, value)),
            _ => None,
        })
    }

    fn seek(&mut self, key: &[u8]) -> Result<(), StoreError> {
        let before = key < self.range.start();
        let after = self.range.end().is_some_and(|end| end <= key);
        self.place = match self.direction {
            _ if self.range.is_empty() => Place::End,
            Direction::Forward if after => Place::End,
            Direction::Reverse if before => Place::End,
            Direction::Forward if before => Place::Begin,
            Direction::Reverse if after => Place::Begin,
            _ => Place::At(key.to_vec()),
        };
        Ok(())
    }
}

/// The bounds of a range as ordered maps take them.
pub fn bounds(range: &KeyRange) -> (Bound<&[u8]>, Bound<&[u8]>) {
    if range.is_empty() {
        // Ordered maps panic on a range whose end is before its start.
        return (Bound::Included(range.start()), Bound::Excluded(range.start()));
    }
    (Bound::Included(range.start()), range.end().map_or(Bound::Unbounded, Bound::Excluded))
}
