//! How well documents fit the words asked for: BM25 (Robertson and others, Okapi at TREC-3).
//!
//! What a word weighs depends on how many documents there are, which writes and merges change from page to page. So the weights
//! are taken once, kept with the place where the next page begins, and used again: then the score of a document follows from its
//! own words alone, and pages fit together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::Scorer;
use tantivy::schema::IndexRecordOption;

use crate::clause::{Clause, Pattern};
use crate::error::{Error, Result};
use crate::evaluate::{self, Ground};
use crate::schema::TextField;
use crate::search::{Hit, Snapshot};
use crate::segment::Segment;
use crate::text::{self, PhraseDocs, seek};
use crate::values::Values;

/// How soon another occurrence of a word ceases to count.
const K1: f64 = 1.2;
/// How much the length of a text counts.
const B: f64 = 0.75;

/// What documents are scored by: the words that a clause asks for, wherever they need not be absent, and what each weighs. What
/// joins ask of other resources is no part of it.
#[derive(Clone, Debug)]
pub struct Ranking {
    parts: Vec<Clause>,
    weights: Weights,
}

/// What the words of a search weigh: plain data, to be kept from page to page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// Of each part, in millionths.
    parts: Box<[u32]>,
    /// How many words a document has in each field on average, in hundredths.
    lengths: [u32; TextField::ALL.len()],
}

/// What one part weighs at most: `ln` of twice all documents that there can be is far below.
const MILLIONTHS: f64 = 1e6;
const HUNDREDTHS: f64 = 100.0;

impl Ranking {
    /// What the words weigh.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    pub(crate) fn parts(&self) -> u64 {
        self.parts.len() as u64
    }
}

impl Snapshot {
    /// The ranking of a clause that was worked out, with weights taken now or those taken for an earlier page; `None`: it asks for no
    /// words.
    ///
    /// # Errors
    /// [`Error::Misuse`]: the weights are those of another clause.
    pub fn ranking(&self, clause: &Clause, weights: Option<&Weights>) -> Result<Option<Ranking>> {
        let mut parts = Vec::new();
        add_parts(clause, &mut parts);
        if parts.is_empty() {
            return Ok(None);
        }
        let weights = match weights {
            Some(weights) if weights.parts.len() == parts.len() => weights.clone(),
            Some(_) => return Err(Error::Misuse("weights of another search")),
            None => self.weigh(&parts)?,
        };
        Ok(Some(Ranking { parts, weights }))
    }

    /// The scores of these versions, from 0 up to but without 1: the share of what a document would have in which every word
    /// occurs without end.
    pub fn scores(&self, ranking: &Ranking, hits: &[Hit]) -> Result<Vec<f64>> {
        let mut places: Vec<(usize, u32, usize)> = Vec::with_capacity(hits.len());
        for (place, &hit) in hits.iter().enumerate() {
            let at = self.segments.partition_point(|segment| segment.last_key() < (hit.seq, hit.rid));
            let segment = self.segments.get(at).and_then(|segment| segment.position(hit.seq, hit.rid).ok());
            let document = segment.ok_or(Error::Damaged("a hit that is in no segment"))?;
            places.push((at, document, place));
        }
        places.sort_unstable();
        let mut scores = vec![0.0; hits.len()];
        for of_segment in places.chunk_by(|one, next| one.0 == next.0) {
            self.budget.spend(of_segment.len() as u64 * ranking.parts())?;
            let ground = self.ground(&self.segments[of_segment[0].0]);
            let mut of_documents = SegmentScores::open(ranking, ground)?;
            for &(_, document, place) in of_segment {
                scores[place] = of_documents.score(document);
            }
        }
        Ok(scores)
    }

    fn weigh(&self, parts: &[Clause]) -> Result<Weights> {
        let (mut documents, mut words) = (0, [0; TextField::ALL.len()]);
        for segment in &*self.segments {
            documents += u64::from(segment.documents());
            for field in TextField::ALL {
                words[field as usize] += segment.reader.inverted_index(field.physical())?.total_num_tokens();
            }
        }
        let average = |words: u64| (words as f64 / documents.max(1) as f64 * HUNDREDTHS).round() as u32;
        let weights = parts.iter().map(|part| self.weight(part, documents));
        Ok(Weights { parts: weights.collect::<Result<_>>()?, lengths: words.map(average) })
    }

