//! Phrases: documents that have words one right after the other.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED};

use crate::clause::Pattern;
use crate::error::Result;
use crate::schema::TextField;
use crate::segment::Segment;
use crate::segment_term::term_info;

/// Where a word stands in the documents of a segment; `None`: nowhere.
pub(crate) fn word(
    segment: &Segment,
    field: TextField,
    word: &str,
    option: IndexRecordOption,
) -> Result<Option<SegmentPostings>> {
    let Some(info) = term_info(segment, field.physical(), word.as_bytes())? else { return Ok(None) };
    let index = segment.reader.inverted_index(field.physical())?;
    let postings = index.read_postings_from_terminfo(&info, option);
    Ok(Some(postings.map_err(tantivy::TantivyError::from)?))
}

/// Where a phrase stands; `None`: nowhere.
pub(crate) fn phrase(segment: &Segment, field: TextField, words: &[Box<str>]) -> Result<Option<PhraseDocs>> {
    let mut postings = Vec::with_capacity(words.len());
    for text in words {
        match word(segment, field, text, IndexRecordOption::WithFreqsAndPositions)? {
            Some(of_word) => postings.push(of_word),
            None => return Ok(None),
        }
    }
    Ok(PhraseDocs::of(postings))
}

/// How many documents of a segment match at most, as the dictionary says it.
pub(crate) fn at_most(segment: &Segment, fields: &[TextField], pattern: &Pattern) -> Result<u64> {
    let mut documents = 0;
    for &field in fields {
        documents += match pattern {
            Pattern::Word(word) => frequency(segment, field, word)?,
            Pattern::Phrase(words) => {
                let each = words.iter().map(|word| frequency(segment, field, word));
                each.collect::<Result<Vec<_>>>()?.into_iter().min().unwrap_or(0)
            }
            Pattern::Start(_) => u64::from(segment.documents()),
        };
    }
    Ok(documents)
}

/// In how many documents of a segment a word is.
pub(crate) fn frequency(segment: &Segment, field: TextField, word: &str) -> Result<u64> {
    let info = term_info(segment, field.physical(), word.as_bytes())?;
    Ok(info.map_or(0, |info| u64::from(info.doc_freq)))
}

/// The documents that have a phrase, and how often.
pub(crate) struct PhraseDocs {
    /// Of each word, in the order of the phrase.
    words: Vec<SegmentPostings>,
    /// The rarest of them: it leads.
    lead: usize,
    document: u32,
    count: u32,
    /// Where the phrase begins, as far as it was read.
    starts: Vec<u32>,
    /// Where the next word stands.
    places: Vec<u32>,
}

impl PhraseDocs {
    /// At the first document; `None` of no word.
    fn of(words: Vec<SegmentPostings>) -> Option<Self> {
        let lead = (0..words.len()).min_by_key(|&word| words[word].size_hint())?;
        let mut phrase = Self { words, lead, document: 0, count: 0, starts: Vec::new(), places: Vec::new() };
        phrase.settle();
        Some(phrase)
    }

    /// How many documents are looked at.
    pub fn documents_max(&self) -> u64 {
        u64::from(self.words[self.lead].size_hint())
    }

    /// How often the document has the phrase.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Goes on from where the leading word is to the first document that has the phrase.
    fn settle(&mut self) -> u32 {
        loop {
            let document = self.words[self.lead].doc();
            self.document = document;
            if document == TERMINATED {
                self.count = 0;
                return TERMINATED;
            }
            let beyond = self.words.iter_mut().map(|word| seek(word, document)).find(|&at| at > document);
            if let Some(beyond) = beyond {
                seek(&mut self.words[self.lead], beyond);
                continue;
            }
            self.count = self.count_here();
            if self.count > 0 {
                return document;
            }
            self.words[self.lead].advance();
        }
    }

    /// How often the phrase is in the document where all words are.
    fn count_here(&mut self) -> u32 {
        self.words[0].positions(&mut self.starts);
        for (distance, word) in (1..).zip(&mut self.words[1..]) {
            word.positions(&mut self.places);
            let places = &self.places;
            self.starts.retain(|start| places.binary_search(&(start + distance)).is_ok());
            if self.starts.is_empty() {
                break;
            }
        }
        self.starts.len() as u32
    }
}

/// Goes to a document or the first one after it; never back.
pub(crate) fn seek(documents: &mut (impl DocSet + ?Sized), document: u32) -> u32 {
    if documents.doc() < document { documents.seek(document) } else { documents.doc() }
}

impl DocSet for PhraseDocs {
    fn advance(&mut self) -> u32 {
        if self.document != TERMINATED {
            self.words[self.lead].advance();
            self.settle();
        }
        self.document
    }

    fn seek(&mut self, target: u32) -> u32 {
        if self.document < target {
            seek(&mut self.words[self.lead], target);
            self.settle();
        }
        self.document
    }

    fn doc(&self) -> u32 {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.words[self.lead].size_hint()
    }
}
