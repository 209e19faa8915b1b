//! Documents not yet on disk: pending ones, and chunks of them that a search has needed.

use std::sync::Arc;

use parking_lot::Mutex;
use tantivy::directory::RamDirectory;

use crate::caches::Caches;
use crate::document::{IndexDocument, Rid, Seq};
use crate::error::Result;
use crate::segment::{self, Segment};
use crate::superseded::Superseded;

/// Documents in the order of (commit, resource) that nothing is added to any more. Its segment in memory is built when a
/// search first needs it; a load that nobody searches goes to disk without.
pub(crate) struct Chunk {
    pub documents: Arc<[Arc<IndexDocument>]>,
    pub superseded: Arc<Superseded>,
    segment: Mutex<Option<Arc<Segment>>>,
}

impl Chunk {
    pub(crate) fn of(documents: Vec<Arc<IndexDocument>>) -> Self {
        let base = documents.first().map_or(0, |document| document.seq);
        let superseded = Arc::new(Superseded::none(documents.len() as u32, base));
        Self { documents: documents.into(), superseded, segment: Mutex::new(None) }
    }

    pub(crate) fn last(&self) -> Option<(Seq, Rid)> {
        self.documents.last().map(|document| (document.seq, document.rid))
    }

    pub(crate) fn position(&self, seq: Seq, rid: Rid) -> Option<u32> {
        position(&self.documents, seq, rid)
    }

    /// The segment in memory; whoever comes first builds it, others wait for him.
    pub(crate) fn segment(&self, caches: &Arc<Caches>) -> Result<Arc<Segment>> {
        let mut built = self.segment.lock();
        if let Some(segment) = &*built {
            return Ok(Arc::clone(segment));
        }
        let index = segment::build(&self.documents, Box::new(RamDirectory::create()))?;
        let segment = Arc::new(Segment::open(&index, Some(Arc::clone(&self.superseded)), caches)?);
        *built = Some(Arc::clone(&segment));
        Ok(segment)
    }
}

fn position(documents: &[Arc<IndexDocument>], seq: Seq, rid: Rid) -> Option<u32> {
    let found = documents.binary_search_by_key(&(seq, rid), |document| (document.seq, document.rid));
    found.ok().map(|document| document as u32)
}

/// Documents that no search has needed yet.
#[derive(Default)]
pub(crate) struct Pending {
    documents: Vec<Arc<IndexDocument>>,
    marks: Vec<(u32, Seq)>,
    bytes: usize,
}

impl Pending {
    pub(crate) fn push(&mut self, document: IndexDocument) {
        self.bytes += document.heap_bytes() + size_of::<IndexDocument>();
        self.documents.push(Arc::new(document));
    }

    pub(crate) fn len(&self) -> usize {
        self.documents.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Marks a version as superseded, if it is among these.
    pub(crate) fn mark(&mut self, seq: Seq, rid: Rid, by: Seq) -> bool {
        let found = position(&self.documents, seq, rid);
        self.marks.extend(found.map(|document| (document, by)));
        found.is_some()
    }

    /// Makes a chunk of all, and is empty then.
    pub(crate) fn freeze(&mut self) -> Result<Option<Arc<Chunk>>> {
        if self.documents.is_empty() {
            return Ok(None);
        }
        let taken = std::mem::take(self);
        let chunk = Chunk::of(taken.documents);
        for (document, by) in taken.marks {
            chunk.superseded.mark(document, by)?;
        }
        Ok(Some(Arc::new(chunk)))
    }
}
