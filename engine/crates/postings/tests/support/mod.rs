//! A model of the index: a list of versions and linear search, sharing nothing with the crate but its plain data.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part; a test may panic")]

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_postings::{
    CacheBudget, Caches, Changes, Clause, ColumnName, Direction, Field, Files, Hit, IndexDocument, Limits,
    Link, ManifestTag, Options, Order, PageCache, PageRequest, Pattern, Pick, Places, Postings, Rid, RidSet,
    Seq, Snapshot, SortKey, SupersededVersion, TagKeeper, TermTest, Test, TextField, Total,
};
use parking_lot::Mutex;

/// SplitMix64: tests print their seed.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// The store's part: keeps the tag of the manifest that counts.
#[derive(Default)]
pub struct Kept(pub Mutex<Option<ManifestTag>>);

impl TagKeeper for Kept {
    fn keep(&self, tag: &ManifestTag) -> io::Result<()> {
        *self.0.lock() = Some(*tag);
        Ok(())
    }
}

pub fn options(files: Arc<dyn Files>, key: &Arc<DataKey>) -> Options {
    Options {
        files,
        key: Arc::clone(key),
        entropy: Arc::new(SystemEntropy::new()),
        pages: Arc::new(PageCache::with_bytes(1 << 20)),
        caches: Arc::new(Caches::with_budget(CacheBudget {
            columns_bytes: 1 << 20,
            terms_bytes: 1 << 16,
            bits_bytes: 1 << 16,
        })),
        context: b"test".to_vec(),
        limits: Limits { segment_documents_max: 300, fresh_documents_max: 100_000, merge_segments_max: 4 },
    }
}

#[derive(Clone, Debug)]
pub struct Version {
    pub rid: Rid,
    pub seq: Seq,
    pub superseded: Option<Seq>,
    pub codes: Vec<u8>,
    pub name: String,
    /// Of each field (narrative, content) some texts, each of some words.
    pub texts: [Vec<Vec<String>>; 2],
    /// (code, low, high), aligned
    pub intervals: Vec<(i64, i64, i64)>,
    pub subject: Option<Rid>,
    pub rank: Option<i64>,
}

pub struct Columns {
    pub code: ColumnName,
    pub low: ColumnName,
    pub high: ColumnName,
    pub subject: ColumnName,
    pub rank: ColumnName,
}

pub fn columns() -> Columns {
    Columns {
        code: "p1k".into(),
        low: "p1l".into(),
        high: "p1h".into(),
        subject: "p2".into(),
        rank: "p3".into(),
    }
}

impl Version {
    pub fn random(rid: Rid, seq: Seq, resources: usize, random: &mut Random) -> Self {
        let codes = (0..random.below(3)).map(|_| random.below(6) as u8).collect();
        let name = (0..1 + random.below(4)).map(|_| char::from(b'a' + random.below(3) as u8)).collect();
        let texts = std::array::from_fn(|_| {
            (0..random.below(3))
                .map(|_| (0..1 + random.below(5)).map(|_| format!("w{}", random.below(8))).collect())
                .collect()
        });
        let intervals = (0..random.below(4))
            .map(|_| {
                let low = random.below(50) as i64 - 25;
                (random.below(3) as i64, low, low + random.below(10) as i64)
            })
            .collect();
        let subject = (!random.one_in(4)).then(|| resource(random.below(resources)));
        let rank = (!random.one_in(5)).then(|| random.below(9) as i64 - 4);
        Self { rid, seq, superseded: None, codes, name, texts, intervals, subject, rank }
    }

    pub fn document(&self) -> IndexDocument {
        let names = columns();
        let mut document = IndexDocument::new(self.rid, self.seq);
        document.add_term(Field::Kind, b"all");
        for code in &self.codes {
            document.add_term(Field::Token, &[b'c', *code]);
        }
        document.add_term(Field::String, self.name.as_bytes());
        for (field, texts) in FIELDS.into_iter().zip(&self.texts) {
            // Some by one call, some by several: it is the same.
            match self.rid % 2 {
                0 => {
                    let texts: Vec<String> = texts.iter().map(|words| words.join(" ")).collect();
                    document.add_text(field, &texts.join("\n"));
                }
                _ => texts.iter().for_each(|words| document.add_text(field, &words.join(" "))),
            }
        }
        for &(code, low, high) in &self.intervals {
            document.add_value(&names.code, code);
            document.add_value(&names.low, low);
            document.add_value(&names.high, high);
        }
        if let Some(subject) = self.subject {
            document.add_value(&names.subject, subject as i64);
            document.add_term(Field::Reference, &[&b"s"[..], &subject.to_be_bytes()].concat());
        }
        if let Some(rank) = self.rank {
            document.add_value(&names.rank, rank);
        }
        document
    }
}

