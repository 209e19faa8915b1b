//! From which commit each document of a segment is superseded: the one array that answers visibility for every snapshot.

use std::sync::atomic::{AtomicU32, Ordering};

use fornax_codec::record;
use serde::{Deserialize, Serialize};

use crate::document::Seq;
use crate::error::{Error, Result};

/// The record version of [`SupersededRecord`].
const VERSION: u8 = 1;
/// Documents of a segment, far above any limit.
const DOCUMENTS_MAX: u32 = 1 << 28;
/// Two numbers a mark.
const BYTES_MAX: usize = 1 << 30;
/// Not superseded.
const NEVER: u32 = u32::MAX;

/// Marks are set under the index's writer lock and read without one: a mark set while a reader is under way bears a commit
/// beyond that reader's snapshot, so both of its values mean "visible" to him.
pub(crate) struct Superseded {
    /// Marks are kept as distances from here. A mark at or below it reads 0: no snapshot sees the document any more.
    base: Seq,
    at: Box<[AtomicU32]>,
    /// Counts marks, and those that were set earlier than before.
    marks: AtomicU32,
}

/// The marks of a segment as written beside it, in the order of the documents.
#[derive(Serialize, Deserialize)]
struct SupersededRecord {
    base: Seq,
    documents: u32,
    /// (document, distance of the superseding commit from `base`)
    marks: Vec<(u32, u32)>,
}

impl Superseded {
    pub(crate) fn none(documents: u32, base: Seq) -> Self {
        let at = (0..documents).map(|_| AtomicU32::new(NEVER)).collect();
        Self { base, at, marks: AtomicU32::new(0) }
    }

    /// Marks `document` as superseded by commit `seq`; by commit 0 it is hidden from every snapshot. The earliest mark counts.
    pub(crate) fn mark(&self, document: u32, seq: Seq) -> Result<()> {
        let distance = u32::try_from(seq.saturating_sub(self.base))
            .ok()
            .filter(|&distance| distance < NEVER)
            .ok_or(Error::Limit("four thousand million commits between a segment and a superseding one"))?;
        if self.at[document as usize].fetch_min(distance, Ordering::Relaxed) > distance {
            self.marks.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }

    /// The commit that superseded `document`, if one did; 0: no snapshot sees it.
    pub(crate) fn by(&self, document: u32) -> Option<Seq> {
        match self.at[document as usize].load(Ordering::Relaxed) {
            NEVER => None,
            0 => Some(0),
            distance => Some(self.base + u64::from(distance)),
        }
    }

    /// [`Superseded::by`] of each document in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<Seq>> + '_ {
        (0..self.at.len() as u32).map(|document| self.by(document))
    }

    /// Changes with each mark that is set; 0: no document bears one.
    pub(crate) fn marks(&self) -> u32 {
        self.marks.load(Ordering::Acquire)
    }

    /// The test for one snapshot.
    pub(crate) fn at(&self, snapshot: Seq) -> Option<VisibleAt<'_>> {
        let distance = snapshot.checked_sub(self.base)?;
        if self.marks() == 0 {
            return None;
        }
        Some(VisibleAt { at: &self.at, distance: u32::try_from(distance).unwrap_or(NEVER).min(NEVER - 1) })
    }

    /// The test for a snapshot that sees what was superseded too, but not what is hidden.
    pub(crate) fn at_any_time(&self) -> Option<VisibleAt<'_>> {
        (self.marks() > 0).then_some(VisibleAt { at: &self.at, distance: 0 })
    }

    /// The marks up to commit `seq` as written beside the segment, and how many are left out; `None`: none.
    pub(crate) fn encode(&self, seq: Seq) -> Result<Option<(Vec<u8>, usize)>> {
        if self.marks() == 0 {
            return Ok(None);
        }
        let documents = 0..self.at.len() as u32;
        let mut marks: Vec<(u32, Seq)> =
            documents.filter_map(|document| Some((document, self.by(document)?))).collect();
        let all = marks.len();
        marks.retain(|(_, by)| *by <= seq);
        let left_out = all - marks.len();
        let distance = |(document, by): (u32, Seq)| (document, by.saturating_sub(self.base) as u32);
        let marks: Vec<(u32, u32)> = marks.into_iter().map(distance).collect();
        let is_empty = marks.is_empty();
        let record = SupersededRecord { base: self.base, documents: self.at.len() as u32, marks };
        let bytes =
            record::encode(VERSION, &record).map_err(|_| Error::Misuse("marks that do not encode"))?;
        Ok((!is_empty).then_some((bytes, left_out)))
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let record: SupersededRecord =
            record::decode(VERSION, bytes, BYTES_MAX).map_err(|_| Error::Damaged("marks do not decode"))?;
        if record.documents > DOCUMENTS_MAX {
            return Err(Error::Damaged("marks of too many documents"));
        }
        let superseded = Self::none(record.documents, record.base);
        for (document, distance) in record.marks {
            if document >= record.documents || distance == NEVER {
                return Err(Error::Damaged("a mark beyond the last document"));
            }
            superseded.mark(document, record.base + u64::from(distance))?;
        }
        Ok(superseded)
    }
}

/// Which documents of a segment a snapshot does not see any more.
#[derive(Clone, Copy)]
pub(crate) struct VisibleAt<'a> {
    at: &'a [AtomicU32],
    distance: u32,
}

impl VisibleAt<'_> {
    #[inline]
    pub(crate) fn sees(self, document: u32) -> bool {
        self.at[document as usize].load(Ordering::Relaxed) > self.distance
    }
}