    /// The less documents have it, the more.
    fn weight(&self, part: &Clause, documents: u64) -> Result<u32> {
        let rarity = |with: u64| {
            let with = with.min(documents) as f64;
            (1.0 + (documents as f64 - with + 0.5) / (with + 0.5)).ln()
        };
        let of_word = |fields: &[TextField], word: &str| {
            let mut with = 0;
            for segment in &*self.segments {
                for &field in fields {
                    with += text::frequency(segment, field, word)?;
                }
            }
            Ok::<_, Error>(rarity(with))
        };
        let weight = match part {
            Clause::Text(fields, Pattern::Word(word)) => of_word(fields, word)?,
            Clause::Text(fields, Pattern::Phrase(words)) => {
                let mut all = 0.0;
                for word in words {
                    all += of_word(fields, word)?;
                }
                all
            }
            Clause::Found(found) => {
                rarity(self.segments.iter().map(|segment| found.documents(segment.id)).sum())
            }
            _ => return Err(Error::Misuse("words that were not worked out")),
        };
        Ok((weight * MILLIONTHS).round().max(1.0) as u32)
    }
}

fn add_parts(clause: &Clause, parts: &mut Vec<Clause>) {
    match clause {
        Clause::Text(..) | Clause::TextTerms(..) | Clause::Found(_) => parts.push(clause.clone()),
        Clause::And(clauses) | Clause::Or(clauses) => {
            clauses.iter().for_each(|clause| add_parts(clause, parts));
        }
        _ => {}
    }
}

/// The scores of the documents of one segment, asked for in ascending order.
pub(crate) struct SegmentScores<'r> {
    weights: &'r Weights,
    counters: Vec<Counter>,
    lengths: [Option<Arc<Values>>; TextField::ALL.len()],
    /// What a document would have in which every word occurs without end.
    most: f64,
}

/// How often a part occurs in documents.
enum Counter {
    Words(&'static [TextField], Vec<SegmentPostings>),
    Phrases(&'static [TextField], Vec<PhraseDocs>),
    /// Once or not at all.
    Found(Option<Box<dyn Scorer>>),
}

impl<'r> SegmentScores<'r> {
    pub fn open(ranking: &'r Ranking, ground: Ground<'_>) -> Result<Self> {
        let weights = &ranking.weights;
        let counters = ranking.parts.iter().map(|part| Counter::open(part, ground));
        let length = |field: TextField| ground.segment.column(field.length_column());
        let lengths = [length(TextField::ALL[0])?, length(TextField::ALL[1])?];
        let most = weights.parts.iter().map(|&weight| f64::from(weight)).sum::<f64>() * (K1 + 1.0);
        Ok(Self { weights, counters: counters.collect::<Result<_>>()?, lengths, most })
    }

    pub fn score(&mut self, document: u32) -> f64 {
        let mut score = 0.0;
        for (counter, &weight) in self.counters.iter_mut().zip(&self.weights.parts) {
            let (count, fields) = counter.count(document);
            if count == 0 {
                continue;
            }
            let (mut length, mut average) = (0.0, 0.0);
            for &field in fields {
                let column = self.lengths[field as usize].as_ref();
                length += column.and_then(|column| column.first(document)).map_or(0.0, |words| words as f64);
                average += f64::from(self.weights.lengths[field as usize]) / HUNDREDTHS;
            }
            let relative = if average > 0.0 { length / average } else { 1.0 };
            let count = f64::from(count);
            score += f64::from(weight) * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * relative));
        }
        score / self.most
    }
}

impl Counter {
    fn open(part: &Clause, ground: Ground<'_>) -> Result<Self> {
        let segment: &Segment = ground.segment;
        Ok(match part {
            Clause::Text(fields, Pattern::Word(word)) => {
                let mut postings = Vec::new();
                for &field in *fields {
                    postings.extend(text::word(segment, field, word, IndexRecordOption::WithFreqs)?);
                }
                Self::Words(fields, postings)
            }
            Clause::Text(fields, Pattern::Phrase(words)) => {
                let mut phrases = Vec::new();
                for &field in *fields {
                    phrases.extend(text::phrase(segment, field, words)?);
                }
                Self::Phrases(fields, phrases)
            }
            part => Self::Found(evaluate::matches(part, ground)?.candidates.into_documents(segment)?),
        })
    }

    /// How often, and in texts of which fields.
    fn count(&mut self, document: u32) -> (u32, &'static [TextField]) {
        match self {
            Self::Words(fields, postings) => {
                let count = |words: &mut SegmentPostings| {
                    if seek(words, document) == document { words.term_freq() } else { 0 }
                };
                (postings.iter_mut().map(count).sum(), fields)
            }
            Self::Phrases(fields, phrases) => {
                let count = |phrase: &mut PhraseDocs| {
                    if seek(phrase, document) == document { phrase.count() } else { 0 }
                };
                (phrases.iter_mut().map(count).sum(), fields)
            }
            Self::Found(None) => (0, &[]),
            Self::Found(Some(documents)) => (u32::from(seek(&mut **documents, document) == document), &[]),
        }
    }
}