/// Both, and the one that stands for itself.
pub const FIELDS: [TextField; 2] = [TextField::Narrative, TextField::Content];
const NARRATIVE: [TextField; 1] = [TextField::Narrative];

/// A resource's number: two types.
pub fn resource(n: usize) -> Rid {
    ((n as u64 % 2 + 1) << 40) | (n as u64 / 2)
}

/// A question in the model's words, to be asked of both.
#[derive(Clone, Debug)]
pub enum Ask {
    All,
    Code(u8),
    Name(String),
    /// An interval that begins at the first or later, or is of that code and ends at the second or before.
    Beyond(i64, i64, i64),
    /// Whether the narrative alone counts, and words in a row.
    Words(bool, Vec<u8>),
    /// Words that start so; the same.
    WordStart(bool, String),
    Interval(i64, i64, i64),
    LowIn(i64, i64),
    Rids(BTreeSet<Rid>),
    Subject(BTreeSet<Rid>),
    /// Names that have these letters somewhere.
    Having(String),
    /// What refers to what is so.
    SubjectIs(Box<Ask>),
    /// What is referred to by what is so.
    SubjectOf(Box<Ask>),
    And(Vec<Ask>),
    Or(Vec<Ask>),
    Not(Box<Ask>),
}

fn letters_are_scored(ask: &Ask) -> bool {
    matches!(ask, Ask::Having(letters) if letters.starts_with('a'))
}

fn fields(is_narrative: bool) -> &'static [TextField] {
    if is_narrative { &NARRATIVE } else { &FIELDS }
}

impl Version {
    fn texts_of(&self, is_narrative: bool) -> impl Iterator<Item = &Vec<String>> {
        let [narrative, content] = &self.texts;
        narrative.iter().chain(content.iter().filter(move |_| !is_narrative))
    }
}

impl Ask {
    pub fn random(resources: usize, depth: usize, random: &mut Random) -> Self {
        let some =
            |random: &mut Random| (0..random.below(6)).map(|_| resource(random.below(resources))).collect();
        let several = |random: &mut Random| {
            (0..random.below(4)).map(|_| Self::random(resources, depth - 1, random)).collect::<Vec<_>>()
        };
        match random.below(if depth == 0 { 10 } else { 15 }) {
            0 => Self::All,
            1 => Self::Code(random.below(7) as u8),
            2 => Self::Name((0..random.below(3)).map(|_| char::from(b'a' + random.below(3) as u8)).collect()),
            3 if random.one_in(3) => {
                Self::WordStart(random.one_in(2), ["w", "w1", "", "x"][random.below(4)].to_owned())
            }
            3 => {
                let is_narrative = random.one_in(2);
                let words = (0..1 + random.below(3)).map(|_| random.below(9) as u8);
                Self::Words(is_narrative, words.collect())
            }
            4 => Self::Interval(
                random.below(3) as i64,
                random.below(60) as i64 - 30,
                random.below(60) as i64 - 30,
            ),
            5 => Self::LowIn(random.below(60) as i64 - 30, random.below(60) as i64 - 30),
            6 => Self::Rids(some(random)),
            7 => Self::Subject(some(random)),
            8 => {
                Self::Having((0..random.below(3)).map(|_| char::from(b'a' + random.below(3) as u8)).collect())
            }
            9 => Self::Beyond(
                random.below(3) as i64,
                random.below(60) as i64 - 30,
                random.below(60) as i64 - 30,
            ),
            10 => Self::And(several(random)),
            11 => Self::Or(several(random)),
            12 => Self::SubjectIs(Box::new(Self::random(resources, depth - 1, random))),
            13 => Self::SubjectOf(Box::new(Self::random(resources, depth - 1, random))),
            _ => Self::Not(Box::new(Self::random(resources, depth - 1, random))),
        }
    }

