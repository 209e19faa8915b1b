//! The documents of one term in one segment: gone through, sought in, or kept as a bitmap.

use std::sync::Arc;

use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::{Field as Physical, IndexRecordOption};
use tantivy::{BitSet, COLLECT_BLOCK_BUFFER_LEN, DocSet};

use crate::error::Result;
use crate::evaluate::Ground;
use crate::segment::Segment;

/// A term that a segment has.
pub(crate) struct SegmentTerm {
    field: Physical,
    term: Box<[u8]>,
    info: TermInfo,
}

/// A bitmap takes no more than a list of the documents would, where one in so many has the term.
const DENSE: u64 = 32;
/// Below so many documents a bitmap does not pay.
const DOCUMENTS_MIN: u32 = 64;
/// Finding a document by seeking costs as much as taking so many in order.
const SEEK: u64 = 8;

impl SegmentTerm {
    /// `None`: no document of the segment has it.
    pub fn find(segment: &Segment, field: Physical, term: &[u8]) -> Result<Option<Self>> {
        let info = term_info(segment, field, term)?;
        Ok(info.map(|info| Self { field, term: term.into(), info }))
    }

    /// How many documents have it.
    pub fn frequency(&self) -> u64 {
        u64::from(self.info.doc_freq)
    }

    /// The documents in order.
    pub fn postings(&self, segment: &Segment) -> Result<SegmentPostings> {
        let index = segment.reader.inverted_index(self.field)?;
        let postings = index.read_postings_from_terminfo(&self.info, IndexRecordOption::Basic);
        Ok(postings.map_err(tantivy::TantivyError::from)?)
    }

    /// The documents as a bitmap, if it is at hand or worth it for so many candidates.
    pub fn bits(&self, ground: Ground<'_>, candidates: u64) -> Result<Option<Arc<BitSet>>> {
        let segment = ground.segment;
        let documents = segment.documents();
        let frequency = self.frequency();
        if documents < DOCUMENTS_MIN || frequency * DENSE < u64::from(documents) {
            return Ok(None);
        }
        let is_worth = candidates.saturating_mul(SEEK) >= frequency;
        let place = (segment.id, self.field.field_id());
        segment.caches.bits.get_or_make(place, &self.term, is_worth, || {
            ground.budget.spend(frequency)?;
            let mut bits = BitSet::with_max_value(documents);
            let mut postings = self.postings(segment)?;
            let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
            loop {
                let len = postings.fill_buffer(&mut buffer);
                buffer[..len].iter().for_each(|&document| {
                    bits.insert(document);
                });
                if len < buffer.len() {
                    return Ok(bits);
                }
            }
        })
    }
}

/// The dictionary entry of a term, from the cache when it was asked before.
pub(crate) fn term_info(segment: &Segment, field: Physical, term: &[u8]) -> Result<Option<TermInfo>> {
    segment.caches.terms.get_or_find(segment.id, field.field_id(), term, || {
        Ok(segment.reader.inverted_index(field)?.terms().get(term).map_err(tantivy::TantivyError::from)?)
    })
}
