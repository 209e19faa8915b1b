//! Documents put together from many lists.

use std::ops::{ControlFlow, Deref};
use std::sync::Arc;

use tantivy::{BitSet, COLLECT_BLOCK_BUFFER_LEN, DocSet, TERMINATED};

use crate::error::Result;
use crate::evaluate::{Candidates, Ground, Matches, View};
use crate::filter::Block;

/// Documents put together out of order: a list while they are few, then a bitmap of the segment.
pub(crate) struct Gathered {
    documents: u32,
    list: Vec<u32>,
    bits: Option<BitSet>,
}

impl Gathered {
    pub fn new(documents: u32) -> Self {
        Self { documents, list: Vec::new(), bits: None }
    }

    pub fn add(&mut self, documents: &[u32]) {
        if let Some(bits) = &mut self.bits {
            for &document in documents {
                bits.insert(document);
            }
            return;
        }
        self.list.extend_from_slice(documents);
        if self.list.len() > self.documents as usize / 32 {
            let mut bits = BitSet::with_max_value(self.documents);
            for document in self.list.drain(..) {
                bits.insert(document);
            }
            self.bits = Some(bits);
        }
    }

    pub fn add_all(&mut self, documents: &mut dyn DocSet) {
        let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
        loop {
            let len = documents.fill_buffer(&mut buffer);
            self.add(&buffer[..len]);
            if len < buffer.len() {
                return;
            }
        }
    }

    pub fn add_matches(&mut self, matches: Matches, ground: Ground<'_>) -> Result<()> {
        let view = View { written: self.documents, visible: None };
        matches.run(view, ground, |block| {
            self.add(block);
            ControlFlow::Continue(())
        })
    }

    pub fn into_matches(mut self) -> Matches {
        if let Some(bits) = self.bits {
            return Matches::of(Candidates::Bits(Arc::new(bits)));
        }
        if self.list.is_empty() {
            return Matches::NOTHING;
        }
        self.list.sort_unstable();
        self.list.dedup();
        Matches::documents(ListDocSet::of(self.list))
    }

    /// To be asked again and again; `None`: there are none.
    pub fn into_documents(mut self) -> Option<Documents> {
        if let Some(bits) = self.bits {
            return Some(Documents::Bits(Arc::new(bits)));
        }
        self.list.sort_unstable();
        self.list.dedup();
        (!self.list.is_empty()).then(|| Documents::List(self.list.into()))
    }
}

/// Some documents of one segment.
pub(crate) enum Documents {
    List(Arc<[u32]>),
    Bits(Arc<BitSet>),
}

impl Documents {
    pub fn matches(&self) -> Matches {
        match self {
            Self::List(list) => Matches::documents(ListDocSet::of(Arc::clone(list))),
            Self::Bits(bits) => Matches::of(Candidates::Bits(Arc::clone(bits))),
        }
    }

    /// Calls `each` with blocks of up to 64 of them, each block in ascending order, the blocks in this order.
    pub fn each_block(&self, order: BlockOrder, mut each: impl FnMut(&[u32])) {
        match self {
            Self::List(list) => in_order(order, list.chunks(COLLECT_BLOCK_BUFFER_LEN), each),
            Self::Bits(bits) => in_order(order, 0..bits.max_value().div_ceil(64), |bucket| {
                let mut block = Block::empty();
                let mut left = bits.tinyset(bucket);
                while let Some(bit) = left.pop_lowest() {
                    block.documents[block.len] = bucket * 64 + bit;
                    block.len += 1;
                }
                if block.len > 0 {
                    each(block.as_slice());
                }
            }),
        }
    }

    pub fn len(&self) -> u64 {
        match self {
            Self::List(list) => list.len() as u64,
            Self::Bits(bits) => bits.len() as u64,
        }
    }
}

/// In which order blocks of documents come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockOrder {
    Ascending,
    Descending,
}

fn in_order<I: DoubleEndedIterator>(order: BlockOrder, items: I, each: impl FnMut(I::Item)) {
    match order {
        BlockOrder::Ascending => items.for_each(each),
        BlockOrder::Descending => items.rev().for_each(each),
    }
}

/// Documents of a sorted list.
pub(crate) struct ListDocSet<L> {
    documents: L,
    next: usize,
}

impl<L> ListDocSet<L> {
    pub fn of(documents: L) -> Self {
        Self { documents, next: 0 }
    }
}

impl<L: Deref<Target = [u32]> + Send> DocSet for ListDocSet<L> {
    fn advance(&mut self) -> u32 {
        self.next = (self.next + 1).min(self.documents.len());
        self.doc()
    }

    fn seek(&mut self, target: u32) -> u32 {
        self.next += self.documents[self.next..].partition_point(|&document| document < target);
        self.doc()
    }

    fn doc(&self) -> u32 {
        self.documents.get(self.next).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.documents.len() as u32
    }
}