    /// Among all versions that are seen.
    pub fn holds(&self, version: &Version, seen: &[&Version]) -> bool {
        match self {
            Self::All => true,
            Self::Code(code) => version.codes.contains(code),
            Self::Name(prefix) => version.name.starts_with(prefix.as_str()),
            Self::Words(narrative, words) => {
                let words: Vec<String> = words.iter().map(|word| format!("w{word}")).collect();
                version.texts_of(*narrative).any(|text| text.windows(words.len()).any(|some| some == words))
            }
            Self::WordStart(narrative, start) => {
                version.texts_of(*narrative).flatten().any(|word| word.starts_with(start.as_str()))
            }
            Self::Interval(code, from, to) => {
                version.intervals.iter().any(|(c, low, high)| c == code && low >= from && high <= to)
            }
            Self::Beyond(code, from, to) => {
                let is_beyond = |(c, low, high): &(i64, i64, i64)| low >= from || c == code && high <= to;
                version.intervals.iter().any(is_beyond)
            }
            Self::LowIn(from, to) => version.intervals.iter().any(|(_, low, _)| low >= from && low <= to),
            Self::Rids(rids) => rids.contains(&version.rid),
            Self::Subject(rids) => version.subject.is_some_and(|subject| rids.contains(&subject)),
            Self::Having(letters) => version.name.contains(letters.as_str()),
            Self::SubjectIs(ask) => {
                seen.iter().any(|other| version.subject == Some(other.rid) && ask.holds(other, seen))
            }
            Self::SubjectOf(ask) => {
                seen.iter().any(|other| other.subject == Some(version.rid) && ask.holds(other, seen))
            }
            Self::And(asks) => asks.iter().all(|ask| ask.holds(version, seen)),
            Self::Or(asks) => asks.iter().any(|ask| ask.holds(version, seen)),
            Self::Not(ask) => !ask.holds(version, seen),
        }
    }

    pub fn clause(&self) -> Clause {
        let names = columns();
        let set = |rids: &BTreeSet<Rid>| Arc::new(rids.iter().copied().collect::<RidSet>());
        let link = Link { column: names.subject.clone(), field: Field::Reference, prefix: b"s"[..].into() };
        match self {
            Self::All => Clause::All,
            Self::Code(code) => Clause::term(Field::Token, &[b'c', *code]),
            Self::Name(prefix) => Clause::Prefix(Field::String, prefix.as_bytes().into()),
            Self::Words(narrative, words) => {
                let mut words: Vec<Box<str>> = words.iter().map(|word| format!("w{word}").into()).collect();
                Clause::Text(
                    fields(*narrative),
                    match words.len() {
                        1 => Pattern::Word(words.remove(0)),
                        _ => Pattern::Phrase(words.into()),
                    },
                )
            }
            Self::WordStart(narrative, start) => {
                Clause::Text(fields(*narrative), Pattern::Start(start.as_str().into()))
            }
            Self::Interval(code, from, to) => Clause::Values(vec![
                Test { column: names.code, low: *code, high: *code },
                Test { column: names.low, low: *from, high: i64::MAX },
                Test { column: names.high, low: i64::MIN, high: *to },
            ]),
            Self::Beyond(code, from, to) => Clause::Ways(vec![
                vec![Test { column: names.low, low: *from, high: i64::MAX }],
                vec![
                    Test { column: names.code, low: *code, high: *code },
                    Test { column: names.high, low: i64::MIN, high: *to },
                ],
            ]),
            Self::LowIn(from, to) => Clause::range(&names.low, *from, *to),
            Self::Rids(rids) => Clause::Rids(set(rids)),
            Self::Subject(rids) => Clause::Joined(link, set(rids)),
            Self::Having(letters) => {
                let letters = letters.clone();
                let holds = move |rest: &[u8]| std::str::from_utf8(rest).unwrap().contains(letters.as_str());
                let test = TermTest::new(holds);
                // They find the same; one of them has scores.
                match letters_are_scored(self) {
                    true => Clause::TextTerms(Field::String, [].into(), test),
                    false => Clause::Terms(Field::String, [].into(), test),
                }
            }
            Self::SubjectIs(ask) => Clause::Refers(link, Box::new(ask.clause())),
            Self::SubjectOf(ask) => Clause::Referred(link, Box::new(ask.clause())),
            Self::And(asks) => Clause::And(asks.iter().map(Self::clause).collect()),
            Self::Or(asks) => Clause::Or(asks.iter().map(Self::clause).collect()),
            Self::Not(ask) => Clause::Not(Box::new(ask.clause())),
        }
    }
}

/// All versions ever, in order.
#[derive(Default)]
pub struct Model {
    pub versions: Vec<Version>,
    pub superseded: Vec<SupersededVersion>,
    pub seq: Seq,
    pub resources: usize,
}

