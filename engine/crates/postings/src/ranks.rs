//! Which documents of a segment have something, and the number of each among them.

/// Sixty-four documents, and how many before them have it.
struct Word {
    bits: u64,
    before: u32,
}

/// A bitmap of documents with running counts: a document's number is found by one read.
pub(crate) struct Ranks(Box<[Word]>);

impl Ranks {
    /// Of some of so many documents.
    pub fn of(documents: u32, having: impl Iterator<Item = u32>) -> Self {
        let mut words: Box<[Word]> =
            (0..documents.div_ceil(64)).map(|_| Word { bits: 0, before: 0 }).collect();
        for document in having {
            words[document as usize / 64].bits |= 1 << (document % 64);
        }
        let mut before = 0;
        for word in &mut words {
            word.before = before;
            before += word.bits.count_ones();
        }
        Self(words)
    }

    /// How many documents before this one have it, if it does itself.
    #[inline]
    pub fn rank(&self, document: u32) -> Option<u32> {
        let word = &self.0[document as usize / 64];
        let bit = 1 << (document % 64);
        (word.bits & bit != 0).then(|| word.before + (word.bits & (bit - 1)).count_ones())
    }

    /// How many documents have it.
    pub fn count(&self) -> u32 {
        self.0.last().map_or(0, |word| word.before + word.bits.count_ones())
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> u64 {
        size_of_val(&*self.0) as u64
    }
}
