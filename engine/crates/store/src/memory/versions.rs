//! The versions of one key.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How many snapshots read at each number.
pub type Pins = BTreeMap<u64, usize>;

/// Oldest first, by the number of the write that made them; a version without a value is a removal.
#[derive(Clone)]
pub struct Versions(Vec<(u64, Option<Arc<[u8]>>)>);

impl Versions {
    /// A key with its first value.
    pub fn new(seq: u64, value: Arc<[u8]>) -> Self {
        Self(vec![(seq, Some(value))])
    }

    /// The value that a reader at `seq` sees.
    pub fn at(&self, seq: u64) -> Option<Arc<[u8]>> {
        self.0.iter().rev().find(|(made, _)| *made <= seq).and_then(|(_, value)| value.clone())
    }

    /// Adds a version and drops those that no reader at a number in `pins` sees.
    pub fn push(&mut self, seq: u64, value: Option<Arc<[u8]>>, pins: &Pins) {
        let replaced_at: Vec<u64> = self.0.iter().skip(1).map(|(made, _)| *made).chain([seq]).collect();
        let mut replaced_at = replaced_at.into_iter();
        self.0.retain(|(made, _)| {
            replaced_at.next().is_some_and(|end| pins.range(*made..end).next().is_some())
        });
        self.0.push((seq, value));
    }

    /// Whether no reader can see a value any more.
    pub fn is_forgotten(&self) -> bool {
        matches!(self.0.as_slice(), [(_, None)])
    }

    /// The bytes of all values.
    pub fn byte_len(&self) -> u64 {
        self.0.iter().filter_map(|(_, value)| value.as_ref()).map(|value| value.len() as u64).sum()
    }
}