impl Model {
    /// One more commit: creates, updates and deletes of some resources.
    pub fn commit(&mut self, random: &mut Random) -> Changes {
        self.seq += 1 + random.below(2) as u64;
        let mut touched: Vec<Rid> =
            (0..random.below(5)).map(|_| resource(random.below(self.resources))).collect();
        touched.sort_unstable();
        touched.dedup();
        let mut changes = Changes { seq: self.seq, ..Changes::default() };
        for rid in touched {
            let current =
                self.versions.iter_mut().find(|version| version.rid == rid && version.superseded.is_none());
            let exists = current.is_some();
            if let Some(current) = current {
                current.superseded = Some(self.seq);
                changes.superseded.push(SupersededVersion { rid, written: current.seq, by: self.seq });
            }
            if !exists || !random.one_in(4) {
                let version = Version::random(rid, self.seq, self.resources, random);
                changes.documents.push(version.document());
                self.versions.push(version);
            }
        }
        self.superseded.extend(&changes.superseded);
        changes
    }

    /// The commits beyond `seq` at once, as a catch-up from the log gives them.
    pub fn since(&self, seq: Seq) -> Changes {
        Changes {
            documents: self
                .versions
                .iter()
                .filter(|version| version.seq > seq)
                .map(Version::document)
                .collect(),
            superseded: self.superseded.iter().filter(|version| version.by > seq).copied().collect(),
            seq: self.seq,
        }
    }

    pub fn visible(&self, seq: Seq) -> impl Iterator<Item = &Version> {
        let visible =
            move |version: &&Version| version.seq <= seq && version.superseded.is_none_or(|by| by > seq);
        self.versions.iter().filter(visible)
    }

    /// Looks some versions up, superseded and later ones among them.
    fn compare_versions(&self, snapshot: &Snapshot, random: &mut Random) {
        let hit = |version: &Version| Hit { rid: version.rid, seq: version.seq };
        let some: Vec<&Version> = self.versions.iter().filter(|_| random.one_in(3)).collect();
        let (seen, seq): (BTreeSet<Rid>, _) =
            (self.visible(snapshot.seq()).map(|v| v.rid).collect(), snapshot.seq());
        let is_seen = |version: &&Version| self.visible(seq).any(|seen| hit(seen) == hit(version));
        let hits: Vec<Hit> = some.iter().map(|version| hit(version)).collect();
        let want: RidSet = some.iter().copied().filter(|version| is_seen(version)).map(|v| v.rid).collect();
        assert!(want.iter().all(|rid| seen.contains(&rid)));
        assert_eq!(snapshot.rids(&Clause::Versions(hits.into())).unwrap(), want, "versions at {seq}");
        for version in some {
            assert_eq!(snapshot.sees(hit(version)), is_seen(&version), "{version:?} at {seq}");
            if is_seen(&version) {
                let named = snapshot.named(&[hit(version)], &[columns().subject]).unwrap();
                assert_eq!(named, version.subject.into_iter().collect::<Vec<_>>());
            }
        }
    }

    /// The clause with its joins worked out, with some worth of finding a resource.
    fn worked_out(&self, clause: &Clause, snapshot: &Snapshot, random: &mut Random) -> Clause {
        let changes = |rid: Rid| {
            let of_rid = self.versions.iter().filter(move |version| version.rid == rid);
            of_rid.flat_map(|version| [Some(version.seq), version.superseded]).flatten()
        };
        let newest = |rid| changes(rid).filter(|seq| *seq <= snapshot.seq()).max();
        let places = Places { newest: &newest, documents_a_lookup: random.below(3) as u64 };
        snapshot.work_out(std::slice::from_ref(clause), places, &mut |_, _| Ok(())).unwrap()
    }

