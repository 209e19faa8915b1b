//! An immutable segment, on disk or in memory, with the marks that change over it.
//!
//! Documents stand in the order of (commit, resource), and segments of an index follow one another in that order. So "written
//! up to this snapshot" is a prefix of a segment, and one version of one resource is found by two binary searches: no
//! dictionary of resources is needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::columnar::{Column, DynamicColumn};
use tantivy::{Directory, Index, SegmentReader};

use crate::caches::Caches;
use crate::document::{IndexDocument, Lent, Rid, Seq};
use crate::error::{Error, Result};
use crate::schema::{self, RID, SEQ};
use crate::superseded::Superseded;
use crate::values::Values;

/// A segment among all of a process; the key of the caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SegmentId(u64);

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Segment {
    pub id: SegmentId,
    pub reader: SegmentReader,
    pub superseded: Arc<Superseded>,
    pub caches: Arc<Caches>,
    pub first_seq: Seq,
    pub last_seq: Seq,
    last_rid: Rid,
    rid: Column<u64>,
    seq: Column<u64>,
}

/// Tantivy's budget for a segment being built; it only decides when Tantivy would start another one.
const WRITER_BYTES: usize = 1 << 20;
/// What the budget does not hold: hash tables of a big segment are made at their size at once.
const LARGE_WRITER_BYTES: usize = 32 << 20;
const LARGE_DOCUMENTS: usize = 4096;

/// Builds one segment of `documents`, in their order, in `directory`.
pub(crate) fn build(documents: &[Arc<IndexDocument>], directory: Box<dyn Directory>) -> Result<Index> {
    let budget = if documents.len() > LARGE_DOCUMENTS { LARGE_WRITER_BYTES } else { WRITER_BYTES };
    let mut writer = schema::builder().single_segment_index_writer::<Lent>(directory, budget)?;
    for document in documents {
        writer.add_document(Lent(Arc::clone(document)))?;
    }
    Ok(writer.finalize()?)
}

impl Segment {
    /// Opens the only segment of `index`.
    pub(crate) fn open(
        index: &Index,
        superseded: Option<Arc<Superseded>>,
        caches: &Arc<Caches>,
    ) -> Result<Self> {
        let segments = index.searchable_segments()?;
        let [segment] = &segments[..] else {
            return Err(Error::Damaged("an index directory without its one segment"));
        };
        let reader = SegmentReader::open(segment)?;
        let (rid, seq) = (reader.fast_fields().u64(RID)?, reader.fast_fields().u64(SEQ)?);
        let documents = reader.max_doc();
        if documents == 0 || rid.values.num_vals() != documents || seq.values.num_vals() != documents {
            return Err(Error::Damaged("a segment whose documents lack their numbers"));
        }
        let (first_seq, last_seq) = (seq.values.get_val(0), seq.values.get_val(documents - 1));
        let last_rid = rid.values.get_val(documents - 1);
        let superseded = superseded.unwrap_or_else(|| Arc::new(Superseded::none(documents, first_seq)));
        let id = SegmentId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        Ok(Self {
            id,
            reader,
            superseded,
            caches: Arc::clone(caches),
            first_seq,
            last_seq,
            last_rid,
            rid,
            seq,
        })
    }

    pub(crate) fn documents(&self) -> u32 {
        self.reader.max_doc()
    }

    #[inline]
    pub(crate) fn rid(&self, document: u32) -> Rid {
        self.rid.values.get_val(document)
    }

    #[inline]
    pub(crate) fn seq(&self, document: u32) -> Seq {
        self.seq.values.get_val(document)
    }

    pub(crate) fn rids(&self) -> &Column<u64> {
        &self.rid
    }

    /// The last document's commit and resource.
    pub(crate) fn last_key(&self) -> (Seq, Rid) {
        (self.last_seq, self.last_rid)
    }

    /// How many documents, from the first, were written up to `snapshot`.
    pub(crate) fn written_by(&self, snapshot: Seq) -> u32 {
        if snapshot >= self.last_seq {
            return self.documents();
        }
        self.partition(|document| self.seq(document) <= snapshot)
    }

    /// The document of one version, or where it would stand.
    pub(crate) fn position(&self, seq: Seq, rid: Rid) -> std::result::Result<u32, u32> {
        let document = self.partition(|document| (self.seq(document), self.rid(document)) < (seq, rid));
        let found = document < self.documents() && (self.seq(document), self.rid(document)) == (seq, rid);
        if found { Ok(document) } else { Err(document) }
    }

    fn partition(&self, before: impl Fn(u32) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.documents());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// A column, unpacked once and kept by bytes. `None`: no document of the segment has a value in it.
    pub(crate) fn column(&self, name: &str) -> Result<Option<Arc<Values>>> {
        self.caches.columns.get_or_open(self.id, name, || {
            let mut handles = self.reader.fast_fields().dynamic_column_handles(&schema::column_path(name))?;
            let Some(handle) = handles.pop() else { return Ok(None) };
            match handle.open()? {
                DynamicColumn::I64(column) if handles.is_empty() => {
                    Values::unpack(&column, self.documents()).map(Some)
                }
                _ => Err(Error::Damaged("a column is not of whole numbers")),
            }
        })
    }
}