    /// Asks index and model the same and compares every kind of answer.
    pub fn compare(&self, snapshot: &Snapshot, random: &mut Random) {
        let ask = Ask::random(self.resources, 2, random);
        let clause = ask.clause();
        let seen: Vec<&Version> = self.visible(snapshot.seq()).collect();
        let want: Vec<&Version> = seen.iter().copied().filter(|version| ask.holds(version, &seen)).collect();
        let context = || format!("{ask:?} at {}", snapshot.seq());
        assert_eq!(snapshot.count(&clause).unwrap(), want.len() as u64, "count of {}", context());
        let rids: RidSet = want.iter().map(|version| version.rid).collect();
        assert_eq!(snapshot.rids(&clause).unwrap(), rids, "rids of {}", context());
        let worked_out = self.worked_out(&clause, snapshot, random);
        assert_eq!(snapshot.rids(&worked_out).unwrap(), rids, "worked out first: {}", context());
        let subjects: RidSet = want.iter().filter_map(|version| version.subject).collect();
        assert_eq!(
            snapshot.joined(&clause, &columns().subject).unwrap(),
            subjects,
            "subjects of {}",
            context()
        );

        self.compare_versions(snapshot, random);
        let written: Vec<Hit> =
            want.iter().map(|version| Hit { rid: version.rid, seq: version.seq }).collect();
        assert_eq!(pages(snapshot, &clause, &Order::Written, random), written, "{}", context());
        for direction in [Direction::Ascending, Direction::Descending] {
            let sorted = sort(&want, direction);
            let key = |column: &ColumnName| SortKey::Column {
                column: Arc::clone(column),
                pick: Pick::Extreme,
                direction,
            };
            let order = Order::Sorted(vec![key(&columns().rank), key(&columns().low)]);
            assert_eq!(pages(snapshot, &clause, &order, random), sorted, "{direction:?} {}", context());
            compare_scores((snapshot, direction), &worked_out, &written, random);
        }
    }
}

/// Pages by score show every match once, in the order of the scores that each has by itself.
fn compare_scores(
    (snapshot, direction): (&Snapshot, Direction),
    clause: &Clause,
    matches: &[Hit],
    random: &mut Random,
) {
    let Some(ranking) = snapshot.ranking(clause, None).unwrap() else { return };
    let again = snapshot.ranking(clause, Some(ranking.weights())).unwrap().unwrap();
    let order = Order::Sorted(vec![SortKey::Score(Arc::new(ranking), direction)]);
    let hits = pages(snapshot, clause, &order, random);
    let mut sorted = hits.clone();
    sorted.sort_unstable_by_key(|hit| (hit.seq, hit.rid));
    assert_eq!(sorted, matches, "{clause:?}");
    let scores = snapshot.scores(&again, &hits).unwrap();
    assert!(scores.iter().all(|score| (0.0..1.0).contains(score)), "{scores:?}");
    let keys: Vec<(f64, Rid)> = scores.into_iter().zip(hits.iter().map(|hit| hit.rid)).collect();
    let is_in_order = |two: &[(f64, Rid)]| match direction {
        Direction::Ascending => two[0] < two[1],
        Direction::Descending => two[0].0 > two[1].0 || two[0].0 == two[1].0 && two[0].1 < two[1].1,
    };
    assert!(keys.windows(2).all(is_in_order), "{clause:?}: {keys:?}");
}

fn sort(versions: &[&Version], direction: Direction) -> Vec<Hit> {
    let mut sorted = versions.to_vec();
    sorted.sort_by_key(|version| {
        let sign = if direction == Direction::Ascending { 1 } else { -1 };
        let low = version.intervals.iter().map(|(_, low, _)| sign * low).min();
        let rank = version.rank.map(|rank| sign * rank);
        (rank.is_none(), rank, low.is_none(), low, version.rid)
    });
    sorted.iter().map(|version| Hit { rid: version.rid, seq: version.seq }).collect()
}

/// All hits, page by page.
pub fn pages(snapshot: &Snapshot, clause: &Clause, order: &Order, random: &mut Random) -> Vec<Hit> {
    let (mut hits, mut after) = (Vec::new(), None);
    let total = snapshot.count(clause).unwrap();
    loop {
        let counted = if random.one_in(2) { Total::Counted } else { Total::Uncounted };
        let hits_max = 1 + random.below(20);
        let request = PageRequest { order: order.clone(), after, hits_max, total: counted };
        let page = snapshot.page(clause, &request).unwrap();
        assert_eq!(page.total, (counted == Total::Counted).then_some(total));
        assert!(page.hits.len() == hits_max || page.next.is_none(), "a short page that is not the last");
        hits.extend(page.hits);
        after = page.next;
        if after.is_none() {
            return hits;
        }
    }
}

/// Opens by the kept tag, or starts anew, and catches up from the model's log.
pub fn recover(options: &Options, kept: &Kept, model: &Model) -> Postings {
    let tag = *kept.0.lock();
    let postings = match tag {
        None => Postings::create(options.clone()).unwrap(),
        Some(tag) => Postings::open(options.clone(), &tag).unwrap(),
    };
    let from = postings.applied();
    assert!(from <= model.seq, "the index is ahead of its store");
    postings.apply(model.since(from)).unwrap();
    postings
}
